/* SPDX-License-Identifier: GPL-2.0-only */
/* Where core prints, for its unit tests in the kernel: as selftests/unit/sb_out.h. */
#ifndef SB_OUT_H
#define SB_OUT_H

#include <linux/compiler.h>
#include <linux/types.h>

#define SB_PHYS_DIGITS 8
/* As the host's library prints a pointer: 0x, and no zeros ahead. */
#define SB_CALLER "0x%1px"

/* What does not fit @text is a mistake of the test. */
struct sb_out {
	char *text;
	size_t used;
	size_t size;
};

void sb_out_printf(struct sb_out *out, const char *fmt, ...) __printf(2, 3);

#endif
