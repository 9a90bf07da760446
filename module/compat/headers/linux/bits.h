/* SPDX-License-Identifier: GPL-2.0-only */
/* 4.19 moved these out of bitops.h. */
#include <linux/bitops.h>
