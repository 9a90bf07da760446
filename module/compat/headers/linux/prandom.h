/* SPDX-License-Identifier: GPL-2.0-only */
/* 5.8 moved these out of random.h. */
#include <linux/random.h>
