// SPDX-License-Identifier: GPL-2.0-only
#include "memory_block.h"
#include "migrate.h"
#include "owner.h"

/* Stacks that are kept, a power of two; those that do not fit are not known. */
#define NR_STACKS 4096u
/* Places that a stack may have. */
#define NR_PROBES 32u

/**
 * struct sb_owner_table - What is attached.
 * @base_pfn: first page of the first part
 * @order: log2 of the pages of a part
 * @stacks: by hash; number n of an owner is entry n - 1
 * @part: owners by page, of each memory block that has them; the one part of a
 *	flat instance follows
 */
struct sb_owner_table {
	unsigned long base_pfn;
	unsigned int order;
	struct sb_stack stacks[NR_STACKS];
	struct sb_owner *part[];
};

static unsigned int part_order(const struct sb_instance *inst)
{
	unsigned long nr_pages = sb_memory_block_pages(inst);
	unsigned int order = 0;

	if (!nr_pages)
		nr_pages = inst->map.nr_pages;
	while (sb_order_pages(order) < nr_pages)
		order++;
	return order;
}

static unsigned long first_pfn(const struct sb_instance *inst)
{
	return sb_memory_block_pages(inst) ? sb_pfn_block(inst->map.base_pfn, part_order(inst)) :
					     inst->map.base_pfn;
}

static unsigned long nr_parts(const struct sb_instance *inst)
{
	unsigned long last = inst->map.base_pfn + inst->map.nr_pages - 1;

	return ((last - first_pfn(inst)) >> part_order(inst)) + 1;
}

u64 sb_owner_part_size(const struct sb_instance *inst)
{
	return (u64)sb_memory_block_pages(inst) * sizeof(struct sb_owner);
}

/* Pointers before the entries that follow: as aligned as these are to be. */
static size_t head_size(const struct sb_instance *inst)
{
	size_t size = sizeof(struct sb_owner_table) + nr_parts(inst) * sizeof(struct sb_owner *);

	return (size + sizeof(u64) - 1) & ~(sizeof(u64) - 1);
}

u64 sb_owner_size(const struct sb_instance *inst)
{
	u64 follows = (u64)inst->map.nr_pages * sizeof(struct sb_owner);

	if (!inst->map.nr_pages)
		return 0;
	return head_size(inst) + (sb_memory_block_pages(inst) ? 0 : follows);
}

int sb_owner_attach(struct sb_instance *inst, void *mem)
{
	struct sb_owner_table *table = mem;
	unsigned long irq = sb_irq_save();
	bool had;

	sb_lock(&inst->owners.lock);
	had = inst->owners.table;
	if (!had) {
		table->base_pfn = first_pfn(inst);
		table->order = part_order(inst);
		if (!sb_memory_block_pages(inst))
			table->part[0] = (struct sb_owner *)((u8 *)mem + head_size(inst));
		inst->owners.table = table;
	}
	sb_unlock(&inst->owners.lock);
	sb_irq_restore(irq);
	if (had)
		return -EALREADY;
	sb_instance_hook(inst, SB_HOOK_OWNER, true);
	return 0;
}

void *sb_owner_detach(struct sb_instance *inst)
{
	struct sb_owner_table *table;
	unsigned long irq;

	sb_instance_hook(inst, SB_HOOK_OWNER, false);
	irq = sb_irq_save();
	sb_lock(&inst->owners.lock);
	table = inst->owners.table;
	inst->owners.table = NULL;
	sb_unlock(&inst->owners.lock);
	sb_irq_restore(irq);
	return table;
}

/* Where the part that has a page is told, or NULL when owners are not kept. */
static struct sb_owner **part_of(const struct sb_instance *inst, unsigned long pfn)
{
	struct sb_owner_table *table = inst->owners.table;

	return table ? &table->part[(pfn - table->base_pfn) >> table->order] : NULL;
}

int sb_owner_attach_part(struct sb_instance *inst, unsigned long pfn, void *mem)
{
	unsigned long irq = sb_irq_save();
	struct sb_owner **part;
	int err = -ENODEV;

	sb_lock(&inst->owners.lock);
	part = part_of(inst, pfn);
	if (part)
		err = *part ? -EALREADY : 0;
	if (!err)
		*part = mem;
	sb_unlock(&inst->owners.lock);
	sb_irq_restore(irq);
	return err;
}

void *sb_owner_detach_part(struct sb_instance *inst, unsigned long pfn)
{
	unsigned long irq = sb_irq_save();
	struct sb_owner **part;
	void *mem = NULL;

	sb_lock(&inst->owners.lock);
	part = part_of(inst, pfn);
	if (part) {
		mem = *part;
		*part = NULL;
	}
	sb_unlock(&inst->owners.lock);
	sb_irq_restore(irq);
	return mem;
}

void *sb_owner_detach_any_part(struct sb_instance *inst)
{
	unsigned long pages = sb_memory_block_pages(inst), i;
	void *mem = NULL;

	for (i = 0; pages && i < nr_parts(inst) && !mem; i++)
		mem = sb_owner_detach_part(inst, first_pfn(inst) + i * pages);
	return mem;
}

/* FNV-1a, by whole addresses. */
static u32 hash_of(const struct sb_stack *stack)
{
	u32 hash = 2166136261u, i;

	for (i = 0; i < stack->nr; i++)
		hash = (hash ^ (u32)stack->entry[i]) * 16777619u;
	return hash ^ hash >> 15;
}

/* The number of a stack, which is written down if it is new; 0 when there is no room. */
static u32 number_of(struct sb_owner_table *table, const struct sb_stack *stack)
{
	u32 hash = hash_of(stack), i;

	for (i = 0; stack->nr && i < NR_PROBES; i++) {
		u32 place = (hash + i) % NR_STACKS;
		struct sb_stack *kept = &table->stacks[place];

		if (!kept->nr)
			*kept = *stack;
		if (kept->nr == stack->nr &&
		    !memcmp(kept->entry, stack->entry, stack->nr * sizeof(*stack->entry)))
			return place + 1;
	}
	return 0;
}

static void who(const struct sb_instance *inst, struct sb_origin *origin)
{
	memset(origin, 0, sizeof(*origin));
	if (inst->reach.origin)
		inst->reach.origin(inst->reach.ctx, origin);
}

/* What the request says by its type and zone is in its mask, too. */
static u32 mask_of(const struct sb_request *request)
{
	u32 gfp = request->gfp | request->type << 3;

	if (request->zone == SB_ZONE_DMA)
		return gfp | SB_GFP_DMA;
	return request->zone == SB_ZONE_NORMAL ? gfp : gfp | SB_GFP_HIGHMEM;
}

/* The entry of a page, or NULL when owners are not kept, or not of it. */
static struct sb_owner *entry_of(const struct sb_instance *inst, unsigned long pfn)
{
	struct sb_owner **part = part_of(inst, pfn);
	unsigned long first;

	if (!part || !*part)
		return NULL;
	first = inst->owners.table->base_pfn;
	return *part + ((pfn - first) & (sb_order_pages(inst->owners.table->order) - 1));
}

void sb_owner_alloc(struct sb_instance *inst, unsigned long pfn, const struct sb_request *request,
		    unsigned int order)
{
	struct sb_origin origin;
	struct sb_owner *owner;
	unsigned long irq;

	who(inst, &origin);
	irq = sb_irq_save();
	sb_lock(&inst->owners.lock);
	owner = entry_of(inst, pfn);
	if (owner) {
		owner->ns = origin.ns;
		owner->pid = origin.pid;
		owner->tgid = origin.tgid;
		memcpy(owner->comm, origin.comm, sizeof(owner->comm));
		owner->stack = number_of(inst->owners.table, &origin.stack);
		owner->gfp = mask_of(request);
		owner->order = (u8)order;
		owner->known = true;
		owner->in_use = true;
		owner->moved = 0;
	}
	sb_unlock(&inst->owners.lock);
	sb_irq_restore(irq);
}

void sb_owner_free(struct sb_instance *inst, unsigned long pfn)
{
	struct sb_origin origin;
	struct sb_owner *owner;
	unsigned long irq;

	who(inst, &origin);
	irq = sb_irq_save();
	sb_lock(&inst->owners.lock);
	owner = entry_of(inst, pfn);
	/* What was in use before owners were kept has an order that is not known. */
	if (owner && owner->known) {
		owner->free_ns = origin.ns;
		owner->free_pid = origin.pid;
		owner->free_tgid = origin.tgid;
		owner->free_stack = number_of(inst->owners.table, &origin.stack);
		owner->in_use = false;
	}
	sb_unlock(&inst->owners.lock);
	sb_irq_restore(irq);
}

void sb_owner_piece(struct sb_instance *inst, unsigned long pfn, unsigned long piece,
		    unsigned int order)
{
	unsigned long irq = sb_irq_save();
	struct sb_owner *owner, *part;

	sb_lock(&inst->owners.lock);
	owner = entry_of(inst, pfn);
	part = entry_of(inst, piece);
	if (owner && part && owner->known) {
		*part = *owner;
		part->order = (u8)order;
	}
	sb_unlock(&inst->owners.lock);
	sb_irq_restore(irq);
}

void sb_owner_move(struct sb_instance *inst, unsigned long pfn, unsigned long to,
		   unsigned int order, unsigned int reason)
{
	unsigned long irq = sb_irq_save();
	struct sb_owner *owner, *moved;

	sb_lock(&inst->owners.lock);
	owner = entry_of(inst, pfn);
	moved = entry_of(inst, to);
	/* One that was there before owners were kept stays unknown. */
	if (owner && moved) {
		*moved = *owner;
		moved->order = (u8)order;
		moved->moved = (u8)(reason + 1);
	}
	sb_unlock(&inst->owners.lock);
	sb_irq_restore(irq);
}

static void get_stack(const struct sb_owner_table *table, u32 number, struct sb_stack *stack)
{
	if (!stack)
		return;
	if (number)
		*stack = table->stacks[number - 1];
	else
		stack->nr = 0;
}

static bool is_later(const struct sb_owner *owner, const struct sb_owner *best)
{
	return !best || max(owner->ns, owner->free_ns) > max(best->ns, best->free_ns);
}

/* The last of all blocks, each known by its first page, that had @pfn. */
static const struct sb_owner *last_owner(const struct sb_instance *inst, unsigned long pfn,
					 unsigned long *head)
{
	const struct sb_owner *best = NULL;
	unsigned int order;

	for (order = 0; order <= inst->cfg.max_order; order++) {
		unsigned long first = sb_pfn_block(pfn, order);
		const struct sb_owner *owner;

		if (first < inst->map.base_pfn)
			break;
		owner = entry_of(inst, first);
		if (!owner || !owner->known || first + sb_order_pages(owner->order) <= pfn ||
		    !is_later(owner, best))
			continue;
		best = owner;
		*head = first;
	}
	return best;
}

unsigned long sb_owner_find(struct sb_instance *inst, unsigned long pfn, struct sb_owner *owner,
			    struct sb_stack *stack, struct sb_stack *free_stack)
{
	unsigned long irq = sb_irq_save();
	const struct sb_owner *last = NULL;
	unsigned long head = pfn;

	memset(owner, 0, sizeof(*owner));
	sb_lock(&inst->owners.lock);
	if (inst->owners.table && sb_memmap_covers(&inst->map, pfn))
		last = last_owner(inst, pfn, &head);
	if (last)
		*owner = *last;
	get_stack(inst->owners.table, owner->stack, stack);
	get_stack(inst->owners.table, owner->free_stack, free_stack);
	sb_unlock(&inst->owners.lock);
	sb_irq_restore(irq);
	return head;
}

void sb_owner_show_gfp(struct sb_out *out, u32 gfp)
{
	static const struct {
		u32 gfp;
		const char *name;
	} names[] = {
		{ SB_GFP_KERNEL, "GFP_KERNEL" },
		{ SB_GFP_ATOMIC, "GFP_ATOMIC" },
		{ SB_GFP_NOWAIT, "GFP_NOWAIT" },
		{ SB_GFP_DIRECT_RECLAIM, "__GFP_DIRECT_RECLAIM" },
		{ SB_GFP_DMA, "GFP_DMA" },
		{ SB_GFP_HIGHMEM, "__GFP_HIGHMEM" },
		{ SB_GFP_MOVABLE, "__GFP_MOVABLE" },
		{ SB_GFP_RECLAIMABLE, "__GFP_RECLAIMABLE" },
		{ SB_GFP_HIGH, "__GFP_HIGH" },
		{ SB_GFP_ZERO, "__GFP_ZERO" },
		{ SB_GFP_NOWARN, "__GFP_NOWARN" },
		{ SB_GFP_NORETRY, "__GFP_NORETRY" },
		{ SB_GFP_MEMALLOC, "__GFP_MEMALLOC" },
		{ SB_GFP_COMP, "__GFP_COMP" },
		{ SB_GFP_NOMEMALLOC, "__GFP_NOMEMALLOC" },
		{ SB_GFP_THISNODE, "__GFP_THISNODE" },
	};
	const char *between = "";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if ((gfp & names[i].gfp) != names[i].gfp)
			continue;
		gfp &= ~names[i].gfp;
		sb_out_printf(out, "%s%s", between, names[i].name);
		between = "|";
	}
	if (!*between)
		sb_out_printf(out, "none");
}

static void print(struct sb_out *out, const struct sb_instance *inst, unsigned long pfn,
		  const struct sb_owner *owner, const struct sb_stack *stack)
{
	unsigned int type = sb_pageblock_type(&inst->blocks, pfn);
	const struct sb_zone *zone = sb_instance_zone_at(inst, pfn);
	u32 i;

	/* Gone since it was looked at. */
	if (!zone)
		return;
	sb_out_printf(out, "Page allocated via order %u, mask %#x(", owner->order, owner->gfp);
	sb_owner_show_gfp(out, owner->gfp);
	sb_out_printf(out, "), pid %d, tgid %d (%s), ts %llu ns\n", owner->pid, owner->tgid,
		      owner->comm, owner->ns);
	sb_out_printf(out, "PFN 0x%lx type %s Block %lu type %s Flags 0x0(node=%d|zone=%u)\n", pfn,
		      sb_pageblock_type_name(sb_gfp_type(owner->gfp)),
		      pfn >> inst->cfg.pageblock_order, sb_pageblock_type_name(type), zone->nid,
		      zone->type);
	for (i = 0; i < stack->nr; i++)
		sb_out_printf(out, " " SB_CALLER "\n", (void *)stack->entry[i]);
	if (owner->moved)
		sb_out_printf(out, "Page has been migrated, last migrate reason: %s\n",
			      sb_migrate_reason_name(owner->moved - 1u));
	sb_out_printf(out, "\n");
}

unsigned long sb_owner_show(struct sb_out *out, struct sb_instance *inst, unsigned long pfn)
{
	struct sb_page_info info;
	struct sb_owner owner;
	struct sb_stack stack;
	unsigned long next;

	if (!sb_memmap_info(inst, pfn, &info))
		return 1;
	next = sb_page_info_next(&info, pfn) - pfn;
	if (info.tail || info.state != SB_PAGE_ALLOC)
		return next;
	if (sb_owner_find(inst, pfn, &owner, &stack, NULL) == pfn && owner.known && owner.in_use)
		print(out, inst, pfn, &owner, &stack);
	return next;
}
