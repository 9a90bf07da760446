// SPDX-License-Identifier: GPL-2.0-only
#include <linux/export.h>
#include <linux/notifier.h>

#include "api.h"

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
