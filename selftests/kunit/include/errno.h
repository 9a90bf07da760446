/* SPDX-License-Identifier: GPL-2.0-only */
/* What unit tests include on the host, in the kernel. */
#include <linux/errno.h>
