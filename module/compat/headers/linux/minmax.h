/* SPDX-License-Identifier: GPL-2.0-only */
/* 5.10 moved these out of kernel.h. */
#include <linux/kernel.h>
