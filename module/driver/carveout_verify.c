// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device tree can say anything. Memory that the kernel uses, or that is not
 * there, must not be touched, so each claim is held against what the kernel
 * knows of its memory.
 */
#include <linux/device.h>
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/sched.h>

#include "carveout.h"

static u64 claim_end(const struct carveout_claim *claim)
{
	return claim->base + claim->size;
}

static int verify_shape(struct device *dev, const struct carveout *co,
			const struct carveout_claim *claim)
{
	unsigned int order = min_t(unsigned int, co->cfg.pageblock_order, SB_MAX_ORDER);
	u64 least = (u64)SB_PAGE_SIZE << order;

	if ((claim->base | claim->size) & (SB_PAGE_SIZE - 1)) {
		dev_err(dev,
			"%s is misaligned: %#llx bytes at %#llx: make both multiples of %#lx, best of 0x400000\n",
			claim->name, claim->size, claim->base, SB_PAGE_SIZE);
		return -ENODEV;
	}
	if (claim->size < least) {
		dev_err(dev,
			"%s is too small: %#llx bytes at %#llx, but a pageblock has %#llx: make it larger, or lower sbuddy,pageblock-order from %u\n",
			claim->name, claim->size, claim->base, least, order);
		return -ENODEV;
	}
	if (claim->size > SIZE_MAX || claim->base > SB_PHYS_END - claim->size) {
		dev_err(dev,
			"%s is too large: this CPU cannot address %#llx bytes at %#llx: make it smaller\n",
			claim->name, claim->size, claim->base);
		return -ENODEV;
	}
	return 0;
}

static int verify_pair(struct device *dev, const struct carveout_claim *low,
		       const struct carveout_claim *high)
{
	if (low->no_map != high->no_map) {
		dev_err(dev,
			"%s at %#llx has no-map and %s at %#llx has not: give it to all or to none\n",
			low->no_map ? low->name : high->name, low->no_map ? low->base : high->base,
			low->no_map ? high->name : low->name, low->no_map ? high->base : low->base);
		return -ENODEV;
	}
	if (claim_end(low) > high->base) {
		dev_err(dev, "%s, %#llx bytes at %#llx, and %s at %#llx overlap: keep them apart\n",
			low->name, low->size, low->base, high->name, high->base);
		return -ENODEV;
	}
	return 0;
}

/* Does one range of @node hold all of the claim? */
static bool node_holds(struct device_node *node, const struct carveout_claim *claim)
{
	struct resource res;
	int i;

	for (i = 0; !of_address_to_resource(node, i, &res); i++)
		if (claim->base >= res.start && claim_end(claim) - 1 <= res.end)
			return true;
	return false;
}

/*
 * A claim beyond the memory of a smaller board: some memory controllers would
 * give the same bytes once more, under another address. A device tree without
 * memory nodes says nothing.
 */
static int verify_exists(struct device *dev, const struct carveout_claim *claim)
{
	struct device_node *node = NULL;
	bool known = false, held = false;

	for_each_node_by_type(node, "memory") {
		known = true;
		held |= node_holds(node, claim);
	}
	if (!known || held)
		return 0;
	dev_err(dev,
		"%s, %#llx bytes at %#llx, is outside of this board's memory: choose a range that the memory node has\n",
		claim->name, claim->size, claim->base);
	return -ENODEV;
}

static int verify_no_map(struct device *dev, const struct carveout_claim *claim)
{
	if (region_intersects(claim->base, claim->size, IORESOURCE_SYSTEM_RAM, IORES_DESC_NONE) ==
	    REGION_DISJOINT)
		return 0;
	dev_err(dev,
		"%s, %#llx bytes at %#llx, is System RAM in use, not reserved at boot: choose a free range, and apply the overlay in the bootloader\n",
		claim->name, claim->size, claim->base);
	return -ENODEV;
}

/* The first page that the kernel has not reserved, or the end. */
static unsigned long first_in_use(const struct carveout_claim *claim)
{
	unsigned long pfn, end = sb_pfn_down(claim_end(claim));

	for (pfn = sb_pfn_down(claim->base); pfn < end; pfn++) {
		if (!pfn_valid(pfn) || !PageReserved(pfn_to_page(pfn)))
			break;
		if (!(pfn % 65536))
			cond_resched();
	}
	return pfn;
}

static int verify_mapped(struct device *dev, const struct carveout_claim *claim)
{
	unsigned long pfn;

	if (region_intersects(claim->base, claim->size, IORESOURCE_SYSTEM_RAM, IORES_DESC_NONE) !=
	    REGION_INTERSECTS) {
		dev_err(dev,
			"%s, %#llx bytes at %#llx, is not all System RAM: choose another range, or add no-map\n",
			claim->name, claim->size, claim->base);
		return -ENODEV;
	}
	pfn = first_in_use(claim);
	if (sb_pfn_addr(pfn) == claim_end(claim))
		return 0;
	dev_err(dev,
		"%s, %#llx bytes at %#llx, is in use by the kernel from %#llx on: choose a free range, and apply the overlay in the bootloader\n",
		claim->name, claim->size, claim->base, sb_pfn_addr(pfn));
	return -ENODEV;
}

static int verify_claim(struct device *dev, const struct carveout *co,
			const struct carveout_claim *claim)
{
	int err;

	err = verify_shape(dev, co, claim);
	if (!err)
		err = verify_exists(dev, claim);
	if (err)
		return err;
	return claim->no_map ? verify_no_map(dev, claim) : verify_mapped(dev, claim);
}

int carveout_verify(struct device *dev, const struct carveout *co)
{
	unsigned int i;
	int err;

	for (i = 0; i < co->nr_claims; i++) {
		err = verify_claim(dev, co, &co->claims[i]);
		if (!err && i)
			err = verify_pair(dev, &co->claims[i - 1], &co->claims[i]);
		if (err)
			return err;
	}
	return 0;
}
