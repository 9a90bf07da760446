/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What core needs of its surroundings, on the host, as cheap as it can be had: for
 * measuring. A thread is a CPU, and has no interrupts.
 *
 * The contract is written in module/driver/sb_platform.h, which fulfils it in the
 * kernel; selftests/unit/sb_platform.h does for tests, and looks for mistakes.
 */
#ifndef SB_PLATFORM_H
#define SB_PLATFORM_H

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "sb_out.h"

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define SB_PAGE_SHIFT 12
#define SB_PAGE_SIZE 4096ul

#define min(a, b)                       \
	({                              \
		__typeof__(a) _a = (a); \
		__typeof__(b) _b = (b); \
		(void)(&_a == &_b);     \
		_a < _b ? _a : _b;      \
	})
#define max(a, b)                       \
	({                              \
		__typeof__(a) _a = (a); \
		__typeof__(b) _b = (b); \
		(void)(&_a == &_b);     \
		_a > _b ? _a : _b;      \
	})
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, val) (*(volatile __typeof__(x) *)&(x) = (val))
/* What is read after the acquire is as new as what was written before the release. */
#define smp_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
/* Pairs with the release. */
#define smp_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define noinline __attribute__((noinline))
#define __must_check __attribute__((warn_unused_result))
#define __printf(a, b) __attribute__((format(printf, a, b)))

/* The unit tests have clang look at locks. */
#define __acquires(x)
#define __releases(x)
#define __must_hold(x)

struct sb_lock {
	unsigned int taken;
};

/* A moment of waiting for another thread, which may need this CPU; @looks counts them. */
void sb_host_relax(unsigned int *looks);
/* How often a lock was waited for, by all threads. */
extern unsigned long sb_host_waits;
/* Waits for a lock that somebody has. */
void sb_host_wait(struct sb_lock *lock);

static inline void sb_lock_init(struct sb_lock *lock)
{
	lock->taken = 0;
}

static inline void sb_lock(struct sb_lock *lock)
{
	if (unlikely(__atomic_exchange_n(&lock->taken, 1, __ATOMIC_ACQUIRE)))
		sb_host_wait(lock);
}

static inline void sb_unlock(struct sb_lock *lock)
{
	__atomic_store_n(&lock->taken, 0, __ATOMIC_RELEASE);
}

static inline void sb_assert_held(struct sb_lock *lock)
{
}

static inline void sb_lock_nested(struct sb_lock *lock, struct sb_lock *outer)
{
	sb_lock(lock);
}

static inline void sb_unlock_nested(struct sb_lock *lock)
{
	sb_unlock(lock);
}

/* The number of this CPU; the thread sets it. */
extern _Thread_local unsigned int sb_host_cpu;

#define SB_NR_CPUS 256u

/* As many as have lists of their own. */
extern unsigned int sb_host_nr_cpus;

static inline unsigned int sb_nr_cpus(void)
{
	return sb_host_nr_cpus;
}

/**
 * struct sb_host_seat - Whether a CPU's thread is where interrupts would be off.
 * @depth: how deep; written by that thread alone
 */
struct sb_host_seat {
	unsigned int depth;
} __attribute__((aligned(64)));

extern struct sb_host_seat sb_host_seats[SB_NR_CPUS];

/* Two stores a section. To tell whose they are is sb_quiesce()'s, and dear. */
static inline unsigned long sb_irq_save(void)
{
	struct sb_host_seat *seat = &sb_host_seats[sb_host_cpu];

	WRITE_ONCE(seat->depth, seat->depth + 1);
	__asm__ volatile("" ::: "memory");
	return 0;
}

static inline void sb_irq_restore(unsigned long flags)
{
	struct sb_host_seat *seat = &sb_host_seats[sb_host_cpu];

	/* Pairs with sb_quiesce(). */
	smp_store_release(&seat->depth, seat->depth - 1);
}

void sb_quiesce(void);

static inline unsigned int sb_this_cpu(void)
{
	return sb_host_cpu;
}

static inline unsigned int sb_ctz(unsigned long word)
{
	return (unsigned int)__builtin_ctzl(word);
}

static inline u64 sb_div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

static inline u64 sb_div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

/* Counted, and the first ones printed: nothing is to be complained of. */
void sb_warn(const char *fmt, ...) __printf(1, 2);
extern unsigned int sb_host_warnings;

#endif
