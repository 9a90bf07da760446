/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands that make no handle, and what else can be done with an open file. */
#ifndef SBUDDY_TEST_FUZZ_MORE_H
#define SBUDDY_TEST_FUZZ_MORE_H

#include <poll.h>

#include <linux/dma-buf.h>

#include "fuzz_calls.h"

/* A command of which nothing is kept; its struct is put into place by the caller. */
static inline int fuzz_simple(struct fuzz *f, const struct fuzz_insn *in, unsigned long cmd,
			      const void *arg)
{
	uint32_t words[FUZZ_WORDS] = {};

	memcpy(words, arg, _IOC_SIZE(cmd));
	return fuzz_ioctl(f, in, fuzz_file(f, in->a)->fd, cmd, words);
}

static inline void fuzz_call_info(struct fuzz *f, const struct fuzz_insn *in)
{
	struct sbuddy_info arg = { .flags = in->b > 127 };

	fuzz_simple(f, in, SBUDDY_IOC_INFO, &arg);
}

static inline void fuzz_call_drain(struct fuzz *f, const struct fuzz_insn *in)
{
	struct sbuddy_drain arg = {};

	fuzz_simple(f, in, SBUDDY_IOC_DRAIN, &arg);
}

static inline void fuzz_call_explain(struct fuzz *f, const struct fuzz_insn *in)
{
	struct sbuddy_alloc alloc = fuzz_request(f, in);
	struct sbuddy_explain arg = {
		.flags = in->b & 3,
		.alloc_flags = in->b & 1 ? 0 : alloc.flags & SBUDDY_ALLOC_FLAGS,
		.order = alloc.order,
		.type = alloc.type,
		.zone = alloc.zone,
		.node = alloc.node,
		.bytes = in->b & 1 ? 0 : alloc.bytes,
		.nr_zones = in->b & 4 ? in->g % 8 : 0,
		.zone_size = SBUDDY_EXPLAIN_ZONE_SIZE_VER0,
		.text_size = in->b & 8 ? in->g * 8u : 0,
	};

	arg.zones = arg.nr_zones ? fuzz_array(f) : 0;
	arg.text = arg.text_size ? fuzz_array(f) : 0;
	fuzz_simple(f, in, SBUDDY_IOC_EXPLAIN, &arg);
}

static inline void fuzz_call_poison(struct fuzz *f, const struct fuzz_insn *in)
{
	struct sbuddy_poison arg = {
		.handle = fuzz_handle(f, in->b),
		.flags = in->c > 200 ? SBUDDY_POISON_UNDO : 0,
		.address = (uint64_t)(in->d % 32) * f->page / 2,
	};

	if (!fuzz_simple(f, in, SBUDDY_IOC_POISON, &arg))
		f->w->poisoned = 1;
}

static inline void fuzz_call_pin(struct fuzz *f, const struct fuzz_insn *in)
{
	struct sbuddy_pin arg = { .flags = in->c > 127, .handle = fuzz_handle(f, in->b) };

	fuzz_simple(f, in, SBUDDY_IOC_PIN, &arg);
}

static inline void fuzz_call_unpin(struct fuzz *f, const struct fuzz_insn *in)
{
	struct sbuddy_unpin arg = { .handle = fuzz_handle(f, in->b) };

	fuzz_simple(f, in, SBUDDY_IOC_UNPIN, &arg);
}

static inline void fuzz_call_compact(struct fuzz *f, const struct fuzz_insn *in)
{
	struct sbuddy_compact arg = {
		.node = in->b < 200 ? SBUDDY_NODE_ANY : in->b % 4,
		.pages = in->c,
		.us = in->d * 16u,
	};

	fuzz_simple(f, in, SBUDDY_IOC_COMPACT, &arg);
}

static inline void fuzz_call_plan(struct fuzz *f, const struct fuzz_insn *in)
{
	struct sbuddy_plan arg = { .node = in->b < 200 ? SBUDDY_NODE_ANY : in->b % 4 };

	fuzz_simple(f, in, SBUDDY_IOC_PLAN, &arg);
}

static inline void fuzz_call_export(struct fuzz *f, const struct fuzz_insn *in)
{
	struct fuzz_file *file = fuzz_file(f, in->a);
	struct sbuddy_export arg = {
		.flags = (in->c & 1 ? O_RDONLY : O_RDWR) | (in->c & 2 ? O_CLOEXEC : 0),
		.handle = fuzz_handle(f, in->b),
		.start = in->d & 0x80 ? (uint64_t)(in->d % 8) * f->page : 0,
		.bytes = in->d & 0x80 ? (uint64_t)(1 + in->e % 8) * f->page : 0,
	};
	struct fuzz_handle *known;
	uint32_t words[FUZZ_WORDS] = {};

	memcpy(words, &arg, sizeof(arg));
	if (fuzz_ioctl(f, in, file->fd, SBUDDY_IOC_EXPORT, words))
		return;
	memcpy(&arg, words, sizeof(arg));
	/* One that is older knows no parts. */
	if (arg.size < SBUDDY_EXPORT_SIZE_VER1)
		arg = (struct sbuddy_export){ .fd = arg.fd, .handle = arg.handle };
	known = fuzz_find(f, file->id, arg.handle);
	fuzz_buf_put(
		f, in->f % FUZZ_BUFS,
		(struct fuzz_buf){ arg.fd, known ? known->object : -1,
				   (known ? known->first : 0) + (uint32_t)(arg.start / f->page),
				   (uint32_t)(arg.bytes / f->page) });
}

static inline void fuzz_call_name(struct fuzz *f, const struct fuzz_insn *in)
{
	struct sbuddy_name arg = { .flags = in->c > 200, .handle = fuzz_handle(f, in->b) };

	memset(arg.name, in->d ? in->d : 'x', in->e % 40 < 32 ? in->e % 40 : 31);
	fuzz_simple(f, in, SBUDDY_IOC_NAME, &arg);
}

/* What the CPU wrote before the process begins anew may be lost. */
static inline void fuzz_call_sync(struct fuzz *f, const struct fuzz_insn *in)
{
	struct fuzz_file *file = fuzz_file(f, in->a);
	struct sbuddy_sync arg = {
		.flags = in->c & 7,
		.handle = fuzz_handle(f, in->b),
		.offset = in->d * 64u,
		.bytes = in->e * 64u + (in->f & 1),
	};
	uint32_t words[FUZZ_WORDS] = {};
	struct fuzz_handle *known;

	memcpy(words, &arg, sizeof(arg));
	if (fuzz_ioctl(f, in, file->fd, SBUDDY_IOC_SYNC, words) || words[1] & SBUDDY_SYNC_END)
		return;
	known = fuzz_find(f, file->id, words[2]);
	if (known)
		fuzz_doubt(f, known->object);
}

static inline void fuzz_call_limit(struct fuzz *f, const struct fuzz_insn *in)
{
	struct sbuddy_limit arg = {
		.flags = in->b > 127,
		.bytes = in->b > 127 || in->c & 1 ? 0 : fuzz_bytes(f, in->d) * 16,
	};

	fuzz_simple(f, in, SBUDDY_IOC_LIMIT, &arg);
}

static inline void fuzz_call_claim(struct fuzz *f, const struct fuzz_insn *in)
{
	struct sbuddy_claim arg = {
		.flags = in->b > 220 ? in->b & SBUDDY_CLAIM_FLAGS : 0,
		.order = in->c < 200 ? in->c % 4 : in->c % 16,
		.count = in->d < 240 ? in->d % 8 : in->d,
	};

	if (!(arg.flags & SBUDDY_CLAIM_GET)) {
		arg.type = in->e < 200 ? SBUDDY_MOVABLE : in->e % 3;
		arg.zone = in->f < 200 ? SBUDDY_ZONE_MOVABLE : in->f % 4;
		arg.node = in->g < 200 ? SBUDDY_NODE_ANY : in->g % 3;
	}
	fuzz_simple(f, in, SBUDDY_IOC_CLAIM, &arg);
}

static inline void fuzz_call_falls(struct fuzz *f, const struct fuzz_insn *in)
{
	struct sbuddy_falls arg = { .flags = in->b & SBUDDY_FALLS_KEEP };

	fuzz_simple(f, in, SBUDDY_IOC_FALLS, &arg);
}

static inline void fuzz_call_poll(struct fuzz *f, const struct fuzz_insn *in)
{
	struct pollfd polled = { .fd = fuzz_file(f, in->a)->fd, .events = POLLIN | POLLPRI };

	poll(&polled, 1, in->b & 1);
	fuzz_count(f);
	if (polled.revents & POLLERR)
		fuzz_fail(f, "poll() tells of an error");
}

/* Any number, direction and size; not where a mistake would be taken for a command. */
static inline void fuzz_call_odd(struct fuzz *f, const struct fuzz_insn *in)
{
	uint32_t words[FUZZ_WORDS] = { in->b };
	unsigned long cmd = _IOC(in->c & 3, in->d & 1 ? SBUDDY_IOC_MAGIC : in->d, in->e, in->f);
	int fd = fuzz_file(f, in->a)->fd, ret;

	if ((cmd & 0xff00) == SBUDDY_IOC_MAGIC << 8 && in->e < 23)
		cmd += 23;
	ret = fuzz_enter(f, fd, cmd, words, 0);
	if (ret != -ENOTTY && fd >= 0 && _IOC_TYPE(cmd) == SBUDDY_IOC_MAGIC)
		fuzz_fail(f, "there is a command %#lx", cmd);
}

/* For this thread alone, as glibc would tell the others as well. */
static inline void fuzz_call_who(struct fuzz *f, const struct fuzz_insn *in)
{
	sb_set_thread_uid(-1, in->b < 100 ? 65534 : 0);
	fuzz_count(f);
}

static inline void fuzz_call_file(struct fuzz *f, const struct fuzz_insn *in)
{
	unsigned int slot = in->a % FUZZ_FILES;
	struct fuzz_file *file;

	if (in->op % FUZZ_NR_OPS == FUZZ_OPEN)
		return fuzz_file_open(f, slot, in->b < 200 ? O_RDWR : O_RDONLY);
	if (in->op % FUZZ_NR_OPS == FUZZ_CLOSE)
		return fuzz_file_put(f, slot, -1, 0, 0);
	file = fuzz_file(f, in->b);
	if (file != &f->files[slot] && file->fd >= 0)
		fuzz_file_put(f, slot, dup(file->fd), file->id, file->writable);
	fuzz_count(f);
}

static inline void fuzz_call_buf(struct fuzz *f, const struct fuzz_insn *in)
{
	struct fuzz_buf *buf = &f->bufs[in->a % FUZZ_BUFS];
	struct dma_buf_sync sync = { .flags = in->b & 7 };

	if (in->op % FUZZ_NR_OPS == FUZZ_BUF_CLOSE) {
		fuzz_buf_put(f, in->a % FUZZ_BUFS, (struct fuzz_buf){ .fd = -1, .object = -1 });
	} else if (buf->fd >= 0) {
		if (fuzz_is_spoilt(in))
			sync.flags = fuzz_word(in->value);
		if (!ioctl(buf->fd, DMA_BUF_IOCTL_SYNC, &sync) && !(sync.flags & DMA_BUF_SYNC_END))
			fuzz_doubt(f, buf->object);
		fuzz_count(f);
	}
}

#endif
