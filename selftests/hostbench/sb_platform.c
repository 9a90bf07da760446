// SPDX-License-Identifier: GPL-2.0-only
#include <linux/membarrier.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "trace.h"

/* A lock is held for a fraction of this many looks, unless its holder has lost its CPU. */
#define PATIENCE 1000

/* What goes wrong once goes wrong often. */
#define MOST_LINES 10

_Thread_local unsigned int sb_host_cpu;
unsigned int sb_host_nr_cpus;
unsigned int sb_host_warnings;
unsigned long sb_host_waits;
struct sb_host_seat sb_host_seats[SB_NR_CPUS];

static void pause_cpu(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

void sb_host_relax(unsigned int *looks)
{
	if (++*looks % PATIENCE)
		pause_cpu();
	else
		sched_yield();
}

void sb_host_wait(struct sb_lock *lock)
{
	unsigned int looks = 0;

	__atomic_fetch_add(&sb_host_waits, 1, __ATOMIC_RELAXED);
	do {
		while (__atomic_load_n(&lock->taken, __ATOMIC_RELAXED))
			sb_host_relax(&looks);
	} while (__atomic_exchange_n(&lock->taken, 1, __ATOMIC_ACQUIRE));
}

/* Who is in a section counts as in it from when all CPUs have seen this one's stores. */
void sb_quiesce(void)
{
	unsigned int cpu, looks = 0;

	if (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) ||
	    syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0)) {
		perror("sbuddy-hostbench: membarrier");
		exit(1);
	}
	for (cpu = 0; cpu < SB_NR_CPUS; cpu++) {
		if (cpu == sb_host_cpu)
			continue;
		/* Pairs with sb_irq_restore(): what was done in there is seen. */
		while (smp_load_acquire(&sb_host_seats[cpu].depth))
			sb_host_relax(&looks);
	}
}

void sb_warn(const char *fmt, ...)
{
	va_list args;

	if (__atomic_fetch_add(&sb_host_warnings, 1, __ATOMIC_RELAXED) >= MOST_LINES)
		return;
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
}

/* Nobody listens to events. */
void sb_platform_trace(struct sb_instance *inst, struct sb_event *event)
{
}

/* Only the checker prints, when something is wrong. */
void sb_out_printf(struct sb_out *out, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
}
