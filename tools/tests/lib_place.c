// SPDX-License-Identifier: GPL-2.0-only
#include "lib_test.h"

static void pins_are_counted(void)
{
	struct sbuddy_query query;
	struct sbuddy_buf buf;
	uint64_t phys = 0;

	CHECK(!sbuddy_alloc_order(dev, 0, SBUDDY_MOVABLE, &buf));
	CHECK(sbuddy_unpin(dev, buf.handle) == -EINVAL);
	CHECK(sbuddy_pin(dev, buf.handle, NULL) == 1);
	CHECK(sbuddy_pin(dev, buf.handle, &phys) == 2);
	CHECK(!sbuddy_query(dev, buf.handle, SBUDDY_QUERY_PHYS, &query, sizeof(query)));
	CHECK(query.phys == phys && query.pins == 2);
	CHECK(sbuddy_unpin(dev, buf.handle) == 1);
	CHECK(sbuddy_unpin(dev, buf.handle) == 0);
	CHECK(!sbuddy_free(dev, buf.handle));
	CHECK(sbuddy_pin(dev, buf.handle, NULL) == -ENOENT);
	CHECK(sbuddy_unpin(dev, buf.handle) == -ENOENT);
}

static void compaction_is_planned_and_done(void)
{
	struct sbuddy_compact compact = { .node = SBUDDY_NODE_ANY, .pages = 10 };
	struct sbuddy_plan plan;

	CHECK(!sbuddy_plan(dev, SBUDDY_NODE_ANY, &plan, sizeof(plan)));
	CHECK(plan.size == sizeof(plan) && plan.order_after >= plan.order_now);
	CHECK(sbuddy_plan(dev, 99, &plan, sizeof(plan)) == -EINVAL);
	CHECK(sbuddy_plan(dev, 0, &plan, 1) == -EINVAL);
	CHECK(!sbuddy_compact(dev, &compact, sizeof(compact)));
	CHECK(compact.result <= SBUDDY_COMPACT_SUCCESS);
	compact.flags = 1;
	CHECK(sbuddy_compact(dev, &compact, sizeof(compact)) == -EINVAL);
}

static void request_is_explained(void)
{
	struct sbuddy_explain_zone zones[8];
	struct sbuddy_explain explain = {
		.order = 31,
		.type = SBUDDY_MOVABLE,
		.zone = SBUDDY_ZONE_MOVABLE,
		.node = SBUDDY_NODE_ANY,
		.nr_zones = 8,
		.zone_size = sizeof(zones[0]),
		.zones = (uintptr_t)zones,
	};

	CHECK(!sbuddy_explain(dev, &explain, sizeof(explain)));
	CHECK(explain.verdict == SBUDDY_EXPLAIN_TOO_LARGE);
	explain.order = 0;
	explain.nr_zones = 8;
	CHECK(!sbuddy_explain(dev, &explain, sizeof(explain)));
	CHECK(explain.verdict == SBUDDY_EXPLAIN_SERVED && !explain.error);
	CHECK(explain.nr_zones >= 1 && explain.nr_zones <= 8 && zones[0].free);
	CHECK(sbuddy_explain(dev, &explain, 8) == -EINVAL);
}

static void text_is_cut_off_where_its_room_ends(void)
{
	struct sbuddy_alloc request = {
		.order = 1,
		.type = SBUDDY_MOVABLE,
		.zone = SBUDDY_ZONE_MOVABLE,
		.node = SBUDDY_NODE_ANY,
	};
	char text[4096] = "", piece[10] = "123456789";
	int len = sbuddy_explain_text(dev, &request, text, sizeof(text));

	CHECK(len > 10 && len == (int)strlen(text) + 1);
	CHECK(strstr(text, "order 1") && strstr(text, "would be served"));
	CHECK(sbuddy_explain_text(dev, &request, piece, 5) >= 5);
	CHECK(!piece[4] && piece[5] == '6' && !strncmp(piece, text, 4));
	CHECK(sbuddy_explain_text(dev, &request, NULL, 0) == len);
	request.type = 99;
	CHECK(sbuddy_explain_text(dev, &request, text, sizeof(text)) == -EINVAL);
}

/* Of a file in which none has failed yet, there is nothing to tell. */
static void last_failure_is_explained(void)
{
	struct sbuddy_buf all[256], buf;
	int fd = sbuddy_open(info_now().name, O_RDWR), i, err = 0;
	uint32_t order = info_now().max_order;
	char text[4096];

	CHECK(fd >= 0);
	CHECK(sbuddy_explain_text(fd, NULL, text, sizeof(text)) == -ENOENT);
	for (i = 0; i < 256 && !err; i++)
		err = sbuddy_alloc_order(fd, order, SBUDDY_MOVABLE, &all[i]);
	CHECK(err == -ENOMEM);
	CHECK(sbuddy_explain_text(fd, NULL, text, sizeof(text)) > 0);
	CHECK(strstr(text, "verdict: "));
	CHECK(!sbuddy_alloc_order(fd, 0, SBUDDY_MOVABLE, &buf));
	CHECK(!sbuddy_close(fd));
}

static void bad_page_can_be_told_and_taken_back(void)
{
	struct sbuddy_buf buf;
	uint64_t phys;

	SKIP_UNLESS(!geteuid());
	CHECK(!sbuddy_alloc_order(dev, 1, SBUDDY_UNMOVABLE, &buf));
	CHECK(sbuddy_poison(dev, buf.handle, 0, 0) == 1);
	CHECK(sbuddy_poison(dev, buf.handle, 0, 0) == -EALREADY);
	CHECK(sbuddy_poison(dev, buf.handle, 0, SBUDDY_POISON_UNDO) >= 0);
	CHECK(sbuddy_poison(dev, buf.handle, buf.bytes, 0) == -EINVAL);
	CHECK(sbuddy_pin(dev, buf.handle, &phys) == 1);
	CHECK(!sbuddy_free(dev, buf.handle));
	CHECK(sbuddy_poison(dev, buf.handle, 0, 0) == -ENOENT);
	CHECK(sbuddy_poison(dev, 0, phys, SBUDDY_POISON_PHYS) == 0);
	CHECK(sbuddy_poison(dev, 0, phys, SBUDDY_POISON_PHYS | SBUDDY_POISON_UNDO) == 0);
}

const struct test place_tests[] = {
	TEST(pins_are_counted),
	TEST(compaction_is_planned_and_done),
	TEST(request_is_explained),
	TEST(text_is_cut_off_where_its_room_ends),
	TEST(last_failure_is_explained),
	TEST(bad_page_can_be_told_and_taken_back),
	{ NULL, NULL },
};
