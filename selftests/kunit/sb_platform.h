/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What core needs of its surroundings, for its unit tests in the kernel.
 *
 * Locks are the kernel's, and so is who has interrupts off, so that lockdep looks at what
 * core does. CPUs are played, as on the host, by the one thread that runs a test. The
 * contract is written in module/driver/sb_platform.h.
 *
 * Every file is built with this one before all else: the platform of the host, which lies
 * beside the tests, has the same guard.
 */
#ifndef SB_PLATFORM_H
#define SB_PLATFORM_H

#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/math64.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

#include "sb_out.h"

/* A thread of a test is none here: there is only one. */
#define _Thread_local

#define SB_PAGE_SHIFT 12
#define SB_PAGE_SIZE 4096ul

/* What clang reads on the host. */
#define SB_UNCHECKED

struct sb_lock {
	raw_spinlock_t raw;
};

/* A macro, so that lockdep tells locks apart by where they are set up. */
#define sb_lock_init(lock) raw_spin_lock_init(&(lock)->raw)

void sb_lock(struct sb_lock *lock);
void sb_unlock(struct sb_lock *lock);
void sb_lock_nested(struct sb_lock *lock, struct sb_lock *outer);
void sb_unlock_nested(struct sb_lock *lock);

static inline void sb_assert_held(struct sb_lock *lock)
{
	lockdep_assert_held(&lock->raw);
}

/* The number of the CPU that is played; the test sets it. */
extern unsigned int sb_host_cpu;

#define SB_HOST_CPUS 256u

unsigned long sb_irq_save(void);
void sb_irq_restore(unsigned long flags);

/* Nobody else is in anything. */
static inline void sb_quiesce(void)
{
}

#define SB_NR_CPUS SB_HOST_CPUS

extern unsigned int sb_host_nr_cpus;

static inline unsigned int sb_nr_cpus(void)
{
	return sb_host_nr_cpus;
}

static inline unsigned int sb_this_cpu(void)
{
	return sb_host_cpu;
}

static inline unsigned int sb_ctz(unsigned long word)
{
	return (unsigned int)__ffs(word);
}

static inline u64 sb_div_u64(u64 dividend, u32 divisor)
{
	return div_u64(dividend, divisor);
}

static inline u64 sb_div64_u64(u64 dividend, u64 divisor)
{
	return div64_u64(dividend, divisor);
}

void sb_warn(const char *fmt, ...) __printf(1, 2);

#endif
