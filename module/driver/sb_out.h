/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where core prints, in the kernel: part of the contract of sb_platform.h.
 *
 *   struct sb_out    where a text file goes
 *   sb_out_printf()  prints to it; what is printed to NULL is dropped
 *   SB_PHYS_DIGITS   how many digits a physical address prints with
 *   SB_CALLER        how an address of code prints, a void *
 */
#ifndef SB_OUT_H
#define SB_OUT_H

#include <linux/compiler.h>
#include <linux/types.h>

struct seq_file;

/* As %pa prints. */
#define SB_PHYS_DIGITS (2 * sizeof(phys_addr_t))
#define SB_CALLER "%pS"

/**
 * struct sb_out - Where text goes.
 * @seq: a file being read, or NULL
 * @text: else a buffer, zero terminated; what does not fit is cut off
 * @used: characters in @text
 * @size: room in @text, 1 or more
 */
struct sb_out {
	struct seq_file *seq;
	char *text;
	size_t used;
	size_t size;
};

void sb_out_printf(struct sb_out *out, const char *fmt, ...) __printf(2, 3);

#endif
