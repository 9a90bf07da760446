/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs a program, and looks at what it has left: nothing. */
#ifndef SBUDDY_TEST_FUZZ_RUN_H
#define SBUDDY_TEST_FUZZ_RUN_H

#include <pthread.h>

#include "fuzz_maps.h"

static inline void fuzz_step(struct fuzz *f, const struct fuzz_insn *in)
{
	static void (*const calls[FUZZ_NR_OPS])(struct fuzz *, const struct fuzz_insn *) = {
		[FUZZ_OPEN] = fuzz_call_file,
		[FUZZ_CLOSE] = fuzz_call_file,
		[FUZZ_DUP] = fuzz_call_file,
		[FUZZ_WHO] = fuzz_call_who,
		[FUZZ_INFO] = fuzz_call_info,
		[FUZZ_ALLOC] = fuzz_call_alloc,
		[FUZZ_ALLOC_BULK] = fuzz_call_alloc_bulk,
		[FUZZ_FREE] = fuzz_call_free,
		[FUZZ_FREE_BULK] = fuzz_call_free_bulk,
		[FUZZ_QUERY] = fuzz_call_query,
		[FUZZ_DRAIN] = fuzz_call_drain,
		[FUZZ_EXPLAIN] = fuzz_call_explain,
		[FUZZ_POISON] = fuzz_call_poison,
		[FUZZ_PIN] = fuzz_call_pin,
		[FUZZ_UNPIN] = fuzz_call_unpin,
		[FUZZ_COMPACT] = fuzz_call_compact,
		[FUZZ_PLAN] = fuzz_call_plan,
		[FUZZ_EXPORT] = fuzz_call_export,
		[FUZZ_TAKE] = fuzz_call_take,
		[FUZZ_GIVE] = fuzz_call_give,
		[FUZZ_NAME] = fuzz_call_name,
		[FUZZ_SYNC] = fuzz_call_sync,
		[FUZZ_SLICE] = fuzz_call_slice,
		[FUZZ_PLACE] = fuzz_call_place,
		[FUZZ_LIMIT] = fuzz_call_limit,
		[FUZZ_CLAIM] = fuzz_call_claim,
		[FUZZ_FALLS] = fuzz_call_falls,
		[FUZZ_POLL] = fuzz_call_poll,
		[FUZZ_MMAP] = fuzz_call_mmap,
		[FUZZ_MUNMAP] = fuzz_call_munmap,
		[FUZZ_MREMAP] = fuzz_call_mremap,
		[FUZZ_MPROTECT] = fuzz_call_mprotect,
		[FUZZ_MADVISE] = fuzz_call_madvise,
		[FUZZ_WRITE] = fuzz_call_touch,
		[FUZZ_LOOK] = fuzz_call_touch,
		[FUZZ_BUF_MMAP] = fuzz_call_buf_mmap,
		[FUZZ_BUF_SYNC] = fuzz_call_buf,
		[FUZZ_BUF_CLOSE] = fuzz_call_buf,
		[FUZZ_ODD_COMMAND] = fuzz_call_odd,
		[FUZZ_SPLICE] = fuzz_call_splice,
		[FUZZ_UNSPLICE] = fuzz_call_splice,
	};

	/* Children and threads have none of their own. */
	if (calls[in->op % FUZZ_NR_OPS])
		calls[in->op % FUZZ_NR_OPS](f, in);
}

static inline void fuzz_steps(struct fuzz *f, const struct fuzz_insn *in, unsigned int nr)
{
	while (nr--)
		fuzz_step(f, in++);
}

/* A child runs the next calls, alone; or at the same time, and may be killed. */
static inline void fuzz_fork(struct fuzz *f, const struct fuzz_insn *in, unsigned int nr)
{
	int together = in->b & 1, status;
	pid_t pid;

	fuzz_count(f);
	if (together)
		f->w->loose = 1;
	pid = fork();
	if (!pid) {
		fuzz_steps(f, in + 1, nr);
		_exit(0);
	}
	if (pid < 0)
		return;
	if (together) {
		fuzz_steps(f, in + 1, nr);
		if (in->b & 2)
			kill(pid, SIGKILL);
	}
	status = sb_child_status(pid);
	if (status && !(together && status == 128 + SIGKILL)) {
		f->w->loose = 0;
		fuzz_fail(f, "a child's status is %d", status);
	}
}

struct fuzz_thread {
	struct fuzz *f;
	const struct fuzz_insn *in;
	unsigned int nr;
};

static inline void *fuzz_thread_body(void *arg)
{
	struct fuzz_thread *thread = arg;
	unsigned int i;

	for (i = thread->nr; i; i--)
		fuzz_step(thread->f, &thread->in[i - 1]);
	return NULL;
}

/* Another thread runs the next calls as well, the last one first. */
static inline void fuzz_thread(struct fuzz *f, const struct fuzz_insn *in, unsigned int nr)
{
	struct fuzz_thread other = { f, in + 1, nr };
	pthread_t thread;

	fuzz_count(f);
	f->w->loose = 1;
	f->threaded = 1;
	if (!pthread_create(&thread, NULL, fuzz_thread_body, &other)) {
		fuzz_steps(f, in + 1, nr);
		pthread_join(thread, NULL);
	}
	f->threaded = 0;
}

/* How many calls a child or another thread gets. */
static inline unsigned int fuzz_share(const struct fuzz_program *p, unsigned int at)
{
	unsigned int nr = 1 + p->insn[at].c % 12;

	return nr < p->nr - at - 1 ? nr : p->nr - at - 1;
}

static inline void fuzz_lose_all(struct fuzz *f)
{
	unsigned int slot;

	for (slot = 0; slot < FUZZ_MAPS; slot++)
		fuzz_lose(f, (struct fuzz_span){ slot, 0, FUZZ_PAGES });
}

static inline void fuzz_end(struct fuzz *f)
{
	unsigned int i;

	sb_set_thread_uid(-1, 0);
	for (i = 0; i < FUZZ_FILES; i++)
		fuzz_file_put(f, i, -1, 0, 0);
	for (i = 0; i < FUZZ_BUFS; i++)
		fuzz_buf_put(f, i, (struct fuzz_buf){ .fd = -1, .object = -1 });
	if (f->mapped || f->crowd) {
		/* One area again. */
		mmap(f->arena, FUZZ_MAPS * FUZZ_PAGES * f->page, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
		fuzz_lose_all(f);
		f->mapped = 0;
	}
	while (read(f->pipe[0], f->array, 65536) > 0)
		;
}

static inline void fuzz_program_run(struct fuzz *f, const struct fuzz_program *p)
{
	struct fuzz_world *w = f->w;
	unsigned int at, nr;

	memset(w->handles, 0, sizeof(w->handles));
	w->nr_objects = 0;
	w->nr_files = 0;
	w->stamp = 0;
	w->loose = f->crowd;
	for (at = 0; at < p->nr && !w->failure[0]; at++) {
		const struct fuzz_insn *in = &p->insn[at];

		nr = fuzz_share(p, at);
		if (in->op % FUZZ_NR_OPS == FUZZ_FORK)
			fuzz_fork(f, in, nr);
		else if (in->op % FUZZ_NR_OPS == FUZZ_THREAD && !f->threaded)
			fuzz_thread(f, in, nr);
		else
			fuzz_step(f, in);
	}
	fuzz_end(f);
}

/* Once: what all programs use. 0, or -1. */
static inline int fuzz_begin(struct fuzz *f)
{
	struct sigaction fault = { .sa_handler = fuzz_fault, .sa_flags = SA_NODEFER };
	struct sigaction wake = { .sa_handler = fuzz_woken };
	unsigned int i;

	*f = (struct fuzz){ .page = (size_t)sysconf(_SC_PAGESIZE) };
	f->w = mmap(NULL, sizeof(*f->w), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	f->arena = mmap(NULL, FUZZ_MAPS * FUZZ_PAGES * f->page, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	f->array = calloc(FUZZ_ARRAY, sizeof(*f->array));
	f->cliff = sb_cliff(PROT_READ | PROT_WRITE);
	f->read_only = mmap(NULL, f->page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (f->w == MAP_FAILED || f->arena == MAP_FAILED || f->read_only == MAP_FAILED ||
	    !f->array || pipe2(f->pipe, O_NONBLOCK))
		return -1;
	for (i = 0; i < FUZZ_FILES; i++)
		f->files[i].fd = -1;
	for (i = 0; i < FUZZ_BUFS; i++)
		f->bufs[i].fd = -1;
	fuzz_lose_all(f);
	sigaction(SIGSEGV, &fault, NULL);
	sigaction(SIGBUS, &fault, NULL);
	sigaction(SIGALRM, &wake, NULL);
	return 0;
}

#endif
