// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>

#include "recorded.h"
#include "zone.h"

#define LOOKS 8

/* A request or a release. */
struct event {
	bool give;
	unsigned int order;
	unsigned int type;
	unsigned long birth;
};

/* A block: of a page that is none there was nothing. */
struct life {
	u32 page;
	u8 order;
	u8 type;
};

#define NO_PAGE (~0u)

/**
 * struct walk - A place in a trace.
 * @rec: which
 * @at: byte that is next
 * @births: requests before it
 */
struct walk {
	const struct recorded *rec;
	size_t at;
	unsigned long births;
};

static unsigned int next_byte(struct walk *walk)
{
	return walk->at < walk->rec->size ? walk->rec->bytes[walk->at++] : 0;
}

static bool next_event(struct walk *walk, struct event *event)
{
	unsigned int byte, shift = 6;
	unsigned long age;

	if (walk->at == walk->rec->size)
		return false;
	byte = next_byte(walk);
	event->give = byte & 0x80;
	if (!event->give) {
		event->order = byte & 15;
		event->type = byte >> 4;
		event->birth = walk->births++;
		return event->order < SB_NR_ORDERS && event->type < SB_PCPTYPES;
	}
	age = byte & 0x3f;
	for (byte = byte & 0x40 ? 0x80 : 0; byte & 0x80 && shift < 32; shift += 7) {
		byte = next_byte(walk);
		age |= (unsigned long)(byte & 0x7f) << shift;
	}
	if (age >= walk->births)
		return false;
	event->birth = walk->births - 1 - age;
	return true;
}

/* Counts, and says whether what is released was asked for. */
static bool measure(struct recorded *rec)
{
	struct walk walk = { .rec = rec };
	u8 *orders = calloc(rec->size, 1);
	unsigned long in_use = 0;
	struct event event;

	while (orders && next_event(&walk, &event)) {
		rec->nr_events++;
		if (event.give) {
			if (!orders[event.birth])
				break;
			in_use -= sb_order_pages(orders[event.birth] - 1u);
			orders[event.birth] = 0;
		} else {
			orders[event.birth] = (u8)(event.order + 1);
			in_use += sb_order_pages(event.order);
			rec->peak = max(rec->peak, in_use);
		}
	}
	rec->nr_births = walk.births;
	free(orders);
	return walk.at == rec->size && rec->nr_events;
}

bool recorded_read(struct recorded *rec)
{
	size_t room = 1 << 20;

	memset(rec, 0, sizeof(*rec));
	rec->bytes = malloc(room);
	if (!rec->bytes)
		return false;
	rec->size = fread(rec->bytes, 1, room, stdin);
	return rec->size < room && measure(rec);
}

void recorded_free(struct recorded *rec)
{
	free(rec->bytes);
}

static u8 use_of(unsigned int type)
{
	return type == SB_MOVABLE ? CHURN_MOVABLE : CHURN_UNMOVABLE;
}

static void give(struct churn *churn, struct life *life)
{
	if (life->page == NO_PAGE)
		return;
	churn_mark(churn, life->page, life->order, use_of(life->type), CHURN_FREE);
	churn->side.put(churn->side.ctx, life->page, life->order, life->type);
	life->page = NO_PAGE;
}

static int take(struct churn *churn, const struct event *event, struct life *life)
{
	long page = churn->side.get(churn->side.ctx, event->order, event->type);

	*life = (struct life){ NO_PAGE, (u8)event->order, (u8)event->type };
	if (page < 0)
		return 0;
	life->page = (u32)page;
	return churn_mark(churn, (unsigned long)page, event->order, CHURN_FREE,
			  use_of(event->type)) ?
		       0 :
		       -EILSEQ;
}

/* Looks are equally far apart, the last of them at the end. */
static void look(const struct recorded *rec, unsigned long nr, const struct churn *churn,
		 struct churn_score *sum)
{
	unsigned long step = rec->nr_events / 2 / LOOKS;
	struct churn_score score;

	if (step && ((rec->nr_events - nr) % step || (rec->nr_events - nr) / step >= LOOKS))
		return;
	churn_judge(churn, &score);
	sum->share += score.share;
	sum->unusable += score.unusable;
	sum->mixed += score.mixed;
}

int recorded_run(const struct recorded *rec, struct churn *churn, struct churn_score *score)
{
	struct life *lives = calloc(rec->nr_births, sizeof(*lives));
	struct walk walk = { .rec = rec };
	unsigned long nr = 0, i;
	struct event event;
	int err = lives ? 0 : -ENOMEM;

	memset(score, 0, sizeof(*score));
	while (!err && next_event(&walk, &event)) {
		if (event.give)
			give(churn, &lives[event.birth]);
		else
			err = take(churn, &event, &lives[event.birth]);
		look(rec, ++nr, churn, score);
	}
	for (i = 0; lives && i < walk.births; i++)
		give(churn, &lives[i]);
	score->share /= LOOKS;
	score->unusable /= LOOKS;
	score->mixed /= LOOKS;
	free(lives);
	return err;
}
