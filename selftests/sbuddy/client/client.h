/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A module that calls every function of include/sbuddy/, in each context
 * that the function allows, and tells in KTAP what it found:
 *
 *	main.c    loading, and the walk through contexts and tests
 *	alloc.c   allocating, and what a page is
 *	free.c    freeing and splitting
 *	gfp.c     what flags mean, nodes and zones
 *	contig.c  contiguous ranges and CMA areas; process context alone
 *	scattered.c  scattered memory; process context alone
 *	slab.c    objects smaller than pages
 *	find.c    finding an instance; process context alone
 *	memory.c  hearing of memory that comes and goes; process context alone
 *	report.c  the KTAP lines
 *
 * Loaded with instance=NAME, it runs the tests on that one. It leaves nothing
 * behind: after each test as many pages are free as before.
 */
#ifndef SBUDDY_CLIENT_H
#define SBUDDY_CLIENT_H

#include <linux/mm.h>
#include <linux/seq_file.h>
#include <sbuddy/sbuddy.h>
#include <sbuddy/slab.h>

enum context { PROCESS, SOFTIRQ, HARDIRQ, NR_CONTEXTS };

/**
 * struct run - A test on its way.
 * @sb: instance
 * @name: of the instance
 * @context: where the test runs
 * @gfp: GFP_KERNEL, or GFP_ATOMIC where nobody may sleep
 * @has_addresses: the kernel reaches the instance's memory
 * @failed: something was not as expected
 */
struct run {
	struct sbuddy *sb;
	const char *name;
	enum context context;
	gfp_t gfp;
	bool has_addresses;
	bool failed;
};

/**
 * struct test - One thing that holds.
 * @name: what holds
 * @fn: finds out
 * @process: in process context alone
 * @slabs: it leaves pages in caches, which are shrunk afterwards
 */
struct test {
	const char *name;
	void (*fn)(struct run *run);
	bool process;
	bool slabs;
};

/* Each ends with an entry without a name. */
extern const struct test alloc_tests[];
extern const struct test free_tests[];
extern const struct test gfp_tests[];
extern const struct test contig_tests[];
extern const struct test scattered_tests[];
extern const struct test slab_tests[];
extern const struct test slab_dry_tests[];
extern const struct test find_tests[];
extern const struct test memory_tests[];

/* Goes on when it does not hold, so that what was allocated is freed. */
#define EXPECT(run, holds) expect(run, holds, #holds, __FILE__, __LINE__)

/* Equal numbers, which are told when they are not. */
#define EXPECT_EQ(run, seen, wanted) \
	expect_eq(run, (long)(seen), (long)(wanted), #seen, __FILE__, __LINE__)

bool expect(struct run *run, bool holds, const char *what, const char *file, int line);
bool expect_eq(struct run *run, long seen, long wanted, const char *what, const char *file,
	       int line);

/* The report: opened once, written in any context by one at a time. */
int report_open(void);
void report_close(void);
void report_test(bool ok, const char *context, const char *name);
void report_plan(void);

/* A notifier of the instance, and what it was told as lines: ACTION PFN PAGES NODE ZONE. */
int memory_register(struct sbuddy *sb);
void memory_unregister(void);
int memory_show(struct seq_file *seq, void *unused);

/* Caches for tests in any context, one with some objects in use. */
int slab_open(struct sbuddy *sb);
void slab_close(void);

/* A driver of device-tree nodes that point to a carveout. */
int find_driver_register(void);
void find_driver_unregister(void);

/* Memory of an instance holds nothing but @byte. */
static inline bool is_filled(const void *va, int byte, unsigned long nr_pages)
{
	return !memchr_inv(va, byte, nr_pages << PAGE_SHIFT);
}

#endif
