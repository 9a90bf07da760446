// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "bench.h"

#define READINGS 1024
#define LOOPS 4096
#define ROUNDS 5

struct bench_clock bench_clock;

static void look_at_readings(void)
{
	u64 start = ktime_get_ns(), last = start, now = start;
	unsigned int i;

	bench_clock.step = U32_MAX;
	for (i = 0; i < READINGS; i++) {
		now = ktime_get_ns();
		if (now != last)
			bench_clock.step = min_t(u64, bench_clock.step, now - last);
		last = now;
	}
	bench_clock.cost = (u32)div_u64(now - start, READINGS);
}

/* Loops of nothing, of 64 instructions that do nothing, and of 64 that wait for each other. */
static u64 time_nothing(void)
{
	u64 start = ktime_get_ns();
	unsigned int i;

	for (i = 0; i < LOOPS; i++)
		asm volatile("");
	return ktime_get_ns() - start;
}

static u64 time_nops(void)
{
	u64 start = ktime_get_ns();
	unsigned int i;

	for (i = 0; i < LOOPS; i++)
		asm volatile(".rept 64\n\tnop\n\t.endr");
	return ktime_get_ns() - start;
}

static __always_inline unsigned long times_4(unsigned long product, unsigned long factor)
{
	product *= factor;
	OPTIMIZER_HIDE_VAR(product);
	product *= factor;
	OPTIMIZER_HIDE_VAR(product);
	product *= factor;
	OPTIMIZER_HIDE_VAR(product);
	product *= factor;
	OPTIMIZER_HIDE_VAR(product);
	return product;
}

static __always_inline unsigned long times_16(unsigned long product, unsigned long factor)
{
	product = times_4(product, factor);
	product = times_4(product, factor);
	product = times_4(product, factor);
	return times_4(product, factor);
}

static u64 time_products(void)
{
	unsigned long product = 3, factor = 5;
	u64 start = ktime_get_ns();
	unsigned int i;

	OPTIMIZER_HIDE_VAR(factor);
	for (i = 0; i < LOOPS; i++) {
		product = times_16(product, factor);
		product = times_16(product, factor);
		product = times_16(product, factor);
		product = times_16(product, factor);
	}
	asm volatile("" : : "r"(product));
	return ktime_get_ns() - start;
}

/* The least of some rounds: nothing came between. */
static u64 least(u64 (*time)(void))
{
	u64 ns = time();
	unsigned int i;

	for (i = 1; i < ROUNDS; i++)
		ns = min(ns, time());
	return ns;
}

/* A nanosecond for each of 64 instructions, within a sixty-fourth. */
static bool is_one_each(u64 ns)
{
	return ns > LOOPS * 63 && ns < LOOPS * 65;
}

/* No processor multiplies as fast as it does nothing, and that once in a nanosecond. */
void bench_clock_look(void)
{
	u64 nothing = least(time_nothing);

	look_at_readings();
	bench_clock.counts = is_one_each(least(time_nops) - nothing) &&
			     is_one_each(least(time_products) - nothing);
}
