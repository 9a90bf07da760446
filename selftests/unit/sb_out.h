/* SPDX-License-Identifier: GPL-2.0-only */
/* Where core prints, on the host: see module/driver/sb_out.h. */
#ifndef SB_OUT_H
#define SB_OUT_H

#include <stddef.h>

#define SB_PHYS_DIGITS 8
#define SB_CALLER "%p"

/* What does not fit @text is a mistake of the test. */
struct sb_out {
	char *text;
	size_t used;
	size_t size;
};

void sb_out_printf(struct sb_out *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
