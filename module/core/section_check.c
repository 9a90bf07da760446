// SPDX-License-Identifier: GPL-2.0-only
#include "instance.h"
#include "section.h"

/* A walk over the sections of an instance. */
struct tally {
	const struct sb_instance *inst;
	struct sb_out *out;
	unsigned int violations;
};

static void blame(struct tally *tally, unsigned long number, const char *what)
{
	tally->violations++;
	sb_out_printf(tally->out, "section %lu %s\n", number, what);
}

static unsigned long pages_of(const struct sb_instance *inst)
{
	return sb_order_pages(inst->sections.order);
}

/* How many pageblocks of a section have a zone, and how many of these no descriptors. */
static void count_zones(const struct sb_instance *inst, unsigned long pfn, unsigned long *owned,
			unsigned long *lost)
{
	const struct sb_pageblocks *blocks = &inst->blocks;
	unsigned long end = pfn + pages_of(inst);

	*owned = 0;
	*lost = 0;
	for (; pfn < end; pfn += sb_order_pages(blocks->order)) {
		if (sb_pageblock_zone(blocks, pfn) == SB_ZONE_NONE)
			continue;
		(*owned)++;
		*lost += !sb_section_present(inst, pfn);
	}
}

/* What a page is that has no zone: nobody may have it, nor find it. */
static bool is_idle(const struct sb_instance *inst, unsigned long pfn)
{
	switch (sb_page_state(sb_memmap_page(&inst->map, pfn))) {
	case SB_PAGE_HOLE:
	case SB_PAGE_RESERVED:
	case SB_PAGE_POISONED:
		return true;
	default:
		return false;
	}
}

static void check_idle(struct tally *tally, unsigned long number, unsigned long pfn)
{
	unsigned long end = pfn + pages_of(tally->inst);

	for (; pfn < end; pfn++) {
		if (!sb_section_present(tally->inst, pfn) || is_idle(tally->inst, pfn))
			continue;
		blame(tally, number, "is offline, and has a page in circulation");
		return;
	}
}

/* Pages with descriptors of added memory are not for anybody else. */
static void check_place(struct tally *tally, unsigned long number, const struct sb_section *section)
{
	const struct sb_instance *inst = tally->inst;
	u64 size = pages_of(inst) * sizeof(struct sb_page), addr;
	struct sb_page_info info;

	if (section->flags & SB_SECTION_EARLY)
		return;
	for (addr = section->map_phys; addr < section->map_phys + size; addr += SB_PAGE_SIZE) {
		/* Elsewhere, or offline itself. */
		if (!sb_memmap_info(inst, sb_pfn_down(addr), &info) || info.state == SB_PAGE_HOLE ||
		    info.state == SB_PAGE_RESERVED || info.state == SB_PAGE_ALLOC)
			continue;
		blame(tally, number, "has descriptors in memory that is not taken");
		return;
	}
}

static void check_one(struct tally *tally, unsigned long i)
{
	const struct sb_instance *inst = tally->inst;
	const struct sb_sections *s = &inst->sections;
	const struct sb_section *section = &s->section[i];
	unsigned long number = s->first + i, pfn = sb_section_pfn(s, number);
	bool online = section->flags & SB_SECTION_ONLINE, has_zone;
	unsigned long owned, lost;

	count_zones(inst, pfn, &owned, &lost);
	has_zone = owned;
	if (lost)
		blame(tally, number, "has pageblocks of a zone, and no descriptors for them");
	if (online != has_zone)
		blame(tally, number,
		      online ? "is online, and of no zone" : "is offline, and of a zone");
	if (section->block_flags != sb_pageblock_word(&inst->blocks, pfn))
		blame(tally, number, "looks for its pageblocks elsewhere");
	if (!(section->flags & SB_SECTION_PRESENT)) {
		if (section->flags || section->subsections || s->table[i])
			blame(tally, number, "has no memory, and something left of it");
		return;
	}
	if (!section->subsections || section->nid < 0 || section->nid >= SB_MAX_NODES)
		blame(tally, number, "has memory, and no node or no part with it");
	check_place(tally, number, section);
	if (!online)
		check_idle(tally, number, pfn);
}

unsigned int sb_section_check(const struct sb_instance *inst, struct sb_out *out)
{
	struct tally tally = { .inst = inst, .out = out };
	unsigned long i;

	for (i = 0; i < inst->sections.nr; i++)
		check_one(&tally, i);
	return tally.violations;
}
