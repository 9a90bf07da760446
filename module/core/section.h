/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sections: the pieces in which memory comes and goes.
 *
 *	window   | section 8 | section 9 | section 10| section 11|
 *	memory   |   ########|###########|           |###########|
 *	table    |     |     |     |     |     0     |     |     |
 *	               v           v                       v
 *	           +-------+-----------+             +-----------+
 *	           | descriptors: boot |             | of adding |
 *	           +-------+-----------+             +-----------+
 *
 * SPARSEMEM of Linux: a page finds its descriptor through the entry of its section,
 * which is biased by the section's first page, so that one addition remains.
 * Memory of the boot has its descriptors in one array. What is added later
 * brings its own, or the caller finds room for them, and they go with it.
 *
 * A window is where memory may be added. What is kept for each pageblock covers it
 * all from the boot on, as do links, which are counted from its first page.
 *
 * A section is told in 64 parts or less: a part of a section of the boot that has no
 * memory has no descriptors either. A flat instance has no sections. Its map
 * is one section that never changes, and its pages are found the same way.
 *
 * A section is added and removed by one caller at a time, while others look at
 * pages. Nobody holds a page of memory that is not online, so whoever looks
 * at that has only a number: he is told that it does not exist, as
 * pfn_to_online_page() would. Who was led to descriptors before keeps them until his
 * interrupts are on again: sb_memmap_page().
 */
#ifndef SB_SECTION_H
#define SB_SECTION_H

#include "pfn.h"

struct sb_config;
struct sb_instance;
struct sb_own_range;
struct sb_out;

/* Half of what links can tell, in bytes. */
#define SB_SECTION_MAX ((u64)SB_PAGE_SIZE << 27)

/* Parts of a section that are told apart. */
#define SB_SUBSECTIONS 64

enum sb_section_flags {
	SB_SECTION_PRESENT = 1 << 0, /* there is memory, and it has descriptors */
	SB_SECTION_ONLINE = 1 << 1, /* it was given to a zone */
	SB_SECTION_EARLY = 1 << 2, /* memory of the boot: descriptors in the one array */
	SB_SECTION_MAP_INSIDE = 1 << 3, /* descriptors lie in the memory they describe */
};

/**
 * struct sb_section - A piece of the window.
 * @map_phys: where the descriptor of its first page lies, or would lie if there is
 *	no memory at the start of a section of the boot
 * @subsections: a bit for each part with descriptors, lowest first
 * @block_flags: the word with the bits of its first pageblock
 * @nid: node, while there is memory
 * @flags: enum sb_section_flags
 */
struct sb_section {
	u64 map_phys;
	u64 subsections;
	u32 *block_flags;
	int nid;
	u32 flags;
};

/**
 * struct sb_sections - The sections of an instance.
 * @section: one for each @order pages from @first on; NULL in a flat instance
 * @table: where the descriptors of each are, for struct sb_memmap
 * @first: number of the first section: its first page divided by its pages
 * @nr: how many there are
 * @order: log2 of the pages in one
 * @sub_order: log2 of the pages in a part of one, a pageblock or more
 * @start_pfn: first page of the window
 * @end_pfn: first page after it
 */
struct sb_sections {
	struct sb_section *section;
	unsigned long *table;
	unsigned long first;
	unsigned long nr;
	unsigned int order;
	unsigned int sub_order;
	unsigned long start_pfn;
	unsigned long end_pfn;
};

/* Number of the section that holds a page, and the first page of a section. */
/*@
 * requires \valid_read(sections) && sections->order < 8 * sizeof(unsigned long);
 * assigns \nothing;
 * ensures \result == pfn / pow2(sections->order);
 */
static inline unsigned long sb_section_number(const struct sb_sections *sections, unsigned long pfn)
{
	return pfn >> sections->order;
}

/*@
 * requires \valid_read(sections) && sections->order < 8 * sizeof(unsigned long);
 * requires number * pow2(sections->order) <= (unsigned long)-1;
 * assigns \nothing;
 * ensures \result == number * pow2(sections->order);
 */
static inline unsigned long sb_section_pfn(const struct sb_sections *sections, unsigned long number)
{
	return number << sections->order;
}

/* Bytes for the descriptors of so many pages, whole pages. */
u64 sb_section_map_size(unsigned long nr_pages);

/*
 * Bytes that go online and offline together: as configured, or else a section, or as
 * many as the largest block of pages takes, which must not lie in two of them.
 */
u64 sb_section_block_bytes(const struct sb_config *cfg);

/* Sizes and window fit each other; complains with the name of the value that does not. */
bool sb_section_check_config(const struct sb_config *cfg);

/**
 * sb_section_init() - Place the table, empty.
 * @inst: instance whose layout is done
 *
 * Does nothing in a flat instance.
 *
 * Context: Process. The instance is not live yet.
 * Return: 0, or -ENOMEM when no memory that the kernel reaches is left.
 */
int sb_section_init(struct sb_instance *inst);
void sb_section_exit(struct sb_instance *inst);

/*
 * Finds which parts of which sections have memory at boot: how many pages their
 * descriptors cover, from the first to the last such part of each section. Then
 * lets these descriptors follow each other in the array of the boot.
 */
unsigned long sb_section_find_early(struct sb_instance *inst);
void sb_section_map_early(struct sb_instance *inst);

/* Tells each section where the bits of its pageblocks are; the boot calls it once. */
void sb_section_set_blocks(struct sb_instance *inst);

/* The section that holds @pfn, whatever its flags; NULL outside of the map and when flat. */
struct sb_section *sb_section_of(const struct sb_instance *inst, unsigned long pfn);

/*
 * The page has a descriptor, be it online or not: pfn_valid() of Linux. Who asks of a
 * page that may be removed meanwhile has to keep that from happening. In a flat
 * instance, and of the boot's memory that is online, the same as sb_memmap_exists().
 */
bool sb_section_present(const struct sb_instance *inst, unsigned long pfn);

/* The page's section was added after the boot, and so were its descriptors. */
bool sb_section_is_added(const struct sb_instance *inst, unsigned long pfn);

/* The page's section is online; in a flat instance, sb_memmap_exists(). */
bool sb_section_online(const struct sb_instance *inst, unsigned long pfn);

/**
 * sb_section_populate() - Give whole sections descriptors.
 * @inst: live instance with sections
 * @start_pfn: first page of the first section
 * @end_pfn: first page after the last one
 * @nid: their node
 * @own: where the descriptors go, one after the other for all the sections: at least
 *	sb_section_map_size() bytes, mapped; it may be the range's own first pages
 *
 * All pages are reserved afterwards, all pageblocks Movable and of no zone, and
 * nothing is online. Mirrors sparse_add_section(), Linux 6.12.
 *
 * Context: Process. One caller at a time that adds, removes, or goes on- or offline.
 * Return: 0; -EINVAL when the instance is flat or not live, the range is not of
 *	whole sections, @nid is none or @own is too small; -ERANGE when it leaves
 *	the window; -EEXIST when one of the sections has memory already. Nothing
 *	has changed then.
 */
int sb_section_populate(struct sb_instance *inst, unsigned long start_pfn, unsigned long end_pfn,
			int nid, const struct sb_own_range *own);

/**
 * sb_section_depopulate() - Take the descriptors of whole sections away.
 * @inst: live instance with sections
 * @start_pfn: first page of the first section
 * @end_pfn: first page after the last one; all of them have memory, and none is online
 *
 * The caller has waited with sb_quiesce() since they were online, and gives back what
 * he had given. Descriptors of the boot stay where they are, unused, as they share
 * their array with others.
 * Mirrors sparse_remove_section(), Linux 6.12.
 *
 * Context: As sb_section_populate().
 */
void sb_section_depopulate(struct sb_instance *inst, unsigned long start_pfn,
			   unsigned long end_pfn);

/*
 * Says that whole sections are online, or are not; who looks at them goes by the
 * zone of their pageblocks: sb_pageblock_set_zone(). Context: as sb_section_populate().
 */
void sb_section_set_online(struct sb_instance *inst, unsigned long start_pfn, unsigned long end_pfn,
			   bool online);

/*
 * Recounts sections, pageblocks and descriptors against each other; prints what does not
 * fit, and returns how much that is. For sb_check(). Context: as
 * sb_section_populate(), from SB_STAGE_PAGEBLOCKS on.
 */
unsigned int sb_section_check(const struct sb_instance *inst, struct sb_out *out);

#endif
