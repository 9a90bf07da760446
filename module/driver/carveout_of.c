// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/gfp.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/sort.h>

#include "carveout.h"
#include "device.h"
#include "reserved_mem.h"
#include "tunable.h"

/* The property of a tunable: "sbuddy,max-order" for max_order. */
static void property_name(const struct sbuddy_tunable *t, char *name)
{
	snprintf(name, SBUDDY_TUNABLE_LEN, "sbuddy,%s", t->name);
	strreplace(name, '_', '-');
}

static int read_word(struct device *dev, const struct sbuddy_tunable *t, const char *name,
		     u64 *value)
{
	char range[SBUDDY_TUNABLE_LEN];
	const char *text = "";

	if (!of_property_read_string(dev->of_node, name, &text) &&
	    !sbuddy_tunable_parse(t, text, value))
		return 0;
	dev_err(dev, "%s is \"%s\", but must be %s\n", name, text, sbuddy_tunable_range(t, range));
	return -ENODEV;
}

static int read_number(struct device *dev, const struct sbuddy_tunable *t, const char *name,
		       u64 *value)
{
	int len;
	const __be32 *cells = of_get_property(dev->of_node, name, &len);

	if (len != t->size) {
		dev_err(dev, "%s has %d bytes, but must have %zu: write it as <%s>\n", name, len,
			t->size, t->size == 8 ? "HIGH LOW" : "VALUE");
		return -ENODEV;
	}
	*value = be32_to_cpu(cells[0]);
	if (t->size == sizeof(u64))
		*value = *value << 32 | be32_to_cpu(cells[1]);
	return 0;
}

/* Ranges are checked with the whole configuration. */
static int read_tunable(struct device *dev, const struct sbuddy_tunable *t, struct sb_config *cfg)
{
	char name[SBUDDY_TUNABLE_LEN];
	u64 value = 1;
	int err = 0;

	property_name(t, name);
	if (!of_find_property(dev->of_node, name, NULL))
		return 0;
	if (t->words || t->letters)
		err = read_word(dev, t, name, &value);
	else if (t->size != sizeof(bool))
		err = read_number(dev, t, name, &value);
	if (!err)
		sbuddy_tunable_set(t, cfg, value);
	return err;
}

static int read_tunables(struct device *dev, struct sb_config *cfg)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < sbuddy_nr_tunables && !err; i++)
		err = read_tunable(dev, &sbuddy_tunables[i], cfg);
	return err;
}

/* Areas cma0, cma1 and so on, a size of two cells each. */
static int read_cma(struct device *dev, struct sb_config *cfg)
{
	int len = 0;
	const __be32 *cells = of_get_property(dev->of_node, "sbuddy,cma-bytes", &len);
	int nr = len / (int)sizeof(u64), i;

	if (!cells)
		return 0;
	if (!nr || nr > SB_MAX_CMA || len % sizeof(u64)) {
		dev_err(dev,
			"sbuddy,cma-bytes has %d bytes, but must have 8 for each of 1 to %d areas: write it as <HIGH LOW>\n",
			len, SB_MAX_CMA);
		return -ENODEV;
	}
	cfg->nr_cma = nr;
	for (i = 0; i < nr; i++) {
		struct sb_cma_config *area = &cfg->cma[i];

		snprintf(area->name, sizeof(area->name), "cma%d", i);
		area->size = of_read_number(cells + 2 * i, 2);
		area->nid = SB_NID_ANY;
	}
	return 0;
}

/* The label, or else the node's name with its unit address. */
static int read_name(struct device *dev, struct sb_config *cfg)
{
	const char *name = kbasename(dev->of_node->full_name);

	if (of_find_property(dev->of_node, "label", NULL) &&
	    of_property_read_string(dev->of_node, "label", &name)) {
		dev_err(dev, "label is not a text: write it as \"NAME\"\n");
		return -ENODEV;
	}
	if (!sbuddy_device_name_ok(name)) {
		dev_err(dev,
			"the name \"%s\" will not do: give a label of 1 to %d letters, digits, @ . _ or -\n",
			name, SB_NAME_LEN - 1);
		return -ENODEV;
	}
	strscpy(cfg->name, name, sizeof(cfg->name));
	return 0;
}

/* Why a region was not among those that the kernel reserved at boot. */
static void explain_lookup(struct device *dev, struct device_node *region)
{
	struct device_node *parent = of_get_parent(region);

	if (!of_node_name_eq(parent, "reserved-memory"))
		dev_err(dev,
			"memory-region " SBUDDY_NODE
			" lies outside of /reserved-memory: move it there\n",
			sbuddy_node(region));
	else if (!of_device_is_available(region))
		dev_err(dev,
			"memory-region " SBUDDY_NODE " is disabled: set its status to \"okay\"\n",
			sbuddy_node(region));
	else if (of_n_addr_cells(region) != of_n_addr_cells(parent) ||
		 of_n_size_cells(region) != of_n_size_cells(parent))
		dev_err(dev,
			SBUDDY_NODE
			" has #address-cells %d and #size-cells %d, but the root has %d and %d: make them equal\n",
			sbuddy_node(parent), of_n_addr_cells(region), of_n_size_cells(region),
			of_n_addr_cells(parent), of_n_size_cells(parent));
	else if (SBUDDY_RESERVED_BY_REG && !of_find_property(region, "reg", NULL))
		dev_err(dev,
			"memory-region " SBUDDY_NODE
			" has no reg, and this kernel does not tell what place it found: give it one\n",
			sbuddy_node(region));
	else
		dev_err(dev,
			"memory-region " SBUDDY_NODE
			" was not reserved at boot: apply the overlay in the bootloader, not at run time\n",
			sbuddy_node(region));
	of_node_put(parent);
}

/*
 * The lookup goes by name alone, without the path; so what it found is held
 * against the node's own reg. A region placed by the kernel has none.
 */
static int check_reg(struct device *dev, struct device_node *region,
		     const struct carveout_claim *claim)
{
	u64 base = claim->base, size = claim->size;
	struct resource res;

	if (!of_find_property(region, "reg", NULL))
		return 0;
	if (of_address_to_resource(region, 0, &res)) {
		dev_err(dev,
			"reg of memory-region " SBUDDY_NODE
			" cannot be read: check #address-cells, #size-cells and ranges of its parent\n",
			sbuddy_node(region));
		return -ENODEV;
	}
	if (res.start != base || resource_size(&res) != size) {
		dev_err(dev,
			"memory-region " SBUDDY_NODE
			" is %#llx bytes at %#llx, but at boot %#llx bytes at %#llx were reserved by that name: give it a name of its own, and apply the overlay in the bootloader\n",
			sbuddy_node(region), (u64)resource_size(&res), (u64)res.start, size, base);
		return -ENODEV;
	}
	if (!of_address_to_resource(region, 1, &res)) {
		dev_err(dev,
			"memory-region " SBUDDY_NODE
			" has several ranges: make it a node for each\n",
			sbuddy_node(region));
		return -ENODEV;
	}
	return 0;
}

static int read_region(struct device *dev, struct device_node *region, struct carveout_claim *claim)
{
	bool found = sbuddy_reserved_mem(region, &claim->base, &claim->size);
	struct device_node *parent = of_get_parent(region);
	bool inside = of_node_name_eq(parent, "reserved-memory");

	of_node_put(parent);
	if (!found || !inside) {
		explain_lookup(dev, region);
		return -ENODEV;
	}
	if (!claim->size) {
		dev_err(dev,
			"memory-region " SBUDDY_NODE
			" found no place at boot: make it smaller, or widen its alloc-ranges\n",
			sbuddy_node(region));
		return -ENODEV;
	}
	if (of_property_read_bool(region, "reusable")) {
		dev_err(dev,
			"memory-region " SBUDDY_NODE
			" is reusable, so the kernel uses it meanwhile: remove that property\n",
			sbuddy_node(region));
		return -ENODEV;
	}
	/* A pool of the kernel's own claims no resource, so nothing else would tell. */
	if (of_find_property(region, "compatible", NULL)) {
		dev_err(dev,
			"memory-region " SBUDDY_NODE
			" has a compatible, so it is for another driver: remove that property\n",
			sbuddy_node(region));
		return -ENODEV;
	}
	/* The region's node is let go of. */
	claim->name = devm_kstrdup(dev, kbasename(region->full_name), GFP_KERNEL);
	if (!claim->name)
		return -ENOMEM;
	claim->no_map = of_property_read_bool(region, "no-map");
	return check_reg(dev, region, claim);
}

static int read_nid(struct device *dev, unsigned int index, int *nid)
{
	u32 value = 0;

	/* How many there are was looked at before; without any, all is node 0. */
	of_property_read_u32_index(dev->of_node, "sbuddy,node-ids", index, &value);
	if (value >= SB_MAX_NODES) {
		dev_err(dev, "sbuddy,node-ids has %u, but must have 0 to %d\n", value,
			SB_MAX_NODES - 1);
		return -ENODEV;
	}
	*nid = (int)value;
	return 0;
}

static int count_regions(struct device *dev)
{
	int nr = of_count_phandle_with_args(dev->of_node, "memory-region", NULL);
	int len;

	if (nr < 1 || nr > CARVEOUT_MAX_REGIONS) {
		dev_err(dev,
			"memory-region has %d regions, but must have 1 to %d: point it at nodes under /reserved-memory\n",
			max(nr, 0), CARVEOUT_MAX_REGIONS);
		return -ENODEV;
	}
	if (of_get_property(dev->of_node, "sbuddy,node-ids", &len) &&
	    len != nr * (int)sizeof(u32)) {
		dev_err(dev,
			"sbuddy,node-ids has %d bytes, but must have %d: a cell for each memory-region\n",
			len, nr * (int)sizeof(u32));
		return -ENODEV;
	}
	return nr;
}

static int read_claim(struct device *dev, unsigned int index, struct carveout_claim *claim)
{
	struct device_node *region = of_parse_phandle(dev->of_node, "memory-region", index);
	int err;

	if (!region) {
		dev_err(dev, "memory-region %u points at no node: check the phandle\n", index);
		return -ENODEV;
	}
	claim->index = index;
	err = read_region(dev, region, claim);
	of_node_put(region);
	return err ?: read_nid(dev, index, &claim->nid);
}

static int by_base(const void *a, const void *b)
{
	const struct carveout_claim *left = a, *right = b;

	return left->base < right->base ? -1 : left->base > right->base;
}

static int read_claims(struct device *dev, struct carveout *co)
{
	int nr = count_regions(dev);
	int err, i;

	if (nr < 0)
		return nr;
	for (i = 0; i < nr; i++) {
		err = read_claim(dev, i, &co->claims[i]);
		if (err)
			return err;
	}
	sort(co->claims, nr, sizeof(co->claims[0]), by_base, NULL);
	co->nr_claims = nr;
	return 0;
}

int carveout_read(struct device *dev, struct carveout *co)
{
	int err;

	sb_config_defaults(&co->cfg);
	co->cfg.nr_cpus = min_t(unsigned int, nr_cpu_ids, SB_MAX_CPUS);
	err = read_name(dev, &co->cfg);
	if (!err)
		err = read_tunables(dev, &co->cfg);
	if (!err)
		err = read_cma(dev, &co->cfg);
	if (!err)
		err = read_claims(dev, co);
	if (!err)
		err = carveout_hold_back(dev, co);
	return err;
}
