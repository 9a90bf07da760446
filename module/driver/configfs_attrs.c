// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>
#include <linux/module.h>

#include "client.h"
#include "configfs_item.h"
#include "range.h"
#include "device.h"
#include "tunable.h"

const char *sbuddy_item_word(const char *page, char *buf)
{
	strscpy(buf, page, SBUDDY_TUNABLE_LEN);
	return strim(buf);
}

int sbuddy_item_refuse(const struct sbuddy_item *item, const char *attr, const char *page,
		       const char *wanted)
{
	char buf[SBUDDY_TUNABLE_LEN];

	pr_err("%s: %s is \"%s\", but must be %s\n", item->cfg.name, attr,
	       sbuddy_item_word(page, buf), wanted);
	return -EINVAL;
}

/* Which of some words was written, or -EINVAL. */
static int parse_choice(const struct sbuddy_item *item, const char *attr, const char *page,
			const char *first, const char *second)
{
	char wanted[SBUDDY_TUNABLE_LEN];

	if (sysfs_streq(page, first))
		return 0;
	if (sysfs_streq(page, second))
		return 1;
	snprintf(wanted, sizeof(wanted), "%s or %s", first, second);
	return sbuddy_item_refuse(item, attr, page, wanted);
}

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
		item->cfg.nr_cma = 0;
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
		return sbuddy_item_refuse(item, "stage", page, "next");
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
	int files = 0, buffers = 0, clients = 0;

	mutex_lock(&item->lock);
	if (item->dev) {
		files = atomic_read(&item->dev->nr_files);
		buffers = atomic_read(&item->dev->nr_buffers) + (int)sb_client_nr_bare(item->dev);
		clients = atomic_read(&item->dev->nr_clients);
	}
	mutex_unlock(&item->lock);
	return scnprintf(page, PAGE_SIZE, "%d files, %d buffers, %d clients\n", files, buffers,
			 clients);
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
CONFIGFS_ATTR(sbuddy_, cma);
CONFIGFS_ATTR(sbuddy_, stage);
CONFIGFS_ATTR(sbuddy_, live);
CONFIGFS_ATTR_RO(sbuddy_, users);
CONFIGFS_ATTR_RO(sbuddy_, device);

static struct configfs_attribute *const others[] = {
	&sbuddy_attr_kind,  &sbuddy_attr_memory, &sbuddy_attr_reserved,
	&sbuddy_attr_boot,  &sbuddy_attr_stage,	 &sbuddy_attr_live,
	&sbuddy_attr_users, &sbuddy_attr_device, &sbuddy_attr_cma,
};

struct configfs_attribute *sbuddy_item_attrs[SBUDDY_NR_TUNABLE_ATTRS + ARRAY_SIZE(others) + 1];

void sbuddy_item_attrs_init(void)
{
	memcpy(sbuddy_item_attrs, sbuddy_tunable_attrs, sizeof(sbuddy_tunable_attrs));
	memcpy(sbuddy_item_attrs + SBUDDY_NR_TUNABLE_ATTRS, others, sizeof(others));
}
