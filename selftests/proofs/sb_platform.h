/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What core needs of its surroundings, for who proves it: types and words of C alone.
 *
 * The contract is written in module/driver/sb_platform.h. Nothing here runs, so only what
 * functions with contracts use is here.
 */
#ifndef SB_PLATFORM_H
#define SB_PLATFORM_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define SB_PAGE_SHIFT 12
#define SB_PAGE_SIZE 4096ul

#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
/* The compilers look at these; Frama-C would not know them. */
#define static_assert(condition, text)
#define READ_ONCE(x) (x)
#define WRITE_ONCE(x, val) ((x) = (val))
#define likely(x) (x)
#define unlikely(x) (x)
#define noinline
#define __must_check
#define __must_hold(x)
#define __acquires(x)
#define __releases(x)
#define __printf(a, b)
#define SB_NR_CPUS 4u

struct sb_lock {
	unsigned int taken;
};

unsigned int sb_nr_cpus(void);
unsigned int sb_this_cpu(void);
unsigned long sb_irq_save(void);
void sb_irq_restore(unsigned long flags);
unsigned int sb_ctz(unsigned long word);
u64 sb_div_u64(u64 dividend, u32 divisor);
u64 sb_div64_u64(u64 dividend, u64 divisor);
void sb_warn(const char *fmt, ...);

#endif
