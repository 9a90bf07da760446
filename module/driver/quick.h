/* SPDX-License-Identifier: GPL-2.0-only */
/* SBUDDY_IOC_TAKE and SBUDDY_IOC_GIVE: all in one argument, and nothing to be copied. */
#ifndef SBUDDY_QUICK_H
#define SBUDDY_QUICK_H

#include "buffer.h"

/* Context: Process. May sleep. Return: as include/uapi/linux/sbuddy.h tells. */
long sb_quick_take(struct sb_client *client, unsigned long arg);
long sb_quick_give(struct sb_client *client, unsigned long arg);

/* What an ioctl's argument cannot say: no way to say it to SBUDDY_IOC_TAKE. */
#define SB_QUICK_NONE ~0ul

/* A request as the argument of SBUDDY_IOC_TAKE, if its block can be bare; or SB_QUICK_NONE. */
unsigned long sb_quick_arg(u32 order, u32 type, u32 zone);

/* The request that it is, 0 or -errno of sb_call_parse(); and what the front is told. */
int sb_quick_request(const struct sb_instance *inst, unsigned long arg, struct sb_request *request);
u32 sb_quick_gfp(unsigned long arg);

/**
 * sb_quick_block() - Get a block, and what is to be the word of its handle.
 * @client: open file
 * @arg: from sb_quick_arg()
 * @word: set to it
 *
 * Context: Process. May sleep.
 * Return: 0 or what sb_alloc() failed with.
 */
int sb_quick_block(struct sb_client *client, unsigned long arg, unsigned long *word);

#endif
