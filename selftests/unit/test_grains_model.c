// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything at random in one instance of two nodes: memory is added, goes online and
 * offline, and is removed; buffers of every kind come, move, are pinned, and go; zones
 * are compacted; slab objects come and go; tunables and debug modes change. After each
 * step the model knows of each page who has it, and of each block where it is.
 */
#define MOVER_UNITS 96
#define OBJECTS_MOST 160
#include "compact_plan.h"
#include "model_blocks.h"
#include "model_buffers.h"
#include "model_compact.h"
#include "model_modes.h"
#include "model_objects.h"
#include "quarantine.h"

#define PAGES 64ul
#define BLOCK (PAGES * SB_PAGE_SIZE)
#define BLOCKS 16u
#define ROUND 2000ul

/**
 * struct grains - What there is beside the buffers.
 * @blocks: memory blocks
 * @objects: slab objects
 * @owners: memory of owners, while they are kept
 * @isolated: a range that is for a time; @end 0 for none
 * @slab: the page is one of a slab
 * @map_pfn: page in use with the descriptors of a block that was added, or 0
 * @bad: pages of a block that were bad when it went offline
 * @nr_looks: how often all was looked at
 * @before: what there was when it began
 * @nr_exact: plans that came as they were said
 */
static struct grains {
	struct model_blocks blocks;
	struct objects objects;
	void *owners;
	struct sb_isolation isolated;
	bool slab[BLOCKS * PAGES];
	unsigned long map_pfn[BLOCKS];
	unsigned int bad[BLOCKS];
	unsigned long nr_looks;
	char before[4096];
	unsigned long nr_exact;
} g;

static struct fixture f;
static struct buffers buffers;

static unsigned long pfn_of(unsigned int block)
{
	return blocks_pfn(&g.blocks, block);
}

/* Node 0 has the first blocks, node 1 some in the middle; DMA is the first one. */
static struct sb_config grains_config(u64 *seed)
{
	struct sb_config cfg = fixture_config(MODEL_BASE, 5 * BLOCK);
	unsigned int filled, i;

	fixture_add_bank(&cfg, MODEL_BASE + 8 * BLOCK, 3 * BLOCK, 1);
	cfg.max_order = 4 + below(seed, 3);
	cfg.pcp_at_once = below(seed, 2);
	cfg.pageblock_order = 2 + below(seed, 3);
	cfg.section_bytes = BLOCK >> below(seed, 2);
	cfg.memory_block_bytes = BLOCK;
	cfg.window_base = MODEL_BASE;
	cfg.window_bytes = BLOCKS * BLOCK;
	cfg.memmap_on_memory = below(seed, 2);
	cfg.auto_online = below(seed, 3) ? SB_ONLINE_OFFLINE : below(seed, SB_NR_ONLINE);
	cfg.dma_bytes = below(seed, 2) ? BLOCK : 0;
	cfg.rules = below(seed, 3) ? SB_RULES_6_12 : SB_RULES_6_1;
	cfg.nr_cpus = 1 + below(seed, 3);
	cfg.pcp_batch = 1 + below(seed, 6);
	cfg.pcp_high = below(seed, 3) ? cfg.pcp_batch + below(seed, 20) : 0;
	cfg.quarantine_pages = below(seed, 3) ? 0 : 8;
	filled = below(seed, 4);
	cfg.page_poison = filled == 0;
	cfg.init_on_free = filled == 1;
	if (below(seed, 2))
		random_tunables(&cfg, seed);
	for (i = below(seed, 3); i; i--)
		fixture_reserve(&cfg, MODEL_BASE + below(seed, 4 * BLOCK), 1 + below(seed, BLOCK));
	random_cma(&cfg, seed);
	for (i = 0; i < cfg.nr_cma; i++)
		cfg.cma[i].size = min(cfg.cma[i].size, (u64)BLOCK / 2);
	return cfg;
}

/* A block that went online: its own descriptors are reserved, and the rest is free. */
static void come(unsigned int block)
{
	unsigned long meta = blocks_meta(&g.blocks, block);

	model_set(&buffers.m, pfn_of(block), meta, M_ABSENT, M_RESERVED);
	model_set(&buffers.m, pfn_of(block) + meta, PAGES - meta, M_ABSENT, M_FREE);
}

/* A block that went offline: nobody had a page of it. */
static void leave(unsigned int block)
{
	unsigned long meta = blocks_meta(&g.blocks, block), pfn = pfn_of(block), i;

	for (i = 0; i < PAGES; i++) {
		bool bad = model_at(&buffers.m, pfn + i) == M_BAD;

		g.bad[block] += bad;
		model_set(&buffers.m, pfn + i, 1,
			  i < meta ? M_RESERVED :
			  bad	   ? M_BAD :
				     M_FREE,
			  M_ABSENT);
	}
}

static void add(unsigned int block, unsigned int nr, u64 *seed)
{
	unsigned int i;

	if (blocks_add(&g.blocks, block, nr, (int)below(seed, 2)))
		return;
	for (i = block; i < block + nr; i++) {
		g.map_pfn[i] = f.inst.cfg.memmap_on_memory ? 0 : blocks_map_pfn(&g.blocks, i);
		if (g.map_pfn[i])
			model_set(&buffers.m, g.map_pfn[i], 1, M_FREE, M_USED);
	}
	for (i = block; i < block + nr; i++)
		if (g.blocks.block[i].state == BLOCK_ONLINE)
			come(i);
}

static void online(unsigned int block, unsigned int nr, u64 *seed)
{
	bool bad = g.bad[block] || g.bad[block + nr - 1];
	unsigned int i;

	if (blocks_online(&g.blocks, block, nr, SB_ONLINE + below(seed, 3), bad))
		return;
	for (i = block; i < block + nr; i++)
		come(i);
}

/* Memory of the boot would come back as another kind. */
static void take_out(unsigned int block, unsigned int nr, u64 *seed)
{
	unsigned int i;

	if (g.blocks.block[block].at_boot || g.blocks.block[block + nr - 1].at_boot ||
	    blocks_remove(&g.blocks, block, nr))
		return;
	for (i = block; i < block + nr; i++) {
		g.bad[i] = 0;
		if (g.map_pfn[i])
			buffers_leave(&buffers, g.map_pfn[i], 1);
		g.map_pfn[i] = 0;
	}
}

/* Somebody has the page, and nobody can move it. */
static bool is_held(unsigned long pfn)
{
	enum model_page page = model_at(&buffers.m, pfn);
	const struct mover_unit *unit = mover_at(&buffers.mover, pfn);

	return (page == M_USED || page == M_MARKED) && (!unit || unit->pinned);
}

static bool has_to_stay(unsigned int block)
{
	unsigned long meta = blocks_meta(&g.blocks, block), i;

	for (i = meta; i < PAGES; i++) {
		unsigned long pfn = pfn_of(block) + i;

		if (is_held(pfn) || model_at(&buffers.m, pfn) == M_RESERVED ||
		    model_area(&buffers.m, pfn) >= 0 || buffers.m.isolated[pfn - buffers.m.base])
			return true;
	}
	return false;
}

static bool lies_in(const struct mover_unit *unit, unsigned int block)
{
	return unit->pfn < pfn_of(block + 1) && unit->pfn + unit->nr_pages > pfn_of(block);
}

static bool has_unit(unsigned int block)
{
	unsigned int i;

	for (i = 0; i < MOVER_UNITS; i++)
		if (lies_in(&buffers.mover.unit[i], block))
			return true;
	return false;
}

static bool has_bad(unsigned int block)
{
	unsigned long i;

	for (i = 0; i < PAGES; i++)
		if (model_at(&buffers.m, pfn_of(block) + i) >= M_MARKED)
			return true;
	return false;
}

/* The page that is blamed is in use, and of the kind that it is said to be. */
static void expect_pinned(const struct sb_pinned *pinned)
{
	unsigned long pfn = pinned->pfn;
	const struct mover_unit *unit = mover_at(&buffers.mover, pfn);
	bool reserved = model_at(&buffers.m, pfn) == M_RESERVED;

	if (!strcmp(pinned->reason, "unmovable"))
		EXPECT(is_held(pfn) && !unit);
	else if (!strcmp(pinned->reason, "pinned"))
		EXPECT(unit && unit->pinned && strstr(pinned->text, "pinned"));
	else if (!strcmp(pinned->reason, "CMA area"))
		EXPECT(model_area(&buffers.m, pfn) >= 0);
	else if (!strcmp(pinned->reason, "isolated by another"))
		EXPECT(buffers.m.isolated[pfn - buffers.m.base]);
	else if (!strcmp(pinned->reason, "metadata"))
		EXPECT(reserved || (is_held(pfn) && !unit));
	else
		EXPECT(reserved && !strcmp(pinned->reason, "reserved"));
}

/* Nothing is kept back from anybody, and who asks is served from all that is free. */
static bool is_at_rest(void)
{
	const struct sb_config *cfg = &f.inst.cfg;
	struct sb_zone *zone = NULL;

	while ((zone = sb_instance_next_zone(&f.inst, zone)))
		if (zone->watermark_boost || zone->nr_reserved_highatomic)
			return false;
	return cfg->rules == SB_RULES_6_12 && !cfg->min_free_kbytes &&
	       cfg->watermark_scale_factor == 1;
}

/* Some place for the unit, where it is not kept back: of Movable memory some always is. */
static bool has_place(const struct mover_unit *unit)
{
	struct sb_contig contig = {
		.request = { .order = sb_order_for(unit->nr_pages),
			     .type = unit->type,
			     .zone = unit->gfp & SB_GFP_DMA ? SB_ZONE_DMA : SB_ZONE_NORMAL,
			     .nid = buffers.nid[unit - buffers.mover.unit],
			     .gfp = unit->gfp },
		.nr_pages = unit->nr_pages,
	};

	if (contig.request.order > f.inst.cfg.max_order)
		return model_contig(&buffers.m, &contig) != SB_PFN_NONE;
	return model_can_serve(&buffers.m, &contig.request);
}

/* A block that cannot be emptied has something for which there is no place. */
static void expect_no_place(unsigned int block)
{
	bool was[PAGES], *isolated = &buffers.m.isolated[pfn_of(block) - buffers.m.base];
	bool all = true;
	unsigned int i;

	memcpy(was, isolated, sizeof(was));
	memset(isolated, true, sizeof(was));
	for (i = 0; i < MOVER_UNITS; i++)
		all &= !lies_in(&buffers.mover.unit[i], block) || has_place(&buffers.mover.unit[i]);
	EXPECT(!all);
	memcpy(isolated, was, sizeof(was));
}

/*
 * Types of a block's pageblocks, in a row. Those that per-CPU lists tell apart may
 * change as free ones merge.
 */
static void types_of(unsigned int block, u8 types[PAGES])
{
	unsigned long i;

	for (i = 0; i < PAGES; i++) {
		unsigned int type = sb_pageblock_type(&f.inst.blocks, pfn_of(block) + i);

		types[i] = type < SB_PCPTYPES ? SB_PCPTYPES : (u8)type;
	}
}

static void offline(unsigned int block, unsigned int nr, u64 *seed)
{
	bool stays = false, moves = false;
	u8 before[PAGES], after[PAGES];
	struct sb_pinned pinned;
	unsigned int i;
	int err;

	for (i = block; i < block + nr; i++) {
		/* With bad pages it could not go online again. */
		if (g.blocks.block[i].at_boot && has_bad(i))
			return;
		stays |= has_to_stay(i);
		moves |= has_unit(i);
	}
	types_of(block, before);
	buffers.mover.fail_move = below(seed, 16) ? 0 : -ENOMEM;
	err = blocks_offline(&g.blocks, block, nr, stays, moves, &pinned);
	buffers_follow(&buffers);
	for (i = block; !err && i < block + nr; i++)
		leave(i);
	if (err == -EBUSY)
		expect_pinned(&pinned);
	if (err == -ENOMEM && nr == 1 && !buffers.mover.fail_move && is_at_rest())
		expect_no_place(block);
	buffers.mover.fail_move = 0;
	types_of(block, after);
	if (nr == 1 && (err == -EBUSY || err == -ENOMEM))
		EXPECT(!memcmp(after, before, sizeof(after)));
}

/* Mostly one for which there is something to do. */
static unsigned int random_block(enum model_block_state state, unsigned int nr, u64 *seed)
{
	unsigned int block = below(seed, BLOCKS + 1 - nr), i;

	for (i = 0; i < BLOCKS && below(seed, 32) && g.blocks.block[block].state != state; i++)
		block = (block + 1) % (BLOCKS + 1 - nr);
	return block;
}

static void step_blocks(struct buffers *b, u64 *seed)
{
	static const struct {
		enum model_block_state state;
		void (*run)(unsigned int block, unsigned int nr, u64 *seed);
	} kinds[] = { { BLOCK_ABSENT, add },
		      { BLOCK_OFFLINE, online },
		      { BLOCK_ONLINE, offline },
		      { BLOCK_OFFLINE, take_out } };
	unsigned int kind = below(seed, ARRAY_SIZE(kinds)), nr = 1 + !below(seed, 3);

	kinds[kind].run(random_block(kinds[kind].state, nr, seed), nr, seed);
}

/* A range with holes may change while it is isolated, and so is not for long. */
static void step_isolate(struct buffers *b, u64 *seed)
{
	struct sb_isolation range = random_isolation(&b->m, seed);
	unsigned long pfn = range.start;

	if (g.isolated.end) {
		model_undo(&b->m, &g.isolated);
		g.isolated.end = 0;
		return;
	}
	if (!model_isolate(&b->m, &range))
		return;
	while (pfn < range.end && model_at(&b->m, pfn) != M_ABSENT)
		pfn++;
	if (pfn < range.end)
		model_undo(&b->m, &range);
	else
		g.isolated = range;
}

/* Core's own pages hold what core wrote. */
static void step_bad(struct buffers *b, u64 *seed)
{
	unsigned long pfn = random_pfn(&b->m, seed), i;

	if (g.slab[pfn - b->m.base])
		return;
	for (i = 0; i < BLOCKS; i++)
		if (g.map_pfn[i] == pfn)
			return;
	buffers_bad_at(b, pfn, seed);
}

static void step_compact(struct buffers *b, u64 *seed)
{
	struct sb_compact_done done = { 0 };
	int nid = (int)below(seed, 2);

	b->mover.fail_move = below(seed, 8) ? 0 : -ENOMEM;
	mover_remember(&b->mover);
	switch (below(seed, 4)) {
	case 0:
		sb_compact_daemon(&f.inst, nid, 1 + below(seed, f.inst.cfg.max_order),
				  (enum sb_zone_type)below(seed, SB_NR_ZONE_TYPES), NULL);
		break;
	case 1:
		sb_compact_proactive(&f.inst, nid, NULL, &done);
		break;
	default:
		model_compact_zones(&b->mover, seed);
	}
	mover_expect_only_up(&b->mover);
	b->mover.fail_move = 0;
	buffers_follow(b);
}

/* Most free pages in a row of one zone of a node, or of any. */
static unsigned long longest_run(const struct model *m, int nid)
{
	const struct sb_zone *zone, *last = NULL;
	unsigned long most = 0, run = 0, i;

	for (i = 0; i < m->nr_pages; i++) {
		zone = model_zone(m, m->base + i);
		if (zone != last || m->page[i] != M_FREE || m->isolated[i])
			run = 0;
		if (zone && m->page[i] == M_FREE && !m->isolated[i] &&
		    (nid == SB_NID_ANY || zone->nid == nid))
			run++;
		last = zone;
		most = max(most, run);
	}
	return most;
}

static void do_as_planned(struct buffers *b, int nid, const struct sb_compact_plan *plan)
{
	struct sb_compact_done done = { 0 };
	enum sb_compact_result result;
	unsigned int moved;

	mover_remember(&b->mover);
	result = sb_compact_node(&f.inst, nid, false, NULL, &done);
	mover_expect_only_up(&b->mover);
	moved = buffers_follow(b);
	if (!plan->exact)
		return;
	g.nr_exact++;
	EXPECT_EQ(result, plan->result);
	EXPECT_EQ(moved, plan->done.units);
	EXPECT_EQ(done.units, plan->done.units);
	EXPECT_EQ(done.moved, plan->done.moved);
	EXPECT_EQ(longest_run(&b->m, nid), plan->run_after);
}

static void step_plan(struct buffers *b, u64 *seed)
{
	int nid = (int)below(seed, 3) - 1, err;
	size_t size = sb_compact_plan_size(&f.inst, nid);
	void *memory = malloc(size);
	struct sb_compact_plan plan;
	unsigned int i;

	for (i = 0; i < MOVER_UNITS; i++)
		b->mover.unit[i].busy = 0;
	err = sb_compact_plan(&f.inst, nid, memory, size, NULL, &plan);
	free(memory);
	EXPECT_EQ(err, size ? 0 : -EINVAL);
	EXPECT_EQ(buffers_follow(b), 0);
	if (err)
		return;
	EXPECT(plan.exact || f.inst.hooks & SB_HOOKS_ZONE);
	do_as_planned(b, nid, &plan);
}

/* Slabs come from what is free, and go back there. */
static void follow_slabs(struct buffers *b)
{
	bool now[BLOCKS * PAGES] = { 0 };
	unsigned long i;

	for (i = 0; i < b->m.nr_pages; i++) {
		const struct sb_page *page = sb_memmap_page(&f.inst.map, b->m.base + i);

		if (sb_memmap_exists(&f.inst, b->m.base + i) && sb_page_is_slab(page))
			memset(&now[i], true, sb_order_pages(sb_page_order(page)));
	}
	for (i = 0; i < b->m.nr_pages; i++)
		if (g.slab[i] && !now[i])
			buffers_leave(b, b->m.base + i, 1);
	for (i = 0; i < b->m.nr_pages; i++)
		if (!g.slab[i] && now[i])
			model_set(&b->m, b->m.base + i, 1, M_FREE, M_USED);
	memcpy(g.slab, now, sizeof(now));
}

static void expect_on_slabs(const struct buffers *b, const struct object *object)
{
	const u8 *last = object->at + object_caches[object->cache].size - 1;
	const struct sb_reach *reach = &f.inst.reach;

	EXPECT(g.slab[reach->pfn(reach->ctx, object->at) - b->m.base]);
	EXPECT(g.slab[reach->pfn(reach->ctx, last) - b->m.base]);
}

static void step_objects(struct buffers *b, u64 *seed)
{
	struct sb_slab_cache *cache = &objects_random_cache(&g.objects, seed)->cache;
	unsigned int what = below(seed, 100), i;

	if (what < 50)
		objects_alloc(&g.objects, seed);
	else if (what < 90)
		objects_free(&g.objects, seed);
	else if (what < 95)
		objects_free_nonsense(&g.objects,
				      (u8 *)model_words(&b->m, random_pfn(&b->m, seed)) +
					      below(seed, SB_PAGE_SIZE),
				      seed);
	else if (what < 98)
		sb_slab_cache_shrink(cache);
	else
		sb_slab_cache_drain_cpu(&f.inst, sb_host_cpu);
	buffers_follow(b);
	follow_slabs(b);
	objects_expect_counts(&g.objects);
	for (i = 0; i < g.objects.nr; i++)
		expect_on_slabs(b, &g.objects.live[i]);
}

static void step_mode(struct buffers *b, u64 *seed)
{
	model_switch_mode(&f, &g.owners, 0, seed);
}

static void step_tune(struct buffers *b, u64 *seed)
{
	struct sb_config *cfg = &f.inst.cfg;

	random_tunables(cfg, seed);
	if (below(seed, 2)) {
		cfg->min_free_kbytes = 0;
		cfg->watermark_scale_factor = 1;
		cfg->watermark_boost_factor = 0;
	}
	cfg->extfrag_threshold = below(seed, 1 + SB_EXTFRAG_THRESHOLD_MAX);
	cfg->compaction_proactiveness = below(seed, 1 + SB_PROACTIVENESS_MAX);
	sb_watermark_setup(&f.inst);
}

static void step_drain(struct buffers *b, u64 *seed)
{
	struct sb_zone *zone = &f.inst.zones[below(seed, 2 * SB_NR_ZONE_TYPES)];

	if (below(seed, 2))
		sb_pcp_drain_cpu(&f.inst, below(seed, f.inst.cfg.nr_cpus));
	else if (sb_zone_populated(zone))
		sb_quarantine_shrink(zone, below(seed, 8));
}

static const struct buffers_step steps[] = {
	{ 200, buffers_unit },	    { 110, buffers_free_unit }, { 50, buffers_pin },
	{ 40, buffers_migrate },    { 80, buffers_block },	{ 30, buffers_gather },
	{ 110, buffers_give_back }, { 20, buffers_wrong_free }, { 25, buffers_contig },
	{ 25, buffers_fixed },	    { 20, buffers_cma },	{ 10, buffers_range },
	{ 100, step_blocks },	    { 100, step_objects },	{ 20, step_compact },
	{ 10, step_plan },	    { 10, step_isolate },	{ 10, step_bad },
	{ 10, step_mode },	    { 10, step_tune },		{ 10, step_drain },
};

/* Free pages of each zone, as it has them on its lists, as files tell, and as they are. */
static void expect_totals(const struct model *m)
{
	unsigned long nr_free[SB_MAX_ZONES] = { 0 }, nr_bound[SB_MAX_ZONES] = { 0 }, i;
	const struct sb_zone *zone = NULL;

	for (i = 0; i < m->nr_pages; i++) {
		zone = g.blocks.block[i / PAGES].zone;
		if (zone && m->page[i] == M_FREE)
			nr_free[zone - f.inst.zones]++;
		else if (zone && m->page[i] == M_RESERVED)
			nr_bound[zone - f.inst.zones]++;
	}
	zone = NULL;
	while ((zone = sb_instance_next_zone(&f.inst, zone))) {
		unsigned long listed = 0;

		for (i = 0; i <= f.inst.cfg.max_order; i++)
			listed += zone->free_area[i].nr_free << i;
		EXPECT_EQ(listed + sb_pcp_count(zone) + zone->nr_quarantine,
			  nr_free[zone - f.inst.zones]);
		EXPECT_EQ(zone->managed + nr_bound[zone - f.inst.zones], zone->present);
	}
}

/* What a line of buddyinfo adds up to; *@at goes on behind it. */
static unsigned long line_total(char **at)
{
	unsigned long blocks, total = 0;
	unsigned int order = 0;
	char *end;

	*at = strstr(*at, ", zone ") + strlen(", zone 12345678");
	for (blocks = strtoul(*at, &end, 10); end != *at; blocks = strtoul(*at, &end, 10)) {
		total += blocks << order++;
		*at = end;
	}
	EXPECT_EQ(order, f.inst.cfg.max_order + 1);
	return total;
}

static void expect_buddyinfo(const struct model *m)
{
	static char text[4096];
	struct sb_out out = { .text = text, .size = sizeof(text) };
	const struct sb_zone *zone = NULL;
	unsigned long total = 0;
	char *at = text;

	sb_show_buddyinfo(&out, &f.inst);
	while ((zone = sb_instance_next_zone(&f.inst, zone)))
		total += line_total(&at) + sb_pcp_count(zone) + zone->nr_quarantine;
	EXPECT_EQ(total, model_count(m, M_FREE));
}

/* What stays where it is has what was written there. */
static void expect_contents(const struct buffers *b)
{
	unsigned long page;
	unsigned int i, run;

	for (i = 0; i < b->nr_held; i++)
		for (run = 0; run < b->held[i].nr_runs; run++)
			for (page = 0; page < b->held[i].run[run].nr_pages; page++)
				model_expect_written(&b->m, b->held[i].run[run].pfn + page);
	for (i = 0; i < g.objects.nr; i++)
		objects_expect_contents(&g.objects.live[i]);
}

static void expect_all(void)
{
	if (!model_is_check_due())
		return;
	CHECK(&f);
	mover_expect_all(&buffers.mover);
	expect_totals(&buffers.m);
	if (++g.nr_looks % 4)
		return;
	blocks_expect_all(&g.blocks);
	if (g.nr_looks % 16)
		return;
	expect_buddyinfo(&buffers.m);
	expect_contents(&buffers);
	EXPECT_EQ(sb_debug_scan(&f.inst, false), 0);
}

static void boot(u64 *seed)
{
	struct sb_config cfg = grains_config(seed);

	memset(&g, 0, offsetof(struct grains, nr_exact));
	sb_host_cpu = 0;
	model_boot(&buffers.m, &f, &cfg);
	blocks_init(&g.blocks, &f);
	buffers_init(&buffers, &f);
	objects_init(&g.objects, &f);
	blocks_tell(&g.blocks, g.before, sizeof(g.before));
}

static const char *step(u64 *seed)
{
	buffers_step(&buffers, steps, ARRAY_SIZE(steps), seed);
	expect_all();
	return "";
}

static void let_go_of_all(u64 *seed)
{
	if (g.isolated.end)
		step_isolate(&buffers, seed);
	buffers_give_back_all(&buffers, seed);
	objects_exit(&g.objects, seed);
	follow_slabs(&buffers);
	model_end_modes(&f, &g.owners);
	buffers_mend_all(&buffers);
}

/* Whoever describes another block goes after it. */
static void take_out_all(u64 *seed)
{
	unsigned int round, i;

	for (round = 0; round < BLOCKS; round++)
		for (i = 0; i < BLOCKS; i++) {
			if (g.blocks.block[i].at_boot)
				continue;
			if (g.blocks.block[i].state == BLOCK_ONLINE)
				offline(i, 1, seed);
			if (g.blocks.block[i].state == BLOCK_OFFLINE)
				take_out(i, 1, seed);
		}
	for (i = 0; i < BLOCKS; i++)
		if (g.blocks.block[i].state == BLOCK_OFFLINE)
			online(i, 1, seed);
}

static void end(u64 *seed)
{
	static char after[sizeof(g.before)];

	let_go_of_all(seed);
	take_out_all(seed);
	sb_pcp_drain_all(&f.inst);
	blocks_tell(&g.blocks, after, sizeof(after));
	EXPECT_STR(after, g.before);
	model_expect_all_back(&buffers.m);
	model_expect_no_findings(&f);
	fixture_exit(&f);
}

static void all_grains_agree_with_the_model(void)
{
	const struct model_run run = { .round = ROUND, .boot = boot, .step = step, .end = end };

	model_run(&run, 10000);
	/* Where pages rest for a while, no plan is exact. */
	EXPECT(g.nr_exact || unit_iterations(10000) < 50 * ROUND);
}

UNIT_MAIN(UNIT_CASE(all_grains_agree_with_the_model))
