/* SPDX-License-Identifier: GPL-2.0-only */
/* An explanation as text, for people: see explain.h. */
#ifndef SB_EXPLAIN_SHOW_H
#define SB_EXPLAIN_SHOW_H

#include "explain.h"

/* No explanation is longer, its terminating zero included. */
#define SB_EXPLAIN_TEXT_MAX 16384

/**
 * sb_explain_show() - Print an explanation.
 * @out: where to
 * @ex: the explanation
 * @pfns: tell frame numbers, too
 *
 * First the request, then the verdict, what would help, and each zone with its
 * figures. Wording may change; programs ask the ioctl.
 *
 * Context: Process.
 */
void sb_explain_show(struct sb_out *out, const struct sb_explain *ex, bool pfns);

/* The verdict in a few words, without a line's end. */
const char *sb_explain_show_verdict(enum sb_explain_verdict verdict);

#endif
