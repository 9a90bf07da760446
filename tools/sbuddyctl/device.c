// SPDX-License-Identifier: GPL-2.0-only
#include "ctl.h"

const char *const type_names[6] = {
	"Unmovable", "Movable", "Reclaimable", "HighAtomic", "CMA", "Isolate",
};

const char *const zone_names[4] = { "Normal", "HighMem", "Movable", "DMA" };

const char *device_name(void)
{
	return given(OPT_DEVICE) ? given(OPT_DEVICE) : "the first device";
}

int open_device(int flags)
{
	int fd = sbuddy_open(given(OPT_DEVICE), flags);
	char what[300];

	if (fd >= 0)
		return fd;
	snprintf(what, sizeof(what), "cannot open %s", device_name());
	die_error(what, fd);
}

struct sbuddy_info info_of(int fd)
{
	struct sbuddy_info info;
	int err = sbuddy_info(fd, 0, &info, sizeof(info));

	if (err)
		die_error("cannot ask the device what it is", err);
	return info;
}

/* A request of one page that any zone will do for is told about all of them. */
unsigned int zones_of(int fd, struct sbuddy_explain_zone *zones)
{
	struct sbuddy_explain explain = {
		.type = SBUDDY_MOVABLE,
		.zone = SBUDDY_ZONE_MOVABLE,
		.node = SBUDDY_NODE_ANY,
		.nr_zones = MAX_ZONES,
		.zone_size = sizeof(*zones),
		.zones = (uintptr_t)zones,
	};
	int err = sbuddy_explain(fd, &explain, sizeof(explain));

	if (err)
		die_error("cannot ask about the zones", err);
	return explain.nr_zones < MAX_ZONES ? explain.nr_zones : MAX_ZONES;
}

/* Of what is free, the share in blocks smaller than that; 0 when nothing is free. */
double unusable(const struct sbuddy_explain_zone *zones, unsigned int nr, unsigned int order)
{
	uint64_t free = 0, smaller = 0;
	unsigned int i, o;

	for (i = 0; i < nr; i++) {
		for (o = 0; o < ARRAY_LEN(zones[i].blocks); o++) {
			free += zones[i].blocks[o] << o;
			smaller += o < order ? zones[i].blocks[o] << o : 0;
		}
	}
	return free ? (double)smaller / (double)free : 0;
}
