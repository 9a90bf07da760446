// SPDX-License-Identifier: GPL-2.0-only
#include "lib_test.h"

static void there_are_devices(void)
{
	unsigned int few[2] = { 0, 77 }, many[64];
	int count = sbuddy_devices(many, 64), i;

	CHECK(count >= 1);
	for (i = 1; i < count; i++)
		CHECK(many[i - 1] < many[i]);
	CHECK(sbuddy_devices(few, 1) == count);
	CHECK(few[0] == many[0] && few[1] == 77);
	CHECK(sbuddy_devices(NULL, 0) == count);
}

static int is_same(int fd)
{
	struct sbuddy_info mine = info_now(), its;
	int same;

	if (fd < 0)
		return 0;
	same = !sbuddy_info(fd, 0, &its, sizeof(its)) && !strcmp(mine.name, its.name) &&
	       fcntl(fd, F_GETFD) == FD_CLOEXEC;
	return same && !sbuddy_close(fd);
}

static void each_has_names(void)
{
	unsigned int numbers[64], nr = 64;
	char name[64];
	int i, fd, count = sbuddy_devices(numbers, 64);
	struct sbuddy_info info;

	for (i = 0; i < count; i++) {
		fd = sbuddy_open_nr(numbers[i], O_RDWR);
		CHECK(fd >= 0 && !sbuddy_info(fd, 0, &info, sizeof(info)));
		if (!strcmp(info.name, info_now().name))
			nr = numbers[i];
		CHECK(!sbuddy_close(fd));
	}
	CHECK(nr < 64);
	CHECK(is_same(sbuddy_open_nr(nr, O_RDWR)));
	CHECK(is_same(sbuddy_open(info_now().name, O_RDWR)));
	snprintf(name, sizeof(name), "/dev/sbuddy%u", nr);
	CHECK(is_same(sbuddy_open(name, O_RDONLY)));
	CHECK(is_same(sbuddy_open(name + strlen("/dev/"), O_RDWR)));
}

static void what_is_not_there_is_not_opened(void)
{
	CHECK(sbuddy_open("no such instance", O_RDWR) == -ENOENT);
	CHECK(sbuddy_open("", O_RDWR) == -ENOENT);
	CHECK(sbuddy_open("/no/such/device", O_RDWR) == -ENOENT);
	CHECK(sbuddy_open("sbuddy9999", O_RDWR) == -ENOENT);
	CHECK(sbuddy_open_nr(9999, O_RDWR) == -ENOENT);
	CHECK(sbuddy_close(-1) == -EBADF);
}

static void info_is_filled_in(void)
{
	struct sbuddy_info info;
	struct {
		struct sbuddy_info known;
		char more[64];
	} longer;
	struct {
		char first[SBUDDY_INFO_SIZE_VER0];
		char canary[8];
	} older;

	memset(&info, 0xff, sizeof(info));
	CHECK(!sbuddy_info(dev, 0, &info, sizeof(info)));
	CHECK(info.size == sizeof(info) && info.page_size == (uint32_t)sysconf(_SC_PAGESIZE));
	CHECK(info.pages_free <= info.pages_managed && info.name[0]);
	CHECK(!sbuddy_info(dev, 0, &longer.known, sizeof(longer)));
	memset(&older, 0x55, sizeof(older));
	CHECK(!sbuddy_info(dev, 0, (struct sbuddy_info *)(void *)&older, sizeof(older.first)));
	CHECK(older.canary[0] == 0x55);
	CHECK(sbuddy_info(dev, 0, &info, 0) == -EINVAL);
	CHECK(sbuddy_info(dev, 0, &info, 20) == -EINVAL);
	CHECK(sbuddy_info(dev, 1u << 31, &info, sizeof(info)) == -EINVAL);
	CHECK(sbuddy_info(-1, 0, &info, sizeof(info)) == -EBADF);
	CHECK(!sbuddy_info(dev, SBUDDY_INFO_PHYS, &info, sizeof(info)) || geteuid());
}

static void version_is_told(void)
{
	CHECK(strchr(sbuddy_version(), '.'));
}

static void lists_are_drained(void)
{
	uint64_t pages = ~0ull;
	struct sbuddy_buf buf;

	CHECK(!sbuddy_alloc_order(dev, 0, SBUDDY_UNMOVABLE, &buf));
	CHECK(!sbuddy_free(dev, buf.handle));
	CHECK(!sbuddy_drain(dev, &pages));
	CHECK(pages != ~0ull && info_now().pages_pcp == 0);
	CHECK(!sbuddy_drain(dev, NULL));
	CHECK(sbuddy_drain(-1, NULL) == -EBADF);
}

const struct test device_tests[] = {
	TEST(there_are_devices), TEST(each_has_names),	TEST(what_is_not_there_is_not_opened),
	TEST(info_is_filled_in), TEST(version_is_told), TEST(lists_are_drained),
	{ NULL, NULL },
};
