/* SPDX-License-Identifier: GPL-2.0-only */
/* What main.c and harness.c know of each other; what tests see is selftests/unit/unit.h. */
#ifndef HARNESS_H
#define HARNESS_H

#include <kunit/test.h>

/* What a program's main() handed to unit_run() since harness_collect(). */
struct unit_case;
const struct unit_case *harness_cases(int (*program)(void), size_t *nr_cases);

/* A line of the log for each of @text. */
void harness_print(const char *text);

/* A variable of the environment, as a parameter of the module: NULL if nobody said. */
const char *harness_env(const char *name);

/* Why a case is not run here, or NULL. One that is called ALL stands for a program. */
const char *harness_left_out(const char *program, const char *name);

/* The program that is not built, of a number from 0; NULL if there are not so many. */
const char *harness_not_built(size_t nr);

/* Before the first case of a program: as if it had just started. */
void harness_begin(void);

/* Runs one case: whether it failed. */
bool harness_run(const struct unit_case *one);

#endif
