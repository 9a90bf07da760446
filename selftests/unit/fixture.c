// SPDX-License-Identifier: GPL-2.0-only
#include "fixture.h"
#include "plenty.h"

/* Larger banks are never written to by a test. */
#define MAX_MEMORY (64 * MiB)

/* The bank that holds an address, as an array of its own. */
static unsigned char *memory_at(struct fixture *f, u64 addr)
{
	const struct sb_config *cfg = &f->inst.cfg;
	unsigned int i;

	for (i = 0; i < cfg->nr_banks; i++)
		if (f->memory[i] && addr >= cfg->banks[i].base &&
		    addr - cfg->banks[i].base < cfg->banks[i].size)
			return f->memory[i] + (addr - cfg->banks[i].base);
	return NULL;
}

/* Metadata that lies over the border of two banks is given memory of its own. */
static void *map(void *ctx, u64 base, u64 size)
{
	struct fixture *f = ctx;
	unsigned char *first = memory_at(f, base), *last = memory_at(f, base + size - 1);

	if (++f->nr_map_calls == f->fail_map)
		return NULL;
	f->nr_maps++;
	return first && last == first + size - 1 ? first : malloc((size_t)size);
}

static void unmap(void *ctx, void *mapped, u64 base, u64 size)
{
	struct fixture *f = ctx;

	(void)size;
	f->nr_maps--;
	if (mapped != memory_at(f, base))
		free(mapped);
}

static void *page(void *ctx, unsigned long pfn)
{
	return memory_at(ctx, sb_pfn_addr(pfn));
}

static void *span(void *ctx, unsigned long pfn, unsigned long nr_pages)
{
	unsigned char *first = memory_at(ctx, sb_pfn_addr(pfn));
	unsigned char *last = memory_at(ctx, sb_pfn_addr(pfn + nr_pages - 1));

	return first && last == first + ((nr_pages - 1) << SB_PAGE_SHIFT) ? first : NULL;
}

static unsigned long pfn_of(void *ctx, const void *va)
{
	struct fixture *f = ctx;
	const struct sb_config *cfg = &f->inst.cfg;
	unsigned int i;

	for (i = 0; i < cfg->nr_banks; i++) {
		unsigned long offset = (unsigned long)va - (unsigned long)f->memory[i];

		if (f->memory[i] && offset < cfg->banks[i].size)
			return sb_pfn_down(cfg->banks[i].base + offset);
	}
	return SB_PFN_NONE;
}

/* The time is how often somebody asked; there is one caller, and one process. */
static void origin(void *ctx, struct sb_origin *origin)
{
	struct fixture *f = ctx;

	origin->ns = ++f->nr_origins;
	origin->pid = f->pid;
	origin->tgid = f->pid;
	snprintf(origin->comm, sizeof(origin->comm), "process %d", f->pid);
	origin->stack.nr = 2;
	origin->stack.entry[0] = 0x1000;
	origin->stack.entry[1] = 0x2000 + (unsigned long)f->pid;
}

static void give_memory(struct fixture *f)
{
	const struct sb_config *cfg = &f->inst.cfg;
	unsigned int i;

	for (i = 0; i < cfg->nr_banks; i++)
		if (cfg->banks[i].size <= MAX_MEMORY)
			f->memory[i] = malloc((size_t)cfg->banks[i].size);
}

static void take_memory(struct fixture *f)
{
	unsigned int i;

	for (i = 0; i < SB_MAX_BANKS; i++) {
		free(f->memory[i]);
		f->memory[i] = NULL;
	}
}

/* Writes to every page that was handed over: what needs its contents is lost. */
static void scribble(struct fixture *f)
{
	unsigned long pfn = f->inst.map.base_pfn, end = pfn + f->inst.map.nr_pages;

	/* What was filled has contents. */
	if (f->inst.hooks)
		return;
	for (; pfn < end; pfn++) {
		unsigned char *page = memory_at(f, sb_pfn_addr(pfn));
		struct sb_page_info info;

		if (!page || !sb_memmap_info(&f->inst, pfn, &info) || info.state == SB_PAGE_HOLE ||
		    info.state == SB_PAGE_RESERVED)
			continue;
		memset(page, 0xa5, 64);
		memset(page + SB_PAGE_SIZE - 64, 0xa5, 64);
	}
}

struct sb_config fixture_config(u64 base, u64 size)
{
	struct sb_config cfg;

	sb_config_defaults(&cfg);
	cfg.pcp_at_once = true;
	cfg.min_free_kbytes = 0;
	cfg.watermark_scale_factor = 1;
	cfg.watermark_boost_factor = 0;
	memset(cfg.lowmem_reserve_ratio, 0, sizeof(cfg.lowmem_reserve_ratio));
	snprintf(cfg.name, sizeof(cfg.name), "test");
	fixture_add_bank(&cfg, base, size, 0);
	return cfg;
}

void fixture_add_bank(struct sb_config *cfg, u64 base, u64 size, int nid)
{
	struct sb_bank bank = { .base = base, .size = size, .nid = nid };

	cfg->banks[cfg->nr_banks++] = bank;
}

void fixture_reserve(struct sb_config *cfg, u64 base, u64 size)
{
	struct sb_bank range = { .base = base, .size = size };

	cfg->reserved[cfg->nr_reserved++] = range;
}

void fixture_use_word(struct sb_config *cfg)
{
	cfg->engine = SB_ENGINE_WORD;
	cfg->rules = SB_RULES_6_12;
	cfg->pageblock_order = min(max(cfg->pageblock_order, 5u), 9u);
	cfg->max_order = max(cfg->max_order, cfg->pageblock_order);
	cfg->debug_guardpage_minorder = 0;
}

int fixture_init(struct fixture *f, const struct sb_config *cfg)
{
	struct sb_reach reach = {
		.map = map,
		.unmap = unmap,
		.page = page,
		.span = span,
		.pfn = pfn_of,
		.origin = origin,
		.ctx = f,
	};

	int err;

	f->nr_maps = 0;
	f->nr_map_calls = 0;
	f->nr_origins = 0;
	err = sb_instance_init(&f->inst, cfg, &reach);
	if (!err)
		give_memory(f);
	return err;
}

void fixture_boot(struct fixture *f, const struct sb_config *cfg)
{
	f->fail_map = 0;
	EXPECT_EQ(fixture_init(f, cfg), 0);
	EXPECT_EQ(sb_instance_boot(&f->inst), 0);
	scribble(f);
	CHECK(f);
}

void fixture_exit(struct fixture *f)
{
	CHECK(f);
	fixture_drop(f);
}

void fixture_drop(struct fixture *f)
{
	sb_instance_exit(&f->inst);
	EXPECT_EQ(f->nr_maps, 0);
	take_memory(f);
}

void fixture_check(struct fixture *f, const char *file, int line)
{
	static _Thread_local char text[1 << 16];
	struct sb_out out = { .text = text, .size = sizeof(text) };

	text[0] = '\0';
	if (sb_check(&f->inst, &out))
		unit_fail(file, line, "the checker says:\n%.2000s", text);
}

long fixture_alloc(struct fixture *f, unsigned int order, unsigned int type)
{
	struct sb_request request = { .order = order,
				      .type = type,
				      .zone = SB_ZONE_NORMAL,
				      .nid = SB_NID_ANY,
				      .gfp = SB_GFP_KERNEL };
	unsigned long pfn;
	int err = sb_alloc(&f->inst, &request, &pfn);

	return err ? err : (long)pfn;
}

void fixture_free(struct fixture *f, unsigned long pfn, unsigned int order)
{
	EXPECT_EQ(sb_alloc_free(&f->inst, pfn, order), 0);
}

long fixture_ask(struct fixture *f, struct sb_request request)
{
	unsigned long pfn;
	int err = sb_alloc(&f->inst, &request, &pfn);

	return err ? err : (long)pfn;
}

void fixture_fill(struct fixture *f)
{
	struct sb_request request = { .type = SB_MOVABLE,
				      .zone = SB_ZONE_MOVABLE,
				      .nid = SB_NID_ANY,
				      .gfp = SB_GFP_KERNEL | SB_GFP_MEMALLOC };

	while (fixture_ask(f, request) > 0)
		;
	CHECK(f);
}

void fixture_free_run(struct fixture *f, unsigned long pfn, unsigned long nr_pages)
{
	while (nr_pages--)
		fixture_free(f, pfn++, 0);
	CHECK(f);
}

void fixture_set_type(struct fixture *f, unsigned long pfn, unsigned int type)
{
	struct sb_zone *zone = fixture_zone_of(f, pfn);

	sb_lock(&zone->lock);
	sb_buddy_move_block(zone, pfn, type);
	sb_unlock(&zone->lock);
}

struct sb_zone *fixture_zone_of(struct fixture *f, unsigned long pfn)
{
	return &f->inst.zones[sb_pageblock_zone(&f->inst.blocks, pfn)];
}

void fixture_measure(struct sb_zone *zone)
{
	sb_lock(&zone->lock);
	sb_plenty_measure(zone);
	sb_unlock(&zone->lock);
}

void fixture_retype(struct fixture *f, unsigned long pfn, unsigned int type)
{
	struct sb_zone *zone = fixture_zone_of(f, pfn);

	sb_lock(&zone->lock);
	sb_pageblock_set_type(&f->inst, pfn, type);
	sb_unlock(&zone->lock);
}

struct sb_zone *fixture_zone(struct fixture *f, enum sb_zone_type type)
{
	return sb_instance_zone(&f->inst, 0, type);
}

unsigned long fixture_free_blocks(struct fixture *f, unsigned int order, unsigned int type)
{
	unsigned long nr = 0;
	struct sb_zone *zone = NULL;

	while ((zone = sb_instance_next_zone(&f->inst, zone))) {
		sb_lock(&zone->lock);
		nr += sb_engine_count(zone, order, type, ~0ul);
		sb_unlock(&zone->lock);
	}
	return nr;
}
