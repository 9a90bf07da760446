/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Wrong page descriptors on purpose, so that tests see what becomes of an instance then:
 * of a module that was built for that, by SBUDDY_CORRUPT=1. In others nothing of it is
 * left.
 *
 *	/sys/kernel/debug/sbuddy/NAME/corrupt	"PFN WORD MASK" flips these bits of word 0
 *						or 1 of the page's descriptor
 */
#ifndef SBUDDY_CORRUPT_H
#define SBUDDY_CORRUPT_H

struct sbuddy_device;

#ifdef SBUDDY_CORRUPT
/* The file goes with the directory. Process context. */
void sbuddy_corrupt_add(struct sbuddy_device *dev);
#else
static inline void sbuddy_corrupt_add(struct sbuddy_device *dev)
{
}
#endif

#endif
