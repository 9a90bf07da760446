// SPDX-License-Identifier: GPL-2.0-only
#include <linux/export.h>
#include <linux/memory.h>
#include <linux/notifier.h>

#include "api.h"

/* Linux's numbers, for notifiers that serve both. */
static_assert(SBUDDY_MEM_ONLINE == MEM_ONLINE);
static_assert(SBUDDY_MEM_GOING_OFFLINE == MEM_GOING_OFFLINE);
static_assert(SBUDDY_MEM_OFFLINE == MEM_OFFLINE);
static_assert(SBUDDY_MEM_GOING_ONLINE == MEM_GOING_ONLINE);
static_assert(SBUDDY_MEM_CANCEL_ONLINE == MEM_CANCEL_ONLINE);
static_assert(SBUDDY_MEM_CANCEL_OFFLINE == MEM_CANCEL_OFFLINE);

int sbuddy_register_memory_notifier(struct sbuddy *sb, struct notifier_block *nb)
{
	return blocking_notifier_chain_register(&sb->dev.memory.notifiers, nb);
}
EXPORT_SYMBOL_GPL(sbuddy_register_memory_notifier);

void sbuddy_unregister_memory_notifier(struct sbuddy *sb, struct notifier_block *nb)
{
	blocking_notifier_chain_unregister(&sb->dev.memory.notifiers, nb);
}
EXPORT_SYMBOL_GPL(sbuddy_unregister_memory_notifier);
