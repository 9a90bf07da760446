// SPDX-License-Identifier: GPL-2.0-only
#include <linux/seq_file.h>

#include "sb_platform.h"

void sb_out_printf(struct sb_out *out, const char *fmt, ...)
{
	va_list args;

	if (!out)
		return;
	va_start(args, fmt);
	if (out->seq)
		seq_vprintf(out->seq, fmt, args);
	else
		out->used += vscnprintf(out->text + out->used, out->size - out->used, fmt, args);
	va_end(args);
}
