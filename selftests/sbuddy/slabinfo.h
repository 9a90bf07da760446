/* SPDX-License-Identifier: GPL-2.0-only */
/* Caches of objects, and sbuddy_churn.ko, which has one named "churn". */
#ifndef SBUDDY_TEST_SLABINFO_H
#define SBUDDY_TEST_SLABINFO_H

#include "device.h"

/* Objects to be allocated and freed on the CPU that writes. */
#define CHURN "/sys/module/sbuddy_churn/parameters/churn"

/* Figure @column of a cache's line in slabinfo, 1 for what is in use or on arrays; or -1. */
static inline long slabinfo(const char *instance, const char *cache, int column)
{
	char path[128], line[256], *word, *rest;
	long found = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/kernel/debug/sbuddy/%s/slabinfo", instance);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file)) {
		word = strtok_r(line, " ", &rest);
		if (!word || strcmp(word, cache))
			continue;
		while (column-- && word)
			word = strtok_r(NULL, " ", &rest);
		found = word ? atol(word) : -1;
		break;
	}
	if (file)
		fclose(file);
	return found;
}

/* With so many objects of that size in use. */
static inline int load_churn(const char *instance, int size, int hold)
{
	char line[128];

	snprintf(line, sizeof(line),
		 "modprobe sbuddy_churn instance=%s size=%d hold=%d 2>/dev/null", instance, size,
		 hold);
	return system(line);
}

#endif
