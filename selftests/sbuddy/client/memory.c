// SPDX-License-Identifier: GPL-2.0-only
/*
 * A notifier of memory that comes and goes. It writes down what it is told, for the
 * file memory of debugfs, and refuses what the parameter refuse has bits for. An
 * address written to the parameter hold makes it allocate pages from there on, which
 * it frees when memory is going offline.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>

#include "client.h"

#define MAX_EVENTS 512
#define HOLD_PAGES 16

static unsigned long refuse;
module_param(refuse, ulong, 0644);
MODULE_PARM_DESC(refuse, "SBUDDY_MEM_* that the notifier refuses");

static struct {
	unsigned long action;
	struct sbuddy_memory_notify arg;
} events[MAX_EVENTS];
static unsigned int nr_events;
static DEFINE_MUTEX(events_lock);

static struct sbuddy *instance;
static unsigned long held;
static unsigned int nr_held;

static void let_go(void)
{
	if (nr_held)
		sbuddy_free_range(instance, held, nr_held);
	nr_held = 0;
}

static int take_hold(const char *value, const struct kernel_param *param)
{
	struct sbuddy_contig contig = { .nr_pages = HOLD_PAGES, .nid = NUMA_NO_NODE };
	gfp_t gfp = GFP_HIGHUSER_MOVABLE | __GFP_NOWARN;
	unsigned long pfn;
	u64 addr;
	int err;

	err = kstrtou64(value, 0, &addr);
	if (err || !instance || nr_held)
		return -EINVAL;
	contig.min_addr = addr;
	contig.max_addr = addr + HOLD_PAGES * PAGE_SIZE;
	err = sbuddy_alloc_contig(instance, &contig, gfp, &pfn);
	if (err)
		return err;
	mutex_lock(&events_lock);
	held = pfn;
	nr_held = HOLD_PAGES;
	mutex_unlock(&events_lock);
	return 0;
}

static const struct kernel_param_ops hold_ops = { .set = take_hold };
module_param_cb(hold, &hold_ops, NULL, 0200);
MODULE_PARM_DESC(hold, "address from which on the notifier holds some pages");

static int notified(struct notifier_block *nb, unsigned long action, void *data)
{
	const struct sbuddy_memory_notify *arg = data;

	mutex_lock(&events_lock);
	if (nr_events < MAX_EVENTS) {
		events[nr_events].action = action;
		events[nr_events++].arg = *arg;
	}
	if (action == SBUDDY_MEM_GOING_OFFLINE)
		let_go();
	mutex_unlock(&events_lock);
	return action & refuse ? notifier_from_errno(-EPERM) : NOTIFY_OK;
}

static struct notifier_block nb = { .notifier_call = notified };

int memory_register(struct sbuddy *sb)
{
	instance = sb;
	return sbuddy_register_memory_notifier(sb, &nb);
}

void memory_unregister(void)
{
	sbuddy_unregister_memory_notifier(instance, &nb);
	let_go();
	instance = NULL;
}

int memory_show(struct seq_file *seq, void *unused)
{
	unsigned int i;

	mutex_lock(&events_lock);
	for (i = 0; i < nr_events; i++)
		seq_printf(seq, "%#lx %#lx %lu %d %s\n", events[i].action, events[i].arg.start_pfn,
			   events[i].arg.nr_pages, events[i].arg.nid, events[i].arg.zone ?: "-");
	mutex_unlock(&events_lock);
	return 0;
}

static void test_again(struct run *run)
{
	sbuddy_unregister_memory_notifier(run->sb, &nb);
	EXPECT_EQ(run, sbuddy_register_memory_notifier(run->sb, &nb), 0);
}

const struct test memory_tests[] = {
	{ "a notifier is taken away and comes back", test_again, true },
	{},
};
