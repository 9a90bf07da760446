// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replays ../oracle/churn.h, or what was recorded of a kernel, with both engines, and with
 * lists that know no types and have nothing in front. Prints WHO MIB TRACE SHARE UNUSABLE
 * MIXED, means of all seeds.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "../hostbench/bench.h"
#include "churn.h"
#include "memmap.h"
#include "recorded.h"

static const char usage[] = "Usage: sbuddy-frag MIB SEEDS | sbuddy-frag NAME <FILE\n";

static long ours_get(void *ctx, unsigned int order, unsigned int type)
{
	struct host *host = ctx;
	struct sb_request request = {
		.order = order,
		.type = type,
		.zone = SB_ZONE_NORMAL,
		.nid = SB_NID_ANY,
		.gfp = SB_GFP_KERNEL | sb_gfp_of_type(type),
	};
	unsigned long pfn;

	if (!host_get(host, &request, &pfn))
		return -ENOMEM;
	return (long)(pfn - host->inst.map.base_pfn);
}

static void ours_put(void *ctx, unsigned long page, unsigned int order, unsigned int type)
{
	struct host *host = ctx;

	host_put(host, host->inst.map.base_pfn + page, order);
}

static long list_get(void *ctx, unsigned int order, unsigned int type)
{
	unsigned long page;

	return list_buddy_alloc(ctx, order, &page) ? (long)page : -ENOMEM;
}

static void list_put(void *ctx, unsigned long page, unsigned int order, unsigned int type)
{
	list_buddy_free(ctx, page, order);
}

static bool churn_create(struct churn *churn, unsigned long nr_pages)
{
	churn->nr_pages = nr_pages;
	churn->use = calloc(nr_pages, 1);
	churn->movable.blocks = calloc(nr_pages, sizeof(*churn->movable.blocks));
	churn->unmovable.blocks = calloc(nr_pages, sizeof(*churn->unmovable.blocks));
	return churn->use && churn->movable.blocks && churn->unmovable.blocks;
}

static void churn_destroy(struct churn *churn)
{
	free(churn->use);
	free(churn->movable.blocks);
	free(churn->unmovable.blocks);
}

static void find_gone(const struct host *host, struct churn *churn)
{
	struct sb_page_info info;
	unsigned long i;

	for (i = 0; i < churn->nr_pages; i++) {
		sb_memmap_info(&host->inst, host->inst.map.base_pfn + i, &info);
		if (info.state == SB_PAGE_HOLE || info.state == SB_PAGE_RESERVED)
			churn->use[i] = CHURN_GONE;
	}
}

/* What is replayed, unless it is one of churn.h. */
static struct recorded recorded;
static struct recorded_life *lives;
static const char *recorded_name;

static int replay(struct churn *churn, struct churn_score *score)
{
	return lives ? recorded_run(&recorded, lives, churn, score) : churn_run(churn, score);
}

static bool run_ours(struct churn *churn, enum sb_engine_kind engine, struct churn_score *score)
{
	u64 size = (u64)churn->nr_pages << SB_PAGE_SHIFT;
	struct host host = { .engine = engine, .pageblock_order = CHURN_BLOCK_ORDER };
	bool ok;

	if (!host_create(&host, size, 1))
		return false;
	ok = host_boot(&host, size, 1, 1, SB_STAGE_LIVE);
	if (ok) {
		find_gone(&host, churn);
		churn->side = (struct churn_side){ ours_get, ours_put, &host };
		ok = !replay(churn, score) && host_is_whole(&host);
		sb_instance_exit(&host.inst);
	}
	host_destroy(&host);
	return ok;
}

static bool run_list(struct churn *churn, struct churn_score *score)
{
	struct list_buddy *buddy = list_buddy_create(churn->nr_pages);
	bool ok;

	if (!buddy)
		return false;
	churn->side = (struct churn_side){ list_get, list_put, buddy };
	ok = !replay(churn, score) && list_buddy_is_whole(buddy);
	list_buddy_destroy(buddy);
	return ok;
}

enum who { STAND_IN, LIST, WORD, NR_WHO };

static const char *const names[NR_WHO] = { "stand-in", "list", "word" };

static bool run_one(enum who who, unsigned long nr_pages, unsigned int trace, u64 seed,
		    struct churn_score *score)
{
	struct churn churn = { .trace = trace, .random = seed };
	bool ok = churn_create(&churn, nr_pages);

	if (ok && who == STAND_IN)
		ok = run_list(&churn, score);
	else if (ok)
		ok = run_ours(&churn, who == LIST ? SB_ENGINE_LIST : SB_ENGINE_WORD, score);
	churn_destroy(&churn);
	return ok;
}

static bool run(enum who who, unsigned long mib, unsigned int trace, unsigned long seeds)
{
	const char *name = lives ? recorded_name : churn_names[trace];
	struct churn_score sum = { 0 }, score;
	unsigned long seed;

	for (seed = 1; seed <= seeds; seed++) {
		if (!run_one(who, mib << (20 - SB_PAGE_SHIFT), trace, seed, &score)) {
			fprintf(stderr, "sbuddy-frag: %s lost pages, or had no memory\n",
				names[who]);
			return false;
		}
		sum.share += score.share;
		sum.unusable += score.unusable;
		sum.mixed += score.mixed * 10;
	}
	printf("%s %lu %s %lu %lu %lu\n", names[who], mib, name, sum.share / seeds,
	       sum.unusable / seeds, sum.mixed / seeds);
	return true;
}

static bool run_all(unsigned long mib, unsigned int trace, unsigned long seeds)
{
	enum who who;

	for (who = 0; who < NR_WHO; who++)
		if (!run(who, mib, trace, seeds))
			return false;
	return true;
}

/* All of standard input, as far as there is room. */
static bool read_recorded(void)
{
	size_t room = 64 << 20;
	u8 *bytes = malloc(room), *orders;

	if (!bytes)
		return false;
	recorded.bytes = bytes;
	recorded.size = fread(bytes, 1, room, stdin);
	orders = calloc(recorded.size + 1, 1);
	if (orders && recorded.size < room && recorded_measure(&recorded, orders))
		lives = calloc(recorded.nr_births, sizeof(*lives));
	free(orders);
	if (!lives)
		free(bytes);
	return lives;
}

/* In as many MiB that nine tenths are in use when these are most. */
static bool run_recorded(const char *name)
{
	bool ok;

	recorded_name = name;
	if (!read_recorded()) {
		fputs("sbuddy-frag: this is no recorded trace\n", stderr);
		return false;
	}
	ok = run_all((recorded.peak * 10 / 9 >> (20 - SB_PAGE_SHIFT)) + 1, 0, 1);
	free(lives);
	free((void *)recorded.bytes);
	return ok;
}

int main(int argc, char **argv)
{
	unsigned long mib = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
	unsigned long seeds = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	unsigned int trace;

	if (argc == 2 && isalpha((unsigned char)argv[1][0]))
		return !run_recorded(argv[1]);
	if (!mib || !seeds) {
		fputs(usage, stderr);
		return 2;
	}
	for (trace = 0; trace < CHURN_TRACES; trace++)
		if (!run_all(mib, trace, seeds))
			return 1;
	return 0;
}
