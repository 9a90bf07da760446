/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Held pages: those that the kernel still reads or writes when their buffer goes.
 *
 * Memory that has struct pages is mapped by them, so the rest of the kernel may use it
 * as any other: a disk reads straight into it, a pipe keeps it until somebody reads the
 * pipe. Each such user has a reference of the page, beside the one with which it came.
 * A buffer with such a page is not given back when its last handle and mapping go, but
 * set aside, and looked at again and again until all of them are let go of:
 *
 *	last put --- nobody else has a page ------------------> pages are free
 *	         \-- somebody has --> set aside --- look at --/
 *
 * A buffer that was ever mapped by pages keeps the device, and so the module, until
 * its pages are free. Whatever else looks for pages has a reference of any page for an
 * instant, too: that is told from nobody, and costs no more than another look.
 */
#ifndef SBUDDY_HELD_H
#define SBUDDY_HELD_H

#include <linux/spinlock.h>
#include <linux/workqueue.h>

struct sb_buffer;
struct sbuddy_device;

/**
 * struct sbuddy_held - Buffers of a device that are set aside.
 * @lock: see below
 * @first: a chain
 * @nr_buffers: how many there are, those that are being looked at included
 * @nr_pages: of them
 * @delay: until the next look, in jiffies
 * @work: looks
 */
struct sbuddy_held {
	spinlock_t lock; /* guards all but @work */
	struct sb_buffer *first;
	unsigned int nr_buffers;
	unsigned long nr_pages;
	unsigned long delay;
	struct delayed_work work;
};

void sbuddy_held_init(struct sbuddy_device *dev);

/* Nothing is set aside any more, as that keeps the device: waits for the last look. */
void sbuddy_held_stop(struct sbuddy_device *dev);

/**
 * sb_held_expect() - Say that a buffer is going to be mapped by its pages.
 * @buf: buffer that the caller has a reference of, of memory that has pages
 *
 * Context: Process, in a call that keeps the device; also with mmap_lock held.
 * Return: 0, or -ENODEV when the device is about to end.
 */
int sb_held_expect(struct sb_buffer *buf);

/**
 * sb_held_any() - Has somebody a page of a buffer that nothing maps?
 * @buf: buffer; its lock held for writing, or nobody has a reference any more
 *
 * Context: Any.
 */
bool sb_held_any(const struct sb_buffer *buf);

/**
 * sb_held_keep() - Set a buffer aside if somebody has a page of it.
 * @buf: buffer that nobody has a reference of any more
 *
 * What is set aside comes to its end by sb_buffer_end().
 *
 * Context: Process, also with mmap_lock held.
 * Return: true when it was.
 */
bool sb_held_keep(struct sb_buffer *buf);

/* How many pages are set aside, and of how many buffers. */
unsigned long sb_held_pages(struct sbuddy_device *dev, unsigned int *nr_buffers);

#endif
