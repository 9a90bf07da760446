/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Large pieces of a buffer in the page tables of a process: one entry for as much as
 * a table of the last level maps, 2 MiB where pages have 4 KiB.
 *
 *	address   | . . . . | . . . . | . . . . | . . .     aligned to 2 MiB
 *	entries   | pages   | one     | one     | pages
 *	memory        [ . . | . . . . | . . . . | . ]       aligned to 2 MiB
 *
 * Linux lets a module do so from 6.12 on, and on x86-64 and arm64 alone. 32-bit ARM
 * could map 1 MiB by a section, but Linux gives processes none. Everywhere else each
 * page has an entry of its own, as it has where nothing is aligned, and where an area
 * maps by struct pages, mmap.h: Linux would take references of the wrong ones.
 */
#ifndef SBUDDY_HUGE_H
#define SBUDDY_HUGE_H

#include "memory.h"

struct sb_buffer;

/**
 * sb_huge_fits() - Tell whether a larger entry could map some of a buffer.
 * @buf: buffer that stays where it is, in one run
 *
 * Context: Any.
 */
bool sb_huge_fits(const struct sb_buffer *buf);

/**
 * sb_huge_map() - Map what is around a fault by one larger entry.
 * @buf: buffer that the area maps
 * @vmf: the fault
 * @first: first page of the buffer that the area maps
 *
 * Context: Process. @buf's lock and @vmf's mmap_lock, or the area's, held.
 * Return: as a fault; VM_FAULT_FALLBACK when none fits there.
 */
vm_fault_t sb_huge_map(const struct sb_buffer *buf, struct sbuddy_fault *vmf, unsigned long first);

#endif
