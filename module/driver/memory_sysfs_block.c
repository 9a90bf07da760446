// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "device.h"
#include "files.h"
#include "memory_dev.h"
#include "memory_sysfs.h"
#include "memory_sysfs_block.h"

/**
 * struct sbuddy_memory_block - The directory of a block.
 * @kobj: in the kset of @dir
 * @list: in the list of @dir
 * @dev: device
 * @base: first byte
 * @index: number of the block
 */
struct sbuddy_memory_block {
	struct kobject kobj;
	struct list_head list;
	struct sbuddy_device *dev;
	u64 base;
	unsigned long index;
};

static struct sbuddy_memory_block *to_block(struct kobject *kobj)
{
	return container_of(kobj, struct sbuddy_memory_block, kobj);
}

/* It may be gone, and its directory about to go. */
static int look(const struct sbuddy_memory_block *block, struct sb_memory_block *now)
{
	return sb_memory_block_get(&block->dev->inst, block->index, now) ? 0 : -ENODEV;
}

/* Also while it changes: that is when it is going offline. */
static ssize_t state_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct sb_memory_block now;
	int err = look(to_block(kobj), &now);

	return err ?: sysfs_emit(buf, "%s\n", sb_block_state_name(now.state));
}

/* What is so already is refused, as Linux does. */
static int change_state(const struct sbuddy_memory_block *block, enum sb_online how)
{
	bool wanted = how != SB_ONLINE_OFFLINE, online;
	struct sb_memory_block now;
	int err = look(block, &now);

	if (err)
		return err;
	online = now.state == SB_BLOCK_ONLINE;
	if (online == wanted)
		return -EINVAL;
	if (wanted)
		return sbuddy_memory_online(block->dev, block->base, how);
	return sbuddy_memory_offline(block->dev, block->base);
}

static ssize_t state_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			   size_t count)
{
	struct sbuddy_memory_block *block = to_block(kobj);
	int how = sbuddy_memory_parse_online(buf);
	int err;

	if (how < 0)
		return how;
	err = sbuddy_memory_lock(block->dev);
	if (err)
		return err;
	err = change_state(block, how);
	sbuddy_memory_unlock(block->dev);
	return err ?: count;
}

static ssize_t phys_index_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%08lx\n", to_block(kobj)->index);
}

static ssize_t valid_zones_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct sb_out out = { .text = buf, .size = PAGE_SIZE };
	struct sbuddy_memory_block *block = to_block(kobj);
	struct sb_memory_block now;
	int err;

	err = sbuddy_memory_lock(block->dev);
	if (err)
		return err;
	err = look(block, &now);
	if (!err)
		sb_memory_block_show_zones(&out, &block->dev->inst, &now);
	sbuddy_memory_unlock(block->dev);
	return err ?: out.used;
}

/* Linux, too, does not know before it tries. */
static ssize_t removable_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "1\n");
}

static ssize_t node_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct sb_memory_block now;
	int err = look(to_block(kobj), &now);

	return err ?: sysfs_emit(buf, "%d\n", now.nid);
}

static int remove_now(struct sbuddy_memory_block *block, struct attribute *file)
{
	struct sbuddy_device *dev = block->dev;
	u64 base = block->base;
	int err;

	err = sbuddy_memory_lock(dev);
	if (err)
		return err;
	err = sbuddy_memory_remove(dev, base);
	if (!err) {
		sysfs_remove_file_self(&block->kobj, file);
		sbuddy_memory_sysfs_remove_block(dev, base);
	}
	sbuddy_memory_unlock(dev);
	return err;
}

/*
 * The directory goes with the block, and this file with it: nobody waits any more
 * for who wrote to it, so he keeps the device.
 */
static ssize_t remove_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			    size_t count)
{
	struct sbuddy_memory_block *block = to_block(kobj);
	struct sbuddy_device *dev = block->dev;
	int err;

	if (!sysfs_streq(buf, "1"))
		return -EINVAL;
	err = sbuddy_device_keep(dev);
	if (err)
		return err;
	err = remove_now(block, &attr->attr);
	sbuddy_device_let_go(dev);
	return err ?: count;
}

static struct kobj_attribute state_attr = __ATTR_RW(state);
static struct kobj_attribute phys_index_attr = __ATTR_RO(phys_index);
static struct kobj_attribute valid_zones_attr = __ATTR_RO(valid_zones);
static struct kobj_attribute removable_attr = __ATTR_RO(removable);
static struct kobj_attribute node_attr = __ATTR_RO(node);
static struct kobj_attribute remove_attr = __ATTR_WO(remove);

static struct attribute *block_attrs[] = {
	&state_attr.attr,
	&phys_index_attr.attr,
	&valid_zones_attr.attr,
	&removable_attr.attr,
	&node_attr.attr,
	&remove_attr.attr,
	NULL,
};
ATTRIBUTE_GROUPS(block);

static void block_release(struct kobject *kobj)
{
	kfree(to_block(kobj));
}

static struct kobj_type block_type = {
	.release = block_release,
	.sysfs_ops = &kobj_sysfs_ops,
	SBUDDY_DEFAULT_GROUPS(block),
};

static void tell(struct sbuddy_memory_block *block, enum kobject_action action)
{
	char name[SB_NAME_LEN + 16];
	char *env[2] = { name, NULL };

	snprintf(name, sizeof(name), "SBUDDY_INSTANCE=%s", block->dev->name);
	kobject_uevent_env(&block->kobj, action, env);
}

static struct sbuddy_memory_block *find(struct sbuddy_memory_dir *dir, u64 base)
{
	struct sbuddy_memory_block *block;

	if (!dir)
		return NULL;
	list_for_each_entry(block, &dir->blocks, list)
		if (block->base == base)
			return block;
	return NULL;
}

int sbuddy_memory_sysfs_add_block(struct sbuddy_device *dev, u64 base)
{
	struct sbuddy_memory_dir *dir = dev->memory.dir;
	struct sbuddy_memory_block *block;
	int err;

	if (!dir || find(dir, base))
		return 0;
	block = kzalloc(sizeof(*block), GFP_KERNEL);
	if (!block)
		return -ENOMEM;
	block->dev = dev;
	block->base = base;
	block->index = sb_pfn_down(base) / sb_memory_block_pages(&dev->inst);
	block->kobj.kset = &dir->kset;
	err = kobject_init_and_add(&block->kobj, &block_type, NULL, "memory%lu", block->index);
	if (err) {
		kobject_put(&block->kobj);
		return err;
	}
	list_add_tail(&block->list, &dir->blocks);
	tell(block, KOBJ_ADD);
	return 0;
}

static void remove_block(struct sbuddy_memory_block *block)
{
	list_del(&block->list);
	tell(block, KOBJ_REMOVE);
	kobject_del(&block->kobj);
	kobject_put(&block->kobj);
}

void sbuddy_memory_sysfs_remove_block(struct sbuddy_device *dev, u64 base)
{
	struct sbuddy_memory_block *block = find(dev->memory.dir, base);

	if (block)
		remove_block(block);
}

void sbuddy_memory_sysfs_remove_blocks(struct sbuddy_memory_dir *dir)
{
	struct sbuddy_memory_block *block, *next;

	list_for_each_entry_safe(block, next, &dir->blocks, list)
		remove_block(block);
}

void sbuddy_memory_sysfs_tell(struct sbuddy_device *dev, u64 base, enum kobject_action action)
{
	struct sbuddy_memory_block *block = find(dev->memory.dir, base);

	if (block)
		tell(block, action);
}
