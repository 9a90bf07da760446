// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verb stress: a load, watched, and judged by what is free after it.
 */
#include <signal.h>
#include <time.h>

#include "ctl.h"
#include "stress.h"

#define BAR 30

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int on_terminal(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && !(term && !strcmp(term, "dumb"));
}

/* Of the operations or of the time, whichever is nearer to its end: 0 .. 1. */
static double share_done(const struct stress_plan *plan, unsigned long ops, double seconds)
{
	double done = 0;

	if (plan->ops)
		done = (double)ops / (double)plan->ops;
	if (plan->seconds > 0 && seconds / plan->seconds > done)
		done = seconds / plan->seconds;
	return done < 1 ? done : 1;
}

/* A bar that is drawn over, or a line now and then: what is printed is the summary. */
static void tell(const struct stress_plan *plan, struct stress_progress *progress, double seconds)
{
	static const char full[] = "##############################";
	static const char empty[] = "..............................";
	unsigned long ops = atomic_load(&progress->ops);
	double done = share_done(plan, ops, seconds);
	int bar = (int)(done * BAR);
	char text[128];

	snprintf(text, sizeof(text), "%3.0f %%  %.0f requests/s, %lu failed, %lu pages", 100 * done,
		 (double)ops / (seconds > 0 ? seconds : 1), atomic_load(&progress->failures),
		 atomic_load(&progress->pages));
	if (on_terminal())
		fprintf(stderr, "\r[%.*s%.*s]%.46s\033[K", bar, full, BAR - bar, empty, text);
	else
		fprintf(stderr, "%s\n", text);
}

/* Until all threads ended; they are told to when it is time, or who started it says so. */
static void watch(const struct stress_plan *plan, struct stress_progress *progress)
{
	int bar = on_terminal(), silent = in_json() && !bar;
	struct timespec tick = { .tv_nsec = 20000000 };
	double start = now(), told = start, time;
	sigset_t ends;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	while (atomic_load(&progress->running)) {
		if (sigtimedwait(&ends, NULL, &tick) > 0)
			atomic_store(&progress->stop, true);
		time = now();
		if (plan->seconds > 0 && time - start >= plan->seconds)
			atomic_store(&progress->stop, true);
		if (silent || time - told < (bar ? 0.1 : 1))
			continue;
		tell(plan, progress, time - start);
		told = time;
	}
	if (bar)
		fputs("\r\033[K", stderr);
}

/* Threads that are started later do not get them either. */
static void block_signals(void)
{
	sigset_t ends;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	sigprocmask(SIG_BLOCK, &ends, NULL);
}

/* What is freed may rest for an instant, and others give back what they had, too. */
static uint64_t free_after(int fd, uint64_t before)
{
	struct timespec instant = { .tv_nsec = 20000000 };
	uint64_t pages = info_of(fd).pages_free;
	int i;

	for (i = 0; i < 50 && pages != before; i++) {
		nanosleep(&instant, NULL);
		pages = info_of(fd).pages_free;
	}
	return pages;
}

int run_stress(int argc, char **argv)
{
	static struct stress_totals totals;
	struct stress_progress progress = { 0 };
	struct stress_plan plan;
	uint64_t before, after;
	double start, seconds;
	int fd = open_device(O_RDWR);
	struct sbuddy_info info = info_of(fd);

	stress_plan(&plan, &info);
	block_signals();
	before = info.pages_free;
	start = now();
	stress_run(&plan, &progress, watch, &totals);
	seconds = now() - start;
	after = free_after(fd, before);
	sbuddy_close(fd);
	stress_record(&totals);
	if (in_json())
		stress_json(&plan, &totals, seconds, before, after);
	else
		stress_print(&plan, &totals, seconds, before, after);
	if (totals.error)
		die_error("a request failed otherwise than for lack of memory", totals.error);
	if (after != before)
		die("not all came back, or others were at work: %" PRIu64
		    " pages were free, %" PRIu64 " are",
		    before, after);
	return 0;
}
