/* SPDX-License-Identifier: GPL-2.0-only */
/* What newer kernels have all over: assertions, atomic operations, numbers. */
#ifndef SB_COMPAT_LANGUAGE_H
#define SB_COMPAT_LANGUAGE_H

#include <linux/atomic.h>
#include <linux/device.h>
#include <linux/ktime.h>
#include <linux/rwsem.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/version.h>
#include <linux/wait.h>

/* 5.1 named C's own. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 1, 0)
#define static_assert(what, ...) _Static_assert(what, "" __VA_ARGS__)
#endif

/* 4.12: as cmpxchg(), but what was there instead lands in @old. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 12, 0)
static inline bool sbuddy_atomic_try_cmpxchg(atomic_t *v, int *old, int new)
{
	int expected = *old;

	*old = atomic_cmpxchg(v, expected, new);
	return *old == expected;
}

#define atomic_try_cmpxchg(v, old, new) sbuddy_atomic_try_cmpxchg(v, (int *)(old), new)
#endif

/* 4.19 gave it this name. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 19, 0)
#define atomic_fetch_add_unless(v, n, unless) __atomic_add_unless(v, n, unless)
#endif

/* 5.3 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 3, 0)
#define ktime_get_boottime_seconds() ((time64_t)ktime_divns(ktime_get_boottime(), NSEC_PER_SEC))
#endif

/* Before 4.15 no signal ends this wait. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 15, 0)
#define down_read_killable(lock) (down_read(lock), 0)
#endif

/*
 * 4.10 has devices depend on others; vendors brought that to older kernels. 4.20 gave the
 * flag its longer name, and its meaning, that the link goes with its consumer.
 */
#if !defined(DL_FLAG_AUTOREMOVE_CONSUMER) && defined(DL_FLAG_AUTOREMOVE)
#define DL_FLAG_AUTOREMOVE_CONSUMER DL_FLAG_AUTOREMOVE
#elif !defined(DL_FLAG_AUTOREMOVE_CONSUMER)
#define DL_FLAG_AUTOREMOVE_CONSUMER 0
#define device_link_add(consumer, supplier, flags) ((void)(consumer), (void)(supplier), false)
#endif

/* Until 4.20 who calls strscpy() had to look what it returns. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 20, 0)
static inline ssize_t sbuddy_strscpy(char *to, const char *from, size_t size)
{
	return strscpy(to, from, size);
}

#define strscpy(to, from, size) sbuddy_strscpy(to, from, size)
#endif

/* Until 5.1 the alias that module_init() makes has not all the attributes of what it names. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 1, 0) && GCC_VERSION >= 90000
#pragma GCC diagnostic ignored "-Wmissing-attributes"
#endif

/* 4.16 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 16, 0)
#define sizeof_field(type, field) sizeof(((type *)NULL)->field)
#endif

/* 4.13 named who waits, and what they wait for. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 13, 0)
#define wait_queue_entry __wait_queue
#define wait_queue_head __wait_queue_head
#endif

/* 5.10.31 made what list_sort() compares constant, and 5.13. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
#define SBUDDY_LIST_SORT_CONST
#else
#define SBUDDY_LIST_SORT_CONST const
#endif

/* 5.7 does not ask compilers to guess what may be without a value. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 7, 0)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

/* 5.2: where it was called from. Before, the end of the list may have been marked. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 2, 0) && defined(CONFIG_STACKTRACE)
static inline unsigned int stack_trace_save(unsigned long *store, unsigned int size,
					    unsigned int skip)
{
	struct stack_trace trace = { .entries = store, .max_entries = size, .skip = skip };

	save_stack_trace(&trace);
	if (trace.nr_entries && store[trace.nr_entries - 1] == ULONG_MAX)
		trace.nr_entries--;
	return trace.nr_entries;
}
#endif

/* 5.9 tells a tasklet's function which it is, not a number. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 9, 0)
#define tasklet_setup(tasklet, fn) \
	tasklet_init(tasklet, (void (*)(unsigned long))(fn), (unsigned long)(tasklet))
#endif

#endif
