/* SPDX-License-Identifier: GPL-2.0-only */
/* 5.8 made it that of all machines. */
#include <asm/pgtable.h>
