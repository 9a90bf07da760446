// SPDX-License-Identifier: GPL-2.0-only
/* Pages that are about to be reached are zeroed. */
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include "buffer.h"
#include "sync.h"

/* Pages zeroed between two looks at who else wants the CPU. */
#define ZERO_PAGES 256ul

/* What a claim keeps between two uses was never free. */
static bool are_zero(const struct sb_buffer *buf)
{
	return buf->dev->inst.cfg.init_on_free && !buf->claim;
}

static int zero_pages_of(const struct sb_buffer *buf)
{
	struct sb_backing *backing = buf->dev->backing;
	unsigned long done, nr;

	if (!backing->ops->mappable || are_zero(buf))
		return 0;
	for (done = 0; done < buf->nr_pages; done += nr) {
		unsigned long pfn = sb_buffer_run(buf, done, &nr);
		void *va;

		nr = min(nr, ZERO_PAGES);
		va = backing->ops->va(backing, pfn, nr);
		if (WARN_ON_ONCE(!va))
			return -EIO;
		memset(va, 0, nr << SB_PAGE_SHIFT);
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

int sb_buffer_zero(struct sb_buffer *buf)
{
	int err;

	/* Pairs with the release below: who sees it set sees zeroes. */
	if (likely(smp_load_acquire(&buf->zeroed)))
		return 0;
	err = down_write_killable(&buf->lock);
	if (err)
		return err;
	if (!buf->zeroed)
		err = zero_pages_of(buf);
	if (unlikely(buf->caching))
		sb_sync_all(buf, SB_SYNC_FLUSH);
	if (!err) {
		/* Pairs with the acquire above. */
		smp_store_release(&buf->zeroed, true);
	}
	up_write(&buf->lock);
	return err;
}
