// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that is the carveout's from the start, and the instance's when somebody
 * adds it: the last regions of the node, or the end of the last of the others.
 */
#include <linux/device.h>
#include <linux/of.h>

#include "carveout.h"
#include "window.h"

/* Whole regions: the last ones as the property memory-region has them. */
static int hold_regions(struct device *dev, struct carveout *co)
{
	u32 nr = 0;
	unsigned int i;

	of_property_read_u32(dev->of_node, "sbuddy,hotplug-regions", &nr);
	if (nr >= co->nr_claims) {
		dev_err(dev,
			"sbuddy,hotplug-regions is %u, but memory-region has %u: leave at least one to begin with\n",
			nr, co->nr_claims);
		return -ENODEV;
	}
	for (i = 0; i < co->nr_claims; i++)
		if (co->claims[i].index >= co->nr_claims - nr)
			co->claims[i].held = co->claims[i].size;
	return 0;
}

/* The highest of those that the instance begins with. */
static struct carveout_claim *last_claim(struct carveout *co)
{
	struct carveout_claim *last = NULL;
	unsigned int i;

	for (i = 0; i < co->nr_claims; i++)
		if (!co->claims[i].held)
			last = &co->claims[i];
	return last;
}

static int hold_bytes(struct device *dev, struct carveout *co)
{
	struct carveout_claim *last = last_claim(co);
	u64 bytes = 0;

	of_property_read_u64(dev->of_node, "sbuddy,hotplug-bytes", &bytes);
	if (bytes >= last->size || (bytes & (SB_PAGE_SIZE - 1))) {
		dev_err(dev,
			"sbuddy,hotplug-bytes is %#llx, but must be pages, and less than the %#llx bytes of %s\n",
			bytes, last->size, last->name);
		return -ENODEV;
	}
	last->held = bytes;
	return 0;
}

/* Says whether anything is held back. */
static bool fill_banks(struct carveout *co)
{
	bool held = false;
	unsigned int i;

	co->cfg.nr_banks = 0;
	for (i = 0; i < co->nr_claims; i++) {
		const struct carveout_claim *claim = &co->claims[i];

		held |= claim->held != 0;
		if (claim->held == claim->size)
			continue;
		co->cfg.banks[co->cfg.nr_banks++] = (struct sb_bank){
			.base = claim->base,
			.size = claim->size - claim->held,
			.nid = claim->nid,
		};
	}
	return held;
}

int carveout_hold_back(struct device *dev, struct carveout *co)
{
	const struct carveout_claim *last = &co->claims[co->nr_claims - 1];
	int err;

	err = hold_regions(dev, co);
	if (!err)
		err = hold_bytes(dev, co);
	if (err)
		return err;
	if (fill_banks(co) && !co->cfg.section_bytes) {
		dev_err(dev,
			"memory is held back, but none can be added without sections: give sbuddy,section-bytes\n");
		return -ENODEV;
	}
	/* All that is the carveout's may be the instance's one day. */
	sbuddy_window_set(&co->cfg, co->claims[0].base, last->base + last->size);
	return 0;
}
