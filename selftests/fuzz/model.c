// SPDX-License-Identifier: GPL-2.0-only
/*
 * The unit tests' random models, but what they take for random is read from the input:
 * geometry, engine, tunables and modes first, then one operation after the other. So
 * a fuzzer that changes a byte changes an order, a type, or what is done; and all that
 * a model knows, and the checker, hold it against core.
 *
 * MODEL is the test, a file of selftests/unit.
 */
#include <stdarg.h>

#include "fuzz.h"
#include "model_trace.h"

/* An operation takes about so many bytes, so that most of them are the input's. */
#define BYTES_A_STEP 6
#define MOST_STEPS 600ul

static struct {
	const uint8_t *data;
	size_t size;
	size_t used;
	u64 rest;
} input;

/* Two bytes at a time, spread over all bits; after the last one, numbers that follow from all. */
u64 unit_random(u64 *state)
{
	u64 value = 0;
	unsigned int i;

	(void)state;
	if (input.used >= input.size) {
		input.rest ^= input.rest >> 12;
		input.rest ^= input.rest << 25;
		input.rest ^= input.rest >> 27;
		return input.rest * 2685821657736338717ull >> 16;
	}
	for (i = 0; i < 2 && input.used < input.size; i++)
		value |= (u64)input.data[input.used++] << 8 * i;
	return value | value << 16 | value << 32;
}

u64 unit_seed(void)
{
	size_t i;

	input.rest = 1;
	for (i = 0; i < input.size; i++)
		input.rest = (input.rest ^ input.data[i]) * 1099511628211ull;
	input.rest |= 1;
	return input.rest;
}

unsigned long unit_iterations(unsigned long normally)
{
	unsigned long nr = 1 + input.size / BYTES_A_STEP;

	return min(min(nr, MOST_STEPS), normally);
}

void unit_fail(const char *file, int line, const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "%s:%d: ", file, line);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, "\n");
	abort();
}

unsigned int unit_failures(void)
{
	return 0;
}

void model_note(u64 what)
{
	(void)what;
}

bool model_is_check_due(void)
{
	return true;
}

/* One round, of as many steps as the input has bytes for. */
void model_run(const struct model_run *run, unsigned long normally)
{
	unsigned long left = min(unit_iterations(normally), run->round);
	u64 seed = unit_seed();

	run->boot(&seed);
	while (left--)
		run->step(&seed);
	run->end(&seed);
}

int unit_run(const struct unit_case *cases, size_t nr_cases)
{
	unsigned int which = input.size ? input.data[input.used++] : 0;

	cases[which % nr_cases].run();
	return 0;
}

#define main model_main
#include MODEL
#undef main

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input.data = data;
	input.size = size;
	input.used = 0;
	model_main();
	return 0;
}
