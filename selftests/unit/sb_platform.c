// SPDX-License-Identifier: GPL-2.0-only
/* The host's side of the platform contract, and the test harness's state. */
#include <stdarg.h>
#include <stdlib.h>

#include "sb_platform.h"
#include "trace.h"
#include "unit.h"

_Thread_local unsigned int sb_host_cpu;
_Thread_local struct unit_lock_hooks unit_lock_hooks;
unsigned int unit_warnings;
char unit_last_warning[256];

unsigned int sb_host_nr_cpus;

/* Who has interrupts off on each CPU, and how deep. */
static struct {
	const void *owner;
	unsigned int depth;
} cpus[SB_HOST_CPUS];

/* Its address names this thread. */
static _Thread_local char self;

unsigned long sb_irq_save(void)
{
	unsigned int cpu = sb_host_cpu % SB_HOST_CPUS;
	const void *nobody = NULL;

	while (__atomic_load_n(&cpus[cpu].owner, __ATOMIC_RELAXED) != &self &&
	       !__atomic_compare_exchange_n(&cpus[cpu].owner, &nobody, &self, false,
					    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
		nobody = NULL;
		sched_yield();
	}
	cpus[cpu].depth++;
	return cpu;
}

void sb_irq_restore(unsigned long flags)
{
	if (--cpus[flags].depth)
		return;
	__atomic_store_n(&cpus[flags].owner, NULL, __ATOMIC_RELEASE);
	if (unit_lock_hooks.after_irq)
		unit_lock_hooks.after_irq();
}

/* A test that looks in while a lock is taken may have interrupts off itself. */
void sb_quiesce(void)
{
	unsigned int cpu;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (cpu = 0; cpu < SB_HOST_CPUS; cpu++) {
		const void *owner = __atomic_load_n(&cpus[cpu].owner, __ATOMIC_SEQ_CST);

		while (owner && owner != &self &&
		       __atomic_load_n(&cpus[cpu].owner, __ATOMIC_SEQ_CST) == owner)
			sched_yield();
	}
}

void sb_lock_init(struct sb_lock *lock)
{
	pthread_mutex_init(&lock->mutex, NULL);
	lock->held = false;
}

void sb_lock(struct sb_lock *lock) SB_UNCHECKED
{
	if (unit_lock_hooks.before_lock)
		unit_lock_hooks.before_lock(lock);
	pthread_mutex_lock(&lock->mutex);
	lock->owner = pthread_self();
	lock->held = true;
}

void sb_unlock(struct sb_lock *lock) SB_UNCHECKED
{
	lock->held = false;
	pthread_mutex_unlock(&lock->mutex);
	if (unit_lock_hooks.after_unlock)
		unit_lock_hooks.after_unlock(lock);
}

void sb_lock_nested(struct sb_lock *lock, struct sb_lock *outer) SB_UNCHECKED
{
	sb_assert_held(outer);
	sb_lock(lock);
}

void sb_unlock_nested(struct sb_lock *lock) SB_UNCHECKED
{
	sb_unlock(lock);
}

void sb_assert_held(struct sb_lock *lock) SB_UNCHECKED
{
	if (lock->held && pthread_equal(lock->owner, pthread_self()))
		return;
	fprintf(stderr, "lock %p is not held by its caller\n", (void *)lock);
	abort();
}

void sb_warn(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(unit_last_warning, sizeof(unit_last_warning), fmt, args);
	va_end(args);
	__atomic_add_fetch(&unit_warnings, 1, __ATOMIC_RELAXED);
}

#define MAX_EVENTS 256

unsigned int unit_nr_events;
void (*unit_event_hook)(struct sb_instance *inst, const struct sb_event *event);
static struct sb_event events[MAX_EVENTS];

void sb_platform_trace(struct sb_instance *inst, struct sb_event *event)
{
	unsigned int nr = __atomic_fetch_add(&unit_nr_events, 1, __ATOMIC_RELAXED);

	event->seq = nr;
	event->cpu = sb_host_cpu;
	if (nr < MAX_EVENTS)
		events[nr] = *event;
	if (unit_event_hook)
		unit_event_hook(inst, event);
}

const struct sb_event *unit_event(unsigned int nr)
{
	assert(nr < unit_nr_events && nr < MAX_EVENTS);
	return &events[nr];
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
	if (len < 0 || (size_t)len >= out->size - out->used) {
		fprintf(stderr, "a test's text buffer of %zu bytes is too small\n", out->size);
		abort();
	}
	out->used += (size_t)len;
}
