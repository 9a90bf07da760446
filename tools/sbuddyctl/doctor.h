/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is wrong with a carveout, and what to write instead: the rules of the driver's
 * probe (module/driver/carveout_of.c, carveout_verify.c), told from a device tree before
 * it is booted, or about a board that runs.
 */
#ifndef SBUDDYCTL_DOCTOR_H
#define SBUDDYCTL_DOCTOR_H

#include <stdbool.h>
#include <stdint.h>

#define DOCTOR_MAX_CLAIMS 64 /* ranges of all carveouts of a tree */
#define DOCTOR_TEXT 512

enum doctor_level {
	DOCTOR_FINE,
	DOCTOR_NOTE, /* worth knowing */
	DOCTOR_WRONG, /* the driver refuses it, or it cannot work */
};

/**
 * struct doctor_claim - Memory that a carveout asks for.
 * @carveout: path of its node
 * @name: node of the memory
 * @base: address in bytes
 * @size: in bytes
 * @no_map: the kernel is not to map it
 */
struct doctor_claim {
	char carveout[DOCTOR_TEXT];
	char name[64];
	uint64_t base;
	uint64_t size;
	bool no_map;
};

/**
 * struct doctor - An examination.
 * @fdt: flattened tree
 * @tell: what becomes of each finding; @instead may be NULL
 * @claims: of all carveouts so far that nothing was wrong with
 * @nr_claims: how many
 * @nr_carveouts: seen
 * @nr_wrong: findings of DOCTOR_WRONG
 */
struct doctor {
	const void *fdt;
	void (*tell)(enum doctor_level level, const char *where, const char *what,
		     const char *instead);
	struct doctor_claim claims[DOCTOR_MAX_CLAIMS];
	unsigned int nr_claims;
	unsigned int nr_carveouts;
	unsigned int nr_wrong;
};

/* A finding about @where; @instead says what to do, or is NULL. */
void doctor_say(struct doctor *d, enum doctor_level level, const char *where, const char *instead,
		const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Looks at all carveouts of the tree. */
void doctor_tree(struct doctor *d);

/* One node's properties but for memory-region: the tunables and the name. */
void doctor_properties(struct doctor *d, int node, const char *path);

/* Whether one range can be a carveout's; says what is wrong if not. */
bool doctor_claim_ok(struct doctor *d, const char *where, int node, int region,
		     const struct doctor_claim *claim);

/* Bytes of the board's memory; 0 when the tree leaves that to the bootloader. */
uint64_t doctor_memory(const struct doctor *d);

/* The order of a pageblock that a node asks for. */
unsigned int doctor_pageblock_order(const struct doctor *d, int node);

/* Looks at the running kernel; @fdt is the tree that it was booted with. */
void doctor_live(struct doctor *d);

#endif
