// SPDX-License-Identifier: GPL-2.0-only
#include <sys/stat.h>

#include "ctl.h"
#include "pagemap.h"

#define PART ".part"

/* What is no plain file, a pipe or a device, is written to as it is. */
static int is_replaced(const char *path)
{
	struct stat there;

	return stat(path, &there) || S_ISREG(there.st_mode);
}

static void part_of(const char *path, char *part, size_t size)
{
	int len = snprintf(part, size, "%s%s", path, is_replaced(path) ? PART : "");

	if (len < 0 || (size_t)len >= size)
		die("cannot write %s: %s", path, strerror(ENAMETOOLONG));
}

FILE *begin_picture_file(const char *path)
{
	char part[4096];
	FILE *file;

	part_of(path, part, sizeof(part));
	file = fopen(part, "we");
	if (!file)
		die("cannot write %s: %s", path, strerror(errno));
	return file;
}

void end_picture_file(FILE *file, const char *path)
{
	char part[4096];
	int failed = ferror(file);

	part_of(path, part, sizeof(part));
	failed |= fclose(file);
	if (!failed && strcmp(part, path))
		failed = rename(part, path);
	if (!failed)
		return;
	failed = errno;
	if (strcmp(part, path))
		unlink(part);
	die("cannot write %s: %s", path, strerror(failed));
}
