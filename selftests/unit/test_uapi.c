// SPDX-License-Identifier: GPL-2.0-only
/* The ioctl ABI is the same on 32 and 64 bit: this file is built for both. */
#include "unit.h"

#include <linux/sbuddy.h>

/* Nothing is padded at its end either. */
#define SIZE(type, bytes) \
	_Static_assert(sizeof(struct type) == (bytes) && (bytes) % 8 == 0, #type " size")
#define AT(type, field, offset)                                                   \
	_Static_assert(offsetof(struct type, field) == (offset) &&                \
			       (offset) % sizeof(((struct type *)0)->field) == 0, \
		       #type "." #field)

SIZE(sbuddy_info, SBUDDY_INFO_SIZE_VER1);
SIZE(sbuddy_alloc, SBUDDY_ALLOC_SIZE_VER1);
SIZE(sbuddy_alloc_bulk, SBUDDY_ALLOC_BULK_SIZE_VER0);
SIZE(sbuddy_free, SBUDDY_FREE_SIZE_VER0);
SIZE(sbuddy_free_bulk, SBUDDY_FREE_BULK_SIZE_VER0);
SIZE(sbuddy_query, SBUDDY_QUERY_SIZE_VER2);
SIZE(sbuddy_drain, SBUDDY_DRAIN_SIZE_VER0);
SIZE(sbuddy_poison, SBUDDY_POISON_SIZE_VER0);
SIZE(sbuddy_pin, SBUDDY_PIN_SIZE_VER0);
SIZE(sbuddy_unpin, SBUDDY_UNPIN_SIZE_VER0);
SIZE(sbuddy_export, SBUDDY_EXPORT_SIZE_VER1);
SIZE(sbuddy_explain, SBUDDY_EXPLAIN_SIZE_VER0);
SIZE(sbuddy_explain_zone, SBUDDY_EXPLAIN_ZONE_SIZE_VER0);
SIZE(sbuddy_name, SBUDDY_NAME_SIZE_VER0);
SIZE(sbuddy_slice, SBUDDY_SLICE_SIZE_VER0);
SIZE(sbuddy_sync, SBUDDY_SYNC_SIZE_VER0);
SIZE(sbuddy_place, SBUDDY_PLACE_SIZE_VER0);
SIZE(sbuddy_limit, SBUDDY_LIMIT_SIZE_VER0);
SIZE(sbuddy_falls, SBUDDY_FALLS_SIZE_VER0);
SIZE(sbuddy_claim, SBUDDY_CLAIM_SIZE_VER0);
SIZE(sbuddy_result, 16);

/* Every u64 lies where 64-bit alignment puts it, so no compiler adds padding. */
AT(sbuddy_info, pages_managed, 40);
AT(sbuddy_info, pages_free, 48);
AT(sbuddy_info, pages_pcp, 56);
AT(sbuddy_info, max_bytes, 64);
AT(sbuddy_info, memory, 72);
AT(sbuddy_info, base, 80);
AT(sbuddy_alloc, bytes, 24);
AT(sbuddy_alloc, offset, 40);
AT(sbuddy_alloc, granted, 48);
AT(sbuddy_result, offset, 8);
AT(sbuddy_alloc_bulk, bytes, 24);
AT(sbuddy_alloc_bulk, results, 40);
AT(sbuddy_free_bulk, handles, 16);
AT(sbuddy_query, bytes, 32);
AT(sbuddy_query, offset, 40);
AT(sbuddy_query, phys, 48);
AT(sbuddy_drain, pages, 8);
AT(sbuddy_poison, address, 16);
AT(sbuddy_slice, start, 16);
AT(sbuddy_slice, offset, 32);
AT(sbuddy_sync, offset, 16);
AT(sbuddy_limit, bytes, 8);
AT(sbuddy_limit, uid_bytes, 32);
AT(sbuddy_place, bytes, 16);
AT(sbuddy_place, phys, 80);
AT(sbuddy_explain, bytes, 32);
AT(sbuddy_explain, zones, 88);
AT(sbuddy_explain, text, 96);
AT(sbuddy_explain, block_used, 104);
AT(sbuddy_explain, reserved, 128);
AT(sbuddy_explain_zone, free, 16);
AT(sbuddy_explain_zone, extfrag_index, 64);

/* A program finds @size before it knows anything else of the struct. */
static void every_struct_begins_with_its_size(void)
{
	EXPECT_EQ(offsetof(struct sbuddy_info, size), 0);
	EXPECT_EQ(offsetof(struct sbuddy_alloc, size), 0);
	EXPECT_EQ(offsetof(struct sbuddy_alloc_bulk, size), 0);
	EXPECT_EQ(offsetof(struct sbuddy_free, size), 0);
	EXPECT_EQ(offsetof(struct sbuddy_free_bulk, size), 0);
	EXPECT_EQ(offsetof(struct sbuddy_query, size), 0);
	EXPECT_EQ(offsetof(struct sbuddy_drain, size), 0);
	EXPECT_EQ(offsetof(struct sbuddy_poison, size), 0);
	EXPECT_EQ(offsetof(struct sbuddy_explain, size), 0);
}

static void commands_are_numbered_without_gaps(void)
{
	static const unsigned long commands[] = {
		SBUDDY_IOC_INFO,  SBUDDY_IOC_ALLOC,	SBUDDY_IOC_ALLOC_BULK,
		SBUDDY_IOC_FREE,  SBUDDY_IOC_FREE_BULK, SBUDDY_IOC_QUERY,
		SBUDDY_IOC_DRAIN, SBUDDY_IOC_EXPLAIN,	SBUDDY_IOC_POISON,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		EXPECT_EQ(_IOC_NR(commands[i]), i);
		EXPECT_EQ(_IOC_TYPE(commands[i]), 0xb9);
		EXPECT_EQ(_IOC_DIR(commands[i]), _IOC_READ | _IOC_WRITE);
	}
}

UNIT_MAIN(UNIT_CASE(every_struct_begins_with_its_size),
	  UNIT_CASE(commands_are_numbered_without_gaps))
