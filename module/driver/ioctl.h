/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands of include/uapi/linux/sbuddy.h. */
#ifndef SBUDDY_IOCTL_H
#define SBUDDY_IOCTL_H

#include <uapi/linux/sbuddy.h>

#include "buffer.h"

/**
 * struct sb_call - A command under way.
 * @client: open file
 * @user: the process's struct
 * @size: its size
 * @known: size of the struct that we know
 * @size_field: first field of every struct, always equal to @size
 *
 * The struct is read once, whatever the process does to its own copy
 * meanwhile.
 */
struct sb_call {
	struct sb_client *client;
	void __user *user;
	u32 size;
	u32 known;
	/* private: one of them, as the command's number says */
	union {
		u32 size_field;
		struct sbuddy_info info;
		struct sbuddy_alloc alloc;
		struct sbuddy_alloc_bulk alloc_bulk;
		struct sbuddy_free free;
		struct sbuddy_free_bulk free_bulk;
		struct sbuddy_query query;
		struct sbuddy_drain drain;
		struct sbuddy_explain explain;
		struct sbuddy_poison poison;
		struct sbuddy_pin pin;
		struct sbuddy_unpin unpin;
		struct sbuddy_export export;
		struct sbuddy_name name;
		struct sbuddy_slice slice;
		struct sbuddy_sync sync;
		struct sbuddy_compact compact;
		struct sbuddy_plan plan;
		struct sbuddy_place place;
		struct sbuddy_limit limit;
		struct sbuddy_claim claim;
		struct sbuddy_falls falls;
	};
};

/**
 * sb_ioctl() - Run a command.
 * @client: open file
 * @cmd: its number; the size in it is not looked at
 * @user: its struct
 *
 * Context: Process. May sleep.
 * Return: 0 or -errno, as told in include/uapi/linux/sbuddy.h.
 */
long sb_ioctl(struct sb_client *client, unsigned int cmd, void __user *user);

/* Writes the struct back, as much of it as the process knows: 0 or -EFAULT. */
int sb_call_reply(struct sb_call *call);

/* An address that a struct tells, or NULL: a 32-bit kernel must not drop half of it. */
void __user *sb_call_pointer(u64 address);

/*
 * What the fields that all kinds of requests have ask for. @request has its type
 * and node already; @nr_pages is set to 0 unless they are given as bytes. 0,
 * -EINVAL or -EPERM.
 */
int sb_call_parse(const struct sb_instance *inst, struct sb_request *request,
		  unsigned long *nr_pages, u32 flags, u32 zone, u32 order, u64 bytes);

/* Physical addresses are for those who may reach physical memory anyway. */
int sb_call_check_phys(u32 flags, u32 known, u32 phys);

/* A zone as the ABI numbers it: 0 or -EINVAL; and back. */
int sb_call_zone(u32 zone, enum sb_zone_type *type);
u32 sb_call_zone_number(enum sb_zone_type type);

/* Most that one buffer can have. */
u64 sb_call_max_bytes(const struct sb_instance *inst);

/*
 * The commands that come often, for a struct of the size that all know: read in one
 * piece to where it is small, and of a size known here, so that nobody has to look where
 * that is. SB_CALL_UNUSUAL when it is not so, or cannot be read: then nothing was done.
 */
#define SB_CALL_UNUSUAL 1
int sb_call_alloc_usual(struct sb_client *client, void __user *user);
int sb_call_free_usual(struct sb_client *client, void __user *user);

int sb_call_alloc(struct sb_call *call);
int sb_call_alloc_bulk(struct sb_call *call);
/* Of a request that was checked, as sb_quick_arg() tells it. */
int sb_call_alloc_bare_bulk(struct sb_call *call, unsigned long arg);
int sb_call_free(struct sb_call *call);
int sb_call_free_bulk(struct sb_call *call);
int sb_call_compact(struct sb_call *call);
int sb_call_claim(struct sb_call *call);
int sb_call_limit(struct sb_call *call);
int sb_call_explain(struct sb_call *call);
int sb_call_plan(struct sb_call *call);
int sb_call_place(struct sb_call *call);
int sb_call_export(struct sb_call *call);
int sb_call_sync(struct sb_call *call);
int sb_call_poison(struct sb_call *call);
int sb_call_name(struct sb_call *call);
int sb_call_slice(struct sb_call *call);
int sb_call_pin(struct sb_call *call);
int sb_call_unpin(struct sb_call *call);

#endif
