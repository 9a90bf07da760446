/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page descriptors: what each page is, in eight bytes.
 *
 *	 31           4 3   0     31           4 3   0
 *	+--------------+-----+   +--------------+-----+
 *	| next or type |order|   | previous     |state|
 *	+--------------+-----+   +--------------+-----+
 *
 * A block changes from in use to a per-CPU list and back under the lock of that
 * list, all else under the zone's; others may look meanwhile.
 *
 * Links are indices into the map, so a list costs 28 bits a direction on any
 * CPU. Only the first page of a block says what the block is; its other pages
 * are tails, and the state of a tail is that of its head. So taking or
 * returning a block writes one descriptor, whatever its order.
 */
#ifndef SB_MEMMAP_H
#define SB_MEMMAP_H

#include "pageblock.h"

struct sb_instance;

#define SB_PAGE_LINK_BITS 28
#define SB_PAGE_LINK_NONE ((1u << SB_PAGE_LINK_BITS) - 1)

enum sb_page_state {
	SB_PAGE_HOLE = 0, /* no memory behind it */
	SB_PAGE_RESERVED = 1, /* memory that was never handed over */
	SB_PAGE_TAIL = 2, /* not the first of its block */
	SB_PAGE_PCP = 3, /* first of a block on a per-CPU list */
	SB_PAGE_ALLOC = 4, /* first of a block that is in use */
	SB_PAGE_GUARD = 5, /* first of a block kept empty to catch overruns */
	SB_PAGE_QUARANTINE = 6, /* first of a freed block that rests before its reuse */
	SB_PAGE_POISONED = 7, /* bad memory, out of circulation for good */
	SB_PAGE_FREE = 8, /* first of a block on a free list; the list's type is added */
	SB_NR_PAGE_STATES
};

struct sb_page {
	u32 next_order;
	u32 prev_state;
};

/* log2 of the bytes of a descriptor. */
#define SB_PAGE_BITS 3

static_assert(sizeof(struct sb_page) == 1 << SB_PAGE_BITS, "a page descriptor is 8 bytes");
static_assert(SB_MAX_ORDER < 16, "an order fits 4 bits");
static_assert(SB_PAGE_FREE + SB_NR_TYPES <= 16, "a state fits 4 bits, with a list's type");

/**
 * struct sb_memmap - The descriptors of an instance.
 * @table: address of the entry of section 0, be there one or not. The entry of a
 *	section plus the size of a descriptor for each page below one of its pages
 *	gives the descriptor of that page: both are numbers that may wrap.
 * @shift: log2 of the pages in a section
 * @flat: the table of a flat instance, where section 0 is all there is; else 0
 * @base_pfn: first page, at the start of a pageblock or of a section; links are
 *	counted from here
 * @nr_pages: pages covered, whole pageblocks or sections; 0 before there is a map.
 *	Where holes are, there are no descriptors, and none must be touched.
 * @nr_present: descriptors that exist
 * @phys: where the array of the boot lies
 */
struct sb_memmap {
	unsigned long table;
	unsigned int shift;
	unsigned long flat;
	unsigned long base_pfn;
	unsigned long nr_pages;
	unsigned long nr_present;
	u64 phys;
};

/**
 * struct sb_page_info - What a page is, tails resolved.
 * @state: state of the block that the page belongs to
 * @tail: the page is not the first of its block
 * @head: first page of the block
 * @order: order of the block; 0 for a reserved page or a hole
 * @type: migratetype of the request that the block serves, if it is in use; of the
 *	list that it is on, if it is free
 * @mover: the block is in use, and its owner lets it be moved
 */
struct sb_page_info {
	enum sb_page_state state;
	bool tail;
	unsigned long head;
	unsigned int order;
	unsigned int type;
	bool mover;
};

/*
 * Descriptors of memory that was removed go: sb_hotplug_remove() takes the zone from
 * its pageblocks first, and waits with sb_quiesce(). So they may be touched by who
 *
 *	has the page, or keeps hotplug away;
 *	holds the lock of the zone that it belongs to;
 *	has a number alone: where sb_memmap_exists() says so, in the same
 *	sb_irq_save() section. sb_memmap_info() does that by itself.
 */
static inline struct sb_page *sb_memmap_page(const struct sb_memmap *map, unsigned long pfn)
{
	const unsigned long *entry =
		(const unsigned long *)(map->table + (pfn >> map->shift) * sizeof(*entry));

	return (struct sb_page *)(*entry + pfn * sizeof(struct sb_page));
}

/* The descriptor that a link leads to. */
static inline struct sb_page *sb_memmap_at(const struct sb_memmap *map, u32 index)
{
	return sb_memmap_page(map, map->base_pfn + index);
}

/* There are descriptors where a link leads, of those that the map covers. */
static inline bool sb_memmap_has_table(const struct sb_memmap *map, u32 index)
{
	const unsigned long *entry =
		(const unsigned long *)(map->table +
					((map->base_pfn + index) >> map->shift) * sizeof(*entry));

	return *entry;
}

/*@
 * requires \valid_read(map) && map->base_pfn + map->nr_pages <= (unsigned long)-1;
 * assigns \nothing;
 * ensures \result <==> map->base_pfn <= pfn < map->base_pfn + map->nr_pages;
 */
static inline bool sb_memmap_covers(const struct sb_memmap *map, unsigned long pfn)
{
	return pfn - map->base_pfn < map->nr_pages;
}

static inline enum sb_page_state sb_page_state(const struct sb_page *page)
{
	u32 state = READ_ONCE(page->prev_state) & 15;

	return state < SB_PAGE_FREE ? (enum sb_page_state)state : SB_PAGE_FREE;
}

/* Migratetype of the list that a free block is on. */
static inline unsigned int sb_page_list(const struct sb_page *page)
{
	return READ_ONCE(page->prev_state) & 7;
}

static inline unsigned int sb_page_order(const struct sb_page *page)
{
	return READ_ONCE(page->next_order) & 15;
}

static inline u32 sb_page_next(const struct sb_page *page)
{
	return page->next_order >> 4;
}

static inline u32 sb_page_prev(const struct sb_page *page)
{
	return page->prev_state >> 4;
}

static inline void sb_page_set_next(struct sb_page *page, u32 next)
{
	page->next_order = next << 4 | (page->next_order & 15);
}

static inline void sb_page_set_prev(struct sb_page *page, u32 prev)
{
	page->prev_state = prev << 4 | (page->prev_state & 15);
}

/* Beside the type of a block in use: it is freed as a whole, SB_GFP_COMP. */
#define SB_PAGE_COMP 8u

static inline bool sb_page_is_comp(const struct sb_page *page)
{
	return sb_page_next(page) & SB_PAGE_COMP;
}

/* Beside the type of a block in use: its owner lets it be moved, migrate.h. */
#define SB_PAGE_MOVER 16u

static inline bool sb_page_has_mover(const struct sb_page *page)
{
	return sb_page_next(page) & SB_PAGE_MOVER;
}

static inline void sb_page_set_mover(struct sb_page *page, bool movable)
{
	u32 word = page->next_order & ~(SB_PAGE_MOVER << 4);

	WRITE_ONCE(page->next_order, movable ? word | SB_PAGE_MOVER << 4 : word);
}

/*
 * Beside the type of a block in use: its objects are a slab's, slab_cache.h. The
 * bits above are the number of the cache and one that no link has: an instance
 * that has slabs has no more than SB_PAGE_SLAB_MOST pages.
 */
#define SB_PAGE_SLAB 32u
#define SB_PAGE_SLAB_MOST (1ul << (SB_PAGE_LINK_BITS - 1))

static inline u32 sb_page_slab_word(u32 type, u32 cache, unsigned int order)
{
	u32 link = (u32)SB_PAGE_SLAB_MOST | cache << 6 | SB_PAGE_SLAB | SB_PAGE_COMP | type;

	return link << 4 | order;
}

static inline bool sb_page_is_slab(const struct sb_page *page)
{
	return (READ_ONCE(page->next_order) >> 4 & SB_PAGE_SLAB) &&
	       (READ_ONCE(page->prev_state) & 15) == SB_PAGE_ALLOC;
}

/* It is a block like any other again. */
static inline void sb_page_clear_slab(struct sb_page *page)
{
	WRITE_ONCE(page->next_order, page->next_order & ((SB_PAGE_COMP | 7u) << 4 | 15));
}

/* Migratetype kept with a block that needs no links: of the request, or when it was freed. */
static inline unsigned int sb_page_type(const struct sb_page *page)
{
	return sb_page_next(page) & 7;
}

/* Migratetype of the lists that a block on a per-CPU list goes back to. */
static inline unsigned int sb_page_pcp_type(const struct sb_page *page)
{
	return READ_ONCE(page->prev_state) >> 4 & 7;
}

/* The two words of a block on a per-CPU list of @type that goes back to lists of @home. */
static inline u32 sb_page_pcp_word(unsigned int order, unsigned int type)
{
	return type << 4 | order;
}

static inline u32 sb_page_pcp_state(unsigned int home)
{
	return home << 4 | SB_PAGE_PCP;
}

/* A block rests on a per-CPU list of @type. */
static inline void sb_page_set_listed(struct sb_page *page, unsigned int order, unsigned int type)
{
	WRITE_ONCE(page->next_order, sb_page_pcp_word(order, type));
	WRITE_ONCE(page->prev_state, sb_page_pcp_state(type));
}

static inline void sb_page_set(struct sb_page *page, u32 state, unsigned int order,
			       u32 next_or_type)
{
	WRITE_ONCE(page->next_order, next_or_type << 4 | order);
	WRITE_ONCE(page->prev_state, SB_PAGE_LINK_NONE << 4 | state);
}

/*
 * Beside the state of a page in use, be it a tail or not: bad memory, which leaves
 * circulation when it is freed. Such pages have no use for links.
 */
#define SB_PAGE_LINK_MARKED (SB_PAGE_LINK_NONE - 1)

static inline bool sb_page_is_marked(const struct sb_page *page)
{
	u32 word = READ_ONCE(page->prev_state);

	return word == (SB_PAGE_LINK_MARKED << 4 | SB_PAGE_ALLOC) ||
	       word == (SB_PAGE_LINK_MARKED << 4 | SB_PAGE_TAIL);
}

static inline void sb_page_set_marked(struct sb_page *page, bool marked)
{
	u32 link = marked ? SB_PAGE_LINK_MARKED : SB_PAGE_LINK_NONE;

	WRITE_ONCE(page->prev_state, link << 4 | (page->prev_state & 15));
}

/* @prev_state of a block in use that is not marked: as sb_page_set() leaves it. */
#define SB_PAGE_USED (SB_PAGE_LINK_NONE << 4 | SB_PAGE_ALLOC)

/* A page in use is the first of a block; it stays marked if it is. */
static inline void sb_page_set_used(struct sb_page *page, unsigned int order, unsigned int type)
{
	WRITE_ONCE(page->next_order, type << 4 | order);
	WRITE_ONCE(page->prev_state, (page->prev_state & ~15u) | SB_PAGE_ALLOC);
}

static inline void sb_page_set_tail(struct sb_page *page)
{
	sb_page_set(page, SB_PAGE_TAIL, 0, SB_PAGE_LINK_NONE);
}

/* Writes descriptors that follow each other, of memory that was never handed over. */
void sb_page_reserve(struct sb_page *page, unsigned long nr_pages);

static inline bool sb_page_is_free(const struct sb_page *page, unsigned int order)
{
	return sb_page_state(page) == SB_PAGE_FREE && sb_page_order(page) == order;
}

/* First page after the block that @info tells of; above @pfn, whatever a broken block says. */
static inline unsigned long sb_page_info_next(const struct sb_page_info *info, unsigned long pfn)
{
	return max(pfn + 1, info->head + (1ul << info->order));
}

/**
 * sb_memmap_init() - Place the descriptors and say what each page is.
 * @inst: instance whose layout is done
 *
 * The array is reserved in the region tracker; what of it covers holes alone
 * is given back, as free_unused_memmap() of Linux on ARM does. Sections without
 * memory have no part of it in the first place. Every page of memory is
 * reserved until hand-over.
 *
 * Context: Process. The instance is not live yet.
 * Return: 0, or -ENOMEM when no memory that the kernel reaches is left.
 */
int sb_memmap_init(struct sb_instance *inst);

/* Undoes sb_memmap_init(). */
void sb_memmap_exit(struct sb_instance *inst);

/*
 * Makes reserved pages of [pfn, end) tails, until the caller says of which blocks. They
 * are his alone, so no lock is needed; there is at least one.
 */
void sb_memmap_set_tails(const struct sb_memmap *map, unsigned long pfn, unsigned long end);

/*
 * The page has a descriptor that may be looked at, and a zone: pfn_to_online_page() of
 * Linux. Any pfn may be asked. Of who has neither page nor lock, with interrupts off
 * until he has looked.
 */
bool sb_memmap_exists(const struct sb_instance *inst, unsigned long pfn);

/* Where the descriptor of a page lies that has one. */
u64 sb_memmap_phys(const struct sb_instance *inst, unsigned long pfn);

/**
 * sb_memmap_info() - Say what a page is at this moment.
 * @inst: instance with descriptors
 * @pfn: any frame number
 * @info: filled in
 *
 * Context: Any. Without the zone's lock the answer may be out of date.
 * Return: true, or false when @pfn lies outside of the instance.
 */
bool sb_memmap_info(const struct sb_instance *inst, unsigned long pfn, struct sb_page_info *info);

/* The same while no block is on its way, or half divided: takes the zone's lock. */
bool sb_memmap_look_up(struct sb_instance *inst, unsigned long pfn, struct sb_page_info *info);

#endif
