// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbuddy-libtest [DEVICE]: each function of libsbuddy on a device, which it has for
 * itself meanwhile.
 */
#include "lib_test.h"

int failures, skipped;
int dev;

struct sbuddy_info info_now(void)
{
	struct sbuddy_info info;

	if (sbuddy_info(dev, 0, &info, sizeof(info)))
		failures++;
	return info;
}

static int nr;

/* Each leaves as many pages free as it found. */
static void run(const struct test *test)
{
	int before = failures, left_out = skipped;
	uint64_t pages = free_now();
	const char *why = "";

	test->run();
	if (free_now() != pages) {
		printf("# %s: %llu pages were free, now %llu\n", test->name,
		       (unsigned long long)pages, (unsigned long long)free_now());
		failures++;
	}
	if (skipped > left_out)
		why = " # SKIP not on this kind of device";
	printf("%sok %d - %s%s\n", failures > before ? "not " : "", ++nr, test->name, why);
}

int main(int argc, char **argv)
{
	const struct test *const groups[] = { device_tests, buffer_tests, place_tests, arena_tests,
					      limit_tests };
	const struct test *test;
	size_t i;

	dev = sbuddy_open(argc > 1 ? argv[1] : NULL, O_RDWR);
	if (dev < 0) {
		printf("1..0 # SKIP no device: %s\n", strerror(-dev));
		return dev == -ENOENT ? 4 : 1;
	}
	printf("TAP version 13\n");
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		for (test = groups[i]; test->name; test++)
			run(test);
	printf("1..%d\n", nr);
	return failures ? 1 : 0;
}
