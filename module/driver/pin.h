/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pins: what has to stay where it is, because somebody knows its address.
 *
 * A pin is counted. Those of SBUDDY_IOC_PIN belong to the handle and go with it;
 * who pins in the kernel holds a reference of the buffer meanwhile.
 *
 *	Movable zone, CMA area          elsewhere
 *	buffer, no pin   --- moved -->  pin 1, pin 2, ...
 *
 * The first pin of a buffer that can be moved takes it out of memory that others
 * count on to be emptied, core/longterm.h. Without a place for it there is no pin.
 */
#ifndef SBUDDY_PIN_H
#define SBUDDY_PIN_H

struct sb_buffer;
struct sbuddy_device;

/**
 * sb_pin() - Have a buffer stay where it is.
 * @buf: buffer that the caller has a reference of
 *
 * Context: Process, without @buf->lock. Waits for a move under way, and may move it.
 * Return: 0; -EOVERFLOW when it has SBUDDY_MAX_PINS pins; -ENOMEM when it may not
 *	stay where it is and there is no other place; -EBUSY when it has to be moved
 *	and others in the kernel have a page of it, held.h; -EIO when it has to be moved
 *	and the instance was found corrupt; -EINTR when the process was killed
 *	meanwhile.
 */
int sb_pin(struct sb_buffer *buf);

/* Undoes one sb_pin(). Any context. */
void sb_unpin(struct sb_buffer *buf);

/**
 * sb_pin_handle() - sb_pin() for a handle, with which the pin goes.
 * @buf: buffer that the caller has a reference of
 * @pins: set to the pins that the buffer has
 * @pfn: set to its first page
 *
 * Context: as sb_pin().
 * Return: as sb_pin(); -ENOENT when the handle is gone meanwhile.
 */
int sb_pin_handle(struct sb_buffer *buf, unsigned int *pins, unsigned long *pfn);

/**
 * sb_unpin_handle() - Undo one sb_pin_handle().
 * @buf: buffer that the caller has a reference of
 * @pins: set to the pins that the buffer has left
 *
 * Context: Process.
 * Return: 0; -EINVAL when the handle has no pin.
 */
int sb_unpin_handle(struct sb_buffer *buf, unsigned int *pins);

/* All pins of a handle that is taken away; with the lock of the handles, or alone. */
void sb_pin_drop_all(struct sb_buffer *buf);

/* Pages of buffers that have pins; read without locks. */
unsigned long sb_pin_pages(const struct sbuddy_device *dev);

#endif
