// SPDX-License-Identifier: GPL-2.0-only
/*
 * For LD_PRELOAD: /dev/sbuddy0 on a machine without the module, as far as programs look
 * at it. Its instance has a name that needs care in JSON and in labels.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/sbuddy.h>

typedef void *(*opendir_type)(const char *path);
typedef int (*open_type)(const char *path, int flags, ...);
typedef int (*ioctl_type)(int fd, unsigned long cmd, ...);

#define NAME "a \"b\" \\c<&"

static void *next(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

/* SBUDDY_FAKE_DEV stands for /dev. */
DIR *opendir(const char *path)
{
	opendir_type real = (opendir_type)next("opendir");

	return real(strcmp(path, "/dev") ? path : getenv("SBUDDY_FAKE_DEV"));
}

static int open_as(const char *name, const char *path, int flags, unsigned int mode)
{
	open_type real = (open_type)next(name);

	return real(strcmp(path, "/dev/sbuddy0") ? path : "/dev/null", flags, mode);
}

/* open() has a third argument when it makes files. */
#define OPEN(name)                                         \
	int name(const char *path, int flags, ...)         \
	{                                                  \
		unsigned int mode = 0;                     \
		va_list args;                              \
		va_start(args, flags);                     \
		if (flags & O_CREAT)                       \
			mode = va_arg(args, unsigned int); \
		va_end(args);                              \
		return open_as(#name, path, flags, mode);  \
	}

OPEN(open)
OPEN(open64)

static int tell_info(struct sbuddy_info *info)
{
	*info = (struct sbuddy_info){
		.size = info->size,
		.state = SBUDDY_STATE_MAPPABLE,
		.page_size = 4096,
		.max_order = 10,
		.pageblock_order = 8,
		.nr_nodes = 1,
		.max_handles = SBUDDY_MAX_HANDLES,
		.pages_managed = 16000,
		.pages_free = 1234,
		.max_bytes = 4 << 20,
		.memory = 64 << 20,
		.name = NAME,
		.backing = "no-map",
	};
	return 0;
}

static int tell_zones(struct sbuddy_explain *explain)
{
	struct sbuddy_explain_zone *zones = (void *)(uintptr_t)explain->zones;
	unsigned int i;

	explain->verdict = SBUDDY_EXPLAIN_SERVED;
	for (i = 0; i < explain->nr_zones && i < 2; i++) {
		memset(&zones[i], 0, sizeof(zones[i]));
		zones[i].zone = i;
		zones[i].free = 617;
		zones[i].blocks[0] = 105;
		zones[i].blocks[9] = 1;
	}
	if (explain->text_size)
		strcpy((char *)(uintptr_t)explain->text,
		       "request:\t\"1\"\nverdict: would be served\n");
	explain->nr_zones = 2;
	explain->text_size = 40;
	return 0;
}

int ioctl(int fd, unsigned long cmd, ...)
{
	va_list args;
	void *arg;

	va_start(args, cmd);
	arg = va_arg(args, void *);
	va_end(args);
	if (cmd == SBUDDY_IOC_INFO)
		return tell_info(arg);
	if (cmd == SBUDDY_IOC_EXPLAIN)
		return tell_zones(arg);
	return ((ioctl_type)next("ioctl"))(fd, cmd, arg);
}
