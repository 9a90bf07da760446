// SPDX-License-Identifier: GPL-2.0-only
/* The harness of selftests/unit/unit.h, in the kernel: what fails, fails the case of KUnit. */
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "harness.h"
#include "unit.h"

static unsigned long iter;
module_param(iter, ulong, 0444);
MODULE_PARM_DESC(iter, "steps of each random test if not 0: SB_ITER of the host");

static unsigned long long seed;
module_param(seed, ullong, 0444);
MODULE_PARM_DESC(seed, "of random tests, to repeat a run, if not 0: SB_SEED of the host");

static char *check;
module_param(check, charp, 0444);
MODULE_PARM_DESC(check, "after how many steps models are checked: SB_CHECK of the host");

static unsigned int slower = 10;
module_param(slower, uint, 0444);
MODULE_PARM_DESC(slower, "by how much random tests are shorter than on the host");

static unsigned int failures;
static const struct unit_case *collected;
static size_t nr_collected;

const char *harness_env(const char *name)
{
	return strcmp(name, "SB_CHECK") ? NULL : check;
}

/* Half a line waits for its end. */
void harness_print(const char *text)
{
	static char line[512];
	static size_t used;

	for (; *text; text++) {
		if (*text != '\n' && used < sizeof(line) - 1) {
			line[used++] = *text;
			continue;
		}
		line[used] = '\0';
		pr_info("    %s%s\n", line[0] == '#' ? "" : "# ", line);
		used = 0;
	}
}

static void __printf(1, 0) print(const char *fmt, va_list args)
{
	char *text = kvasprintf(GFP_ATOMIC, fmt, args);

	harness_print(text ?: "there is no memory to say what failed\n");
	kfree(text);
}

void unit_printf(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print(fmt, args);
	va_end(args);
}

void unit_fail(const char *file, int line, const char *fmt, ...)
{
	va_list args;

	/* The first few tell the story; a random test may fail a million times. */
	if (++failures > 20)
		return;
	unit_printf("# %s:%d: ", kbasename(file), line);
	va_start(args, fmt);
	print(fmt, args);
	va_end(args);
	unit_printf("\n");
}

unsigned int unit_failures(void)
{
	return failures;
}

/* What main() of a program ends with: here the cases are only told. */
int unit_run(const struct unit_case *cases, size_t nr_cases)
{
	collected = cases;
	nr_collected = nr_cases;
	return 0;
}

const struct unit_case *harness_cases(int (*program)(void), size_t *nr_cases)
{
	program();
	*nr_cases = nr_collected;
	return collected;
}

void harness_begin(void)
{
	sb_host_cpu = 0;
	sb_host_nr_cpus = 0;
	unit_warnings = 0;
	unit_last_warning[0] = '\0';
	unit_lock_hooks = (struct unit_lock_hooks){ NULL };
	unit_event_hook = NULL;
	unit_events_clear();
}

bool harness_run(const struct unit_case *one)
{
	failures = 0;
	one->run();
	return failures;
}

static const struct {
	const char *program;
	const char *name;
	const char *why;
} left_out[] = {
#define LEFT_OUT(program, name, why) { #program, #name, why },
#include "left_out.h"
};

const char *harness_left_out(const char *program, const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(left_out); i++)
		if (!strcmp(left_out[i].program, program) && !strcmp(left_out[i].name, name))
			return left_out[i].why;
	return NULL;
}

const char *harness_not_built(size_t nr)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(left_out); i++)
		if (!strcmp(left_out[i].name, "ALL") && !nr--)
			return left_out[i].program;
	return NULL;
}

unsigned long unit_iterations(unsigned long normally)
{
	return iter ?: max(normally / max(slower, 1u), 1ul);
}

u64 unit_seed(void)
{
	u64 value = seed ?: get_random_u32();

	unit_printf("# SB_SEED=%llu repeats this run\n", value);
	return value | 1;
}

/* That of the host. */
u64 unit_random(u64 *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 2685821657736338717ull >> 16;
}
