/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mappings that one entry may map 2 MiB of: those of memory without struct pages, and of
 * other memory those of its dma-bufs.
 */
#ifndef SBUDDY_TEST_LARGE_H
#define SBUDDY_TEST_LARGE_H

#include "device.h"

/* Where SBUDDY_STATE_HUGE is, this is what an entry maps, with pages of 4 KiB. */
#define HUGE (2u << 20)

/* Where an entry may begin. Nobody else maps anything meanwhile. */
static inline void *large_address(size_t len)
{
	char *p = mmap(NULL, len + HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	munmap(p, len + HUGE);
	return p + (HUGE - (uintptr_t)p % HUGE) % HUGE;
}

/* A whole buffer, or from an offset on; as mmap(). */
static inline void *large_map(int fd, const struct sbuddy_alloc *buf, size_t from, size_t len)
{
	struct sbuddy_export export = {
		.size = sizeof(export),
		.flags = O_RDWR,
		.handle = buf->handle,
	};
	int at_large = !(from % HUGE) && (sb_info(fd).state & SBUDDY_STATE_HUGE);
	void *p;

	if (!strcmp(sb_info(fd).backing, "no-map") || sb_call(fd, SBUDDY_IOC_EXPORT, &export))
		return sb_map(fd, buf->offset + from, len);
	p = mmap(at_large ? large_address(len) : NULL, len, PROT_READ | PROT_WRITE,
		 at_large ? MAP_SHARED | MAP_FIXED : MAP_SHARED, export.fd, (off_t)from);
	close(export.fd);
	return p;
}

#endif
