// SPDX-License-Identifier: GPL-2.0-only
#include "ctl.h"

const char *debugfs_path(const char *instance, const char *file, char *path, size_t size)
{
	const char *debugfs = getenv("DEBUGFS");

	snprintf(path, size, "%s/sbuddy/%s/%s", debugfs ? debugfs : "/sys/kernel/debug", instance,
		 file);
	return path;
}

FILE *open_debugfs(const char *instance, const char *file)
{
	char path[512];

	return fopen(debugfs_path(instance, file, path, sizeof(path)), "re");
}
