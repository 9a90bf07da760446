/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small harness: one program a test file, one TAP line a case.
 *
 *	static void reserve_twice_is_a_union(void)
 *	{
 *		EXPECT_EQ(sb_region_reserve(&r, 0, 4096), 0);
 *	}
 *
 *	UNIT_MAIN(UNIT_CASE(reserve_twice_is_a_union))
 *
 * A failed EXPECT says what it saw and lets the case go on.
 */
#ifndef UNIT_H
#define UNIT_H

#include <stdio.h>
#include <stdlib.h>

#include "sb_platform.h"

struct unit_case {
	const char *name;
	void (*run)(void);
};

extern unsigned int unit_warnings;
extern char unit_last_warning[256];

/* Events of all instances since unit_events_clear(): the first 256 can be looked at. */
struct sb_event;
extern unsigned int unit_nr_events;
const struct sb_event *unit_event(unsigned int nr);
void unit_events_clear(void);

/* Called for each event, where it is told: what another CPU might do just then. */
struct sb_instance;
extern void (*unit_event_hook)(struct sb_instance *inst, const struct sb_event *event);

/*
 * Called before a lock is taken and after it is let go of, and when interrupts are on again,
 * for what happens in between.
 */
struct unit_lock_hooks {
	void (*before_lock)(struct sb_lock *lock);
	void (*after_unlock)(struct sb_lock *lock);
	void (*after_irq)(void);
};

extern _Thread_local struct unit_lock_hooks unit_lock_hooks;

void unit_fail(const char *file, int line, const char *fmt, ...) __printf(3, 4);
/* Of the case that runs. */
unsigned int unit_failures(void);
int unit_run(const struct unit_case *cases, size_t nr_cases);

/* How many steps a random test takes: SB_ITER in the environment, or this. */
unsigned long unit_iterations(unsigned long normally);

/* A seed that is printed, and taken from SB_SEED to repeat a failed run. */
u64 unit_seed(void);
u64 unit_random(u64 *state);

/* A random number in [0, limit). */
static inline u64 unit_below(u64 *state, u64 limit)
{
	return unit_random(state) % limit;
}

#define EXPECT(cond)                                                \
	do {                                                        \
		if (!(cond))                                        \
			unit_fail(__FILE__, __LINE__, "%s", #cond); \
	} while (0)

#define EXPECT_EQ(seen, wanted)                                                                   \
	do {                                                                                      \
		long long _s = (long long)(seen), _w = (long long)(wanted);                       \
		if (_s != _w)                                                                     \
			unit_fail(__FILE__, __LINE__, "%s is %lld (%#llx), wanted %lld (%#llx)",  \
				  #seen, _s, (unsigned long long)_s, _w, (unsigned long long)_w); \
	} while (0)

#define EXPECT_STR(seen, wanted)                                                               \
	do {                                                                                   \
		const char *_s = (seen), *_w = (wanted);                                       \
		if (strcmp(_s, _w))                                                            \
			unit_fail(__FILE__, __LINE__, "%s is\n%s\nwanted\n%s", #seen, _s, _w); \
	} while (0)

#define UNIT_CASE(fn)   \
	{               \
#fn, fn \
	}

#define UNIT_MAIN(...)                                                   \
	int main(void)                                                   \
	{                                                                \
		static const struct unit_case cases[] = { __VA_ARGS__ }; \
		return unit_run(cases, ARRAY_SIZE(cases));               \
	}

#endif
