/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a function of the library becomes an ioctl.
 */
#ifndef LIBSBUDDY_CALL_H
#define LIBSBUDDY_CALL_H

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>

#include "libsbuddy.h"

/* 0 or a negative errno. */
static inline int call(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) < 0 ? -errno : 0;
}

/* The same with a struct of the ABI, which begins with its size: @size, as the caller knows it. */
static inline int call_sized(int fd, unsigned long cmd, void *arg, size_t size)
{
	uint32_t bytes = (uint32_t)size;

	if (size < sizeof(bytes) || size > INT_MAX)
		return -EINVAL;
	memcpy(arg, &bytes, sizeof(bytes));
	return call(fd, cmd, arg);
}

/* A struct of which nothing was filled in yet; those of the ABI have two words at least. */
static inline int clear(void *arg, size_t size)
{
	if (size < 4 * sizeof(uint32_t) || size > INT_MAX)
		return -EINVAL;
	memset(arg, 0, size);
	return 0;
}

#endif
