/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of the parts of sbuddyctl that need no device: each one's name states the rule. */
#ifndef UNIT_CTL_H
#define UNIT_CTL_H

#include <stdio.h>

extern int failures;

#define CHECK(what)                                                                 \
	do {                                                                        \
		if (!(what)) {                                                      \
			printf("# %s:%d: not so: %s\n", __func__, __LINE__, #what); \
			failures++;                                                 \
			return;                                                     \
		}                                                                   \
	} while (0)

struct unit_test {
	const char *name;
	void (*run)(void);
};

#define TEST(name)          \
	{                   \
#name, name \
	}

/* All end with one that has no name. */
extern const struct unit_test load_tests[]; /* unit_ctl_load.c */
extern const struct unit_test view_tests[]; /* unit_ctl_view.c */
extern const struct unit_test record_tests[]; /* unit_ctl_record.c */

#endif
