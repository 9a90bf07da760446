/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the fuzzer knows of what its program has made: open files, handles, what is mapped
 * where, and what it has written there. A handle's slot is overwritten when another one
 * is put there: then the buffer stays until its file is closed, and nobody looks at it.
 *
 * Where two threads or processes run calls at the same time nobody knows what is where:
 * then the world is loose, and contents are not compared any more.
 */
#ifndef SBUDDY_TEST_FUZZ_WORLD_H
#define SBUDDY_TEST_FUZZ_WORLD_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>

#include "fuzz_program.h"

#define FUZZ_FILES 4
#define FUZZ_BUFS 4
#define FUZZ_HANDLES 32
#define FUZZ_OBJECTS 256
#define FUZZ_MAPS 16
/* Pages that are told apart: those of one slot for mappings, and the first of a buffer. */
#define FUZZ_PAGES 16

/* A page of which nobody knows what is in it. */
#define FUZZ_UNKNOWN 0xffffffffu

/* A buffer, and what was written last to each page: 0 for nothing. */
struct fuzz_object {
	uint32_t stamp[FUZZ_PAGES];
};

struct fuzz_handle {
	uint32_t file; /* struct fuzz_file.id */
	uint32_t handle;
	int32_t object; /* or -1 */
	uint32_t first; /* page of the object, for a slice */
	uint64_t bytes;
	uint64_t offset;
};

/* All processes of a program see the same. */
struct fuzz_world {
	struct fuzz_handle handles[FUZZ_HANDLES];
	struct fuzz_object objects[FUZZ_OBJECTS];
	uint32_t nr_objects;
	uint32_t nr_files;
	uint32_t stamp;
	int loose;
	int poisoned;
	uint64_t calls;
	uint64_t granted;
	char failure[160];
};

struct fuzz_file {
	int fd;
	uint32_t id;
	int writable;
};

struct fuzz_buf {
	int fd;
	int32_t object;
	uint32_t first;
	uint32_t nr_pages;
};

struct fuzz_page {
	int16_t object; /* or -1 */
	uint16_t page;
	uint8_t prot;
};

struct fuzz {
	struct fuzz_world *w;
	struct fuzz_file files[FUZZ_FILES];
	struct fuzz_buf bufs[FUZZ_BUFS];
	struct fuzz_page pages[FUZZ_MAPS][FUZZ_PAGES];
	char *arena;
	char *cliff; /* an inaccessible page follows */
	char *read_only;
	uint32_t *array;
	size_t page;
	int pipe[2];
	int mapped; /* something was */
	int threaded; /* other threads have this struct, too */
	int crowd; /* others have the world, all the time: it stays loose */
};

/* Says what is wrong; the first to do so is heard. */
static inline void fuzz_fail(struct fuzz *f, const char *format, ...)
{
	va_list args;

	if (f->w->failure[0] || f->w->loose)
		return;
	va_start(args, format);
	vsnprintf(f->w->failure, sizeof(f->w->failure), format, args);
	va_end(args);
}

static inline void fuzz_count(struct fuzz *f)
{
	__atomic_fetch_add(&f->w->calls, 1, __ATOMIC_RELAXED);
}

/*
 * Files. A descriptor is taken out of its place before it is closed, as another thread
 * may do so as well.
 */

static inline void fuzz_file_put(struct fuzz *f, unsigned int slot, int fd, uint32_t id,
				 int writable)
{
	struct fuzz_file *file = &f->files[slot];
	int old = __atomic_exchange_n(&file->fd, fd, __ATOMIC_SEQ_CST);

	file->id = id;
	file->writable = writable;
	if (old >= 0) {
		close(old);
		fuzz_count(f);
	}
}

static inline void fuzz_file_open(struct fuzz *f, unsigned int slot, int flags)
{
	int fd = sb_open(flags);

	fuzz_count(f);
	if (fd >= 0)
		fuzz_file_put(f, slot, fd, ++f->w->nr_files, flags == O_RDWR);
}

/* The file of that slot, or else any that is open. */
static inline struct fuzz_file *fuzz_file(struct fuzz *f, uint8_t a)
{
	unsigned int i;

	for (i = 0; i < FUZZ_FILES; i++)
		if (f->files[(a + i) % FUZZ_FILES].fd >= 0)
			return &f->files[(a + i) % FUZZ_FILES];
	fuzz_file_open(f, 0, O_RDWR);
	return &f->files[0];
}

static inline void fuzz_buf_put(struct fuzz *f, unsigned int slot, struct fuzz_buf buf)
{
	int old = __atomic_exchange_n(&f->bufs[slot].fd, buf.fd, __ATOMIC_SEQ_CST);

	f->bufs[slot] = buf;
	if (old >= 0) {
		close(old);
		fuzz_count(f);
	}
}

/*
 * Handles
 */

/* What a handle of a file is, or NULL. */
static inline struct fuzz_handle *fuzz_find(struct fuzz *f, uint32_t file, uint32_t handle)
{
	unsigned int i;

	for (i = 0; i < FUZZ_HANDLES; i++)
		if (f->w->handles[i].handle == handle && f->w->handles[i].file == file && handle)
			return &f->w->handles[i];
	return NULL;
}

/* The number of a handle: that of a slot, mostly; also if it is another file's. */
static inline uint32_t fuzz_handle(struct fuzz *f, uint8_t b)
{
	static const uint32_t odd[] = { 0,	65535,	65536,	    65537,
					131071, 131072, 0x7fffffff, 0xffffffff };

	if (b < 224)
		return f->w->handles[b % FUZZ_HANDLES].handle;
	return b < 248 ? b - 223u : odd[b - 248];
}

static inline void fuzz_forget(struct fuzz *f, uint32_t file, uint32_t handle)
{
	struct fuzz_handle *known = fuzz_find(f, file, handle);

	if (known)
		known->handle = 0;
}

static inline int32_t fuzz_object_new(struct fuzz *f)
{
	uint32_t nr = __atomic_fetch_add(&f->w->nr_objects, 1, __ATOMIC_RELAXED);

	if (nr >= FUZZ_OBJECTS)
		return -1;
	memset(&f->w->objects[nr], 0, sizeof(f->w->objects[nr]));
	return (int32_t)nr;
}

static inline void fuzz_keep(struct fuzz *f, uint8_t slot, struct fuzz_handle handle)
{
	if (handle.bytes % f->page || !handle.handle)
		fuzz_fail(f, "handle %u with %llu bytes", handle.handle,
			  (unsigned long long)handle.bytes);
	f->w->handles[slot % FUZZ_HANDLES] = handle;
}

/*
 * Contents
 */

static _Thread_local sigjmp_buf fuzz_rescue;
static _Thread_local volatile int fuzz_guarded;

static inline void fuzz_fault(int sig)
{
	if (fuzz_guarded)
		siglongjmp(fuzz_rescue, 1);
	signal(sig, SIG_DFL);
	raise(sig);
}

static inline char *fuzz_address(struct fuzz *f, unsigned int slot, unsigned int page)
{
	return f->arena + (slot * FUZZ_PAGES + page) * f->page;
}

static inline uint32_t *fuzz_stamp(struct fuzz *f, const struct fuzz_page *page)
{
	return &f->w->objects[page->object].stamp[page->page];
}

/* The first and the last word of a page are written, all others stay zero. */
static inline void fuzz_compare(struct fuzz *f, volatile uint32_t *p, uint32_t stamp, int whole)
{
	unsigned int last = f->page / sizeof(*p) - 1, i;

	if (stamp == FUZZ_UNKNOWN)
		return;
	if (p[0] != stamp || p[last] != stamp)
		fuzz_fail(f, "%#x and %#x where %#x was written", p[0], p[last], stamp);
	for (i = 1; whole && i < last; i++)
		if (p[i])
			return fuzz_fail(f, "%#x in a page of zeroes", p[i]);
}

/* Looks at a page, and writes to it if @stamp is not 0: 0, or -EFAULT. */
static inline int fuzz_touch(struct fuzz *f, unsigned int slot, unsigned int page, uint32_t stamp,
			     int whole)
{
	volatile uint32_t *p = (uint32_t *)fuzz_address(f, slot, page);
	struct fuzz_page *known = &f->pages[slot][page];

	if (sigsetjmp(fuzz_rescue, 0)) {
		fuzz_guarded = 0;
		return -EFAULT;
	}
	fuzz_guarded = 1;
	if (known->object >= 0 && !f->w->loose)
		fuzz_compare(f, p, *fuzz_stamp(f, known), whole);
	else
		(void)*p;
	if (stamp) {
		p[0] = stamp;
		p[f->page / sizeof(*p) - 1] = stamp;
		if (known->object >= 0)
			*fuzz_stamp(f, known) = stamp;
	}
	fuzz_guarded = 0;
	return 0;
}

/* Nobody knows any more what is in a buffer. */
static inline void fuzz_doubt(struct fuzz *f, int32_t object)
{
	if (object >= 0)
		memset(f->w->objects[object].stamp, 0xff, sizeof(f->w->objects[object].stamp));
}

#endif
