// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include "buffer.h"
#include "quota.h"

/* Pages that a file is granted at a time, if there are so many. */
#define CHUNK 64l

/**
 * struct sb_quota_uid - A user of a device.
 * @list: among those of the device
 * @uid: who
 * @files: that he opened, as long as they have pages
 * @granted: pages of all of them
 */
struct sb_quota_uid {
	struct list_head list;
	kuid_t uid;
	struct list_head files;
	long granted;
};

static struct sbuddy_quotas *quotas_of(struct sb_client *client)
{
	return &client->dev->quotas;
}

static bool limits_uids(const struct sbuddy_quotas *quotas)
{
	return quotas->uid_pages != SB_QUOTA_NONE;
}

/* Pages of so many bytes, of which 0 is no limit, and less than a page is one. */
static int pages_of(u64 bytes)
{
	if (!bytes)
		return SB_QUOTA_NONE;
	return (int)clamp_t(u64, bytes >> SB_PAGE_SHIFT, 1, SB_QUOTA_NONE);
}

/* What it may have without asking. */
static void allow(struct sb_client *client)
{
	int limit = client->quota.limit;

	if (limits_uids(quotas_of(client)))
		limit = min(limit, client->quota.granted);
	WRITE_ONCE(client->handles.allowed, limit);
}

/*
 * What the files of a user do not use is not theirs any more. Who counts and then compares
 * is seen here, or sees that nothing is allowed: it need not say so at each page, as all
 * CPUs are interrupted.
 */
static void take_back(struct sb_quota_uid *uid)
{
	struct sb_client *client;

	list_for_each_entry(client, &uid->files, quota.list)
		WRITE_ONCE(client->handles.allowed, 0);
	kick_all_cpus_sync();
	uid->granted = 0;
	list_for_each_entry(client, &uid->files, quota.list) {
		int used = (int)sb_handles_pages(&client->handles);

		/* What somebody has counted and is refused is not granted by that. */
		client->quota.granted = min(client->quota.granted, used);
		uid->granted += client->quota.granted;
		allow(client);
	}
}

/* Whether there would be so much if the other files had no more than they use. */
static bool could_fit(const struct sb_client *client, int pages)
{
	const struct sb_client *each;
	long sum = pages;

	list_for_each_entry(each, &client->quota.uid->files, quota.list)
		if (each != client)
			sum += min(each->quota.granted, (int)sb_handles_pages(&each->handles));
	return sum <= client->dev->quotas.uid_pages;
}

static long room_of(struct sb_client *client)
{
	long most = client->quota.exempt ? LONG_MAX : quotas_of(client)->uid_pages;

	return most - client->quota.uid->granted;
}

/* So much in all is to be the file's: 0 or -EDQUOT. */
static int grant(struct sb_client *client, int pages)
{
	struct sb_quota *quota = &client->quota;
	long need = (long)pages - quota->granted;

	if (need > 0 && need > room_of(client)) {
		/* Who asks in vain, again and again, is not to interrupt all CPUs each time. */
		if (!could_fit(client, pages))
			return -EDQUOT;
		take_back(quota->uid);
		need = (long)pages - quota->granted;
	}
	if (need <= 0)
		return 0;
	if (need > room_of(client))
		return -EDQUOT;
	need = min3(max(need, CHUNK), room_of(client), (long)SB_QUOTA_NONE - quota->granted);
	quota->granted += need;
	quota->uid->granted += need;
	return 0;
}

static int make_room(struct sb_client *client, u32 pages)
{
	u64 sum = (u64)sb_handles_pages(&client->handles) + pages;
	int err = 0;

	if (sum > (u64)client->quota.limit)
		return -EDQUOT;
	if (limits_uids(quotas_of(client)))
		err = grant(client, (int)sum);
	if (!err)
		allow(client);
	return err;
}

static bool count(struct sb_client *client, u32 pages, u64 *used)
{
	struct sb_handles *handles = &client->handles;
	bool fits;

	/* What is refused stands in others' way for as short as can be. */
	preempt_disable();
	*used = sb_handles_since(handles, sb_handles_begin(handles, 0, pages));
	fits = !sb_handles_exceed(handles, *used);
	/* Before anybody waits for the lock, whose owner looks at what is in use. */
	if (unlikely(!fits))
		sb_handles_refuse(handles, 0, pages);
	preempt_enable();
	return fits;
}

/* Other threads may use the room as soon as there is some. */
static noinline int ask(struct sb_client *client, u32 pages, u64 *used)
{
	struct sbuddy_quotas *quotas = quotas_of(client);
	int err;

	mutex_lock(&quotas->lock);
	do {
		cond_resched();
		err = make_room(client, pages);
	} while (!err && !count(client, pages, used));
	mutex_unlock(&quotas->lock);
	return err;
}

int sb_quota_charge(struct sb_client *client, u32 pages, u64 *used)
{
	/* The sum of two of these is a number still. */
	if (unlikely(pages > INT_MAX / 2))
		return -EDQUOT;
	return likely(count(client, pages, used)) ? 0 : ask(client, pages, used);
}

static struct sb_quota_uid *find(struct sbuddy_quotas *quotas, kuid_t kuid)
{
	struct sb_quota_uid *uid;

	list_for_each_entry(uid, &quotas->uids, list)
		if (uid_eq(uid->uid, kuid))
			return uid;
	uid = kzalloc(sizeof(*uid), GFP_KERNEL_ACCOUNT);
	if (!uid)
		return NULL;
	uid->uid = kuid;
	INIT_LIST_HEAD(&uid->files);
	list_add(&uid->list, &quotas->uids);
	return uid;
}

int sb_quota_join(struct sb_client *client)
{
	struct sbuddy_quotas *quotas = quotas_of(client);
	struct sb_quota *quota = &client->quota;

	quota->exempt = capable(CAP_SYS_RESOURCE);
	mutex_lock(&quotas->lock);
	quota->uid = find(quotas, current_uid());
	if (quota->uid) {
		quota->limit = quota->exempt ? SB_QUOTA_NONE : quotas->file_pages;
		list_add_tail(&quota->list, &quota->uid->files);
		allow(client);
	}
	mutex_unlock(&quotas->lock);
	return quota->uid ? 0 : -ENOMEM;
}

void sb_quota_leave(struct sb_client *client)
{
	struct sbuddy_quotas *quotas = quotas_of(client);
	struct sb_quota_uid *uid = client->quota.uid;

	mutex_lock(&quotas->lock);
	list_del(&client->quota.list);
	uid->granted -= client->quota.granted;
	if (list_empty(&uid->files)) {
		list_del(&uid->list);
		kfree(uid);
	}
	mutex_unlock(&quotas->lock);
}

int sb_quota_limit(struct sb_client *client, int limit, bool may_raise)
{
	struct sbuddy_quotas *quotas = quotas_of(client);
	int err = 0;

	mutex_lock(&quotas->lock);
	if (limit > client->quota.limit && !may_raise) {
		err = -EPERM;
	} else {
		WRITE_ONCE(client->quota.limit, limit);
		allow(client);
	}
	mutex_unlock(&quotas->lock);
	return err;
}

void sb_quota_usage(struct sb_client *client, struct sb_quota_usage *usage)
{
	struct sbuddy_quotas *quotas = quotas_of(client);
	const struct sb_client *each;

	mutex_lock(&quotas->lock);
	usage->limit = (u32)client->quota.limit;
	usage->used = sb_handles_pages(&client->handles);
	usage->uid_limit = (u32)(client->quota.exempt ? SB_QUOTA_NONE : quotas->uid_pages);
	usage->uid_used = 0;
	list_for_each_entry(each, &client->quota.uid->files, quota.list)
		usage->uid_used += sb_handles_pages(&each->handles);
	mutex_unlock(&quotas->lock);
}

uid_t sb_quota_uid_number(const struct sb_client *client)
{
	return from_kuid_munged(&init_user_ns, client->quota.uid->uid);
}

/* What was granted without a limit, or under a higher one, is counted anew. */
static void begin_anew(struct sbuddy_quotas *quotas)
{
	struct sb_quota_uid *uid;
	struct sb_client *client;

	list_for_each_entry(uid, &quotas->uids, list) {
		list_for_each_entry(client, &uid->files, quota.list)
			client->quota.granted = SB_QUOTA_NONE;
		take_back(uid);
	}
}

void sbuddy_quotas_set(struct sbuddy_device *dev)
{
	struct sbuddy_quotas *quotas = &dev->quotas;
	int uid_pages = pages_of(dev->inst.cfg.quota_uid_bytes);

	mutex_lock(&quotas->lock);
	quotas->file_pages = pages_of(dev->inst.cfg.quota_file_bytes);
	if (uid_pages != quotas->uid_pages) {
		quotas->uid_pages = uid_pages;
		begin_anew(quotas);
	}
	mutex_unlock(&quotas->lock);
}

void sbuddy_quotas_init(struct sbuddy_device *dev)
{
	mutex_init(&dev->quotas.lock);
	INIT_LIST_HEAD(&dev->quotas.uids);
	dev->quotas.file_pages = SB_QUOTA_NONE;
	dev->quotas.uid_pages = SB_QUOTA_NONE;
}
