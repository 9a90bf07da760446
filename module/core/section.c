// SPDX-License-Identifier: GPL-2.0-only
#include "instance.h"
#include "region_iter.h"
#include "section.h"

u64 sb_section_map_size(unsigned long nr_pages)
{
	u64 size = (u64)nr_pages * sizeof(struct sb_page);

	return (size + SB_PAGE_SIZE - 1) & ~(u64)(SB_PAGE_SIZE - 1);
}

static bool is_power_of_two(const struct sb_config *cfg, const char *what, u64 value)
{
	if (value && !(value & (value - 1)))
		return true;
	sb_warn("%s: %s is %llu, but must be a power of two\n", cfg->name, what, value);
	return false;
}

static bool is_multiple(const struct sb_config *cfg, const char *what, u64 value)
{
	if (!(value & (cfg->section_bytes - 1)))
		return true;
	sb_warn("%s: %s is %llu, but must be a multiple of a section, %llu\n", cfg->name, what,
		value, cfg->section_bytes);
	return false;
}

/* Of any configuration, be it checked or not. */
static u64 largest_block(const struct sb_config *cfg)
{
	return (u64)SB_PAGE_SIZE << (cfg->max_order < SB_MAX_ORDER ? cfg->max_order : SB_MAX_ORDER);
}

u64 sb_section_block_bytes(const struct sb_config *cfg)
{
	return cfg->memory_block_bytes ?: max(cfg->section_bytes, largest_block(cfg));
}

static bool holds_largest_block(const struct sb_config *cfg)
{
	if (sb_section_block_bytes(cfg) >= largest_block(cfg))
		return true;
	sb_warn("%s: memory_block_bytes is %llu, but must be %llu or more, what a block of max_order %u takes\n",
		cfg->name, cfg->memory_block_bytes, largest_block(cfg), cfg->max_order);
	return false;
}

bool sb_section_check_config(const struct sb_config *cfg)
{
	return is_power_of_two(cfg, "section_bytes", cfg->section_bytes) &&
	       (!cfg->memory_block_bytes ||
		(is_power_of_two(cfg, "memory_block_bytes", cfg->memory_block_bytes) &&
		 is_multiple(cfg, "memory_block_bytes", cfg->memory_block_bytes))) &&
	       holds_largest_block(cfg) && is_multiple(cfg, "window_base", cfg->window_base) &&
	       is_multiple(cfg, "window_bytes", cfg->window_bytes);
}

static unsigned int order_of(u64 bytes)
{
	unsigned int order = 0;

	while ((u64)SB_PAGE_SIZE << order < bytes)
		order++;
	return order;
}

int sb_section_init(struct sb_instance *inst)
{
	const struct sb_config *cfg = &inst->cfg;
	struct sb_sections *s = &inst->sections;
	int err;

	if (!cfg->section_bytes)
		return 0;
	s->order = order_of(cfg->section_bytes);
	s->sub_order = max(cfg->pageblock_order, s->order - min(s->order, 6u));
	s->first = sb_section_number(s, inst->map.base_pfn);
	s->nr = inst->map.nr_pages >> s->order;
	s->start_pfn = inst->map.base_pfn;
	s->end_pfn = s->start_pfn + inst->map.nr_pages;
	if (cfg->window_bytes) {
		s->start_pfn = sb_pfn_down(cfg->window_base);
		s->end_pfn = sb_pfn_down(cfg->window_base + cfg->window_bytes);
	}
	err = sb_instance_place(inst, (u64)s->nr * (sizeof(*s->section) + sizeof(*s->table)),
				&inst->sections_range);
	if (err) {
		memset(s, 0, sizeof(*s));
		return err;
	}
	s->section = inst->sections_range.mapped;
	s->table = (unsigned long *)(s->section + s->nr);
	return 0;
}

void sb_section_exit(struct sb_instance *inst)
{
	sb_instance_displace(inst, &inst->sections_range);
	memset(&inst->sections, 0, sizeof(inst->sections));
}

/* An entry leads from any page of the section to its descriptor: struct sb_memmap. */
static unsigned long entry(const struct sb_page *first, unsigned long pfn)
{
	return (unsigned long)first - pfn * sizeof(*first);
}

static unsigned long next_part(const struct sb_sections *s, unsigned long pfn)
{
	return sb_pfn_block(pfn, s->sub_order) + sb_order_pages(s->sub_order);
}

/* The parts of a section with memory, and the node of the first of it. */
static u64 parts_with_memory(const struct sb_instance *inst, unsigned long start, int *nid)
{
	struct sb_region_iter it = SB_REGION_ITER(SB_NID_ANY);
	const struct sb_sections *s = &inst->sections;
	unsigned long end = start + sb_order_pages(s->order), from, to, pfn;
	u64 parts = 0;

	while (sb_region_iter_pfns(&inst->regions, &it, &from, &to)) {
		from = max(from, start);
		to = min(to, end);
		if (from < to && !parts)
			*nid = it.found_nid;
		for (pfn = from; pfn < to; pfn = next_part(s, pfn))
			parts |= 1ull << ((pfn - start) >> s->sub_order);
	}
	return parts;
}

static unsigned int lowest(u64 bits)
{
	unsigned int bit = 0;

	while (!(bits >> bit & 1))
		bit++;
	return bit;
}

/* Pages from the first part with descriptors to the last one. */
static unsigned long early_pages(const struct sb_sections *s, u64 parts)
{
	unsigned long nr = 0;

	if (!parts)
		return 0;
	for (parts >>= lowest(parts); parts; parts >>= 1)
		nr += sb_order_pages(s->sub_order);
	return nr;
}

unsigned long sb_section_find_early(struct sb_instance *inst)
{
	struct sb_sections *s = &inst->sections;
	unsigned long nr_pages = 0, i;

	for (i = 0; i < s->nr; i++) {
		struct sb_section *section = &s->section[i];

		section->subsections =
			parts_with_memory(inst, sb_section_pfn(s, s->first + i), &section->nid);
		nr_pages += early_pages(s, section->subsections);
	}
	return nr_pages;
}

void sb_section_map_early(struct sb_instance *inst)
{
	struct sb_sections *s = &inst->sections;
	struct sb_page *page = inst->map_range.mapped;
	u64 phys = inst->map_range.base;
	unsigned long i;

	for (i = 0; i < s->nr; i++) {
		struct sb_section *section = &s->section[i];
		unsigned long pages = early_pages(s, section->subsections), skip;

		if (!pages)
			continue;
		skip = (unsigned long)lowest(section->subsections) << s->sub_order;
		section->map_phys = phys - (u64)skip * sizeof(*page);
		section->flags = SB_SECTION_PRESENT | SB_SECTION_ONLINE | SB_SECTION_EARLY;
		s->table[i] = entry(page, sb_section_pfn(s, s->first + i) + skip);
		page += pages;
		phys += (u64)pages * sizeof(*page);
	}
}

void sb_section_set_blocks(struct sb_instance *inst)
{
	struct sb_sections *s = &inst->sections;
	unsigned long i;

	for (i = 0; i < s->nr; i++)
		s->section[i].block_flags =
			sb_pageblock_word(&inst->blocks, sb_section_pfn(s, s->first + i));
}

struct sb_section *sb_section_of(const struct sb_instance *inst, unsigned long pfn)
{
	const struct sb_sections *s = &inst->sections;
	unsigned long index;

	if (!s->section)
		return NULL;
	index = sb_section_number(s, pfn) - s->first;
	return index < s->nr ? &s->section[index] : NULL;
}

static bool has_flag(const struct sb_section *section, u32 flag)
{
	return section && (READ_ONCE(section->flags) & flag);
}

bool sb_section_present(const struct sb_instance *inst, unsigned long pfn)
{
	const struct sb_sections *s = &inst->sections;
	const struct sb_section *section = sb_section_of(inst, pfn);
	unsigned long part;

	if (!s->section)
		return sb_memmap_exists(inst, pfn);
	if (!has_flag(section, SB_SECTION_PRESENT))
		return false;
	part = (pfn & (sb_order_pages(s->order) - 1)) >> s->sub_order;
	return section->subsections >> part & 1;
}

bool sb_section_is_added(const struct sb_instance *inst, unsigned long pfn)
{
	const struct sb_section *section = sb_section_of(inst, pfn);

	return has_flag(section, SB_SECTION_PRESENT) && !has_flag(section, SB_SECTION_EARLY);
}

bool sb_section_online(const struct sb_instance *inst, unsigned long pfn)
{
	if (!inst->sections.section)
		return sb_memmap_exists(inst, pfn);
	return has_flag(sb_section_of(inst, pfn), SB_SECTION_ONLINE);
}

static bool has_node(int nid)
{
	return nid >= 0 && nid < SB_MAX_NODES;
}

/* Says why whole sections of [start, end) cannot be populated; 0 when they can. */
static int check_populate(const struct sb_instance *inst, unsigned long start, unsigned long end,
			  int nid, const struct sb_own_range *own)
{
	const struct sb_sections *s = &inst->sections;
	unsigned long pfn;

	if (!s->section || inst->stage != SB_STAGE_LIVE || start >= end ||
	    !sb_pfn_aligned(start | end, s->order) || !has_node(nid) || !own->mapped ||
	    own->size < sb_section_map_size(end - start))
		return -EINVAL;
	if (start < s->start_pfn || end > s->end_pfn)
		return -ERANGE;
	for (pfn = start; pfn < end; pfn += sb_order_pages(s->order))
		if (has_flag(sb_section_of(inst, pfn), SB_SECTION_PRESENT))
			return -EEXIST;
	return 0;
}

static u64 all_subsections(const struct sb_sections *s)
{
	unsigned int parts = 1u << (s->order - s->sub_order);

	return ~0ull >> (SB_SUBSECTIONS - parts);
}

static void reset_pageblocks(struct sb_instance *inst, unsigned long start, unsigned long end)
{
	unsigned long pfn;

	for (pfn = start; pfn < end; pfn += sb_order_pages(inst->blocks.order)) {
		sb_pageblock_set_zone(inst, pfn, SB_ZONE_NONE);
		sb_pageblock_set_type(inst, pfn, SB_MOVABLE);
		sb_pageblock_set_skip(inst, pfn, false);
	}
}

/* Descriptors, then the entry that leads to them, then the word that they are there. */
static void populate_one(struct sb_instance *inst, unsigned long pfn, int nid,
			 const struct sb_own_range *own, size_t offset, u32 flags)
{
	struct sb_sections *s = &inst->sections;
	struct sb_section *section = sb_section_of(inst, pfn);
	struct sb_page *first = (struct sb_page *)((char *)own->mapped + offset);

	sb_page_reserve(first, sb_order_pages(s->order));
	section->map_phys = own->base + offset;
	section->subsections = all_subsections(s);
	section->nid = nid;
	WRITE_ONCE(s->table[section - s->section], entry(first, pfn));
	/* Who sees it present finds its descriptors. */
	smp_store_release(&section->flags, SB_SECTION_PRESENT | flags);
}

int sb_section_populate(struct sb_instance *inst, unsigned long start_pfn, unsigned long end_pfn,
			int nid, const struct sb_own_range *own)
{
	unsigned long pages = sb_order_pages(inst->sections.order), pfn;
	int err = check_populate(inst, start_pfn, end_pfn, nid, own);
	bool inside;

	if (err)
		return err;
	inside = own->base >= sb_pfn_addr(start_pfn) && own->base < sb_pfn_addr(end_pfn);
	reset_pageblocks(inst, start_pfn, end_pfn);
	for (pfn = start_pfn; pfn < end_pfn; pfn += pages)
		populate_one(inst, pfn, nid, own,
			     (size_t)(pfn - start_pfn) * sizeof(struct sb_page),
			     inside ? SB_SECTION_MAP_INSIDE : 0);
	inst->map.nr_present += end_pfn - start_pfn;
	return 0;
}

void sb_section_depopulate(struct sb_instance *inst, unsigned long start_pfn, unsigned long end_pfn)
{
	struct sb_sections *s = &inst->sections;
	unsigned long pfn;

	for (pfn = start_pfn; pfn < end_pfn; pfn += sb_order_pages(s->order)) {
		struct sb_section *section = sb_section_of(inst, pfn);

		if (!(section->flags & SB_SECTION_EARLY))
			inst->map.nr_present -= sb_order_pages(s->order);
		WRITE_ONCE(section->flags, 0);
		WRITE_ONCE(s->table[section - s->section], 0);
		section->subsections = 0;
		section->map_phys = 0;
	}
	reset_pageblocks(inst, start_pfn, end_pfn);
}

void sb_section_set_online(struct sb_instance *inst, unsigned long start_pfn, unsigned long end_pfn,
			   bool online)
{
	unsigned long pfn;

	for (pfn = start_pfn; pfn < end_pfn; pfn += sb_order_pages(inst->sections.order)) {
		struct sb_section *section = sb_section_of(inst, pfn);
		u32 flags = section->flags & ~(u32)SB_SECTION_ONLINE;

		WRITE_ONCE(section->flags, flags | (online ? SB_SECTION_ONLINE : 0));
	}
}
