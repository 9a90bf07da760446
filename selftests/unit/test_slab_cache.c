// SPDX-License-Identifier: GPL-2.0-only
/* Caches: what is refused, how slabs are sized, nodes, shrinking, and failures. */
#include "hotplug.h"
#include "slab_host.h"

#define BASE 0x80000000ull

static struct fixture f;
static struct slab_host h;

static void boot(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);

	fixture_boot(&f, &cfg);
	unit_warnings = 0;
}

static void boot_nodes(void)
{
	struct sb_config cfg = fixture_config(BASE, 4 * MiB);

	fixture_add_bank(&cfg, BASE + 64 * MiB, 4 * MiB, 1);
	fixture_boot(&f, &cfg);
}

static void shut_down(void)
{
	CHECK(&f);
	EXPECT_EQ(slab_host_blocks(&f), 0);
	fixture_exit(&f);
}

static void *take(int nid)
{
	void *obj = slab_host_alloc(&h, SB_GFP_KERNEL, nid);

	EXPECT(obj);
	return obj;
}

static void give(void *obj)
{
	EXPECT_EQ(sb_slab_free(&h.cache, obj), 0);
}

static int node_of(const void *obj)
{
	unsigned long pfn = f.inst.reach.pfn(&f, obj);

	return fixture_zone_of(&f, pfn)->nid;
}

static int try(const char *name, size_t size, size_t align, u32 flags)
{
	struct sb_slab_config config = {
		.name = name, .size = size, .align = align, .flags = flags
	};

	return slab_host_try(&h, &f, &config);
}

static void values_that_are_refused(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);
	struct slab_host other;

	boot();
	EXPECT_EQ(try(NULL, 64, 0, 0), -EINVAL);
	EXPECT_EQ(try("", 64, 0, 0), -EINVAL);
	EXPECT_EQ(try("a", 0, 0, 0), -EINVAL);
	EXPECT_EQ(try("a", SB_SLAB_MAX_BYTES, 0, 0), -EINVAL);
	EXPECT_EQ(try("a", SB_SLAB_MAX_BYTES - 8, 0, 0), -EINVAL);
	EXPECT_EQ(try("a", ~(size_t)0, 0, 0), -EINVAL);
	EXPECT_EQ(try("a", 64, 24, 0), -EINVAL);
	EXPECT_EQ(try("a", 64, 2 * SB_PAGE_SIZE, 0), -EINVAL);
	EXPECT_EQ(try("a", 64, 0, 1u << 31), -EINVAL);
	EXPECT_EQ(sb_slab_cache_create(&h.cache, &f.inst,
				       &(struct sb_slab_config){ .name = "a", .size = 8 }, NULL, 0),
		  -EINVAL);
	slab_host_create(&other, &f, "a", 64, 0);
	EXPECT_EQ(try("a", 64, 0, 0), -EEXIST);
	EXPECT_EQ(try("b", SB_SLAB_MAX_BYTES - 128, 0, 0), 0);
	slab_host_destroy(&h);
	slab_host_destroy(&other);
	f.inst.reach.span = NULL;
	EXPECT_EQ(try("a", 64, 0, 0), -EOPNOTSUPP);
	fixture_exit(&f);
	EXPECT_EQ(fixture_init(&f, &cfg), 0);
	EXPECT_EQ(try("a", 64, 0, 0), -ENODEV);
	fixture_drop(&f);
}

/*
 * calculate_order() of Linux 6.12 for 4 KiB pages, slub_max_order 3 and 4 present
 * CPUs; and what the header makes of it.
 */
static void orders_are_those_of_linux(void)
{
	static const struct {
		u32 size;
		int linux_order;
		int order;
	} table[] = {
		{ 8, 0, 0 },	       { 16, 0, 0 },	{ 32, 0, 0 },	 { 64, 0, 0 },
		{ 96, 0, 0 },	       { 128, 0, 0 },	{ 192, 0, 0 },	 { 256, 0, 0 },
		{ 264, 1, 1 },	       { 320, 1, 1 },	{ 384, 1, 1 },	 { 448, 1, 1 },
		{ 512, 1, 1 },	       { 576, 2, 2 },	{ 640, 2, 2 },	 { 704, 2, 2 },
		{ 832, 2, 2 },	       { 1000, 2, 2 },	{ 1024, 2, 2 },	 { 1088, 3, 3 },
		{ 1536, 3, 3 },	       { 2048, 3, 3 },	{ 3072, 3, 3 },	 { 4096, 3, 3 },
		{ 5000, 3, 3 },	       { 8192, 3, 3 },	{ 10240, 3, 3 }, { 16384, 3, 3 },
		{ 20000, 3, 3 },       { 32760, 3, 4 }, { 32768, 3, 4 }, { 40000, 4, 4 },
		{ 65536, 4, -EINVAL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		EXPECT_EQ(sb_slab_cache_order(table[i].size, 4), table[i].order);
		if (table[i].size < 20000)
			EXPECT_EQ(table[i].order, table[i].linux_order);
	}
	/* More CPUs want more objects. */
	EXPECT_EQ(sb_slab_cache_order(256, 1), 0);
	EXPECT_EQ(sb_slab_cache_order(512, 1), 1);
	EXPECT_EQ(sb_slab_cache_order(256, 16), 1);
}

/* With the header, that is. */
static void waste_is_bounded(void)
{
	u32 size;

	for (size = 8; size <= 4096; size += 8) {
		int order = sb_slab_cache_order(size, 4);
		u32 header, bytes = (u32)SB_PAGE_SIZE << order;

		EXPECT(order >= 0 && order <= 3);
		header = sb_slab_page_header(size, (unsigned int)order);
		EXPECT(bytes - header / size * size <= bytes / 6);
		EXPECT(header / size >= 4);
	}
}

static void sizes_and_alignment(void)
{
	static const struct {
		size_t size;
		size_t align;
		u32 flags;
		u32 want_size;
		u32 want_align;
	} table[] = {
		{ 1, 0, 0, 8, 8 },
		{ 20, 0, 0, 24, 8 },
		{ 20, 64, 0, 64, 64 },
		{ 100, 0, SB_SLAB_HWCACHE_ALIGN, 128, 64 },
		{ 20, 0, SB_SLAB_HWCACHE_ALIGN, 32, 32 },
		{ 10, 0, SB_SLAB_HWCACHE_ALIGN, 16, 16 },
		{ 10, 128, SB_SLAB_HWCACHE_ALIGN, 128, 128 },
		{ 3000, 4096, 0, 4096, 4096 },
	};
	unsigned int i, k;
	void *objs[10];

	boot();
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		EXPECT_EQ(try("a", table[i].size, table[i].align, table[i].flags), 0);
		EXPECT_EQ(h.cache.size, table[i].want_size);
		EXPECT_EQ(h.cache.align, table[i].want_align);
		EXPECT_EQ(h.cache.object_size, table[i].size);
		for (k = 0; k < ARRAY_SIZE(objs); k++) {
			objs[k] = take(SB_NID_ANY);
			EXPECT_EQ(((u8 *)objs[k] - f.memory[0]) % table[i].want_align, 0);
		}
		EXPECT_EQ(sb_slab_free_bulk(&h.cache, ARRAY_SIZE(objs), objs), 0);
		slab_host_destroy(&h);
	}
	shut_down();
}

static void slabs_are_coloured(void)
{
	unsigned long seen[4], inside;
	struct sb_slab *slab;
	void *objs[4][100];
	u32 index, i, k;

	boot();
	/* 5 objects of 704 bytes leave room for several lines. */
	slab_host_create(&h, &f, "a", 5 * 704, SB_SLAB_COLOUR);
	EXPECT(h.cache.colours > 3);
	for (i = 0; i < 4; i++) {
		for (k = 0, slab = NULL; !slab || k < slab->nr; k++) {
			objs[i][k] = take(0);
			EXPECT_EQ(sb_slab_page_find(&f.inst, objs[i][k], &slab, &index), 0);
			EXPECT_EQ(index, k);
			memset(objs[i][k], 1, 5 * 704);
		}
		inside = (unsigned long)((u8 *)objs[i][0] - slab->base);
		EXPECT_EQ(inside, i * 64);
		seen[i] = k;
	}
	CHECK(&f);
	for (i = 0; i < 4; i++) {
		for (k = 0; k < seen[i]; k++) {
			EXPECT_EQ(sb_slab_free(&h.cache, (u8 *)objs[i][k] + 64), -EINVAL);
			if (k)
				EXPECT_EQ(sb_slab_free(&h.cache, (u8 *)objs[i][k] - 64), -EINVAL);
			/* From the array that others are flushed from, too. */
			give(objs[i][k]);
			EXPECT_EQ(sb_slab_free(&h.cache, objs[i][k]), -EALREADY);
		}
	}
	slab_host_destroy(&h);
	slab_host_create(&h, &f, "b", 5 * 704, 0);
	EXPECT_EQ(h.cache.colours, 1);
	slab_host_destroy(&h);
	shut_down();
}

static unsigned int constructed;

static void construct(void *obj)
{
	constructed++;
	memset(obj, 0x77, 40);
}

static void constructed_once_while_it_is_kept(void)
{
	struct sb_slab_config config = { .name = "a", .size = 40, .ctor = construct };
	void *obj, *again;
	u8 *byte;

	boot();
	constructed = 0;
	EXPECT_EQ(slab_host_try(&h, &f, &config), 0);
	obj = take(SB_NID_ANY);
	EXPECT_EQ(constructed, h.cache.header / h.cache.size);
	byte = obj;
	EXPECT_EQ(byte[0], 0x77);
	byte[0] = 1;
	give(obj);
	EXPECT_EQ(sb_slab_alloc(&h.cache, SB_GFP_KERNEL | SB_GFP_ZERO, SB_NID_ANY, &again),
		  -EINVAL);
	EXPECT(take(SB_NID_ANY) == obj);
	EXPECT_EQ(byte[0], 1);
	EXPECT_EQ(byte[39], 0x77);
	give(obj);
	slab_host_destroy(&h);
	EXPECT_EQ(constructed, h.cache.header / h.cache.size);
	shut_down();
}

static void constructed_anew_when_poisoned(void)
{
	struct sb_slab_config config = {
		.name = "a", .size = 40, .flags = SB_SLAB_POISON, .ctor = construct
	};
	u8 *obj;

	boot();
	constructed = 0;
	EXPECT_EQ(slab_host_try(&h, &f, &config), 0);
	obj = take(SB_NID_ANY);
	EXPECT_EQ(constructed, 1);
	obj[3] = 1;
	give(obj);
	EXPECT(take(SB_NID_ANY) == obj);
	EXPECT_EQ(constructed, 2);
	EXPECT_EQ(obj[3], 0x77);
	EXPECT_EQ(obj[39], 0x77);
	give(obj);
	slab_host_destroy(&h);
	EXPECT_EQ(unit_warnings, 0);
	shut_down();
}

static void slabs_are_kept_by_node(void)
{
	void *objs[40];
	int i;

	boot_nodes();
	slab_host_create(&h, &f, "a", 256, 0);
	for (i = 0; i < 40; i++) {
		objs[i] = take(i % 2);
		EXPECT_EQ(node_of(objs[i]), i % 2);
	}
	EXPECT_EQ(h.cache.node[0].nr_slabs, 2);
	EXPECT_EQ(h.cache.node[1].nr_slabs, 2);
	CHECK(&f);
	/* The other node's objects come and go by another way, as sure as these. */
	for (i = 0; i < 40; i++) {
		give(objs[i]);
		EXPECT_EQ(sb_slab_free(&h.cache, objs[i]), -EALREADY);
		EXPECT_EQ(sb_slab_free(&h.cache, (u8 *)objs[i] + 8), -EINVAL);
	}
	CHECK(&f);
	objs[0] = take(1);
	EXPECT_EQ(node_of(objs[0]), 1);
	give(objs[0]);
	slab_host_destroy(&h);
	shut_down();
}

static void a_node_without_memory_is_helped_unless_it_must_not(void)
{
	static void *objs[4096];
	unsigned long nr = 0;
	void *obj;

	boot_nodes();
	slab_host_create(&h, &f, "a", 2048, 0);
	while (nr < ARRAY_SIZE(objs) &&
	       !sb_slab_alloc(&h.cache, SB_GFP_KERNEL | SB_GFP_THISNODE, 1, &objs[nr])) {
		EXPECT_EQ(node_of(objs[nr]), 1);
		nr++;
	}
	EXPECT(nr > 1500 && nr < ARRAY_SIZE(objs));
	EXPECT_EQ(sb_slab_alloc(&h.cache, SB_GFP_KERNEL | SB_GFP_THISNODE, 1, &obj), -ENOMEM);
	EXPECT_EQ(sb_slab_alloc(&h.cache, SB_GFP_KERNEL, 1, &obj), 0);
	EXPECT_EQ(node_of(obj), 0);
	give(obj);
	EXPECT_EQ(sb_slab_free_bulk(&h.cache, nr, objs), 0);
	slab_host_destroy(&h);
	shut_down();
}

/* When no slab can be made, objects of any node will do. */
static void other_nodes_partial_slabs_are_the_last_resort(void)
{
	void *obj, *kept;

	boot_nodes();
	slab_host_create(&h, &f, "a", 256, 0);
	kept = take(0);
	fixture_fill(&f);
	EXPECT_EQ(sb_slab_alloc(&h.cache, SB_GFP_KERNEL | SB_GFP_THISNODE, 1, &obj), -ENOMEM);
	EXPECT_EQ(sb_slab_alloc(&h.cache, SB_GFP_KERNEL, 1, &obj), 0);
	EXPECT_EQ(node_of(obj), 0);
	give(obj);
	give(kept);
	slab_host_destroy(&h);
	shut_down();
}

static void shrinking_gives_slabs_back(void)
{
	static void *objs[640];
	unsigned long nr, slabs, i;

	boot();
	slab_host_create(&h, &f, "a", 64, 0);
	EXPECT_EQ(sb_slab_alloc_bulk(&h.cache, SB_GFP_KERNEL, ARRAY_SIZE(objs), objs), 0);
	slabs = slab_host_slabs(&h.cache);
	EXPECT(slabs >= 10);
	for (i = 1; i < ARRAY_SIZE(objs); i++)
		give(objs[i]);
	nr = slab_host_blocks(&f);
	EXPECT(nr > 1 && nr < slabs);
	EXPECT_EQ(sb_slab_cache_shrink(&h.cache), nr - 1);
	EXPECT_EQ(slab_host_blocks(&f), 1);
	EXPECT_EQ(sb_slab_cache_shrink_all(&f.inst), 0);
	CHECK(&f);
	give(objs[0]);
	EXPECT_EQ(sb_slab_cache_shrink_all(&f.inst), 1);
	EXPECT_EQ(slab_host_blocks(&f), 0);
	/* It goes on as before. */
	objs[0] = take(SB_NID_ANY);
	objs[1] = take(SB_NID_ANY);
	give(objs[0]);
	give(objs[1]);
	EXPECT_EQ(sb_slab_cpu_nr(h.cache.cpu[0]), h.cache.batch + 1);
	slab_host_destroy(&h);
	shut_down();
}

static void destroying_names_what_is_in_use(void)
{
	void *objs[3];

	boot();
	slab_host_create(&h, &f, "a", 64, 0);
	EXPECT_EQ(sb_slab_alloc_bulk(&h.cache, SB_GFP_KERNEL, 3, objs), 0);
	give(objs[0]);
	EXPECT_EQ(sb_slab_cache_destroy(&h.cache), -EBUSY);
	EXPECT_STR(unit_last_warning, "test: a: not destroyed, 2 objects are in use\n");
	EXPECT_EQ(unit_warnings, 3);
	give(objs[2]);
	CHECK(&f);
	unit_warnings = 0;
	EXPECT_EQ(sb_slab_cache_in_use(&h.cache), 1);
	EXPECT_EQ(unit_warnings, 2);
	give(objs[1]);
	slab_host_destroy(&h);
	shut_down();
}

static void what_fails_leaves_nothing(void)
{
	void *obj;

	boot();
	slab_host_create(&h, &f, "a", 2048, 0);
	fixture_fill(&f);
	EXPECT_EQ(sb_slab_alloc(&h.cache, SB_GFP_KERNEL, SB_NID_ANY, &obj), -ENOMEM);
	EXPECT_EQ(slab_host_slabs(&h.cache), 0);
	CHECK(&f);
	fixture_free_run(&f, f.inst.map.base_pfn + 1024, 8);
	EXPECT_EQ(slab_host_blocks(&f), 0);
	obj = take(SB_NID_ANY);
	CHECK(&f);
	give(obj);
	slab_host_destroy(&h);
	shut_down();
}

static void *no_span(void *ctx, unsigned long pfn, unsigned long nr_pages)
{
	(void)ctx;
	(void)pfn;
	(void)nr_pages;
	return NULL;
}

static void memory_that_is_not_reached_is_no_slab(void)
{
	void *(*span)(void *ctx, unsigned long pfn, unsigned long nr_pages);
	void *obj;

	boot();
	span = f.inst.reach.span;
	f.inst.reach.span = no_span;
	slab_host_create(&h, &f, "a", 2048, 0);
	EXPECT_EQ(h.cache.window_bytes, 0);
	EXPECT_EQ(sb_slab_alloc(&h.cache, SB_GFP_KERNEL, SB_NID_ANY, &obj), -ENOMEM);
	EXPECT_EQ(slab_host_blocks(&f), 0);
	CHECK(&f);
	/* Reached, but by no window: all goes the longer way. */
	f.inst.reach.span = span;
	obj = take(SB_NID_ANY);
	EXPECT(!sb_slab_put(&h.cache, obj));
	give(obj);
	EXPECT_EQ(sb_slab_free(&h.cache, obj), -EALREADY);
	EXPECT(sb_slab_take(&h.cache) == obj);
	give(obj);
	slab_host_destroy(&h);
	shut_down();
}

/* Descriptors of a block that was added go with it, and a window would outlive them. */
static void memory_that_was_added_is_in_no_window(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.section_bytes = 4 * MiB;
	fixture_boot(&f, &cfg);
	slab_host_create(&h, &f, "a", 64, 0);
	EXPECT(h.cache.window_bytes > 12 * MiB);
	slab_host_destroy(&h);
	EXPECT_EQ(sb_hotplug_offline(&f.inst, BASE, 4 * MiB, NULL), 0);
	EXPECT_EQ(sb_hotplug_remove(&f.inst, BASE, 4 * MiB), 0);
	EXPECT_EQ(sb_hotplug_add(&f.inst, BASE, 4 * MiB, 0), 0);
	EXPECT_EQ(sb_hotplug_online(&f.inst, BASE, 4 * MiB, SB_ONLINE_KERNEL), 0);
	slab_host_create(&h, &f, "a", 64, 0);
	EXPECT_EQ(h.cache.window_bytes, 0);
	slab_host_destroy(&h);
	shut_down();
}

static void the_checker_sees_what_is_broken(void)
{
	char text[4096] = "";
	struct sb_out out = { .text = text, .size = sizeof(text) };
	struct sb_slab *slab;
	u32 index;
	void *obj;

	boot();
	slab_host_create(&h, &f, "a", 64, 0);
	obj = take(SB_NID_ANY);
	give(take(SB_NID_ANY));
	EXPECT_EQ(sb_slab_page_find(&f.inst, obj, &slab, &index), 0);
	EXPECT_EQ(sb_slab_check(&f.inst, &out), 0);
	slab->nr_free++;
	EXPECT(sb_slab_check(&f.inst, &out) > 0);
	slab->nr_free--;
	slab->state[slab->nr - 1] = SB_SLAB_USED;
	EXPECT(sb_slab_check(&f.inst, &out) > 0);
	slab->state[slab->nr - 1] = 9;
	EXPECT(sb_slab_check(&f.inst, &out) > 0);
	slab->state[slab->nr - 1] = SB_SLAB_FREE;
	h.cache.node[0].nr_free++;
	EXPECT(sb_slab_check(&f.inst, &out) > 0);
	h.cache.node[0].nr_free--;
	sb_page_clear_slab(sb_memmap_page(&f.inst.map, slab->pfn));
	EXPECT(sb_slab_check(&f.inst, &out) > 0);
	sb_memmap_page(&f.inst.map, slab->pfn)->next_order = h.cache.page_word;
	h.cache.cpu[0]->top--;
	EXPECT(sb_slab_check(&f.inst, &out) > 0);
	h.cache.cpu[0]->top++;
	EXPECT_EQ(sb_slab_check(&f.inst, &out), 0);
	give(obj);
	slab_host_destroy(&h);
	shut_down();
}

static void reclaimable_and_dma_slabs(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);
	void *obj;

	cfg.dma_bytes = 4 * MiB;
	fixture_boot(&f, &cfg);
	slab_host_create(&h, &f, "a", 64, SB_SLAB_DMA);
	obj = slab_host_alloc(&h, SB_GFP_KERNEL | SB_GFP_DMA, SB_NID_ANY);
	EXPECT_EQ(fixture_zone_of(&f, f.inst.reach.pfn(&f, obj))->type, SB_ZONE_DMA);
	give(obj);
	slab_host_destroy(&h);
	slab_host_create(&h, &f, "a", 64, SB_SLAB_RECLAIMABLE);
	obj = take(SB_NID_ANY);
	EXPECT_EQ(sb_page_type(sb_memmap_page(&f.inst.map, f.inst.reach.pfn(&f, obj))),
		  SB_RECLAIMABLE);
	give(obj);
	slab_host_destroy(&h);
	shut_down();
}

UNIT_MAIN(UNIT_CASE(values_that_are_refused), UNIT_CASE(orders_are_those_of_linux),
	  UNIT_CASE(waste_is_bounded), UNIT_CASE(sizes_and_alignment),
	  UNIT_CASE(slabs_are_coloured), UNIT_CASE(constructed_once_while_it_is_kept),
	  UNIT_CASE(constructed_anew_when_poisoned), UNIT_CASE(slabs_are_kept_by_node),
	  UNIT_CASE(a_node_without_memory_is_helped_unless_it_must_not),
	  UNIT_CASE(other_nodes_partial_slabs_are_the_last_resort),
	  UNIT_CASE(shrinking_gives_slabs_back), UNIT_CASE(destroying_names_what_is_in_use),
	  UNIT_CASE(what_fails_leaves_nothing), UNIT_CASE(memory_that_is_not_reached_is_no_slab),
	  UNIT_CASE(memory_that_was_added_is_in_no_window),
	  UNIT_CASE(the_checker_sees_what_is_broken), UNIT_CASE(reclaimable_and_dma_slabs))
