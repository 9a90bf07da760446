// SPDX-License-Identifier: GPL-2.0-only
#include <sys/stat.h>

#include "ctl.h"

/* What is written to, to get its name in the end; or "". */
static char part[4096];

/* Of a program that has ended before. */
static void forget(void)
{
	if (part[0])
		unlink(part);
}

/* What is no plain file, a pipe or a device, is written to as it is. */
static int is_replaced(const char *path)
{
	struct stat there;

	return stat(path, &there) || S_ISREG(there.st_mode);
}

FILE *begin_output(const char *path)
{
	static int ready;
	FILE *file;
	int len = 0;

	if (is_replaced(path))
		len = snprintf(part, sizeof(part), "%s.part", path);
	else
		part[0] = '\0';
	if (len < 0 || (size_t)len >= sizeof(part)) {
		part[0] = '\0';
		die("cannot write %s: %s", path, strerror(ENAMETOOLONG));
	}
	if (!ready++)
		atexit(forget);
	file = fopen(part[0] ? part : path, "we");
	if (!file)
		die("cannot write %s: %s", path, strerror(errno));
	return file;
}

void end_output(FILE *file, const char *path)
{
	int failed = ferror(file);

	failed |= fclose(file);
	if (!failed && part[0])
		failed = rename(part, path);
	if (failed)
		die("cannot write %s: %s", path, strerror(errno));
	part[0] = '\0';
}
