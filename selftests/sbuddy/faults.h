/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Making the kernel fail: each allocation and each copy of what one operation does, one
 * after the other, by /proc/thread-self/fail-nth. After each the operation has succeeded
 * all the same, or failed with an errno of its own; and the instance is as it was.
 *
 * It takes a kernel with CONFIG_FAULT_INJECTION, FAILSLAB, FAIL_PAGE_ALLOC and
 * FAULT_INJECTION_USERCOPY, as that of `selftests/board/run --kernel kasan` is.
 */
#ifndef SBUDDY_TEST_FAULTS_H
#define SBUDDY_TEST_FAULTS_H

#include <stdarg.h>

#include "device.h"

#define FAIL_NTH "/proc/thread-self/fail-nth"
#define DEBUG "/sys/kernel/debug"
#define NR_ERRNOS 6

/* No operation has so many points: one that never comes to its end is found out. */
#define MOST_POINTS 5000u

/**
 * struct faults - An operation, and what may become of it.
 * @name: what is printed
 * @set_up: what it needs, before each try, without faults: 0 or -errno; or NULL
 * @run: the operation: 0 or -errno
 * @tear_down: after each try, whatever it came to; or NULL
 * @errnos: what it may fail with
 * @least: points that it is known to have
 * @undone: it is as before @run when that has failed
 * @done: but not when it has failed with this, as its work was done
 * @enough: after so many points in a row that were borne, what follows is as elsewhere; or 0
 */
struct faults {
	const char *name;
	int (*set_up)(void);
	int (*run)(void);
	void (*tear_down)(void);
	int errnos[NR_ERRNOS];
	unsigned int least;
	int undone;
	int done;
	unsigned int enough;
};

/* What an operation that is over may not have changed. */
struct faults_state {
	uint64_t free;
	uint64_t pinned;
	long clients;
	long buffers;
	long references;
	char held[64];
	long others[4];
};

/* Of the instance that is looked at: a file of the test's own, and the folder in debugfs. */
static int faults_watch = -1;
static char faults_dir[128];

/* Set by a test that finds wrong what its instance was. */
static int faults_wrong;

/* What else there is to count. */
static void (*faults_count)(long *others);

/* 0 or -errno */
static inline int faults_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return err;
}

/* Its text, up to @size: bytes or -errno. */
static inline ssize_t faults_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = read(fd, text, size - 1);
	len = len < 0 ? -errno : len;
	text[len > 0 ? len : 0] = '\0';
	close(fd);
	return len;
}

static inline const char *faults_file(const char *name)
{
	static char path[192];

	snprintf(path, sizeof(path), "%s/%s", faults_dir, name);
	return path;
}

static inline long faults_lines(const char *name)
{
	FILE *file = fopen(faults_file(name), "re");
	long lines = 0;
	int c;

	while (file && (c = getc(file)) != EOF)
		lines += c == '\n';
	if (!file)
		return -1;
	fclose(file);
	return lines;
}

static inline void faults_look(struct faults_state *state)
{
	struct sbuddy_info info;
	char number[16] = "";

	memset(state, 0, sizeof(*state));
	/* Of the module, which could not be unloaded any more. */
	faults_read("/sys/module/sbuddy/refcnt", number, sizeof(number));
	state->references = atol(number);
	if (faults_count)
		faults_count(state->others);
	if (faults_watch < 0)
		return;
	info = sb_info(faults_watch);
	state->free = info.pages_free;
	state->pinned = info.pages_pinned;
	state->clients = faults_lines("clients");
	state->buffers = faults_lines("buffers");
	faults_read(faults_file("held"), state->held, sizeof(state->held));
}

/* What is given back by a worker is given a second. */
static inline int faults_same(const struct faults_state *was, struct faults_state *now)
{
	int tries;

	for (tries = 0; tries < 100; tries++) {
		faults_look(now);
		if (!memcmp(was, now, sizeof(*now)))
			return 1;
		usleep(10000);
	}
	return 0;
}

static inline int faults_clean(void)
{
	char text[512];

	if (faults_wrong || faults_watch < 0)
		return !faults_wrong;
	faults_read(faults_file("check"), text, sizeof(text));
	if (!strcmp(text, "0 violations\n"))
		return 1;
	dprintf(STDOUT_FILENO, "# check: %s", text);
	return 0;
}

/* The kernel's switch stays open: who opens it is not to be counted. */
static inline int faults_switch(void)
{
	static int fd = -1;
	static pid_t owner;

	if (fd < 0 || owner != getpid()) {
		fd = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
		owner = getpid();
	}
	return fd;
}

static inline void faults_arm(unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(faults_switch(), text, (size_t)len, 0) != len) {
		perror("# " FAIL_NTH);
		exit(1);
	}
}

/* How many points are left to the one that fails. */
static inline unsigned int faults_left(void)
{
	char text[16] = "";

	if (pread(faults_switch(), text, sizeof(text) - 1, 0) <= 0)
		return 1;
	return (unsigned int)strtoul(text, NULL, 0);
}

/*
 * Whether the fault came. What tells it copies, too: that is the fault if only one was
 * left, and then nothing is told.
 */
static inline int faults_disarm(void)
{
	int fd = faults_switch(), over = !faults_left();

	/* The first may be what fails. */
	if (pwrite(fd, "0", 1, 0) != 1 && pwrite(fd, "0", 1, 0) != 1)
		exit(1);
	return over;
}

static inline int faults_expected(const struct faults *op, int err)
{
	int i;

	for (i = 0; err < 0 && i < NR_ERRNOS; i++)
		if (op->errnos[i] == -err)
			return 1;
	return !err;
}

/* One try: whether the fault came. */
static inline int faults_try(struct __test_metadata *_metadata, const struct faults *op,
			     unsigned int nth, unsigned int *borne)
{
	struct faults_state was, before, now;
	int err, came;

	faults_look(&was);
	ASSERT_EQ(0, op->set_up ? op->set_up() : 0);
	faults_look(&before);
	faults_arm(nth);
	err = op->run();
	came = faults_disarm();
	if (!came)
		EXPECT_EQ(0, err);
	*borne += came && !err;
	EXPECT_TRUE(faults_expected(op, err))
	TH_LOG("%s: point %u: %s", op->name, nth, strerror(-err));
	if (err && op->undone && err != -op->done)
		EXPECT_TRUE(faults_same(&before, &now))
	TH_LOG("%s: point %u: something is left of what failed", op->name, nth);
	if (op->tear_down)
		op->tear_down();
	EXPECT_TRUE(faults_same(&was, &now))
	TH_LOG("%s: point %u: %llu pages free, not %llu; %ld files, not %ld; "
	       "%ld buffers, not %ld; %ld references, not %ld; %s",
	       op->name, nth, (unsigned long long)now.free, (unsigned long long)was.free,
	       now.clients, was.clients, now.buffers, was.buffers, now.references, was.references,
	       now.held);
	EXPECT_TRUE(faults_clean())
	TH_LOG("%s: point %u", op->name, nth);
	return came;
}

/*
 * Caches of the kernel that the first try fills are not counted as its points. Who looks for
 * something names operations in SBUDDY_FAULTS.
 */
static inline void faults_each(struct __test_metadata *_metadata, const struct faults *op)
{
	unsigned int nth, borne = 0, in_a_row = 0, before;
	const char *only = getenv("SBUDDY_FAULTS");

	if (only && !strstr(only, op->name))
		return;
	faults_try(_metadata, op, MOST_POINTS, &borne);
	for (nth = 1; nth < MOST_POINTS; nth++) {
		before = borne;
		if (!faults_try(_metadata, op, nth, &borne))
			break;
		in_a_row = borne > before ? in_a_row + 1 : 0;
		if (op->enough && in_a_row == op->enough)
			break;
	}
	dprintf(STDOUT_FILENO, "# %s: %u points, %u of them borne\n", op->name, nth - 1, borne);
	EXPECT_LT(nth, MOST_POINTS);
	EXPECT_LE(op->least, nth - 1);
}

/* A test of its own for an operation. */
#define FAULTS(op, ...)                                                   \
	TEST(fail_##op)                                                   \
	{                                                                 \
		static const struct faults faults = { #op, __VA_ARGS__ }; \
		faults_each(_metadata, &faults);                          \
	}

/* A device to look at, of SBUDDY_DEVICE or the first: 0 or -errno. */
static inline int faults_look_at_device(void)
{
	faults_watch = sb_open(O_RDWR);
	if (faults_watch < 0)
		return -errno;
	snprintf(faults_dir, sizeof(faults_dir), DEBUG "/sbuddy/%s", sb_info(faults_watch).name);
	return 0;
}

/* Any allocation may fail, of any kind and size; and the log tells of none. */
static inline int faults_settings(void)
{
	const char *verbose = getenv("SBUDDY_FAULTS_VERBOSE") ? "2" : "0";

	return faults_write(DEBUG "/failslab/ignore-gfp-wait", "N")		      ?:
		       faults_write(DEBUG "/failslab/verbose", verbose)		      ?:
		       faults_write(DEBUG "/fail_page_alloc/ignore-gfp-wait", "N")    ?:
		       faults_write(DEBUG "/fail_page_alloc/ignore-gfp-highmem", "N") ?:
		       faults_write(DEBUG "/fail_page_alloc/min-order", "0")	      ?:
		       faults_write(DEBUG "/fail_page_alloc/verbose", verbose)	      ?:
		       faults_write(DEBUG "/fail_usercopy/verbose", verbose);
}

/*
 * The C library has the kernel copy something whenever it gives the CPU back, which ends
 * the process if it fails.
 */
static inline void faults_without_rseq(char **argv)
{
	if (getenv("GLIBC_TUNABLES"))
		return;
	setenv("GLIBC_TUNABLES", "glibc.pthread.rseq=0", 1);
	execv("/proc/self/exe", argv);
}

static inline void faults_need_kernel(char **argv)
{
	if (access(FAIL_NTH, W_OK) || faults_settings()) {
		printf("1..0 # SKIP this kernel cannot be made to fail: no fail-nth, failslab, "
		       "fail_page_alloc or fail_usercopy\n");
		exit(KSFT_SKIPPED);
	}
	faults_without_rseq(argv);
	/* What watches is not spared, and goes on. */
	printf("sbuddy-expect: kmemleak: Cannot allocate a scan area\n");
	fflush(stdout);
}

#endif
