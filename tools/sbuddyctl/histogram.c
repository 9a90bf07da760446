// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>

#include "histogram.h"

/* Below 2^SHIFT a bin is a nanosecond; then a power of two has 2^SHIFT bins. */
static unsigned int bin_of(uint64_t ns)
{
	unsigned int power;

	if (ns >> HISTOGRAM_POWERS)
		return HISTOGRAM_BINS - 1;
	if (ns < 1 << HISTOGRAM_SHIFT)
		return (unsigned int)ns;
	power = 63 - (unsigned int)__builtin_clzll(ns) - HISTOGRAM_SHIFT;
	return (power << HISTOGRAM_SHIFT) + (unsigned int)(ns >> power);
}

/* The last nanosecond of a bin. */
static uint64_t end_of(unsigned int bin)
{
	unsigned int power = bin >> HISTOGRAM_SHIFT;

	if (!power)
		return bin;
	power--;
	return ((uint64_t)(bin - (power << HISTOGRAM_SHIFT) + 1) << power) - 1;
}

void histogram_add(struct histogram *histogram, uint64_t ns)
{
	histogram->count++;
	histogram->sum += ns;
	histogram->bins[bin_of(ns)]++;
	if (ns > histogram->max)
		histogram->max = ns;
}

void histogram_join(struct histogram *histogram, const struct histogram *from)
{
	unsigned int i;

	histogram->count += from->count;
	histogram->sum += from->sum;
	for (i = 0; i < HISTOGRAM_BINS; i++)
		histogram->bins[i] += from->bins[i];
	if (from->max > histogram->max)
		histogram->max = from->max;
}

uint64_t histogram_share(const struct histogram *histogram, unsigned int percent)
{
	uint64_t wanted = (histogram->count * percent + 99) / 100, seen = 0;
	unsigned int bin;

	/* The last bin has no end. */
	for (bin = 0; bin < HISTOGRAM_BINS - 1; bin++) {
		seen += histogram->bins[bin];
		if (seen && seen >= wanted)
			return end_of(bin) < histogram->max ? end_of(bin) : histogram->max;
	}
	return histogram->max;
}

uint64_t histogram_power(const struct histogram *histogram, unsigned int power)
{
	unsigned int bin, first, last;
	uint64_t count = 0;

	first = power ? bin_of(UINT64_C(1) << power) : 0;
	last = bin_of((UINT64_C(2) << power) - 1);
	for (bin = first; bin <= last; bin++)
		count += histogram->bins[bin];
	return count;
}

const char *human_time(uint64_t ns, char *text, size_t size)
{
	static const char *const units[] = { "us", "ms", "s" };
	double value = (double)ns;
	unsigned int unit = 0;

	if (ns < 1000) {
		snprintf(text, size, "%" PRIu64 " ns", ns);
		return text;
	}
	for (value /= 1000; value >= 999.5 && unit < 2; unit++)
		value /= 1000;
	snprintf(text, size, "%.*f %s", value < 9.95, value, units[unit]);
	return text;
}
