// SPDX-License-Identifier: GPL-2.0-only
/* Random work on caches, against a plain list of what is in use and what it holds. */
#include "slab_host.h"

#define BASE 0x80000000ull
#define MOST 600
#define CACHES 6

struct live {
	u8 *obj;
	unsigned int cache;
	u8 byte;
};

static struct fixture f;
static struct slab_host hosts[CACHES];
static struct live live[MOST];
static unsigned int nr_live;
static u64 seed;

static const struct {
	const char *name;
	size_t size;
	u32 flags;
} caches[CACHES] = {
	{ "small", 24, 0 },
	{ "middle", 200, SB_SLAB_COLOUR },
	{ "coloured", 3 * 704, SB_SLAB_COLOUR },
	{ "large", 4096, SB_SLAB_RECLAIMABLE },
	{ "watched", 100, SB_SLAB_DEBUG },
	{ "aligned", 40, SB_SLAB_HWCACHE_ALIGN | SB_SLAB_RED_ZONE },
};

static void boot(void)
{
	struct sb_config cfg = fixture_config(BASE, 2 * MiB);
	unsigned int i;

	cfg.nr_cpus = 2;
	fixture_add_bank(&cfg, BASE + 16 * MiB, 2 * MiB, 1);
	fixture_boot(&f, &cfg);
	for (i = 0; i < CACHES; i++)
		slab_host_create(&hosts[i], &f, caches[i].name, caches[i].size, caches[i].flags);
	nr_live = 0;
}

static void alloc_one(void)
{
	unsigned int which = (unsigned int)unit_below(&seed, CACHES);
	struct live *new = &live[nr_live];
	int nid = (int)unit_below(&seed, 3) - 1;
	u32 gfp = unit_below(&seed, 2) ? SB_GFP_KERNEL : SB_GFP_ATOMIC;
	bool zero = unit_below(&seed, 4) == 0;
	size_t i;

	if (nr_live == MOST)
		return;
	new->obj = slab_host_alloc(&hosts[which], zero ? gfp | SB_GFP_ZERO : gfp, nid);
	if (!new->obj)
		return;
	new->cache = which;
	new->byte = (u8)unit_random(&seed);
	for (i = 0; zero && i < caches[which].size; i++)
		EXPECT_EQ(new->obj[i], 0);
	memset(new->obj, new->byte, caches[which].size);
	nr_live++;
}

static void free_one(void)
{
	unsigned int pick = (unsigned int)unit_below(&seed, nr_live + 1);
	struct live *old = &live[pick];
	struct sb_slab_cache *cache;
	size_t i;

	if (pick == nr_live)
		return;
	cache = &hosts[old->cache].cache;
	for (i = 0; i < caches[old->cache].size; i++)
		if (old->obj[i] != old->byte)
			unit_fail(__FILE__, __LINE__, "%s: byte %zu is %#x, not %#x", cache->name,
				  i, old->obj[i], old->byte);
	EXPECT_EQ(sb_slab_free(cache, old->obj), 0);
	if (unit_below(&seed, 4) == 0)
		EXPECT(sb_slab_free(cache, old->obj) != 0);
	*old = live[--nr_live];
}

/* Whatever the address, only what is in use of that very cache is taken back. */
static void free_nonsense(void)
{
	struct live *near = &live[unit_below(&seed, nr_live + 1)];
	unsigned int which = (unsigned int)unit_below(&seed, CACHES);
	u8 *addr = f.memory[unit_below(&seed, 2)] + unit_below(&seed, 2 * MiB);
	unsigned int i;

	if (near < live + nr_live && unit_below(&seed, 2))
		addr = near->obj + unit_below(&seed, 8192) - 4096;
	for (i = 0; i < nr_live; i++)
		if (live[i].obj == addr && live[i].cache == which)
			return;
	EXPECT(sb_slab_free(&hosts[which].cache, addr) != 0);
}

static void step(void)
{
	u64 what = unit_below(&seed, 1000);
	unsigned int which = (unsigned int)unit_below(&seed, CACHES);

	sb_host_cpu = (unsigned int)unit_below(&seed, SLAB_CPUS);
	if (what < 480)
		alloc_one();
	else if (what < 930)
		free_one();
	else if (what < 980)
		free_nonsense();
	else if (what < 985)
		sb_slab_cache_shrink(&hosts[which].cache);
	else if (what < 990)
		sb_slab_cache_drain_cpu(&f.inst, sb_host_cpu);
	else if (what < 992)
		EXPECT(nr_live == 0 || sb_slab_cache_shrink_all(&f.inst) < 1000);
	else if (what < 994)
		while (nr_live > MOST / 10)
			free_one();
}

static void check_counts(void)
{
	unsigned long used[CACHES] = { 0 }, slabs = 0;
	unsigned int i;

	for (i = 0; i < nr_live; i++)
		used[live[i].cache]++;
	for (i = 0; i < CACHES; i++) {
		const struct sb_slab_cache *cache = &hosts[i].cache;
		unsigned long objects = 0, free = 0;
		unsigned int n;

		slabs += slab_host_slabs(cache);
		for (n = 0; n < SB_MAX_NODES; n++) {
			objects += cache->node[n].nr_objects;
			free += cache->node[n].nr_free;
		}
		for (n = 0; n < SLAB_CPUS; n++)
			free += sb_slab_cpu_nr(sb_slab_cpu_at(cache, n));
		EXPECT_EQ(objects - free, used[i]);
	}
	EXPECT_EQ(slab_host_blocks(&f), slabs);
}

static void random_work(void)
{
	unsigned long n = unit_iterations(4000), i;

	seed = unit_seed();
	boot();
	for (i = 0; i < n; i++) {
		step();
		if (i % 8 == 0) {
			CHECK(&f);
			check_counts();
		}
	}
	while (nr_live)
		free_one();
	sb_host_cpu = 0;
	EXPECT_EQ(f.inst.debug.found[SB_FINDING_OBJECT_WRITE], 0);
	EXPECT_EQ(f.inst.debug.found[SB_FINDING_OBJECT_OVERRUN], 0);
	for (i = 0; i < CACHES; i++)
		slab_host_destroy(&hosts[i]);
	EXPECT_EQ(slab_host_blocks(&f), 0);
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(random_work))
