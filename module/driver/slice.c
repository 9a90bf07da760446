// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/mm.h>
#include <uapi/linux/sbuddy.h>

#include "client.h"
#include "pin.h"
#include "scatter.h"
#include "slice.h"

/* For good, as long as there are slices. */
static int hold_still(struct sb_buffer *whole)
{
	int err = sb_buffer_zero(whole);

	return err || !whole->movable ? err : sb_pin(whole);
}

static void let_move(struct sb_buffer *whole)
{
	if (whole->movable)
		sb_unpin(whole);
}

/* Runs of all slices of a file, which have no memory of their own that would bound them. */
#define MAX_SLICE_RUNS 1000000

static int count_runs(struct sb_buffer *slice)
{
	atomic_t *nr_runs = &slice->client->nr_slice_runs;

	if (atomic_add_return((int)slice->nr_runs, nr_runs) <= MAX_SLICE_RUNS)
		return 0;
	atomic_sub((int)slice->nr_runs, nr_runs);
	kvfree(slice->runs);
	return -ENOMEM;
}

static int set_runs(struct sb_buffer *slice, const struct sb_buffer *of, unsigned long first,
		    unsigned long nr_pages)
{
	unsigned long nr;

	slice->nr_pages = nr_pages;
	slice->nr_runs = 1;
	slice->runs = &slice->one;
	slice->one.pfn = sb_buffer_run(of, first, &nr);
	slice->one.nr_pages = nr_pages;
	if (nr >= nr_pages)
		return 0;
	slice->runs = sb_scatter_part(of->runs, of->nr_runs, first, nr_pages, &slice->nr_runs);
	return slice->runs ? count_runs(slice) : -ENOMEM;
}

struct sb_buffer *sb_slice_create(struct sb_buffer *of, unsigned long first, unsigned long nr_pages)
{
	struct sb_buffer *whole = of->whole ?: of, *slice;
	struct sb_request request = of->request;
	int err = hold_still(whole);

	if (err)
		return ERR_PTR(err);
	request.order = sb_order_for(nr_pages);
	slice = sb_client_begin(of->client, &request);
	err = PTR_ERR_OR_ZERO(slice);
	if (err)
		goto err_move;
	err = set_runs(slice, of, first, nr_pages);
	if (err)
		goto err_cancel;
	slice->exact = false;
	slice->zeroed = true;
	slice->caching = whole->caching;
	slice->whole = whole;
	refcount_inc(&whole->refs);
	atomic_inc(&whole->dev->nr_buffers);
	return slice;

err_cancel:
	sb_client_cancel(slice);
err_move:
	let_move(whole);
	return ERR_PTR(err);
}

void sb_slice_end(struct sb_buffer *slice)
{
	struct sb_buffer *whole = slice->whole;

	if (slice->runs != &slice->one) {
		atomic_sub((int)slice->nr_runs, &slice->client->nr_slice_runs);
		kvfree(slice->runs);
	}
	slice->caching = SBUDDY_CACHING_CACHED;
	let_move(whole);
	sb_buffer_put(whole);
}
