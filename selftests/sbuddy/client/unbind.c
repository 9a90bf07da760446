// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes the carveout of a platform device from its driver while it is loaded, and gives it
 * back: so goes a device-tree node. Loading waits until nobody uses the device. Whoever
 * gave it a driver meanwhile writes 1 to the parameter "again" to have it taken again.
 */
#include <linux/module.h>
#include <linux/platform_device.h>

static char *device;
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "name of the platform device");

static struct device *found;

static int set_again(const char *text, const struct kernel_param *param)
{
	if (found)
		device_release_driver(found);
	return 0;
}

static const struct kernel_param_ops again_ops = { .set = set_again };
module_param_cb(again, &again_ops, NULL, 0200);
MODULE_PARM_DESC(again, "take it again");

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
