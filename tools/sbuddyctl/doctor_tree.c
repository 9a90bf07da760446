// SPDX-License-Identifier: GPL-2.0-only
/* The memory of carveouts, as a flattened device tree tells of it. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"
#include "tree.h"

#define MAX_REGIONS 8
#define MAX_NODES 8
#define COMPATIBLE "sbuddy,carveout"

/* An overlay's fragment to begin with. */
#define EXAMPLE                                                                                \
	"reserved-memory { pool: pool@98000000 { reg = <0x98000000 0x4000000>; no-map; }; }; " \
	"sbuddy { compatible = \"" COMPATIBLE "\"; memory-region = <&pool>; };"

void doctor_say(struct doctor *d, enum doctor_level level, const char *where, const char *instead,
		const char *format, ...)
{
	char what[2 * DOCTOR_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	d->nr_wrong += level == DOCTOR_WRONG;
	d->tell(level, where, what, instead);
}

#define wrong(d, where, instead, ...) doctor_say(d, DOCTOR_WRONG, where, instead, __VA_ARGS__)

/* It has to be among those that the kernel reserves at boot. */
static bool region_is_reserved(struct doctor *d, const char *where, int region, int parent)
{
	const void *fdt = d->fdt;
	int home = fdt_path_offset(fdt, "/reserved-memory");
	char path[TREE_PATH], of_parent[TREE_PATH];

	tree_path(fdt, region, path);
	tree_path(fdt, parent, of_parent);
	if (parent != home)
		wrong(d, where, "move the node below /reserved-memory of the root",
		      "memory-region %s lies outside of /reserved-memory", path);
	else if (!tree_available(fdt, region))
		wrong(d, where, "status = \"okay\"; or no status at all",
		      "memory-region %s is disabled", path);
	else if (fdt_address_cells(fdt, home) != fdt_address_cells(fdt, 0) ||
		 fdt_size_cells(fdt, home) != fdt_size_cells(fdt, 0))
		wrong(d, where, "give it the root's values, and write each reg accordingly",
		      "%s has #address-cells %d and #size-cells %d, but the root has %d and %d",
		      of_parent, fdt_address_cells(fdt, home), fdt_size_cells(fdt, home),
		      fdt_address_cells(fdt, 0), fdt_size_cells(fdt, 0));
	else if (!tree_has(fdt, home, "ranges"))
		wrong(d, where, "ranges;", "%s has no ranges: the kernel reserves nothing of it",
		      of_parent);
	else
		return true;
	return false;
}

static bool region_is_ours(struct doctor *d, const char *where, int region)
{
	char path[TREE_PATH];

	tree_path(d->fdt, region, path);
	if (tree_has(d->fdt, region, "reusable"))
		wrong(d, where, "remove reusable; from it",
		      "memory-region %s is reusable, so the kernel uses it meanwhile", path);
	else if (tree_has(d->fdt, region, "compatible"))
		wrong(d, where, "remove its compatible",
		      "memory-region %s has a compatible, so it is for another driver", path);
	else
		return true;
	return false;
}

/* A place that the kernel chooses at boot. */
static bool region_can_be_placed(struct doctor *d, const char *where, int region, int home)
{
	char path[TREE_PATH];
	int len;
	const fdt32_t *cells = tree_property(d->fdt, region, "size", &len);
	uint64_t size =
		cells && len == 4 * fdt_size_cells(d->fdt, home) ? tree_cells(cells, len / 4) : 0;
	uint64_t memory = doctor_memory(d);

	tree_path(d->fdt, region, path);
	if (!size)
		wrong(d, where, "reg = <ADDRESS SIZE>; or size = <SIZE>;",
		      "memory-region %s has neither a reg nor a size", path);
	else if (memory && size >= memory)
		wrong(d, where, "make it smaller",
		      "memory-region %s of %#" PRIx64
		      " bytes finds no place: the board has %#" PRIx64,
		      path, size, memory);
	else
		doctor_say(d, DOCTOR_NOTE, where, NULL,
			   "memory-region %s gets a place at boot, of %#" PRIx64 " bytes", path,
			   size);
	return size && (!memory || size < memory);
}

/* The kernel finds what it reserved by name: another of that name would be taken for it. */
static bool name_is_its_own(struct doctor *d, const char *where, int region, int home)
{
	const char *name = fdt_get_name(d->fdt, region, NULL);
	int node;

	for (node = fdt_first_subnode(d->fdt, home); node >= 0;
	     node = fdt_next_subnode(d->fdt, node)) {
		if (node == region || strcmp(fdt_get_name(d->fdt, node, NULL), name))
			continue;
		wrong(d, where, "give each node a name of its own", "%s is there twice", name);
		return false;
	}
	return true;
}

static bool examine_claim(struct doctor *d, const char *where, int node, int region,
			  struct doctor_claim *claim)
{
	const void *fdt = d->fdt;
	int home = fdt_parent_offset(fdt, region);
	uint64_t base, size;

	if (!region_is_reserved(d, where, region, home) || !region_is_ours(d, where, region) ||
	    !name_is_its_own(d, where, region, home))
		return false;
	if (!tree_has(fdt, region, "reg")) {
		claim->size = 0;
		return region_can_be_placed(d, where, region, home);
	}
	if (!tree_reg(fdt, home, region, 0, &claim->base, &claim->size)) {
		wrong(d, where, "reg = <ADDRESS SIZE>;",
		      "reg of memory-region %s is too short for its #address-cells and #size-cells",
		      fdt_get_name(fdt, region, NULL));
		return false;
	}
	if (tree_reg(fdt, home, region, 1, &base, &size)) {
		wrong(d, where, "make it a node for each, and list them in memory-region",
		      "memory-region %s has several ranges", fdt_get_name(fdt, region, NULL));
		return false;
	}
	snprintf(claim->carveout, sizeof(claim->carveout), "%s", where);
	snprintf(claim->name, sizeof(claim->name), "%s", fdt_get_name(fdt, region, NULL));
	claim->no_map = tree_has(fdt, region, "no-map");
	return doctor_claim_ok(d, where, node, region, claim);
}

static bool node_ids_fit(struct doctor *d, const char *where, int node, int nr)
{
	int len, i;
	const fdt32_t *ids = tree_property(d->fdt, node, "sbuddy,node-ids", &len);

	if (!ids)
		return true;
	if (len != 4 * nr) {
		wrong(d, where, "give a cell for each memory-region",
		      "sbuddy,node-ids has %d bytes, but must have %d", len, 4 * nr);
		return false;
	}
	for (i = 0; i < nr; i++)
		if (fdt32_to_cpu(ids[i]) >= MAX_NODES) {
			wrong(d, where, "sbuddy,node-ids = <0>; is the first",
			      "sbuddy,node-ids has %u, but must have 0 to %d", fdt32_to_cpu(ids[i]),
			      MAX_NODES - 1);
			return false;
		}
	return true;
}

static void fine(struct doctor *d, const struct doctor_claim *claim)
{
	bool mib = !(claim->size % (1 << 20));

	doctor_say(d, DOCTOR_FINE, claim->carveout, NULL, "%s: %" PRIu64 " %s at %#" PRIx64 ", %s",
		   claim->name, claim->size >> (mib ? 20 : 10), mib ? "MiB" : "KiB", claim->base,
		   claim->no_map ? "no-map" : "mapped");
}

/* All of its memory, up to the first that is wrong: later ones may follow from it. */
static void examine_regions(struct doctor *d, int node, const char *where)
{
	const unsigned int before_wrong = d->nr_wrong;
	unsigned int i;
	int len = 0, nr;
	const fdt32_t *phandles = tree_property(d->fdt, node, "memory-region", &len);

	nr = phandles ? len / 4 : 0;
	if (nr < 1 || nr > MAX_REGIONS) {
		wrong(d, where, nr ? "make several carveouts" : EXAMPLE,
		      "memory-region has %d regions, but must have 1 to %d", nr, MAX_REGIONS);
		return;
	}
	if (!node_ids_fit(d, where, node, nr))
		return;
	for (i = 0; i < (unsigned int)nr; i++) {
		uint32_t phandle = fdt32_to_cpu(phandles[i]);
		int region = fdt_node_offset_by_phandle(d->fdt, phandle);
		struct doctor_claim *claim = &d->claims[d->nr_claims];

		if (region < 0)
			wrong(d, where, "check the label that it refers to",
			      "memory-region %u points at no node: phandle %#x", i, phandle);
		else if (d->nr_claims == DOCTOR_MAX_CLAIMS)
			wrong(d, where, "look at it in parts", "too many ranges for one look");
		else if (examine_claim(d, where, node, region, claim) && claim->size)
			d->nr_claims++;
		if (d->nr_wrong != before_wrong)
			return;
	}
}

/* Who is refused claims nothing. */
static void examine(struct doctor *d, int node, const char *where)
{
	const unsigned int before = d->nr_claims, before_wrong = d->nr_wrong;
	unsigned int i;

	doctor_properties(d, node, where);
	examine_regions(d, node, where);
	if (d->nr_wrong != before_wrong)
		d->nr_claims = before;
	for (i = before; i < d->nr_claims; i++)
		fine(d, &d->claims[i]);
}

void doctor_tree(struct doctor *d)
{
	char path[TREE_PATH];
	int node = -1;

	while ((node = fdt_node_offset_by_compatible(d->fdt, node, COMPATIBLE)) >= 0) {
		d->nr_carveouts++;
		tree_path(d->fdt, node, path);
		if (!tree_available(d->fdt, node)) {
			doctor_say(d, DOCTOR_NOTE, path, "status = \"okay\"; to use it",
				   "the carveout is disabled");
			continue;
		}
		examine(d, node, path);
	}
	if (!d->nr_carveouts)
		wrong(d, "/", EXAMPLE, "no node has compatible = \"" COMPATIBLE "\"");
}
