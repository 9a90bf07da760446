/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Quotas: how many pages an open file may have, and a user by all of his files together.
 *
 *	user 1000, at most 100     granted 90
 *	  |-- file 1                 60: uses 55, asks nobody up to 60
 *	  '-- file 2                 30: uses 30, asks for the next page
 *
 * Pages are charged before they are allocated, by whatever command, and as long as they
 * are not free again: also those that a mapping or a dma-buf alone keeps when the handle
 * or the file is gone, and those that others in the kernel still have. A slice has none.
 * Charged is who opened the file, by his real uid, whoever has it now.
 *
 * A file counts for itself, handles.h, and compares with what it may have without asking:
 * its own limit, or what it was granted of its user's if there is a limit for users. Who
 * needs more than that asks, with the lock. When all is granted, what other files of the
 * user do not use is taken back from them: they may have nothing without asking, all CPUs
 * have seen that, and then what they use is theirs. So it always holds that
 *
 *	pages of a file <= granted;    granted, of all files of a user <= limit
 *
 * but for a limit that comes down below what is in use, which stays. Then there is nothing
 * more until it is below.
 *
 * Who had CAP_SYS_RESOURCE when he opened the file is not bound by the instance's limits;
 * its pages count for the user.
 */
#ifndef SBUDDY_QUOTA_H
#define SBUDDY_QUOTA_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/uidgid.h>

/* Pages that are no limit. */
#define SB_QUOTA_NONE INT_MAX

struct sb_client;
struct sb_quota_uid;
struct sbuddy_device;

/**
 * struct sbuddy_quotas - The limits of an instance.
 * @lock: guards the rest, all struct sb_quota, and sb_handles.allowed
 * @uids: users that have files
 * @file_pages: most that a file may have that is opened from now on
 * @uid_pages: most that a user may have
 */
struct sbuddy_quotas {
	struct mutex lock; /* innermost, but for those of memory of the kernel */
	struct list_head uids;
	int file_pages;
	int uid_pages;
};

/**
 * struct sb_quota - What an open file may have.
 * @uid: its user
 * @list: among the user's files
 * @limit: pages of the file
 * @granted: pages of the user's, while there is a limit for users
 * @exempt: the instance's limits do not bind it
 */
struct sb_quota {
	struct sb_quota_uid *uid;
	struct list_head list;
	int limit;
	int granted;
	bool exempt;
};

/**
 * struct sb_quota_usage - Figures of one moment, in pages.
 * @limit: of the file, or SB_QUOTA_NONE
 * @used: by the file
 * @uid_limit: of its user, or SB_QUOTA_NONE
 * @uid_used: by all files of the user
 */
struct sb_quota_usage {
	u32 limit;
	u32 used;
	u32 uid_limit;
	u64 uid_used;
};

void sbuddy_quotas_init(struct sbuddy_device *dev);

/* The limits of the instance's configuration count from now on. Process context. */
void sbuddy_quotas_set(struct sbuddy_device *dev);

/* A file that the calling process opens: 0 or -ENOMEM. Process context, may sleep. */
int sb_quota_join(struct sb_client *client);

/* It has no pages any more, and never gets any. Process context, also with mmap_lock held. */
void sb_quota_leave(struct sb_client *client);

/**
 * sb_quota_charge() - Count pages that are going to be allocated.
 * @client: open file
 * @pages: how many
 * @used: set to what sb_handles_got() is told when they were
 *
 * When they were not, or when they are free again, sb_handles_over() is told.
 *
 * Context: Process, without spinlocks. May sleep.
 * Return: 0; -EDQUOT when there may not be so many.
 */
int sb_quota_charge(struct sb_client *client, u32 pages, u64 *used);

/**
 * sb_quota_limit() - Choose the limit of a file.
 * @client: open file
 * @limit: pages, or SB_QUOTA_NONE
 * @may_raise: also to more than it is
 *
 * Context: Process. May sleep.
 * Return: 0; -EPERM when it is more, and must not be.
 */
int sb_quota_limit(struct sb_client *client, int limit, bool may_raise);

/* Context: Process. May sleep. */
void sb_quota_usage(struct sb_client *client, struct sb_quota_usage *usage);

/* As the first user namespace numbers it. */
uid_t sb_quota_uid_number(const struct sb_client *client);

#endif
