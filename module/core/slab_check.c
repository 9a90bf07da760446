// SPDX-License-Identifier: GPL-2.0-only
#include "slab_check.h"
#include "slab_cpu.h"

/* What was counted of a node, or of a cache. */
struct tally {
	struct sb_out *out;
	unsigned int violations;
	unsigned long slabs;
	unsigned long objects;
	unsigned long free;
	unsigned long at_hand;
};

#define violation(tally, cache, fmt, ...)                                                         \
	do {                                                                                      \
		(tally)->violations++;                                                            \
		sb_out_printf((tally)->out, "cache %s: " fmt "\n", (cache)->name, ##__VA_ARGS__); \
	} while (0)

static void check_descriptor(const struct sb_slab_cache *cache, struct tally *tally,
			     const struct sb_slab *slab)
{
	const struct sb_instance *inst = cache->inst;
	const struct sb_page *page = sb_memmap_page(&inst->map, slab->pfn);

	if (sb_page_state(page) != SB_PAGE_ALLOC ||
	    READ_ONCE(page->next_order) != sb_slab_page_word(cache, slab->order))
		violation(tally, cache, "pfn %#lx order %u is no slab to its descriptor", slab->pfn,
			  slab->order);
	if (inst->zones[sb_pageblock_zone(&inst->blocks, slab->pfn)].nid != slab->nid)
		violation(tally, cache, "pfn %#lx is not of node %d", slab->pfn, slab->nid);
}

static void check_slab(const struct sb_slab_cache *cache, struct tally *tally,
		       const struct sb_slab *slab)
{
	u32 i, nr[SB_SLAB_USED + 1] = { 0 };

	for (i = 0; i < slab->nr; i++) {
		u8 state = READ_ONCE(slab->state[i]);

		if (state == SB_SLAB_NONE || state > SB_SLAB_USED)
			violation(tally, cache, "pfn %#lx object %u is in state %u", slab->pfn, i,
				  state);
		else
			nr[state]++;
		if (state == SB_SLAB_FREE && i < slab->hint)
			violation(tally, cache, "pfn %#lx object %u is free, but below %u",
				  slab->pfn, i, slab->hint);
	}
	if (nr[SB_SLAB_FREE] != slab->nr_free)
		violation(tally, cache, "pfn %#lx has %u free objects, its counter says %u",
			  slab->pfn, nr[SB_SLAB_FREE], slab->nr_free);
	check_descriptor(cache, tally, slab);
	tally->slabs++;
	tally->objects += slab->nr;
	tally->free += slab->nr_free;
	tally->at_hand += nr[SB_SLAB_CPU];
}

/* Links lead forth and back, and slabs with free objects alone are at the end. */
static void check_list(const struct sb_slab_cache *cache, struct tally *tally,
		       const struct sb_slab_list *list, int nid, bool full)
{
	const struct sb_slab *slab, *prev = NULL;

	for (slab = list->first; slab; slab = slab->next) {
		if (slab->cache != cache || slab->prev != prev || slab->nid != nid) {
			violation(tally, cache, "a list of node %d is broken at pfn %#lx", nid,
				  slab->pfn);
			return;
		}
		if (full != !slab->nr_free)
			violation(tally, cache,
				  "pfn %#lx with %u free objects is on the wrong list", slab->pfn,
				  slab->nr_free);
		if (prev && prev->nr_free == prev->nr && slab->nr_free != slab->nr)
			violation(tally, cache, "pfn %#lx comes after an empty slab", slab->pfn);
		check_slab(cache, tally, slab);
		prev = slab;
	}
	if (list->last != prev)
		violation(tally, cache, "a list of node %d does not end where it says", nid);
}

static unsigned long count_empty(const struct sb_slab_node *node, unsigned long *partial)
{
	const struct sb_slab *slab;
	unsigned long empty = 0;

	*partial = 0;
	for (slab = node->partial.first; slab; slab = slab->next) {
		(*partial)++;
		empty += slab->nr_free == slab->nr;
	}
	return empty;
}

static void check_node(struct sb_slab_cache *cache, struct tally *total, int nid)
{
	struct sb_slab_node *node = &cache->node[nid];
	struct tally tally = { .out = total->out };
	unsigned long irq = sb_irq_save(), partial;

	sb_lock(&node->lock);
	check_list(cache, &tally, &node->partial, nid, false);
	check_list(cache, &tally, &node->full, nid, true);
	if (!tally.violations &&
	    (count_empty(node, &partial) != node->nr_empty || partial != node->nr_partial))
		violation(&tally, cache, "node %d: %lu partial and %lu empty slabs are wrong", nid,
			  node->nr_partial, node->nr_empty);
	if (tally.slabs != node->nr_slabs || tally.objects != node->nr_objects ||
	    tally.free != node->nr_free)
		violation(&tally, cache,
			  "node %d: %lu slabs, %lu objects, %lu free; counted %lu, %lu, %lu", nid,
			  tally.slabs, tally.objects, tally.free, node->nr_slabs, node->nr_objects,
			  node->nr_free);
	sb_unlock(&node->lock);
	sb_irq_restore(irq);
	total->violations += tally.violations;
	total->at_hand += tally.at_hand;
}

/* The objects of all arrays, each in a slab of the cache and nowhere else. */
static void check_cpus(struct sb_slab_cache *cache, struct tally *tally)
{
	unsigned long nr = 0;
	unsigned int cpu;
	u32 i;

	for (cpu = 0; cpu < cache->nr_cpus; cpu++) {
		const struct sb_slab_cpu *array = sb_slab_cpu_at(cache, cpu);

		if (array->top < sb_slab_cpu_slots(array) || array->top > array->end) {
			violation(tally, cache, "CPU %u has more objects than room", cpu);
			continue;
		}
		for (i = 0; i < sb_slab_cpu_nr(array); i++) {
			const struct sb_slab_slot *slot = &sb_slab_cpu_slots(array)[i];
			struct sb_slab *slab;
			u32 index;

			if (sb_slab_page_find(cache->inst, slot->obj, &slab, &index) ||
			    slab->cache != cache || slot->state != &slab->state[index] ||
			    *slot->state != SB_SLAB_CPU)
				violation(tally, cache, "CPU %u has %#lx, which it cannot have",
					  cpu, (unsigned long)slot->obj);
		}
		nr += sb_slab_cpu_nr(array);
	}
	if (nr != tally->at_hand)
		violation(tally, cache, "CPUs have %lu objects at hand, slabs say %lu", nr,
			  tally->at_hand);
}

static unsigned int check_cache(struct sb_slab_cache *cache, struct sb_out *out)
{
	struct tally tally = { .out = out };
	int nid;

	for (nid = 0; nid < SB_MAX_NODES; nid++)
		check_node(cache, &tally, nid);
	check_cpus(cache, &tally);
	return tally.violations;
}

unsigned int sb_slab_check(struct sb_instance *inst, struct sb_out *out)
{
	struct sb_slab_cache *cache;
	unsigned int violations = 0;

	if (!inst->slabs.first)
		return 0;
	for (cache = inst->slabs.first; cache; cache = cache->next)
		sb_slab_cpu_park(cache);
	sb_quiesce();
	for (cache = inst->slabs.first; cache; cache = cache->next) {
		violations += check_cache(cache, out);
		sb_slab_cpu_unpark(cache);
	}
	return violations;
}
