// SPDX-License-Identifier: GPL-2.0-only
#include "ctl.h"

static const struct {
	const char *name;
	uint32_t flag;
} flags[] = {
	{ "thisnode", SBUDDY_ALLOC_THIS_NODE },	 { "high", SBUDDY_ALLOC_HIGH },
	{ "atomic", SBUDDY_ALLOC_ATOMIC },	 { "memalloc", SBUDDY_ALLOC_MEMALLOC },
	{ "scattered", SBUDDY_ALLOC_SCATTERED }, { "wc", SBUDDY_ALLOC_WC },
	{ "uncached", SBUDDY_ALLOC_UNCACHED },
};

static uint32_t flag_of(const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(flags); i++)
		if (strlen(flags[i].name) == len && !strncmp(flags[i].name, name, len))
			return flags[i].flag;
	die_usage(
		"--flags knows thisnode, high, atomic, memalloc, scattered, wc and uncached, not \"%.*s\"",
		(int)len, name);
}

static uint32_t flags_of_options(void)
{
	const char *list = given(OPT_FLAGS);
	uint32_t all = 0;
	size_t len;

	while (list) {
		len = strcspn(list, ",");
		all |= flag_of(list, len);
		list = list[len] ? list + len + 1 : NULL;
	}
	return all;
}

struct sbuddy_alloc request_of_options(const struct sbuddy_info *info)
{
	struct sbuddy_alloc request = {
		.type = word_of(OPT_TYPE, type_names, 3, SBUDDY_MOVABLE),
		.zone = word_of(OPT_ZONE, zone_names, 4, SBUDDY_ZONE_MOVABLE),
		.node = given(OPT_NODE) ? (int)number_of(OPT_NODE, 0, 0, 7) : SBUDDY_NODE_ANY,
		.flags = flags_of_options(),
	};

	if (given(OPT_BYTES) && given(OPT_ORDER))
		die_usage("--order and --bytes are two ways to say one thing: give one");
	if (given(OPT_BYTES)) {
		request.flags |= SBUDDY_ALLOC_BYTES;
		request.bytes = bytes_of(OPT_BYTES, 0);
	} else {
		request.order = (uint32_t)number_of(OPT_ORDER, 0, 0, info->max_order);
	}
	return request;
}
