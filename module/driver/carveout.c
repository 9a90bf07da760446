// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "carveout.h"
#include "device.h"
#include "holder.h"

static struct carveout *to_carveout(struct sb_backing *backing)
{
	return container_of(backing, struct carveout, backing);
}

static void *va(struct sb_backing *backing, unsigned long pfn, unsigned long nr_pages)
{
	struct carveout *co = to_carveout(backing);

	return sb_mapping_va(co->mappings, co->nr_mappings, sb_pfn_addr(pfn),
			     (u64)nr_pages << SB_PAGE_SHIFT);
}

static unsigned long pfn(struct sb_backing *backing, const void *va)
{
	struct carveout *co = to_carveout(backing);
	unsigned long found = SB_PFN_NONE;
	unsigned int i;

	for (i = 0; i < co->nr_mappings && found == SB_PFN_NONE; i++)
		found = sb_mapping_pfn(&co->mappings[i], va);
	return found;
}

/* What was held back, or was the instance's before. */
static int probe(struct sb_backing *backing, u64 base, u64 size, int *nid)
{
	struct carveout *co = to_carveout(backing);
	unsigned int i;

	for (i = 0; i < co->nr_claims; i++) {
		u64 offset = base - co->claims[i].base;

		if (offset >= co->claims[i].size || size > co->claims[i].size - offset)
			continue;
		*nid = co->claims[i].nid;
		return 0;
	}
	return -ENXIO;
}

static void *meta_map(struct sb_backing *backing, u64 base, u64 size)
{
	struct carveout *co = to_carveout(backing);

	return sb_mapping_va(co->mappings, co->nr_mappings, base, size);
}

static void meta_unmap(struct sb_backing *backing, void *mapped, u64 base, u64 size)
{
}

/* The platform device holds the memory, and lets go of it after the instance. */
static void destroy(struct sb_backing *backing)
{
}

static const struct sb_backing_ops no_map_ops = {
	.name = "no-map",
	.va = va,
	.pfn = pfn,
	.probe = probe,
	.meta_map = meta_map,
	.meta_unmap = meta_unmap,
	.destroy = destroy,
	.mappable = true,
};

static const struct sb_backing_ops mapped_ops = {
	.name = "mapped",
	.va = va,
	.pfn = pfn,
	.probe = probe,
	.meta_map = meta_map,
	.meta_unmap = meta_unmap,
	.destroy = destroy,
	.mappable = true,
	.has_pages = true,
};

/*
 * The innermost resource that holds a range of System RAM and may have ours
 * inside: ARM64 has one called "reserved" there. Boot memory's stay for good.
 */
static struct resource *find_parent(const struct resource *res)
{
	struct resource *parent = &iomem_resource;
	struct resource *next = parent->child;

	while (next) {
		if (next->start > res->start || next->end < res->end) {
			next = next->sibling;
			continue;
		}
		if (parent != &iomem_resource && strcmp(next->name, "reserved"))
			break;
		parent = next;
		next = parent->child;
	}
	return parent;
}

static void unclaim(void *res)
{
	release_resource(res);
}

/*
 * Makes a range ours. This also finds what PageReserved() does not tell from
 * a carveout: the kernel's own code and data, and other carveouts.
 */
static int claim_range(struct device *dev, const struct carveout *co, struct carveout_claim *claim)
{
	struct resource *res = &claim->res;
	int err;

	res->name = devm_kasprintf(dev, GFP_KERNEL, "sbuddy %s", co->cfg.name);
	if (!res->name)
		return -ENOMEM;
	res->start = claim->base;
	res->end = claim->base + claim->size - 1;
	res->flags = IORESOURCE_MEM | IORESOURCE_BUSY;
	err = request_resource(find_parent(res), res);
	if (err) {
		dev_err(dev,
			"%s, %#llx bytes at %#llx, belongs to somebody else: see /proc/iomem, and choose another range\n",
			claim->name, claim->size, claim->base);
		return -ENODEV;
	}
	return devm_add_action_or_reset(dev, unclaim, res);
}

static bool has_highmem(const struct sb_mapping *m)
{
	unsigned long first = sb_pfn_down(m->base);
	unsigned long last = sb_pfn_down(m->base + m->size - 1);

	return PageHighMem(pfn_to_page(first)) || PageHighMem(pfn_to_page(last));
}

static void unmap_pages(void *va)
{
	vunmap(va);
}

static void *map_pages(struct device *dev, const struct sb_mapping *m)
{
	unsigned int nr = m->size >> PAGE_SHIFT, i;
	struct page **pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	void *va;

	if (!pages)
		return NULL;
	for (i = 0; i < nr; i++)
		pages[i] = pfn_to_page(sb_pfn_down(m->base) + i);
	va = vmap(pages, nr, VM_MAP, PAGE_KERNEL);
	kvfree(pages);
	if (va && devm_add_action_or_reset(dev, unmap_pages, va))
		va = NULL;
	return va;
}

static int map_one(struct device *dev, const struct carveout *co, struct sb_mapping *m)
{
	void *va;

	if (co->backing.ops == &mapped_ops && has_highmem(m))
		va = map_pages(dev, m);
	else
		va = devm_memremap(dev, m->base, m->size, MEMREMAP_WB);
	if (IS_ERR_OR_NULL(va)) {
		dev_err(dev,
			"%#llx bytes at %#llx are too large to map: make the carveout smaller, or boot with vmalloc=%lluM or more\n",
			m->size, m->base, (m->size >> 20) + 240);
		return -ENODEV;
	}
	m->va = va;
	return 0;
}

/* Adjacent claims are mapped as one, since a block may lie in both. */
static int map_claims(struct device *dev, struct carveout *co)
{
	struct sb_mapping *last = NULL;
	unsigned int i;
	int err = 0;

	for (i = 0; i < co->nr_claims; i++) {
		const struct carveout_claim *claim = &co->claims[i];

		if (last && last->base + last->size == claim->base) {
			last->size += claim->size;
			continue;
		}
		last = &co->mappings[co->nr_mappings++];
		last->base = claim->base;
		last->size = claim->size;
	}
	for (i = 0; i < co->nr_mappings && !err; i++)
		err = map_one(dev, co, &co->mappings[i]);
	return err;
}

static void log_claim(const struct carveout *co, const struct carveout_claim *claim)
{
	bool mib = !(claim->size & (SZ_1M - 1));

	pr_info("%s: carveout claimed: %llu %s at %#llx, %s\n", co->cfg.name,
		claim->size >> (mib ? 20 : 10), mib ? "MiB" : "KiB", claim->base,
		co->backing.ops->name);
}

static int claim_all(struct device *dev, struct carveout *co)
{
	unsigned int i;
	int err;

	co->backing.ops = co->claims[0].no_map ? &no_map_ops : &mapped_ops;
	for (i = 0; i < co->nr_claims; i++) {
		err = claim_range(dev, co, &co->claims[i]);
		if (err)
			return err;
	}
	err = map_claims(dev, co);
	for (i = 0; i < co->nr_claims && !err; i++)
		log_claim(co, &co->claims[i]);
	return err;
}

static int carveout_get(struct sbuddy_device *dev)
{
	struct carveout *co = dev->maker;

	refcount_inc(&co->users);
	return 0;
}

static void carveout_put(struct sbuddy_device *dev)
{
	struct carveout *co = dev->maker;

	if (refcount_dec_and_test(&co->users))
		complete(&co->unused);
}

static const struct sbuddy_device_ops carveout_ops = {
	.get = carveout_get,
	.put = carveout_put,
};

/*
 * The module cannot go while a file is open, but the device-tree node can:
 * then the memory stays until the last file and mapping have gone.
 */
static void end(void *data)
{
	struct carveout *co = data;

	sbuddy_device_unpublish(co->dev);
	if (!refcount_dec_and_test(&co->users)) {
		pr_warn("%s: removed while in use: waiting for its files to be closed\n",
			co->cfg.name);
		sb_holder_log_all(co->dev);
		wait_for_completion(&co->unused);
	}
	sbuddy_device_destroy(co->dev);
}

static int create(struct device *dev, struct carveout *co)
{
	co->dev = sbuddy_device_create(&co->cfg, &co->backing, &carveout_ops, co, dev, false);
	if (!IS_ERR(co->dev))
		return devm_add_action_or_reset(dev, end, co);
	if (PTR_ERR(co->dev) == -EEXIST)
		dev_err(dev,
			"the name \"%s\" is taken by another instance: give a label of its own\n",
			co->cfg.name);
	return -ENODEV;
}

/*
 * What is wrong has been told by whoever found it. -ENODEV keeps the driver
 * core from a second line that says less.
 */
static int carveout_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct carveout *co = devm_kzalloc(dev, sizeof(*co), GFP_KERNEL);
	int err;

	if (!co)
		return -ENOMEM;
	refcount_set(&co->users, 1);
	init_completion(&co->unused);
	err = carveout_read(dev, co);
	if (!err)
		err = carveout_verify(dev, co);
	if (!err)
		err = claim_all(dev, co);
	if (!err)
		err = create(dev, co);
	return err;
}

static const struct of_device_id carveout_match[] = { { .compatible = "sbuddy,carveout" }, {} };
MODULE_DEVICE_TABLE(of, carveout_match);

/* What probe took is undone by the device, in mirror order. */
static struct platform_driver carveout_driver = {
	.probe = carveout_probe,
	.driver = {
		.name = "sbuddy",
		.of_match_table = carveout_match,
		.suppress_bind_attrs = true,
	},
};

int sbuddy_carveout_init(void)
{
	return platform_driver_register(&carveout_driver);
}

void sbuddy_carveout_exit(void)
{
	platform_driver_unregister(&carveout_driver);
}
