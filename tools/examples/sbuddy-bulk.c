// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbuddy-bulk [DEVICE]: a thousand pages in two ways. Handles that come in a row need
 * no array, and nothing is copied.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include <libsbuddy.h>

#define PAGES 1000

static int say(const char *what, int err)
{
	fprintf(stderr, "sbuddy-bulk: %s: %s\n", what, strerror(-err));
	return 1;
}

static int with_arrays(int fd)
{
	static struct sbuddy_result results[PAGES];
	static uint32_t handles[PAGES];
	struct sbuddy_alloc_bulk bulk = {
		.type = SBUDDY_MOVABLE,
		.zone = SBUDDY_ZONE_MOVABLE,
		.node = SBUDDY_NODE_ANY,
		.count = PAGES,
		.results = (uintptr_t)results,
	};
	int i, err, nr = sbuddy_alloc_bulk(fd, &bulk, sizeof(bulk));

	if (nr < 0)
		return say("allocate", nr);
	for (i = 0; i < nr; i++)
		handles[i] = results[i].handle;
	err = sbuddy_free_bulk(fd, handles, (uint32_t)nr, NULL);
	if (err)
		return say("free", err);
	printf("%d pages at once\n", nr);
	return 0;
}

static int in_a_row(int fd)
{
	uint32_t first;
	int given, nr = sbuddy_take(fd, 0, SBUDDY_MOVABLE, SBUDDY_ZONE_MOVABLE, 0, PAGES, &first);

	if (nr < 0)
		return say("take", nr);
	given = sbuddy_give(fd, first, (unsigned int)nr);
	if (given != nr)
		return say("give", given);
	printf("%d pages in a row, from handle %u\n", nr, first);
	return 0;
}

int main(int argc, char **argv)
{
	int fd = sbuddy_open(argc > 1 ? argv[1] : NULL, O_RDWR);

	if (fd < 0)
		return say("open", fd);
	return with_arrays(fd) || in_a_row(fd);
}
