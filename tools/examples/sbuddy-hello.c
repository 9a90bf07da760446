// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbuddy-hello [DEVICE]: a buffer, written to and read back.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <libsbuddy.h>

static int say(const char *what, int err)
{
	fprintf(stderr, "sbuddy-hello: %s: %s\n", what, strerror(-err));
	return 1;
}

int main(int argc, char **argv)
{
	int fd = sbuddy_open(argc > 1 ? argv[1] : NULL, O_RDWR);
	struct sbuddy_buf buf;
	void *memory;
	int err;

	if (fd < 0)
		return say("open", fd);
	err = sbuddy_alloc_bytes(fd, 100000, SBUDDY_UNMOVABLE, 0, &buf);
	if (err)
		return say("allocate", err);
	err = sbuddy_map(fd, buf.offset, buf.bytes, PROT_READ | PROT_WRITE, &memory);
	if (err)
		return say("map", err);
	strcpy(memory, "hello, buffer");
	printf("%s: handle %u, %llu bytes\n", (char *)memory, buf.handle,
	       (unsigned long long)buf.bytes);
	sbuddy_unmap(memory, buf.bytes);
	sbuddy_free(fd, buf.handle);
	sbuddy_close(fd);
	return 0;
}
