// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes the carveout of a platform device from its driver while it is loaded, and gives it
 * back: so goes a device-tree node. Loading waits until nobody uses the device.
 */
#include <linux/module.h>
#include <linux/platform_device.h>

static char *device;
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "name of the platform device");

static struct device *found;

static int __init unbind_init(void)
{
	found = device ? bus_find_device_by_name(&platform_bus_type, NULL, device) : NULL;
	if (!found)
		return -ENODEV;
	device_release_driver(found);
	return 0;
}

static void __exit unbind_exit(void)
{
	if (device_attach(found) < 0)
		pr_err("%s has no driver any more\n", device);
	put_device(found);
}

module_init(unbind_init);
module_exit(unbind_exit);

MODULE_DESCRIPTION("Takes a device from its driver");
MODULE_LICENSE("GPL");
