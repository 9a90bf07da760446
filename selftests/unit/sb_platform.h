/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What core needs of its surroundings, for the host, where a thread is a CPU.
 *
 * The contract is written in module/driver/sb_platform.h, which fulfils it in the
 * kernel.
 */
#ifndef SB_PLATFORM_H
#define SB_PLATFORM_H

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "sb_out.h"

/* As in the kernel: a u64 prints with %llu on every CPU. */
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

#ifdef __clang__
#define SB_CAPABILITY __attribute__((capability("mutex")))
#define __acquires(x) __attribute__((acquire_capability(x)))
#define __releases(x) __attribute__((release_capability(x)))
#define __must_hold(x) __attribute__((requires_capability(x)))
#define SB_ASSERTS_HELD(x) __attribute__((assert_capability(x)))
#define SB_UNCHECKED __attribute__((no_thread_safety_analysis))
#else
#define SB_CAPABILITY
#define __acquires(x)
#define __releases(x)
#define __must_hold(x)
#define SB_ASSERTS_HELD(x)
#define SB_UNCHECKED
#endif

struct SB_CAPABILITY sb_lock {
	pthread_mutex_t mutex;
	pthread_t owner;
	bool held;
};

void sb_lock_init(struct sb_lock *lock);
void sb_lock(struct sb_lock *lock) __acquires(*lock);
void sb_unlock(struct sb_lock *lock) __releases(*lock);
void sb_assert_held(struct sb_lock *lock) SB_ASSERTS_HELD(*lock);
void sb_lock_nested(struct sb_lock *lock, struct sb_lock *outer);
void sb_unlock_nested(struct sb_lock *lock);

/* The number of this CPU; the test sets it. */
extern _Thread_local unsigned int sb_host_cpu;

#define SB_HOST_CPUS 256u

/* Threads with the same number take turns, as tasks on one CPU do. */
unsigned long sb_irq_save(void);
void sb_irq_restore(unsigned long flags);

void sb_quiesce(void);

#define SB_NR_CPUS SB_HOST_CPUS

/* CPUs that there are; a test that wants some to share lists says so. */
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

/* Complaints are counted and kept, so that a test can look at the last one. */
void sb_warn(const char *fmt, ...) __printf(1, 2);

#endif
