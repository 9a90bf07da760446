// SPDX-License-Identifier: GPL-2.0-only
#include "slab.h"
#include "slab_cpu.h"
#include "slab_node.h"

size_t sb_slab_cpu_bytes(u32 limit)
{
	return sizeof(struct sb_slab_cpu) + limit * sizeof(struct sb_slab_slot);
}

/* Fewer than Linux's SLAB had, as there is less memory to be kept at hand. */
u32 sb_slab_cpu_limit(u32 size)
{
	if (size <= 64)
		return 120;
	if (size <= 256)
		return 60;
	if (size <= 1024)
		return 28;
	return size <= 4096 ? 12 : 4;
}

static void init_array(struct sb_slab_cpu *array, u32 limit)
{
	array->top = sb_slab_cpu_slots(array);
	array->end = sb_slab_cpu_slots(array) + limit;
	array->nothing = SB_SLAB_NONE;
	array->bottom.obj = NULL;
	array->bottom.state = &array->nothing;
}

void sb_slab_cpu_init(struct sb_slab_cache *cache, void *mem)
{
	unsigned int cpu;

	init_array(&cache->none, 0);
	cache->array_bytes = sb_slab_cpu_bytes(cache->limit);
	cache->cpu = mem;
	cache->arrays = (u8 *)(cache->cpu + cache->nr_cpus);
	for (cpu = 0; cpu < cache->nr_cpus; cpu++)
		init_array(sb_slab_cpu_at(cache, cpu), cache->limit);
	sb_slab_cpu_park(cache);
	sb_slab_cpu_unpark(cache);
}

void sb_slab_cpu_park(struct sb_slab_cache *cache)
{
	unsigned int cpu;

	for (cpu = 0; cpu < cache->nr_cpus; cpu++)
		WRITE_ONCE(cache->cpu[cpu], &cache->none);
}

void sb_slab_cpu_unpark(struct sb_slab_cache *cache)
{
	unsigned int cpu;

	if (cache->flags & SB_SLAB_DEBUG)
		return;
	for (cpu = 0; cpu < cache->nr_cpus; cpu++)
		/* Its own CPU sees what was done to the array meanwhile. */
		smp_store_release(&cache->cpu[cpu], sb_slab_cpu_at(cache, cpu));
}

/*
 * From the CPUs' own node, or from another that has some before a slab is made. The
 * objects found first come last, and are taken first.
 */
static void refill(struct sb_slab_cache *cache, struct sb_slab_cpu *array)
{
	struct sb_slab_slot *slots = sb_slab_cpu_slots(array);
	int nid = cache->inst->first_nid, i;
	u32 got = 0;

	for (i = 0; i < SB_MAX_NODES && !got; i++)
		got = sb_slab_node_take(cache, (nid + i) % SB_MAX_NODES, SB_SLAB_CPU, cache->batch,
					slots);
	if (got < cache->batch)
		memmove(slots, slots + cache->batch - got, got * sizeof(*slots));
	array->top = slots + got;
}

/* It left an array that had left one already: two CPUs freed it in the same instant. */
static void tell_broken(const struct sb_slab_cache *cache, const struct sb_slab_slot *slot)
{
	sb_instance_broken(cache->inst,
			   "an object of a slab was free twice:", (unsigned long)slot->obj);
}

void *sb_slab_cpu_take(struct sb_slab_cache *cache)
{
	unsigned long irq = sb_irq_save();
	struct sb_slab_cpu *array = READ_ONCE(cache->cpu[sb_this_cpu()]);
	void *obj;

	if (array->end != sb_slab_cpu_slots(array) && array->top == sb_slab_cpu_slots(array))
		refill(cache, array);
	/* Of this array still, which may be parked by now: it is this CPU's until it leaves. */
	obj = sb_slab_pop(array);
	if (unlikely(!obj && array->top != sb_slab_cpu_slots(array)))
		tell_broken(cache, --array->top);
	sb_irq_restore(irq);
	return obj;
}

/* Gives the oldest objects of an array back to their slabs. */
static void flush(struct sb_slab_cache *cache, struct sb_slab_cpu *array, u32 nr,
		  struct sb_slab **empty)
{
	struct sb_slab_slot *slots = sb_slab_cpu_slots(array);
	u32 given = sb_slab_node_give(cache, SB_SLAB_CPU, nr, slots, empty);

	if (unlikely(given != nr))
		tell_broken(cache, slots);
	array->top -= nr;
	memmove(slots, slots + nr, sb_slab_cpu_nr(array) * sizeof(*slots));
}

bool sb_slab_cpu_put(struct sb_slab_cache *cache, const struct sb_slab_slot *slot)
{
	unsigned long irq = sb_irq_save();
	struct sb_slab_cpu *array = READ_ONCE(cache->cpu[sb_this_cpu()]);
	struct sb_slab *empty = NULL;
	bool done = false;

	if (array->end != sb_slab_cpu_slots(array) && READ_ONCE(*slot->state) == SB_SLAB_USED) {
		if (array->top == array->end)
			flush(cache, array, cache->batch, &empty);
		WRITE_ONCE(*slot->state, SB_SLAB_CPU);
		*array->top++ = *slot;
		done = true;
	}
	sb_irq_restore(irq);
	sb_slab_node_release(cache->inst, empty);
	return done;
}

void sb_slab_cpu_drain(struct sb_slab_cache *cache, unsigned int cpu, struct sb_slab **empty)
{
	struct sb_slab_cpu *array = sb_slab_cpu_at(cache, cpu);

	sb_assert_held(&cache->inst->slabs.lock);
	flush(cache, array, sb_slab_cpu_nr(array), empty);
}
