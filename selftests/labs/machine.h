/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine: an instance whose node 0 is the memory of a lab. Node 1 holds the
 * descriptors, so that all of node 0 is free at first. Pages are counted from
 * the start of node 0.
 */
#ifndef LAB_MACHINE_H
#define LAB_MACHINE_H

#include "lab.h"

#define LAB_BASE 0x80000000ull
#define LAB_REST_BASE 0x90000000ull

enum lab_flag { LAB_FLAG_NONE, LAB_FLAG_HIGH, LAB_FLAG_ATOMIC, LAB_FLAG_MEMALLOC };

/* Ends the program when there is no such machine. */
void machine_start(const struct lab_setup *setup);
void machine_stop(void);

/* A block from node 0: its first page, or a negative errno. */
long machine_take(unsigned int order, unsigned int type, enum lab_flag flag);
void machine_free(unsigned long page, unsigned int order);
unsigned long machine_drain(void);
void machine_cpu(unsigned int cpu);
void machine_look(const struct lab_setup *setup, struct lab_look *look);

#endif
