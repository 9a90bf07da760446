/* SPDX-License-Identifier: GPL-2.0-only */
/* Limits of open files and users, and who opens a file. */
#ifndef SBUDDY_TEST_QUOTA_H
#define SBUDDY_TEST_QUOTA_H

#include <linux/capability.h>
#include <sys/syscall.h>

#include "device.h"
#include "holders.h"

static inline struct sbuddy_limit get_limit(int fd)
{
	struct sbuddy_limit arg = { .size = sizeof(arg), .flags = SBUDDY_LIMIT_GET };

	if (sb_call(fd, SBUDDY_IOC_LIMIT, &arg))
		memset(&arg, 0xff, sizeof(arg));
	return arg;
}

/* In pages. */
static inline int set_limit(int fd, uint64_t pages)
{
	struct sbuddy_limit arg = {
		.size = sizeof(arg),
		.bytes = pages * (uint64_t)sysconf(_SC_PAGESIZE),
	};

	return sb_call(fd, SBUDDY_IOC_LIMIT, &arg);
}

/* Whether CAP_SYS_RESOURCE counts, of this thread. */
static inline void use_resource_cap(int on)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data))
		return;
	data[0].effective &= ~(1u << CAP_SYS_RESOURCE);
	if (on)
		data[0].effective |= data[0].permitted & 1u << CAP_SYS_RESOURCE;
	syscall(SYS_capset, &head, data);
}

/* A file that the instance's limits bind, of a user. */
static inline int open_as(uid_t uid)
{
	uid_t own = getuid();
	int fd;

	if (sb_set_thread_uid(uid, -1))
		return -1;
	use_resource_cap(0);
	fd = sb_open(O_RDWR);
	use_resource_cap(1);
	return sb_set_thread_uid(own, -1) ? -1 : fd;
}

/* 0, or -1 where there are no tunables. */
static inline int set_tunable(const char *name, uint64_t value)
{
	const char *debugfs = getenv("DEBUGFS");
	int fd = sb_open(O_RDWR), len, err;
	char path[128], line[80];

	snprintf(path, sizeof(path), "%s/sbuddy/%s/tunables",
		 debugfs ? debugfs : "/sys/kernel/debug", sb_info(fd).name);
	close(fd);
	fd = open(path, O_WRONLY);
	len = snprintf(line, sizeof(line), "%s %llu", name, (unsigned long long)value);
	err = fd < 0 || write(fd, line, (size_t)len) != len ? -1 : 0;
	if (fd >= 0)
		close(fd);
	return err;
}

#endif
