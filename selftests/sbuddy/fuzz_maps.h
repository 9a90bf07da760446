/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mappings. Each slot has an area of addresses that nothing else is mapped into: what is
 * taken out of it is reserved again, so that a thread that comes late hits nobody.
 */
#ifndef SBUDDY_TEST_FUZZ_MAPS_H
#define SBUDDY_TEST_FUZZ_MAPS_H

#include "fuzz_more.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

/* Pages of a slot. */
struct fuzz_span {
	unsigned int slot, page, nr;
};

static inline struct fuzz_span fuzz_span(uint8_t slot, uint8_t page, uint8_t nr)
{
	struct fuzz_span span = { slot % FUZZ_MAPS, page & 0x80 ? page % FUZZ_PAGES : 0, 0 };

	/* All that is left, or some. */
	span.nr = nr & 0x80 ? FUZZ_PAGES - span.page : 1 + nr % (FUZZ_PAGES - span.page);
	return span;
}

static inline void fuzz_lose(struct fuzz *f, struct fuzz_span span)
{
	while (span.nr--)
		f->pages[span.slot][span.page++] = (struct fuzz_page){ .object = -1 };
}

static inline void fuzz_reserve(struct fuzz *f, struct fuzz_span span, int how)
{
	if (mmap(fuzz_address(f, span.slot, span.page), span.nr * f->page, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | how, -1, 0) == MAP_FAILED &&
	    errno != EEXIST && errno != ENOMEM)
		fuzz_fail(f, "addresses cannot be reserved: %s", strerror(errno));
}

/* Pages of an object from @first on are at @span. */
static inline void fuzz_gain(struct fuzz *f, struct fuzz_span span, int32_t object, uint64_t first,
			     int prot)
{
	unsigned int i;

	for (i = 0; i < span.nr; i++) {
		struct fuzz_page page = { .object = -1, .prot = (uint8_t)prot };

		if (object >= 0 && first + i < FUZZ_PAGES) {
			page.object = (int16_t)object;
			page.page = (uint16_t)(first + i);
		}
		f->pages[span.slot][span.page + i] = page;
	}
}

/* What to map of it: whole, mostly. */
static inline struct fuzz_span fuzz_part(struct fuzz *f, const struct fuzz_insn *in, uint64_t bytes,
					 unsigned int *first)
{
	uint64_t nr = bytes / f->page;
	struct fuzz_span span = { in->c % FUZZ_MAPS, 0, 1 };

	*first = 0;
	if (in->d & 0x80 && nr)
		*first = (unsigned int)(in->d % 32 % nr);
	nr = nr > *first ? nr - *first : 1;
	if (in->e & 0x80)
		nr = 1 + in->e % (unsigned int)(nr < 128 ? nr : 128);
	span.nr = nr < FUZZ_PAGES ? (unsigned int)nr : FUZZ_PAGES;
	return span;
}

static inline void fuzz_map(struct fuzz *f, const struct fuzz_insn *in, int fd, uint64_t offset,
			    struct fuzz_span span, int32_t object, uint64_t first)
{
	static const int prots[] = { PROT_READ | PROT_WRITE, PROT_READ, PROT_NONE,
				     PROT_READ | PROT_EXEC };
	int prot = in->f < 192 ? PROT_READ | PROT_WRITE : prots[in->f % ARRAY_LEN(prots)];
	int flags = in->g < 230 ? MAP_SHARED : in->g & 1 ? MAP_PRIVATE : MAP_SHARED | MAP_POPULATE;
	char *at = fuzz_address(f, span.slot, span.page);

	if (fuzz_is_spoilt(in)) {
		offset ^= (uint64_t)fuzz_word(in->value) << (in->word % 24);
		object = -1;
	}
	fuzz_lose(f, span);
	fuzz_count(f);
	f->mapped = 1;
	if (mmap(at, span.nr * f->page, prot, flags | MAP_FIXED, fd, (off_t)offset) == MAP_FAILED) {
		if (!fuzz_known_errno(-errno) && errno != EBADF)
			fuzz_fail(f, "mmap(): %s", strerror(errno));
		/* What was there may be gone. */
		return fuzz_reserve(f, span, MAP_FIXED_NOREPLACE);
	}
	if (prot & PROT_EXEC || flags & MAP_PRIVATE)
		fuzz_fail(f, "a mapping that must not be");
	fuzz_gain(f, span, object, first, prot);
}

static inline void fuzz_call_mmap(struct fuzz *f, const struct fuzz_insn *in)
{
	struct fuzz_file *file = fuzz_file(f, in->a);
	struct fuzz_handle handle = f->w->handles[in->b % FUZZ_HANDLES], *known;
	unsigned int first;
	struct fuzz_span span = fuzz_part(f, in, handle.bytes, &first);

	known = fuzz_find(f, file->id, handle.handle);
	fuzz_map(f, in, file->fd, handle.offset + first * f->page, span, known ? known->object : -1,
		 (known ? known->first : 0) + first);
}

static inline void fuzz_call_buf_mmap(struct fuzz *f, const struct fuzz_insn *in)
{
	struct fuzz_buf buf = f->bufs[in->a % FUZZ_BUFS];
	unsigned int first;
	struct fuzz_span span = fuzz_part(f, in, (buf.nr_pages ?: in->b % 8) * f->page, &first);

	if (buf.fd >= 0)
		fuzz_map(f, in, buf.fd, first * f->page, span, buf.object, buf.first + first);
}

static inline void fuzz_call_munmap(struct fuzz *f, const struct fuzz_insn *in)
{
	struct fuzz_span span = fuzz_span(in->a, in->b, in->c);

	fuzz_lose(f, span);
	fuzz_count(f);
	/* Or by what comes in its place. */
	if (in->d < 192)
		return fuzz_reserve(f, span, MAP_FIXED);
	munmap(fuzz_address(f, span.slot, span.page), span.nr * f->page);
	fuzz_reserve(f, span, MAP_FIXED_NOREPLACE);
}

/* To another slot, or of another size: what fails may have taken away both. */
static inline void fuzz_call_mremap(struct fuzz *f, const struct fuzz_insn *in)
{
	struct fuzz_span from = fuzz_span(in->a, in->b, in->c), to = fuzz_span(in->d, in->e, 0);
	struct fuzz_page moved[FUZZ_PAGES];
	/* Nothing but a mapping of ours can be there twice. */
	int twice = in->g > 250 && f->pages[from.slot][from.page].prot;
	unsigned int old = from.nr;
	void *at;

	memcpy(moved, &f->pages[from.slot][from.page], old * sizeof(moved[0]));
	to.nr = in->f & 0x80 ? 1 + in->f % FUZZ_PAGES : old;
	if (to.nr > FUZZ_PAGES - to.page)
		to.nr = FUZZ_PAGES - to.page;
	if (from.slot == to.slot)
		return;
	at = mremap(fuzz_address(f, from.slot, from.page), (twice ? 0 : old) * f->page,
		    to.nr * f->page, MREMAP_MAYMOVE | MREMAP_FIXED,
		    fuzz_address(f, to.slot, to.page));
	fuzz_count(f);
	fuzz_lose(f, from);
	fuzz_lose(f, to);
	if (at != MAP_FAILED && to.nr <= old && !twice)
		memcpy(&f->pages[to.slot][to.page], moved, to.nr * sizeof(moved[0]));
	fuzz_reserve(f, from, MAP_FIXED_NOREPLACE);
	if (at == MAP_FAILED)
		fuzz_reserve(f, to, MAP_FIXED_NOREPLACE);
}

static inline void fuzz_call_mprotect(struct fuzz *f, const struct fuzz_insn *in)
{
	static const int prots[] = { PROT_READ | PROT_WRITE, PROT_READ, PROT_NONE,
				     PROT_READ | PROT_EXEC };
	struct fuzz_span span = fuzz_span(in->a, in->b, in->c);
	int prot = prots[in->d % ARRAY_LEN(prots)];
	int err = mprotect(fuzz_address(f, span.slot, span.page), span.nr * f->page, prot);
	unsigned int i;

	fuzz_count(f);
	for (i = span.page; i < span.page + span.nr; i++) {
		if (!err && prot & PROT_EXEC && f->pages[span.slot][i].object >= 0)
			fuzz_fail(f, "a page is made executable");
		/* A part of it may have succeeded. */
		f->pages[span.slot][i].prot = err ? 0 : (uint8_t)prot;
	}
}

/* Nothing that tells the kernel that real memory is bad. */
static inline void fuzz_call_madvise(struct fuzz *f, const struct fuzz_insn *in)
{
	static const int advices[] = {
		MADV_DONTNEED,	  MADV_WILLNEED,     MADV_FREE,
		MADV_REMOVE,	  MADV_DONTDUMP,     MADV_DODUMP,
		MADV_HUGEPAGE,	  MADV_MERGEABLE,    20,
		21 /* PAGEOUT */, 22 /* POPULATE */, 23,
	};
	struct fuzz_span span = fuzz_span(in->a, in->b, in->c);
	char *at = fuzz_address(f, span.slot, span.page);

	if (in->d < 200)
		madvise(at, span.nr * f->page, advices[in->d % ARRAY_LEN(advices)]);
	else if (in->d < 220)
		msync(at, span.nr * f->page, MS_SYNC);
	else if (in->d < 240)
		mlock(at, span.nr * f->page);
	else
		munlock(at, span.nr * f->page);
	fuzz_count(f);
}

/* What is mapped can be read, and written to if it may be, as long as it is mapped. */
static inline void fuzz_call_touch(struct fuzz *f, const struct fuzz_insn *in)
{
	unsigned int slot = in->a % FUZZ_MAPS, page = in->b & 0x80 ? in->b % FUZZ_PAGES : in->b % 4;
	struct fuzz_page *known = &f->pages[slot][page];
	int writes = in->op % FUZZ_NR_OPS == FUZZ_WRITE;
	uint32_t stamp = writes ? ++f->w->stamp : 0;

	fuzz_count(f);
	if (writes && !(known->prot & PROT_WRITE) && known->object >= 0)
		return;
	if (fuzz_touch(f, slot, page, stamp, in->c & 1) && known->object >= 0 &&
	    known->prot & PROT_READ)
		fuzz_fail(f, "a page of a mapping is not there");
}

/* The kernel has a page for itself, until the pipe is read. */
static inline void fuzz_call_splice(struct fuzz *f, const struct fuzz_insn *in)
{
	unsigned int slot = in->a % FUZZ_MAPS, page = in->b % 8;
	struct iovec part = { fuzz_address(f, slot, page), f->page };

	if (in->op % FUZZ_NR_OPS == FUZZ_SPLICE)
		vmsplice(f->pipe[1], &part, 1, SPLICE_F_NONBLOCK);
	else
		while (read(f->pipe[0], f->array, 65536) > 0)
			;
	fuzz_count(f);
}

#endif
