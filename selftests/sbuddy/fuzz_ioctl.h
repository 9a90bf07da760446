/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the fuzzer calls ioctl(): with a struct that is right, but for the one word that the
 * program spoils, or at an address that is not.
 */
#ifndef SBUDDY_TEST_FUZZ_IOCTL_H
#define SBUDDY_TEST_FUZZ_IOCTL_H

#include <sys/time.h>

#include "fuzz_world.h"

/* The largest struct, and some words behind it. */
#define FUZZ_WORDS 48

/* A value of @value from 0xf0 on is no word, but says what is wrong with the address. */
enum fuzz_place {
	FUZZ_NULL = 0xf0,
	FUZZ_KERNEL,
	FUZZ_CLIFF, /* all but the first word cannot be read */
	FUZZ_READ_ONLY,
	FUZZ_UNALIGNED,
	FUZZ_LONGER, /* the kernel is older than the program */
	FUZZ_NOT_ZERO, /* likewise, and the program uses it */
	FUZZ_ODD_NUMBER, /* the size in the command's number is another one */
};

/* Numbers at which things break, and some that are just numbers. */
static inline uint32_t fuzz_word(uint8_t value)
{
	static const uint32_t odd[] = {
		0,	    1,		2,	  3,	      4,	  7,	      8,
		9,	    10,		11,	  15,	      16,	  17,	      31,
		32,	    63,		64,	  65,	      255,	  256,	      1023,
		1024,	    1025,	4095,	  4096,	      4097,	  8192,	      12288,
		32767,	    32768,	32769,	  65535,      65536,	  65537,      0x20000,
		1u << 20,   1u << 24,	1u << 30, 0x7ffff000, 0x7fffffff, 0x80000000, 0xfffff000,
		0xfffffffe, 0xffffffff,
	};

	return value < 0xc0 ? odd[value % ARRAY_LEN(odd)] : 1u << (value & 31);
}

static inline int fuzz_known_errno(int err)
{
	static const int known[] = {
		0,	 -EINVAL,   -E2BIG,  -EFAULT, -ENOMEM,	  -ENOSPC,    -ENOENT,
		-EPERM,	 -ENOTTY,   -EAGAIN, -EACCES, -EOVERFLOW, -EINTR,     -EOPNOTSUPP,
		-EDQUOT, -EALREADY, -EBUSY,  -ERANGE, -EMFILE,	  -ETIMEDOUT,
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(known); i++)
		if (err == known[i])
			return 1;
	return 0;
}

static inline void fuzz_woken(int sig)
{
}

/* Tells nothing to who calls it. */
static inline int fuzz_is_silent(unsigned long cmd)
{
	return _IOC_NR(cmd) == _IOC_NR(SBUDDY_IOC_FREE) ||
	       _IOC_NR(cmd) == _IOC_NR(SBUDDY_IOC_NAME) || _IOC_NR(cmd) == _IOC_NR(SBUDDY_IOC_SYNC);
}

/* As ioctl(), but -errno. Who waits for ever is woken, if no other thread could be instead. */
static inline int fuzz_enter(struct fuzz *f, int fd, unsigned long cmd, void *arg, int wake)
{
	const struct itimerval soon = { { 0, 20000 }, { 0, 20000 } }, never = {};
	int ret;

	if (wake)
		setitimer(ITIMER_REAL, &soon, NULL);
	ret = ioctl(fd, cmd, arg);
	ret = ret < 0 ? -errno : ret;
	if (wake)
		setitimer(ITIMER_REAL, &never, NULL);
	fuzz_count(f);
	if (ret == -EFAULT && fd < 0)
		ret = -EBADF;
	if (ret < 0 && fd >= 0 && !fuzz_known_errno(ret))
		fuzz_fail(f, "command %#lx: %s", cmd, strerror(-ret));
	return ret;
}

static inline int fuzz_is_spoilt(const struct fuzz_insn *in)
{
	return in->word != 0;
}

/* No wait is longer than a program may take. */
static inline int fuzz_limit_wait(struct fuzz *f, unsigned long cmd, uint32_t *words)
{
	struct sbuddy_alloc *alloc = (struct sbuddy_alloc *)words;

	if (_IOC_NR(cmd) != _IOC_NR(SBUDDY_IOC_ALLOC) || !(alloc->flags & SBUDDY_ALLOC_WAIT))
		return 0;
	if (alloc->timeout_ms == SBUDDY_WAIT_FOREVER && !f->threaded)
		return 1;
	alloc->timeout_ms %= 4;
	return 0;
}

/* Where the struct is put that is said to be at a bad place. */
static inline void *fuzz_put_badly(struct fuzz *f, uint8_t value, uint32_t *words, uint32_t size,
				   unsigned long *cmd)
{
	switch (value) {
	case FUZZ_NULL:
		return NULL;
	case FUZZ_KERNEL:
		return (void *)(uintptr_t)(-65536l);
	case FUZZ_CLIFF:
		memcpy(f->cliff - 4, words, 4);
		return f->cliff - 4;
	case FUZZ_READ_ONLY:
		mprotect(f->read_only, f->page, PROT_READ | PROT_WRITE);
		memcpy(f->read_only, words, size);
		mprotect(f->read_only, f->page, PROT_READ);
		return f->read_only;
	case FUZZ_LONGER:
		words[0] = size + 16;
		memset(&words[size / 4], 0, 16);
		return words;
	case FUZZ_NOT_ZERO:
		words[0] = size + 4;
		words[size / 4] = 1;
		return words;
	case FUZZ_ODD_NUMBER:
		*cmd = _IOC(_IOC_READ | _IOC_WRITE, SBUDDY_IOC_MAGIC, _IOC_NR(*cmd), size + 8);
		return words;
	default:
		return words;
	}
}

/**
 * fuzz_ioctl() - Run a command.
 * @f: the program's state
 * @in: call, which may spoil the struct
 * @fd: file
 * @cmd: command
 * @words: its struct, in an array of FUZZ_WORDS
 *
 * Return: 0 or -errno; then @words is what the kernel has made of it.
 */
static inline int fuzz_ioctl(struct fuzz *f, const struct fuzz_insn *in, int fd, unsigned long cmd,
			     uint32_t *words)
{
	uint32_t size = _IOC_SIZE(cmd);
	void *at = words;
	int wake, ret;

	words[0] = size;
	if (fuzz_is_spoilt(in) && in->value < 0xf0)
		words[(in->word - 1u) % (size / 4)] = fuzz_word(in->value);
	wake = fuzz_limit_wait(f, cmd, words);
	if (fuzz_is_spoilt(in) && in->value == FUZZ_UNALIGNED) {
		char odd[sizeof(uint32_t) * FUZZ_WORDS];

		memcpy(odd + 1, words, size);
		ret = fuzz_enter(f, fd, cmd, odd + 1, wake);
		memcpy(words, odd + 1, size);
		return ret;
	}
	/* Threads have one page that cannot be written between them. */
	if (fuzz_is_spoilt(in) && in->value >= 0xf0 && !f->threaded)
		at = fuzz_put_badly(f, in->value, words, size, &cmd);
	ret = fuzz_enter(f, fd, cmd, at, wake);
	if (!ret && at != words && !fuzz_is_silent(cmd))
		fuzz_fail(f, "command %#lx wrote where it cannot", cmd);
	return ret;
}

#endif
