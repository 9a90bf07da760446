// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>

#include "mappings.h"

/* So that a table is no large block of the kernel's. */
#define MAX_MAPPINGS 256

struct sb_mapping_table {
	struct rcu_head rcu;
	unsigned int nr;
	struct sb_mapping map[];
};

/* For the one who makes the changes. */
static struct sb_mapping_table *current_table(const struct sb_mappings *maps)
{
	return rcu_dereference_protected(maps->table, true);
}

unsigned int sb_mappings_nr(const struct sb_mappings *maps)
{
	const struct sb_mapping_table *table = current_table(maps);

	return table ? table->nr : 0;
}

const struct sb_mapping *sb_mappings_at(const struct sb_mappings *maps, unsigned int index)
{
	return &current_table(maps)->map[index];
}

static struct sb_mapping_table *table_alloc(unsigned int room, gfp_t gfp)
{
	struct sb_mapping_table *table = NULL;

	return kzalloc(struct_size(table, map, room), gfp);
}

/* Joins @map to the last one where it follows it. */
static void append(struct sb_mapping_table *table, const struct sb_mapping *map)
{
	struct sb_mapping *last = table->nr ? &table->map[table->nr - 1] : NULL;

	if (!map->size)
		return;
	if (last && last->base + last->size == map->base)
		last->size += map->size;
	else
		table->map[table->nr++] = *map;
}

int sb_mappings_add(struct sb_mappings *maps, const struct sb_mapping *new)
{
	struct sb_mapping_table *old = current_table(maps), *table;
	unsigned int nr = sb_mappings_nr(maps), i = 0;

	if (nr >= MAX_MAPPINGS)
		return -ENOSPC;
	table = table_alloc(nr + 1, GFP_KERNEL);
	if (!table)
		return -ENOMEM;
	while (i < nr && old->map[i].base < new->base)
		append(table, &old->map[i++]);
	append(table, new);
	while (i < nr)
		append(table, &old->map[i++]);
	rcu_assign_pointer(maps->table, table);
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

/* What is left of a mapping on both sides of the range, if anything. */
static void append_rest(struct sb_mapping_table *table, const struct sb_mapping *map, u64 base,
			u64 size)
{
	u64 before = base - map->base;
	struct sb_mapping left = { map->base, before, map->va };
	struct sb_mapping right = {
		.base = base + size,
		.size = map->size - before - size,
		.va = map->va + before + size,
	};

	append(table, &left);
	append(table, &right);
}

static bool contains(const struct sb_mapping *map, u64 base, u64 size)
{
	u64 offset = base - map->base;

	return offset < map->size && size <= map->size - offset;
}

void sb_mappings_del(struct sb_mappings *maps, u64 base, u64 size)
{
	struct sb_mapping_table *old = current_table(maps), *table;
	unsigned int nr = sb_mappings_nr(maps), i;

	table = table_alloc(nr + 1, GFP_KERNEL | __GFP_NOFAIL);
	for (i = 0; i < nr; i++)
		if (contains(&old->map[i], base, size))
			append_rest(table, &old->map[i], base, size);
		else
			append(table, &old->map[i]);
	rcu_assign_pointer(maps->table, table);
	synchronize_rcu();
	kfree(old);
}

void sb_mappings_exit(struct sb_mappings *maps)
{
	kfree(current_table(maps));
	RCU_INIT_POINTER(maps->table, NULL);
}

/* The last mapping that begins at or below @base. */
static const struct sb_mapping *find(const struct sb_mapping_table *table, u64 base)
{
	unsigned int low = 0, high = table ? table->nr : 0;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;

		if (table->map[middle].base <= base)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &table->map[low - 1] : NULL;
}

void *sb_mappings_va(struct sb_mappings *maps, u64 base, u64 size)
{
	const struct sb_mapping *map;
	void *va = NULL;

	rcu_read_lock();
	map = find(rcu_dereference(maps->table), base);
	if (map && contains(map, base, size))
		va = map->va + (base - map->base);
	rcu_read_unlock();
	return va;
}

unsigned long sb_mappings_pfn(struct sb_mappings *maps, const void *va)
{
	const struct sb_mapping_table *table;
	unsigned long pfn = SB_PFN_NONE;
	unsigned int i;

	rcu_read_lock();
	table = rcu_dereference(maps->table);
	for (i = 0; table && i < table->nr && pfn == SB_PFN_NONE; i++)
		pfn = sb_mapping_pfn(&table->map[i], va);
	rcu_read_unlock();
	return pfn;
}
