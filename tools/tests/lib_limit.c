// SPDX-License-Identifier: GPL-2.0-only
#include "lib_test.h"

static void file_has_a_limit(void)
{
	struct sbuddy_limit limit;
	struct sbuddy_buf a, b;
	uint64_t page = info_now().page_size;
	int fd = sbuddy_open(info_now().name, O_RDWR);

	CHECK(fd >= 0);
	CHECK(!sbuddy_get_limit(fd, &limit, sizeof(limit)));
	CHECK(!limit.used && limit.uid == getuid());
	CHECK(sbuddy_get_limit(fd, &limit, 4) == -EINVAL);
	CHECK(!sbuddy_set_limit(fd, 2 * page + 1));
	CHECK(!sbuddy_alloc_order(fd, 1, SBUDDY_UNMOVABLE, &a));
	CHECK(sbuddy_alloc_order(fd, 0, SBUDDY_UNMOVABLE, &b) == -EDQUOT);
	CHECK(!sbuddy_get_limit(fd, &limit, sizeof(limit)));
	CHECK(limit.bytes == 2 * page && limit.used == 2 * page);
	CHECK(limit.uid_used >= limit.used);
	CHECK(sbuddy_set_limit(fd, 1) == -EINVAL);
	CHECK(!sbuddy_close(fd));
}

const struct test limit_tests[] = {
	TEST(file_has_a_limit),
	{ NULL, NULL },
};
