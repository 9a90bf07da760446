/* SPDX-License-Identifier: GPL-2.0-only */
/* What unit tests include on the host, in the kernel: what has threads is left out. */
#ifndef PTHREAD_H
#define PTHREAD_H

#include <linux/errno.h>

typedef int pthread_t;

static inline int pthread_create(pthread_t *thread, void *attr, void *(*run)(void *), void *arg)
{
	return -EOPNOTSUPP;
}

static inline int pthread_join(pthread_t thread, void **result)
{
	return -EOPNOTSUPP;
}

static inline void sched_yield(void)
{
}

#endif
