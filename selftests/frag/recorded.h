/* SPDX-License-Identifier: GPL-2.0-only */
/* What a kernel asked for while it booted: scripts/record-kmem tells what is in a file. */
#ifndef RECORDED_H
#define RECORDED_H

#include "churn.h"

/**
 * struct recorded - A trace.
 * @bytes: as they are in a file
 * @size: how many
 * @nr_births: requests
 * @nr_events: requests and releases
 * @peak: pages in use when these were most
 */
struct recorded {
	u8 *bytes;
	size_t size;
	unsigned long nr_births;
	unsigned long nr_events;
	unsigned long peak;
};

/* Reads all of standard input; false when it is no trace. */
bool recorded_read(struct recorded *rec);
void recorded_free(struct recorded *rec);

/*
 * Asks for what was recorded. The score is the mean of eight looks in the second half. 0,
 * -ENOMEM, or -EILSEQ as churn_run(). What is in use at last is given back.
 */
int recorded_run(const struct recorded *rec, struct churn *churn, struct churn_score *score);

#endif
