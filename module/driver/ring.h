/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event ring: an instance's last events, for kernels without tracing.
 *
 *	 tail                 head
 *	  v                    v
 *	| 3 | 4 | 5 | 6 | 7 |   |   |   |    positions only grow; a record lies
 *	                                     at its position modulo the size
 *
 * Readers take from the tail. A producer that finds the ring full overwrites
 * the oldest record, which is then lost, and counted. One lock guards it all:
 * records are in the order of their times, and numbered without a gap.
 */
#ifndef SBUDDY_RING_H
#define SBUDDY_RING_H

#include "trace.h"

/* Limits of its size, and what 1 stands for, in KiB. */
#define SBUDDY_RING_MAX_KIB 16384
#define SBUDDY_RING_DEFAULT_KIB 256

/**
 * struct sbuddy_ring - The ring of one device.
 * @lock: guards the rest; innermost, taken under any lock of core
 * @events: records, or NULL when it is off; writers look at it without @lock
 * @size: how many, a power of two
 * @head: position after the newest record, so the number of all ever written
 * @tail: position of the oldest record not read yet
 * @lost: records overwritten unread, or read by a program that gave no memory
 * @wanted: somebody waits for the next record
 */
struct sbuddy_ring {
	struct sb_lock lock;
	struct sb_event *events;
	u32 size;
	u64 head;
	u64 tail;
	u64 lost;
	bool wanted;
};

static inline void sbuddy_ring_init(struct sbuddy_ring *ring)
{
	sb_lock_init(&ring->lock);
}

/**
 * sbuddy_ring_memory() - Memory for a ring.
 * @kib: at least so many KiB, 1 .. SBUDDY_RING_MAX_KIB
 * @size: set to how many records it holds
 *
 * Context: Process.
 * Return: records, for sbuddy_ring_replace(); NULL when there is no memory.
 */
struct sb_event *sbuddy_ring_memory(unsigned int kib, u32 *size);

/**
 * sbuddy_ring_replace() - Begin anew, with other records or with none.
 * @ring: ring; what it held unread is forgotten
 * @events: from sbuddy_ring_memory(), or NULL to switch it off
 * @size: how many
 *
 * Context: Any. Takes @ring->lock.
 * Return: the records it had, for vfree(); nobody writes to them any more.
 */
struct sb_event *sbuddy_ring_replace(struct sbuddy_ring *ring, struct sb_event *events, u32 size);

/**
 * sbuddy_ring_write() - Append an event, if the ring is on.
 * @ring: ring
 * @event: stamped here with time, CPU and sequence number
 *
 * Context: Any but NMI, under any lock of core. Takes @ring->lock.
 */
void sbuddy_ring_write(struct sbuddy_ring *ring, struct sb_event *event);

/**
 * sbuddy_ring_take() - Read the oldest records, which are gone from it then.
 * @ring: ring
 * @events: room for @max; few, as interrupts are off while they are copied
 * @max: how many at most
 *
 * Context: Any but NMI. Takes @ring->lock.
 * Return: how many there were.
 */
unsigned int sbuddy_ring_take(struct sbuddy_ring *ring, struct sb_event *events, unsigned int max);

/* Says that @nr records taken have reached nobody. */
void sbuddy_ring_lose(struct sbuddy_ring *ring, unsigned int nr);

/**
 * sbuddy_ring_peek() - Look at one record, which stays.
 * @ring: ring
 * @pos: the lowest position wanted; set to that of the record
 * @event: set to the record
 *
 * Context: Any but NMI. Takes @ring->lock.
 * Return: true, or false when there is none at @pos or above.
 */
bool sbuddy_ring_peek(struct sbuddy_ring *ring, u64 *pos, struct sb_event *event);

/* A copy of its figures, @lock aside, all of the same moment. */
void sbuddy_ring_figures(struct sbuddy_ring *ring, struct sbuddy_ring *figures);

/* Is there a record to take? If not, whoever waits is woken by the next one. */
bool sbuddy_ring_poll(struct sbuddy_ring *ring);

/* Those who wait for records of any ring. */
extern struct wait_queue_head sbuddy_ring_readers;

/* Wakes them, and returns when nobody is about to: before a ring goes away. */
void sbuddy_ring_wake(void);

/* The files of ring/ in a device's directory, which debugfs.c makes. */
extern const struct file_operations sbuddy_ring_enable_fops;
extern const struct file_operations sbuddy_ring_data_fops;
extern const struct file_operations sbuddy_ring_text_fops;
extern const struct file_operations sbuddy_ring_stats_fops;

#endif
