/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the library share: one device, TAP.
 */
#ifndef LIB_TEST_H
#define LIB_TEST_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libsbuddy.h"

struct test {
	const char *name;
	void (*run)(void);
};

#define TEST(name)          \
	{                   \
#name, name \
	}

extern int failures, skipped;
extern int dev;

#define CHECK(what)                                                                 \
	do {                                                                        \
		errno = 0;                                                          \
		if (!(what)) {                                                      \
			printf("# %s:%d: not so: %s\n", __func__, __LINE__, #what); \
			failures++;                                                 \
			return;                                                     \
		}                                                                   \
	} while (0)

#define SKIP_UNLESS(what)          \
	do {                       \
		if (!(what)) {     \
			skipped++; \
			return;    \
		}                  \
	} while (0)

struct sbuddy_info info_now(void);

/* A page that must not be there, or must: what the device counts as free. */
static inline uint64_t free_now(void)
{
	return info_now().pages_free;
}

extern const struct test device_tests[], buffer_tests[], place_tests[], arena_tests[],
	limit_tests[];

#endif
