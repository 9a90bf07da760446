// SPDX-License-Identifier: GPL-2.0-only
#include "ctl.h"
#include "record.h"

#define LAST_LINE 512 /* bytes that are kept for it */

void record_create(struct record_file *file, const char *path, uint64_t limit)
{
	memset(file, 0, sizeof(*file));
	file->path = path;
	file->limit = limit;
	file->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (file->fd < 0)
		die("cannot write %s: %s", path, strerror(errno));
}

void record_begin(struct record_file *file)
{
	file->line = open_memstream(&file->text, &file->size);
	if (!file->line)
		die("no memory for a line of %s", file->path);
	json_to(file->line);
}

static int write_all(int fd, const char *text, size_t size)
{
	ssize_t done;

	for (; size; text += done, size -= (size_t)done) {
		done = write(fd, text, size);
		if (done < 0 && errno == EINTR)
			done = 0;
		else if (done <= 0)
			return done ? -errno : -EIO;
	}
	return 0;
}

int record_end(struct record_file *file, bool last)
{
	int err = 0;

	json_end();
	json_to(NULL);
	if (fclose(file->line))
		die("no memory for a line of %s", file->path);
	file->line = NULL;
	if (file->bytes + file->size + (last ? 0 : LAST_LINE) > file->limit)
		err = 1;
	else
		err = write_all(file->fd, file->text, file->size);
	free(file->text);
	if (!err)
		file->bytes += file->size;
	else if (err < 0 && ftruncate(file->fd, (off_t)file->bytes) && errno != EINVAL)
		warn("%s ends with half a line, which report leaves out", file->path);
	return err;
}

void record_drop(struct record_file *file)
{
	json_forget();
	fclose(file->line);
	free(file->text);
	file->line = NULL;
}
