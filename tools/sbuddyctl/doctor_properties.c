// SPDX-License-Identifier: GPL-2.0-only
/* A carveout's name and tunables: dts-overlays/bindings/sbuddy,carveout.yaml. */
#include <ctype.h>
#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"

#define PREFIX "sbuddy,"
#define NAME_LEN 32
#define MAX_CMA 8
#define DEFAULT_PAGEBLOCK_ORDER 8

enum kind { CELL, WIDE, WIDES, CELLS, FLAG, WORD };

static const struct known {
	const char *name;
	enum kind kind;
	uint32_t low;
	uint32_t high;
	const char *words; /* between spaces */
} known[] = {
	{ "sbuddy,auto-movable-ratio", CELL, 0, INT32_MAX, NULL },
	{ "sbuddy,auto-online", WORD, 0, 0, " offline online online_kernel online_movable " },
	{ "sbuddy,bottom-up", FLAG, 0, 0, NULL },
	{ "sbuddy,cma-bytes", WIDES, 0, 0, NULL },
	{ "sbuddy,compaction-proactiveness", CELL, 0, 100, NULL },
	{ "sbuddy,debug-guardpage-minorder", CELL, 0, 5, NULL },
	{ "sbuddy,dma-bytes", WIDE, 0, 0, NULL },
	{ "sbuddy,engine", WORD, 0, 0, " list word " },
	{ "sbuddy,extfrag-threshold", CELL, 0, 1000, NULL },
	{ "sbuddy,hotplug-bytes", WIDE, 0, 0, NULL },
	{ "sbuddy,hotplug-regions", CELL, 0, 7, NULL },
	{ "sbuddy,init-on-free", FLAG, 0, 0, NULL },
	{ "sbuddy,kernelcore-bytes", WIDE, 0, 0, NULL },
	{ "sbuddy,kernelcore-percent", CELL, 0, 100, NULL },
	{ "sbuddy,lowmem-bytes", WIDE, 0, 0, NULL },
	{ "sbuddy,lowmem-reserve-ratio-dma", CELL, 0, INT32_MAX, NULL },
	{ "sbuddy,lowmem-reserve-ratio-highmem", CELL, 0, INT32_MAX, NULL },
	{ "sbuddy,lowmem-reserve-ratio-normal", CELL, 0, INT32_MAX, NULL },
	{ "sbuddy,max-order", CELL, 1, 15, NULL },
	{ "sbuddy,memmap-on-memory", FLAG, 0, 0, NULL },
	{ "sbuddy,memory-block-bytes", WIDE, 0, 0, NULL },
	{ "sbuddy,min-free-kbytes", CELL, 0, UINT32_MAX, NULL },
	{ "sbuddy,movablecore-bytes", WIDE, 0, 0, NULL },
	{ "sbuddy,movablecore-percent", CELL, 0, 100, NULL },
	{ "sbuddy,node-ids", CELLS, 0, 0, NULL },
	{ "sbuddy,online-policy", WORD, 0, 0, " contig-zones auto-movable " },
	{ "sbuddy,page-owner", FLAG, 0, 0, NULL },
	{ "sbuddy,page-poison", FLAG, 0, 0, NULL },
	{ "sbuddy,pageblock-order", CELL, 1, 15, NULL },
	{ "sbuddy,pcp-at-once", FLAG, 0, 0, NULL },
	{ "sbuddy,pcp-batch", CELL, 1, UINT32_MAX, NULL },
	{ "sbuddy,pcp-high", CELL, 0, UINT32_MAX, NULL },
	{ "sbuddy,pcp-high-max", CELL, 0, 131072, NULL },
	{ "sbuddy,pcp-huge-order", CELL, 0, 15, NULL },
	{ "sbuddy,quarantine-pages", CELL, 0, 16777216, NULL },
	{ "sbuddy,quota-file-bytes", WIDE, 0, 0, NULL },
	{ "sbuddy,quota-uid-bytes", WIDE, 0, 0, NULL },
	{ "sbuddy,rules", WORD, 0, 0, " 6.12 6.1 " },
	{ "sbuddy,section-bytes", WIDE, 0, 0, NULL },
	{ "sbuddy,slab-debug", WORD, 0, 0, NULL },
	{ "sbuddy,watermark-boost-factor", CELL, 0, 1000000, NULL },
	{ "sbuddy,watermark-scale-factor", CELL, 1, 3000, NULL },
	{ "sbuddy,window-base", WIDE, 0, 0, NULL },
	{ "sbuddy,window-bytes", WIDE, 0, 0, NULL },
};

#define NR_KNOWN (sizeof(known) / sizeof(known[0]))

#define wrong(d, where, instead, ...) doctor_say(d, DOCTOR_WRONG, where, instead, __VA_ARGS__)

unsigned int doctor_pageblock_order(const struct doctor *d, int node)
{
	int len;
	const fdt32_t *cell = fdt_getprop(d->fdt, node, "sbuddy,pageblock-order", &len);
	uint32_t order = cell && len == 4 ? fdt32_to_cpu(*cell) : DEFAULT_PAGEBLOCK_ORDER;

	return order < 15 ? order : 15;
}

static const struct known *find(const char *name)
{
	unsigned int i;

	for (i = 0; i < NR_KNOWN; i++)
		if (!strcmp(known[i].name, name))
			return &known[i];
	return NULL;
}

static unsigned int least_of(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int least = a < b ? a : b;

	return least < c ? least : c;
}

/* Letters to change, add or leave out until one is the other. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[64], i, j, corner, above;
	size_t wide = strlen(b);

	if (wide >= sizeof(row) / sizeof(row[0]))
		return UINT32_MAX;
	for (j = 0; j <= wide; j++)
		row[j] = j;
	for (i = 1; a[i - 1]; i++) {
		corner = row[0];
		row[0] = i;
		for (j = 1; j <= wide; j++) {
			above = row[j];
			row[j] = least_of(above + 1, row[j - 1] + 1,
					  corner + (a[i - 1] != b[j - 1]));
			corner = above;
		}
	}
	return row[wide];
}

static void tell_unknown(struct doctor *d, const char *where, const char *name)
{
	unsigned int best = UINT32_MAX, i, at = 0, far;

	for (i = 0; i < NR_KNOWN; i++) {
		far = distance(name, known[i].name);
		if (far < best) {
			best = far;
			at = i;
		}
	}
	wrong(d, where, best <= 4 ? known[at].name : "see the binding for those there are",
	      "%s is no property that the driver knows: it does nothing", name);
}

static void check_size(struct doctor *d, const char *where, const struct known *k, int len,
		       int want)
{
	if (len != want)
		wrong(d, where, want == 8 ? "write it as <HIGH LOW>" : "write it as <VALUE>",
		      "%s has %d bytes, but must have %d", k->name, len, want);
}

static void check_cell(struct doctor *d, const char *where, const struct known *k, uint32_t value)
{
	char instead[64];

	snprintf(instead, sizeof(instead), "%u to %u", k->low, k->high);
	if (value < k->low || value > k->high)
		wrong(d, where, instead, "%s is %u", k->name, value);
}

/* The letters Z, P and U, each once at most, or "-". */
static bool is_slab_debug(const char *text)
{
	return !strcmp(text, "-") || (*text && strspn(text, "ZPU") == strlen(text));
}

static void check_word(struct doctor *d, const char *where, const struct known *k, const char *text,
		       int len)
{
	char word[64];

	if (len < 1 || text[len - 1] || memchr(text, 0, (size_t)len - 1)) {
		wrong(d, where, "write it as \"TEXT\"", "%s is not a text", k->name);
		return;
	}
	snprintf(word, sizeof(word), " %s ", text);
	if (k->words ? !strstr(k->words, word) || strchr(text, ' ') : !is_slab_debug(text))
		wrong(d, where, k->words ? k->words + 1 : "letters of ZPU, or -", "%s is \"%s\"",
		      k->name, text);
}

static void check_property(struct doctor *d, const char *where, const struct known *k,
			   const void *value, int len)
{
	if (k->kind == CELL) {
		check_size(d, where, k, len, 4);
		if (len == 4)
			check_cell(d, where, k, fdt32_to_cpu(*(const fdt32_t *)value));
	} else if (k->kind == WIDE) {
		check_size(d, where, k, len, 8);
	} else if (k->kind == WIDES && (!len || len % 8 || len > 8 * MAX_CMA)) {
		wrong(d, where, "write it as <HIGH LOW>, for each area",
		      "%s has %d bytes, but must have 8 for each of 1 to %d areas", k->name, len,
		      MAX_CMA);
	} else if (k->kind == WORD) {
		check_word(d, where, k, value, len);
	}
}

static void check_orders(struct doctor *d, int node, const char *where)
{
	int len;
	const fdt32_t *cell = fdt_getprop(d->fdt, node, "sbuddy,max-order", &len);
	uint32_t most = cell && len == 4 ? fdt32_to_cpu(*cell) : 10;

	if (doctor_pageblock_order(d, node) > most)
		wrong(d, where, "sbuddy,pageblock-order up to sbuddy,max-order",
		      "sbuddy,pageblock-order is %u, but sbuddy,max-order %u",
		      doctor_pageblock_order(d, node), most);
}

static const char *name_of(const struct doctor *d, int node)
{
	int len;
	const char *label = fdt_getprop(d->fdt, node, "label", &len);

	return label && len > 0 && !label[len - 1] ? label : fdt_get_name(d->fdt, node, NULL);
}

static bool name_is_ok(const char *name)
{
	size_t len = strlen(name), i;

	if (!len || len >= NAME_LEN || !strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	for (i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("@._-", name[i]))
			return false;
	return true;
}

static void check_name(struct doctor *d, int node, const char *where)
{
	const char *name = name_of(d, node);
	int other = -1;

	if (!name_is_ok(name)) {
		wrong(d, where, "label = \"NAME\", 1 to 31 letters, digits, @ . _ or -",
		      "the name \"%s\" will not do", name);
		return;
	}
	while ((other = fdt_node_offset_by_compatible(d->fdt, other, "sbuddy,carveout")) >= 0 &&
	       other != node)
		if (!strcmp(name_of(d, other), name)) {
			wrong(d, where, "give a label of its own",
			      "the name \"%s\" is taken by another carveout", name);
			return;
		}
}

void doctor_properties(struct doctor *d, int node, const char *path)
{
	const char *name;
	const void *value;
	int at, len;

	check_name(d, node, path);
	for (at = fdt_first_property_offset(d->fdt, node); at >= 0;
	     at = fdt_next_property_offset(d->fdt, at)) {
		value = fdt_getprop_by_offset(d->fdt, at, &name, &len);
		if (!value || strncmp(name, PREFIX, strlen(PREFIX)))
			continue;
		if (find(name))
			check_property(d, path, find(name), value, len);
		else
			tell_unknown(d, path, name);
	}
	check_orders(d, node, path);
}
