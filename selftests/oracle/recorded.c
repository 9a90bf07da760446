// SPDX-License-Identifier: GPL-2.0-only
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

#define NO_PAGE (~0u)

/**
 * struct walk - A place in a trace.
 * @rec: which
 * @at: byte that is next
 * @births: requests before it
 * @next: the request after that which was released last
 * @bad: what came is no event
 */
struct walk {
	const struct recorded *rec;
	size_t at;
	unsigned long births;
	unsigned long next;
	bool bad;
};

static unsigned int next_byte(struct walk *walk)
{
	return walk->at < walk->rec->size ? walk->rec->bytes[walk->at++] : 0;
}

/* How far what is released is from where it was expected: even is ahead, odd is behind. */
static unsigned long next_distance(struct walk *walk, unsigned int byte)
{
	unsigned long distance = byte & 0x3f;
	unsigned int shift = 6;

	for (byte = byte & 0x40 ? 0x80 : 0; byte & 0x80 && shift < 32; shift += 7) {
		byte = next_byte(walk);
		distance |= (unsigned long)(byte & 0x7f) << shift;
	}
	return distance;
}

static bool next_event(struct walk *walk, struct event *event)
{
	unsigned int byte;
	unsigned long distance;

	if (walk->at == walk->rec->size)
		return false;
	byte = next_byte(walk);
	event->give = byte & 0x80;
	if (!event->give) {
		event->order = byte & 15;
		event->type = byte >> 4;
		event->birth = walk->births++;
		walk->bad = event->order >= SB_NR_ORDERS || event->type >= SB_PCPTYPES;
		return !walk->bad;
	}
	distance = next_distance(walk, byte);
	event->birth = walk->next + (distance & 1 ? -(distance / 2 + 1) : distance / 2);
	walk->next = event->birth + 1;
	walk->bad = event->birth >= walk->births;
	return !walk->bad;
}

bool recorded_measure(struct recorded *rec, u8 *orders)
{
	struct walk walk = { .rec = rec };
	unsigned long in_use = 0;
	struct event event;

	rec->nr_events = 0;
	rec->peak = 0;
	while (next_event(&walk, &event)) {
		rec->nr_events++;
		if (event.give) {
			if (!orders[event.birth])
				return false;
			in_use -= sb_order_pages(orders[event.birth] - 1u);
			orders[event.birth] = 0;
		} else {
			orders[event.birth] = (u8)(event.order + 1);
			in_use += sb_order_pages(event.order);
			rec->peak = max(rec->peak, in_use);
		}
	}
	rec->nr_births = walk.births;
	return !walk.bad && rec->nr_events;
}

static u8 use_of(unsigned int type)
{
	return type == SB_MOVABLE ? CHURN_MOVABLE : CHURN_UNMOVABLE;
}

static void give(struct churn *churn, struct recorded_life *life)
{
	if (life->page == NO_PAGE)
		return;
	churn_mark(churn, life->page, life->order, use_of(life->type), CHURN_FREE);
	churn->side.put(churn->side.ctx, life->page, life->order, life->type);
	life->page = NO_PAGE;
}

static int take(struct churn *churn, const struct event *event, struct recorded_life *life)
{
	long page = churn->side.get(churn->side.ctx, event->order, event->type);

	*life = (struct recorded_life){ NO_PAGE, (u8)event->order, (u8)event->type };
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

int recorded_run(const struct recorded *rec, struct recorded_life *lives, struct churn *churn,
		 struct churn_score *score)
{
	struct walk walk = { .rec = rec };
	unsigned long nr = 0, i;
	struct event event;
	int err = 0;

	memset(score, 0, sizeof(*score));
	while (!err && next_event(&walk, &event)) {
		if (event.give)
			give(churn, &lives[event.birth]);
		else
			err = take(churn, &event, &lives[event.birth]);
		look(rec, ++nr, churn, score);
	}
	for (i = 0; i < walk.births; i++)
		give(churn, &lives[i]);
	score->share /= LOOKS;
	score->unusable /= LOOKS;
	score->mixed /= LOOKS;
	return err;
}
