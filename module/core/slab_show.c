// SPDX-License-Identifier: GPL-2.0-only
#include "slab_cache.h"
#include "slab_show.h"

struct counts {
	unsigned long slabs;
	unsigned long objects;
	unsigned long free;
};

static void count_node(struct sb_slab_node *node, struct counts *counts)
{
	unsigned long irq = sb_irq_save();

	sb_lock(&node->lock);
	counts->slabs += node->nr_slabs;
	counts->objects += node->nr_objects;
	counts->free += node->nr_free;
	sb_unlock(&node->lock);
	sb_irq_restore(irq);
}

static void show_cache(struct sb_out *out, struct sb_slab_cache *cache)
{
	struct counts counts = { 0 };
	int nid;

	for (nid = 0; nid < SB_MAX_NODES; nid++)
		count_node(&cache->node[nid], &counts);
	sb_out_printf(out, "%-17s %6lu %6lu %6u %4u %4d", cache->name, counts.objects - counts.free,
		      counts.objects, cache->size, cache->header / cache->size, 1 << cache->order);
	sb_out_printf(out, " : tunables %4u %4u %4u", cache->limit, cache->batch, 0u);
	sb_out_printf(out, " : slabdata %6lu %6lu %6lu\n", counts.slabs, counts.slabs, 0ul);
}

void sb_slab_show_info(struct sb_out *out, struct sb_instance *inst)
{
	struct sb_slab_cache *cache;

	if (!inst->slabs.first)
		return;
	sb_out_printf(out, "slabinfo - version: 2.1\n");
	sb_out_printf(out, "# name            <active_objs> <num_objs> <objsize>");
	sb_out_printf(out, " <objperslab> <pagesperslab>");
	sb_out_printf(out, " : tunables <limit> <batchcount> <sharedfactor>");
	sb_out_printf(out, " : slabdata <active_slabs> <num_slabs> <sharedavail>\n");
	for (cache = inst->slabs.first; cache; cache = cache->next)
		show_cache(out, cache);
}
