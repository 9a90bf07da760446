/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verb boot: an instance of configfs walks through its stages, and is drawn after each.
 */
#ifndef SBUDDYCTL_BOOT_H
#define SBUDDYCTL_BOOT_H

#include "layout.h"

#define BOOT_STAGES 6

/**
 * struct boot - An instance at one of its stages.
 * @instance: its name
 * @stage: 0 for the first
 * @name: of the stage
 * @line: what the file stages tells of it
 * @now: regions and zones
 * @before: the same one stage before
 * @page_size: bytes
 * @block_order: of a pageblock
 */
struct boot {
	const char *instance;
	unsigned int stage;
	char name[32];
	char line[512];
	struct layout now;
	struct layout before;
	uint64_t page_size;
	uint64_t block_order;
};

/* What a stage is about, for people. */
extern const char *const boot_texts[BOOT_STAGES];

/* boot_draw.c: on the standard output */
void boot_draw(const struct boot *boot);
void boot_json(const struct boot *boot);

#endif
