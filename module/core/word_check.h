/* SPDX-License-Identifier: GPL-2.0-only */
/* The word engine's part of a check: what is kept is what the bits say. */
#ifndef SB_WORD_CHECK_H
#define SB_WORD_CHECK_H

#include "word.h"

unsigned int sb_word_check(const struct sb_zone *zone, const struct sb_engine_seen *seen,
			   struct sb_out *out);

#endif
