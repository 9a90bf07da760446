// SPDX-License-Identifier: GPL-2.0-only
/* Buffers of a dry instance move, too, with nothing to copy. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "movable.h"

TEST(dry_buffers_move)
{
	struct sbuddy_alloc bufs[64];
	uint64_t was[64];
	int fd = sb_open(O_RDWR), area, i;

	ASSERT_LE(0, fd);
	for (i = 0; i < 64; i++) {
		ASSERT_EQ(0, sb_get(fd, (unsigned int)i % 4, &bufs[i]));
		was[i] = place(fd, bufs[i].handle);
	}
	area = area_of(was[0]);
	ASSERT_LE(0, area);
	ASSERT_EQ(0, claim_area(area));
	for (i = 0; i < 64; i++) {
		uint64_t now = place(fd, bufs[i].handle);

		EXPECT_EQ(!area, area_of(now));
		EXPECT_EQ(area_of(was[i]) == area, was[i] != now);
		EXPECT_EQ(0, sb_put(fd, bufs[i].handle));
	}
	close(fd);
}

int main(int argc, char **argv)
{
	int status = start_on("dry", "0x80000000 16M");

	if (status)
		return status;
	return test_harness_run(argc, argv);
}
