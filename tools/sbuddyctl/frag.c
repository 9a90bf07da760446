// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verb frag: holds pages here and there until as much of what is free is in blocks
 * too small as was asked for, and leaves them with a keeper.
 */
#include <time.h>

#include "ctl.h"
#include "frag.h"
#include "keep.h"
#include "random.h"

#define RUN_TRIES 8

/**
 * struct spoiler - Who holds pages here and there.
 * @blocks: where blocks of the order may be, in a random order; NULL when it may not tell
 *	by addresses where pages are to be
 * @nr_blocks: of these
 * @next: to be tried
 * @held: buffers so far
 * @pages: that they have
 */
struct spoiler {
	int fd;
	struct sbuddy_info info;
	unsigned int order;
	uint64_t random;
	uint32_t *blocks;
	uint32_t nr_blocks;
	uint32_t next;
	unsigned int held;
	uint64_t pages;
};

static void look(int fd, unsigned int order, struct frag_state *state)
{
	struct sbuddy_explain_zone zones[MAX_ZONES];
	uint64_t pages;
	int err = sbuddy_drain(fd, &pages);

	if (err)
		die_error("cannot drain the per-CPU lists", err);
	frag_look(state, zones, zones_of(fd, zones), order);
}

/* All places of blocks, shuffled; none without CAP_SYS_RAWIO. */
static void shuffle(struct spoiler *s)
{
	struct sbuddy_info info;
	uint32_t i, other, block;

	if (sbuddy_info(s->fd, SBUDDY_INFO_PHYS, &info, sizeof(info)))
		return;
	s->info.base = info.base;
	s->nr_blocks = (uint32_t)(info.memory / info.page_size >> s->order);
	s->blocks = calloc(s->nr_blocks + 1, sizeof(*s->blocks));
	if (!s->blocks)
		die("no memory for a list of %u blocks", s->nr_blocks);
	for (i = 0; i < s->nr_blocks; i++) {
		other = random_below(&s->random, i + 1);
		block = s->blocks[other];
		s->blocks[other] = i;
		if (other != i)
			s->blocks[i] = block;
	}
}

/* Its handle; 0 for a place that is not to be had, which is no failure: there are others. */
static uint32_t place(struct spoiler *s, struct sbuddy_place *request)
{
	int err;

	request->zone = SBUDDY_ZONE_MOVABLE;
	request->node = SBUDDY_NODE_ANY;
	request->flags |= SBUDDY_PLACE_STILL;
	err = sbuddy_place(s->fd, request, sizeof(*request));
	if (err && err != -ENOMEM)
		die_error("cannot hold a page", err);
	if (err)
		return 0;
	s->held++;
	s->pages += request->granted / s->info.page_size;
	return request->handle;
}

/* The first frame of the next block that nothing was held in yet. */
static uint64_t next_block(struct spoiler *s)
{
	uint64_t pages = UINT64_C(1) << s->order, first = s->info.base / s->info.page_size;

	return (((first + pages - 1) >> s->order) + s->blocks[s->next++]) << s->order;
}

/* Any page of it. */
static uint32_t place_in_next(struct spoiler *s)
{
	uint64_t page = s->info.page_size, pfn = next_block(s);
	struct sbuddy_place request = { .bytes = page };

	request.min = (pfn + random_below(&s->random, UINT32_C(1) << s->order)) * page;
	request.max = request.min + page;
	return place(s, &request);
}

/* The first pages of blocks are in as many blocks: no page that is held is free. */
static uint32_t place_somewhere(struct spoiler *s, uint64_t pages)
{
	struct sbuddy_place request = {
		.bytes = pages * s->info.page_size,
		.align = (uint64_t)s->info.page_size << s->order,
	};

	if (random_below(&s->random, 2))
		request.flags = SBUDDY_PLACE_HIGHEST;
	return place(s, &request);
}

static int hold_one(struct spoiler *s)
{
	while (s->next < s->nr_blocks)
		if (place_in_next(s))
			return 1;
	return place_somewhere(s, 1);
}

/* In a block that nothing was held in yet, where it may tell. */
static uint32_t place_run(struct spoiler *s, uint64_t run)
{
	struct sbuddy_place request = { .bytes = run * s->info.page_size };
	uint32_t handle;

	while (s->next < s->nr_blocks) {
		request.min = next_block(s) * s->info.page_size;
		request.max = request.min + request.bytes;
		handle = place(s, &request);
		if (handle)
			return handle;
	}
	return place_somewhere(s, run);
}

/* One that is in a block which was not whole is held while another is looked for. */
static void hold_run(struct spoiler *s, uint64_t run, struct frag_state *state)
{
	uint32_t wrong[RUN_TRIES];
	struct frag_state now = *state;
	unsigned int i, nr = 0;

	while (nr < RUN_TRIES && now.whole == state->whole) {
		wrong[nr] = place_run(s, run);
		if (!wrong[nr])
			break;
		look(s->fd, s->order, &now);
		if (now.whole == state->whole)
			nr++;
	}
	for (i = 0; i < nr; i++)
		sbuddy_free(s->fd, wrong[i]);
	s->held -= nr;
	s->pages -= nr * run;
	look(s->fd, s->order, state);
}

/* In steps, as a page may have been held where it changed nothing. */
static void spoil(struct spoiler *s, double index, struct frag_state *state)
{
	uint64_t blocks, i, run;

	while ((blocks = frag_blocks(state, index))) {
		if (s->held + blocks + RUN_TRIES >= s->info.max_handles)
			die("this takes more than the %u buffers that a file may have: a larger order takes fewer",
			    s->info.max_handles);
		for (i = 0; i < blocks; i++)
			if (!hold_one(s))
				die("came no further than %.4f: no other page can be held where it would count",
				    frag_index(state));
		look(s->fd, s->order, state);
	}
	run = frag_run(state, index);
	if (run)
		hold_run(s, run, state);
}

static void refuse_impossible(const struct frag_state *state, double index, const char *name)
{
	double now = frag_index(state), highest = frag_highest(state);

	if (!state->free)
		die("nothing of %s is free", name);
	if (index < now)
		die("the index of order %u is %.4f already: it falls when buffers are freed, or memory is compacted",
		    state->order, now);
	if (index > highest)
		die("the index of order %u gets no higher than %.4f: a page can be held in each of %" PRIu64
		    " whole blocks, and %s",
		    state->order, highest, state->whole,
		    state->whole << state->order < state->free - state->smaller ?
			    "others are in the zone Movable" :
			    "it is not free then");
}

static void tell(const struct spoiler *s, double before, double wanted, double after, uint32_t seed,
		 unsigned int keeper)
{
	char size[32];

	if (in_json()) {
		json_open(NULL, '{');
		json_text("instance", s->info.name);
		json_number("order", s->order);
		json_number("seed", seed);
		json_float("index_before", before);
		json_float("index_wanted", wanted);
		json_float("index", after);
		json_number("buffers", s->held);
		json_number("pages", s->pages);
		json_number("keeper", keeper);
		json_close('}');
		json_end();
		return;
	}
	printf("%s: the unusable index of order %u was %.4f, and is %.4f, %.4f off\n", s->info.name,
	       s->order, before, after, after > wanted ? after - wanted : wanted - after);
	printf("%u buffers held, %" PRIu64 " pages, %s; seed %u\n", s->held, s->pages,
	       human(s->pages * s->info.page_size, size, sizeof(size)), seed);
	if (keeper)
		printf("keeper %u has them: sbuddyctl frag --release gives them back\n", keeper);
}

static int fragment(int fd, const struct sbuddy_info *info, int alias)
{
	uint32_t seed = (uint32_t)number_of(OPT_SEED, (uint32_t)time(NULL), 0, UINT32_MAX);
	double index = share_of(OPT_INDEX), before;
	struct spoiler s = { .fd = fd, .info = *info, .random = seed };
	struct keeping keeping = { .alias = alias };
	struct frag_state state;
	unsigned int keeper = 0;

	s.order = (unsigned int)number_of(OPT_ORDER, 0, 1, info->max_order);
	look(fd, s.order, &state);
	refuse_impossible(&state, index, info->name);
	before = frag_index(&state);
	shuffle(&s);
	spoil(&s, index, &state);
	keeping.buffers = s.held;
	keeping.bytes = s.pages * info->page_size;
	keeping.note = s.order;
	if (s.held)
		keeper = keep_in_background(fd, &keeping);
	tell(&s, before, index, frag_index(&state), seed, keeper);
	free(s.blocks);
	return 0;
}

/* The order is known when the keeper is gone; so what was free is looked at for any. */
static int release(int fd, const struct sbuddy_info *info, const char *alias)
{
	struct sbuddy_explain_zone before[MAX_ZONES], after[MAX_ZONES];
	unsigned int nr = zones_of(fd, before), order;
	struct keeping had;
	double was, is;
	char size[32];
	int err = keeper_end(alias, &had);

	if (err == -EPERM)
		die("%s was fragmented by another user, who has to release it", info->name);
	if (err)
		die("%s is not fragmented by sbuddyctl frag", info->name);
	order = had.note;
	sbuddy_drain(fd, NULL);
	was = unusable(before, nr, order);
	is = unusable(after, zones_of(fd, after), order);
	if (in_json()) {
		json_open(NULL, '{');
		json_text("instance", info->name);
		json_number("order", order);
		json_float("index_before", was);
		json_float("index", is);
		json_number("buffers", had.buffers);
		json_number("bytes", had.bytes);
		json_close('}');
		json_end();
	} else {
		printf("%s: the unusable index of order %u was %.4f, and is %.4f\n", info->name,
		       order, was, is);
		printf("%u buffers freed, %s\n", had.buffers, human(had.bytes, size, sizeof(size)));
	}
	return 0;
}

int run_frag(int argc, char **argv)
{
	int fd, sock, wants = given(OPT_ORDER) && given(OPT_INDEX);
	struct sbuddy_info info;
	char alias[64];

	if (given(OPT_RELEASE) ? given(OPT_ORDER) || given(OPT_INDEX) : !wants)
		die_usage("frag wants either --order and --index, or --release");
	if (given(OPT_ORDER) && !strcmp(given(OPT_ORDER), "0"))
		die_usage("no block is smaller than one of order 0: --order from 1 on");
	fd = open_device(O_RDWR);
	info = info_of(fd);
	snprintf(alias, sizeof(alias), "frag-%s", info.name);
	if (given(OPT_RELEASE))
		return release(fd, &info, alias);
	sock = keeper_alias(alias);
	if (sock < 0)
		die("%s is fragmented already: sbuddyctl frag --release ends that", info.name);
	return fragment(fd, &info, sock);
}
