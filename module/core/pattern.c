// SPDX-License-Identifier: GPL-2.0-only
#include "pattern.h"

static u8 *page_of(const struct sb_instance *inst, unsigned long pfn)
{
	return inst->reach.page ? inst->reach.page(inst->reach.ctx, pfn) : NULL;
}

void sb_pattern_fill(const struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages,
		     u8 byte)
{
	void *run = inst->reach.span ? inst->reach.span(inst->reach.ctx, pfn, nr_pages) : NULL;
	unsigned long end = pfn + nr_pages;

	if (run) {
		memset(run, byte, nr_pages << SB_PAGE_SHIFT);
		return;
	}
	for (; pfn < end; pfn++) {
		u8 *mem = page_of(inst, pfn);

		if (mem)
			memset(mem, byte, SB_PAGE_SIZE);
	}
}

void sb_pattern_fill_free(const struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages)
{
	if (READ_ONCE(inst->hooks) & (SB_HOOK_POISON | SB_HOOK_ZERO))
		sb_pattern_fill(inst, pfn, nr_pages, sb_pattern_of_free(inst));
}

/* Most pages are as they should be: that is told word by word. */
static bool is_filled(const u8 *mem, u8 byte)
{
	const unsigned long *word = (const unsigned long *)mem;
	unsigned long wanted = ~0ul / 255 * byte;
	size_t i;

	for (i = 0; i < SB_PAGE_SIZE / sizeof(*word); i++)
		if (word[i] != wanted)
			return false;
	return true;
}

static void describe(const u8 *mem, u8 byte, struct sb_finding *finding)
{
	unsigned int first = 0, last = SB_PAGE_SIZE - 1;

	while (first < last && mem[first] == byte)
		first++;
	while (last > first && mem[last] == byte)
		last--;
	finding->offset = first;
	finding->bytes = last - first + 1;
	finding->value = mem[first];
	finding->wanted = byte;
}

bool sb_pattern_check(const struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages,
		      u8 byte, struct sb_finding *finding)
{
	unsigned long end = pfn + nr_pages;

	for (; pfn < end; pfn++) {
		const u8 *mem = page_of(inst, pfn);

		if (!mem || is_filled(mem, byte))
			continue;
		describe(mem, byte, finding);
		finding->pfn = pfn;
		return true;
	}
	return false;
}
