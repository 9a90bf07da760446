/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the driver's parsers see of a device, in place of module/driver/device.h and of
 * headers that this includes.
 */
#ifndef SBUDDY_DEVICE_H
#define SBUDDY_DEVICE_H

/* Their place is taken by this file. */
#define SBUDDY_BACKING_H

#include "compact_plan.h"
#include "fixture.h"
#include "memory_block.h"

struct sb_backing {
	int unused;
};

struct sb_mapping {
	int unused;
};

struct sbuddy_device {
	union {
		struct sb_instance inst;
		struct fixture fixture; /* begins with it */
	};
	struct mutex lock; /* of nothing, as there is one thread */
	struct {
		struct mutex lock; /* likewise */
	} memory;
	char name[SB_NAME_LEN];
};

bool sbuddy_device_name_ok(const char *name);
void sbuddy_quotas_set(struct sbuddy_device *dev);
void sbuddy_compactd_poke(struct sbuddy_device *dev);
unsigned int sb_host_pageblock_order(void);

#endif
