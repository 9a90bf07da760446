// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/of.h>

#include "api.h"
#include "pcp.h"

static_assert(SBUDDY_PFN_NONE == SB_PFN_NONE);
static_assert(NUMA_NO_NODE == SB_NID_ANY);

/* What a client gets of a device that was found, or not. */
static struct sbuddy *offer(struct sbuddy_device *dev, int err)
{
	if (!dev)
		return ERR_PTR(err);
	sbuddy_slabs_get(dev);
	return container_of(dev, struct sbuddy, dev);
}

struct sbuddy *sbuddy_get(const char *name)
{
	return offer(sbuddy_device_get(name, NULL), -ENODEV);
}
EXPORT_SYMBOL_GPL(sbuddy_get);

static struct sbuddy *get_by_node(const struct device_node *node)
{
	if (!of_device_is_compatible(node, "sbuddy,carveout") || !of_device_is_available(node))
		return ERR_PTR(-ENODEV);
	/* It may be probed yet; if it was refused, the kernel's log says why. */
	return offer(sbuddy_device_get(NULL, node), -EPROBE_DEFER);
}

struct sbuddy *sbuddy_get_by_phandle(const struct device_node *np, const char *prop)
{
	struct device_node *node = of_parse_phandle(np, prop, 0);
	struct sbuddy *sb;

	if (!node)
		return ERR_PTR(-ENOENT);
	sb = get_by_node(node);
	of_node_put(node);
	return sb;
}
EXPORT_SYMBOL_GPL(sbuddy_get_by_phandle);

void sbuddy_put(struct sbuddy *sb)
{
	if (IS_ERR_OR_NULL(sb))
		return;
	sbuddy_slabs_put(&sb->dev);
	sbuddy_device_put(&sb->dev);
}
EXPORT_SYMBOL_GPL(sbuddy_put);

static void put(void *sb)
{
	sbuddy_put(sb);
}

struct sbuddy *devm_sbuddy_get(struct device *dev)
{
	struct sbuddy *sb = sbuddy_get_by_phandle(dev->of_node, "sbuddy");
	int err;

	if (IS_ERR(sb))
		return sb;
	err = devm_add_action_or_reset(dev, put, sb);
	if (err)
		return ERR_PTR(err);
	/* Makes the driver core unbind @dev before the carveout. */
	if (!device_link_add(dev, sb->dev.misc.parent, DL_FLAG_AUTOREMOVE_CONSUMER))
		return ERR_PTR(-ENOMEM);
	return sb;
}
EXPORT_SYMBOL_GPL(devm_sbuddy_get);

void *sbuddy_pfn_to_virt(struct sbuddy *sb, unsigned long pfn)
{
	struct sb_backing *backing = sb->dev.backing;

	return backing->ops->va(backing, pfn, 1);
}
EXPORT_SYMBOL_GPL(sbuddy_pfn_to_virt);

unsigned long sbuddy_virt_to_pfn(struct sbuddy *sb, const void *addr)
{
	struct sb_backing *backing = sb->dev.backing;

	return backing->ops->pfn(backing, addr);
}
EXPORT_SYMBOL_GPL(sbuddy_virt_to_pfn);

static const struct sb_zone *find_zone(struct sbuddy *sb, unsigned long pfn)
{
	const struct sb_instance *inst = &sb->dev.inst;
	struct sb_page_info info;

	if (!sb_memmap_info(inst, pfn, &info) || info.state == SB_PAGE_HOLE)
		return NULL;
	return sb_instance_zone_at(inst, pfn);
}

int sbuddy_pfn_node(struct sbuddy *sb, unsigned long pfn)
{
	const struct sb_zone *zone = find_zone(sb, pfn);

	return zone ? zone->nid : -ERANGE;
}
EXPORT_SYMBOL_GPL(sbuddy_pfn_node);

const char *sbuddy_pfn_zone(struct sbuddy *sb, unsigned long pfn)
{
	const struct sb_zone *zone = find_zone(sb, pfn);

	return zone ? sb_zone_name(zone) : NULL;
}
EXPORT_SYMBOL_GPL(sbuddy_pfn_zone);

unsigned long sbuddy_nr_free_pages(struct sbuddy *sb)
{
	struct sb_zone *zone = NULL;
	unsigned long nr = 0;

	while ((zone = sb_instance_next_zone(&sb->dev.inst, zone)))
		nr += READ_ONCE(zone->nr_free) + sb_pcp_count(zone);
	return nr;
}
EXPORT_SYMBOL_GPL(sbuddy_nr_free_pages);
