// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs of calls nobody would make: of the device, and of what maps, copies and closes
 * it. After each nothing is left; what was written is read; nothing is told that is not
 * documented; and the kernel does not complain.
 *
 * SBUDDY_SEED repeats a run, SBUDDY_FUZZ_CALLS makes it longer. SBUDDY_FUZZ_PROGRAM runs one
 * program, as it is told when it fails; SBUDDY_FUZZ_VERBOSE tells each before it runs, for
 * when the kernel does not survive it. Where there is KCOV, programs that come by new places
 * are built upon, and written to SBUDDY_FUZZ_OUT at the end.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <libgen.h>
#include <sys/uio.h>
#include <time.h>

#include "fuzz_check.h"
#include "fuzz_kcov.h"

/* An hour of calls is not a program that hangs. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 36000

#define CALLS 4000
/* Programs after which everything is recounted. */
#define RECOUNT 64

static uint64_t env_or(const char *name, uint64_t fallback)
{
	const char *value = getenv(name);

	return value ? strtoull(value, NULL, 0) : fallback;
}

static uint64_t seed(void)
{
	struct timespec now;
	uint64_t chosen;

	clock_gettime(CLOCK_REALTIME, &now);
	chosen = env_or("SBUDDY_SEED", (uint64_t)now.tv_sec << 20 ^ (uint64_t)now.tv_nsec) | 1;
	printf("# SBUDDY_SEED=%#llx\n", (unsigned long long)chosen);
	fflush(stdout);
	return chosen;
}

FIXTURE(fuzz)
{
	struct fuzz f;
	struct fuzz_watch watch;
	struct fuzz_corpus corpus;
	unsigned int nr_run;
	int verbose;
};

FIXTURE_SETUP(fuzz)
{
	ASSERT_EQ(0, fuzz_begin(&self->f));
	ASSERT_EQ(0, fuzz_watch_begin(&self->watch));
	self->verbose = !!getenv("SBUDDY_FUZZ_VERBOSE");
	fuzz_kcov_begin(&self->corpus);
}

FIXTURE_TEARDOWN(fuzz)
{
}

/* 0, or -1 when it fails. */
static int run(FIXTURE_DATA(fuzz) * self, struct fuzz_program *p)
{
	if (self->verbose) {
		fuzz_print(stdout, p);
		fflush(stdout);
	}
	fuzz_kcov_reset(&self->corpus);
	fuzz_program_run(&self->f, p);
	if (fuzz_kcov_news(&self->corpus))
		fuzz_corpus_keep(&self->corpus, p);
	fuzz_judge(&self->f, &self->watch, !(++self->nr_run % RECOUNT));
	if (!self->f.w->failure[0])
		return 0;
	fuzz_report(&self->f, &self->watch, p);
	return -1;
}

/* A file beside this program. */
static FILE *open_corpus(void)
{
	char path[512];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 32);

	if (len < 0)
		return NULL;
	path[len] = '\0';
	strcat(dirname(path), "/fuzz.corpus");
	return fopen(path, "r");
}

static int replay(FIXTURE_DATA(fuzz) * self)
{
	static char line[20 * FUZZ_MOST + 64];
	struct fuzz_program p;
	FILE *file = open_corpus();
	int failed = 0;

	while (file && !failed && fgets(line, sizeof(line), file))
		if (!fuzz_parse(&p, line))
			failed = run(self, &p);
	if (file)
		fclose(file);
	fuzz_recount(&self->f, &self->watch);
	return failed || self->f.w->failure[0] ? -1 : 0;
}

TEST_F(fuzz, what_was_found_before_does_no_harm)
{
	const char *one = getenv("SBUDDY_FUZZ_PROGRAM");
	struct fuzz_program p;

	if (one) {
		ASSERT_EQ(0, fuzz_parse(&p, one));
		ASSERT_EQ(0, run(self, &p));
	}
	ASSERT_EQ(0, replay(self));
	printf("# %u programs, %llu calls\n", self->nr_run, (unsigned long long)self->f.w->calls);
	fflush(stdout);
}

static void tell_progress(FIXTURE_DATA(fuzz) * self, time_t *told, time_t begin)
{
	time_t now = time(NULL);

	if (now < *told + 60)
		return;
	*told = now;
	printf("# after %ld s: %llu calls, %u programs, %u ways, %u kept\n", (long)(now - begin),
	       (unsigned long long)self->f.w->calls, self->nr_run, self->corpus.nr_ways,
	       self->corpus.nr);
	fflush(stdout);
}

TEST_F(fuzz, random_programs_do_no_harm)
{
	uint64_t calls = env_or("SBUDDY_FUZZ_CALLS", CALLS), rnd = seed();
	time_t begin = time(NULL), told = begin;
	const char *out = getenv("SBUDDY_FUZZ_OUT");
	struct fuzz_program p;

	if (self->corpus.places)
		ASSERT_EQ(0, replay(self));
	self->f.w->calls = 0;
	while (self->f.w->calls < calls) {
		fuzz_corpus_draw(&self->corpus, &p, &rnd);
		ASSERT_EQ(0, run(self, &p));
		tell_progress(self, &told, begin);
	}
	fuzz_recount(&self->f, &self->watch);
	printf("# %llu calls, %u programs, %llu buffers, %u ways, %ld s\n",
	       (unsigned long long)self->f.w->calls, self->nr_run,
	       (unsigned long long)self->f.w->granted, self->corpus.nr_ways,
	       (long)(time(NULL) - begin));
	fflush(stdout);
	if (out && self->corpus.places)
		fuzz_corpus_write(&self->corpus, &self->f, out);
	ASSERT_STREQ("", self->f.w->failure);
}

SBUDDY_TEST_MAIN
