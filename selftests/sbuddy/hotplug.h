/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A sandbox with memory blocks, made by way of configfs:
 *
 *	[ 16 MiB of the boot: Normal ] [ block ] [ block ]     4 MiB each
 *
 * Blocks are added by growing, wherever the kernel has them.
 */
#ifndef SBUDDY_TEST_HOTPLUG_H
#define SBUDDY_TEST_HOTPLUG_H

#include <stdarg.h>
#include <sys/stat.h>

#include "slabinfo.h"

#define ITEM "/sys/kernel/config/sbuddy/hotplug-load"
#define FILES "/sys/kernel/debug/sbuddy/hotplug-load/"
#define BLOCK (4ull << 20)

/* Its directory of memory blocks, and its node. */
static char memory[128];
static char node[64];

/* Writes @text to a file: 0 or -errno. */
static inline __attribute__((format(printf, 2, 3))) int put(const char *text, const char *fmt, ...)
{
	char path[256];
	va_list args;
	int fd, err = 0;

	va_start(args, fmt);
	vsnprintf(path, sizeof(path), fmt, args);
	va_end(args);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* The first line of a file, or nothing. */
static inline void get(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, text, size - 1);

	text[len > 0 ? len : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (fd >= 0)
		close(fd);
}

static inline int is_right(void)
{
	char text[256];

	get(FILES "check", text, sizeof(text));
	if (strcmp(text, "0 violations"))
		printf("# check: %s\n", text);
	return !strcmp(text, "0 violations");
}

static inline int set_state(unsigned long block, const char *state)
{
	return put(state, "%s/memory%lu/state", memory, block);
}

/* Numbers of the blocks of a zone, or of all with NULL: how many there are, up to @max. */
static inline int find_blocks(const char *zone, unsigned long *block, int max)
{
	char pattern[160], text[32];
	glob_t found;
	size_t i;
	int nr = 0;

	snprintf(pattern, sizeof(pattern), "%s/memory[0-9]*/valid_zones", memory);
	if (glob(pattern, 0, NULL, &found))
		return 0;
	for (i = 0; i < found.gl_pathc; i++) {
		get(found.gl_pathv[i], text, sizeof(text));
		if ((!zone || !strcmp(text, zone)) && nr < max)
			block[nr++] = strtoul(found.gl_pathv[i] + strlen(memory) + 7, NULL, 10);
	}
	globfree(&found);
	return nr;
}

/* What is added later becomes @how: 0 or -errno. */
static inline int hotplug_start(const char *how)
{
	char name[32];
	int err;

	if (mkdir(ITEM, 0755))
		return -errno;
	err = put("sandbox", ITEM "/kind") ?: put("16M", ITEM "/memory");
	err = err ?: put("1M", ITEM "/section_bytes") ?: put("4M", ITEM "/memory_block_bytes");
	err = err ?: put("0", ITEM "/min_free_kbytes") ?: put(how, ITEM "/auto_online");
	err = err ?: put("1", ITEM "/live");
	get(ITEM "/device", name, sizeof(name));
	snprintf(memory, sizeof(memory), "/sys/class/misc/%s/memory", name);
	snprintf(node, sizeof(node), "/dev/%s", name);
	return err;
}

static inline int have_configfs(void)
{
	if (!access("/sys/kernel/config/sbuddy", W_OK))
		return 1;
	printf("1..0 # SKIP no /sys/kernel/config/sbuddy: load the module, and mount configfs\n");
	return 0;
}

#endif
