// SPDX-License-Identifier: GPL-2.0-only
/* The harness: runs the cases of one program and prints TAP. */
#include <stdarg.h>
#include <time.h>

#include "unit.h"

static unsigned int failures;

void unit_fail(const char *file, int line, const char *fmt, ...)
{
	va_list args;

	/* The first few tell the story; a random test may fail a million times. */
	if (__atomic_add_fetch(&failures, 1, __ATOMIC_RELAXED) > 20)
		return;
	printf("# %s:%d: ", file, line);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
}

unsigned int unit_failures(void)
{
	return __atomic_load_n(&failures, __ATOMIC_RELAXED);
}

int unit_run(const struct unit_case *cases, size_t nr_cases)
{
	unsigned int failed = 0;
	size_t i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%zu\n", nr_cases);
	for (i = 0; i < nr_cases; i++) {
		failures = 0;
		cases[i].run();
		failed += failures > 0;
		printf("%s %zu - %s\n", failures ? "not ok" : "ok", i + 1, cases[i].name);
	}
	return failed > 0;
}

unsigned long unit_iterations(unsigned long normally)
{
	const char *text = getenv("SB_ITER");

	return text ? strtoul(text, NULL, 0) : normally;
}

u64 unit_seed(void)
{
	const char *text = getenv("SB_SEED");
	u64 seed = text ? strtoull(text, NULL, 0) : (u64)time(NULL) * 2654435761u;

	printf("# SB_SEED=%llu repeats this run\n", (unsigned long long)seed);
	return seed | 1;
}

/* xorshift64*: short, and the same on every machine. */
u64 unit_random(u64 *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 2685821657736338717ull >> 16;
}
