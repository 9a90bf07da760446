/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory in which no two free pages lie side by side. */
#ifndef SBUDDY_TEST_FRAGMENT_H
#define SBUDDY_TEST_FRAGMENT_H

#include "device.h"

#define SB_MAX_SINGLE (SBUDDY_MAX_HANDLES - 16u)

/* A request that only memory taken by sb_fragment() serves. */
static inline struct sbuddy_alloc sb_in_bytes(uint64_t bytes, uint32_t flags)
{
	struct sbuddy_alloc alloc = {
		.size = sizeof(alloc),
		.flags = SBUDDY_ALLOC_BYTES | flags,
		.type = SBUDDY_UNMOVABLE,
		.zone = SBUDDY_ZONE_HIGHMEM,
		.node = SBUDDY_NODE_ANY,
		.bytes = bytes,
	};

	return alloc;
}

/* Pages one by one, of the kind that stays where it is, and no block is kept back. */
static inline uint32_t sb_take_all(int fd, struct sbuddy_result *all)
{
	struct sbuddy_alloc_bulk bulk = {
		.size = sizeof(bulk),
		.flags = SBUDDY_ALLOC_MEMALLOC,
		.type = SBUDDY_UNMOVABLE,
		.zone = SBUDDY_ZONE_HIGHMEM,
		.node = SBUDDY_NODE_ANY,
	};
	uint32_t nr;

	for (nr = 0; nr < SB_MAX_SINGLE; nr += bulk.allocated) {
		bulk.count = SB_MAX_SINGLE - nr;
		bulk.results = (uintptr_t)(all + nr);
		if (sb_call(fd, SBUDDY_IOC_ALLOC_BULK, &bulk))
			break;
	}
	return nr;
}

/* Takes all there is, and gives each second page back: how many there were. */
static inline uint32_t sb_fragment(int fd)
{
	static struct sbuddy_result all[SB_MAX_SINGLE];
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint32_t nr = sb_take_all(fd, all), i;

	for (i = 0; i < nr; i++) {
		struct sbuddy_query query = {
			.size = sizeof(query),
			.flags = SBUDDY_QUERY_PHYS,
			.handle = all[i].handle,
		};

		if (!sb_call(fd, SBUDDY_IOC_QUERY, &query) && query.phys / page % 2)
			sb_put(fd, all[i].handle);
	}
	return nr;
}

#endif
