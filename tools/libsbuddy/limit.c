// SPDX-License-Identifier: GPL-2.0-only
#include "call.h"

int sbuddy_set_limit(int fd, uint64_t bytes)
{
	struct sbuddy_limit limit = { .size = sizeof(limit), .bytes = bytes };

	return call(fd, SBUDDY_IOC_LIMIT, &limit);
}

int sbuddy_get_limit(int fd, struct sbuddy_limit *limit, size_t size)
{
	int err = clear(limit, size);

	if (err)
		return err;
	limit->flags = SBUDDY_LIMIT_GET;
	return call_sized(fd, SBUDDY_IOC_LIMIT, limit, size);
}

int sbuddy_claim(int fd, struct sbuddy_claim *claim, size_t size)
{
	return call_sized(fd, SBUDDY_IOC_CLAIM, claim, size);
}

int sbuddy_falls(int fd, unsigned int *low)
{
	struct sbuddy_falls falls = { .size = sizeof(falls) };
	int err = call(fd, SBUDDY_IOC_FALLS, &falls);

	if (err)
		return err;
	if (low)
		*low = falls.low;
	return (int)falls.falls;
}
