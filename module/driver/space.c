// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/pseudo_fs.h>

#include "files.h"
#include "space.h"

#define SPACE_MAGIC 0x73627564 /* "sbud" */

static struct vfsmount *mount;

SBUDDY_PSEUDO_FS(space, SPACE_MAGIC)

/* Without an owner: its only mount goes with the module, and would keep it else. */
static struct file_system_type space_type = {
	.name = "sbuddy",
	SBUDDY_PSEUDO_FS_OPS(space),
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
