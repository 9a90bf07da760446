// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kernel.h>
#include <linux/ratelimit.h>
#include <linux/string.h>

#include "device.h"
#include "memory_fail.h"
#include "pageblock.h"

#define LINE_LEN 256

/* Of a block in use: what for, who has it, and who allocated it. */
static void show_owner(struct sb_out *out, const struct sb_pinned *pinned)
{
	sb_out_printf(out, ", order %u, type %s", pinned->order,
		      sb_pageblock_type_name(pinned->type));
	if (pinned->text[0])
		sb_out_printf(out, ", %s", pinned->text);
	if (pinned->owner.known)
		sb_out_printf(out, ", allocated by %s[%d]", pinned->owner.comm, pinned->owner.pid);
}

static void show(struct sb_out *out, const struct sbuddy_memory *memory)
{
	sb_out_printf(out, "memory block of %llu KiB at %#llx: error %d", memory->failed >> 10,
		      memory->failed_base, memory->failed_err);
	if (!memory->pinned.reason)
		return;
	sb_out_printf(out, ": page %#lx: %s", memory->pinned.pfn, memory->pinned.reason);
	if (memory->pinned.state == SB_PAGE_ALLOC)
		show_owner(out, &memory->pinned);
}

void sbuddy_memory_failed(struct sbuddy_device *dev, u64 base, int err,
			  const struct sb_pinned *pinned)
{
	struct sbuddy_memory *memory = &dev->memory;
	char line[LINE_LEN] = "";
	struct sb_out out = { .text = line, .size = sizeof(line) };

	memory->failed = sbuddy_memory_block_bytes(dev);
	memory->failed_base = base;
	memory->failed_err = err;
	memset(&memory->pinned, 0, sizeof(memory->pinned));
	if (pinned)
		memory->pinned = *pinned;
	show(&out, memory);
	pr_warn_ratelimited("%s: cannot go %s: %s\n", dev->name, pinned ? "offline" : "online",
			    line);
}

void sbuddy_memory_show_failure(struct sb_out *out, struct sbuddy_device *dev)
{
	if (!dev->memory.failed)
		return;
	show(out, &dev->memory);
	sb_out_printf(out, "\n");
}
