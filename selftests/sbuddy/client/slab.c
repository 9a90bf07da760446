// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "client.h"

#define NR_OBJECTS 200
#define NR_KEPT 5
#define MARK 0x600d600d

/* Made by the constructor, and left so. */
struct made {
	u32 mark;
	u32 rest[9];
};

static struct sbuddy_cache *plain, *made, *red, *poisoned, *kept;
static void *kept_objs[NR_KEPT];
/* Of the test that runs: there is one at a time. */
static void *objs[NR_OBJECTS];

static void make(void *obj)
{
	struct made *mem = obj;

	mem->mark = MARK;
}

static int create(struct sbuddy *sb, struct sbuddy_cache **cache, const char *name, size_t size,
		  u32 flags, void (*ctor)(void *obj))
{
	*cache = sbuddy_cache_create(sb, name, size, 0, flags, ctor);
	return PTR_ERR_OR_ZERO(*cache);
}

static int create_all(struct sbuddy *sb)
{
	const struct {
		struct sbuddy_cache **cache;
		const char *name;
		size_t size;
		u32 flags;
		void (*ctor)(void *obj);
	} wanted[] = {
		{ &plain, "client-64", 64 },
		{ &made, "client-made", sizeof(struct made), 0, make },
		{ &red, "client-red", 60, SBUDDY_CACHE_RED_ZONE | SBUDDY_CACHE_OWNER },
		{ &poisoned, "client-poison", 100, SBUDDY_CACHE_POISON },
		{ &kept, "client-kept", 100, SBUDDY_CACHE_OWNER },
	};
	size_t i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(wanted) && !err; i++)
		err = create(sb, wanted[i].cache, wanted[i].name, wanted[i].size, wanted[i].flags,
			     wanted[i].ctor);
	return err;
}

int slab_open(struct sbuddy *sb)
{
	int err = create_all(sb);

	/* Of a dry instance: that is for a test to see. */
	if (err == -EOPNOTSUPP)
		return 0;
	if (!err && sbuddy_cache_alloc_bulk(kept, GFP_KERNEL, NR_KEPT, kept_objs) != NR_KEPT)
		err = -ENOMEM;
	if (err)
		slab_close();
	return err;
}

void slab_close(void)
{
	unsigned int i;

	for (i = 0; i < NR_KEPT; i++)
		sbuddy_cache_free(kept, kept_objs[i]);
	sbuddy_cache_destroy(kept);
	sbuddy_cache_destroy(poisoned);
	sbuddy_cache_destroy(red);
	sbuddy_cache_destroy(made);
	sbuddy_cache_destroy(plain);
}

/* Allocates @nr objects, or the test has failed. */
static unsigned int fill(struct run *run, struct sbuddy_cache *cache, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		objs[i] = sbuddy_cache_alloc(cache, run->gfp);
		if (!EXPECT(run, objs[i]))
			break;
	}
	return i;
}

static void drop(struct run *run, struct sbuddy_cache *cache, unsigned int nr)
{
	while (nr--)
		EXPECT_EQ(run, sbuddy_cache_free(cache, objs[nr]), 0);
}

static void test_objects(struct run *run)
{
	unsigned int nr = fill(run, plain, NR_OBJECTS), i;

	for (i = 0; i < nr; i++)
		memset(objs[i], i, 64);
	for (i = 0; i < nr; i++)
		EXPECT(run, !memchr_inv(objs[i], i, 64));
	for (i = 0; i < nr; i++)
		EXPECT(run, sbuddy_virt_to_pfn(run->sb, objs[i]) != SBUDDY_PFN_NONE);
	drop(run, plain, nr);
	EXPECT_EQ(run, sbuddy_cache_free(plain, NULL), 0);
}

static void test_zero(struct run *run)
{
	unsigned int i;
	u8 *obj;

	for (i = 0; i < 4; i++) {
		obj = sbuddy_cache_alloc(plain, run->gfp | __GFP_ZERO);
		if (!EXPECT(run, obj))
			return;
		EXPECT(run, !memchr_inv(obj, 0, 64));
		memset(obj, 0xff, 64);
		EXPECT_EQ(run, sbuddy_cache_free(plain, obj), 0);
	}
}

static void test_bulk(struct run *run)
{
	size_t nr = sbuddy_cache_alloc_bulk(plain, run->gfp, NR_OBJECTS, objs);

	if (EXPECT_EQ(run, nr, NR_OBJECTS))
		EXPECT_EQ(run, sbuddy_cache_free_bulk(plain, nr, objs), 0);
}

static void test_wrong(struct run *run)
{
	void *page = sbuddy_get_free_pages(run->sb, run->gfp, 0);

	if (!fill(run, plain, 1))
		return;
	EXPECT_EQ(run, sbuddy_cache_free(plain, objs[0] + 8), -EINVAL);
	EXPECT_EQ(run, sbuddy_cache_free(made, objs[0]), -EPERM);
	EXPECT_EQ(run, sbuddy_cache_free(plain, run), -ERANGE);
	EXPECT_EQ(run, sbuddy_kfree(run->sb, objs[0]), -EPERM);
	EXPECT_EQ(run, sbuddy_ksize(run->sb, objs[0]), 0);
	EXPECT_EQ(run, sbuddy_cache_free(plain, page), -ENOENT);
	EXPECT_EQ(run, sbuddy_free_pages_addr(run->sb, page, 0), 0);
	EXPECT_EQ(run, sbuddy_cache_free(plain, objs[0]), 0);
	EXPECT_EQ(run, sbuddy_cache_free(plain, objs[0]), -EALREADY);
}

static void test_gfp(struct run *run)
{
	gfp_t gfp = run->gfp | __GFP_NOWARN;

	EXPECT(run, !sbuddy_cache_alloc(plain, gfp | __GFP_HIGHMEM));
	EXPECT(run, !sbuddy_cache_alloc(plain, gfp | __GFP_MOVABLE));
	EXPECT(run, !sbuddy_cache_alloc(plain, gfp | __GFP_DMA));
	EXPECT(run, !sbuddy_cache_alloc(made, gfp | __GFP_ZERO));
	EXPECT(run, !sbuddy_cache_alloc_node(plain, gfp, 99));
	EXPECT(run, !sbuddy_kmalloc(run->sb, 64, gfp | __GFP_HIGHMEM));
}

static void test_ctor(struct run *run)
{
	unsigned int nr = fill(run, made, NR_OBJECTS), i;

	for (i = 0; i < nr; i++)
		EXPECT_EQ(run, ((struct made *)objs[i])->mark, MARK);
	drop(run, made, nr);
}

static void test_kmalloc(struct run *run)
{
	size_t size;
	u8 *mem;

	for (size = 1; size <= SBUDDY_KMALLOC_MAX; size += 1 + size / 3) {
		mem = sbuddy_kzalloc(run->sb, size, run->gfp);
		if (!EXPECT(run, mem))
			return;
		EXPECT(run, sbuddy_ksize(run->sb, mem) >= size);
		EXPECT(run, !memchr_inv(mem, 0, size));
		memset(mem, 0xa5, sbuddy_ksize(run->sb, mem));
		EXPECT_EQ(run, sbuddy_kfree(run->sb, mem), 0);
		EXPECT_EQ(run, sbuddy_kfree(run->sb, mem), -EALREADY);
	}
}

static void test_kmalloc_sizes(struct run *run)
{
	gfp_t gfp = run->gfp | __GFP_NOWARN;
	size_t size;
	void *mem;

	for (size = 8; size <= SBUDDY_KMALLOC_MAX; size *= 2) {
		mem = sbuddy_kmalloc(run->sb, size, gfp);
		EXPECT_EQ(run, sbuddy_ksize(run->sb, mem), size);
		EXPECT_EQ(run, (unsigned long)mem & (min_t(size_t, size, PAGE_SIZE) - 1), 0);
		EXPECT_EQ(run, sbuddy_kfree(run->sb, mem), 0);
	}
	EXPECT(run, !sbuddy_kmalloc(run->sb, 0, gfp));
	EXPECT(run, !sbuddy_kmalloc(run->sb, SBUDDY_KMALLOC_MAX + 1, gfp));
	EXPECT(run, !sbuddy_kmalloc(run->sb, SIZE_MAX, gfp));
	EXPECT_EQ(run, sbuddy_kfree(run->sb, NULL), 0);
	EXPECT_EQ(run, sbuddy_ksize(run->sb, NULL), 0);
	EXPECT_EQ(run, sbuddy_kfree(run->sb, run), -ERANGE);
}

/* client.sh looks for them in the log. */
static void test_stray(struct run *run)
{
	u8 *obj = sbuddy_cache_alloc(red, run->gfp);

	if (EXPECT(run, obj)) {
		OPTIMIZER_HIDE_VAR(obj);
		WRITE_ONCE(obj[60], 0x42);
		EXPECT_EQ(run, sbuddy_cache_free(red, obj), 0);
	}
	obj = sbuddy_cache_alloc(poisoned, run->gfp);
	if (EXPECT(run, obj)) {
		EXPECT_EQ(run, sbuddy_cache_free(poisoned, obj), 0);
		OPTIMIZER_HIDE_VAR(obj);
		WRITE_ONCE(obj[10], 0x42);
	}
	if (fill(run, poisoned, 1))
		drop(run, poisoned, 1);
}

static void test_shrink(struct run *run)
{
	unsigned long free = sbuddy_nr_free_pages(run->sb), nr;

	drop(run, plain, fill(run, plain, NR_OBJECTS));
	EXPECT(run, sbuddy_nr_free_pages(run->sb) < free);
	EXPECT(run, sbuddy_cache_shrink(plain) > 0);
	EXPECT_EQ(run, sbuddy_nr_free_pages(run->sb), free);
	EXPECT_EQ(run, sbuddy_cache_shrink(plain), 0);
	nr = fill(run, plain, 1);
	EXPECT_EQ(run, sbuddy_cache_shrink(plain), 0);
	drop(run, plain, nr);
}

static void test_destroy(struct run *run)
{
	struct sbuddy_cache *cache;
	unsigned int nr;

	if (!EXPECT_EQ(run, create(run->sb, &cache, "client-busy", 48, 0, NULL), 0))
		return;
	nr = fill(run, cache, 3);
	EXPECT_EQ(run, sbuddy_cache_destroy(cache), -EBUSY);
	EXPECT_EQ(run, sbuddy_cache_free(cache, objs[--nr]), 0);
	EXPECT_EQ(run, sbuddy_cache_destroy(cache), -EBUSY);
	drop(run, cache, nr);
	EXPECT_EQ(run, sbuddy_cache_destroy(cache), 0);
	EXPECT_EQ(run, sbuddy_cache_destroy(NULL), 0);
	EXPECT_EQ(run, sbuddy_cache_destroy(ERR_PTR(-ENOMEM)), 0);
}

static int try(struct sbuddy *sb, const char *name, size_t size, size_t align, u32 flags)
{
	struct sbuddy_cache *cache = sbuddy_cache_create(sb, name, size, align, flags, NULL);

	return IS_ERR(cache) ? PTR_ERR(cache) : sbuddy_cache_destroy(cache);
}

static void test_create(struct run *run)
{
	EXPECT_EQ(run, try(run->sb, "client-try", 1, 0, 0), 0);
	EXPECT_EQ(run, try(run->sb, "client-try", 60000, PAGE_SIZE, 0), 0);
	EXPECT_EQ(run, try(run->sb, "client-try", 64, 0, SBUDDY_CACHE_HWCACHE_ALIGN), 0);
	EXPECT_EQ(run, try(run->sb, NULL, 64, 0, 0), -EINVAL);
	EXPECT_EQ(run, try(run->sb, "", 64, 0, 0), -EINVAL);
	EXPECT_EQ(run, try(run->sb, "client-try", 0, 0, 0), -EINVAL);
	EXPECT_EQ(run, try(run->sb, "client-try", 1 << 20, 0, 0), -EINVAL);
	EXPECT_EQ(run, try(run->sb, "client-try", SIZE_MAX, 0, 0), -EINVAL);
	EXPECT_EQ(run, try(run->sb, "client-try", 64, 3, 0), -EINVAL);
	EXPECT_EQ(run, try(run->sb, "client-try", 64, 2 * PAGE_SIZE, 0), -EINVAL);
	EXPECT_EQ(run, try(run->sb, "client-try", 64, 0, ~0u), -EINVAL);
	EXPECT_EQ(run, try(run->sb, "client-64", 64, 0, 0), -EEXIST);
	EXPECT_EQ(run, try(run->sb, "kmalloc-64", 64, 0, 0), -EEXIST);
}

/* The cache alone keeps what the second client had found. */
static void test_outlives(struct run *run)
{
	struct sbuddy *again = sbuddy_get(run->name);
	struct sbuddy_cache *cache;
	unsigned int nr;
	int err;

	if (!EXPECT(run, !IS_ERR(again)))
		return;
	err = create(again, &cache, "client-late", 64, 0, NULL);
	sbuddy_put(again);
	if (!EXPECT_EQ(run, err, 0))
		return;
	nr = fill(run, cache, 1);
	drop(run, cache, nr);
	EXPECT_EQ(run, sbuddy_cache_destroy(cache), 0);
}

static void test_dry(struct run *run)
{
	void *mem = sbuddy_kmalloc(run->sb, 64, run->gfp | __GFP_NOWARN);

	EXPECT_EQ(run, !!mem, run->has_addresses);
	EXPECT_EQ(run, sbuddy_kfree(run->sb, mem), 0);
	if (run->has_addresses)
		return;
	EXPECT_EQ(run, sbuddy_kfree(run->sb, run), -EOPNOTSUPP);
	EXPECT_EQ(run, sbuddy_ksize(run->sb, run), 0);
	if (run->context == PROCESS)
		EXPECT_EQ(run, try(run->sb, "client-dry", 64, 0, 0), -EOPNOTSUPP);
}

const struct test slab_dry_tests[] = {
	{ "objects are to be had where there are addresses", test_dry, .slabs = true },
	{},
};

const struct test slab_tests[] = {
	{ "objects are allocated and freed", test_objects, .slabs = true },
	{ "objects are zeroed", test_zero, .slabs = true },
	{ "many objects at once", test_bulk, .slabs = true },
	{ "what is no object in use is not freed", test_wrong, .slabs = true },
	{ "flags that no object can have are refused", test_gfp, .slabs = true },
	{ "objects are made by their constructor", test_ctor, .slabs = true },
	{ "memory of any size, once", test_kmalloc, .slabs = true },
	{ "sizes of two's powers are aligned, none and too much refused", test_kmalloc_sizes,
	  .slabs = true },
	{ "stray writes are passed over, and told", test_stray, .slabs = true },
	{ "a cache gives back what it does not need", test_shrink, true, .slabs = true },
	{ "a cache is not destroyed while objects are in use", test_destroy, true, .slabs = true },
	{ "caches that cannot be are refused", test_create, true, .slabs = true },
	{ "a cache keeps its instance", test_outlives, true, .slabs = true },
	{},
};
