/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs that are worth keeping: those that take the kernel a way that none before has
 * taken. A kernel with KCOV tells which places of the module a thread comes by; a way is two
 * of them, one after the other. Without KCOV no program is kept.
 */
#ifndef SBUDDY_TEST_FUZZ_KCOV_H
#define SBUDDY_TEST_FUZZ_KCOV_H

#include <linux/kcov.h>

#include "fuzz_run.h"

#define FUZZ_KCOV "/sys/kernel/debug/kcov"
/* Places that are told of one program; what comes later is not. */
#define FUZZ_PLACES (256ul << 10)
#define FUZZ_WAYS (1u << 18)
#define FUZZ_KEPT 4096u
/* Bytes of a corpus that can be put into the tree. */
#define FUZZ_CORPUS_BYTES 96000

struct fuzz_corpus {
	unsigned long *places; /* how many, and then those; or NULL */
	uint8_t *seen; /* a byte a way */
	unsigned int nr_ways;
	unsigned int nr;
	struct fuzz_program *kept[FUZZ_KEPT];
};

/* Watches this thread. */
static inline void fuzz_kcov_begin(struct fuzz_corpus *c)
{
	int fd = open(FUZZ_KCOV, O_RDWR | O_CLOEXEC);

	*c = (struct fuzz_corpus){ .seen = calloc(FUZZ_WAYS, 1) };
	if (fd < 0 || !c->seen || ioctl(fd, KCOV_INIT_TRACE, FUZZ_PLACES))
		return;
	c->places =
		mmap(NULL, FUZZ_PLACES * sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (c->places == MAP_FAILED || ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC))
		c->places = NULL;
}

static inline void fuzz_kcov_reset(struct fuzz_corpus *c)
{
	if (c->places)
		__atomic_store_n(&c->places[0], 0, __ATOMIC_RELAXED);
}

/* Ways that are new since the reset. */
static inline unsigned int fuzz_kcov_news(struct fuzz_corpus *c)
{
	unsigned long nr = c->places ? __atomic_load_n(&c->places[0], __ATOMIC_RELAXED) : 0, i;
	uint64_t from = 0, way;
	unsigned int news = 0;

	for (i = 1; i <= nr; i++) {
		way = (c->places[i] ^ from) * 0x9e3779b97f4a7c15ull >> 46;
		from = (uint64_t)c->places[i] << 1;
		news += !c->seen[way];
		c->seen[way] = 1;
	}
	c->nr_ways += news;
	return news;
}

static inline void fuzz_corpus_keep(struct fuzz_corpus *c, const struct fuzz_program *p)
{
	struct fuzz_program *copy = c->nr < FUZZ_KEPT ? malloc(sizeof(*copy)) : NULL;

	if (!copy)
		return;
	*copy = *p;
	c->kept[c->nr++] = copy;
}

/* The next program to try: mostly one like those that were worth keeping. */
static inline void fuzz_corpus_draw(struct fuzz_corpus *c, struct fuzz_program *p, uint64_t *rnd)
{
	if (!c->nr || !fuzz_below(rnd, 4))
		return fuzz_fresh(p, rnd);
	*p = *c->kept[fuzz_below(rnd, c->nr)];
	if (!fuzz_below(rnd, 3))
		fuzz_splice(p, c->kept[fuzz_below(rnd, c->nr)], rnd);
	fuzz_mutate(p, rnd);
}

static inline int fuzz_corpus_order(const void *a, const void *b)
{
	const struct fuzz_program *p = *(struct fuzz_program *const *)a;
	const struct fuzz_program *q = *(struct fuzz_program *const *)b;

	return (int)p->nr - (int)q->nr;
}

/*
 * Writes the shortest programs that together take all ways: it runs them again. What is
 * too much for the tree is left out.
 */
static inline void fuzz_corpus_write(struct fuzz_corpus *c, struct fuzz *f, const char *path)
{
	FILE *file = fopen(path, "w");
	unsigned int i, written = 0;

	if (!file)
		return;
	qsort(c->kept, c->nr, sizeof(c->kept[0]), fuzz_corpus_order);
	memset(c->seen, 0, FUZZ_WAYS);
	for (i = 0; i < c->nr; i++) {
		fuzz_kcov_reset(c);
		fuzz_program_run(f, c->kept[i]);
		/* One that is long should be worth it. */
		if (fuzz_kcov_news(c) < c->kept[i]->nr / 4 + 1u ||
		    ftell(file) + (long)c->kept[i]->nr * 20 > FUZZ_CORPUS_BYTES)
			continue;
		fuzz_print(file, c->kept[i]);
		written++;
	}
	printf("# %u programs written to %s, %ld bytes\n", written, path, ftell(file));
	fflush(stdout);
	fclose(file);
}

#endif
