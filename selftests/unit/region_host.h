/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A region tracker on the host, whose memory is reached through malloc(), and
 * a short notation for what it holds:
 *
 *	"10-20 20-30@1,HN"	pages [0x10, 0x20), then [0x20, 0x30) of node 1
 *				that is HOTPLUG and NOMAP
 */
#ifndef REGION_HOST_H
#define REGION_HOST_H

#include "region.h"
#include "region_alloc.h"
#include "region_iter.h"
#include "unit.h"

/* The address of a page, and the size of so many. */
#define P(pages) ((u64)(pages) << SB_PAGE_SHIFT)
#define TOP SB_REGION_TOP

struct host {
	struct sb_regions r;
	struct sb_reach reach;
	unsigned int refuse_from; /* map() says no from this call on, counted from 1 */
	unsigned int calls;
	unsigned int live;
};

static inline void *host_map(void *ctx, u64 base, u64 size)
{
	struct host *h = ctx;
	void *mapped;

	EXPECT_EQ(base & (SB_PAGE_SIZE - 1), 0);
	EXPECT_EQ(size & (SB_PAGE_SIZE - 1), 0);
	EXPECT(sb_region_is_range_memory(&h->r, base, size));
	EXPECT(sb_region_is_mapped(&h->r, base));
	EXPECT(!sb_region_is_range_reserved(&h->r, base, size));
	if (++h->calls >= h->refuse_from)
		return NULL;
	h->live++;
	mapped = malloc((size_t)size);
	memset(mapped, 0xa5, (size_t)size);
	return mapped;
}

static inline void host_unmap(void *ctx, void *mapped, u64 base, u64 size)
{
	struct host *h = ctx;

	EXPECT_EQ(base & (SB_PAGE_SIZE - 1), 0);
	memset(mapped, 0x5a, (size_t)size);
	free(mapped);
	h->live--;
}

static inline void host_init(struct host *h, bool can_grow)
{
	memset(h, 0, sizeof(*h));
	h->reach = (struct sb_reach){ .map = host_map, .unmap = host_unmap, .ctx = h };
	h->refuse_from = ~0u;
	sb_region_init(&h->r, can_grow ? &h->reach : NULL);
	EXPECT_EQ(sb_region_check(&h->r), 0);
}

static inline void host_exit(struct host *h)
{
	sb_region_exit(&h->r);
	EXPECT_EQ(h->live, 0);
	EXPECT_EQ(h->r.memory.nr + h->r.reserved.nr, 0);
	EXPECT(h->r.memory.regions == h->r.memory.initial);
	EXPECT(h->r.reserved.regions == h->r.reserved.initial);
	EXPECT_EQ(sb_region_check(&h->r), 0);
}

static inline void text_add(char **text, u64 addr)
{
	if (addr == TOP)
		*text += sprintf(*text, "top");
	else if (addr & (SB_PAGE_SIZE - 1))
		*text += sprintf(*text, "%#llx", (unsigned long long)addr);
	else
		*text += sprintf(*text, "%llx", (unsigned long long)addr >> SB_PAGE_SHIFT);
}

static inline char *region_text(const struct sb_region_type *type)
{
	static char texts[4][SB_REGIONS_INITIAL * 64];
	static unsigned int turn;
	char *text = texts[turn++ % 4], *at = text;
	unsigned int i;

	*at = '\0';
	for (i = 0; i < type->nr && i < SB_REGIONS_INITIAL; i++) {
		const struct sb_region *rgn = &type->regions[i];

		at += sprintf(at, "%s", i ? " " : "");
		text_add(&at, rgn->base);
		*at++ = '-';
		text_add(&at, rgn->base + rgn->size);
		*at = '\0';
		if (rgn->nid != SB_NID_ANY)
			at += sprintf(at, "@%d", rgn->nid);
		if (rgn->flags)
			at += sprintf(at, ",%s%s%s", rgn->flags & SB_REGION_HOTPLUG ? "H" : "",
				      rgn->flags & SB_REGION_MIRROR ? "M" : "",
				      rgn->flags & SB_REGION_NOMAP ? "N" : "");
	}
	return text;
}

/* All that a failed call must leave as it was. */
struct snapshot {
	struct sb_regions r;
	struct sb_region memory[4096];
	struct sb_region reserved[4096];
};

static inline const struct snapshot *snapshot(const struct sb_regions *r, unsigned int which)
{
	static struct snapshot shots[2];
	struct snapshot *s = &shots[which];

	memset(s, 0, sizeof(*s));
	s->r = *r;
	memset(s->r.memory.initial, 0, sizeof(s->r.memory.initial));
	memset(s->r.reserved.initial, 0, sizeof(s->r.reserved.initial));
	memcpy(s->memory, r->memory.regions, r->memory.nr * sizeof(s->memory[0]));
	memcpy(s->reserved, r->reserved.regions, r->reserved.nr * sizeof(s->reserved[0]));
	return s;
}

/* A call that works, and one that leaves everything as it was. */
#define WORKS(h, call)                                  \
	do {                                            \
		EXPECT_EQ(call, 0);                     \
		EXPECT_EQ(sb_region_check(&(h)->r), 0); \
	} while (0)
#define LEAVES(h, call, result)                                                   \
	do {                                                                      \
		const struct snapshot *_before = snapshot(&(h)->r, 0);            \
		unsigned int _live = (h)->live;                                   \
		EXPECT_EQ(call, result);                                          \
		EXPECT(!memcmp(_before, snapshot(&(h)->r, 1), sizeof(*_before))); \
		EXPECT_EQ((h)->live, _live);                                      \
		EXPECT_EQ(sb_region_check(&(h)->r), 0);                           \
	} while (0)

#define MEMORY_IS(h, text) EXPECT_STR(region_text(&(h)->r.memory), text)
#define RESERVED_IS(h, text) EXPECT_STR(region_text(&(h)->r.reserved), text)

/* Memory on no node in particular, without flags. */
static inline int add(struct host *h, u64 from, u64 to)
{
	return sb_region_add(&h->r, P(from), P(to - from), SB_NID_ANY, 0);
}

static inline int reserve(struct host *h, u64 from, u64 to)
{
	return sb_region_reserve(&h->r, P(from), P(to - from));
}

/* Reserves @nr pages, every other one from @from on, so that none merge. */
static inline void comb(struct host *h, u64 from, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		WORKS(h, reserve(h, from + 2 * i, from + 2 * i + 1));
}

/* The same of memory. */
static inline void comb_memory(struct host *h, u64 from, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		WORKS(h, add(h, from + 2 * i, from + 2 * i + 1));
}

#endif
