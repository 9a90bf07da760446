/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the kernel reaches memory that comes and goes: a table of mappings that
 * is looked up in any context while it changes.
 *
 * A change is a new table. Who looks up sees the old one or the new one, whole.
 */
#ifndef SBUDDY_MAPPINGS_H
#define SBUDDY_MAPPINGS_H

#include <linux/rcupdate.h>

#include "backing.h"

struct sb_mapping_table;

/**
 * struct sb_mappings - A table; all zero is an empty one.
 * @table: by address, adjacent mappings joined; NULL for none
 */
struct sb_mappings {
	struct sb_mapping_table __rcu *table;
};

/**
 * sb_mappings_add() - Add a mapping.
 * @maps: table
 * @new: overlaps none that is there
 *
 * What is adjacent by address has to be adjacent for the kernel, too.
 *
 * Context: Process. One change at a time.
 * Return: 0, -ENOMEM, or -ENOSPC when there are too many pieces.
 */
int sb_mappings_add(struct sb_mappings *maps, const struct sb_mapping *new);

/**
 * sb_mappings_del() - Take a range away.
 * @maps: table
 * @base: first byte
 * @size: bytes, all of them in one mapping
 *
 * Nobody finds it any more afterwards. This does not fail: memory that could not
 * be given back would be lost.
 *
 * Context: Process. Waits for those who look up. One change at a time.
 */
void sb_mappings_del(struct sb_mappings *maps, u64 base, u64 size);

/* Frees the table, which nobody looks up any more. */
void sb_mappings_exit(struct sb_mappings *maps);

/* Where the kernel reaches all of [base, base + size), or NULL. Context: Any but NMI. */
void *sb_mappings_va(struct sb_mappings *maps, u64 base, u64 size);

/* Which page an address lies in, or SB_PFN_NONE. Context: Any but NMI. */
unsigned long sb_mappings_pfn(struct sb_mappings *maps, const void *va);

unsigned int sb_mappings_nr(const struct sb_mappings *maps);

/* The mapping at @index, for whoever makes the changes. */
const struct sb_mapping *sb_mappings_at(const struct sb_mappings *maps, unsigned int index);

#endif
