// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <time.h>

#include "team.h"

static u64 cpu_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (u64)now.tv_sec * 1000000000 + (u64)now.tv_nsec;
}

static void *thread(void *arg)
{
	struct member *member = arg;
	struct team *team = member->team;
	unsigned int looks = 0;

	sb_host_cpu = member->cpu;
	__atomic_add_fetch(&team->nr_ready, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&team->nr_ready, __ATOMIC_ACQUIRE) < team->nr)
		sb_host_relax(&looks);
	member->cpu_time = cpu_now();
	member->start = bench_now();
	team->run(member);
	member->end = bench_now();
	member->cpu_time = cpu_now() - member->cpu_time;
	if (__atomic_add_fetch(&team->nr_done, 1, __ATOMIC_ACQ_REL) == team->nr)
		team->tidy(member);
	return NULL;
}

u64 team_run(struct team *team, unsigned int nr, u64 *cpu_time)
{
	u64 start = BENCH_NONE, end = 0;
	bool failed = false;
	unsigned int i;

	team->nr = nr;
	team->nr_ready = 0;
	team->nr_done = 0;
	*cpu_time = 0;
	for (i = 0; i < STRANGERS; i++)
		team->stranger[i] = SB_PFN_NONE;
	for (i = 0; i < nr; i++) {
		team->member[i].team = team;
		team->member[i].cpu = i;
		team->member[i].failed = false;
		team->member[i].random = i;
		if (pthread_create(&team->member[i].thread, NULL, thread, &team->member[i])) {
			report_failure("no thread can be had");
			exit(1);
		}
	}
	for (i = 0; i < nr; i++) {
		pthread_join(team->member[i].thread, NULL);
		start = min(start, team->member[i].start);
		end = max(end, team->member[i].end);
		failed |= team->member[i].failed;
		*cpu_time += team->member[i].cpu_time;
	}
	*cpu_time = bench_each(*cpu_time, (u64)nr * NR_OPS);
	return failed ? BENCH_NONE : bench_each(end - start, NR_OPS);
}
