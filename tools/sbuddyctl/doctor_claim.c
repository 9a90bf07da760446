// SPDX-License-Identifier: GPL-2.0-only
/* One range of memory that a carveout claims, held against all that the tree knows. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"
#include "tree.h"

#define PAGE 4096u

#define wrong(d, where, instead, ...) doctor_say(d, DOCTOR_WRONG, where, instead, __VA_ARGS__)

static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a < b + b_size && b < a + a_size;
}

static bool has_shape(struct doctor *d, const char *where, int node,
		      const struct doctor_claim *claim)
{
	unsigned int order = doctor_pageblock_order(d, node);
	uint64_t least = (uint64_t)PAGE << order, base = claim->base, size = claim->size;
	char instead[DOCTOR_TEXT];

	if ((base | size) % PAGE) {
		snprintf(instead, sizeof(instead), "reg = <%#" PRIx64 " %#" PRIx64 ">;",
			 base & ~(uint64_t)0x3fffff, (size + 0x3fffff) & ~(uint64_t)0x3fffff);
		wrong(d, where, instead, "%s is misaligned: %#" PRIx64 " bytes at %#" PRIx64,
		      claim->name, size, base);
	} else if (size < least) {
		snprintf(instead, sizeof(instead),
			 "reg = <%#" PRIx64 " %#" PRIx64
			 ">; or lower sbuddy,pageblock-order from %u",
			 base, least > 0x400000 ? least : (uint64_t)0x400000, order);
		wrong(d, where, instead,
		      "%s is too small: %#" PRIx64 " bytes at %#" PRIx64
		      ", but a pageblock has %#" PRIx64,
		      claim->name, size, base, least);
	} else if (base + size < base) {
		wrong(d, where, "make it smaller",
		      "%s is too large: %#" PRIx64 " bytes at %#" PRIx64, claim->name, size, base);
	} else {
		return true;
	}
	return false;
}

static bool is_memory(const void *fdt, int node)
{
	int len;
	const char *type = fdt_getprop(fdt, node, "device_type", &len);

	return type && !strcmp(type, "memory");
}

/* The next range of memory; begins with *@node and range *@index of it. */
static bool next_memory(const struct doctor *d, int *node, int *index, uint64_t *base,
			uint64_t *size)
{
	for (; *node >= 0; *node = fdt_next_subnode(d->fdt, *node), *index = 0)
		if (is_memory(d->fdt, *node) && tree_reg(d->fdt, 0, *node, *index, base, size)) {
			++*index;
			return true;
		}
	return false;
}

uint64_t doctor_memory(const struct doctor *d)
{
	int node = fdt_first_subnode(d->fdt, 0), index = 0;
	uint64_t base, size, sum = 0;

	while (next_memory(d, &node, &index, &base, &size))
		sum += size;
	return sum;
}

/* Which board this is only its bootloader may know: then the tree says nothing. */
static bool exists(struct doctor *d, const char *where, const struct doctor_claim *claim)
{
	int node = fdt_first_subnode(d->fdt, 0), index = 0;
	uint64_t base, size;

	while (next_memory(d, &node, &index, &base, &size))
		if (claim->base >= base && claim->base + claim->size <= base + size)
			return true;
	if (!doctor_memory(d))
		return true;
	wrong(d, where, "choose a range that the memory node has",
	      "%s, %#" PRIx64 " bytes at %#" PRIx64 ", is outside of this board's memory",
	      claim->name, claim->size, claim->base);
	return false;
}

/* A range of a node that a claim overlaps: whether there is one. */
static bool in_the_way(const struct doctor *d, int home, int node, const struct doctor_claim *claim)
{
	uint64_t base, size;
	int i;

	if (!tree_available(d->fdt, node))
		return false;
	for (i = 0; tree_reg(d->fdt, home, node, i, &base, &size); i++)
		if (overlap(claim->base, claim->size, base, size))
			return true;
	return false;
}

/* Others that reserve memory: the rest of /reserved-memory, and /memreserve/. */
static bool is_free(struct doctor *d, const char *where, int region,
		    const struct doctor_claim *claim)
{
	int home = fdt_path_offset(d->fdt, "/reserved-memory"), node, i;
	char path[TREE_PATH];
	uint64_t base, size;

	for (node = fdt_first_subnode(d->fdt, home); node >= 0;
	     node = fdt_next_subnode(d->fdt, node)) {
		if (node == region || !in_the_way(d, home, node, claim))
			continue;
		wrong(d, where, "choose another range, or remove the other node",
		      "%s, %#" PRIx64 " bytes at %#" PRIx64 ", and %s overlap", claim->name,
		      claim->size, claim->base, tree_path(d->fdt, node, path));
		return false;
	}
	for (i = 0; !fdt_get_mem_rsv(d->fdt, i, &base, &size) && size; i++)
		if (overlap(claim->base, claim->size, base, size)) {
			wrong(d, where, "choose another range",
			      "%s, %#" PRIx64 " bytes at %#" PRIx64
			      ", is reserved by /memreserve/ %#" PRIx64 " %#" PRIx64,
			      claim->name, claim->size, claim->base, base, size);
			return false;
		}
	return true;
}

/* Another carveout's, or one of the same that stands there twice. */
static bool is_new(struct doctor *d, const char *where, const struct doctor_claim *claim)
{
	unsigned int i;

	for (i = 0; i < d->nr_claims; i++) {
		const struct doctor_claim *other = &d->claims[i];

		if (overlap(claim->base, claim->size, other->base, other->size)) {
			wrong(d, where, "give each carveout memory of its own",
			      "%s, %#" PRIx64 " bytes at %#" PRIx64 ", is claimed by %s already",
			      claim->name, claim->size, claim->base, other->carveout);
			return false;
		}
		if (!strcmp(other->carveout, where) && other->no_map != claim->no_map) {
			wrong(d, where, "give no-map to all or to none",
			      "%s has no-map and %s has not",
			      claim->no_map ? claim->name : other->name,
			      claim->no_map ? other->name : claim->name);
			return false;
		}
	}
	return true;
}

bool doctor_claim_ok(struct doctor *d, const char *where, int node, int region,
		     const struct doctor_claim *claim)
{
	return has_shape(d, where, node, claim) && exists(d, where, claim) &&
	       is_free(d, where, region, claim) && is_new(d, where, claim);
}
