// SPDX-License-Identifier: GPL-2.0-only
/* Many CPUs on one cache, while somebody shrinks and checks it. */
#include <time.h>

#include "slab_host.h"

#define BASE 0x80000000ull
#define HELD 200

static struct fixture f;
static struct slab_host plain, watched;
static void *handed[SLAB_CPUS]; /* objects that the next CPU is to free */
static unsigned int running;

struct mine {
	void *obj;
	struct slab_host *host;
};

static void free_one(struct mine *mine, unsigned long mark)
{
	if (!mine->obj)
		return;
	EXPECT_EQ(*(unsigned long *)mine->obj, mark);
	*(unsigned long *)mine->obj = 0;
	EXPECT_EQ(sb_slab_free(&mine->host->cache, mine->obj), 0);
	mine->obj = NULL;
}

static void hand_on(void)
{
	void *obj = slab_host_alloc(&plain, SB_GFP_KERNEL, SB_NID_ANY);
	void *other =
		__atomic_exchange_n(&handed[(sb_host_cpu + 1) % SLAB_CPUS], obj, __ATOMIC_ACQ_REL);

	/* Nobody took the one before: it goes back here. */
	if (other)
		EXPECT_EQ(sb_slab_free(&plain.cache, other), 0);
	other = __atomic_exchange_n(&handed[sb_host_cpu], NULL, __ATOMIC_ACQ_REL);
	if (other)
		EXPECT_EQ(sb_slab_free(&plain.cache, other), 0);
}

static void *work(void *arg)
{
	struct mine mine[HELD] = { 0 };
	unsigned long n = unit_iterations(60000), i, mark;
	u64 seed = 88172645463325252ull + (unsigned long)arg;

	sb_host_cpu = (unsigned int)(unsigned long)arg;
	mark = sb_host_cpu + 1;
	for (i = 0; i < n; i++) {
		struct mine *one = &mine[unit_below(&seed, HELD)];

		if (one->obj) {
			free_one(one, mark);
			continue;
		}
		one->host = unit_below(&seed, 8) ? &plain : &watched;
		one->obj = slab_host_alloc(one->host, SB_GFP_KERNEL, SB_NID_ANY);
		if (one->obj)
			*(unsigned long *)one->obj = mark;
		if (i % 64 == 0)
			hand_on();
	}
	for (i = 0; i < HELD; i++)
		free_one(&mine[i], mark);
	__atomic_sub_fetch(&running, 1, __ATOMIC_RELEASE);
	return NULL;
}

static void work_on_all_cpus(enum sb_engine_kind engine)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);
	pthread_t threads[SLAB_CPUS];
	unsigned long i;

	cfg.nr_cpus = SLAB_CPUS;
	cfg.pcp_at_once = false;
	if (engine == SB_ENGINE_WORD)
		fixture_use_word(&cfg);
	fixture_boot(&f, &cfg);
	slab_host_create(&plain, &f, "plain", 64, 0);
	slab_host_create(&watched, &f, "watched", 64, SB_SLAB_RED_ZONE | SB_SLAB_POISON);
	running = SLAB_CPUS;
	for (i = 0; i < SLAB_CPUS; i++)
		pthread_create(&threads[i], NULL, work, (void *)i);
	sb_host_cpu = SLAB_CPUS;
	while (__atomic_load_n(&running, __ATOMIC_ACQUIRE)) {
		struct timespec a_while = { .tv_nsec = 1000 * 1000 };

		sb_slab_cache_shrink_all(&f.inst);
		EXPECT_EQ(sb_slab_check(&f.inst, NULL), 0);
		nanosleep(&a_while, NULL);
	}
	for (i = 0; i < SLAB_CPUS; i++)
		pthread_join(threads[i], NULL);
	sb_host_cpu = 0;
	for (i = 0; i < SLAB_CPUS; i++)
		if (handed[i])
			EXPECT_EQ(sb_slab_free(&plain.cache, handed[i]), 0);
	EXPECT(!f.inst.corrupt);
	EXPECT_EQ(f.inst.debug.found[SB_FINDING_OBJECT_WRITE], 0);
	CHECK(&f);
	slab_host_destroy(&plain);
	slab_host_destroy(&watched);
	EXPECT_EQ(slab_host_blocks(&f), 0);
	fixture_exit(&f);
}

static void cpus_do_not_share_objects(void)
{
	work_on_all_cpus(SB_ENGINE_LIST);
	memset(handed, 0, sizeof(handed));
	work_on_all_cpus(SB_ENGINE_WORD);
}

UNIT_MAIN(UNIT_CASE(cpus_do_not_share_objects))
