// SPDX-License-Identifier: GPL-2.0-only
/* The files of all blocks together; memory_sysfs_block.c has those of each. */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "device.h"
#include "memory_dev.h"
#include "memory_sysfs.h"
#include "memory_sysfs_block.h"
#include "range.h"

static struct sbuddy_memory_dir *to_dir(struct kobject *kobj)
{
	return container_of(to_kset(kobj), struct sbuddy_memory_dir, kset);
}

static ssize_t block_size_bytes_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llx\n", sbuddy_memory_block_bytes(to_dir(kobj)->dev));
}

static ssize_t auto_online_blocks_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	const struct sb_config *cfg = &to_dir(kobj)->dev->inst.cfg;

	return sysfs_emit(buf, "%s\n", sb_online_name(READ_ONCE(cfg->auto_online)));
}

static ssize_t auto_online_blocks_store(struct kobject *kobj, struct kobj_attribute *attr,
					const char *buf, size_t count)
{
	int how = sbuddy_memory_parse_online(buf);

	if (how < 0)
		return how;
	WRITE_ONCE(to_dir(kobj)->dev->inst.cfg.auto_online, how);
	return count;
}

/* VALUE and, if it is given, a node: 0 or -EINVAL. */
static int parse_words(const char *buf, char *text, size_t size, u64 *value, int *nid)
{
	char *rest, *word;

	if (strscpy(text, buf, size) < 0)
		return -EINVAL;
	rest = strim(text);
	word = strsep(&rest, " ");
	if (sbuddy_range_bytes(word, value))
		return -EINVAL;
	if (rest && (kstrtoint(skip_spaces(rest), 10, nid) || *nid < 0 || *nid >= SB_MAX_NODES))
		return -EINVAL;
	return 0;
}

/* Adds the block at an address. */
static ssize_t probe_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			   size_t count)
{
	struct sbuddy_device *dev = to_dir(kobj)->dev;
	int nid = SB_NID_ANY, err;
	char text[64];
	u64 base;

	if (parse_words(buf, text, sizeof(text), &base, &nid))
		return -EINVAL;
	err = sbuddy_memory_lock(dev);
	if (err)
		return err;
	err = sbuddy_memory_probe(dev, base, nid);
	sbuddy_memory_unlock(dev);
	return err ?: count;
}

/* Adds so many bytes of the kernel's memory. */
static ssize_t grow_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			  size_t count)
{
	struct sbuddy_device *dev = to_dir(kobj)->dev;
	int nid = SB_NID_ANY, err;
	char text[64];
	u64 bytes;

	if (parse_words(buf, text, sizeof(text), &bytes, &nid))
		return -EINVAL;
	err = sbuddy_memory_lock(dev);
	if (err)
		return err;
	err = sbuddy_memory_grow(dev, bytes, nid);
	sbuddy_memory_unlock(dev);
	return err ?: count;
}

static struct kobj_attribute block_size_bytes_attr = __ATTR_RO(block_size_bytes);
static struct kobj_attribute auto_online_blocks_attr = __ATTR_RW(auto_online_blocks);
static struct kobj_attribute probe_attr = __ATTR_WO(probe);
static struct kobj_attribute grow_attr = __ATTR_WO(grow);

static struct attribute *dir_attrs[] = {
	&block_size_bytes_attr.attr,
	&auto_online_blocks_attr.attr,
	&probe_attr.attr,
	&grow_attr.attr,
	NULL,
};

/* Memory is found by its address, or else there is just more of it. */
static umode_t dir_attr_mode(struct kobject *kobj, struct attribute *attr, int unused)
{
	const struct sb_backing_ops *ops = to_dir(kobj)->dev->backing->ops;

	if ((attr == &probe_attr.attr && !ops->probe) || (attr == &grow_attr.attr && !ops->grow))
		return 0;
	return attr->mode;
}

static const struct attribute_group dir_group = {
	.attrs = dir_attrs,
	.is_visible = dir_attr_mode,
};

static void dir_release(struct kobject *kobj)
{
	kfree(to_dir(kobj));
}

static struct kobj_type dir_type = {
	.release = dir_release,
	.sysfs_ops = &kobj_sysfs_ops,
};

/* Not "memory": rules for the machine's own memory are not meant for this. */
static const char *subsystem(SBUDDY_UEVENT_NAME_ARGS)
{
	return "sbuddy_memory";
}

static const struct kset_uevent_ops uevent_ops = { .name = subsystem };

static struct sbuddy_memory_dir *dir_create(struct sbuddy_device *dev)
{
	struct sbuddy_memory_dir *dir = kzalloc(sizeof(*dir), GFP_KERNEL);
	int err;

	if (!dir)
		return ERR_PTR(-ENOMEM);
	dir->dev = dev;
	INIT_LIST_HEAD(&dir->blocks);
	dir->kset.uevent_ops = &uevent_ops;
	dir->kset.kobj.ktype = &dir_type;
	dir->kset.kobj.parent = &dev->misc.this_device->kobj;
	err = kobject_set_name(&dir->kset.kobj, "memory");
	if (err) {
		kfree(dir);
		return ERR_PTR(err);
	}
	err = kset_register(&dir->kset);
	if (err) {
		kset_put(&dir->kset);
		return ERR_PTR(err);
	}
	return dir;
}

static int add_blocks(struct sbuddy_device *dev)
{
	struct sb_memory_block block;
	unsigned long i;
	int err = 0;

	for (i = 0; !err && sb_memory_block_next(&dev->inst, i, &block); i = block.index + 1)
		err = sbuddy_memory_sysfs_add_block(dev, sb_pfn_addr(block.start_pfn));
	return err;
}

void sbuddy_memory_sysfs_add(struct sbuddy_device *dev)
{
	struct sbuddy_memory_dir *dir;
	int err;

	if (!sbuddy_memory_block_bytes(dev))
		return;
	dir = dir_create(dev);
	if (IS_ERR(dir)) {
		pr_err("%s: cannot make the directory memory: error %ld\n", dev->name,
		       PTR_ERR(dir));
		return;
	}
	mutex_lock(&dev->memory.lock);
	dev->memory.dir = dir;
	err = add_blocks(dev);
	if (!err)
		err = sysfs_create_group(&dir->kset.kobj, &dir_group);
	mutex_unlock(&dev->memory.lock);
	if (err)
		pr_err("%s: cannot make all files of memory: error %d\n", dev->name, err);
}

void sbuddy_memory_sysfs_remove(struct sbuddy_device *dev)
{
	struct sbuddy_memory_dir *dir = dev->memory.dir;

	if (!dir)
		return;
	/* From here on nobody adds blocks. Without the lock: these files are waited for. */
	sysfs_remove_group(&dir->kset.kobj, &dir_group);
	mutex_lock(&dev->memory.lock);
	sbuddy_memory_sysfs_remove_blocks(dir);
	dev->memory.dir = NULL;
	mutex_unlock(&dev->memory.lock);
	kset_unregister(&dir->kset);
}
