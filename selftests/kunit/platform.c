// SPDX-License-Identifier: GPL-2.0-only
/* The platform contract, as selftests/unit/sb_platform.c fulfils it on the host. */
#include <linux/irqflags.h>
#include <linux/sched.h>

#include "model_trace.h"
#include "trace.h"
#include "unit.h"

unsigned int sb_host_cpu;
unsigned int sb_host_nr_cpus;
struct unit_lock_hooks unit_lock_hooks;
unsigned int unit_warnings;
char unit_last_warning[256];

/* How deep each CPU that is played has interrupts off, and how it was before. */
static struct {
	unsigned long flags;
	unsigned int depth;
} cpus[SB_HOST_CPUS];

/* Locks that are held: a test may take one with interrupts on. */
static unsigned int nr_held;

unsigned long sb_irq_save(void)
{
	unsigned int cpu = sb_host_cpu % SB_HOST_CPUS;
	unsigned long flags;

	local_irq_save(flags);
	if (!cpus[cpu].depth++)
		cpus[cpu].flags = flags;
	return cpu;
}

void sb_irq_restore(unsigned long cpu)
{
	if (--cpus[cpu].depth)
		return;
	local_irq_restore(cpus[cpu].flags);
	if (unit_lock_hooks.after_irq)
		unit_lock_hooks.after_irq();
	if (!nr_held && !irqs_disabled())
		cond_resched();
}

void sb_lock(struct sb_lock *lock)
{
	if (unit_lock_hooks.before_lock)
		unit_lock_hooks.before_lock(lock);
	raw_spin_lock(&lock->raw);
	nr_held++;
}

void sb_unlock(struct sb_lock *lock)
{
	nr_held--;
	raw_spin_unlock(&lock->raw);
	if (unit_lock_hooks.after_unlock)
		unit_lock_hooks.after_unlock(lock);
}

void sb_lock_nested(struct sb_lock *lock, struct sb_lock *outer)
{
	if (unit_lock_hooks.before_lock)
		unit_lock_hooks.before_lock(lock);
	raw_spin_lock_nest_lock(&lock->raw, &outer->raw);
	nr_held++;
}

void sb_unlock_nested(struct sb_lock *lock)
{
	sb_unlock(lock);
}

void sb_warn(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(unit_last_warning, sizeof(unit_last_warning), fmt, args);
	va_end(args);
	unit_warnings++;
}

#define MAX_EVENTS 256

unsigned int unit_nr_events;
void (*unit_event_hook)(struct sb_instance *inst, const struct sb_event *event);
static struct sb_event events[MAX_EVENTS];

void sb_platform_trace(struct sb_instance *inst, struct sb_event *event)
{
	unsigned int nr = unit_nr_events++;

	event->seq = nr;
	event->cpu = sb_host_cpu;
	if (nr < MAX_EVENTS)
		events[nr] = *event;
	if (unit_event_hook)
		unit_event_hook(inst, event);
}

const struct sb_event *unit_event(unsigned int nr)
{
	return &events[nr < MAX_EVENTS ? nr : 0];
}

void unit_events_clear(void)
{
	unit_nr_events = 0;
}

void sb_out_printf(struct sb_out *out, const char *fmt, ...)
{
	va_list args;
	int len;

	if (!out)
		return;
	va_start(args, fmt);
	len = vsnprintf(out->text + out->used, out->size - out->used, fmt, args);
	va_end(args);
	if ((size_t)len >= out->size - out->used) {
		unit_fail(__FILE__, __LINE__, "a text buffer of %zu bytes is too small", out->size);
		len = 0;
	}
	out->used += (size_t)len;
}

/* What the linker has it be on the host; see Kbuild for what is called the real one. */
int sb_instance_place(struct sb_instance *inst, u64 size, struct sb_own_range *range)
{
	return __wrap_sb_instance_place(inst, size, range);
}
