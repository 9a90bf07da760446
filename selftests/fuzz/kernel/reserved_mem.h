/* SPDX-License-Identifier: GPL-2.0-only */
/* As module/compat has it for the newest kernel. */
#ifndef FUZZ_RESERVED_MEM_H
#define FUZZ_RESERVED_MEM_H

#include "device_tree.h"

#define SBUDDY_RESERVED_BY_REG false
#define SBUDDY_NODE "%pOF"
#define sbuddy_node(node) (node)

static inline bool sbuddy_reserved_mem(struct device_node *region, u64 *base, u64 *size)
{
	const struct reserved_mem *rmem = of_reserved_mem_lookup(region);

	if (!rmem)
		return false;
	*base = rmem->base;
	*size = rmem->size;
	return true;
}

#endif
