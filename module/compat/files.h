/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of all kinds: devices, sysfs, debugfs, and those of a file system of our own. */
#ifndef SB_COMPAT_FILES_H
#define SB_COMPAT_FILES_H

#include <linux/dcache.h>
#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/eventpoll.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/sysfs.h>
#include <linux/uaccess.h>
#include <linux/version.h>

/* 4.16 made what poll() returns a type, with names of its own. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 16, 0)
typedef unsigned int __poll_t;
#endif

/* 5.5: with the same arguments, as they are no addresses or the same for all. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 5, 0) && !defined(CONFIG_COMPAT)
#define compat_ptr_ioctl NULL
#endif

/* 5.10: at most a page, which is what sysfs has. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
static __maybe_unused __printf(2, 3) int sysfs_emit(char *page, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vscnprintf(page, PAGE_SIZE, fmt, args);
	va_end(args);
	return len;
}
#endif

/* 5.2 has the attributes of a kobject in groups. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 2, 0)
#define SBUDDY_DEFAULT_GROUPS(name) .default_attrs = sizeof(name##_groups) ? name##_attrs : NULL
#else
#define SBUDDY_DEFAULT_GROUPS(name) .default_groups = name##_groups
#endif

/*
 * Not all kernels before 5.10 let modules call it, but all have what does so for a device,
 * which looks at nothing else of that.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
#define sysfs_remove_file_self(kobject, attribute)                          \
	device_remove_file_self(container_of(kobject, struct device, kobj), \
				container_of(attribute, struct device_attribute, attr))
#endif

/* 4.16: a file that NAME_show() writes. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 16, 0)
#define DEFINE_SHOW_ATTRIBUTE(name)                                      \
	static int name##_open(struct inode *inode, struct file *file)   \
	{                                                                \
		return single_open(file, name##_show, inode->i_private); \
	}                                                                \
	static const struct file_operations name##_fops = {              \
		.owner = THIS_MODULE,                                    \
		.open = name##_open,                                     \
		.read = seq_read,                                        \
		.llseek = seq_lseek,                                     \
		.release = single_release,                               \
	}
#endif

/* 5.9: a file that the operations NAME_sops write. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 9, 0)
#define DEFINE_SEQ_ATTRIBUTE(name)                                                           \
	static int name##_open(struct inode *inode, struct file *file)                       \
	{                                                                                    \
		int err = seq_open(file, &name##_sops);                                      \
		if (!err && inode->i_private)                                                \
			((struct seq_file *)file->private_data)->private = inode->i_private; \
		return err;                                                                  \
	}                                                                                    \
	static const struct file_operations name##_fops = {                                  \
		.owner = THIS_MODULE,                                                        \
		.open = name##_open,                                                         \
		.read = seq_read,                                                            \
		.llseek = seq_lseek,                                                         \
		.release = seq_release,                                                      \
	}
#endif

/* 5.4: of a process that knows a newer struct, or an older one. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 4, 0)
static inline int copy_struct_from_user(void *dst, size_t known, const void __user *src,
					size_t size)
{
	const char __user *rest = src;
	size_t i;
	char c;

	for (i = known; i < size; i++) {
		if (get_user(c, rest + i))
			return -EFAULT;
		if (c)
			return -E2BIG;
	}
	if (size < known)
		memset((char *)dst + size, 0, known - size);
	return copy_from_user(dst, src, min(known, size)) ? -EFAULT : 0;
}
#endif

/* 4.15 counts who is in a file of debugfs; before, each was told by a number. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 15, 0)
static inline int sbuddy_debugfs_get(struct dentry *dentry, int *number)
{
	int err = debugfs_use_file_start(dentry, number);

	if (err)
		debugfs_use_file_finish(*number);
	return err;
}

static inline void sbuddy_debugfs_put(struct dentry *dentry, int number)
{
	debugfs_use_file_finish(number);
}
#else
static inline int sbuddy_debugfs_get(struct dentry *dentry, int *number)
{
	*number = 0;
	return debugfs_file_get(dentry);
}

static inline void sbuddy_debugfs_put(struct dentry *dentry, int number)
{
	debugfs_file_put(dentry);
}
#endif

/*
 * Until 5.6 debugfs_remove_recursive() never comes back where a file below a directory of
 * the one that goes is open: that directory does not look empty, and is gone down to again
 * and again. So directories go one by one, and those in others before these.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 6, 0)
/* A directory in @dir, held; or NULL. */
static inline struct dentry *sbuddy_debugfs_subdir(struct dentry *dir)
{
	struct dentry *child, *found = NULL;

	spin_lock(&dir->d_lock);
	list_for_each_entry(child, &dir->d_subdirs, d_child) {
		spin_lock_nested(&child->d_lock, DENTRY_D_LOCK_NESTED);
		if (simple_positive(child) && d_is_dir(child))
			found = dget_dlock(child);
		spin_unlock(&child->d_lock);
		if (found)
			break;
	}
	spin_unlock(&dir->d_lock);
	return found;
}

static inline void sbuddy_debugfs_remove_tree(struct dentry *dir)
{
	struct dentry *innermost, *subdir;
	bool done;

	if (IS_ERR_OR_NULL(dir))
		return;
	do {
		innermost = dget(dir);
		while ((subdir = sbuddy_debugfs_subdir(innermost))) {
			dput(innermost);
			innermost = subdir;
		}
		done = innermost == dir;
		debugfs_remove_recursive(innermost);
		dput(innermost);
	} while (!done);
}

#define debugfs_remove_recursive(dir) sbuddy_debugfs_remove_tree(dir)
#endif

/* 5.4 sets up a file system by a context. SBUDDY_PSEUDO_FS() is for before its type. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 4, 0)
#define SBUDDY_PSEUDO_FS(name, magic)                                                \
	static struct dentry *name##_mount(struct file_system_type *type, int flags, \
					   const char *device, void *data)           \
	{                                                                            \
		return mount_pseudo(type, #name ":", NULL, NULL, magic);             \
	}
#define SBUDDY_PSEUDO_FS_OPS(name) .mount = name##_mount
#else
#define SBUDDY_PSEUDO_FS(name, magic)                            \
	static int name##_init_fs_context(struct fs_context *fc) \
	{                                                        \
		return init_pseudo(fc, magic) ? 0 : -ENOMEM;     \
	}
#define SBUDDY_PSEUDO_FS_OPS(name) .init_fs_context = name##_init_fs_context
#endif

/* 4.15 made the types of configfs constant. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 15, 0)
#define SBUDDY_CONFIGFS_CONST
#else
#define SBUDDY_CONFIGFS_CONST const
#endif

#endif
