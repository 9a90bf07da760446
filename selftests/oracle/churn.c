// SPDX-License-Identifier: GPL-2.0-only
#include "churn.h"
#include "zone.h"

#define ROUNDS 100u

/**
 * struct scheme - What is asked for.
 * @orders: of a hundred pages, how many are asked for in blocks of each order
 * @filled: of a thousand pages of memory, how many are taken at first
 * @unmovable: of a thousand pages of memory, how many are Unmovable in the end
 */
struct scheme {
	u8 orders[5];
	unsigned int filled;
	unsigned int unmovable;
};

static const struct scheme schemes[CHURN_TRACES] = {
	{ { 100 }, 900, 0 },
	{ { 60, 12, 12, 8, 8 }, 900, 0 },
	{ { 100 }, 1000, 75 },
};

const char *const churn_names[CHURN_TRACES] = { "pages", "orders", "types" };

/* splitmix64: each number is a bijection of a counter. */
static u32 below(struct churn *churn, unsigned long limit)
{
	u64 z = churn->random += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (u32)(z >> 32) % (u32)limit;
}

/* Blocks of larger orders have more pages, so that they are asked for less often. */
static unsigned int next_order(struct churn *churn)
{
	const u8 *orders = schemes[churn->trace].orders;

	for (;;) {
		unsigned int which = below(churn, 100), order = 0;

		while (which >= orders[order])
			which -= orders[order++];
		if (!below(churn, sb_order_pages(order)))
			return order;
	}
}

bool churn_mark(struct churn *churn, unsigned long page, unsigned int order, u8 from, u8 to)
{
	unsigned long end = page + sb_order_pages(order);

	if (end > churn->nr_pages)
		return false;
	for (; page < end; page++) {
		if (churn->use[page] != from)
			return false;
		churn->use[page] = to;
	}
	return true;
}

static struct churn_holder *holder_of(struct churn *churn, u8 use)
{
	return use == CHURN_UNMOVABLE ? &churn->unmovable : &churn->movable;
}

static unsigned int type_of(u8 use)
{
	return use == CHURN_UNMOVABLE ? SB_UNMOVABLE : SB_MOVABLE;
}

/* Takes blocks until @nr pages of a type are in use, or a block is not to be had. */
static int take_up_to(struct churn *churn, unsigned long nr, u8 use)
{
	struct churn_holder *holder = holder_of(churn, use);

	while (holder->nr_pages < nr) {
		unsigned int order = next_order(churn);
		long page = churn->side.get(churn->side.ctx, order, type_of(use));

		if (page < 0)
			return 0;
		if (!churn_mark(churn, (unsigned long)page, order, CHURN_FREE, use))
			return -EILSEQ;
		holder->nr_pages += sb_order_pages(order);
		holder->blocks[holder->nr++] = (struct churn_held){ (u32)page, order };
	}
	return 0;
}

/* Frees random blocks, @nr pages of them. */
static void give_random(struct churn *churn, unsigned long nr, u8 use)
{
	struct churn_holder *holder = holder_of(churn, use);
	unsigned long done = 0;

	while (done < nr && holder->nr) {
		unsigned long which = below(churn, holder->nr);
		struct churn_held held = holder->blocks[which];

		holder->blocks[which] = holder->blocks[--holder->nr];
		churn_mark(churn, held.page, held.order, use, CHURN_FREE);
		done += sb_order_pages(held.order);
		churn->side.put(churn->side.ctx, held.page, held.order, type_of(use));
	}
	holder->nr_pages -= done;
}

/* Aligned blocks without a page in use; memory that nobody could be given counts as used. */
static unsigned long free_blocks(const struct churn *churn, unsigned int order)
{
	unsigned long size = sb_order_pages(order), nr = 0, i, at;

	for (i = 0; i + size <= churn->nr_pages; i += size) {
		for (at = 0; at < size && churn->use[i + at] == CHURN_FREE; at++)
			;
		nr += at == size;
	}
	return nr;
}

static unsigned long mixed_blocks(const struct churn *churn)
{
	unsigned long size = sb_order_pages(CHURN_BLOCK_ORDER), nr = 0, i;
	unsigned int seen = 0;

	for (i = 0; i < churn->nr_pages; i++) {
		if (i % size == 0)
			seen = 0;
		seen |= 1u << churn->use[i];
		nr += i % size == size - 1 && (seen & 1u << CHURN_MOVABLE) &&
		      (seen & 1u << CHURN_UNMOVABLE);
	}
	return nr;
}

void churn_judge(const struct churn *churn, struct churn_score *score)
{
	unsigned long nr_free = free_blocks(churn, 0);
	unsigned long possible = nr_free >> CHURN_BLOCK_ORDER;

	score->share = free_blocks(churn, CHURN_BLOCK_ORDER) * 1000 / max(possible, 1ul);
	score->unusable = (nr_free - (free_blocks(churn, 4) << 4)) * 1000 / max(nr_free, 1ul);
	score->mixed = mixed_blocks(churn);
}

static int replace(struct churn *churn, unsigned long memory)
{
	unsigned int unmovable = schemes[churn->trace].unmovable, round;
	unsigned long movable = churn->movable.nr_pages;
	int err = 0;

	for (round = 1; round <= ROUNDS && !err; round++) {
		give_random(churn, movable / 10, CHURN_MOVABLE);
		give_random(churn, churn->unmovable.nr_pages / 100, CHURN_UNMOVABLE);
		err = take_up_to(churn, memory * unmovable * round / ROUNDS / 1000,
				 CHURN_UNMOVABLE);
		if (!err)
			err = take_up_to(churn, movable, CHURN_MOVABLE);
	}
	return err;
}

int churn_run(struct churn *churn, struct churn_score *score)
{
	unsigned long memory = free_blocks(churn, 0);
	int err = take_up_to(churn, memory * schemes[churn->trace].filled / 1000, CHURN_MOVABLE);

	if (!err) {
		give_random(churn, churn->movable.nr_pages / 2, CHURN_MOVABLE);
		err = replace(churn, memory);
	}
	churn_judge(churn, score);
	give_random(churn, churn->nr_pages, CHURN_MOVABLE);
	give_random(churn, churn->nr_pages, CHURN_UNMOVABLE);
	return err;
}
