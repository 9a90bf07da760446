// SPDX-License-Identifier: GPL-2.0-only
#include <linux/irq_work.h>
#include <linux/log2.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>

#include "ring.h"

/*
 * One for all rings: a program that waits is on it, however soon the device
 * goes away; its open file keeps the module.
 */
DECLARE_WAIT_QUEUE_HEAD(sbuddy_ring_readers);

static void wake(struct irq_work *work)
{
	wake_up_interruptible_all(&sbuddy_ring_readers);
}

/* Whoever makes an event may hold locks that a wake-up wants. */
static DEFINE_IRQ_WORK(wake_work, wake);

void sbuddy_ring_wake(void)
{
	irq_work_sync(&wake_work);
	wake_up_interruptible_all(&sbuddy_ring_readers);
}

struct sb_event *sbuddy_ring_memory(unsigned int kib, u32 *size)
{
	*size = roundup_pow_of_two(kib * 1024 / sizeof(struct sb_event));
	return __vmalloc(*size * sizeof(struct sb_event), GFP_KERNEL | __GFP_NOWARN);
}

static struct sb_event *record(const struct sbuddy_ring *ring, u64 pos)
{
	return &ring->events[pos & (ring->size - 1)];
}

struct sb_event *sbuddy_ring_replace(struct sbuddy_ring *ring, struct sb_event *events, u32 size)
{
	unsigned long irq = sb_irq_save();
	struct sb_event *old;

	sb_lock(&ring->lock);
	old = ring->events;
	WRITE_ONCE(ring->events, events);
	ring->size = size;
	ring->head = 0;
	ring->tail = 0;
	ring->lost = 0;
	sb_unlock(&ring->lock);
	sb_irq_restore(irq);
	return old;
}

/* The clock is read inside of the lock, so that times are in the order of records. */
static void append(struct sbuddy_ring *ring, struct sb_event *event) __must_hold(ring->lock)
{
	event->time_ns = ktime_get_mono_fast_ns();
	event->cpu = sb_this_cpu();
	event->seq = (u32)ring->head;
	if (ring->head - ring->tail == ring->size) {
		ring->tail++;
		ring->lost++;
	}
	*record(ring, ring->head++) = *event;
}

void sbuddy_ring_write(struct sbuddy_ring *ring, struct sb_event *event)
{
	bool wanted = false;
	unsigned long irq;

	/* Only tracefs listens: no reason for all CPUs to meet at the lock. */
	if (!READ_ONCE(ring->events))
		return;
	irq = sb_irq_save();
	sb_lock(&ring->lock);
	if (ring->events) {
		append(ring, event);
		wanted = ring->wanted;
		ring->wanted = false;
	}
	sb_unlock(&ring->lock);
	sb_irq_restore(irq);
	if (unlikely(wanted))
		irq_work_queue(&wake_work);
}

unsigned int sbuddy_ring_take(struct sbuddy_ring *ring, struct sb_event *events, unsigned int max)
{
	unsigned long irq = sb_irq_save();
	unsigned int nr = 0;

	sb_lock(&ring->lock);
	while (nr < max && ring->tail != ring->head)
		events[nr++] = *record(ring, ring->tail++);
	sb_unlock(&ring->lock);
	sb_irq_restore(irq);
	return nr;
}

void sbuddy_ring_lose(struct sbuddy_ring *ring, unsigned int nr)
{
	unsigned long irq = sb_irq_save();

	sb_lock(&ring->lock);
	ring->lost += nr;
	sb_unlock(&ring->lock);
	sb_irq_restore(irq);
}

bool sbuddy_ring_peek(struct sbuddy_ring *ring, u64 *pos, struct sb_event *event)
{
	unsigned long irq = sb_irq_save();
	bool found;

	sb_lock(&ring->lock);
	*pos = max(*pos, ring->tail);
	found = *pos < ring->head;
	if (found)
		*event = *record(ring, *pos);
	sb_unlock(&ring->lock);
	sb_irq_restore(irq);
	return found;
}

void sbuddy_ring_figures(struct sbuddy_ring *ring, struct sbuddy_ring *figures)
{
	unsigned long irq = sb_irq_save();

	sb_lock(&ring->lock);
	figures->size = ring->size;
	figures->head = ring->head;
	figures->tail = ring->tail;
	figures->lost = ring->lost;
	sb_unlock(&ring->lock);
	sb_irq_restore(irq);
}

bool sbuddy_ring_poll(struct sbuddy_ring *ring)
{
	unsigned long irq = sb_irq_save();
	bool some;

	sb_lock(&ring->lock);
	some = ring->tail != ring->head;
	if (!some)
		ring->wanted = true;
	sb_unlock(&ring->lock);
	sb_irq_restore(irq);
	return some;
}
