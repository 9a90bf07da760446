/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all tests of /dev/sbuddyN share.
 *
 * The device is that of the environment's SBUDDY_DEVICE, or else the first one
 * there is. The tests need it for themselves: they count its free pages.
 */
#ifndef SBUDDY_TEST_DEVICE_H
#define SBUDDY_TEST_DEVICE_H

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/sbuddy.h>

#include "../kselftest_harness.h"

/* An emulated CPU under a debug kernel is slow, not wrong. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 600

#define KSFT_SKIPPED 4
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/*
 * What runs at exit has failed. The harness ends the process by itself, and its status is
 * changed no other way; what was printed is to be seen.
 */
static inline void sb_fail_at_exit(void)
{
	fflush(NULL);
	_exit(1);
}

static inline const char *sb_path(void)
{
	static char path[64];
	const char *env = getenv("SBUDDY_DEVICE");
	glob_t found;

	if (env)
		return env;
	if (!path[0] && !glob("/dev/sbuddy[0-9]*", 0, NULL, &found)) {
		snprintf(path, sizeof(path), "%s", found.gl_pathv[0]);
		globfree(&found);
	}
	return path[0] ? path : "/dev/sbuddy0";
}

static inline int sb_open(int flags)
{
	return open(sb_path(), flags | O_CLOEXEC);
}

/* 0 or -errno, as in the kernel. */
static inline int sb_call(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) ? -errno : 0;
}

static inline struct sbuddy_info sb_info(int fd)
{
	struct sbuddy_info info = { .size = sizeof(info) };

	if (sb_call(fd, SBUDDY_IOC_INFO, &info)) {
		fprintf(stderr, "# %s: SBUDDY_IOC_INFO: %s\n", sb_path(), strerror(errno));
		exit(1);
	}
	return info;
}

static inline uint64_t sb_free_pages(int fd)
{
	return sb_info(fd).pages_free;
}

/* Any memory will do. */
static inline struct sbuddy_alloc sb_request(unsigned int order)
{
	struct sbuddy_alloc alloc = {
		.size = sizeof(alloc),
		.order = order,
		.type = SBUDDY_MOVABLE,
		.zone = SBUDDY_ZONE_MOVABLE,
		.node = SBUDDY_NODE_ANY,
	};

	return alloc;
}

static inline int sb_get(int fd, unsigned int order, struct sbuddy_alloc *alloc)
{
	*alloc = sb_request(order);
	return sb_call(fd, SBUDDY_IOC_ALLOC, alloc);
}

static inline int sb_put(int fd, uint32_t handle)
{
	struct sbuddy_free arg = { .size = sizeof(arg), .handle = handle };

	return sb_call(fd, SBUDDY_IOC_FREE, &arg);
}

static inline int sb_query(int fd, uint32_t handle, struct sbuddy_query *query)
{
	memset(query, 0, sizeof(*query));
	query->size = sizeof(*query);
	query->handle = handle;
	return sb_call(fd, SBUDDY_IOC_QUERY, query);
}

/* It stays where it is, until the handle goes. */
static inline int sb_pin(int fd, uint32_t handle)
{
	struct sbuddy_pin arg = { .size = sizeof(arg), .handle = handle };

	return sb_call(fd, SBUDDY_IOC_PIN, &arg);
}

static inline int sb_unpin(int fd, uint32_t handle)
{
	struct sbuddy_unpin arg = { .size = sizeof(arg), .handle = handle };

	return sb_call(fd, SBUDDY_IOC_UNPIN, &arg);
}

static inline void *sb_map(int fd, uint64_t offset, size_t len)
{
	return mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);
}

static inline int sb_mappable(int fd)
{
	return !!(sb_info(fd).state & SBUDDY_STATE_MAPPABLE);
}

/* Buffers of falling order until nothing is left: how many, or -errno. */
static inline int sb_get_all(int fd, struct sbuddy_alloc *all, int max)
{
	int order = (int)sb_info(fd).max_order;
	int nr = 0;
	int err;

	while (order >= 0 && nr < max) {
		err = sb_get(fd, (unsigned int)order, &all[nr]);
		if (!err)
			nr++;
		else if (err == -ENOMEM)
			order--;
		else
			return err;
	}
	return nr;
}

/* Where in [p, p + len) the first byte is that is not @byte, or -1. */
static inline long sb_differs(const void *p, int byte, size_t len)
{
	const unsigned char *c = p;
	size_t i;

	/* One comparison of all but the first byte with all but the last. */
	if (len && c[0] == byte && !memcmp(c, c + 1, len - 1))
		return -1;
	for (i = 0; i < len; i++)
		if (c[i] != byte)
			return (long)i;
	return -1;
}

static inline int sb_child_status(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Memory with an inaccessible page behind it; the address of that page. */
static inline char *sb_cliff(int prot)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || mprotect(p + page, page, PROT_NONE) || mprotect(p, page, prot)) {
		perror("# mmap");
		exit(1);
	}
	return p + page;
}

static inline void sb_need_device(void)
{
	int fd = sb_open(O_RDWR);

	if (fd < 0) {
		printf("1..0 # SKIP cannot open %s: %s (load the module, or set SBUDDY_DEVICE)\n",
		       sb_path(), strerror(errno));
		exit(KSFT_SKIPPED);
	}
	close(fd);
}

/* A harness of Linux 6.1 passes when all is skipped, so it is asked beforehand. */
#define SBUDDY_TEST_MAIN                             \
	int main(int argc, char **argv)              \
	{                                            \
		sb_need_device();                    \
		return test_harness_run(argc, argv); \
	}

/* For programs that map: a dry device has nothing to map. */
static inline void sb_need_memory(void)
{
	int fd;

	sb_need_device();
	fd = sb_open(O_RDWR);
	if (!sb_mappable(fd)) {
		printf("1..0 # SKIP %s is dry: it has no memory\n", sb_path());
		exit(KSFT_SKIPPED);
	}
	close(fd);
}

#define SBUDDY_MEMORY_TEST_MAIN                      \
	int main(int argc, char **argv)              \
	{                                            \
		sb_need_memory();                    \
		return test_harness_run(argc, argv); \
	}

/*
 * Changes the user of this thread alone, which setresuid() does not; -1 stays as it was. Of
 * numbers with 16 bits, kernels may do without.
 */
static inline int sb_set_thread_uid(uid_t real, uid_t effective)
{
#ifdef SYS_setresuid32
	return (int)syscall(SYS_setresuid32, real, effective, -1);
#else
	return (int)syscall(SYS_setresuid, real, effective, -1);
#endif
}

#endif
