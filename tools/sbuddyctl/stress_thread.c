// SPDX-License-Identifier: GPL-2.0-only
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include "ctl.h"
#include "random.h"
#include "stress.h"

struct held {
	uint32_t handle;
	uint32_t pages;
};

struct worker {
	const struct stress_plan *plan;
	struct stress_progress *progress;
	pthread_t thread;
	unsigned int nr;
	int fd;
	uint64_t random;
	uint64_t aim; /* pages */
	uint64_t ops; /* left to do */
	uint64_t requests; /* for memory, so far */
	uint64_t pages;
	struct held *held;
	unsigned int nr_held;
	bool retreat; /* the last one got nothing: free next */
	struct stress_totals totals;
};

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static struct sbuddy_alloc request_of(struct worker *w)
{
	const struct stress_plan *plan = w->plan;
	const struct stress_kind *kind = plan->kinds;
	uint32_t size = random_below(&w->random, plan->sizes);
	uint32_t share = random_below(&w->random, plan->type_sum);
	struct sbuddy_alloc request = {
		.zone = SBUDDY_ZONE_MOVABLE,
		.node = SBUDDY_NODE_ANY,
	};

	for (; size >= kind->weight; kind++)
		size -= kind->weight;
	if (kind->bytes) {
		request.flags = SBUDDY_ALLOC_BYTES;
		request.bytes = kind->bytes;
	} else {
		request.order = kind->order;
	}
	for (; share >= plan->types[request.type]; request.type++)
		share -= plan->types[request.type];
	return request;
}

/* What would become of it now; what is foreseen to fail and does not was freed for. */
static enum stress_path path_of(struct worker *w, const struct sbuddy_alloc *request)
{
	static const enum stress_path ways[] = {
		[SBUDDY_WAY_PCP] = PATH_PCP,
		[SBUDDY_WAY_OWN] = PATH_BUDDY,
		[SBUDDY_WAY_HIGHATOMIC] = PATH_RESERVE,
		[SBUDDY_WAY_CMA] = PATH_RESERVE,
		[SBUDDY_WAY_CLAIM] = PATH_FALLBACK,
		[SBUDDY_WAY_STEAL] = PATH_FALLBACK,
		[SBUDDY_WAY_FREED] = PATH_FREED,
	};
	struct sbuddy_explain explain = {
		.alloc_flags = request->flags,
		.order = request->order,
		.type = request->type,
		.zone = request->zone,
		.node = request->node,
		.bytes = request->bytes,
	};

	if (sbuddy_explain(w->fd, &explain, sizeof(explain)) ||
	    explain.verdict != SBUDDY_EXPLAIN_SERVED || explain.way >= ARRAY_LEN(ways))
		return PATH_FREED;
	return ways[explain.way];
}

static void allocate(struct worker *w)
{
	struct sbuddy_alloc request = request_of(w);
	bool asked = w->plan->sample && !(w->requests++ % w->plan->sample);
	enum stress_path path = asked ? path_of(w, &request) : NR_PATHS;
	uint64_t begin = now(), took;
	int err = sbuddy_alloc(w->fd, &request, sizeof(request));
	struct held *held = &w->held[w->nr_held];

	took = now() - begin;
	if (err && err != -ENOMEM && err != -ENOSPC) {
		w->totals.error = err;
		return;
	}
	histogram_add(&w->totals.alloc, took);
	if (asked)
		histogram_add(&w->totals.paths[err ? PATH_FAILURE : path], took);
	if (err) {
		w->retreat = true;
		w->totals.failures++;
		atomic_fetch_add(&w->progress->failures, 1);
		return;
	}
	held->handle = request.handle;
	held->pages = (uint32_t)(request.granted / w->plan->info.page_size);
	w->pages += held->pages;
	w->nr_held++;
	atomic_fetch_add(&w->progress->pages, held->pages);
	if (w->pages > w->totals.peak)
		w->totals.peak = w->pages;
}

static void release(struct worker *w, unsigned int which)
{
	struct held held = w->held[which];
	uint64_t begin = now();
	int err = sbuddy_free(w->fd, held.handle);

	histogram_add(&w->totals.free, now() - begin);
	if (err)
		w->totals.error = err;
	w->retreat = false;
	w->pages -= held.pages;
	w->held[which] = w->held[--w->nr_held];
	atomic_fetch_sub(&w->progress->pages, held.pages);
}

/* Towards what is aimed at, but back and forth. */
static void step(struct worker *w)
{
	bool below = w->pages < w->aim, most = random_below(&w->random, 4);
	bool more = !w->nr_held || (most == below && !w->retreat);

	if (w->nr_held == w->plan->info.max_handles)
		more = false;
	if (more)
		allocate(w);
	else
		release(w, random_below(&w->random, w->nr_held));
	atomic_fetch_add(&w->progress->ops, 1);
}

/* What the CPU's list has is foreseen for the CPU that the request comes from. */
static void settle(const struct worker *w)
{
	unsigned int cpu, nr = w->nr;
	cpu_set_t all, one;

	if (sched_getaffinity(0, sizeof(all), &all) || !CPU_COUNT(&all))
		return;
	nr %= (unsigned int)CPU_COUNT(&all);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &all) && !nr--)
			break;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static void *work(void *arg)
{
	struct worker *w = arg;

	settle(w);
	while (!w->totals.error && !atomic_load(&w->progress->stop) && (!w->plan->ops || w->ops--))
		step(w);
	while (w->nr_held && !w->totals.error)
		release(w, w->nr_held - 1);
	sbuddy_close(w->fd);
	atomic_fetch_sub(&w->progress->running, 1);
	return NULL;
}

static void begin(struct worker *w, const struct stress_plan *plan,
		  struct stress_progress *progress, unsigned int nr)
{
	w->plan = plan;
	w->progress = progress;
	w->nr = nr;
	w->fd = open_device(O_RDWR);
	w->random = plan->seed + (uint64_t)nr * UINT64_C(0x100000000);
	w->aim = plan->pages / plan->threads + !plan->pages;
	w->ops = plan->ops / plan->threads + (nr < plan->ops % plan->threads);
	w->held = calloc(plan->info.max_handles, sizeof(*w->held));
	if (!w->held)
		die("no memory to keep account of buffers");
}

static void add_up(struct stress_totals *totals, const struct stress_totals *from)
{
	unsigned int i;

	for (i = 0; i < NR_PATHS; i++)
		histogram_join(&totals->paths[i], &from->paths[i]);
	histogram_join(&totals->alloc, &from->alloc);
	histogram_join(&totals->free, &from->free);
	totals->failures += from->failures;
	totals->peak += from->peak;
	if (from->error)
		totals->error = from->error;
}

void stress_run(const struct stress_plan *plan, struct stress_progress *progress,
		void (*watch)(const struct stress_plan *plan, struct stress_progress *progress),
		struct stress_totals *totals)
{
	struct worker *workers = calloc(plan->threads, sizeof(*workers));
	unsigned int i;

	if (!workers)
		die("no memory for %u threads", plan->threads);
	for (i = 0; i < plan->threads; i++)
		begin(&workers[i], plan, progress, i);
	atomic_store(&progress->running, plan->threads);
	for (i = 0; i < plan->threads; i++)
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			die("cannot start thread %u", i + 1);
	watch(plan, progress);
	for (i = 0; i < plan->threads; i++) {
		pthread_join(workers[i].thread, NULL);
		add_up(totals, &workers[i].totals);
		free(workers[i].held);
	}
	free(workers);
}
