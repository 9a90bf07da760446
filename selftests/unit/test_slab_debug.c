// SPDX-License-Identifier: GPL-2.0-only
/* Debug switches of caches: what is found, and who is told to have done it. */
#include "debug.h"
#include "slab_debug.h"
#include "slab_host.h"

#define BASE 0x80000000ull

static struct fixture f;
static struct slab_host h;

static void boot(size_t size, u32 flags)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);

	fixture_boot(&f, &cfg);
	slab_host_create(&h, &f, "things", size, flags);
	unit_warnings = 0;
	f.pid = 7;
}

static void shut_down(void)
{
	CHECK(&f);
	slab_host_destroy(&h);
	EXPECT_EQ(slab_host_blocks(&f), 0);
	fixture_exit(&f);
}

static u8 *take(void)
{
	u8 *obj = slab_host_alloc(&h, SB_GFP_KERNEL, SB_NID_ANY);

	EXPECT(obj);
	return obj;
}

static void give(void *obj)
{
	EXPECT_EQ(sb_slab_free(&h.cache, obj), 0);
}

static unsigned long found(enum sb_finding_kind kind)
{
	return f.inst.debug.found[kind];
}

static void nothing_is_found_where_all_is_well(void)
{
	static const u32 sizes[] = { 1, 7, 8, 9, 64, 100, 1000, 4000 };
	unsigned int i, k;
	u32 flags;
	u8 *objs[40];

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		for (flags = 0; flags <= SB_SLAB_DEBUG; flags += SB_SLAB_RED_ZONE) {
			boot(sizes[i], flags);
			for (k = 0; k < ARRAY_SIZE(objs); k++) {
				objs[k] = take();
				memset(objs[k], (int)k, sizes[i]);
			}
			CHECK(&f);
			for (k = 0; k < ARRAY_SIZE(objs); k++) {
				EXPECT_EQ(objs[k][sizes[i] - 1], k);
				give(objs[k]);
			}
			for (k = 0; k < ARRAY_SIZE(objs); k++)
				objs[k] = take();
			EXPECT_EQ(sb_slab_free_bulk(&h.cache, ARRAY_SIZE(objs), (void **)objs), 0);
			EXPECT_EQ(unit_warnings, 0);
			shut_down();
		}
}

static void an_overrun_is_found_with_its_owner(void)
{
	static const int offsets[] = { -1, -8, 20, 23 };
	const struct sb_finding *last = &f.inst.debug.last;
	unsigned long page;
	unsigned int i;
	u8 *obj;

	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		boot(20, SB_SLAB_RED_ZONE | SB_SLAB_OWNER);
		obj = take();
		obj[offsets[i]] = 0x11;
		f.pid = 8;
		give(obj);
		EXPECT_EQ(found(SB_FINDING_OBJECT_OVERRUN), 1);
		EXPECT_EQ(last->kind, SB_FINDING_OBJECT_OVERRUN);
		EXPECT_STR(last->cache, "things");
		page = f.inst.reach.pfn(&f, obj + offsets[i]);
		EXPECT_EQ(last->pfn, page);
		EXPECT_EQ(last->offset, obj + offsets[i] - (u8 *)f.inst.reach.page(&f, page));
		EXPECT_EQ(last->bytes, 1);
		EXPECT_EQ(last->value, 0x11);
		EXPECT_EQ(last->wanted, SB_SLAB_RED_USED);
		EXPECT(last->owner.known && last->owner.in_use);
		EXPECT_EQ(last->owner.pid, 7);
		EXPECT_STR(last->owner.comm, "process 7");
		EXPECT_EQ(last->stack.entry[1], 0x2007);
		EXPECT(strstr(unit_last_warning, "test: object overrun in cache things: pfn "));
		EXPECT(strstr(unit_last_warning, "; owner pid 7 (process 7)"));
		/* Told once. */
		give(take());
		EXPECT_EQ(found(SB_FINDING_OBJECT_OVERRUN), 1);
		shut_down();
	}
}

static void a_write_after_free_is_found_with_who_freed(void)
{
	static const int offsets[] = { 0, 50, 99 };
	const struct sb_finding *last = &f.inst.debug.last;
	unsigned int i;
	u8 *obj;

	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		boot(100, SB_SLAB_POISON | SB_SLAB_OWNER);
		obj = take();
		f.pid = 8;
		give(obj);
		obj[offsets[i]] = 0x22;
		f.pid = 9;
		EXPECT(take() == obj);
		EXPECT_EQ(found(SB_FINDING_OBJECT_WRITE), 1);
		EXPECT_EQ(last->value, 0x22);
		EXPECT_EQ(last->wanted,
			  offsets[i] == 99 ? SB_SLAB_POISON_END : SB_SLAB_POISON_FREE);
		EXPECT(last->owner.known && !last->owner.in_use);
		EXPECT_EQ(last->owner.pid, 7);
		EXPECT_EQ(last->owner.free_pid, 8);
		EXPECT_EQ(last->free_stack.entry[1], 0x2008);
		EXPECT(strstr(unit_last_warning, "test: object write after free in cache things"));
		EXPECT_EQ(sb_slab_debug_owner(&h.cache, obj)->pid, 9);
		give(obj);
		shut_down();
	}
}

static void a_write_beside_a_free_object_is_found(void)
{
	u8 *obj;

	boot(24, SB_SLAB_RED_ZONE);
	obj = take();
	give(obj);
	obj[24] = 0;
	EXPECT(take() == obj);
	EXPECT_EQ(found(SB_FINDING_OBJECT_WRITE), 1);
	EXPECT_EQ(f.inst.debug.last.wanted, SB_SLAB_RED_FREE);
	EXPECT(strstr(unit_last_warning, "owner not known"));
	give(obj);
	shut_down();
}

static void a_run_of_bytes_is_told_from_end_to_end(void)
{
	const struct sb_finding *last = &f.inst.debug.last;
	u8 *obj;

	boot(256, SB_SLAB_POISON);
	obj = take();
	give(obj);
	memset(obj + 10, 1, 20);
	obj[15] = SB_SLAB_POISON_FREE;
	take();
	EXPECT_EQ(last->bytes, 20);
	give(obj);
	shut_down();
}

static void a_second_free_tells_both(void)
{
	u8 *obj;

	boot(64, SB_SLAB_DEBUG);
	obj = take();
	give(obj);
	EXPECT_EQ(sb_slab_free(&h.cache, obj), -EALREADY);
	EXPECT_EQ(unit_warnings, 3);
	EXPECT(strstr(unit_last_warning, "freed at 2 ns by pid 7 (process 7)"));
	EXPECT_EQ(found(SB_FINDING_OBJECT_WRITE), 0);
	EXPECT_EQ(sb_slab_free(&h.cache, obj - h.cache.pad), -EINVAL);
	shut_down();
}

static void a_leak_is_named_with_its_owner(void)
{
	u8 *obj;

	boot(64, SB_SLAB_OWNER);
	obj = take();
	EXPECT_EQ(sb_slab_cache_in_use(&h.cache), 1);
	EXPECT_EQ(unit_warnings, 2);
	EXPECT_STR(sb_slab_debug_owner(&h.cache, obj)->comm, "process 7");
	give(obj);
	shut_down();
}

static void fresh_and_freed_objects_are_poisoned_as_in_linux(void)
{
	unsigned int i;
	u8 *obj;

	boot(64, SB_SLAB_POISON);
	obj = take();
	for (i = 0; i < 63; i++)
		EXPECT_EQ(obj[i], 0x6b);
	EXPECT_EQ(obj[63], 0xa5);
	memset(obj, 0, 64);
	give(obj);
	EXPECT_EQ(obj[0], 0x6b);
	EXPECT_EQ(obj[63], 0xa5);
	shut_down();
}

static void findings_are_shown(void)
{
	char text[4096] = "";
	struct sb_out out = { .text = text, .size = sizeof(text) };
	u8 *obj;

	boot(64, SB_SLAB_RED_ZONE);
	obj = take();
	obj[64] = 1;
	give(obj);
	sb_debug_show(&out, &f.inst);
	EXPECT(strstr(text, "found_object_write_after_free 0\nfound_object_overrun 1\n"
			    "last object overrun in cache things: pfn "));
	shut_down();
}

UNIT_MAIN(UNIT_CASE(nothing_is_found_where_all_is_well),
	  UNIT_CASE(an_overrun_is_found_with_its_owner),
	  UNIT_CASE(a_write_after_free_is_found_with_who_freed),
	  UNIT_CASE(a_write_beside_a_free_object_is_found),
	  UNIT_CASE(a_run_of_bytes_is_told_from_end_to_end), UNIT_CASE(a_second_free_tells_both),
	  UNIT_CASE(a_leak_is_named_with_its_owner),
	  UNIT_CASE(fresh_and_freed_objects_are_poisoned_as_in_linux),
	  UNIT_CASE(findings_are_shown))
