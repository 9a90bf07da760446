// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "call.h"

/* A machine has a few; who has more opens them by their paths. */
#define MAX_SEARCHED 256

const char *sbuddy_version(void)
{
	return LIBSBUDDY_VERSION;
}

/* The N of sbuddyN, or -1. */
static int number_of(const char *name)
{
	unsigned int nr;
	char rest;

	if (sscanf(name, "sbuddy%u%c", &nr, &rest) != 1 || nr > INT_MAX)
		return -1;
	return (int)nr;
}

/* Into @numbers of @count in ascending order; what is beyond @max falls off its end. */
static void insert(unsigned int *numbers, unsigned int count, unsigned int max, unsigned int nr)
{
	unsigned int i = count < max ? count : max;

	if (i == max && (!max || numbers[max - 1] < nr))
		return;
	if (i == max)
		i--;
	for (; i && numbers[i - 1] > nr; i--)
		numbers[i] = numbers[i - 1];
	numbers[i] = nr;
}

int sbuddy_devices(unsigned int *numbers, unsigned int max)
{
	unsigned int count = 0;
	struct dirent *entry;
	DIR *dir = opendir("/dev");
	int nr;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		nr = number_of(entry->d_name);
		if (nr >= 0)
			insert(numbers, count++, max, (unsigned int)nr);
	}
	closedir(dir);
	return (int)count;
}

static int open_path(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int sbuddy_open_nr(unsigned int nr, int flags)
{
	char path[32];

	snprintf(path, sizeof(path), "/dev/sbuddy%u", nr);
	return open_path(path, flags);
}

/* 1 when the device is the instance of that name. */
static int is_named(int fd, const char *name)
{
	struct sbuddy_info info;
	int err = sbuddy_info(fd, 0, &info, sizeof(info));

	return err ? err : !strncmp(info.name, name, sizeof(info.name));
}

/* What could not be looked at might have been it: its error is told, unless it is gone. */
static int open_named(const char *name, int flags)
{
	unsigned int numbers[MAX_SEARCHED];
	int count = sbuddy_devices(numbers, MAX_SEARCHED);
	int i, fd, said, err = -ENOENT;

	if (count < 0)
		return count;
	for (i = 0; i < count && i < MAX_SEARCHED; i++) {
		fd = sbuddy_open_nr(numbers[i], flags);
		if (fd < 0) {
			err = fd == -ENODEV ? err : fd;
			continue;
		}
		said = name ? is_named(fd, name) : 1;
		if (said > 0)
			return fd;
		close(fd);
		err = said < 0 ? said : err;
	}
	return err;
}

int sbuddy_open(const char *name, int flags)
{
	if (name && strchr(name, '/'))
		return open_path(name, flags);
	if (name && number_of(name) >= 0)
		return sbuddy_open_nr((unsigned int)number_of(name), flags);
	return open_named(name, flags);
}

int sbuddy_close(int fd)
{
	return close(fd) ? -errno : 0;
}

int sbuddy_info(int fd, uint32_t flags, struct sbuddy_info *info, size_t size)
{
	int err = clear(info, size);

	if (err)
		return err;
	info->flags = flags;
	return call_sized(fd, SBUDDY_IOC_INFO, info, size);
}

int sbuddy_drain(int fd, uint64_t *pages)
{
	struct sbuddy_drain drain = { .size = sizeof(drain) };
	int err = call(fd, SBUDDY_IOC_DRAIN, &drain);

	if (!err && pages)
		*pages = drain.pages;
	return err;
}
