// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>
#include <linux/module.h>

#include "configfs_item.h"
#include "range.h"
#include "device.h"
#include "pcp.h"

/* Longest value that a line of the log repeats. */
#define SHOWN_LEN 40

/* Copies a value without its line's end. */
static const char *value_of(const char *page, char *buf)
{
	strscpy(buf, page, SHOWN_LEN);
	return strim(buf);
}

static int refuse(const struct sbuddy_item *item, const char *attr, const char *page,
		  const char *wanted)
{
	char buf[SHOWN_LEN];

	pr_err("%s: %s is \"%s\", but must be %s\n", item->cfg.name, attr, value_of(page, buf),
	       wanted);
	return -EINVAL;
}

/* Which of some words was written, or -EINVAL. */
static int parse_choice(const struct sbuddy_item *item, const char *attr, const char *page,
			const char *first, const char *second)
{
	char wanted[SHOWN_LEN];

	if (sysfs_streq(page, first))
		return 0;
	if (sysfs_streq(page, second))
		return 1;
	snprintf(wanted, sizeof(wanted), "%s or %s", first, second);
	return refuse(item, attr, page, wanted);
}

/**
 * struct number - A file of one number.
 * @name: of the file
 * @offset: of the field in struct sb_config
 * @size: of the field
 * @low: least value
 * @high: greatest value
 */
struct number {
	const char *name;
	size_t offset;
	size_t size;
	u64 low;
	u64 high;
};

static ssize_t number_show(struct config_item *config_item, char *page, const struct number *n)
{
	struct sbuddy_item *item = to_sbuddy_item(config_item);
	void *field = (void *)&item->cfg + n->offset;
	u64 value;

	mutex_lock(&item->lock);
	if (n->size == sizeof(u64))
		value = *(u64 *)field;
	else
		value = n->size == sizeof(bool) ? *(bool *)field : *(unsigned int *)field;
	mutex_unlock(&item->lock);
	return scnprintf(page, PAGE_SIZE, "%llu\n", value);
}

static int parse_number(const struct sbuddy_item *item, const char *page, const struct number *n,
			u64 *value)
{
	char buf[SHOWN_LEN], wanted[SHOWN_LEN];

	if (strlen(page) < SHOWN_LEN && !sbuddy_range_bytes(value_of(page, buf), value) &&
	    *value >= n->low && *value <= n->high)
		return 0;
	snprintf(wanted, sizeof(wanted), "%llu to %llu", n->low, n->high);
	return refuse(item, n->name, page, wanted);
}

static ssize_t number_store(struct config_item *config_item, const char *page, size_t count,
			    const struct number *n)
{
	struct sbuddy_item *item = to_sbuddy_item(config_item);
	void *field = (void *)&item->cfg + n->offset;
	u64 value;
	int err;

	err = parse_number(item, page, n, &value);
	if (!err)
		err = sbuddy_item_begin_change(item, n->name);
	if (err)
		return err;
	if (n->size == sizeof(u64))
		*(u64 *)field = value;
	else if (n->size == sizeof(bool))
		*(bool *)field = value;
	else
		*(unsigned int *)field = value;
	mutex_unlock(&item->lock);
	return count;
}

#define NUMBER(field, least, greatest)                                                           \
	static const struct number field##_number = { #field, offsetof(struct sb_config, field), \
						      sizeof_field(struct sb_config, field),     \
						      least, greatest };                         \
	static ssize_t sbuddy_##field##_show(struct config_item *item, char *page)               \
	{                                                                                        \
		return number_show(item, page, &field##_number);                                 \
	}                                                                                        \
	static ssize_t sbuddy_##field##_store(struct config_item *item, const char *page,        \
					      size_t count)                                      \
	{                                                                                        \
		return number_store(item, page, count, &field##_number);                         \
	}                                                                                        \
	CONFIGFS_ATTR(sbuddy_, field)

NUMBER(max_order, 1, SB_MAX_ORDER);
NUMBER(pageblock_order, 1, SB_MAX_ORDER);
NUMBER(lowmem_bytes, 0, SB_PHYS_END);
NUMBER(kernelcore_bytes, 0, SB_PHYS_END);
NUMBER(kernelcore_percent, 0, 100);
NUMBER(movablecore_bytes, 0, SB_PHYS_END);
NUMBER(movablecore_percent, 0, 100);
NUMBER(pcp_batch, 1, SB_PCP_MAX_BATCH);
NUMBER(pcp_high, 0, SB_PCP_MAX_HIGH);
NUMBER(bottom_up, 0, 1);

static ssize_t sbuddy_kind_show(struct config_item *config_item, char *page)
{
	struct sbuddy_item *item = to_sbuddy_item(config_item);

	return scnprintf(page, PAGE_SIZE, "%s\n", item->kind == SBUDDY_DRY ? "dry" : "sandbox");
}

/* Addresses of one kind mean nothing to the other: a new kind starts empty. */
static ssize_t sbuddy_kind_store(struct config_item *config_item, const char *page, size_t count)
{
	struct sbuddy_item *item = to_sbuddy_item(config_item);
	int kind = parse_choice(item, "kind", page, "sandbox", "dry");
	int err;

	if (kind < 0)
		return kind;
	err = sbuddy_item_begin_change(item, "kind");
	if (err)
		return err;
	if (item->kind != kind) {
		item->kind = kind;
		item->cfg.nr_banks = 0;
		item->cfg.nr_reserved = 0;
	}
	mutex_unlock(&item->lock);
	return count;
}

static ssize_t sbuddy_boot_show(struct config_item *config_item, char *page)
{
	return scnprintf(page, PAGE_SIZE, "%s\n",
			 to_sbuddy_item(config_item)->walk ? "step" : "auto");
}

static ssize_t sbuddy_boot_store(struct config_item *config_item, const char *page, size_t count)
{
	struct sbuddy_item *item = to_sbuddy_item(config_item);
	int walk = parse_choice(item, "boot", page, "auto", "step");
	int err;

	if (walk < 0)
		return walk;
	err = sbuddy_item_begin_change(item, "boot");
	if (err)
		return err;
	item->walk = walk;
	mutex_unlock(&item->lock);
	return count;
}

/* A started sandbox tells where its memory is, to who may know. */
static ssize_t sbuddy_memory_show(struct config_item *config_item, char *page)
{
	struct sbuddy_item *item = to_sbuddy_item(config_item);
	const struct sb_config *cfg;
	unsigned int i;
	int used = 0;
	bool base;

	mutex_lock(&item->lock);
	base = item->kind == SBUDDY_DRY || (item->dev && capable(CAP_SYS_RAWIO));
	cfg = item->dev ? &item->dev->inst.cfg : &item->cfg;
	for (i = 0; i < cfg->nr_banks; i++)
		used = sbuddy_range_print(page, used, &cfg->banks[i], base, true);
	mutex_unlock(&item->lock);
	return used;
}

static ssize_t sbuddy_memory_store(struct config_item *config_item, const char *page, size_t count)
{
	struct sbuddy_item *item = to_sbuddy_item(config_item);

	return sbuddy_list_store(item, "memory", page, count, item->cfg.banks, &item->cfg.nr_banks);
}

static ssize_t sbuddy_reserved_show(struct config_item *config_item, char *page)
{
	struct sbuddy_item *item = to_sbuddy_item(config_item);
	unsigned int i;
	int used = 0;

	mutex_lock(&item->lock);
	for (i = 0; i < item->cfg.nr_reserved; i++)
		used = sbuddy_range_print(page, used, &item->cfg.reserved[i], true, false);
	mutex_unlock(&item->lock);
	return used;
}

static ssize_t sbuddy_reserved_store(struct config_item *config_item, const char *page,
				     size_t count)
{
	struct sbuddy_item *item = to_sbuddy_item(config_item);

	return sbuddy_list_store(item, "reserved", page, count, item->cfg.reserved,
				 &item->cfg.nr_reserved);
}

static ssize_t sbuddy_stage_show(struct config_item *config_item, char *page)
{
	struct sbuddy_item *item = to_sbuddy_item(config_item);
	const char *name = "off";

	mutex_lock(&item->lock);
	if (item->dev)
		name = sb_stage_name(item->dev->inst.stage);
	mutex_unlock(&item->lock);
	return scnprintf(page, PAGE_SIZE, "%s\n", name);
}

static ssize_t sbuddy_stage_store(struct config_item *config_item, const char *page, size_t count)
{
	struct sbuddy_item *item = to_sbuddy_item(config_item);
	int err = -ENODEV;

	if (!sysfs_streq(page, "next"))
		return refuse(item, "stage", page, "next");
	mutex_lock(&item->lock);
	if (item->dev)
		err = sbuddy_device_step(item->dev);
	mutex_unlock(&item->lock);
	return err ?: count;
}

static ssize_t sbuddy_live_show(struct config_item *config_item, char *page)
{
	return scnprintf(page, PAGE_SIZE, "%d\n", !!READ_ONCE(to_sbuddy_item(config_item)->dev));
}

static ssize_t sbuddy_live_store(struct config_item *config_item, const char *page, size_t count)
{
	struct sbuddy_item *item = to_sbuddy_item(config_item);
	int live = parse_choice(item, "live", page, "0", "1");
	int err = 0;

	if (live < 0)
		return live;
	mutex_lock(&item->lock);
	if (live && !item->dev)
		err = sbuddy_item_start(item);
	else if (!live && item->dev)
		err = sbuddy_item_stop(item);
	mutex_unlock(&item->lock);
	return err ?: count;
}

static ssize_t sbuddy_users_show(struct config_item *config_item, char *page)
{
	struct sbuddy_item *item = to_sbuddy_item(config_item);
	int files = 0, buffers = 0;

	mutex_lock(&item->lock);
	if (item->dev) {
		files = atomic_read(&item->dev->nr_files);
		buffers = atomic_read(&item->dev->nr_buffers);
	}
	mutex_unlock(&item->lock);
	return scnprintf(page, PAGE_SIZE, "%d files, %d buffers\n", files, buffers);
}

/* Empty as long as there is no /dev node. */
static ssize_t sbuddy_device_show(struct config_item *config_item, char *page)
{
	struct sbuddy_item *item = to_sbuddy_item(config_item);
	int used = 0;

	mutex_lock(&item->lock);
	if (item->dev && item->dev->published)
		used = scnprintf(page, PAGE_SIZE, "sbuddy%d\n", item->dev->id);
	mutex_unlock(&item->lock);
	return used;
}

CONFIGFS_ATTR(sbuddy_, kind);
CONFIGFS_ATTR(sbuddy_, boot);
CONFIGFS_ATTR(sbuddy_, memory);
CONFIGFS_ATTR(sbuddy_, reserved);
CONFIGFS_ATTR(sbuddy_, stage);
CONFIGFS_ATTR(sbuddy_, live);
CONFIGFS_ATTR_RO(sbuddy_, users);
CONFIGFS_ATTR_RO(sbuddy_, device);

struct configfs_attribute *sbuddy_item_attrs[] = {
	&sbuddy_attr_kind,
	&sbuddy_attr_max_order,
	&sbuddy_attr_pageblock_order,
	&sbuddy_attr_lowmem_bytes,
	&sbuddy_attr_kernelcore_bytes,
	&sbuddy_attr_kernelcore_percent,
	&sbuddy_attr_movablecore_bytes,
	&sbuddy_attr_movablecore_percent,
	&sbuddy_attr_pcp_batch,
	&sbuddy_attr_pcp_high,
	&sbuddy_attr_bottom_up,
	&sbuddy_attr_memory,
	&sbuddy_attr_reserved,
	&sbuddy_attr_boot,
	&sbuddy_attr_stage,
	&sbuddy_attr_live,
	&sbuddy_attr_users,
	&sbuddy_attr_device,
	NULL,
};
