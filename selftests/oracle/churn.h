/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Churn: how scattered pages in use become, by the scheme that LLFree was published with.
 *
 *	fill      nine tenths of the memory, or all, is taken block by block
 *	thin out  a random half of that is freed
 *	churn     a hundred times a random tenth of the rest is replaced
 *
 * With pages alone, with blocks of several orders, and with pages that are Unmovable,
 * live ten times as long, and become more from round to round. Whoever serves requests
 * is asked the same by the same seed, here in a process and there in the kernel, and is
 * judged by a map that is kept here, not by what it says of itself.
 */
#ifndef CHURN_H
#define CHURN_H

#include "pfn.h"

/* Of pageblocks in this, whoever is asked. */
#define CHURN_BLOCK_ORDER 9u
#define CHURN_TRACES 3

enum churn_use { CHURN_FREE, CHURN_MOVABLE, CHURN_UNMOVABLE, CHURN_GONE };

/**
 * struct churn_side - Who serves requests.
 * @get: first page of a block of a type, counted from the first page there is; or an errno
 * @put: takes it back
 * @ctx: handed to both
 */
struct churn_side {
	long (*get)(void *ctx, unsigned int order, unsigned int type);
	void (*put)(void *ctx, unsigned long page, unsigned int order, unsigned int type);
	void *ctx;
};

struct churn_held {
	u32 page;
	u32 order;
};

struct churn_holder {
	struct churn_held *blocks;
	unsigned long nr;
	unsigned long nr_pages;
};

/**
 * struct churn - One replay.
 * @side: who is asked
 * @trace: which of the three
 * @random: the seed at first
 * @nr_pages: pages from the first to the last
 * @use: by page, an enum churn_use; at first all are free or gone. The first page is
 *	the first of a pageblock.
 * @movable: what is in use; room for all pages
 * @unmovable: likewise
 */
struct churn {
	struct churn_side side;
	unsigned int trace;
	u64 random;
	unsigned long nr_pages;
	u8 *use;
	struct churn_holder movable;
	struct churn_holder unmovable;
};

/**
 * struct churn_score - What came of it.
 * @share: of the pageblocks that could be free, thousandths that are
 * @unusable: of free pages, thousandths that are in no free block of order 4
 * @mixed: pageblocks that pages of both types are in
 */
struct churn_score {
	unsigned long share;
	unsigned long unusable;
	unsigned long mixed;
};

/* Says of pages that they were in one use and are in another now; false if that is not so. */
bool churn_mark(struct churn *churn, unsigned long page, unsigned int order, u8 from, u8 to);
/* How scattered they are at the moment. */
void churn_judge(const struct churn *churn, struct churn_score *score);

extern const char *const churn_names[CHURN_TRACES];

/**
 * churn_run() - Replay a trace, and give all back.
 * @churn: whom to ask, and room
 * @score: what it came to before it was given back
 *
 * Context: That of the side.
 * Return: 0, or -EILSEQ when a block was given that was in use or is none of the memory.
 */
int churn_run(struct churn *churn, struct churn_score *score);

#endif
