// SPDX-License-Identifier: GPL-2.0-only
/* Buffers of a dry instance move, too, with nothing to copy. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "movable.h"

TEST(dry_buffers_move)
{
	struct sbuddy_alloc bufs[64];
	int fd = sb_open(O_RDWR), area, total = 0, i;

	ASSERT_LE(0, fd);
	for (i = 0; i < 64; i++) {
		ASSERT_EQ(0, sb_get(fd, (unsigned int)i % 4, &bufs[i]));
		total += 1 << i % 4;
	}
	EXPECT_EQ(total, in_areas());
	area = used_of(0) ? 0 : 1;
	ASSERT_EQ(0, claim_area(area));
	EXPECT_EQ(0, used_of(area));
	EXPECT_EQ(total, used_of(!area));
	for (i = 0; i < 64; i++)
		EXPECT_EQ(0, sb_put(fd, bufs[i].handle));
	close(fd);
}

TEST(dry_buffers_leave_the_areas_when_they_are_pinned)
{
	int fd = sb_open(O_RDWR), i;
	struct sbuddy_alloc buf;

	ASSERT_LE(0, fd);
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, sb_get(fd, 3, &buf));
		EXPECT_EQ(1, pin_outside(fd, buf.handle));
	}
	EXPECT_EQ(0, in_areas());
	EXPECT_EQ(0, claim_area(0));
	EXPECT_EQ(0, claim_area(1));
	close(fd);
}

int main(int argc, char **argv)
{
	int status = start_on("dry", "0x80000000 16M");

	if (status)
		return status;
	return test_harness_run(argc, argv);
}
