// SPDX-License-Identifier: GPL-2.0-only
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "debug.h"
#include "device.h"
#include "guard.h"
#include "modes.h"
#include "owner.h"
#include "quarantine.h"

/* What + means. */
#define GUARD_ON 1
#define QUARANTINE_ON 256

/* As it is. */
#define UNCHANGED (-1)

enum mode { MODE_POISON, MODE_GUARD, MODE_OWNER, MODE_QUARANTINE, NR_MODES };

/* Values by mode, 0 for off, or UNCHANGED. */
struct wish {
	long value[NR_MODES];
	bool scan;
};

static const struct {
	const char *name;
	unsigned int on;
	bool numbered;
} modes[NR_MODES] = {
	[MODE_POISON] = { "poison", 1, false },
	[MODE_GUARD] = { "guard", GUARD_ON, true },
	[MODE_OWNER] = { "owner", 1, false },
	[MODE_QUARANTINE] = { "quarantine", QUARANTINE_ON, true },
};

static_assert(TASK_COMM_LEN == SB_COMM_LEN);

void sbuddy_modes_origin(void *ctx, struct sb_origin *origin)
{
	origin->ns = local_clock();
	origin->pid = current->pid;
	origin->tgid = current->tgid;
	/* Who renames himself meanwhile is told by half of each name. */
	strscpy(origin->comm, current->comm, sizeof(origin->comm));
#ifdef CONFIG_STACKTRACE
	origin->stack.nr = stack_trace_save(origin->stack.entry, SB_STACK_DEPTH, 1);
#endif
}

static void *get_memory(struct sbuddy_device *dev, u64 size)
{
	void *mem = NULL;

	if (size <= SIZE_MAX)
		mem = __vmalloc(size, GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN);
	if (!mem)
		pr_err("%s: no memory for %llu KiB of owners\n", dev->name, size >> 10);
	return mem;
}

static void stop_owner(struct sbuddy_device *dev)
{
	void *part;

	while ((part = sb_owner_detach_any_part(&dev->inst)))
		vfree(part);
	vfree(sb_owner_detach(&dev->inst));
}

/* Each block gets its part by itself, so that no more is spent than there is memory. */
static int add_parts(struct sbuddy_device *dev)
{
	struct sb_memory_block block;
	unsigned long i;
	int err = 0;

	for (i = 0; !err && sb_memory_block_next(&dev->inst, i, &block); i = block.index + 1)
		if (block.state != SB_BLOCK_OFFLINE)
			err = sbuddy_modes_block_comes(dev, block.start_pfn);
	return err;
}

static int start_owner(struct sbuddy_device *dev)
{
	void *table = get_memory(dev, sb_owner_size(&dev->inst));
	int err;

	if (!table)
		return -ENOMEM;
	err = sb_owner_attach(&dev->inst, table);
	if (err) {
		vfree(table);
		return err;
	}
	err = add_parts(dev);
	if (err)
		stop_owner(dev);
	return err;
}

int sbuddy_modes_block_comes(struct sbuddy_device *dev, unsigned long pfn)
{
	void *mem;
	int err;

	if (!(READ_ONCE(dev->inst.hooks) & SB_HOOK_OWNER))
		return 0;
	mem = get_memory(dev, sb_owner_part_size(&dev->inst));
	if (!mem)
		return -ENOMEM;
	err = sb_owner_attach_part(&dev->inst, pfn, mem);
	if (err)
		vfree(mem);
	return err == -EALREADY ? 0 : err;
}

void sbuddy_modes_block_goes(struct sbuddy_device *dev, unsigned long pfn)
{
	vfree(sb_owner_detach_part(&dev->inst, pfn));
}

void sbuddy_modes_start(struct sbuddy_device *dev)
{
	if (dev->inst.cfg.page_owner)
		start_owner(dev);
}

void sbuddy_modes_stop(struct sbuddy_device *dev)
{
	stop_owner(dev);
}

static int find_mode(const char *name)
{
	int mode;

	for (mode = 0; mode < NR_MODES; mode++)
		if (!strcmp(modes[mode].name, name))
			return mode;
	return -EINVAL;
}

static int parse_word(struct wish *wish, char *word)
{
	char *number = strchr(word, '=');
	unsigned int value;
	int mode;

	if (!strcmp(word, "scan")) {
		wish->scan = true;
		return 0;
	}
	if (number)
		*number++ = '\0';
	else if (*word != '+' && *word != '-')
		return -EINVAL;
	mode = find_mode(number ? word : word + 1);
	if (mode < 0 || (number && !modes[mode].numbered))
		return -EINVAL;
	if (!number)
		value = *word == '+' ? modes[mode].on : 0;
	else if (kstrtouint(number, 0, &value) || value > INT_MAX)
		return -EINVAL;
	wish->value[mode] = value;
	return 0;
}

static int parse(struct wish *wish, char *text)
{
	int nr_words = 0, mode, err = 0;
	char *word;

	wish->scan = false;
	for (mode = 0; mode < NR_MODES; mode++)
		wish->value[mode] = UNCHANGED;
	while (!err && (word = strsep(&text, " \t\n"))) {
		if (!*word)
			continue;
		nr_words++;
		err = parse_word(wish, word);
	}
	return nr_words ? err : -EINVAL;
}

static int check(const struct wish *wish, const struct sb_config *cfg)
{
	if (wish->value[MODE_GUARD] > (long)sb_guard_order_max(cfg) ||
	    wish->value[MODE_QUARANTINE] > (long)SB_QUARANTINE_MAX)
		return -EINVAL;
	return 0;
}

/* Owners first: all others cannot fail any more. */
static int apply(struct sbuddy_device *dev, const struct wish *wish)
{
	struct sb_instance *inst = &dev->inst;
	int err = 0;

	if (wish->value[MODE_OWNER] > 0)
		err = start_owner(dev);
	if (err && err != -EALREADY)
		return err;
	if (!wish->value[MODE_OWNER])
		stop_owner(dev);
	if (wish->value[MODE_POISON] != UNCHANGED)
		sb_debug_set_poison(inst, wish->value[MODE_POISON]);
	if (wish->value[MODE_GUARD] != UNCHANGED)
		sb_debug_set_guard(inst, wish->value[MODE_GUARD]);
	if (wish->value[MODE_QUARANTINE] != UNCHANGED)
		sb_debug_set_quarantine(inst, wish->value[MODE_QUARANTINE]);
	if (wish->scan)
		sb_debug_scan(inst, false);
	return 0;
}

static int apply_checked(struct sbuddy_device *dev, const struct wish *wish)
{
	if (dev->inst.stage != SB_STAGE_LIVE)
		return -ENODEV;
	if (wish->value[MODE_POISON] > 0 && dev->inst.cfg.init_on_free) {
		pr_err("%s: debug: poison is not for free pages that are zero: init_on_free is on\n",
		       dev->name);
		return -EBUSY;
	}
	if (!check(wish, &dev->inst.cfg))
		return apply(dev, wish);
	pr_err("%s: debug: guard must be 0 to %u, quarantine 0 to %u\n", dev->name,
	       sb_guard_order_max(&dev->inst.cfg), SB_QUARANTINE_MAX);
	return -EINVAL;
}

int sbuddy_modes_write(struct sbuddy_device *dev, char *text)
{
	struct wish wish;
	int err;

	if (parse(&wish, text)) {
		pr_err("%s: debug: words are +MODE or -MODE of poison, guard, owner and quarantine, guard=N, quarantine=N and scan\n",
		       dev->name);
		return -EINVAL;
	}
	/* Memory blocks have their parts of the owners' table. */
	err = mutex_lock_interruptible(&dev->memory.lock);
	if (err)
		return err;
	err = mutex_lock_interruptible(&dev->lock);
	if (!err) {
		err = apply_checked(dev, &wish);
		mutex_unlock(&dev->lock);
	}
	mutex_unlock(&dev->memory.lock);
	return err;
}
