/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tunables: what can be chosen of an instance by name, each a value of its
 * configuration.
 *
 *	configfs   max_order                before the instance is made
 *	device tree   sbuddy,max-order      likewise
 *	debugfs    tunables                 while it lives, those that may change
 */
#ifndef SBUDDY_TUNABLE_H
#define SBUDDY_TUNABLE_H

#include "instance.h"

/* Longest value as text. */
#define SBUDDY_TUNABLE_LEN 64

/**
 * struct sbuddy_tunable - One of them.
 * @name: as in configfs; in the device tree "sbuddy," and with - for _
 * @offset: of the field in struct sb_config
 * @size: of the field: 8, 4 or that of a bool
 * @low: least value; with @letters that of the first one
 * @high: greatest value
 * @letters: a letter for each bit from that of @low on, for a set of them, or NULL
 * @words: names of the values from 0 to @high, or NULL for numbers
 * @automatic: a value beyond @high that is written "auto", or 0
 * @live: may change while the instance lives
 */
struct sbuddy_tunable {
	const char *name;
	size_t offset;
	size_t size;
	u64 low;
	u64 high;
	const char *letters;
	const char *const *words;
	u64 automatic;
	bool live;
};

extern const struct sbuddy_tunable sbuddy_tunables[];
extern const unsigned int sbuddy_nr_tunables;

/* The tunable of that name, or NULL. */
const struct sbuddy_tunable *sbuddy_tunable_find(const char *name);

u64 sbuddy_tunable_get(const struct sbuddy_tunable *t, const struct sb_config *cfg);
void sbuddy_tunable_set(const struct sbuddy_tunable *t, struct sb_config *cfg, u64 value);

/* Reads a value within its range, numbers with K, M, G or T: 0 or -EINVAL. */
int sbuddy_tunable_parse(const struct sbuddy_tunable *t, const char *text, u64 *value);

/* As text that sbuddy_tunable_parse() reads; at least SBUDDY_TUNABLE_LEN bytes of @buf. */
const char *sbuddy_tunable_text(const struct sbuddy_tunable *t, u64 value, char *buf);

/* What a value must be, for a line that says so; likewise. */
const char *sbuddy_tunable_range(const struct sbuddy_tunable *t, char *buf);

#endif
