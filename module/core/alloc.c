// SPDX-License-Identifier: GPL-2.0-only
#include "alloc.h"
#include "alloc_slow.h"
#include "debug.h"
#include "front.h"
#include "owner.h"
#include "pcp.h"
#include "trace.h"
#include "zonelist.h"

static int check_request(const struct sb_instance *inst, const struct sb_request *request)
{
	if (inst->corrupt)
		return -EIO;
	if (inst->stage != SB_STAGE_LIVE)
		return -ENODEV;
	if (request->order > inst->cfg.max_order || request->type >= SB_PCPTYPES ||
	    request->zone >= SB_NR_ZONE_TYPES || request->nid < SB_NID_ANY ||
	    request->nid >= SB_MAX_NODES || request->nodes >> SB_MAX_NODES ||
	    (request->gfp & ~SB_GFP_KNOWN) || (request->gfp & SB_GFP_NOFAIL) ||
	    sb_gfp_type(request->gfp) >= SB_PCPTYPES)
		return -EINVAL;
	return 0;
}

static void mark_compound(struct sb_instance *inst, unsigned long pfn)
{
	struct sb_page *page = sb_memmap_page(&inst->map, pfn);

	sb_page_set_next(page, sb_page_type(page) | SB_PAGE_COMP);
}

/* For the zone that would have been the first choice, or the first of all when none would do. */
static void count_failure(struct sb_instance *inst, const struct sb_request *request)
{
	struct sb_zonelist_iter it;
	struct sb_zone *zone;

	sb_zonelist_begin(&it, inst, request);
	zone = sb_zonelist_next(&it);
	sb_zone_count(zone ? zone : sb_instance_next_zone(inst, NULL), SB_EVENT_ALLOC_FAIL, 1);
}

static void trace_alloc(struct sb_instance *inst, const struct sb_request *request,
			unsigned long pfn)
{
	if (unlikely(sb_trace_on(inst)))
		sb_trace_page_alloc(inst, pfn, request->order,
				    request->gfp | sb_gfp_of_type(request->type), request->type);
}

int sb_alloc_take(struct sb_instance *inst, const struct sb_request *request, unsigned long *pfn)
{
	int err = check_request(inst, request);

	if (unlikely(err))
		return err;
	if (unlikely(!sb_zonelist_take(inst, request, sb_zonelist_first_flags(inst, request), pfn)))
		if (!sb_alloc_slowly(inst, request, pfn)) {
			count_failure(inst, request);
			return inst->corrupt ? -EIO : -ENOMEM;
		}
	if (unlikely(request->order && (request->gfp & SB_GFP_COMP)))
		mark_compound(inst, *pfn);
	return 0;
}

static noinline int alloc_watched(struct sb_instance *inst, const struct sb_request *request,
				  unsigned long *pfn)
{
	int err = READ_ONCE(inst->hooks) & SB_HOOKS_ALLOC ? sb_debug_alloc(inst, request, pfn) :
							    sb_alloc_take(inst, request, pfn);

	if (!err || err == -ENOMEM)
		trace_alloc(inst, request, err ? SB_TRACE_NO_PFN : *pfn);
	return err;
}

/* The flags that say what @request does, if the front can tell. */
static bool is_plain(const struct sb_request *request)
{
	return request->nid == SB_NID_ANY && !request->nodes &&
	       !(request->gfp & (SB_FRONT_CAREFUL | ~SB_GFP_KNOWN)) &&
	       sb_gfp_type(request->gfp) == request->type &&
	       sb_gfp_zone(request->gfp) == request->zone;
}

static bool take_plainly(struct sb_instance *inst, const struct sb_request *request,
			 unsigned long *pfn)
{
	if (unlikely(!is_plain(request)))
		return false;
	if (request->order < SB_PCP_ORDERS) {
		if (sb_front_take(inst, request->gfp, request->order, pfn))
			return true;
		*pfn = sb_front_take_more(inst, request->gfp, request->order);
		return *pfn != SB_PFN_NONE;
	}
	return sb_front_take_large(inst, request->gfp, request->order, pfn);
}

int sb_alloc(struct sb_instance *inst, const struct sb_request *request, unsigned long *pfn)
{
	if (likely(take_plainly(inst, request, pfn)))
		return 0;
	return sb_alloc_more(inst, request, pfn);
}

int sb_alloc_more(struct sb_instance *inst, const struct sb_request *request, unsigned long *pfn)
{
	if (unlikely(READ_ONCE(inst->hooks)))
		return alloc_watched(inst, request, pfn);
	return sb_alloc_take(inst, request, pfn);
}

static unsigned long first_empty(unsigned long nr, const unsigned long *pfns)
{
	unsigned long i = 0;

	while (i < nr && pfns[i] != SB_PFN_NONE)
		i++;
	return i;
}

/* What looks at each page has to see each. */
static unsigned long fill_singly(struct sb_instance *inst, const struct sb_request *request,
				 unsigned long nr, unsigned long *pfns)
{
	unsigned long i;

	for (i = first_empty(nr, pfns); i < nr; i++)
		if (pfns[i] == SB_PFN_NONE && sb_alloc(inst, request, &pfns[i]))
			break;
	return i;
}

long sb_alloc_bulk(struct sb_instance *inst, const struct sb_request *request, unsigned long nr,
		   unsigned long *pfns)
{
	unsigned long filled = first_empty(nr, pfns);
	int err = check_request(inst, request);
	bool many;

	if (!err && request->order)
		err = -EINVAL;
	if (err || filled == nr)
		return err ? err : (long)nr;
	if (unlikely(READ_ONCE(inst->hooks) & ~(unsigned long)SB_HOOK_ZERO))
		return (long)fill_singly(inst, request, nr, pfns);
	many = nr - filled > 1;
	if (many && likely(is_plain(request))) {
		filled += sb_front_take_bulk(inst, request->gfp, nr - filled, pfns + filled);
		if (likely(filled == nr))
			return (long)nr;
	}
	if (many && sb_zonelist_take_bulk(inst, request, nr, pfns))
		return (long)first_empty(nr, pfns);
	if (!sb_alloc(inst, request, &pfns[filled]))
		filled = first_empty(nr, pfns);
	return (long)filled;
}

/* Says why a block cannot be freed; 0 when it can. */
static int check_free(const struct sb_instance *inst, unsigned long pfn, unsigned int order)
{
	const struct sb_page *page;

	if (inst->corrupt)
		return -EIO;
	if (inst->stage != SB_STAGE_LIVE)
		return -ENODEV;
	if (!sb_memmap_exists(inst, pfn))
		return -ERANGE;
	page = sb_memmap_page(&inst->map, pfn);
	/* A slab's pages are its cache's alone to free. */
	if (likely(sb_page_state(page) == SB_PAGE_ALLOC))
		return (READ_ONCE(page->next_order) & (SB_PAGE_SLAB << 4 | 15)) == order ? 0 :
											   -EINVAL;
	return sb_page_state(page) == SB_PAGE_HOLE ? -ERANGE : -EALREADY;
}

static int refuse(const struct sb_instance *inst, unsigned long pfn, unsigned int order, int err)
{
	static const char *const states[SB_NR_PAGE_STATES] = {
		[SB_PAGE_HOLE] = "in a hole",
		[SB_PAGE_RESERVED] = "reserved",
		[SB_PAGE_TAIL] = "inside of a block that is being moved",
		[SB_PAGE_FREE] = "free",
		[SB_PAGE_GUARD] = "a guard",
		[SB_PAGE_QUARANTINE] = "free, in quarantine",
		[SB_PAGE_POISONED] = "bad memory",
		[SB_PAGE_PCP] = "free, on a per-CPU list",
		[SB_PAGE_ALLOC] = "in use",
	};
	struct sb_page_info info;

	if (err == -EIO || err == -ENODEV)
		return err;
	if (!sb_memmap_info(inst, pfn, &info)) {
		sb_warn("%s: refused to free pfn %#lx order %u: outside of the instance\n",
			inst->cfg.name, pfn, order);
		return -ERANGE;
	}
	sb_warn("%s: refused to free pfn %#lx order %u: the page is %s, block pfn %#lx order %u\n",
		inst->cfg.name, pfn, order, states[info.state], info.head, info.order);
	if (info.state == SB_PAGE_RESERVED || info.state == SB_PAGE_POISONED)
		return -EPERM;
	return info.state == SB_PAGE_ALLOC ? -EINVAL : err;
}

/* Where a block goes is decided with the lock held, so that no mode misses one. */
static int free_to_buddy(struct sb_zone *zone, unsigned long pfn, unsigned int order,
			 unsigned long done)
{
	unsigned long irq = sb_irq_save();
	int err;

	sb_lock(&zone->lock);
	/* Another CPU may have freed it meanwhile. */
	err = check_free(zone->inst, pfn, order);
	if (unlikely(!err && (zone->inst->hooks & SB_HOOKS_FREE & ~done)))
		err = -EAGAIN;
	if (likely(!err)) {
		if (unlikely(done & SB_HOOKS_ZONE))
			sb_debug_put(zone, pfn, order);
		else
			sb_buddy_free(zone, pfn, order, false);
		zone->events[SB_EVENT_FREE_PAGES] += sb_order_pages(order);
	}
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
	return err;
}

/* A block larger than a pageblock may be isolated in a part of it only. */
static bool is_isolated(const struct sb_instance *inst, unsigned long pfn, unsigned int order)
{
	unsigned long end = pfn + sb_order_pages(order);

	for (; pfn < end; pfn += sb_order_pages(inst->cfg.pageblock_order))
		if (sb_pageblock_type(&inst->blocks, pfn) == SB_ISOLATE)
			return true;
	return false;
}

int sb_alloc_put(struct sb_instance *inst, unsigned long pfn, unsigned int order,
		 unsigned long done)
{
	struct sb_zone *zone = &inst->zones[sb_pageblock_zone(&inst->blocks, pfn)];
	unsigned int type = sb_pageblock_type(&inst->blocks, pfn);

	if (sb_pcp_serves(inst, order) && likely(!(done & SB_HOOKS_ZONE)) &&
	    !(unlikely(zone->nr_isolated_blocks) && is_isolated(inst, pfn, order)))
		return likely(sb_pcp_put(zone, pfn, order, type, done)) ? 0 : -EAGAIN;
	return free_to_buddy(zone, pfn, order, done);
}

static int free_block(struct sb_instance *inst, unsigned long pfn, unsigned int order,
		      unsigned long done)
{
	int err = check_free(inst, pfn, order);

	if (unlikely(err))
		return refuse(inst, pfn, order, err);
	if (unlikely(sb_trace_on(inst)))
		sb_trace_page_free(inst, pfn, order);
	err = sb_alloc_put(inst, pfn, order, done);
	if (unlikely(err == -EAGAIN))
		err = sb_debug_free(inst, pfn, order, done);
	return unlikely(err) ? refuse(inst, pfn, order, err) : 0;
}

int sb_alloc_free(struct sb_instance *inst, unsigned long pfn, unsigned int order)
{
	if (order < SB_PCP_ORDERS && likely(sb_front_put(inst, pfn, order)))
		return 0;
	return sb_alloc_free_more(inst, pfn, order);
}

int sb_alloc_free_more(struct sb_instance *inst, unsigned long pfn, unsigned int order)
{
	if (order < SB_PCP_ORDERS ? sb_front_put_more(inst, pfn, order) :
				    sb_front_put_large(inst, pfn, order))
		return 0;
	return free_block(inst, pfn, order, 0);
}

unsigned long sb_alloc_free_bulk(struct sb_instance *inst, unsigned long nr,
				 const unsigned long *pfns)
{
	unsigned long done = 0, refused = 0;

	while (done < nr) {
		done += sb_front_put_bulk(inst, nr - done, pfns + done);
		if (done < nr)
			refused += sb_alloc_free(inst, pfns[done++], 0) != 0;
	}
	return nr - refused;
}

/* Makes [pfn, pfn + nr_pages) of the block at @head the largest aligned blocks. */
static void mark_pieces(struct sb_zone *zone, unsigned long head, unsigned long pfn,
			unsigned long nr_pages, unsigned int most, unsigned int type)
	__must_hold(zone->lock)
{
	struct sb_instance *inst = zone->inst;

	while (nr_pages) {
		unsigned int order = sb_order_at(pfn, nr_pages, most);

		sb_page_set_used(sb_memmap_page(&inst->map, pfn), order, type);
		if (unlikely(inst->hooks & SB_HOOK_OWNER))
			sb_owner_piece(inst, head, pfn, order);
		pfn += sb_order_pages(order);
		nr_pages -= sb_order_pages(order);
	}
}

/* What a piece of a block keeps of it. */
static unsigned int type_of_piece(const struct sb_page *head)
{
	return sb_page_type(head) | (sb_page_has_mover(head) ? SB_PAGE_MOVER : 0);
}

/* Makes one block in use two runs of smaller ones, the second from @pfn on. */
static void divide_locked(struct sb_zone *zone, unsigned long head, unsigned int order,
			  unsigned long pfn) __must_hold(zone->lock)
{
	unsigned int type = type_of_piece(sb_memmap_page(&zone->inst->map, head));
	unsigned long end = head + sb_order_pages(order);

	mark_pieces(zone, head, head, pfn - head, order, type);
	mark_pieces(zone, head, pfn, end - pfn, order, type);
}

static void divide(struct sb_instance *inst, unsigned long head, unsigned int order,
		   unsigned long pfn)
{
	struct sb_zone *zone = &inst->zones[sb_pageblock_zone(&inst->blocks, head)];
	unsigned long irq = sb_irq_save();

	sb_lock(&zone->lock);
	divide_locked(zone, head, order, pfn);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
}

int sb_alloc_split(struct sb_instance *inst, unsigned long pfn, unsigned int order)
{
	int err = check_free(inst, pfn, order);
	const struct sb_page *page;
	struct sb_zone *zone;
	unsigned long irq;

	if (err)
		return refuse(inst, pfn, order, err);
	page = sb_memmap_page(&inst->map, pfn);
	if (sb_page_is_comp(page))
		return -EPERM;
	zone = &inst->zones[sb_pageblock_zone(&inst->blocks, pfn)];
	irq = sb_irq_save();
	sb_lock(&zone->lock);
	mark_pieces(zone, pfn, pfn, sb_order_pages(order), 0, type_of_piece(page));
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
	return 0;
}

/* What an exact buffer leaves over of its block: zeroed, if it was, as nobody has had it. */
static void free_rest(struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages)
{
	unsigned long end = pfn + nr_pages;
	unsigned int order;

	for (; pfn < end; pfn += sb_order_pages(order)) {
		order = sb_order_at(pfn, end - pfn, inst->cfg.max_order);
		if (unlikely(inst->cfg.init_on_free))
			free_block(inst, pfn, order, SB_HOOK_ZERO);
		else
			sb_alloc_free(inst, pfn, order);
	}
}

int sb_alloc_exact(struct sb_instance *inst, const struct sb_request *request,
		   unsigned long nr_pages, unsigned long *pfn)
{
	struct sb_request block = *request;
	int err;

	if (!nr_pages || nr_pages > sb_order_pages(inst->cfg.max_order))
		return -EINVAL;
	block.order = sb_order_for(nr_pages);
	err = sb_alloc(inst, &block, pfn);
	if (err)
		return err;
	divide(inst, *pfn, block.order, *pfn + nr_pages);
	free_rest(inst, *pfn + nr_pages, sb_order_pages(block.order) - nr_pages);
	return 0;
}

int sb_alloc_free_exact(struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages)
{
	unsigned long end = pfn + nr_pages, piece;
	unsigned int order;
	int err;

	if (end < pfn)
		return -EINVAL;
	/* All of it or nothing. */
	for (piece = pfn; piece < end; piece += sb_order_pages(order)) {
		order = sb_order_at(piece, end - piece, inst->cfg.max_order);
		err = check_free(inst, piece, order);
		if (err)
			return refuse(inst, piece, order, err);
	}
	for (piece = pfn; piece < end; piece += sb_order_pages(order)) {
		order = sb_order_at(piece, end - piece, inst->cfg.max_order);
		err = sb_alloc_free(inst, piece, order);
		if (err)
			return err;
	}
	return 0;
}

/* Says why pages in use cannot be freed as a range; 0 when they can. */
static int check_free_range(struct sb_instance *inst, unsigned long pfn, unsigned long end)
{
	struct sb_page_info info;
	unsigned long next;
	int err;

	for (; pfn < end; pfn = next) {
		err = sb_memmap_look_up(inst, pfn, &info) ? 0 : -ERANGE;
		if (!err)
			err = check_free(inst, info.head, info.order);
		if (err)
			return refuse(inst, pfn, info.order, err);
		next = info.head + sb_order_pages(info.order);
		if ((info.head < pfn || next > end) &&
		    sb_page_is_comp(sb_memmap_page(&inst->map, info.head)))
			return -EPERM;
	}
	return 0;
}

/*
 * Splits the block in use that lies across @pfn, so that one starts there. Who
 * has it is seen with the lock held: what begins at @pfn may be somebody else's.
 */
static void cut(struct sb_instance *inst, unsigned long pfn)
{
	struct sb_page_info info;
	struct sb_zone *zone;
	unsigned long irq;

	zone = sb_instance_zone_at(inst, pfn);
	if (!zone)
		return;
	irq = sb_irq_save();
	sb_lock(&zone->lock);
	if (sb_memmap_info(inst, pfn, &info) && info.tail && info.state == SB_PAGE_ALLOC)
		divide_locked(zone, info.head, info.order, pfn);
	sb_unlock(&zone->lock);
	sb_irq_restore(irq);
}

int sb_alloc_free_range(struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages)
{
	unsigned long end = pfn + nr_pages;
	unsigned int order;
	int err;

	if (!nr_pages || end < pfn)
		return -EINVAL;
	err = check_free_range(inst, pfn, end);
	if (err)
		return err;
	cut(inst, pfn);
	cut(inst, end);
	for (; pfn < end && !err; pfn += sb_order_pages(order)) {
		order = sb_page_order(sb_memmap_page(&inst->map, pfn));
		err = sb_alloc_free(inst, pfn, order);
		if (unlikely(!err && sb_trace_on(inst)))
			sb_trace_page_free_batched(inst, pfn);
	}
	return err;
}
