/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What core needs of its surroundings, in the kernel.
 *
 * The contract, which selftests/unit/sb_platform.h fulfils on the host:
 *
 *   types        u8 .. u64, bool, size_t; errno values; min(), max(),
 *                static_assert()
 *   pages        SB_PAGE_SIZE in bytes, an unsigned long; SB_PAGE_SHIFT, its log2
 *   locks        struct sb_lock with sb_lock_init(), sb_lock(), sb_unlock() and
 *                sb_assert_held(). Taken with interrupts off, never slept on.
 *                sb_lock_nested(), sb_unlock_nested(): one of many locks of a
 *                kind, taken under an outer lock that keeps others from it.
 *   interrupts   sb_irq_save() keeps the caller on its CPU until
 *                sb_irq_restore(); sb_this_cpu() is stable in between.
 *                SB_NR_CPUS: numbers are below that; sb_nr_cpus(): and below that
 *                sb_quiesce() waits until no CPU is any more in what it did so
 *                when it was called; process context, without locks.
 *   words        READ_ONCE(), WRITE_ONCE(), smp_store_release(),
 *                smp_load_acquire() as in Linux;
 *                sb_ctz(w), the lowest bit set in a word that is not 0;
 *                sb_div_u64(dividend, divisor), a 64 by 32 bit division;
 *                sb_div64_u64(), one by 64 bits
 *   complaints   sb_warn(fmt, ...), one line to whoever looks after the
 *                machine; rate limited, callable from any context
 *   events       sb_platform_trace(), declared in trace.h, takes an event and
 *                stamps it; callable from any context but NMI
 *   text         what sb_out.h has, which it includes
 *   annotations  __acquires(), __releases() and __must_hold(), read by
 *                sparse in the kernel and by clang on the host
 */
#ifndef SB_PLATFORM_H
#define SB_PLATFORM_H

#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/math64.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>
#include <asm/page.h>

#include "irqsoff.h"
#include "sb_out.h"

#define SB_PAGE_SHIFT PAGE_SHIFT
#define SB_PAGE_SIZE PAGE_SIZE

/* Raw, as PREEMPT_RT must not sleep on a lock with interrupts off. */
struct sb_lock {
	raw_spinlock_t raw; /* what it guards is told where it lies */
};

/* A macro, so that lockdep tells locks apart by where they are set up. */
#define sb_lock_init(lock) raw_spin_lock_init(&(lock)->raw)

static inline void sb_lock(struct sb_lock *lock) __acquires(*lock)
{
	raw_spin_lock(&lock->raw);
	__acquire(*lock);
	__release(&lock->raw);
}

static inline void sb_unlock(struct sb_lock *lock) __releases(*lock)
{
	__acquire(&lock->raw);
	__release(*lock);
	raw_spin_unlock(&lock->raw);
}

/* The depth of sparse's contexts is fixed; that of a freeze is not. */
static inline void sb_lock_nested(struct sb_lock *lock, struct sb_lock *outer)
{
#ifndef __CHECKER__
	raw_spin_lock_nest_lock(&lock->raw, &outer->raw);
#endif
}

static inline void sb_unlock_nested(struct sb_lock *lock)
{
#ifndef __CHECKER__
	raw_spin_unlock(&lock->raw);
#endif
}

static inline void sb_assert_held(struct sb_lock *lock)
{
	lockdep_assert_held(&lock->raw);
}

static inline unsigned long sb_irq_save(void)
{
	unsigned long flags;

	local_irq_save(flags);
	if (!irqs_disabled_flags(flags))
		sbuddy_irqsoff_begin();
	return flags;
}

static inline void sb_irq_restore(unsigned long flags)
{
	if (!irqs_disabled_flags(flags))
		sbuddy_irqsoff_end(_THIS_IP_);
	local_irq_restore(flags);
}

/* A CPU that has interrupts off takes this one late. */
static inline void sb_quiesce(void)
{
	kick_all_cpus_sync();
}

#define SB_NR_CPUS NR_CPUS

static inline unsigned int sb_nr_cpus(void)
{
	return nr_cpu_ids;
}

static inline unsigned int sb_this_cpu(void)
{
	return smp_processor_id();
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

#define sb_warn(fmt, ...) pr_warn_ratelimited(fmt, ##__VA_ARGS__)

#endif
