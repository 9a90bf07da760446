/* SPDX-License-Identifier: GPL-2.0-only */
/* Instances for tests, whose banks are arrays on the host's heap. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include "alloc.h"
#include "check.h"
#include "handover.h"
#include "layout.h"
#include "pcp_drain.h"
#include "region_iter.h"
#include "unit.h"

#define MiB (1024ull * 1024)
#define GiB (1024 * MiB)

/**
 * struct fixture - An instance and what its test may turn.
 * @inst: the instance
 * @memory: banks of up to 64 MiB, whole
 * @nr_maps: pieces of metadata mapped now
 * @fail_map: the map call that fails, counted from 1; 0 for none
 * @nr_map_calls: map calls so far
 * @nr_origins: how often core asked who calls
 * @pid: who calls
 */
struct fixture {
	struct sb_instance inst;
	unsigned char *memory[SB_MAX_BANKS];
	unsigned int nr_maps;
	unsigned int fail_map;
	unsigned int nr_map_calls;
	unsigned long nr_origins;
	int pid;
};

/* The defaults, one bank, node 0; nothing is kept back, so that every page can be had. */
struct sb_config fixture_config(u64 base, u64 size);
void fixture_add_bank(struct sb_config *cfg, u64 base, u64 size, int nid);
void fixture_reserve(struct sb_config *cfg, u64 base, u64 size);

/* The same with the word engine, and with what that asks for. */
void fixture_use_word(struct sb_config *cfg);

/* Sets up an instance without walking it. */
int fixture_init(struct fixture *f, const struct sb_config *cfg);
/* The same, live, and expected to be so. */
void fixture_boot(struct fixture *f, const struct sb_config *cfg);
/* Checks it, lets go of it, and expects nothing to be left. */
void fixture_exit(struct fixture *f);
/* The same for one that was broken on purpose. */
void fixture_drop(struct fixture *f);

/* Recounts the instance, and fails the test with what the checker says. */
void fixture_check(struct fixture *f, const char *file, int line);
#define CHECK(f) fixture_check(f, __FILE__, __LINE__)

/* One block of @type from Normal of any node, or the errno. */
long fixture_alloc(struct fixture *f, unsigned int order, unsigned int type);
void fixture_free(struct fixture *f, unsigned long pfn, unsigned int order);

/* What a request is given, or the errno. */
long fixture_ask(struct fixture *f, struct sb_request request);
/* Takes all there is as single Movable pages, so that a test frees what its picture needs. */
void fixture_fill(struct fixture *f);
void fixture_free_run(struct fixture *f, unsigned long pfn, unsigned long nr_pages);
/* Gives a pageblock and its free pages another type. */
void fixture_set_type(struct fixture *f, unsigned long pfn, unsigned int type);

/* The populated zone @type of node 0. */
struct sb_zone *fixture_zone(struct fixture *f, enum sb_zone_type type);
struct sb_zone *fixture_zone_of(struct fixture *f, unsigned long pfn);

/* To be called when a test has set watermarks or reserves of a zone by itself. */
void fixture_measure(struct sb_zone *zone);

/* Says of which type a pageblock is, and leaves its free pages where they are. */
void fixture_retype(struct fixture *f, unsigned long pfn, unsigned int type);

/* Blocks on a free list, and blocks of an order on all of them. */
unsigned long fixture_free_blocks(struct fixture *f, unsigned int order, unsigned int type);

#endif
