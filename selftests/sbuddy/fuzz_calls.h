/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands of the device, as the fuzzer calls them: each field is told by a byte. */
#ifndef SBUDDY_TEST_FUZZ_CALLS_H
#define SBUDDY_TEST_FUZZ_CALLS_H

#include "fuzz_ioctl.h"

/* Entries of the array that lists of handles, results and texts are in. */
#define FUZZ_ARRAY (SBUDDY_MAX_HANDLES * 4)

static inline uint64_t fuzz_array(struct fuzz *f)
{
	return (uintptr_t)f->array;
}

/* Mostly what succeeds: no flags, any memory. */
static inline uint32_t fuzz_alloc_flags(uint8_t d)
{
	static const uint32_t often[] = {
		SBUDDY_ALLOC_BYTES,
		SBUDDY_ALLOC_BYTES | SBUDDY_ALLOC_SCATTERED,
		SBUDDY_ALLOC_WAIT,
		SBUDDY_ALLOC_WC,
		SBUDDY_ALLOC_UNCACHED,
		SBUDDY_ALLOC_CLAIMED,
		SBUDDY_ALLOC_HIGH,
		SBUDDY_ALLOC_ATOMIC,
		SBUDDY_ALLOC_MEMALLOC,
		SBUDDY_ALLOC_THIS_NODE,
		SBUDDY_ALLOC_CLAIMED | SBUDDY_ALLOC_WAIT,
		SBUDDY_ALLOC_BYTES | SBUDDY_ALLOC_WAIT | SBUDDY_ALLOC_SCATTERED,
		SBUDDY_ALLOC_BYTES | SBUDDY_ALLOC_UNCACHED | SBUDDY_ALLOC_SCATTERED,
	};

	return d < 128 ? 0 : d < 232 ? often[d % ARRAY_LEN(often)] : (uint32_t)d * 37 % 1024;
}

static inline uint64_t fuzz_bytes(struct fuzz *f, uint8_t c)
{
	if (c < 244)
		return (uint64_t)(1 + c % 35) * f->page - (c & 1);
	return c < 250 ? (uint64_t)(c - 243) << 18 : (uint64_t)fuzz_word((uint8_t)(c * 5)) * 4096;
}

static inline struct sbuddy_alloc fuzz_request(struct fuzz *f, const struct fuzz_insn *in)
{
	struct sbuddy_alloc alloc = {
		.flags = fuzz_alloc_flags(in->d),
		.order = in->c < 245 ? in->c % 5 : in->c % 16,
		.type = in->e % 3,
		.zone = in->f < 200 ? SBUDDY_ZONE_MOVABLE : in->f % 4,
		.node = in->g < 220 ? SBUDDY_NODE_ANY : in->g % 3,
	};

	if (alloc.flags & SBUDDY_ALLOC_BYTES) {
		alloc.order = 0;
		alloc.bytes = fuzz_bytes(f, in->c);
	}
	if (alloc.flags & SBUDDY_ALLOC_WAIT)
		alloc.timeout_ms = in->g & 15 ? in->g & 3 : SBUDDY_WAIT_FOREVER;
	return alloc;
}

static inline void fuzz_call_alloc(struct fuzz *f, const struct fuzz_insn *in)
{
	struct fuzz_file *file = fuzz_file(f, in->a);
	uint32_t words[FUZZ_WORDS] = {}, id = file->id;
	struct sbuddy_alloc alloc = fuzz_request(f, in);

	memcpy(words, &alloc, sizeof(alloc));
	if (fuzz_ioctl(f, in, file->fd, SBUDDY_IOC_ALLOC, words))
		return;
	memcpy(&alloc, words, sizeof(alloc));
	__atomic_fetch_add(&f->w->granted, 1, __ATOMIC_RELAXED);
	fuzz_keep(f, in->b,
		  (struct fuzz_handle){ id, alloc.handle, fuzz_object_new(f), 0, alloc.granted,
					alloc.offset });
}

/* Asks what the kernel says of a handle, and keeps it. */
static inline void fuzz_learn(struct fuzz *f, struct fuzz_file *file, uint8_t slot, uint32_t handle)
{
	struct sbuddy_query query;
	uint32_t id = file->id;
	int err = sb_query(file->fd, handle, &query);

	fuzz_count(f);
	if (err)
		return fuzz_fail(f, "handle %u is new, and not known: %s", handle, strerror(-err));
	fuzz_keep(f, slot,
		  (struct fuzz_handle){ id, handle, fuzz_object_new(f), 0, query.bytes,
					query.offset });
}

static inline void fuzz_call_alloc_bulk(struct fuzz *f, const struct fuzz_insn *in)
{
	static const uint32_t counts[] = { 1, 2, 3, 4, 8, 9, 16, 65 };
	struct fuzz_file *file = fuzz_file(f, in->a);
	struct sbuddy_alloc alloc = fuzz_request(f, in);
	struct sbuddy_alloc_bulk *bulk;
	uint32_t words[FUZZ_WORDS] = {};
	unsigned int i;

	memcpy(words, &alloc, 32);
	bulk = (struct sbuddy_alloc_bulk *)words;
	bulk->flags &= SBUDDY_ALLOC_FLAGS;
	bulk->count = counts[in->g % ARRAY_LEN(counts)];
	bulk->results = fuzz_array(f);
	if (fuzz_ioctl(f, in, file->fd, SBUDDY_IOC_ALLOC_BULK, words) || f->w->loose)
		return;
	if (!bulk->allocated || bulk->allocated > bulk->count)
		fuzz_fail(f, "%u buffers of %u", bulk->allocated, bulk->count);
	for (i = 0; i < bulk->allocated && i < 3 && bulk->results == fuzz_array(f); i++)
		fuzz_learn(f, file, (uint8_t)(in->b + i), f->array[4 * i]);
}

static inline void fuzz_call_free(struct fuzz *f, const struct fuzz_insn *in)
{
	struct fuzz_file *file = fuzz_file(f, in->a);
	struct sbuddy_free arg = { .handle = fuzz_handle(f, in->b) };
	uint32_t words[FUZZ_WORDS] = {}, id = file->id;
	int known = !!fuzz_find(f, id, arg.handle), err;

	memcpy(words, &arg, sizeof(arg));
	err = fuzz_ioctl(f, in, file->fd, SBUDDY_IOC_FREE, words);
	if (!err)
		fuzz_forget(f, id, words[1]);
	else if (known && !fuzz_is_spoilt(in))
		fuzz_fail(f, "handle %u is not freed: %s", arg.handle, strerror(-err));
}

static inline void fuzz_call_free_bulk(struct fuzz *f, const struct fuzz_insn *in)
{
	struct fuzz_file *file = fuzz_file(f, in->a);
	struct sbuddy_free_bulk arg = { .count = 1 + in->c % 8, .handles = fuzz_array(f) };
	uint32_t words[FUZZ_WORDS] = {}, i;

	for (i = 0; i < arg.count; i++)
		f->array[i] = fuzz_handle(f, (uint8_t)(in->b + i * (1 + in->d % 2)));
	memcpy(words, &arg, sizeof(arg));
	fuzz_ioctl(f, in, file->fd, SBUDDY_IOC_FREE_BULK, words);
	memcpy(&arg, words, sizeof(arg));
	for (i = 0; i < arg.freed && i < 8; i++)
		fuzz_forget(f, file->id, f->array[i]);
}

static inline void fuzz_call_query(struct fuzz *f, const struct fuzz_insn *in)
{
	struct fuzz_file *file = fuzz_file(f, in->a);
	struct sbuddy_query arg = { .flags = in->c > 127, .handle = fuzz_handle(f, in->b) };
	struct fuzz_handle *known = fuzz_find(f, file->id, arg.handle);
	uint32_t words[FUZZ_WORDS] = {};
	int err;

	memcpy(words, &arg, sizeof(arg));
	err = fuzz_ioctl(f, in, file->fd, SBUDDY_IOC_QUERY, words);
	memcpy(&arg, words, sizeof(arg));
	if (!known || fuzz_is_spoilt(in))
		return;
	if (err == -ENOENT || (!err && (arg.bytes != known->bytes || arg.offset != known->offset)))
		fuzz_fail(f, "handle %u has %llu bytes at %#llx: %s", arg.handle,
			  (unsigned long long)arg.bytes, (unsigned long long)arg.offset,
			  strerror(-err));
}

static inline void fuzz_call_take(struct fuzz *f, const struct fuzz_insn *in)
{
	struct fuzz_file *file = fuzz_file(f, in->a);
	uint32_t flags = in->d < 240 ? 0 : fuzz_alloc_flags(in->d) & 0xff;
	uint32_t count = in->g < 254 ? 1 + in->g % 12 : SBUDDY_MAX_TAKE;
	unsigned long arg = SBUDDY_TAKE(in->c % 5u, in->e % 3u, in->f % 4u, flags, count);
	int ret, i;

	if (fuzz_is_spoilt(in))
		arg ^= fuzz_word(in->value);
	ret = fuzz_enter(f, file->fd, SBUDDY_IOC_TAKE, (void *)arg, 0);
	if (ret <= 0)
		return;
	for (i = 0; i < SBUDDY_TAKEN_COUNT(ret) && i < 3 && !f->w->loose; i++) {
		/* Some stay as nobody has looked at them. */
		uint32_t handle = (uint32_t)(SBUDDY_TAKEN_HANDLE(ret) + i);

		if (in->f & 0x40 || fuzz_is_spoilt(in))
			fuzz_learn(f, file, (uint8_t)(in->b + i), handle);
		else
			fuzz_keep(f, (uint8_t)(in->b + i),
				  (struct fuzz_handle){ file->id, handle, fuzz_object_new(f), 0,
							f->page << (in->c % 5),
							(uint64_t)handle * f->page << 15 });
	}
}

static inline void fuzz_call_give(struct fuzz *f, const struct fuzz_insn *in)
{
	struct fuzz_file *file = fuzz_file(f, in->a);
	uint32_t handle = fuzz_handle(f, in->b), count = 1 + (in->c < 200 ? in->c % 4 : in->c);
	unsigned long arg = SBUDDY_TAKEN(handle, count);
	int ret, i;

	if (fuzz_is_spoilt(in)) {
		arg ^= fuzz_word(in->value);
		handle = SBUDDY_TAKEN_HANDLE(arg);
	}
	ret = fuzz_enter(f, file->fd, SBUDDY_IOC_GIVE, (void *)arg, 0);
	for (i = 0; i < ret; i++)
		fuzz_forget(f, file->id, handle + (uint32_t)i);
}

/* A part of a buffer: of the same object, if its first page is one that is told apart. */
static inline void fuzz_call_slice(struct fuzz *f, const struct fuzz_insn *in)
{
	struct fuzz_file *file = fuzz_file(f, in->a);
	struct sbuddy_slice arg = {
		.handle = fuzz_handle(f, in->b),
		.start = (uint64_t)(in->c % 8) * f->page,
		.bytes = (uint64_t)(1 + in->d % 8) * f->page,
	};
	struct fuzz_handle *known = fuzz_find(f, file->id, arg.handle);
	struct fuzz_handle slice = { .file = file->id, .object = known ? known->object : -1 };
	uint32_t words[FUZZ_WORDS] = {};

	memcpy(words, &arg, sizeof(arg));
	if (fuzz_ioctl(f, in, file->fd, SBUDDY_IOC_SLICE, words))
		return;
	memcpy(&arg, words, sizeof(arg));
	known = fuzz_find(f, file->id, arg.handle);
	slice.handle = arg.slice;
	slice.object = known ? known->object : -1;
	slice.first = (known ? known->first : 0) + (uint32_t)(arg.start / f->page);
	slice.bytes = arg.bytes;
	slice.offset = arg.offset;
	fuzz_keep(f, in->e, slice);
}

static inline void fuzz_call_place(struct fuzz *f, const struct fuzz_insn *in)
{
	struct fuzz_file *file = fuzz_file(f, in->a);
	struct sbuddy_place arg = {
		.flags = in->d & SBUDDY_PLACE_FLAGS,
		.zone = in->f % 4,
		.node = in->d & SBUDDY_PLACE_THIS_NODE ? 0 : SBUDDY_NODE_ANY,
		.bytes = fuzz_bytes(f, in->c),
		.align = in->e & 0x80 ? f->page << (in->e % 12) : 0,
		.boundary = in->g & 0x80 ? f->page << (in->g % 16) : 0,
	};
	uint32_t words[FUZZ_WORDS] = {};

	memcpy(words, &arg, sizeof(arg));
	if (fuzz_ioctl(f, in, file->fd, SBUDDY_IOC_PLACE, words))
		return;
	memcpy(&arg, words, sizeof(arg));
	if ((arg.align && arg.flags & SBUDDY_PLACE_PHYS && arg.phys % arg.align) ||
	    arg.granted < arg.bytes)
		fuzz_fail(f, "a place at %#llx", (unsigned long long)arg.phys);
	fuzz_keep(f, in->b,
		  (struct fuzz_handle){ file->id, arg.handle, fuzz_object_new(f), 0, arg.granted,
					arg.offset });
}

#endif
