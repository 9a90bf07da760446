/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long core has interrupts off at most, and where: of a module that was built to
 * tell, by SBUDDY_IRQSOFF=1. In others nothing of it is left.
 *
 *	/sys/kernel/debug/sbuddy_irqsoff	a line for each place that ended such a
 *						section: nanoseconds of the longest, and
 *						the place; what is written forgets them
 *
 * The clock is the kernel's. Where it counts instructions, as an emulator's can, these
 * are instructions.
 */
#ifndef SBUDDY_IRQSOFF_H
#define SBUDDY_IRQSOFF_H

#ifdef SBUDDY_IRQSOFF
/* Interrupts have just gone off on this CPU, or are about to come back, at @where. */
void sbuddy_irqsoff_begin(void);
void sbuddy_irqsoff_end(unsigned long where);

void sbuddy_irqsoff_init(void);
void sbuddy_irqsoff_exit(void);
#else
static inline void sbuddy_irqsoff_begin(void)
{
}

static inline void sbuddy_irqsoff_end(unsigned long where)
{
}

static inline void sbuddy_irqsoff_init(void)
{
}

static inline void sbuddy_irqsoff_exit(void)
{
}
#endif

#endif
