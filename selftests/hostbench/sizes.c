// SPDX-License-Identifier: GPL-2.0-only
/*
 * How cost grows with the instance. Each is measured beside a small one, round by round.
 * A boot is repeated on metadata that the machine has found memory for, so it is not that
 * which is measured.
 */
#include <stdlib.h>

#include "bench.h"

#define SMALL (64 * MiB)
#define NR_PAIRS 20000u
#define BURST 4096u

enum size_work {
	MEMMAP_PAGE,
	HANDOVER_PAGE,
	PAIR_ORDER_0,
	PAIR_ORDER_10,
	BURST_4096,
	FILL_1_PERCENT,
	PAIR_FAR_NODE,
	NR_SIZE_WORKS
};

static const char *const names[NR_SIZE_WORKS] = {
	[MEMMAP_PAGE] = "memmap-page",	   [HANDOVER_PAGE] = "handover-page",
	[PAIR_ORDER_0] = "pair-order-0",   [PAIR_ORDER_10] = "pair-order-10",
	[BURST_4096] = "burst-4096",	   [FILL_1_PERCENT] = "fill-1-percent",
	[PAIR_FAR_NODE] = "pair-far-node",
};

/**
 * struct place - An instance of some size.
 * @host: instance
 * @size: bytes
 * @nr_nodes: of equal size
 * @name: size and nodes
 * @slot: blocks that a work holds: number of the page times 16 plus order
 * @best: least of each work
 */
struct place {
	struct host host;
	u64 size;
	unsigned int nr_nodes;
	char name[16];
	u32 *slot;
	u64 best[NR_SIZE_WORKS];
};

static bool get(struct place *place, unsigned int order, u32 gfp, int nid, u32 *slot)
{
	struct sb_request request = {
		.order = order,
		.type = SB_UNMOVABLE,
		.zone = SB_ZONE_NORMAL,
		.nid = nid,
		.gfp = gfp,
	};
	unsigned long pfn;

	if (!host_get(&place->host, &request, &pfn))
		return false;
	*slot = (u32)(pfn - place->host.inst.map.base_pfn) << 4 | order;
	return true;
}

static unsigned long pfn_of(const struct place *place, u32 slot)
{
	return place->host.inst.map.base_pfn + (slot >> 4);
}

static void put(struct place *place, u32 slot)
{
	host_put(&place->host, pfn_of(place, slot), slot & 15);
}

static void keep(struct place *place, enum size_work work, u64 each)
{
	place->best[work] = min(place->best[work], each);
}

static void pairs(struct place *place, enum size_work work, unsigned int order)
{
	u64 start = bench_now();
	unsigned int i;

	for (i = 0; i < NR_PAIRS; i++) {
		if (!get(place, order, SB_GFP_KERNEL, SB_NID_ANY, &place->slot[0]))
			return;
		put(place, place->slot[0]);
	}
	keep(place, work, bench_each(bench_now() - start, NR_PAIRS));
}

/* Takes @nr pages and gives them back, as often as makes a burst at least. */
static void fills(struct place *place, enum size_work work, unsigned long nr)
{
	unsigned long rounds = (BURST + nr - 1) / nr, round, i;
	u64 start = bench_now();

	for (round = 0; round < rounds; round++) {
		for (i = 0; i < nr; i++)
			if (!get(place, 0, SB_GFP_KERNEL, SB_NID_ANY, &place->slot[i])) {
				while (i)
					put(place, place->slot[--i]);
				return;
			}
		for (i = 0; i < nr; i++)
			put(place, place->slot[i]);
	}
	keep(place, work, bench_each(bench_now() - start, rounds * nr));
}

/* Pairs when only the last node has pages, which a request comes to after all others. */
static void far_pairs(struct place *place)
{
	u32 gfp = SB_GFP_NOWAIT | SB_GFP_MEMALLOC | SB_GFP_THISNODE;
	int nid, order, last = (int)place->nr_nodes - 1;
	unsigned long nr = 1;

	for (nid = 0; nid < last; nid++)
		for (order = (int)place->host.inst.cfg.max_order; order >= 0; order--)
			while (get(place, (unsigned int)order, gfp, nid, &place->slot[nr]))
				nr++;
	pairs(place, PAIR_FAR_NODE, 0);
	if (pfn_of(place, place->slot[0]) < place->host.inst.nodes[last].start_pfn)
		report_failure("pair-far-node-%s: it was served by another node", place->name);
	while (nr > 1)
		put(place, place->slot[--nr]);
}

/* Room for a hundredth in pages, and for all in the largest blocks, with some small ones. */
static unsigned long slots_of(u64 size)
{
	return (unsigned long)(size >> SB_PAGE_SHIFT) / 100 + BURST;
}

static bool boot(struct place *place)
{
	struct sb_instance *inst = &place->host.inst;
	u64 nr_pages = place->size >> SB_PAGE_SHIFT, start, ready;

	sb_instance_exit(inst);
	if (!host_boot(&place->host, place->size, place->nr_nodes, 1, SB_STAGE_LAYOUT))
		return false;
	start = bench_now();
	if (sb_instance_step(inst))
		return false;
	keep(place, MEMMAP_PAGE, bench_each(bench_now() - start, nr_pages));
	if (sb_instance_step(inst))
		return false;
	ready = bench_now();
	if (sb_instance_step(inst))
		return false;
	keep(place, HANDOVER_PAGE, bench_each(bench_now() - ready, nr_pages));
	return true;
}

static void do_round(struct place *place)
{
	pairs(place, PAIR_ORDER_0, 0);
	pairs(place, PAIR_ORDER_10, 10);
	fills(place, BURST_4096, BURST);
	fills(place, FILL_1_PERCENT, host_managed(&place->host) / 100);
	if (place->nr_nodes > 1)
		far_pairs(place);
}

static bool open_place(struct place *place)
{
	unsigned int i;

	for (i = 0; i < NR_SIZE_WORKS; i++)
		place->best[i] = BENCH_NONE;
	place->slot = calloc(slots_of(place->size), sizeof(*place->slot));
	if (!place->slot)
		return false;
	if (host_create(&place->host, place->size, 1)) {
		/* Once, so that there is an instance to leave, and memory for its metadata. */
		if (host_boot(&place->host, place->size, place->nr_nodes, 1, SB_STAGE_LIVE))
			return true;
		host_destroy(&place->host);
	}
	free(place->slot);
	return false;
}

static void close_place(struct place *place)
{
	if (!host_is_whole(&place->host))
		report_failure("%s: not all pages are back", place->name);
	sb_instance_exit(&place->host.inst);
	host_destroy(&place->host);
	free(place->slot);
}

static u64 memory_available(void)
{
	FILE *file = fopen("/proc/meminfo", "r");
	u64 kib = 0;
	char line[128];

	while (file && !kib && fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %llu", &kib) != 1)
			kib = 0;
	if (file)
		fclose(file);
	return kib << 10;
}

/* An eighth more than is used is wanted: the machine has other programs. */
static bool has_room(const struct place *place)
{
	u64 needed = host_arena_size(place->size, 1) + slots_of(place->size) * sizeof(u32);
	u64 there = memory_available();

	if (needed + needed / 8 <= there)
		return true;
	report_note("%s: skipped, it takes %llu MiB of memory, and %llu are available", place->name,
		    (needed + needed / 8) / MiB, there / MiB);
	return false;
}

static void do_size(struct place *small, u64 size, const char *size_name, unsigned int nr_nodes)
{
	struct place place = { .size = min(size, host_size_max()), .nr_nodes = nr_nodes };
	unsigned int i;
	char name[48];

	snprintf(place.name, sizeof(place.name), "%s-%un", size_name, nr_nodes);
	report_progress(place.name);
	if (!has_room(&place))
		return;
	if (!open_place(&place)) {
		report_failure("%s: it does not boot", place.name);
		return;
	}
	for (i = 0; i < NR_SIZE_WORKS; i++)
		small->best[i] = BENCH_NONE;
	for (i = 0; i < bench_options.rounds; i++) {
		if (!boot(small) || !boot(&place)) {
			report_failure("%s: it does not boot", place.name);
			break;
		}
		do_round(small);
		do_round(&place);
	}
	/* The small one has one node, so that its pairs are compared with those of the last. */
	small->best[PAIR_FAR_NODE] = small->best[PAIR_ORDER_0];
	for (i = 0; i < NR_SIZE_WORKS; i++) {
		if (i == PAIR_FAR_NODE && nr_nodes == 1)
			continue;
		snprintf(name, sizeof(name), "%s-%s", names[i], place.name);
		report(name, small->name, place.best[i], small->best[i]);
	}
	close_place(&place);
}

void bench_sizes(void)
{
	static const struct {
		const char *name;
		u64 size;
	} sizes[] = {
		{ "64m", SMALL },      { "1g", GiB },	     { "16g", 16 * GiB },
		{ "256g", 256 * GiB }, { "1t", 1024 * GiB },
	};
	struct place small = { .size = SMALL, .nr_nodes = 1, .name = "64m-1n" };
	unsigned int i;

	report_note("of these the peer is the core itself: in an instance of 64 MiB and one node");
	report_note(
		"fill-1-percent touches 12 bytes a page, its own list included, and goes by what fits the caches");
	report_note("1t is %llu MiB less than a terabyte, as links of 28 bits tell no more",
		    (1024 * GiB - host_size_max()) / MiB);
	if (!open_place(&small)) {
		report_failure("%s: it does not boot", small.name);
		return;
	}
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		do_size(&small, sizes[i].size, sizes[i].name, 1);
		do_size(&small, sizes[i].size, sizes[i].name, SB_MAX_NODES);
	}
	close_place(&small);
}
