/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A day in the life of an embedded board, as buffers that come and go: the same day
 * for the same seed, on any machine.
 *
 * A tick is ten seconds. Each kind of buffer begins so many times a day, more often in
 * the evening than at night, some at a time. How long a buffer lives has a heavy tail:
 * it lives twice as long with the same probability, however old it is. So most of them
 * are gone soon, some stay for hours, and a few outlive the day.
 */
#ifndef SBUDDY_TEST_DAY_H
#define SBUDDY_TEST_DAY_H

#include <stdint.h>

#define DAY_TICKS 8640
#define DAY_TICKS_AN_HOUR (DAY_TICKS / 24)
#define DAY_MAX_BUFFERS 262144
#define DAY_NONE (-1)

/* The memory that a day of this table is for, in pages; with more there is more of all. */
#define DAY_PAGES 16384

/**
 * struct day_kind - A kind of buffers.
 * @a_day: times a day that some begin
 * @at_once: so many then, or with @alike 0 up to so many
 * @small: order of the smallest, log2 of pages
 * @large: of the largest
 * @ticks: what the short-lived live
 * @tail: in sixteenths, how probable it is that a buffer lives twice as long
 * @alike: those that begin at once are of one size and end at once, as frames of a
 *	camera
 * @until: the hour when all of them end, and no more begin; 0 for none
 */
struct day_kind {
	unsigned int a_day;
	unsigned int at_once;
	unsigned int small;
	unsigned int large;
	unsigned int ticks;
	unsigned int tail;
	unsigned int alike;
	unsigned int until;
};

static const struct day_kind day_kinds[] = {
	/* packets of the network */
	{ .a_day = 900, .at_once = 8, .ticks = 1, .tail = 9 },
	/* pages of a database, and what else is worth keeping */
	{ .a_day = 8000, .at_once = 1, .large = 2, .ticks = 60, .tail = 11 },
	/* streams of the audio daemon */
	{ .a_day = 300, .at_once = 4, .small = 2, .large = 2, .ticks = 12, .tail = 10, .alike = 1 },
	/* pictures of the camera and what they are encoded to, until it is put out */
	{ .a_day = 300,
	  .at_once = 4,
	  .small = 3,
	  .large = 6,
	  .ticks = 60,
	  .tail = 7,
	  .alike = 1,
	  .until = 23 },
	{ .a_day = 1200, .at_once = 1, .small = 3, .large = 5, .ticks = 6, .tail = 9, .until = 23 },
	/* jobs of each quarter of an hour */
	{ .a_day = 96, .at_once = 16, .large = 4, .ticks = 3, .tail = 10 },
};

/* Files of an update, which comes at ten in the evening and takes what memory there is. */
static const struct day_kind day_update = {
	.at_once = 1,
	.large = 2,
	.ticks = 20,
	.tail = 12,
};

#define DAY_UPDATE (22 * DAY_TICKS_AN_HOUR)

#define DAY_KINDS (sizeof(day_kinds) / sizeof(day_kinds[0]))

/* How much there is to do, by the hour, in sixteenths. */
static const unsigned char day_load[24] = {
	6, 4, 4, 4, 4, 6, 10, 16, 20, 20, 18, 18, 20, 20, 18, 18, 20, 24, 28, 32, 32, 24, 14, 8,
};

/**
 * struct day - A day that is going on.
 * @seed: of all that is by chance; not 0
 * @pages: memory there is
 * @get: called for each buffer: begin the one of this number; 0 when it was refused
 * @put: it ends
 * @ctx: for both
 * @tick: time
 * @used: pages in use
 * @nr: buffers so far, which are numbered from 0; those refused included
 * @refused: of these
 * @ended: of these
 * @owed: by kind, the part of the next beginning that is due
 * @had: by buffer, its pages
 * @due: by tick, the first buffer that ends then
 * @next: by buffer, the next that does
 */
struct day {
	uint32_t seed;
	uint32_t pages;
	int (*get)(void *ctx, unsigned int number, unsigned int pages);
	void (*put)(void *ctx, unsigned int number);
	void *ctx;
	unsigned int tick;
	unsigned int used;
	unsigned int nr;
	unsigned int refused;
	unsigned int ended;
	uint64_t owed[DAY_KINDS];
	uint8_t had[DAY_MAX_BUFFERS];
	int due[DAY_TICKS];
	int next[DAY_MAX_BUFFERS];
};

static inline unsigned int day_random(struct day *day, unsigned int below)
{
	day->seed ^= day->seed << 13;
	day->seed ^= day->seed >> 17;
	day->seed ^= day->seed << 5;
	return (day->seed >> 8) % below;
}

/* Ticks, DAY_TICKS or more for what outlives any day. */
static inline unsigned int day_life(struct day *day, const struct day_kind *kind)
{
	unsigned int ticks = kind->ticks;

	while (ticks < DAY_TICKS && day_random(day, 16) < kind->tail)
		ticks *= 2;
	return ticks + day_random(day, ticks);
}

static inline void day_begin_one(struct day *day, unsigned int pages, unsigned int end)
{
	unsigned int number = day->nr;

	if (number == DAY_MAX_BUFFERS)
		return;
	day->nr++;
	if (!day->get(day->ctx, number, pages)) {
		day->refused++;
		return;
	}
	day->had[number] = (uint8_t)pages;
	day->used += pages;
	if (end < DAY_TICKS) {
		day->next[number] = day->due[end];
		day->due[end] = (int)number;
	}
}

static inline void day_begin(struct day *day, const struct day_kind *kind)
{
	unsigned int nr = kind->alike ? kind->at_once : 1 + day_random(day, kind->at_once);
	unsigned int until = kind->until * DAY_TICKS_AN_HOUR;
	unsigned int pages = 0, end = 0, i;

	if (until && day->tick >= until)
		return;
	for (i = 0; i < nr; i++) {
		if (!i || !kind->alike) {
			pages = 1u
				<< (kind->small + day_random(day, kind->large - kind->small + 1));
			end = day->tick + day_life(day, kind);
			end = until && end > until ? until : end;
		}
		day_begin_one(day, pages, end);
	}
}

static inline void day_end_due(struct day *day)
{
	int number = day->due[day->tick];

	for (; number != DAY_NONE; number = day->next[number]) {
		day->put(day->ctx, (unsigned int)number);
		day->used -= day->had[number];
		day->ended++;
	}
}

static inline void day_begin_update(struct day *day)
{
	unsigned int refused = day->refused;

	while (day->used < day->pages - day->pages / 16 && day->refused == refused &&
	       day->nr < DAY_MAX_BUFFERS)
		day_begin(day, &day_update);
}

static inline void day_tick(struct day *day)
{
	const uint64_t one = 16ull * DAY_TICKS * DAY_PAGES;
	unsigned int k;

	day_end_due(day);
	for (k = 0; k < DAY_KINDS; k++) {
		day->owed[k] += (uint64_t)day_kinds[k].a_day * day->pages *
				day_load[day->tick / DAY_TICKS_AN_HOUR];
		for (; day->owed[k] >= one; day->owed[k] -= one)
			day_begin(day, &day_kinds[k]);
	}
	if (day->tick == DAY_UPDATE)
		day_begin_update(day);
}

/* From midnight to midnight; the caller has set @day up to @ctx. */
static inline void day_live(struct day *day)
{
	unsigned int k;

	day->used = 0;
	day->nr = 0;
	day->refused = 0;
	day->ended = 0;
	for (k = 0; k < DAY_KINDS; k++)
		day->owed[k] = 0;
	for (k = 0; k < DAY_TICKS; k++)
		day->due[k] = DAY_NONE;
	for (day->tick = 0; day->tick < DAY_TICKS; day->tick++)
		day_tick(day);
}

#endif
