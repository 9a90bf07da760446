// SPDX-License-Identifier: GPL-2.0-only
/* SBUDDY_IOC_PLACE: buffers where a device can use them. */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/mm.h>

#include "client.h"
#include "contig.h"
#include "contig_lock.h"
#include "ioctl.h"

/* Counted in pages it fits a long of any CPU. */
#define MAX_POWER BIT_ULL(40)

/* Zero is none of them: it stands for no wish. */
static bool is_wrong_power(u64 n, u64 least)
{
	return n && ((n & (n - 1)) || n < least || n > MAX_POWER);
}

/* Who may choose a place by its address finds out where buffers lie. */
static bool tells_places(const struct sbuddy_place *place)
{
	return (place->flags & SBUDDY_PLACE_PHYS) || place->min || place->max;
}

static int check(const struct sbuddy_place *place)
{
	if ((place->flags & ~SBUDDY_PLACE_FLAGS) || place->reserved)
		return -EINVAL;
	if (!place->bytes || place->bytes > sb_pfn_addr(SB_BUFFER_MAX_PAGES))
		return -EINVAL;
	if (is_wrong_power(place->align, 1) ||
	    is_wrong_power(place->boundary, PAGE_ALIGN(place->bytes)))
		return -EINVAL;
	if (place->max && place->min >= place->max)
		return -EINVAL;
	return tells_places(place) && !capable(CAP_SYS_RAWIO) ? -EPERM : 0;
}

/* A page that a long of a 32-bit CPU cannot tell lies beyond all memory. */
static unsigned long pfn_of(u64 pages)
{
	return (unsigned long)min_t(u64, pages, ULONG_MAX);
}

static int translate(const struct sbuddy_place *place, struct sb_contig *contig)
{
	struct sb_request *request = &contig->request;
	const bool this_node = place->flags & SBUDDY_PLACE_THIS_NODE;

	*contig = (struct sb_contig){
		.request = { .type = SB_UNMOVABLE, .nid = place->node },
		.min_pfn = pfn_of((place->min >> PAGE_SHIFT) + !!offset_in_page(place->min)),
		.max_pfn = pfn_of(place->max >> PAGE_SHIFT),
		.nr_pages = (unsigned long)(PAGE_ALIGN(place->bytes) >> PAGE_SHIFT),
		.align_pages = (unsigned long)(place->align >> PAGE_SHIFT),
		.boundary_pages = (unsigned long)(place->boundary >> PAGE_SHIFT),
		.top_down = place->flags & SBUDDY_PLACE_HIGHEST,
		.keeps_min = !capable(CAP_SYS_RESOURCE),
	};
	if (sb_call_zone(place->zone, &request->zone))
		return -EINVAL;
	if (request->nid < SB_NID_ANY || request->nid >= SB_MAX_NODES ||
	    (this_node && request->nid == SB_NID_ANY))
		return -EINVAL;
	request->gfp = place->flags & SBUDDY_PLACE_STILL ? SB_GFP_NOWAIT : SB_GFP_KERNEL;
	if (this_node)
		request->gfp |= SB_GFP_THISNODE;
	/* Less than a page is no limit to core. */
	return place->max && !contig->max_pfn ? -ENOMEM : 0;
}

static struct sb_buffer *place_buffer(struct sb_client *client, const struct sb_contig *contig)
{
	struct sb_buffer *buf = sb_client_begin(client, &contig->request);
	unsigned long pfn;
	u64 used;
	int err;

	if (IS_ERR(buf))
		return buf;
	err = sb_quota_charge(client, (u32)contig->nr_pages, &used);
	if (err)
		goto err_cancel;
	err = sbuddy_contig_take(client->dev, contig, &pfn);
	sb_pressure_slow(&client->dev->pressure);
	if (err)
		goto err_pages;
	err = sb_buffer_adopt(buf, pfn, contig->nr_pages, used);
	return err ? ERR_PTR(err) : buf;

err_pages:
	sb_handles_over(&client->handles, 0, (u32)contig->nr_pages);
err_cancel:
	sb_client_cancel(buf);
	return ERR_PTR(err);
}

int sb_call_place(struct sb_call *call)
{
	struct sbuddy_place *place = &call->place;
	struct sb_contig contig;
	struct sb_buffer *buf;
	int err = check(place) ?: translate(place, &contig);

	if (err)
		return err;
	buf = place_buffer(call->client, &contig);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	/* A device is told where it is, and finds nothing of its last owner. */
	if (place->flags & SBUDDY_PLACE_PHYS)
		err = sb_buffer_zero(buf);
	place->handle = buf->handle;
	place->offset = sb_buffer_offset(buf);
	place->granted = sb_buffer_bytes(buf);
	place->phys = place->flags & SBUDDY_PLACE_PHYS ? sb_pfn_addr(buf->one.pfn) : 0;
	err = err ?: sb_call_reply(call);
	if (err)
		sb_buffer_abort(call->client, buf);
	else
		sb_buffer_publish(call->client, buf);
	return err;
}
