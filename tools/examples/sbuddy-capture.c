// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbuddy-capture FILE [DEVICE]: what a camera would have put into a buffer goes to disk
 * without a copy, by O_DIRECT, and comes back the same way. It takes a mapped carveout or
 * a sandbox, and a filesystem that knows O_DIRECT.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libsbuddy.h>

#define FRAME (640 * 480 * 2 / 4096 * 4096)

static int say(const char *what, int err)
{
	fprintf(stderr, "sbuddy-capture: %s: %s\n", what, strerror(-err));
	return 1;
}

/* The picture that stands for a camera's. */
static void draw(unsigned char *frame)
{
	unsigned int i;

	for (i = 0; i < FRAME; i++)
		frame[i] = (unsigned char)(i / 1280 + i % 1280);
}

static unsigned int sum(const unsigned char *frame)
{
	unsigned int all = 0, i;

	for (i = 0; i < FRAME; i++)
		all = all * 31 + frame[i];
	return all;
}

/* Out and back: 0, or a negative errno. */
static int store(const char *path, unsigned char *frame)
{
	int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_DIRECT | O_CLOEXEC, 0600), err = 0;

	if (file < 0)
		return -errno;
	if (pwrite(file, frame, FRAME, 0) != FRAME)
		err = errno ? -errno : -EIO;
	memset(frame, 0, FRAME);
	if (!err && pread(file, frame, FRAME, 0) != FRAME)
		err = errno ? -errno : -EIO;
	close(file);
	return err;
}

int main(int argc, char **argv)
{
	struct sbuddy_buf buf;
	unsigned int before;
	void *frame;
	int fd, err;

	if (argc < 2) {
		fputs("Usage: sbuddy-capture FILE [DEVICE]\n", stderr);
		return 2;
	}
	fd = sbuddy_open(argc > 2 ? argv[2] : NULL, O_RDWR);
	if (fd < 0)
		return say("open", fd);
	err = sbuddy_alloc_bytes(fd, FRAME, SBUDDY_UNMOVABLE, 0, &buf);
	if (err)
		return say("allocate", err);
	sbuddy_set_name(fd, buf.handle, "frame");
	err = sbuddy_map(fd, buf.offset, FRAME, PROT_READ | PROT_WRITE, &frame);
	if (err)
		return say("map", err);
	draw(frame);
	before = sum(frame);
	err = store(argv[1], frame);
	if (err)
		return say(argv[1], err);
	printf("%d bytes went to disk and came back%s\n", FRAME,
	       sum(frame) == before ? "" : ", as others");
	err = sum(frame) != before;
	sbuddy_unmap(frame, FRAME);
	sbuddy_close(fd);
	return err;
}
