/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Those who disturb all others: CPUs that go and come, files of debugfs that are read,
 * instances that are made and removed under who uses them, and attempts to unload.
 */
#ifndef SBUDDY_TEST_RACES_H
#define SBUDDY_TEST_RACES_H

#include <sys/stat.h>
#include <sys/syscall.h>

#include "device.h"

#define RACES_ITEMS "/sys/kernel/config/sbuddy/"
#define RACES_FILES "/sys/kernel/debug/sbuddy/"

/* What all see. */
struct races {
	volatile int stop;
	volatile unsigned int cycles; /* of CPUs */
	volatile unsigned int reads;
	volatile unsigned int removals;
	volatile unsigned int attempts; /* to unload */
	volatile unsigned int kills;
	volatile unsigned int wrong;
};

/* 0 or -errno */
static inline int races_write(const char *item, const char *file, const char *text)
{
	char path[128];
	int fd, err;

	snprintf(path, sizeof(path), RACES_ITEMS "%s/%s", item, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	err = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return err;
}

/* A sandbox: 0 or -errno, and its node. */
static inline int races_make(const char *name, const char *memory, const char *engine, char *node,
			     size_t size)
{
	char path[128] = "";
	ssize_t len;
	int fd, err;

	snprintf(path, sizeof(path), RACES_ITEMS "%s", name);
	if (mkdir(path, 0755))
		return -errno;
	err = races_write(name, "memory", memory)	  ?:
		      races_write(name, "engine", engine) ?:
							    races_write(name, "live", "1");
	if (err)
		return err;
	snprintf(path, sizeof(path), RACES_ITEMS "%s/device", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = read(fd, path, sizeof(path) - 1);
	close(fd);
	path[len > 0 ? len - 1 : 0] = '\0';
	snprintf(node, size, "/dev/%.32s", path);
	return 0;
}

static inline int races_remove(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), RACES_ITEMS "%s", name);
	return rmdir(path) ? -errno : 0;
}

/* All CPUs but the first, one after the other. */
static inline void races_cpus(struct races *r)
{
	char path[64];
	int cpu = 0, fd;

	while (!r->stop) {
		cpu = cpu % 7 + 1;
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0) {
			usleep(1000);
			continue;
		}
		if (write(fd, "0", 1) == 1)
			usleep(2000);
		if (write(fd, "1", 1) == 1)
			r->cycles++;
		close(fd);
	}
}

/* Everything of debugfs and sysfs that tells of the instance. */
static inline void races_read(struct races *r)
{
	static char text[65536];
	glob_t found;
	size_t i;
	int fd;

	while (!r->stop) {
		if (glob(RACES_FILES "*/*", 0, NULL, &found))
			continue;
		glob("/sys/class/misc/sbuddy*/*", GLOB_APPEND, NULL, &found);
		for (i = 0; i < found.gl_pathc && !r->stop; i++) {
			fd = open(found.gl_pathv[i], O_RDONLY | O_NONBLOCK | O_CLOEXEC);
			while (fd >= 0 && read(fd, text, sizeof(text)) > 0 && !r->stop)
				r->reads++;
			if (fd >= 0)
				close(fd);
		}
		globfree(&found);
	}
}

/* Somebody uses it for as long as it is there: what he has must not be lost. */
static inline void races_use(const char *node, struct races *r)
{
	struct sbuddy_alloc alloc = {};
	int fd = open(node, O_RDWR | O_CLOEXEC), i;
	volatile char *p;

	for (i = 0; i < 20 && fd >= 0 && !sb_get(fd, 1, &alloc); i++) {
		p = sb_map(fd, alloc.offset, alloc.granted);
		if (p == MAP_FAILED)
			continue;
		if (*p)
			r->wrong++;
		*p = 1;
		if (i & 1)
			munmap((void *)p, alloc.granted);
	}
}

static inline void races_instances(struct races *r)
{
	char node[48];
	unsigned int i;
	pid_t pid;

	for (i = 0; !r->stop; i++) {
		if (races_make("raced", "2M", i & 1 ? "word" : "list", node, sizeof(node)))
			continue;
		pid = fork();
		if (!pid) {
			races_use(node, r);
			_exit(0);
		}
		usleep(i % 7 * 500);
		/* It stays as long as it is used. */
		while (races_remove("raced"))
			usleep(500);
		r->removals++;
		sb_child_status(pid);
	}
}

/* It is in use, so it stays. */
static inline void races_unload(struct races *r)
{
	while (!r->stop) {
		if (!syscall(SYS_delete_module, "sbuddy", O_NONBLOCK))
			r->wrong++;
		r->attempts++;
		usleep(500);
	}
}

#endif
