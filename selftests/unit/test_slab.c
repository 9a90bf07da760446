// SPDX-License-Identifier: GPL-2.0-only
/* Objects taken and freed: where they come from, and what is refused. */
#include "compact.h"
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
}

static void shut_down(void)
{
	CHECK(&f);
	slab_host_destroy(&h);
	EXPECT_EQ(slab_host_blocks(&f), 0);
	fixture_exit(&f);
}

static void *take(void)
{
	void *obj = slab_host_alloc(&h, SB_GFP_KERNEL, SB_NID_ANY);

	EXPECT(obj);
	return obj;
}

static void give(void *obj)
{
	EXPECT_EQ(sb_slab_free(&h.cache, obj), 0);
}

static void the_last_freed_is_taken_first(void)
{
	void *first, *second;

	boot(64, 0);
	first = take();
	second = take();
	EXPECT(first != second);
	EXPECT(sb_slab_put(&h.cache, first));
	EXPECT(sb_slab_put(&h.cache, second));
	EXPECT(sb_slab_take(&h.cache) == second);
	EXPECT(sb_slab_take(&h.cache) == first);
	give(first);
	give(second);
	EXPECT_EQ(unit_warnings, 0);
	shut_down();
}

static void objects_do_not_overlap_and_are_aligned(void)
{
	static const u32 sizes[] = { 1, 8, 24, 64, 96, 100, 513, 1000, 2048, 4096, 8192, 32000 };
	void *objs[100];
	unsigned int i, k, j;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		boot(sizes[i], 0);
		for (k = 0; k < ARRAY_SIZE(objs); k++) {
			objs[k] = take();
			EXPECT_EQ((unsigned long)objs[k] & 7, 0);
			memset(objs[k], (int)k, sizes[i]);
		}
		CHECK(&f);
		for (k = 0; k < ARRAY_SIZE(objs); k++) {
			for (j = 0; j < sizes[i]; j++)
				EXPECT_EQ(((u8 *)objs[k])[j], k);
			give(objs[k]);
		}
		shut_down();
	}
}

static void fresh_objects_come_in_order(void)
{
	u8 *last, *obj;
	void *objs[20];
	unsigned int i;

	boot(64, 0);
	for (i = 0, last = NULL; i < 20; i++, last = obj) {
		obj = take();
		objs[i] = obj;
		EXPECT(!last || obj == last + 64);
	}
	for (i = 0; i < 20; i++)
		give(objs[i]);
	shut_down();
}

static void zeroed_when_asked_for(void)
{
	u8 *obj;
	unsigned int i;

	boot(200, 0);
	obj = take();
	memset(obj, 0xff, 200);
	give(obj);
	EXPECT(slab_host_alloc(&h, SB_GFP_KERNEL | SB_GFP_ZERO, SB_NID_ANY) == obj);
	for (i = 0; i < 200; i++)
		EXPECT_EQ(obj[i], 0);
	give(obj);
	shut_down();
}

static void free_twice_is_refused_at_once(void)
{
	void *obj, *other;

	boot(64, 0);
	obj = take();
	other = take();
	give(obj);
	EXPECT_EQ(sb_slab_free(&h.cache, obj), -EALREADY);
	EXPECT_STR(strstr(unit_last_warning, "the address"), "the address is free\n");
	EXPECT_EQ(unit_warnings, 1);
	/* It is there once, not twice. */
	EXPECT(take() == obj);
	EXPECT(take() != obj);
	give(obj);
	give(other);
	give((u8 *)other + 64);
	/* And when it has left the array. */
	sb_slab_cache_shrink(&h.cache);
	EXPECT_EQ(sb_slab_free(&h.cache, obj), -ENOENT);
	shut_down();
}

static void free_twice_when_it_is_in_its_slab(void)
{
	void *obj, *other;

	boot(64, 0);
	obj = take();
	other = take();
	give(obj);
	EXPECT_EQ(sb_slab_cache_shrink(&h.cache), 0);
	EXPECT_EQ(sb_slab_free(&h.cache, obj), -EALREADY);
	give(other);
	shut_down();
}

static void what_is_no_object_is_refused(void)
{
	struct slab_host other;
	u8 *obj, *theirs;
	int local;
	long pfn;

	boot(96, 0);
	slab_host_create(&other, &f, "others", 96, 0);
	obj = take();
	theirs = slab_host_alloc(&other, SB_GFP_KERNEL, SB_NID_ANY);
	pfn = fixture_alloc(&f, 0, SB_UNMOVABLE);
	EXPECT_EQ(sb_slab_free(&h.cache, NULL), -ERANGE);
	EXPECT_EQ(sb_slab_free(&h.cache, &local), -ERANGE);
	EXPECT_EQ(sb_slab_free(&h.cache, theirs), -EPERM);
	EXPECT_STR(strstr(unit_last_warning, "the address"),
		   "the address is of another cache, others\n");
	EXPECT_EQ(sb_slab_free(&h.cache, theirs + 1), -EPERM);
	EXPECT_EQ(sb_slab_free(&h.cache, obj + 1), -EINVAL);
	EXPECT_EQ(sb_slab_free(&h.cache, obj + 8), -EINVAL);
	EXPECT_EQ(sb_slab_free(&h.cache, obj + 95), -EINVAL);
	EXPECT_EQ(sb_slab_free(&h.cache, f.inst.reach.page(&f, (unsigned long)pfn)), -ENOENT);
	EXPECT_EQ(sb_slab_free(&h.cache, f.memory[0] + 4 * MiB), -ENOENT);
	EXPECT_EQ(sb_slab_free(&h.cache, f.memory[0] + 8 * MiB), -ERANGE);
	EXPECT_EQ(unit_warnings, 10);
	give(obj);
	fixture_free(&f, (unsigned long)pfn, 0);
	EXPECT_EQ(sb_slab_free(&other.cache, theirs), 0);
	slab_host_destroy(&other);
	shut_down();
}

/* Any address of a slab, header included. */
static void only_starts_of_objects_are_taken_back(void)
{
	static const u32 sizes[] = { 8, 24, 96, 1000, 4096 };
	struct sb_slab *slab;
	u32 index, offset, bytes;
	unsigned int i;
	u8 *obj;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		boot(sizes[i], 0);
		obj = take();
		EXPECT_EQ(sb_slab_page_find(&f.inst, obj, &slab, &index), 0);
		bytes = (u32)(SB_PAGE_SIZE << slab->order);
		for (offset = 0; offset < bytes; offset++) {
			bool starts = offset % h.cache.size == 0 &&
				      offset / h.cache.size < slab->nr;

			if (slab->base + offset != obj)
				EXPECT_EQ(sb_slab_free(&h.cache, slab->base + offset),
					  starts ? -EALREADY : -EINVAL);
		}
		give(obj);
		shut_down();
	}
}

static void pages_of_a_slab_cannot_be_freed(void)
{
	struct sb_slab *slab;
	u32 index;
	void *obj;

	boot(4096, 0);
	obj = take();
	EXPECT_EQ(sb_slab_page_find(&f.inst, obj, &slab, &index), 0);
	EXPECT_EQ(slab->order, 3);
	EXPECT_EQ(sb_alloc_free(&f.inst, slab->pfn, 3), -EINVAL);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, slab->pfn, 8), -EINVAL);
	EXPECT_EQ(sb_alloc_split(&f.inst, slab->pfn, 3), -EINVAL);
	give(obj);
	shut_down();
}

static void flags_that_no_slab_can_have(void)
{
	static const u32 bad[] = { SB_GFP_HIGHMEM, SB_GFP_MOVABLE, SB_GFP_DMA, SB_GFP_NOFAIL,
				   0x80000000u };
	unsigned int i;
	void *obj;

	boot(64, 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(sb_slab_alloc(&h.cache, SB_GFP_KERNEL | bad[i], SB_NID_ANY, &obj),
			  -EINVAL);
	EXPECT_EQ(sb_slab_alloc(&h.cache, SB_GFP_KERNEL, SB_MAX_NODES, &obj), -EINVAL);
	EXPECT_EQ(sb_slab_alloc(&h.cache, SB_GFP_KERNEL, -2, &obj), -EINVAL);
	f.inst.corrupt = true;
	EXPECT_EQ(sb_slab_alloc(&h.cache, SB_GFP_KERNEL, SB_NID_ANY, &obj), -EIO);
	f.inst.corrupt = false;
	shut_down();
}

/* Takes what there is, and says how many objects that are. */
static unsigned long take_all(void **objs, unsigned long most, u32 gfp)
{
	unsigned long nr = 0;

	while (nr < most && (objs[nr] = slab_host_alloc(&h, gfp, SB_NID_ANY)))
		nr++;
	return nr;
}

static void all_memory_and_back(void)
{
	static void *objs[8192];
	unsigned long nr, again;

	boot(2048, 0);
	nr = take_all(objs, ARRAY_SIZE(objs), SB_GFP_KERNEL);
	EXPECT(nr > 3500 && nr < ARRAY_SIZE(objs));
	CHECK(&f);
	again = nr;
	while (again)
		give(objs[--again]);
	CHECK(&f);
	EXPECT_EQ(take_all(objs, ARRAY_SIZE(objs), SB_GFP_KERNEL), nr);
	EXPECT_EQ(sb_slab_free_bulk(&h.cache, nr, objs), 0);
	shut_down();
}

static void small_slabs_when_there_are_no_large_blocks(void)
{
	unsigned long pfn;
	void *objs[16];
	unsigned int i;

	boot(2048, 0);
	EXPECT_EQ(h.cache.order, 3);
	EXPECT_EQ(h.cache.min_order, 0);
	fixture_fill(&f);
	pfn = f.inst.map.base_pfn + 1024;
	for (i = 0; i < 16; i++)
		fixture_free(&f, pfn + 2 * i, 0);
	for (i = 0; i < 16; i++) {
		objs[i] = slab_host_alloc(&h, SB_GFP_KERNEL | SB_GFP_MEMALLOC, SB_NID_ANY);
		EXPECT(objs[i]);
		memset(objs[i], (int)i, 2048);
	}
	EXPECT_EQ(slab_host_blocks(&f), 16);
	EXPECT(!slab_host_alloc(&h, SB_GFP_KERNEL | SB_GFP_MEMALLOC, SB_NID_ANY));
	CHECK(&f);
	EXPECT_EQ(sb_slab_free(&h.cache, (u8 *)objs[3] + 2048), -EINVAL);
	for (i = 0; i < 16; i++) {
		EXPECT_EQ(*(u8 *)objs[i], i);
		give(objs[i]);
		EXPECT_EQ(sb_slab_free(&h.cache, objs[i]), -EALREADY);
	}
	shut_down();
}

static struct sb_request woken_for;
static unsigned int nr_woken;

static void wake(void *ctx, const struct sb_request *request)
{
	EXPECT(ctx == &f);
	woken_for = *request;
	nr_woken++;
}

/* As for any pages, except when a smaller slab is as good: allocate_slab(). */
static void who_lacks_pages_wakes_the_worker(void)
{
	unsigned long pfn;
	void *obj;

	boot(2048, 0);
	nr_woken = 0;
	sb_compact_set_worker(&f.inst, wake, &f);
	fixture_fill(&f);
	EXPECT_EQ(nr_woken, 0);
	pfn = f.inst.map.base_pfn + 1024;
	fixture_free(&f, pfn, 0);
	sb_pcp_drain_all(&f.inst);
	obj = slab_host_alloc(&h, SB_GFP_ATOMIC | SB_GFP_MEMALLOC, SB_NID_ANY);
	EXPECT(obj);
	EXPECT_EQ(nr_woken, 1);
	EXPECT_EQ(woken_for.order, h.cache.order);
	give(obj);
	sb_slab_cache_shrink(&h.cache);
	obj = slab_host_alloc(&h, SB_GFP_KERNEL | SB_GFP_MEMALLOC, SB_NID_ANY);
	EXPECT(obj);
	EXPECT_EQ(nr_woken, 1);
	give(obj);
	shut_down();
	boot(30000, 0);
	nr_woken = 0;
	EXPECT(h.cache.min_order > 0);
	sb_compact_set_worker(&f.inst, wake, &f);
	fixture_fill(&f);
	EXPECT(!slab_host_alloc(&h, SB_GFP_KERNEL, SB_NID_ANY));
	EXPECT_EQ(nr_woken, 1);
	EXPECT_EQ(woken_for.order, h.cache.min_order);
	shut_down();
}

static void bulk_is_all_or_nothing(void)
{
	static void *objs[8192];
	unsigned long nr;

	boot(4096, 0);
	EXPECT_EQ(sb_slab_alloc_bulk(&h.cache, SB_GFP_KERNEL, 0, objs), 0);
	EXPECT_EQ(sb_slab_alloc_bulk(&h.cache, SB_GFP_KERNEL, 100, objs), 0);
	EXPECT_EQ(sb_slab_free_bulk(&h.cache, 100, objs), 0);
	EXPECT_EQ(sb_slab_alloc_bulk(&h.cache, SB_GFP_KERNEL, ARRAY_SIZE(objs), objs), -ENOMEM);
	EXPECT_EQ(sb_slab_cache_in_use(&h.cache), 0);
	nr = take_all(objs, ARRAY_SIZE(objs), SB_GFP_KERNEL);
	objs[nr] = objs[0];
	EXPECT_EQ(sb_slab_free_bulk(&h.cache, nr + 1, objs), -EALREADY);
	shut_down();
}

/* What a CPU has at hand is bounded, and the rest goes back. */
static void arrays_overflow_to_slabs(void)
{
	static void *objs[1000];
	unsigned int i;

	boot(64, 0);
	for (i = 0; i < ARRAY_SIZE(objs); i++)
		objs[i] = take();
	for (i = 0; i < ARRAY_SIZE(objs); i++) {
		give(objs[i]);
		EXPECT(sb_slab_cpu_nr(h.cache.cpu[0]) <= h.cache.limit);
	}
	CHECK(&f);
	/* Those that are empty are kept only as long as partial slabs are few. */
	EXPECT(slab_host_slabs(&h.cache) <= h.cache.min_partial + 2);
	EXPECT_EQ(slab_host_blocks(&f), slab_host_slabs(&h.cache));
	shut_down();
}

/* An object that left two arrays: what two CPUs that free it at once may do. */
static void an_object_that_was_free_twice_stops_the_instance(void)
{
	struct sb_slab_cpu *array;
	void *obj, *again;

	boot(64, 0);
	obj = take();
	give(obj);
	array = h.cache.cpu[0];
	array->top[0] = array->top[-1];
	array->top++;
	EXPECT(take() == obj);
	EXPECT(!f.inst.corrupt);
	EXPECT(!sb_slab_take(&h.cache));
	EXPECT_EQ(sb_slab_alloc(&h.cache, SB_GFP_KERNEL, SB_NID_ANY, &again), -EIO);
	EXPECT(f.inst.corrupt);
	f.inst.corrupt = false;
	give(obj);
	shut_down();
}

static void park_all(struct sb_lock *lock)
{
	unit_lock_hooks.after_unlock = NULL;
	sb_slab_cpu_park(&h.cache);
}

/* Who parks the arrays waits for a CPU that fills its own, which goes on with it. */
static void parked_while_an_array_is_filled(void)
{
	void *obj;

	boot(64, 0);
	obj = take();
	unit_lock_hooks.after_unlock = park_all;
	give(take());
	EXPECT(!unit_lock_hooks.after_unlock);
	EXPECT(!f.inst.corrupt);
	EXPECT(!sb_slab_take(&h.cache));
	sb_slab_cpu_unpark(&h.cache);
	EXPECT_EQ(unit_warnings, 0);
	give(obj);
	shut_down();
}

static void another_cpu_may_free(void)
{
	void *obj;

	boot(64, 0);
	obj = take();
	sb_host_cpu = 3;
	give(obj);
	EXPECT_EQ(sb_slab_free(&h.cache, obj), -EALREADY);
	EXPECT(take() == obj);
	give(obj);
	sb_host_cpu = 0;
	CHECK(&f);
	EXPECT_EQ(sb_slab_cpu_nr(h.cache.cpu[3]), 1);
	sb_slab_cache_drain_cpu(&f.inst, 3);
	sb_slab_cache_drain_cpu(&f.inst, SLAB_CPUS);
	EXPECT_EQ(sb_slab_cpu_nr(h.cache.cpu[3]), 0);
	shut_down();
}

UNIT_MAIN(UNIT_CASE(the_last_freed_is_taken_first),
	  UNIT_CASE(objects_do_not_overlap_and_are_aligned), UNIT_CASE(fresh_objects_come_in_order),
	  UNIT_CASE(zeroed_when_asked_for), UNIT_CASE(free_twice_is_refused_at_once),
	  UNIT_CASE(free_twice_when_it_is_in_its_slab), UNIT_CASE(what_is_no_object_is_refused),
	  UNIT_CASE(only_starts_of_objects_are_taken_back),
	  UNIT_CASE(pages_of_a_slab_cannot_be_freed), UNIT_CASE(flags_that_no_slab_can_have),
	  UNIT_CASE(all_memory_and_back), UNIT_CASE(small_slabs_when_there_are_no_large_blocks),
	  UNIT_CASE(who_lacks_pages_wakes_the_worker), UNIT_CASE(bulk_is_all_or_nothing),
	  UNIT_CASE(arrays_overflow_to_slabs),
	  UNIT_CASE(an_object_that_was_free_twice_stops_the_instance),
	  UNIT_CASE(parked_while_an_array_is_filled), UNIT_CASE(another_cpu_may_free))
