// SPDX-License-Identifier: GPL-2.0-only
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <uapi/linux/sbuddy.h>

#include "buffer.h"
#include "longterm.h"
#include "mover.h"
#include "pin.h"

/* How often a buffer is found to be in use by others in the kernel, and for how long. */
#define MAX_TRIES 20
#define PAUSE msecs_to_jiffies(5)

/* What has a pin was moved before it had one, and what never moves is no worse with one. */
static bool may_stay(const struct sb_buffer *buf)
{
	return !buf->movable || atomic_read(&buf->pins) ||
	       sb_longterm_pinnable(&buf->dev->inst, buf->one.pfn, buf->one.nr_pages);
}

/*
 * Has the buffer's lock where the buffer may stay. Others may move it, or pin it, while
 * nobody has the lock: then it is looked at again.
 */
static int lock_where_it_may_stay(struct sb_buffer *buf)
{
	struct sb_unit unit;
	int err = sb_buffer_zero(buf), tries = 0;

	/* Who wants it to stay is going to reach it. */
	if (err)
		return err;
	for (;;) {
		err = down_read_killable(&buf->lock);
		if (err || may_stay(buf))
			return err;
		unit = sbuddy_mover_unit(buf);
		up_read(&buf->lock);
		err = sb_longterm_move(&buf->dev->inst, &unit);
		if (err && err != -EBUSY && err != -ENOENT)
			return err;
		/* Pinned meanwhile, which the next look shows; or held, held.h. */
		if (err == -EBUSY && (++tries == MAX_TRIES || schedule_timeout_killable(PAUSE)))
			return -EBUSY;
	}
}

/* With the lock, so that nobody is moving it, and whoever is about to sees the pin. */
static int add_pin(struct sb_buffer *buf)
{
	int before = atomic_fetch_add_unless(&buf->pins, 1, SBUDDY_MAX_PINS);

	if (before == SBUDDY_MAX_PINS)
		return -EOVERFLOW;
	atomic_inc(&buf->client->nr_pins);
	if (!before)
		atomic_long_add((long)sb_buffer_own(buf), &buf->dev->nr_pinned);
	return 0;
}

/* Returns how many are left. */
static unsigned int drop_pins(struct sb_buffer *buf, u32 nr)
{
	int left = atomic_sub_return((int)nr, &buf->pins);

	atomic_sub((int)nr, &buf->client->nr_pins);
	if (nr && !left)
		atomic_long_sub((long)sb_buffer_own(buf), &buf->dev->nr_pinned);
	return (unsigned int)left;
}

int sb_pin(struct sb_buffer *buf)
{
	int err = lock_where_it_may_stay(buf);

	if (err)
		return err;
	err = add_pin(buf);
	up_read(&buf->lock);
	return err;
}

void sb_unpin(struct sb_buffer *buf)
{
	drop_pins(buf, 1);
}

/* A handle that is gone takes no pins with it any more. */
static int add_handle_pin(struct sb_buffer *buf)
{
	struct sb_handles *handles = &buf->client->handles;
	int err = -ENOENT;

	spin_lock(&handles->lock);
	if (sb_handles_get(handles, buf->handle) == (unsigned long)buf)
		err = add_pin(buf);
	if (!err)
		buf->handle_pins++;
	spin_unlock(&handles->lock);
	return err;
}

int sb_pin_handle(struct sb_buffer *buf, unsigned int *pins, unsigned long *pfn)
{
	int err = lock_where_it_may_stay(buf);

	if (err)
		return err;
	err = add_handle_pin(buf);
	*pins = (unsigned int)atomic_read(&buf->pins);
	*pfn = sb_buffer_pfn(buf, 0);
	up_read(&buf->lock);
	return err;
}

int sb_unpin_handle(struct sb_buffer *buf, unsigned int *pins)
{
	struct sb_handles *handles = &buf->client->handles;
	bool had;

	spin_lock(&handles->lock);
	had = buf->handle_pins;
	if (had) {
		buf->handle_pins--;
		*pins = drop_pins(buf, 1);
	}
	spin_unlock(&handles->lock);
	return had ? 0 : -EINVAL;
}

void sb_pin_drop_all(struct sb_buffer *buf)
{
	drop_pins(buf, buf->handle_pins);
	buf->handle_pins = 0;
}

unsigned long sb_pin_pages(const struct sbuddy_device *dev)
{
	/* Two who pin and unpin the same buffer may be counted in the wrong order. */
	return (unsigned long)max(atomic_long_read(&dev->nr_pinned), 0L);
}
