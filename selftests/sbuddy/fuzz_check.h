/* SPDX-License-Identifier: GPL-2.0-only */
/* What has to hold after each program, and the shortest program for which it does not. */
#ifndef SBUDDY_TEST_FUZZ_CHECK_H
#define SBUDDY_TEST_FUZZ_CHECK_H

#include "fuzz_run.h"

struct fuzz_watch {
	int observer; /* a file of its own */
	int log; /* the kernel's */
	int check; /* recounts everything */
	int pagemap;
	uint64_t free_pages;
	uint64_t base_pfn;
	uint64_t nr_pages;
};

static inline int fuzz_debugfs(int fd, const char *name)
{
	struct sbuddy_info info = sb_info(fd);
	char path[128];

	snprintf(path, sizeof(path), "/sys/kernel/debug/sbuddy/%s/%s", info.name, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static inline uint64_t fuzz_tunable(int fd, const char *name)
{
	int file = fuzz_debugfs(fd, "tunables");
	static char text[8192];
	ssize_t len = read(file, text, sizeof(text) - 1);
	const char *at;

	close(file);
	text[len > 0 ? len : 0] = '\0';
	at = strstr(text, name);
	return at ? strtoull(at + strlen(name), NULL, 0) : 0;
}

/* 0, or -1 without a device. */
static inline int fuzz_watch_begin(struct fuzz_watch *watch)
{
	watch->observer = sb_open(O_RDWR);
	if (watch->observer < 0)
		return -1;
	watch->free_pages = sb_free_pages(watch->observer);
	watch->check = fuzz_debugfs(watch->observer, "check");
	watch->pagemap = fuzz_debugfs(watch->observer, "pagemap");
	watch->base_pfn = fuzz_tunable(watch->observer, "pagemap_base_pfn ");
	watch->nr_pages = fuzz_tunable(watch->observer, "pagemap_pages ");
	watch->log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	lseek(watch->log, 0, SEEK_END);
	return 0;
}

/* Is there a complaint in the kernel's log that was not there before? */
static inline int fuzz_complaint(struct fuzz_watch *watch, char *line, size_t size)
{
	static const char *const alarms[] = { "BUG:",	       "WARNING:", "KASAN:",
					      "KCSAN:",	       "UBSAN:",   "Bad page",
					      "found corrupt", "Oops",	   "sbuddy: leak" };
	ssize_t len;
	size_t i;

	while ((len = read(watch->log, line, size - 1)) > 0 || (len < 0 && errno == EPIPE)) {
		line[len > 0 ? len : 0] = '\0';
		for (i = 0; i < ARRAY_LEN(alarms); i++)
			if (strstr(line, alarms[i]))
				return 1;
	}
	return 0;
}

/* All bad pages are good again. */
static inline void fuzz_heal(struct fuzz_watch *watch)
{
	struct sbuddy_poison arg = { .size = sizeof(arg) };
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint64_t words[512], at;
	ssize_t len, i;

	arg.flags = SBUDDY_POISON_PHYS | SBUDDY_POISON_UNDO;
	for (at = 0; at < watch->nr_pages; at += (uint64_t)len / 8) {
		len = pread(watch->pagemap, words, sizeof(words), (off_t)(at * 8));
		if (len < 8)
			break;
		for (i = 0; i < len / 8; i++) {
			if (SBUDDY_PM_STATE(words[i]) != SBUDDY_PM_POISONED)
				continue;
			arg.address = (watch->base_pfn + at + (uint64_t)i) * page;
			sb_call(watch->observer, SBUDDY_IOC_POISON, &arg);
		}
	}
}

/* Pages that the kernel has had for itself come a moment later. */
static inline uint64_t fuzz_settled(struct fuzz_watch *watch)
{
	uint64_t free_pages = sb_free_pages(watch->observer);
	int tries;

	for (tries = 0; free_pages != watch->free_pages && tries < 6000; tries++) {
		usleep(tries < 20 ? 500 : 5000);
		free_pages = sb_free_pages(watch->observer);
	}
	return free_pages;
}

/* Recounts everything. */
static inline void fuzz_recount(struct fuzz *f, struct fuzz_watch *watch)
{
	char text[64] = "";

	if (watch->check >= 0 && (pread(watch->check, text, sizeof(text) - 1, 0) <= 0 ||
				  strncmp(text, "0 violations\n", 13)))
		fuzz_fail(f, "check: %s", text);
}

/* What is left when a program has ended; @f has the failure. */
static inline void fuzz_judge(struct fuzz *f, struct fuzz_watch *watch, int recount)
{
	static char line[2048];
	uint64_t free_pages;

	f->w->loose = 0;
	if (f->w->poisoned)
		fuzz_heal(watch);
	f->w->poisoned = 0;
	free_pages = fuzz_settled(watch);
	if (free_pages != watch->free_pages) {
		fuzz_fail(f, "%llu free pages, and %llu before", (unsigned long long)free_pages,
			  (unsigned long long)watch->free_pages);
		watch->free_pages = free_pages;
	}
	if (sb_info(watch->observer).state & SBUDDY_STATE_CORRUPT)
		fuzz_fail(f, "the instance is corrupt");
	if (recount)
		fuzz_recount(f, watch);
	if (fuzz_complaint(watch, line, sizeof(line)))
		fuzz_fail(f, "the kernel: %.100s", line);
}

/* Does it fail? */
static inline int fuzz_fails(struct fuzz *f, struct fuzz_watch *watch, const struct fuzz_program *p)
{
	f->w->failure[0] = '\0';
	fuzz_program_run(f, p);
	fuzz_judge(f, watch, 1);
	return f->w->failure[0];
}

/* Leaves out calls as long as it fails. */
static inline void fuzz_shrink(struct fuzz *f, struct fuzz_watch *watch, struct fuzz_program *p)
{
	unsigned int nr = p->nr / 2, at;
	struct fuzz_program shorter;

	for (; nr; nr /= 2) {
		for (at = 0; at + nr <= p->nr && p->nr > nr;) {
			shorter = *p;
			fuzz_cut(&shorter, at, nr);
			if (fuzz_fails(f, watch, &shorter))
				*p = shorter;
			else
				at += nr;
		}
	}
}

/* Says which program fails, as short as it gets. */
static inline void fuzz_report(struct fuzz *f, struct fuzz_watch *watch, struct fuzz_program *p)
{
	printf("# %s\n# all of it: ", f->w->failure);
	fuzz_print(stdout, p);
	fflush(stdout);
	if (fuzz_fails(f, watch, p))
		fuzz_shrink(f, watch, p);
	else
		printf("# it does not fail again\n");
	fuzz_fails(f, watch, p);
	printf("# %s\n# SBUDDY_FUZZ_PROGRAM=", f->w->failure);
	fuzz_print(stdout, p);
	fflush(stdout);
}

#endif
