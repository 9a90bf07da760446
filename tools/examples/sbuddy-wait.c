// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbuddy-wait [DEVICE]: somebody has all memory there is, and gives it back in half a
 * second; who needs a buffer waits for it, but not for ever.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libsbuddy.h>

static int say(const char *what, int err)
{
	fprintf(stderr, "sbuddy-wait: %s: %s\n", what, strerror(-err));
	return 1;
}

/* As many of the largest blocks as there are, then of the next order, and so on. */
static void take_all(int fd)
{
	struct sbuddy_info info;
	struct sbuddy_buf buf;
	unsigned int order;

	if (sbuddy_info(fd, 0, &info, sizeof(info)))
		return;
	for (order = info.max_order + 1; order-- > 0;)
		while (!sbuddy_alloc_order(fd, order, SBUDDY_MOVABLE, &buf))
			;
}

/* With the process go its file, and all buffers of it. */
static void hog(const char *device, int ready)
{
	int fd = sbuddy_open(device, O_RDWR);

	take_all(fd);
	if (write(ready, "", 1) == 1)
		usleep(500000);
	_exit(0);
}

int main(int argc, char **argv)
{
	const char *device = argc > 1 ? argv[1] : NULL;
	struct sbuddy_alloc request = {
		.flags = SBUDDY_ALLOC_WAIT,
		.order = 4,
		.type = SBUDDY_MOVABLE,
		.zone = SBUDDY_ZONE_MOVABLE,
		.node = SBUDDY_NODE_ANY,
		.timeout_ms = 10,
	};
	int fd = sbuddy_open(device, O_RDWR), err, ends[2];
	char byte;

	if (fd < 0)
		return say("open", fd);
	if (pipe(ends))
		return 1;
	if (!fork())
		hog(device, ends[1]);
	if (read(ends[0], &byte, 1) != 1)
		return 1;
	err = sbuddy_alloc(fd, &request, sizeof(request));
	printf("in 10 ms: %s\n", err ? strerror(-err) : "served");
	request.timeout_ms = 60000;
	err = sbuddy_alloc(fd, &request, sizeof(request));
	if (err)
		return say("wait a minute", err);
	printf("in a minute: served, %llu bytes\n", (unsigned long long)request.granted);
	sbuddy_close(fd);
	return 0;
}
