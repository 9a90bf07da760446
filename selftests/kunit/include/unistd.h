/* SPDX-License-Identifier: GPL-2.0-only */
/* What unit tests include on the host, in the kernel: what sleeps is left out. */
#ifndef UNISTD_H
#define UNISTD_H

static inline void usleep(unsigned int us)
{
}

#endif
