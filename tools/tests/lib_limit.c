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

static void claim_is_there_when_it_is_wanted(void)
{
	struct sbuddy_claim claim = { .order = 1, .node = SBUDDY_NODE_ANY, .count = 2 };
	struct sbuddy_alloc request = {
		.flags = SBUDDY_ALLOC_CLAIMED,
		.order = 1,
		.node = SBUDDY_NODE_ANY,
	};
	int fd = sbuddy_open(info_now().name, O_RDWR);

	CHECK(fd >= 0);
	CHECK(!sbuddy_claim(fd, &claim, sizeof(claim)));
	CHECK(claim.count == 2 && claim.held == 2 && !claim.used);
	CHECK(!sbuddy_alloc(fd, &request, sizeof(request)));
	CHECK(!sbuddy_alloc(fd, &request, sizeof(request)));
	CHECK(sbuddy_alloc(fd, &request, sizeof(request)) == -ENOMEM);
	claim.flags = SBUDDY_CLAIM_GET;
	CHECK(!sbuddy_claim(fd, &claim, sizeof(claim)));
	CHECK(!claim.held && claim.used == 2);
	CHECK(!sbuddy_free(fd, request.handle));
	CHECK(!sbuddy_alloc(fd, &request, sizeof(request)));
	claim.flags = 0;
	claim.count = 0;
	CHECK(!sbuddy_claim(fd, &claim, sizeof(claim)));
	CHECK(sbuddy_alloc(fd, &request, sizeof(request)) == -ENOENT);
	CHECK(sbuddy_claim(fd, &claim, 8) == -EINVAL);
	CHECK(!sbuddy_close(fd));
}

static void falls_are_told_once(void)
{
	struct sbuddy_buf buf;
	unsigned int low = 99;
	int fd = sbuddy_open(info_now().name, O_RDWR);
	uint32_t order = info_now().max_order;

	CHECK(fd >= 0);
	CHECK(sbuddy_falls(fd, &low) == 0 && !low);
	while (!sbuddy_alloc_order(fd, order, SBUDDY_MOVABLE, &buf) || order--)
		;
	CHECK(sbuddy_falls(fd, &low) > 0 && low);
	CHECK(sbuddy_falls(fd, NULL) == 0);
	CHECK(!sbuddy_close(fd));
}

const struct test limit_tests[] = {
	TEST(falls_are_told_once),
	TEST(claim_is_there_when_it_is_wanted),
	TEST(file_has_a_limit),
	{ NULL, NULL },
};
