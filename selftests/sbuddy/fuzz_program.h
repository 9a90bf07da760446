/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program of the fuzzer: a row of calls, each of ten bytes, so that any bytes are a
 * program, and what is cut out of one, or put together of two, is one again. It is
 * printed, and kept in fuzz.corpus, as a line of hexadecimal digits.
 */
#ifndef SBUDDY_TEST_FUZZ_PROGRAM_H
#define SBUDDY_TEST_FUZZ_PROGRAM_H

#include "device.h"

/* Calls of one program. */
#define FUZZ_MOST 64

/* What a call does. New ones come last, as the numbers are those of the corpus. */
enum fuzz_op {
	FUZZ_OPEN,
	FUZZ_CLOSE,
	FUZZ_DUP,
	FUZZ_WHO, /* root, or somebody */
	FUZZ_INFO,
	FUZZ_ALLOC,
	FUZZ_ALLOC_BULK,
	FUZZ_FREE,
	FUZZ_FREE_BULK,
	FUZZ_QUERY,
	FUZZ_DRAIN,
	FUZZ_EXPLAIN,
	FUZZ_POISON,
	FUZZ_PIN,
	FUZZ_UNPIN,
	FUZZ_COMPACT,
	FUZZ_PLAN,
	FUZZ_EXPORT,
	FUZZ_TAKE,
	FUZZ_GIVE,
	FUZZ_NAME,
	FUZZ_SYNC,
	FUZZ_SLICE,
	FUZZ_PLACE,
	FUZZ_LIMIT,
	FUZZ_CLAIM,
	FUZZ_FALLS,
	FUZZ_POLL,
	FUZZ_MMAP,
	FUZZ_MUNMAP,
	FUZZ_MREMAP,
	FUZZ_MPROTECT,
	FUZZ_MADVISE,
	FUZZ_WRITE,
	FUZZ_LOOK,
	FUZZ_BUF_MMAP, /* of a dma-buf, as the next two */
	FUZZ_BUF_SYNC,
	FUZZ_BUF_CLOSE,
	FUZZ_FORK,
	FUZZ_THREAD,
	FUZZ_ODD_COMMAND,
	FUZZ_SPLICE, /* a page into a pipe */
	FUZZ_UNSPLICE,
	FUZZ_NR_OPS,
};

/**
 * struct fuzz_insn - One call.
 * @op: enum fuzz_op, modulo FUZZ_NR_OPS
 * @a: the file, or what else it is called on
 * @b: mostly the handle
 * @c: and so on: what these mean differs from call to call
 * @d: likewise
 * @e: likewise
 * @f: likewise
 * @g: likewise
 * @word: 0, or which word of the struct is spoilt
 * @value: with what, or another way to spoil it: fuzz_ioctl()
 */
struct fuzz_insn {
	uint8_t op, a, b, c, d, e, f, g, word, value;
};

struct fuzz_program {
	unsigned int nr;
	struct fuzz_insn insn[FUZZ_MOST];
};

/* xorshift64: the same everywhere. */
static inline uint64_t fuzz_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static inline unsigned int fuzz_below(uint64_t *rnd, unsigned int n)
{
	return (unsigned int)((fuzz_random(rnd) >> 16) % n);
}

/* How often an operation is drawn: what is slow, and what ends much, seldom. */
static const uint8_t fuzz_weights[FUZZ_NR_OPS] = {
	[FUZZ_OPEN] = 8,    [FUZZ_CLOSE] = 6,	    [FUZZ_DUP] = 6,	    [FUZZ_WHO] = 6,
	[FUZZ_INFO] = 8,    [FUZZ_ALLOC] = 90,	    [FUZZ_ALLOC_BULK] = 20, [FUZZ_FREE] = 60,
	[FUZZ_QUERY] = 30,  [FUZZ_FREE_BULK] = 16,  [FUZZ_DRAIN] = 4,	    [FUZZ_EXPLAIN] = 10,
	[FUZZ_POISON] = 1,  [FUZZ_PIN] = 20,	    [FUZZ_UNPIN] = 16,	    [FUZZ_COMPACT] = 1,
	[FUZZ_PLAN] = 1,    [FUZZ_EXPORT] = 14,	    [FUZZ_TAKE] = 24,	    [FUZZ_GIVE] = 30,
	[FUZZ_NAME] = 10,   [FUZZ_SYNC] = 12,	    [FUZZ_SLICE] = 20,	    [FUZZ_PLACE] = 12,
	[FUZZ_LIMIT] = 8,   [FUZZ_CLAIM] = 14,	    [FUZZ_FALLS] = 4,	    [FUZZ_POLL] = 4,
	[FUZZ_MMAP] = 30,   [FUZZ_MUNMAP] = 6,	    [FUZZ_MREMAP] = 3,	    [FUZZ_MPROTECT] = 4,
	[FUZZ_MADVISE] = 6, [FUZZ_WRITE] = 24,	    [FUZZ_LOOK] = 16,	    [FUZZ_BUF_MMAP] = 6,
	[FUZZ_FORK] = 1,    [FUZZ_BUF_SYNC] = 6,    [FUZZ_BUF_CLOSE] = 6,   [FUZZ_THREAD] = 1,
	[FUZZ_SPLICE] = 3,  [FUZZ_ODD_COMMAND] = 4, [FUZZ_UNSPLICE] = 2,
};

static inline uint8_t fuzz_draw_op(uint64_t *rnd)
{
	static unsigned int total;
	unsigned int op, at;

	if (!total)
		for (op = 0; op < FUZZ_NR_OPS; op++)
			total += fuzz_weights[op];
	at = fuzz_below(rnd, total);
	for (op = 0; at >= fuzz_weights[op]; op++)
		at -= fuzz_weights[op];
	/* What looks at all memory there is takes as long as thousands of other calls. */
	if ((op == FUZZ_PLAN || op == FUZZ_COMPACT) && fuzz_below(rnd, 8))
		return FUZZ_ALLOC;
	return (uint8_t)op;
}

static inline struct fuzz_insn fuzz_draw(uint64_t *rnd)
{
	uint64_t r = fuzz_random(rnd), s = fuzz_random(rnd);
	struct fuzz_insn in;

	memcpy(&in.a, &r, 7);
	in.op = fuzz_draw_op(rnd);
	in.word = s & 3 ? 0 : (uint8_t)(s >> 8);
	in.value = (uint8_t)(s >> 16);
	return in;
}

static inline void fuzz_fresh(struct fuzz_program *p, uint64_t *rnd)
{
	unsigned int i;

	p->nr = 4 + fuzz_below(rnd, 52);
	for (i = 0; i < p->nr; i++)
		p->insn[i] = fuzz_draw(rnd);
}

static inline void fuzz_cut(struct fuzz_program *p, unsigned int at, unsigned int nr)
{
	memmove(&p->insn[at], &p->insn[at + nr], (p->nr - at - nr) * sizeof(p->insn[0]));
	p->nr -= nr;
}

/* Calls of @other, in the place of what @p has after a point. */
static inline void fuzz_splice(struct fuzz_program *p, const struct fuzz_program *other,
			       uint64_t *rnd)
{
	unsigned int at = fuzz_below(rnd, p->nr), from = fuzz_below(rnd, other->nr);
	unsigned int nr = other->nr - from;

	if (nr > FUZZ_MOST - at)
		nr = FUZZ_MOST - at;
	memcpy(&p->insn[at], &other->insn[from], nr * sizeof(p->insn[0]));
	p->nr = at + nr;
}

static inline void fuzz_mutate_once(struct fuzz_program *p, uint64_t *rnd)
{
	unsigned int at = fuzz_below(rnd, p->nr), to = fuzz_below(rnd, p->nr);
	struct fuzz_insn copy = p->insn[to];

	switch (fuzz_below(rnd, 6)) {
	case 0: /* one byte becomes another */
	case 1:
		((uint8_t *)&p->insn[at])[1 + fuzz_below(rnd, 9)] = (uint8_t)fuzz_random(rnd);
		break;
	case 2:
		p->insn[at] = fuzz_draw(rnd);
		break;
	case 3:
		if (p->nr > 1)
			fuzz_cut(p, at, 1);
		break;
	case 4:
		p->insn[to] = p->insn[at];
		p->insn[at] = copy;
		break;
	default: /* one more, new or as another one */
		if (p->nr == FUZZ_MOST)
			break;
		memmove(&p->insn[at + 1], &p->insn[at], (p->nr - at) * sizeof(copy));
		p->insn[at] = fuzz_below(rnd, 3) ? fuzz_draw(rnd) : copy;
		p->nr++;
	}
}

static inline void fuzz_mutate(struct fuzz_program *p, uint64_t *rnd)
{
	unsigned int nr = 1 + fuzz_below(rnd, 6);

	while (nr--)
		fuzz_mutate_once(p, rnd);
}

static inline void fuzz_print(FILE *file, const struct fuzz_program *p)
{
	const uint8_t *bytes = (const uint8_t *)p->insn;
	unsigned int i;

	for (i = 0; i < p->nr * sizeof(p->insn[0]); i++)
		fprintf(file, "%02x", bytes[i]);
	fputc('\n', file);
}

/* 0, or -1 when @line is no program. */
static inline int fuzz_parse(struct fuzz_program *p, const char *line)
{
	uint8_t *bytes = (uint8_t *)p->insn;
	unsigned int nr = 0, byte;

	while (nr < sizeof(p->insn) && sscanf(line + 2 * nr, "%2x", &byte) == 1)
		bytes[nr++] = (uint8_t)byte;
	p->nr = nr / sizeof(p->insn[0]);
	return p->nr ? 0 : -1;
}

#endif
