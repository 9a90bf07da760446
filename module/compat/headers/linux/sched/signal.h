/* SPDX-License-Identifier: GPL-2.0-only */
/* 4.11 moved these out of sched.h. */
#include <linux/sched.h>
