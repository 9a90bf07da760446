// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/pseudo_fs.h>

#include "space.h"

#define SPACE_MAGIC 0x73627564 /* "sbud" */

static struct vfsmount *mount;

static int space_init_fs_context(struct fs_context *fc)
{
	return init_pseudo(fc, SPACE_MAGIC) ? 0 : -ENOMEM;
}

/* Without an owner: its only mount goes with the module, and would keep it else. */
static struct file_system_type space_type = {
	.name = "sbuddy",
	.init_fs_context = space_init_fs_context,
	.kill_sb = kill_anon_super,
};

int sbuddy_space_init(void)
{
	mount = kern_mount(&space_type);
	return PTR_ERR_OR_ZERO(mount);
}

void sbuddy_space_exit(void)
{
	kern_unmount(mount);
}

struct inode *sb_space_create(void)
{
	return alloc_anon_inode(mount->mnt_sb);
}
