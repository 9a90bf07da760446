/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How often something took how long: sixteen bins for each power of two of
 * nanoseconds, so what is read of it is right to a sixteenth.
 */
#ifndef SBUDDYCTL_HISTOGRAM_H
#define SBUDDYCTL_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_SHIFT 4
#define HISTOGRAM_POWERS 44 /* five hours; what took longer counts as that */
#define HISTOGRAM_BINS ((HISTOGRAM_POWERS - HISTOGRAM_SHIFT + 1) << HISTOGRAM_SHIFT)

struct histogram {
	uint64_t count;
	uint64_t sum; /* nanoseconds */
	uint64_t max; /* exact */
	uint32_t bins[HISTOGRAM_BINS];
};

void histogram_add(struct histogram *histogram, uint64_t ns);

/* Adds all of @from. */
void histogram_join(struct histogram *histogram, const struct histogram *from);

/**
 * histogram_share() - The time that a share of all did not exceed.
 * @histogram: times
 * @percent: of them, 0 .. 100
 *
 * Return: nanoseconds, the upper end of a bin but never above the longest; 0 of none.
 */
uint64_t histogram_share(const struct histogram *histogram, unsigned int percent);

/* How many took from 2^@power to 2^(@power + 1) - 1 ns; power 0 includes 0 ns. */
uint64_t histogram_power(const struct histogram *histogram, unsigned int power);

/* "850 ns", "4.2 us", "12 ms": two digits at least, in @text. */
const char *human_time(uint64_t ns, char *text, size_t size);

#endif
