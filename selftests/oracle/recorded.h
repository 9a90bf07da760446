/* SPDX-License-Identifier: GPL-2.0-only */
/* What a kernel asked for: scripts/record-kmem tells what is in a file. */
#ifndef RECORDED_H
#define RECORDED_H

#include "churn.h"

/**
 * struct recorded - A trace.
 * @bytes: as they are in a file, unpacked
 * @size: how many
 * @nr_births: requests
 * @nr_events: requests and releases
 * @peak: pages in use when these were most
 */
struct recorded {
	const u8 *bytes;
	size_t size;
	unsigned long nr_births;
	unsigned long nr_events;
	unsigned long peak;
};

/* A block: of a page that is none there was nothing. */
struct recorded_life {
	u32 page;
	u8 order;
	u8 type;
};

/**
 * recorded_measure() - Count what is in a trace.
 * @rec: with its bytes; the rest is set
 * @orders: room for a byte for each byte of it, all 0
 *
 * Return: false when it is no trace, or releases what was not asked for.
 */
bool recorded_measure(struct recorded *rec, u8 *orders);

/**
 * recorded_run() - Ask for what was recorded, and give all back.
 * @rec: measured
 * @lives: room for all requests
 * @churn: whom to ask
 * @score: the mean of eight looks in the second half
 *
 * What is not given is not asked for again.
 *
 * Context: That of the side.
 * Return: 0, or -EILSEQ as churn_run().
 */
int recorded_run(const struct recorded *rec, struct recorded_life *lives, struct churn *churn,
		 struct churn_score *score);

#endif
