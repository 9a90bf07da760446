// SPDX-License-Identifier: GPL-2.0-only
/*
 * A day of day.h on the device, and compaction at midnight: what is free is in pieces
 * then, and becomes one run in each zone, as planned and with every byte in its place.
 * SBUDDY_SEED=N has it be another day.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <sched.h>

#include "compaction.h"
#include "day.h"

#define SEED 20240229u

/* Of a call that has a budget, in parts of what is to be moved. */
#define CALLS 6

/* Pages of the largest buffer of the day. */
#define LARGEST 64

/* Of so many buffers that are left one is pinned. */
#define PIN_SHARE 100

struct device {
	int fd;
	size_t page;
};

struct buffer {
	uint32_t handle; /* 0: it has ended, or was refused */
	uint32_t pages;
	uint32_t *words;
	uint64_t pinned_at;
};

static struct buffer bufs[DAY_MAX_BUFFERS];
static struct device device;
static struct day day;
static uint32_t lost;

FIXTURE(day)
{
	int fd;
	size_t page;
	uint64_t before;
	struct sb_spans midnight;
};

static uint32_t *last_page(const struct buffer *buf, size_t page)
{
	return buf->words + (buf->pages - 1) * (page / sizeof(*buf->words));
}

/* While the day goes on the first and the last page of a buffer are looked at. */
static int get(void *ctx, unsigned int number, unsigned int pages)
{
	const struct device *dev = ctx;
	struct sbuddy_alloc alloc = sb_request(0);
	struct buffer *buf = &bufs[number];

	alloc.flags = SBUDDY_ALLOC_BYTES;
	alloc.bytes = (uint64_t)pages * dev->page;
	if (sb_call(dev->fd, SBUDDY_IOC_ALLOC, &alloc))
		return 0;
	buf->words = sb_map(dev->fd, alloc.offset, pages * dev->page);
	if (buf->words == MAP_FAILED) {
		sb_put(dev->fd, alloc.handle);
		return 0;
	}
	buf->handle = alloc.handle;
	buf->pages = pages;
	sb_write_stamps(last_page(buf, dev->page), ~number, 1);
	if (pages > 1)
		sb_write_stamps(buf->words, number, 1);
	return 1;
}

static uint32_t lost_at_ends(const struct buffer *buf, unsigned int number, size_t page)
{
	return sb_lost_stamps(last_page(buf, page), ~number, 1) +
	       (buf->pages > 1 ? sb_lost_stamps(buf->words, number, 1) : 0);
}

static void put(void *ctx, unsigned int number)
{
	const struct device *dev = ctx;
	struct buffer *buf = &bufs[number];

	lost += lost_at_ends(buf, number, dev->page);
	munmap(buf->words, buf->pages * dev->page);
	lost += !!sb_put(dev->fd, buf->handle);
	buf->handle = 0;
}

/* From now on each page of what is left has a stamp. */
static uint32_t stamp_all(size_t page)
{
	uint32_t pages = 0;
	unsigned int i;

	for (i = 0; i < day.nr; i++)
		if (bufs[i].handle) {
			lost += lost_at_ends(&bufs[i], i, page);
			sb_write_stamps(bufs[i].words, i, bufs[i].pages);
			pages += bufs[i].pages;
		}
	return pages;
}

static uint32_t stamps_lost(void)
{
	unsigned int i;

	for (i = 0; i < day.nr; i++)
		if (bufs[i].handle)
			lost += sb_lost_stamps(bufs[i].words, i, bufs[i].pages);
	return lost;
}

/* On one CPU, as pages that are freed go to a list of that. */
static int stay_on_this_cpu(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

FIXTURE_SETUP(day)
{
	struct sbuddy_drain drain = { .size = sizeof(drain) };
	const char *seed = getenv("SBUDDY_SEED");
	uint32_t pages;

	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, stay_on_this_cpu());
	ASSERT_EQ(0, sb_set_proactiveness(self->fd, 0));
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_DRAIN, &drain));
	self->page = (size_t)sysconf(_SC_PAGESIZE);
	self->before = sb_free_pages(self->fd);
	day.seed = seed ? (uint32_t)strtoul(seed, NULL, 0) | 1 : SEED;
	day.pages = (uint32_t)self->before;
	day.get = get;
	day.put = put;
	day.ctx = &device;
	device = (struct device){ .fd = self->fd, .page = self->page };
	dprintf(STDOUT_FILENO, "# seed %u, %u pages\n", day.seed, day.pages);
	day_live(&day);
	pages = stamp_all(self->page);
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_DRAIN, &drain));
	ASSERT_EQ(0, sb_see_free(self->fd, &self->midnight));
	dprintf(STDOUT_FILENO,
		"# %u events: %u buffers begun, %u refused, %u ended; %u pages in use are left\n",
		day.nr - day.refused + day.ended, day.nr - day.refused, day.refused, day.ended,
		pages);
	sb_print_free("at midnight", &self->midnight);
	EXPECT_EQ(0, lost);
}

FIXTURE_TEARDOWN(day)
{
	struct sbuddy_drain drain = { .size = sizeof(drain) };
	unsigned int i;

	for (i = 0; i < day.nr; i++)
		if (bufs[i].handle)
			munmap(bufs[i].words, bufs[i].pages * self->page);
	close(self->fd);
	self->fd = sb_open(O_RDWR);
	sb_call(self->fd, SBUDDY_IOC_DRAIN, &drain);
	EXPECT_EQ(self->before, sb_free_pages(self->fd));
	EXPECT_EQ(0, sb_set_proactiveness(self->fd, 20));
	close(self->fd);
}

/* Of all that is free, how much is in the longest run of its span, in hundredths. */
static unsigned long share_in_runs(const struct sb_spans *spans)
{
	unsigned long pages = 0, longest = 0;
	unsigned int i;

	for (i = 0; i < spans->nr; i++) {
		pages += spans->span[i].pages;
		longest += spans->span[i].longest;
	}
	return 100 * longest / pages;
}

static void print_done(const char *how, const struct sbuddy_plan *plan,
		       const struct sbuddy_plan *after, uint64_t moved)
{
	dprintf(STDOUT_FILENO, "# %s: longest free run %llu, then %llu pages; %llu moved\n", how,
		(unsigned long long)plan->run_now, (unsigned long long)after->run_now,
		(unsigned long long)moved);
}

/* Pages that short calls move, together, or 0 when one of them did not do as it should. */
static uint64_t compact_by_and_by(int fd, uint64_t budget)
{
	struct sbuddy_compact c;
	uint64_t moved = 0;
	int calls = 0;

	do {
		/* A buffer that is begun is moved as a whole. */
		if (sb_compact(fd, budget, 0, &c) || c.moved >= budget + LARGEST)
			return 0;
		moved += c.moved;
		calls++;
	} while (c.result == SBUDDY_COMPACT_STOPPED && c.moved);
	dprintf(STDOUT_FILENO, "# %d calls, %llu pages each\n", calls, (unsigned long long)budget);
	return c.result != SBUDDY_COMPACT_STOPPED && calls > CALLS / 2 ? moved : 0;
}

TEST_F(day, ends_in_pieces_and_short_calls_make_one_run_of_them_as_planned)
{
	struct sbuddy_plan plan = sb_plan(self->fd), after;
	struct sb_spans spans;
	uint64_t moved;

	EXPECT_GT(25, share_in_runs(&self->midnight));
	EXPECT_EQ(sb_longest_run(&self->midnight), plan.run_now);
	EXPECT_EQ(1u, plan.exact);
	moved = compact_by_and_by(self->fd, plan.moved / CALLS);
	after = sb_plan(self->fd);
	ASSERT_EQ(0, sb_see_free(self->fd, &spans));
	print_done("in short calls", &plan, &after, moved);
	sb_print_free("then", &spans);
	/* The rest are whole pageblocks, which a compaction of all memory does not break. */
	EXPECT_LE(85, share_in_runs(&spans));
	/* What did not find a place in one call may do so in the next. */
	EXPECT_LE(plan.run_after, after.run_now);
	EXPECT_LE(plan.moved, moved);
	if (!plan.failed)
		EXPECT_EQ(plan.moved, moved);
	EXPECT_EQ(0, stamps_lost());
}

TEST_F(day, leaves_what_is_pinned_where_it_is)
{
	struct sbuddy_plan plan, after;
	struct sbuddy_compact c;
	unsigned int i, nr = 0;

	for (i = 0; i < day.nr; i++)
		if (bufs[i].handle && !(nr++ % PIN_SHARE))
			ASSERT_EQ(0, sb_pin_at(self->fd, bufs[i].handle, &bufs[i].pinned_at));
	plan = sb_plan(self->fd);
	ASSERT_EQ(0, sb_compact(self->fd, 0, 0, &c));
	after = sb_plan(self->fd);
	print_done("with pins", &plan, &after, c.moved);
	EXPECT_EQ(1u, plan.exact);
	EXPECT_EQ(plan.run_after, after.run_now);
	EXPECT_EQ(plan.order_after, after.order_now);
	EXPECT_EQ(plan.moved, c.moved);
	EXPECT_EQ(plan.units, c.units);
	EXPECT_LT(0u, c.failed);
	EXPECT_LT(plan.run_now, after.run_now);
	for (i = 0; i < day.nr; i++) {
		uint64_t phys = 0;

		if (!bufs[i].pinned_at)
			continue;
		EXPECT_EQ(0, sb_pin_at(self->fd, bufs[i].handle, &phys));
		EXPECT_EQ(bufs[i].pinned_at, phys);
	}
	EXPECT_EQ(0, stamps_lost());
}

SBUDDY_MEMORY_TEST_MAIN
