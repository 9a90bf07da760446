// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>

#include "carveout.h"
#include "configfs.h"
#include "cpu.h"
#include "debugfs.h"
#include "irqsoff.h"
#include "space.h"

#define HAVE_CARVEOUTS IS_ENABLED(CONFIG_OF_RESERVED_MEM)
#define HAVE_CONFIGFS IS_ENABLED(CONFIG_CONFIGFS_FS)

static int __init sbuddy_init(void)
{
	int err;

	err = sbuddy_space_init();
	if (err)
		return err;
	sbuddy_irqsoff_init();
	sbuddy_debugfs_root_init();
	err = sbuddy_cpu_init();
	if (err)
		goto err_debugfs;
	err = HAVE_CONFIGFS ? sbuddy_configfs_init() : 0;
	if (err)
		goto err_cpu;
	/* Last: carveouts are there to be used at once, so nothing may fail after. */
	err = HAVE_CARVEOUTS ? sbuddy_carveout_init() : 0;
	if (err)
		goto err_configfs;
	return 0;

err_configfs:
	if (HAVE_CONFIGFS)
		sbuddy_configfs_exit();
err_cpu:
	sbuddy_cpu_exit();
err_debugfs:
	sbuddy_debugfs_root_exit();
	sbuddy_irqsoff_exit();
	sbuddy_space_exit();
	return err;
}

static void __exit sbuddy_exit(void)
{
	if (HAVE_CARVEOUTS)
		sbuddy_carveout_exit();
	if (HAVE_CONFIGFS)
		sbuddy_configfs_exit();
	sbuddy_cpu_exit();
	sbuddy_debugfs_root_exit();
	sbuddy_irqsoff_exit();
	sbuddy_space_exit();
}

module_init(sbuddy_init);
module_exit(sbuddy_exit);

MODULE_DESCRIPTION("Linux's page allocator over reserved memory");
MODULE_AUTHOR("The sbuddy developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(SBUDDY_VERSION);
