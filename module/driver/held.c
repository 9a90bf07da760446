// SPDX-License-Identifier: GPL-2.0-only
#include <linux/jiffies.h>
#include <linux/mm.h>

#include "buffer.h"
#include "held.h"

/* Between two looks: at first, and at most as long as nothing is let go of. */
#define FIRST_DELAY msecs_to_jiffies(10)
#define LAST_DELAY msecs_to_jiffies(250)

/* The one with which a page came, from the kernel's allocator or from boot. */
#define OWN_REFERENCES 1

static bool run_is_held(const struct sb_run *run)
{
	unsigned long pfn;

	for (pfn = run->pfn; pfn < run->pfn + run->nr_pages; pfn++)
		if (page_ref_count(pfn_to_page(pfn)) > OWN_REFERENCES)
			return true;
	return false;
}

bool sb_held_any(const struct sb_buffer *buf)
{
	unsigned int i;

	if (!buf->by_pages)
		return false;
	for (i = 0; i < buf->nr_runs; i++)
		if (run_is_held(&buf->runs[i]))
			return true;
	return false;
}

int sb_held_expect(struct sb_buffer *buf)
{
	int err;

	if (READ_ONCE(buf->by_pages))
		return 0;
	err = sbuddy_device_keep(buf->dev);
	if (err)
		return err;
	/* Of two who were as fast one keeps it for both. */
	if (xchg(&buf->by_pages, 1))
		sbuddy_device_let_go(buf->dev);
	return 0;
}

static void add(struct sbuddy_held *held, struct sb_buffer *buf)
{
	spin_lock(&held->lock);
	buf->next = held->first;
	held->first = buf;
	spin_unlock(&held->lock);
}

static void count(struct sbuddy_held *held, int nr_buffers, long nr_pages)
{
	spin_lock(&held->lock);
	held->nr_buffers += nr_buffers;
	held->nr_pages += nr_pages;
	spin_unlock(&held->lock);
}

bool sb_held_keep(struct sb_buffer *buf)
{
	struct sbuddy_held *held = &buf->dev->held;

	if (likely(!sb_held_any(buf)))
		return false;
	count(held, 1, (long)buf->nr_pages);
	add(held, buf);
	WRITE_ONCE(held->delay, FIRST_DELAY);
	schedule_delayed_work(&held->work, FIRST_DELAY);
	return true;
}

static struct sb_buffer *take_all(struct sbuddy_held *held)
{
	struct sb_buffer *chain;

	spin_lock(&held->lock);
	chain = held->first;
	held->first = NULL;
	spin_unlock(&held->lock);
	return chain;
}

/* With the last buffer the device may go, but not before this has returned. */
static void look(struct work_struct *work)
{
	struct sbuddy_held *held = container_of(work, struct sbuddy_held, work.work);
	struct sb_buffer *chain = take_all(held), *buf;
	bool rest = false;

	while ((buf = chain)) {
		chain = buf->next;
		cond_resched();
		if (sb_held_any(buf)) {
			add(held, buf);
			rest = true;
			continue;
		}
		count(held, -1, -(long)buf->nr_pages);
		sb_buffer_end(buf);
	}
	if (!rest)
		return;
	WRITE_ONCE(held->delay, min(2 * READ_ONCE(held->delay), LAST_DELAY));
	schedule_delayed_work(&held->work, READ_ONCE(held->delay));
}

unsigned long sb_held_pages(struct sbuddy_device *dev, unsigned int *nr_buffers)
{
	unsigned long nr_pages;

	spin_lock(&dev->held.lock);
	*nr_buffers = dev->held.nr_buffers;
	nr_pages = dev->held.nr_pages;
	spin_unlock(&dev->held.lock);
	return nr_pages;
}

void sbuddy_held_init(struct sbuddy_device *dev)
{
	spin_lock_init(&dev->held.lock);
	INIT_DELAYED_WORK(&dev->held.work, look);
}

void sbuddy_held_stop(struct sbuddy_device *dev)
{
	cancel_delayed_work_sync(&dev->held.work);
}
