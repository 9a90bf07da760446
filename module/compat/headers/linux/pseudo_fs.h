/* SPDX-License-Identifier: GPL-2.0-only */
/* 5.4 has file systems that nobody mounts set up by what is here: files.h. */
#include <linux/fs.h>
