// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file pagemap of debugfs, see include/uapi/linux/sbuddy.h. read() asks the
 * instance each time; mmap() shows a copy that the file's first mapping made.
 *
 * debugfs does not pass on mmap() for a file that it guards, so this one guards
 * itself: each operation holds off the end of the device while it looks at it.
 * A mapping needs no device, only the copy, which is the file's.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <uapi/linux/sbuddy.h>

#include "debugfs.h"
#include "device.h"
#include "files.h"
#include "pagemap.h"

#define WORDS_PER_PAGE (PAGE_SIZE / sizeof(u64))

/* Core's bits are the ABI's. */
static_assert(SBUDDY_PM_HEAD == SB_PM_HEAD);
static_assert(SBUDDY_PM_TAIL == SB_PM_TAIL);
static_assert(SBUDDY_PM_COMP == SB_PM_COMP);
static_assert(SBUDDY_PM_STATE(7ull << SB_PM_STATE_SHIFT) == 7);
static_assert(SBUDDY_PM_ORDER(15ull << SB_PM_ORDER_SHIFT) == 15);
static_assert(SBUDDY_PM_TYPE(7ull << SB_PM_TYPE_SHIFT) == 7);
static_assert(SBUDDY_PM_BLOCK_TYPE(7ull << SB_PM_BLOCK_TYPE_SHIFT) == 7);
static_assert(SBUDDY_PM_ZONE(7ull << SB_PM_ZONE_SHIFT) == 7);
static_assert(SBUDDY_PM_NODE(7ull << SB_PM_NODE_SHIFT) == 7);
static_assert(SBUDDY_PM_HOLE == SB_PM_HOLE);
static_assert(SBUDDY_PM_RESERVED == SB_PM_RESERVED);
static_assert(SBUDDY_PM_FREE == SB_PM_FREE);
static_assert(SBUDDY_PM_PCP == SB_PM_PCP);
static_assert(SBUDDY_PM_USED == SB_PM_USED);
static_assert(SBUDDY_PM_GUARD == SB_PM_GUARD);
static_assert(SBUDDY_PM_QUARANTINE == SB_PM_QUARANTINE);
static_assert(SBUDDY_PM_POISONED == SB_PM_POISONED);
static_assert(SBUDDY_TYPE_HIGHATOMIC == SB_HIGHATOMIC);
static_assert(SBUDDY_TYPE_CMA == SB_CMA);
static_assert(SBUDDY_TYPE_ISOLATE == SB_ISOLATE);

/**
 * struct copy - One open file.
 * @dev: device; looked at between sbuddy_debugfs_get() and sbuddy_debugfs_put()
 * @lock: guards the rest
 * @words: what the first mapping copied, or NULL
 * @size: its bytes, whole pages
 */
struct copy {
	struct sbuddy_device *dev;
	struct mutex lock; /* taken before the device's */
	u64 *words;
	size_t size;
};

/* Words of now into @words, from word @first on: how many there were. */
static ssize_t get_words(struct sbuddy_device *dev, u64 first, size_t nr, u64 *words)
{
	struct sb_instance *inst = &dev->inst;
	ssize_t done;

	done = mutex_lock_interruptible(&dev->lock);
	if (done)
		return done;
	if (first < inst->map.nr_pages) {
		done = min_t(u64, nr, inst->map.nr_pages - first);
		sb_pagemap_fill(inst, inst->map.base_pfn + first, done, words);
	}
	mutex_unlock(&dev->lock);
	return done;
}

static ssize_t read_words(struct sbuddy_device *dev, char __user *user, size_t count, loff_t *pos)
{
	u64 *words = kmalloc(PAGE_SIZE, GFP_KERNEL);
	ssize_t done = 0, nr = 0;

	if (!words)
		return -ENOMEM;
	while (done < count) {
		size_t left = (count - done) / sizeof(u64);

		nr = get_words(dev, (u64)*pos / sizeof(u64), min_t(size_t, left, WORDS_PER_PAGE),
			       words);
		if (nr <= 0)
			break;
		nr *= sizeof(u64);
		if (copy_to_user(user + done, words, nr)) {
			nr = -EFAULT;
			break;
		}
		*pos += nr;
		done += nr;
		cond_resched();
	}
	kfree(words);
	return done ? done : nr;
}

static ssize_t pagemap_read(struct file *file, char __user *user, size_t count, loff_t *pos)
{
	struct copy *copy = file->private_data;
	ssize_t done;
	int held;

	if (*pos < 0 || *pos % sizeof(u64) || count % sizeof(u64))
		return -EINVAL;
	done = sbuddy_debugfs_get(file->f_path.dentry, &held);
	if (done)
		return done;
	done = read_words(copy->dev, user, min_t(size_t, count, MAX_RW_COUNT), pos);
	sbuddy_debugfs_put(file->f_path.dentry, held);
	return done;
}

static int make_copy(struct copy *copy)
{
	struct sbuddy_device *dev = copy->dev;
	unsigned long nr = READ_ONCE(dev->inst.map.nr_pages), done = 0;
	ssize_t got = 0;
	u64 *words;

	if (!nr)
		return -ENODEV;
	words = vmalloc_user(PAGE_ALIGN(nr * sizeof(u64)));
	if (!words)
		return -ENOMEM;
	while (done < nr) {
		got = get_words(dev, done, min(nr - done, WORDS_PER_PAGE), words + done);
		if (got <= 0)
			break;
		done += got;
		cond_resched();
	}
	if (got < 0) {
		vfree(words);
		return got;
	}
	copy->words = words;
	copy->size = PAGE_ALIGN(nr * sizeof(u64));
	return 0;
}

/* The copy is made while debugfs keeps the device. */
static int get_copy(struct file *file)
{
	struct copy *copy = file->private_data;
	int err, held;

	if (copy->words)
		return 0;
	err = sbuddy_debugfs_get(file->f_path.dentry, &held);
	if (err)
		return err;
	err = make_copy(copy);
	sbuddy_debugfs_put(file->f_path.dentry, held);
	return err;
}

/* Not all kernels know that the guard page behind it is no part of it. */
static int map_copy(const struct copy *copy, struct vm_area_struct *vma)
{
	unsigned long nr_pages = copy->size >> PAGE_SHIFT;

	if (vma->vm_pgoff > nr_pages || vma_pages(vma) > nr_pages - vma->vm_pgoff)
		return -EINVAL;
	return remap_vmalloc_range(vma, copy->words, vma->vm_pgoff);
}

static int pagemap_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct copy *copy = file->private_data;
	int err;

	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EPERM;
	err = mutex_lock_interruptible(&copy->lock);
	if (err)
		return err;
	err = get_copy(file);
	if (!err) {
		vm_flags_clear(vma, VM_MAYWRITE | VM_MAYEXEC);
		err = map_copy(copy, vma);
	}
	mutex_unlock(&copy->lock);
	return err;
}

static int pagemap_open(struct inode *inode, struct file *file)
{
	struct copy *copy = kzalloc(sizeof(*copy), GFP_KERNEL);

	if (!copy)
		return -ENOMEM;
	copy->dev = inode->i_private;
	mutex_init(&copy->lock);
	file->private_data = copy;
	return 0;
}

/* Each mapping keeps its file. */
static int pagemap_release(struct inode *inode, struct file *file)
{
	struct copy *copy = file->private_data;

	vfree(copy->words);
	kfree(copy);
	return 0;
}

const struct file_operations sbuddy_pagemap_fops = {
	.owner = THIS_MODULE,
	.open = pagemap_open,
	.read = pagemap_read,
	.mmap = pagemap_mmap,
	.llseek = no_seek_end_llseek,
	.release = pagemap_release,
};
