// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include "buffer.h"
#include "caching.h"
#include "mover.h"

static unsigned long lock_table(struct sbuddy_movable *movable) __acquires(movable->lock)
{
	unsigned long irq = sb_irq_save();

	sb_lock(&movable->lock);
	return irq;
}

static void unlock_table(struct sbuddy_movable *movable, unsigned long irq)
	__releases(movable->lock)
{
	sb_unlock(&movable->lock);
	sb_irq_restore(irq);
}

static bool covers(const struct sb_buffer *buf, unsigned long pfn)
{
	return pfn - buf->one.pfn < buf->one.nr_pages;
}

static struct sb_buffer *find(const struct sbuddy_movable *movable, unsigned long pfn)
{
	struct rb_node *node = movable->root.rb_node;

	while (node) {
		struct sb_buffer *buf = rb_entry(node, struct sb_buffer, node);

		if (covers(buf, pfn))
			return buf;
		node = pfn < buf->one.pfn ? node->rb_left : node->rb_right;
	}
	return NULL;
}

static void insert(struct sbuddy_movable *movable, struct sb_buffer *buf)
{
	struct rb_node **link = &movable->root.rb_node;
	struct rb_node *parent = NULL;

	while (*link) {
		parent = *link;
		if (buf->one.pfn < rb_entry(parent, struct sb_buffer, node)->one.pfn)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&buf->node, parent, link);
	rb_insert_color(&buf->node, &movable->root);
}

/* One on its way to be freed is nobody's any more. */
static struct sb_buffer *get_owner(struct sbuddy_device *dev, unsigned long pfn)
{
	unsigned long irq = lock_table(&dev->movable);
	struct sb_buffer *buf = find(&dev->movable, pfn);

	if (buf && !refcount_inc_not_zero(&buf->refs))
		buf = NULL;
	unlock_table(&dev->movable, irq);
	return buf;
}

static bool lock_buffer(struct sb_buffer *buf, enum sb_migrate_mode mode)
{
	if (mode == SB_MIGRATE_ASYNC)
		return down_write_trylock(&buf->lock);
	down_write(&buf->lock);
	return true;
}

static int may_move(const struct sb_buffer *buf, unsigned long pfn)
{
	/* It has been moved meanwhile; or all others have let go of it. */
	if (!covers(buf, pfn) || refcount_read(&buf->refs) == 1)
		return -ENOENT;
	return atomic_read(&buf->pins) ? -EBUSY : 0;
}

/*
 * In terms of flags, Movable and HighMem are the Movable zone: who may use HighMem
 * alone goes below it.
 */
static u32 gfp_of(const struct sb_request *request)
{
	u32 gfp = request->gfp & ~(SB_GFP_DMA | SB_GFP_HIGHMEM);

	if (request->zone == SB_ZONE_DMA)
		gfp |= SB_GFP_DMA;
	else if (request->zone == SB_ZONE_MOVABLE)
		gfp |= SB_GFP_HIGHMEM;
	return gfp;
}

struct sb_unit sbuddy_mover_unit(struct sb_buffer *buf)
{
	return (struct sb_unit){
		.pfn = buf->one.pfn,
		.nr_pages = buf->one.nr_pages,
		.type = buf->request.type,
		.gfp = gfp_of(&buf->request),
		.owner = buf,
	};
}

static int mover_begin(void *ctx, unsigned long pfn, enum sb_migrate_mode mode,
		       struct sb_unit *unit)
{
	struct sb_buffer *buf = get_owner(ctx, pfn);
	int err = -EBUSY;

	if (!buf)
		return -ENOENT;
	if (!lock_buffer(buf, mode))
		goto err_put;
	err = may_move(buf, pfn);
	if (err)
		goto err_unlock;
	*unit = sbuddy_mover_unit(buf);
	return 0;

err_unlock:
	up_write(&buf->lock);
err_put:
	sb_buffer_put(buf);
	return err;
}

static int copy_pages(const struct sb_buffer *buf, unsigned long to)
{
	struct sb_backing *backing = buf->dev->backing;
	unsigned long i;

	if (!backing->ops->mappable)
		return 0;
	for (i = 0; i < buf->one.nr_pages; i++) {
		void *old = backing->ops->va(backing, buf->one.pfn + i, 1);
		void *new = backing->ops->va(backing, to + i, 1);

		if (WARN_ON_ONCE(!old || !new))
			return -EIO;
		sb_caching_settle(buf, buf->one.pfn + i, 1);
		copy_page(new, old);
		sb_caching_settle(buf, to + i, 1);
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

static int mover_move(void *ctx, struct sb_unit *unit, unsigned long to)
{
	struct sbuddy_device *dev = ctx;
	struct sb_buffer *buf = unit->owner;
	unsigned long irq;
	int err;

	/* An offset in pages fits a long on every machine, one in bytes does not. */
	sbuddy_unmap_pages(buf->client->space->i_mapping,
			   (unsigned long)(sb_buffer_offset(buf) >> PAGE_SHIFT), buf->nr_pages);
	/* Who has a page beside the mappings may write to it: they come back by faults. */
	if (sb_held_any(buf))
		return -EBUSY;
	err = copy_pages(buf, to);
	if (err)
		return err;
	irq = lock_table(&dev->movable);
	rb_erase(&buf->node, &dev->movable.root);
	buf->one.pfn = to;
	insert(&dev->movable, buf);
	unlock_table(&dev->movable, irq);
	return 0;
}

static void mover_end(void *ctx, struct sb_unit *unit)
{
	struct sb_buffer *buf = unit->owner;

	up_write(&buf->lock);
	sb_buffer_put(buf);
}

static void mover_describe(void *ctx, unsigned long pfn, char *text)
{
	struct sbuddy_device *dev = ctx;
	unsigned long irq = lock_table(&dev->movable);
	const struct sb_buffer *buf = find(&dev->movable, pfn);

	if (buf)
		snprintf(text, SB_UNIT_NAME_LEN, "%s[%d] handle %u, %d pins", buf->client->comm,
			 buf->client->pid, buf->handle, atomic_read(&buf->pins));
	else
		strscpy(text, "nobody", SB_UNIT_NAME_LEN);
	unlock_table(&dev->movable, irq);
}

static const struct sb_mover mover = {
	.begin = mover_begin,
	.move = mover_move,
	.end = mover_end,
	.describe = mover_describe,
};

void sbuddy_mover_start(struct sbuddy_device *dev)
{
	sb_lock_init(&dev->movable.lock);
	dev->movable.root = RB_ROOT;
	sb_migrate_set_mover(&dev->inst, &mover, dev);
}

void sbuddy_mover_add(struct sb_buffer *buf)
{
	struct sbuddy_device *dev = buf->dev;
	unsigned long irq;
	bool first;

	/* Who finds it in the table finds all of its pages marked. */
	sb_migrate_mark(&dev->inst, buf->one.pfn, buf->one.nr_pages, true);
	irq = lock_table(&dev->movable);
	first = RB_EMPTY_ROOT(&dev->movable.root);
	buf->movable = true;
	insert(&dev->movable, buf);
	unlock_table(&dev->movable, irq);
	if (first)
		sbuddy_compactd_poke(dev);
}

void sbuddy_mover_remove(struct sb_buffer *buf)
{
	struct sbuddy_device *dev = buf->dev;
	unsigned long irq = lock_table(&dev->movable);

	rb_erase(&buf->node, &dev->movable.root);
	unlock_table(&dev->movable, irq);
}
