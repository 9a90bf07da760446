// SPDX-License-Identifier: GPL-2.0-only
/*
 * What objects of 64 bytes cost in an instance, and in a kmem_cache of the running
 * kernel: the same work for both, by the kernel's clock. Reading the file sbuddy_cost
 * of debugfs does it; after a line about the kernel there is one for each work:
 *
 *	WORK SBUDDY LINUX	nanoseconds for NR_PAIRS pairs, the least of some rounds
 *
 *	pair	an object is allocated and freed
 *	burst	64 are allocated, then freed in the same order
 *	random	512 are allocated, then freed in any order
 *
 * On a machine whose clock counts instructions, these are instructions.
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/utsname.h>
#include <sbuddy/sbuddy.h>
#include <sbuddy/slab.h>

#define SIZE 64
#define NR_PAIRS 32768u
#define NR_BURST 64u
#define NR_RANDOM 512u
#define NR_ROUNDS 5

static char *instance = "carveout";
module_param(instance, charp, 0444);
MODULE_PARM_DESC(instance, "name of the instance to measure");

static struct sbuddy *sb;
static struct dentry *file;
static struct sbuddy_cache *ours;
static struct kmem_cache *theirs;

/* Of the work that is done, one at a time. */
static DEFINE_MUTEX(lock);
static void *objs[NR_RANDOM];
static u16 in_turn[NR_RANDOM], at_random[NR_RANDOM];

static __always_inline void *alloc_ours(gfp_t gfp)
{
	return sbuddy_cache_alloc(ours, gfp);
}

static __always_inline void free_ours(void *obj)
{
	sbuddy_cache_free(ours, obj);
}

static __always_inline void *alloc_theirs(gfp_t gfp)
{
	return kmem_cache_alloc(theirs, gfp);
}

static __always_inline void free_theirs(void *obj)
{
	kmem_cache_free(theirs, obj);
}

/* Known where it is used, so that its functions are called directly. */
struct side {
	void *(*alloc)(gfp_t gfp);
	void (*free)(void *obj);
};

static const struct side sbuddy_side = { alloc_ours, free_ours };
static const struct side linux_side = { alloc_theirs, free_theirs };

/* Both zero what they give, or none. */
static gfp_t gfp_of_both(void)
{
	return want_init_on_alloc(GFP_KERNEL) ? GFP_KERNEL | __GFP_ZERO : GFP_KERNEL;
}

static __always_inline u64 time_pairs(const struct side *side)
{
	gfp_t gfp = gfp_of_both();
	u64 start = ktime_get_ns();
	unsigned int i;

	for (i = 0; i < NR_PAIRS; i++) {
		void *obj = side->alloc(gfp);

		if (unlikely(!obj))
			return 0;
		side->free(obj);
	}
	return ktime_get_ns() - start;
}

static __always_inline bool burst(const struct side *side, gfp_t gfp, unsigned int nr,
				  const u16 *order)
{
	unsigned int got, i;

	for (got = 0; got < nr; got++) {
		objs[got] = side->alloc(gfp);
		if (unlikely(!objs[got]))
			break;
	}
	if (unlikely(got < nr))
		order = in_turn;
	for (i = 0; i < got; i++)
		side->free(objs[order[i]]);
	return got == nr;
}

static __always_inline u64 time_bursts(const struct side *side, unsigned int nr, const u16 *order)
{
	gfp_t gfp = gfp_of_both();
	u64 start = ktime_get_ns();
	unsigned int i;

	for (i = 0; i < NR_PAIRS / nr; i++)
		if (unlikely(!burst(side, gfp, nr, order)))
			return 0;
	return ktime_get_ns() - start;
}

static noinline u64 pairs_ours(void)
{
	return time_pairs(&sbuddy_side);
}

static noinline u64 pairs_theirs(void)
{
	return time_pairs(&linux_side);
}

static noinline u64 burst_ours(void)
{
	return time_bursts(&sbuddy_side, NR_BURST, in_turn);
}

static noinline u64 burst_theirs(void)
{
	return time_bursts(&linux_side, NR_BURST, in_turn);
}

static noinline u64 random_ours(void)
{
	return time_bursts(&sbuddy_side, NR_RANDOM, at_random);
}

static noinline u64 random_theirs(void)
{
	return time_bursts(&linux_side, NR_RANDOM, at_random);
}

static const struct {
	const char *name;
	u64 (*ours)(void);
	u64 (*theirs)(void);
} works[] = {
	{ "pair", pairs_ours, pairs_theirs },
	{ "burst", burst_ours, burst_theirs },
	{ "random", random_ours, random_theirs },
};

static int cost_show(struct seq_file *seq, void *unused)
{
	size_t i;
	int round;

	mutex_lock(&lock);
	seq_printf(seq, "Linux %s %s%s%s%s%s\n", utsname()->release, utsname()->version,
		   IS_ENABLED(CONFIG_SLUB) ? ", SLUB" : "",
		   IS_ENABLED(CONFIG_SLAB_FREELIST_HARDENED) ? ", SLAB_FREELIST_HARDENED" : "",
		   IS_ENABLED(CONFIG_MEMCG_KMEM) ? ", MEMCG_KMEM" : "",
		   want_init_on_alloc(GFP_KERNEL) ? ", init_on_alloc=1" : ", init_on_alloc=0");
	for (i = 0; i < ARRAY_SIZE(works); i++) {
		u64 least_ours = U64_MAX, least_theirs = U64_MAX;

		for (round = 0; round < NR_ROUNDS; round++) {
			least_ours = min(least_ours, works[i].ours());
			least_theirs = min(least_theirs, works[i].theirs());
		}
		seq_printf(seq, "%s %llu %llu\n", works[i].name, least_ours, least_theirs);
	}
	mutex_unlock(&lock);
	return 0;
}

DEFINE_SHOW_ATTRIBUTE(cost);

/* A shuffle that is the same each time. */
static void choose_order(void)
{
	u32 seed = 1;
	unsigned int i;

	for (i = 0; i < NR_RANDOM; i++) {
		in_turn[i] = i;
		at_random[i] = i;
	}
	for (i = NR_RANDOM - 1; i; i--) {
		seed = seed * 1664525 + 1013904223;
		swap(at_random[i], at_random[(seed >> 16) % (i + 1)]);
	}
}

static int __init cost_init(void)
{
	int err = -ENOMEM;

	sb = sbuddy_get(instance);
	if (IS_ERR(sb))
		return PTR_ERR(sb);
	choose_order();
	theirs = kmem_cache_create("sbuddy-cost", SIZE, 0, 0, NULL);
	if (!theirs)
		goto err_put;
	ours = sbuddy_cache_create(sb, "cost", SIZE, 0, 0, NULL);
	err = PTR_ERR_OR_ZERO(ours);
	if (err)
		goto err_theirs;
	file = debugfs_create_file("sbuddy_cost", 0400, NULL, NULL, &cost_fops);
	return 0;

err_theirs:
	kmem_cache_destroy(theirs);
err_put:
	sbuddy_put(sb);
	return err;
}

static void __exit cost_exit(void)
{
	debugfs_remove(file);
	sbuddy_cache_destroy(ours);
	kmem_cache_destroy(theirs);
	sbuddy_put(sb);
}

module_init(cost_init);
module_exit(cost_exit);

MODULE_DESCRIPTION("What objects cost in sbuddy and in Linux");
MODULE_AUTHOR("The sbuddy developers");
MODULE_LICENSE("GPL");
