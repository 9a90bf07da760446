/* SPDX-License-Identifier: GPL-2.0-only */
/* What an instance keeps for the word engine, word.h. */
#ifndef SB_WORDS_H
#define SB_WORDS_H

#include "zone.h"

struct sb_word_block;

struct sb_word_zone;

/**
 * struct sb_words - What the word engine keeps.
 * @bits: a bit a page, words of 32, lowest first: it is free. NULL with another engine.
 * @block: by pageblock
 * @zone: by zone, NULL where there can be no pages
 */
struct sb_words {
	u32 *bits;
	struct sb_word_block *block;
	struct sb_word_zone *zone[SB_MAX_ZONES];
};

#endif
