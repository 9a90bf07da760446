/* SPDX-License-Identifier: GPL-2.0-only */
/* /sys/kernel/config/sbuddy/<name>/: instances that need no carveout. */
#ifndef SBUDDY_CONFIGFS_H
#define SBUDDY_CONFIGFS_H

/* Only where the kernel has CONFIG_CONFIGFS_FS. */
int sbuddy_configfs_init(void);
void sbuddy_configfs_exit(void);

#endif
