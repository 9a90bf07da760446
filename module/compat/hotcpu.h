/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A call for each of some nodes when a CPU is dead. For one file alone, as it keeps what it
 * needs; all but the callback may sleep, and calls for a node end before it is removed.
 */
#ifndef SB_COMPAT_HOTCPU_H
#define SB_COMPAT_HOTCPU_H

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/version.h>

/* 4.10 has states for modules before a CPU comes and after it went; before are notifiers. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 10, 0)
static HLIST_HEAD(hotcpu_nodes);
static DEFINE_MUTEX(hotcpu_lock);
static int (*hotcpu_dead)(unsigned int cpu, struct hlist_node *node);

static int hotcpu_notify(struct notifier_block *nb, unsigned long action, void *cpu)
{
	struct hlist_node *node, *next;

	if ((action & ~CPU_TASKS_FROZEN) != CPU_DEAD)
		return NOTIFY_DONE;
	mutex_lock(&hotcpu_lock);
	for (node = hotcpu_nodes.first; node; node = next) {
		next = node->next;
		hotcpu_dead((unsigned long)cpu, node);
	}
	mutex_unlock(&hotcpu_lock);
	return NOTIFY_OK;
}

static struct notifier_block hotcpu_block = { .notifier_call = hotcpu_notify };

static inline int sbuddy_hotcpu_init(int (*dead)(unsigned int cpu, struct hlist_node *node))
{
	hotcpu_dead = dead;
	return register_hotcpu_notifier(&hotcpu_block);
}

static inline void sbuddy_hotcpu_exit(void)
{
	unregister_hotcpu_notifier(&hotcpu_block);
}

static inline int sbuddy_hotcpu_add(struct hlist_node *node)
{
	mutex_lock(&hotcpu_lock);
	hlist_add_head(node, &hotcpu_nodes);
	mutex_unlock(&hotcpu_lock);
	return 0;
}

static inline void sbuddy_hotcpu_remove(struct hlist_node *node)
{
	mutex_lock(&hotcpu_lock);
	hlist_del_init(node);
	mutex_unlock(&hotcpu_lock);
}
#else
static enum cpuhp_state hotcpu_state;

static inline int sbuddy_hotcpu_init(int (*dead)(unsigned int cpu, struct hlist_node *node))
{
	int ret = cpuhp_setup_state_multi(CPUHP_BP_PREPARE_DYN, "sbuddy:dead", NULL, dead);

	if (ret < 0)
		return ret;
	hotcpu_state = ret;
	return 0;
}

static inline void sbuddy_hotcpu_exit(void)
{
	cpuhp_remove_multi_state(hotcpu_state);
}

static inline int sbuddy_hotcpu_add(struct hlist_node *node)
{
	return cpuhp_state_add_instance_nocalls(hotcpu_state, node);
}

static inline void sbuddy_hotcpu_remove(struct hlist_node *node)
{
	cpuhp_state_remove_instance_nocalls(hotcpu_state, node);
}
#endif

#endif
