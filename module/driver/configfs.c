// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "configfs.h"
#include "configfs_item.h"
#include "device.h"
#include "dry.h"
#include "files.h"
#include "holder.h"
#include "sandbox.h"

static struct configfs_subsystem subsys;

/*
 * An open file keeps the directory. Called by open(), which the /dev node's
 * removal waits for: so the device and the directory are still there, and the
 * subsystem stays as the open file holds the module.
 */
static int item_get(struct sbuddy_device *dev)
{
	struct sbuddy_item *item = dev->maker;
	bool accepted;

	spin_lock(&item->users_lock);
	accepted = item->accepting && !configfs_depend_item_unlocked(&subsys, &item->item);
	if (accepted)
		item->nr_users++;
	spin_unlock(&item->users_lock);
	return accepted ? 0 : -ENODEV;
}

/* From the end of the count on the device may go, and then the directory. */
static void item_put(struct sbuddy_device *dev)
{
	struct sbuddy_item *item = dev->maker;

	spin_lock(&item->users_lock);
	item->nr_users--;
	spin_unlock(&item->users_lock);
	configfs_undepend_item(&item->item);
}

static const struct sbuddy_device_ops item_ops = {
	.get = item_get,
	.put = item_put,
};

/* Opens the door, or closes it unless somebody is inside. */
static bool accept(struct sbuddy_item *item, bool accepting)
{
	bool done;

	spin_lock(&item->users_lock);
	done = accepting || !item->nr_users;
	if (done)
		item->accepting = accepting;
	spin_unlock(&item->users_lock);
	return done;
}

static struct sbuddy_device *create(struct sbuddy_item *item, struct sb_config *cfg)
{
	struct sb_backing *backing;

	cfg->nr_cpus = min_t(unsigned int, nr_cpu_ids, SB_MAX_CPUS);
	backing = item->kind == SBUDDY_DRY ? sbuddy_dry_create() : sbuddy_sandbox_create(cfg);
	if (IS_ERR(backing))
		return ERR_CAST(backing);
	return sbuddy_device_create(cfg, backing, &item_ops, item, NULL, item->walk);
}

int sbuddy_item_start(struct sbuddy_item *item)
{
	struct sb_config *cfg;
	struct sbuddy_device *dev;

	if (!item->cfg.nr_banks) {
		pr_err("%s: memory is empty: write %s to it before live\n", item->cfg.name,
		       item->kind == SBUDDY_DRY ? "BASE SIZE" : "SIZE");
		return -EINVAL;
	}
	/* A copy, as a sandbox learns only now where its memory is. */
	cfg = kmemdup(&item->cfg, sizeof(*cfg), GFP_KERNEL);
	if (!cfg)
		return -ENOMEM;
	accept(item, true);
	dev = create(item, cfg);
	kfree(cfg);
	if (!IS_ERR(dev)) {
		item->dev = dev;
		return 0;
	}
	accept(item, false);
	if (PTR_ERR(dev) == -EEXIST)
		pr_err("%s: another instance has this name: make a directory of another name\n",
		       item->cfg.name);
	return PTR_ERR(dev);
}

int sbuddy_item_stop(struct sbuddy_item *item)
{
	if (!accept(item, false)) {
		sb_holder_log_all(item->dev);
		return -EBUSY;
	}
	sbuddy_device_destroy(item->dev);
	item->dev = NULL;
	return 0;
}

int sbuddy_item_begin_change(struct sbuddy_item *item, const char *attr)
{
	mutex_lock(&item->lock);
	if (!item->dev)
		return 0;
	mutex_unlock(&item->lock);
	pr_err("%s: %s cannot change while live is 1\n", item->cfg.name, attr);
	return -EBUSY;
}

static void item_release(struct config_item *config_item)
{
	struct sbuddy_item *item = to_sbuddy_item(config_item);

	mutex_destroy(&item->lock);
	kfree(item);
}

static struct configfs_item_operations item_type_ops = {
	.release = item_release,
};

static SBUDDY_CONFIGFS_CONST struct config_item_type item_type = {
	.ct_item_ops = &item_type_ops,
	.ct_attrs = sbuddy_item_attrs,
	.ct_owner = THIS_MODULE,
};

static struct config_item *make_item(struct config_group *group, const char *name)
{
	struct sbuddy_item *item;

	if (!sbuddy_device_name_ok(name)) {
		pr_err("the name \"%s\" will not do: 1 to %d letters, digits, @ . _ or -\n", name,
		       SB_NAME_LEN - 1);
		return ERR_PTR(-EINVAL);
	}
	item = kzalloc(sizeof(*item), GFP_KERNEL);
	if (!item)
		return ERR_PTR(-ENOMEM);
	mutex_init(&item->lock);
	spin_lock_init(&item->users_lock);
	sb_config_defaults(&item->cfg);
	strscpy(item->cfg.name, name, sizeof(item->cfg.name));
	config_item_init_type_name(&item->item, name, &item_type);
	return &item->item;
}

/*
 * rmdir is refused while a file is open, and has by now waited for all who
 * read or write the directory's files.
 */
static void disconnect_item(struct config_group *group, struct config_item *config_item)
{
	struct sbuddy_item *item = to_sbuddy_item(config_item);

	mutex_lock(&item->lock);
	if (item->dev)
		sbuddy_item_stop(item);
	mutex_unlock(&item->lock);
}

static struct configfs_group_operations group_ops = {
	.make_item = make_item,
	.disconnect_notify = disconnect_item,
};

static SBUDDY_CONFIGFS_CONST struct config_item_type subsys_type = {
	.ct_group_ops = &group_ops,
	.ct_owner = THIS_MODULE,
};

static struct configfs_subsystem subsys = {
	.su_group = {
		.cg_item = {
			.ci_namebuf = "sbuddy",
			.ci_type = &subsys_type,
		},
	},
};

int sbuddy_configfs_init(void)
{
	sbuddy_item_attrs_init();
	config_group_init(&subsys.su_group);
	mutex_init(&subsys.su_mutex);
	return configfs_register_subsystem(&subsys);
}

void sbuddy_configfs_exit(void)
{
	configfs_unregister_subsystem(&subsys);
	mutex_destroy(&subsys.su_mutex);
}
