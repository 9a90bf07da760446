// SPDX-License-Identifier: GPL-2.0-only
#include "unit_ctl.h"

int failures;

static unsigned int run(const struct unit_test *test, unsigned int nr)
{
	int before;

	for (; test->name; test++) {
		before = failures;
		test->run();
		printf("%sok %u - %s\n", failures != before ? "not " : "", ++nr, test->name);
	}
	return nr;
}

int main(void)
{
	unsigned int nr;

	printf("TAP version 13\n");
	nr = run(load_tests, 0);
	nr = run(view_tests, nr);
	printf("1..%u\n", run(record_tests, nr));
	return !!failures;
}
