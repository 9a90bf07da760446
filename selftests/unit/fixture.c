// SPDX-License-Identifier: GPL-2.0-only
#include "fixture.h"

static void *map(void *ctx, u64 base, u64 size)
{
	struct fixture *f = ctx;
	void *mapped;

	(void)base;
	if (++f->nr_map_calls == f->fail_map)
		return NULL;
	mapped = malloc((size_t)size);
	if (mapped)
		f->nr_maps++;
	return mapped;
}

static void unmap(void *ctx, void *mapped, u64 base, u64 size)
{
	struct fixture *f = ctx;

	(void)base;
	(void)size;
	f->nr_maps--;
	free(mapped);
}

struct sb_config fixture_config(u64 base, u64 size)
{
	struct sb_config cfg;

	sb_instance_defaults(&cfg);
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

int fixture_init(struct fixture *f, const struct sb_config *cfg)
{
	struct sb_reach reach = { .map = map, .unmap = unmap, .ctx = f };

	f->nr_maps = 0;
	f->nr_map_calls = 0;
	return sb_instance_init(&f->inst, cfg, &reach);
}

void fixture_boot(struct fixture *f, const struct sb_config *cfg)
{
	f->fail_map = 0;
	EXPECT_EQ(fixture_init(f, cfg), 0);
	EXPECT_EQ(sb_instance_boot(&f->inst), 0);
	CHECK(f);
}

void fixture_exit(struct fixture *f)
{
	CHECK(f);
	sb_instance_exit(&f->inst);
	EXPECT_EQ(f->nr_maps, 0);
}

void fixture_check(struct fixture *f, const char *file, int line)
{
	static char text[1 << 20];
	struct sb_out out = { .text = text, .size = sizeof(text) };

	text[0] = '\0';
	if (sb_check(&f->inst, &out))
		unit_fail(file, line, "the checker says:\n%.2000s", text);
}

long fixture_alloc(struct fixture *f, unsigned int order, unsigned int type)
{
	struct sb_request request = { .order = order, .type = type, .nid = SB_NID_ANY };
	unsigned long pfn;
	int err = sb_alloc(&f->inst, &request, &pfn);

	return err ? err : (long)pfn;
}

void fixture_free(struct fixture *f, unsigned long pfn, unsigned int order)
{
	EXPECT_EQ(sb_alloc_free(&f->inst, pfn, order), 0);
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
		nr += sb_freelist_count(zone, order, type, ~0ul);
		sb_unlock(&zone->lock);
	}
	return nr;
}
