// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbuddy_kunit: each program of selftests/unit is a suite of KUnit, with the name it has
 * there, and so is each case. They run as the module is loaded.
 */
#include <linux/module.h>
#include <linux/sched/clock.h>
#include <linux/slab.h>

#include "harness.h"
#include "unit.h"

static char *only;
module_param(only, charp, 0444);
MODULE_PARM_DESC(only, "names of programs to run, with commas between; all if not given");

static bool bare;
module_param(bare, bool, 0444);
MODULE_PARM_DESC(bare, "run cases without KUnit, which gives up on one after five minutes");

static uint failed;
module_param(failed, uint, 0444);
MODULE_PARM_DESC(failed, "how many cases have failed");

/**
 * struct program - One of selftests/unit.
 * @suite: what it is to KUnit
 * @cases: what its main() told
 * @nr_cases: entries of @cases
 * @list: the same for KUnit, with an empty one at the end
 */
struct program {
	struct kunit_suite suite;
	const struct unit_case *cases;
	size_t nr_cases;
	struct kunit_case *list;
};

#define PROGRAM(name) name##_main(void)
int UNIT_PROGRAMS;
#undef PROGRAM

static const struct {
	const char *name;
	int (*main)(void);
} programs[] = {
#define PROGRAM(name)              \
	{                          \
#name, name##_main \
	}
	UNIT_PROGRAMS
#undef PROGRAM
};

static struct program *running;
static struct kunit_suite **suites;
static int nr_suites;

static int begin_suite(struct kunit_suite *suite)
{
	running = container_of(suite, struct program, suite);
	harness_begin();
	return 0;
}

static void run_case(struct kunit *test)
{
	const char *why = harness_left_out(running->suite.name, test->name);
	size_t i;

	if (why) {
		kunit_mark_skipped(test, "%s", why);
		return;
	}
	for (i = 0; i < running->nr_cases; i++) {
		if (strcmp(running->cases[i].name, test->name))
			continue;
		if (harness_run(&running->cases[i])) {
			kunit_set_failure(test);
			failed++;
		}
	}
}

/* Without KUnit, in its words. */
static void run_bare(const struct program *p)
{
	size_t i;

	harness_begin();
	for (i = 0; i < p->nr_cases; i++) {
		u64 start = local_clock();
		bool bad = harness_run(&p->cases[i]);

		failed += bad;
		pr_info("    # %s took %llu ms\n", p->cases[i].name,
			div_u64(local_clock() - start, NSEC_PER_MSEC));
		pr_info("    %s %zu %s\n", bad ? "not ok" : "ok", i + 1, p->cases[i].name);
	}
}

static bool is_wanted(const char *name)
{
	const char *at = only;
	size_t len = strlen(name);

	while (at && (strncmp(at, name, len) || (at[len] && at[len] != ','))) {
		at = strchr(at, ',');
		at = at ? at + 1 : NULL;
	}
	return !only || at;
}

static int add_program(const char *name, const struct unit_case *cases, size_t nr_cases)
{
	struct program *p = kzalloc(sizeof(*p), GFP_KERNEL);
	size_t i;

	if (!p)
		return -ENOMEM;
	suites[nr_suites++] = &p->suite;
	p->list = kcalloc(nr_cases + 1, sizeof(*p->list), GFP_KERNEL);
	if (!p->list)
		return -ENOMEM;
	/* It is for who writes suites by hand that this is constant. */
	strscpy((char *)p->suite.name, name, sizeof(p->suite.name));
	p->suite.suite_init = begin_suite;
	p->suite.test_cases = p->list;
	p->cases = cases;
	p->nr_cases = nr_cases;
	for (i = 0; i < nr_cases; i++)
		p->list[i] = (struct kunit_case){ .run_case = run_case, .name = cases[i].name };
	return 0;
}

static int add_programs(void)
{
	static const struct unit_case not_built = { .name = "ALL" };
	const char *name;
	size_t i, nr_cases;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(programs) && !err; i++) {
		const struct unit_case *cases = harness_cases(programs[i].main, &nr_cases);

		if (is_wanted(programs[i].name))
			err = add_program(programs[i].name, cases, nr_cases);
	}
	for (i = 0; (name = harness_not_built(i)) && !err; i++)
		if (is_wanted(name) && !bare)
			err = add_program(name, &not_built, 1);
	return err;
}

static void drop_programs(void)
{
	while (nr_suites--) {
		struct program *p = container_of(suites[nr_suites], struct program, suite);

		kfree(p->list);
		kfree(p);
	}
	kfree(suites);
}

static int __init sbuddy_kunit_init(void)
{
	int i, err;

	for (i = 0; harness_not_built(i);)
		i++;
	suites = kcalloc(ARRAY_SIZE(programs) + i, sizeof(*suites), GFP_KERNEL);
	if (!suites)
		return -ENOMEM;
	err = add_programs();
	if (!err && !nr_suites)
		err = -ENOENT;
	if (err) {
		drop_programs();
		return err;
	}
	if (!bare)
		return __kunit_test_suites_init(suites, nr_suites);
	for (i = 0; i < nr_suites; i++)
		run_bare(container_of(suites[i], struct program, suite));
	return 0;
}
module_init(sbuddy_kunit_init);

static void __exit sbuddy_kunit_exit(void)
{
	if (!bare)
		__kunit_test_suites_exit(suites, nr_suites);
	drop_programs();
}
module_exit(sbuddy_kunit_exit);

MODULE_DESCRIPTION("Unit tests of sbuddy's core");
MODULE_LICENSE("GPL");
