/* SPDX-License-Identifier: GPL-2.0-only */
/* What the module did to the caches, and a device that uses a dma-buf. */
#ifndef SBUDDY_TEST_SYNCS_H
#define SBUDDY_TEST_SYNCS_H

#include "device.h"

/* What was done so far; -1 without debugfs. */
static inline long long sb_syncs(int fd, const char *what)
{
	struct sbuddy_info info = sb_info(fd);
	long long found = -1, value;
	char path[128], name[32];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/kernel/debug/sbuddy/%s/syncs", info.name);
	file = fopen(path, "re");
	while (file && fscanf(file, "%31s %lli", name, &value) == 2)
		if (!strcmp(name, what))
			found = value;
	if (file)
		fclose(file);
	return found;
}

/* Tells sbuddy_importer.ko something: 0 or -errno. */
static inline int importer(const char *what, int number)
{
	int fd = open("/sys/kernel/debug/sbuddy_importer/do", O_WRONLY | O_CLOEXEC), err;
	char text[32];

	if (fd < 0)
		return -errno;
	snprintf(text, sizeof(text), "%s %d", what, number);
	err = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return err;
}

#endif
