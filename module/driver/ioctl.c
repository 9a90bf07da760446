// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/capability.h>
#include <linux/nospec.h>
#include <linux/uaccess.h>

#include "ioctl.h"
#include "pcp_drain.h"
#include "pin.h"

static_assert(SBUDDY_UNMOVABLE == SB_UNMOVABLE);
static_assert(SBUDDY_MOVABLE == SB_MOVABLE);
static_assert(SBUDDY_RECLAIMABLE == SB_RECLAIMABLE);
static_assert(SBUDDY_NODE_ANY == SB_NID_ANY);
static_assert(SBUDDY_NAME_LEN == SB_NAME_LEN);

/* The ABI's numbers came before there was a DMA zone. */
static const u8 zones[] = {
	[SBUDDY_ZONE_NORMAL] = SB_ZONE_NORMAL,
	[SBUDDY_ZONE_HIGHMEM] = SB_ZONE_HIGHMEM,
	[SBUDDY_ZONE_MOVABLE] = SB_ZONE_MOVABLE,
	[SBUDDY_ZONE_DMA] = SB_ZONE_DMA,
};

static_assert(ARRAY_SIZE(zones) == SB_NR_ZONE_TYPES);

int sb_call_zone(u32 zone, enum sb_zone_type *type)
{
	if (zone >= ARRAY_SIZE(zones))
		return -EINVAL;
	*type = zones[array_index_nospec(zone, ARRAY_SIZE(zones))];
	return 0;
}

u32 sb_call_zone_number(enum sb_zone_type type)
{
	u32 number = 0;

	while (zones[number] != type)
		number++;
	return number;
}

int sb_call_reply(struct sb_call *call)
{
	return copy_to_user(call->user, &call->info, min(call->size, call->known)) ? -EFAULT : 0;
}

void __user *sb_call_pointer(u64 address)
{
	return address == (unsigned long)address ? u64_to_user_ptr(address) : NULL;
}

int sb_call_check_phys(u32 flags, u32 known, u32 phys)
{
	if (flags & ~known)
		return -EINVAL;
	if ((flags & phys) && !capable(CAP_SYS_RAWIO))
		return -EPERM;
	return 0;
}

u64 sb_call_max_bytes(const struct sb_instance *inst)
{
	return sb_pfn_addr(sb_order_pages(inst->cfg.max_order));
}

/* The device is live, so its layout does not change any more. */
static void fill_memory(struct sbuddy_info *info, struct sb_instance *inst)
{
	struct sb_zone *zone = NULL;
	u64 base = ~0ull;

	while ((zone = sb_instance_next_zone(inst, zone))) {
		unsigned long on_pcp = sb_pcp_count(zone);

		info->pages_managed += zone->managed;
		info->pages_free += READ_ONCE(zone->nr_free) + on_pcp;
		info->pages_pcp += on_pcp;
		info->memory += sb_pfn_addr(zone->present);
		base = min(base, sb_pfn_addr(zone->start_pfn));
	}
	if (info->flags & SBUDDY_INFO_PHYS)
		info->base = base;
}

static u32 count_nodes(const struct sb_instance *inst)
{
	u32 nr = 0;
	int nid;

	for (nid = 0; nid < SB_MAX_NODES; nid++)
		nr += inst->nodes[nid].start_pfn < inst->nodes[nid].end_pfn;
	return nr;
}

static int call_info(struct sb_call *call)
{
	struct sbuddy_device *dev = call->client->dev;
	struct sb_instance *inst = &dev->inst;
	struct sbuddy_info *info = &call->info;
	u32 flags = info->flags;
	int err;

	if (info->reserved)
		return -EINVAL;
	err = sb_call_check_phys(flags, SBUDDY_INFO_PHYS, SBUDDY_INFO_PHYS);
	if (err)
		return err;
	memset(info, 0, sizeof(*info));
	info->size = call->size;
	info->flags = flags;
	if (READ_ONCE(inst->corrupt))
		info->state |= SBUDDY_STATE_CORRUPT;
	if (dev->backing->ops->mappable)
		info->state |= SBUDDY_STATE_MAPPABLE | (SBUDDY_HAS_HUGE ? SBUDDY_STATE_HUGE : 0);
	if (inst->cfg.engine == SB_ENGINE_WORD)
		info->state |= SBUDDY_STATE_WORD;
	info->page_size = SB_PAGE_SIZE;
	info->max_order = inst->cfg.max_order;
	info->pageblock_order = inst->cfg.pageblock_order;
	info->nr_nodes = count_nodes(inst);
	info->max_handles = SBUDDY_MAX_HANDLES;
	info->nr_handles = sb_handles_nr(&call->client->handles);
	info->max_bytes = sb_call_max_bytes(inst);
	info->pages_pinned = sb_pin_pages(dev);
	fill_memory(info, inst);
	strscpy(info->name, inst->cfg.name, sizeof(info->name));
	strscpy(info->backing, dev->backing->ops->name, sizeof(info->backing));
	return sb_call_reply(call);
}

static void fill_query(struct sbuddy_query *query, const struct sb_buffer *buf)
{
	const struct sb_instance *inst = &buf->dev->inst;
	unsigned long pfn = sb_buffer_pfn(buf, 0);
	const struct sb_zone *zone = &inst->zones[sb_pageblock_zone(&inst->blocks, pfn)];

	query->mappings = atomic_read(&buf->nr_mappings);
	query->pins = (u32)atomic_read(&buf->pins);
	query->runs = buf->nr_runs;
	query->caching = buf->caching;
	query->reserved = 0;
	query->order = buf->request.order;
	query->type = buf->request.type;
	query->zone = sb_call_zone_number(zone->type);
	query->node = zone->nid;
	query->bytes = sb_buffer_bytes(buf);
	query->offset = sb_buffer_offset(buf);
	query->phys = query->flags & SBUDDY_QUERY_PHYS ? sb_pfn_addr(pfn) : 0;
}

/* The place of a buffer is true for those alone who see to it that it stays there. */
static int look_at(struct sbuddy_query *query, struct sb_buffer *buf)
{
	int err = query->flags & SBUDDY_QUERY_PHYS ? sb_buffer_zero(buf) : 0;

	if (!err)
		err = down_read_killable(&buf->lock);
	if (err)
		return err;
	if ((query->flags & SBUDDY_QUERY_PHYS) && buf->nr_runs > 1)
		err = -EOPNOTSUPP;
	else if ((query->flags & SBUDDY_QUERY_PHYS) && buf->movable && !atomic_read(&buf->pins))
		err = -EAGAIN;
	else
		fill_query(query, buf);
	up_read(&buf->lock);
	return err;
}

static int call_query(struct sb_call *call)
{
	struct sb_buffer *buf;
	int err;

	err = sb_call_check_phys(call->query.flags, SBUDDY_QUERY_PHYS, SBUDDY_QUERY_PHYS);
	if (err)
		return err;
	buf = sb_buffer_get(call->client, call->query.handle);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	err = look_at(&call->query, buf);
	sb_buffer_put(buf);
	return err ?: sb_call_reply(call);
}

static int call_drain(struct sb_call *call)
{
	if (call->drain.reserved)
		return -EINVAL;
	call->drain.pages = sb_pcp_drain_all(&call->client->dev->inst);
	return sb_call_reply(call);
}

static int call_falls(struct sb_call *call)
{
	struct sbuddy_falls *arg = &call->falls;

	if (arg->flags & ~SBUDDY_FALLS_KEEP)
		return -EINVAL;
	arg->falls = sb_pressure_falls(call->client, !(arg->flags & SBUDDY_FALLS_KEEP));
	arg->low = sb_pressure_below(call->client->dev, SB_WMARK_LOW);
	return sb_call_reply(call);
}

static const struct command {
	int (*run)(struct sb_call *call);
	u32 least;
	u32 known;
} commands[] = {
#define COMMAND(cmd, fn, type, ver0) \
	[_IOC_NR(cmd)] = { .run = (fn), .least = (ver0), .known = sizeof(struct type) }
	COMMAND(SBUDDY_IOC_INFO, call_info, sbuddy_info, SBUDDY_INFO_SIZE_VER0),
	COMMAND(SBUDDY_IOC_ALLOC, sb_call_alloc, sbuddy_alloc, SBUDDY_ALLOC_SIZE_VER0),
	COMMAND(SBUDDY_IOC_ALLOC_BULK, sb_call_alloc_bulk, sbuddy_alloc_bulk,
		SBUDDY_ALLOC_BULK_SIZE_VER0),
	COMMAND(SBUDDY_IOC_FREE, sb_call_free, sbuddy_free, SBUDDY_FREE_SIZE_VER0),
	COMMAND(SBUDDY_IOC_FREE_BULK, sb_call_free_bulk, sbuddy_free_bulk,
		SBUDDY_FREE_BULK_SIZE_VER0),
	COMMAND(SBUDDY_IOC_QUERY, call_query, sbuddy_query, SBUDDY_QUERY_SIZE_VER0),
	COMMAND(SBUDDY_IOC_DRAIN, call_drain, sbuddy_drain, SBUDDY_DRAIN_SIZE_VER0),
	COMMAND(SBUDDY_IOC_EXPLAIN, sb_call_explain, sbuddy_explain, SBUDDY_EXPLAIN_SIZE_VER0),
	COMMAND(SBUDDY_IOC_POISON, sb_call_poison, sbuddy_poison, SBUDDY_POISON_SIZE_VER0),
	COMMAND(SBUDDY_IOC_PIN, sb_call_pin, sbuddy_pin, SBUDDY_PIN_SIZE_VER0),
	COMMAND(SBUDDY_IOC_UNPIN, sb_call_unpin, sbuddy_unpin, SBUDDY_UNPIN_SIZE_VER0),
	COMMAND(SBUDDY_IOC_COMPACT, sb_call_compact, sbuddy_compact, SBUDDY_COMPACT_SIZE_VER0),
	COMMAND(SBUDDY_IOC_PLAN, sb_call_plan, sbuddy_plan, SBUDDY_PLAN_SIZE_VER0),
	COMMAND(SBUDDY_IOC_EXPORT, sb_call_export, sbuddy_export, SBUDDY_EXPORT_SIZE_VER0),
	COMMAND(SBUDDY_IOC_NAME, sb_call_name, sbuddy_name, SBUDDY_NAME_SIZE_VER0),
	COMMAND(SBUDDY_IOC_SLICE, sb_call_slice, sbuddy_slice, SBUDDY_SLICE_SIZE_VER0),
	COMMAND(SBUDDY_IOC_SYNC, sb_call_sync, sbuddy_sync, SBUDDY_SYNC_SIZE_VER0),
	COMMAND(SBUDDY_IOC_PLACE, sb_call_place, sbuddy_place, SBUDDY_PLACE_SIZE_VER0),
	COMMAND(SBUDDY_IOC_CLAIM, sb_call_claim, sbuddy_claim, SBUDDY_CLAIM_SIZE_VER0),
	COMMAND(SBUDDY_IOC_FALLS, call_falls, sbuddy_falls, SBUDDY_FALLS_SIZE_VER0),
	COMMAND(SBUDDY_IOC_LIMIT, sb_call_limit, sbuddy_limit, SBUDDY_LIMIT_SIZE_VER0),
#undef COMMAND
};

static int read_call(struct sb_call *call, u32 least)
{
	int err;

	if (get_user(call->size, (u32 __user *)call->user))
		return -EFAULT;
	if (call->size < least)
		return -EINVAL;
	if (call->size > PAGE_SIZE)
		return -E2BIG;
	err = copy_struct_from_user(&call->info, call->known, call->user, call->size);
	/* The process may have changed it between the two reads. */
	call->size_field = call->size;
	return err;
}

static noinline long run(struct sb_client *client, unsigned int nr, void __user *user)
{
	struct sb_call call = { .client = client, .user = user };
	int err;

	nr = array_index_nospec(nr, ARRAY_SIZE(commands));
	if (!commands[nr].run)
		return -ENOTTY;
	call.known = commands[nr].known;
	err = read_call(&call, commands[nr].least);
	return err ? err : commands[nr].run(&call);
}

long sb_ioctl(struct sb_client *client, unsigned int cmd, void __user *user)
{
	unsigned int nr = _IOC_NR(cmd);
	long ret = SB_CALL_UNUSUAL;

	if (_IOC_TYPE(cmd) != SBUDDY_IOC_MAGIC || _IOC_DIR(cmd) != (_IOC_READ | _IOC_WRITE) ||
	    nr >= ARRAY_SIZE(commands))
		return -ENOTTY;
	if (nr == _IOC_NR(SBUDDY_IOC_ALLOC))
		ret = sb_call_alloc_usual(client, user);
	else if (nr == _IOC_NR(SBUDDY_IOC_FREE))
		ret = sb_call_free_usual(client, user);
	return likely(ret != SB_CALL_UNUSUAL) ? ret : run(client, nr, user);
}
