// SPDX-License-Identifier: GPL-2.0-only
#include "memory_block.h"
#include "owner.h"
#include "region_iter.h"
#include "section.h"
#include "show_section.h"

/* As wide as %pa of the running kernel. */
#define PHYS_DIGITS ((int)SB_PHYS_DIGITS)

struct name {
	u32 flag;
	const char *text;
};

static void show_flags(struct sb_out *out, u32 flags, const struct name *names, unsigned int nr)
{
	const char *before = " ";
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (!(flags & names[i].flag))
			continue;
		sb_out_printf(out, "%s%s", before, names[i].text);
		before = ",";
	}
}

static void show_region_flags(struct sb_out *out, u32 flags)
{
	static const struct name names[] = {
		{ SB_REGION_HOTPLUG, "HOTPLUG" },
		{ SB_REGION_MIRROR, "MIRROR" },
		{ SB_REGION_NOMAP, "NOMAP" },
	};

	show_flags(out, flags, names, ARRAY_SIZE(names));
}

static void show_section_flags(struct sb_out *out, u32 flags)
{
	static const struct name names[] = {
		{ SB_SECTION_PRESENT, "present" },
		{ SB_SECTION_ONLINE, "online" },
		{ SB_SECTION_EARLY, "early" },
		{ SB_SECTION_MAP_INSIDE, "map-inside" },
	};

	show_flags(out, flags, names, ARRAY_SIZE(names));
}

static void show_pfns(struct sb_out *out, unsigned long start, unsigned long nr_pages)
{
	sb_out_printf(out, " [0x%lx-0x%lx)", start, start + nr_pages);
}

static void show_bytes(struct sb_out *out, u64 base, u64 size)
{
	sb_out_printf(out, " [0x%0*llx-0x%0*llx)", PHYS_DIGITS, base, PHYS_DIGITS, base + size);
}

static void show_rung(struct sb_out *out, const char *name)
{
	sb_out_printf(out, "%-12s", name);
}

/* The bank or the region that holds a page's first byte; one past the last if none does. */
static unsigned int bank_of(const struct sb_instance *inst, unsigned long pfn)
{
	u64 addr = sb_pfn_addr(pfn);
	unsigned int i;

	for (i = 0; i < inst->cfg.nr_banks; i++)
		if (addr >= inst->cfg.banks[i].base &&
		    addr - inst->cfg.banks[i].base < inst->cfg.banks[i].size)
			break;
	return i;
}

static unsigned int region_of(const struct sb_instance *inst, unsigned long pfn)
{
	const struct sb_region_type *memory = &inst->regions.memory;
	u64 addr = sb_pfn_addr(pfn);
	unsigned int i;

	for (i = 0; i < memory->nr; i++)
		if (addr >= memory->regions[i].base &&
		    addr - memory->regions[i].base < memory->regions[i].size)
			break;
	return i;
}

static void show_bank(struct sb_out *out, const struct sb_instance *inst, unsigned long pfn)
{
	unsigned int i = bank_of(inst, pfn);

	show_rung(out, "bank");
	if (i == inst->cfg.nr_banks) {
		sb_out_printf(out, " none\n");
		return;
	}
	sb_out_printf(out, " %u", i);
	show_bytes(out, inst->cfg.banks[i].base, inst->cfg.banks[i].size);
	sb_out_printf(out, " node %d", inst->cfg.banks[i].nid);
	show_region_flags(out, inst->cfg.banks[i].flags);
	sb_out_printf(out, "\n");
}

static void show_region(struct sb_out *out, const struct sb_instance *inst, unsigned long pfn)
{
	const struct sb_region_type *memory = &inst->regions.memory;
	unsigned int i = region_of(inst, pfn);

	show_rung(out, "region");
	if (i == memory->nr) {
		sb_out_printf(out, " none\n");
		return;
	}
	sb_out_printf(out, " %u", i);
	show_bytes(out, memory->regions[i].base, memory->regions[i].size);
	show_region_flags(out, memory->regions[i].flags);
	if (sb_region_is_reserved(&inst->regions, sb_pfn_addr(pfn)))
		sb_out_printf(out, " reserved");
	sb_out_printf(out, "\n");
}

static void show_node(struct sb_out *out, const struct sb_instance *inst, unsigned long pfn)
{
	int nid = sb_region_nid(&inst->regions, sb_pfn_addr(pfn));

	show_rung(out, "node");
	if (nid == SB_NID_ANY) {
		sb_out_printf(out, " none\n");
		return;
	}
	sb_out_printf(out, " %d", nid);
	show_pfns(out, inst->nodes[nid].start_pfn,
		  inst->nodes[nid].end_pfn - inst->nodes[nid].start_pfn);
	sb_out_printf(out, "\n");
}

static void show_zone(struct sb_out *out, const struct sb_instance *inst, unsigned long pfn)
{
	unsigned int index = sb_pageblock_zone(&inst->blocks, pfn);

	show_rung(out, "zone");
	if (index == SB_ZONE_NONE) {
		sb_out_printf(out, " none\n");
		return;
	}
	sb_out_printf(out, " %s", sb_zone_name(&inst->zones[index]));
	show_pfns(out, inst->zones[index].start_pfn, inst->zones[index].spanned);
	sb_out_printf(out, "\n");
}

static void show_memory_block(struct sb_out *out, const struct sb_instance *inst, unsigned long pfn)
{
	unsigned long nr_pages = sb_memory_block_pages(inst);
	struct sb_memory_block block;

	show_rung(out, "memory block");
	if (!nr_pages) {
		sb_out_printf(out, " none: flat\n");
		return;
	}
	sb_out_printf(out, " %lu", pfn / nr_pages);
	show_pfns(out, pfn - pfn % nr_pages, nr_pages);
	if (sb_memory_block_get(inst, pfn / nr_pages, &block))
		sb_out_printf(out, " %s%s\n", sb_block_state_name(block.state),
			      block.at_boot ? " at-boot" : "");
	else
		sb_out_printf(out, " absent\n");
}

static void show_section(struct sb_out *out, const struct sb_instance *inst, unsigned long pfn)
{
	const struct sb_sections *s = &inst->sections;
	const struct sb_section *section = sb_section_of(inst, pfn);

	show_rung(out, "section");
	if (!section) {
		sb_out_printf(out, s->section ? " none\n" : " none: flat\n");
		return;
	}
	sb_out_printf(out, " %lu", sb_section_number(s, pfn));
	show_pfns(out, sb_pfn_block(pfn, s->order), sb_order_pages(s->order));
	if (section->flags)
		show_section_flags(out, section->flags);
	else
		sb_out_printf(out, " absent");
	sb_out_printf(out, "\n");
}

static void show_part(struct sb_out *out, const struct sb_instance *inst, unsigned long pfn)
{
	const struct sb_sections *s = &inst->sections;

	if (!sb_section_of(inst, pfn))
		return;
	show_rung(out, "subsection");
	sb_out_printf(out, " %lu", (pfn - sb_pfn_block(pfn, s->order)) >> s->sub_order);
	show_pfns(out, sb_pfn_block(pfn, s->sub_order), sb_order_pages(s->sub_order));
	sb_out_printf(out, sb_section_present(inst, pfn) ? " present\n" : " absent\n");
}

static void show_descriptor(struct sb_out *out, const struct sb_instance *inst, unsigned long pfn)
{
	show_rung(out, "descriptor");
	if (sb_section_present(inst, pfn))
		sb_out_printf(out, " 0x%0*llx\n", PHYS_DIGITS, sb_memmap_phys(inst, pfn));
	else
		sb_out_printf(out, " none\n");
}

static void show_type(struct sb_out *out, const struct sb_instance *inst, unsigned long pfn)
{
	unsigned int type = sb_pageblock_type(&inst->blocks, pfn);

	sb_out_printf(out, " %s%s", type < SB_NR_TYPES ? sb_pageblock_type_name(type) : "?",
		      sb_pageblock_skip(&inst->blocks, pfn) ? " skip" : "");
}

static void show_pageblock(struct sb_out *out, const struct sb_instance *inst, unsigned long pfn)
{
	const struct sb_pageblocks *blocks = &inst->blocks;

	show_rung(out, "pageblock");
	if (!sb_memmap_covers(&inst->map, pfn)) {
		sb_out_printf(out, " none\n");
		return;
	}
	sb_out_printf(out, " %lu", sb_pageblock_index(blocks, pfn));
	show_pfns(out, sb_pfn_block(pfn, blocks->order), sb_order_pages(blocks->order));
	show_type(out, inst, pfn);
	sb_out_printf(out, "\n");
}

static void show_page(struct sb_out *out, struct sb_instance *inst, unsigned long pfn)
{
	static const char *const states[SB_NR_PAGE_STATES] = {
		[SB_PAGE_HOLE] = "hole",
		[SB_PAGE_RESERVED] = "reserved",
		[SB_PAGE_TAIL] = "moving",
		[SB_PAGE_PCP] = "pcp",
		[SB_PAGE_ALLOC] = "used",
		[SB_PAGE_GUARD] = "guard",
		[SB_PAGE_QUARANTINE] = "quarantine",
		[SB_PAGE_POISONED] = "poisoned",
		[SB_PAGE_FREE] = "free",
	};
	struct sb_page_info info;

	show_rung(out, "page");
	if (!sb_memmap_look_up(inst, pfn, &info)) {
		sb_out_printf(out, " none\n");
		return;
	}
	sb_out_printf(out, " 0x%lx %s", pfn, states[info.state]);
	if (info.state > SB_PAGE_TAIL)
		sb_out_printf(out, " order %u head 0x%lx", info.order, info.head);
	sb_out_printf(out, "\n");
}

static void show_owner(struct sb_out *out, struct sb_instance *inst, unsigned long pfn)
{
	struct sb_owner owner;
	unsigned long head;

	if (!(READ_ONCE(inst->hooks) & SB_HOOK_OWNER) || !sb_memmap_exists(inst, pfn))
		return;
	head = sb_owner_find(inst, pfn, &owner, NULL, NULL);
	show_rung(out, "owner");
	if (owner.known)
		sb_out_printf(out, " %s pid %d (%s) order %u head 0x%lx\n",
			      owner.in_use ? "of now" : "last", owner.pid, owner.comm, owner.order,
			      head);
	else
		sb_out_printf(out, " none\n");
}

void sb_show_granularities(struct sb_out *out, struct sb_instance *inst, unsigned long pfn)
{
	show_bank(out, inst, pfn);
	if (inst->stage >= SB_STAGE_REGIONS)
		show_region(out, inst, pfn);
	if (inst->stage >= SB_STAGE_LAYOUT)
		show_node(out, inst, pfn);
	if (inst->stage >= SB_STAGE_PAGEBLOCKS)
		show_zone(out, inst, pfn);
	if (inst->stage >= SB_STAGE_MEMMAP) {
		show_memory_block(out, inst, pfn);
		show_section(out, inst, pfn);
		show_part(out, inst, pfn);
		show_descriptor(out, inst, pfn);
	}
	if (inst->stage >= SB_STAGE_PAGEBLOCKS)
		show_pageblock(out, inst, pfn);
	if (inst->stage >= SB_STAGE_MEMMAP) {
		show_page(out, inst, pfn);
		show_owner(out, inst, pfn);
	}
}

/* What is said of a pageblock, by the numbers of what it lies in. */
struct alike {
	unsigned int bank, region, zone, type;
	u32 section_flags;
	unsigned long section;
	bool present, skip;
};

static void describe(const struct sb_instance *inst, unsigned long pfn, struct alike *a)
{
	const struct sb_section *section = sb_section_of(inst, pfn);

	memset(a, 0, sizeof(*a));
	a->bank = bank_of(inst, pfn);
	a->region = region_of(inst, pfn);
	a->zone = sb_pageblock_zone(&inst->blocks, pfn);
	a->type = sb_pageblock_type(&inst->blocks, pfn);
	a->skip = sb_pageblock_skip(&inst->blocks, pfn);
	a->present = sb_section_present(inst, pfn);
	if (section && section->flags) {
		a->section_flags = section->flags;
		a->section = sb_section_number(&inst->sections, pfn);
	}
}

static void show_range(struct sb_out *out, const struct sb_instance *inst, unsigned long start,
		       unsigned long end, const struct alike *a)
{
	sb_out_printf(out, "[0x%lx-0x%lx)", start, end);
	if (a->bank < inst->cfg.nr_banks)
		sb_out_printf(out, " bank %u", a->bank);
	if (a->region < inst->regions.memory.nr)
		sb_out_printf(out, " region %u", a->region);
	if (a->zone != SB_ZONE_NONE)
		sb_out_printf(out, " node %d %s", inst->zones[a->zone].nid,
			      sb_zone_name(&inst->zones[a->zone]));
	if (a->section_flags) {
		struct sb_memory_block block;
		unsigned long index = start / sb_memory_block_pages(inst);

		sb_out_printf(out, " block %lu", index);
		if (sb_memory_block_get(inst, index, &block))
			sb_out_printf(out, " %s", sb_block_state_name(block.state));
		sb_out_printf(out, " section %lu", a->section);
		show_section_flags(out, a->section_flags);
	}
	if (a->present)
		show_type(out, inst, start);
	else
		sb_out_printf(out, " no memory");
	sb_out_printf(out, "\n");
}

void sb_show_all_granularities(struct sb_out *out, struct sb_instance *inst)
{
	unsigned long step = sb_order_pages(inst->cfg.pageblock_order);
	unsigned long start = inst->map.base_pfn, end = start + inst->map.nr_pages, pfn;
	struct alike a, b;

	if (inst->stage < SB_STAGE_PAGEBLOCKS)
		return;
	describe(inst, start, &a);
	for (pfn = start + step; pfn < end; pfn += step) {
		describe(inst, pfn, &b);
		if (!memcmp(&a, &b, sizeof(a)))
			continue;
		show_range(out, inst, start, pfn, &a);
		start = pfn;
		a = b;
	}
	show_range(out, inst, start, end, &a);
}
