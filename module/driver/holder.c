// SPDX-License-Identifier: GPL-2.0-only
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/timekeeping.h>

#include "claim.h"
#include "holder.h"

/* Lines that are enough to know where to look. */
#define MOST_LINES 8

/* Low bits of an exit code: the signal that ended the process, or 0. */
#define EXIT_SIGNAL 0x7f

void sb_holder_count(struct sb_client *client, struct sb_holding *holding)
{
	int limit;

	/* Those of bare.h have a handle alone. */
	spin_lock(&client->handles.lock);
	holding->buffers = sb_handles_nr(&client->handles) - client->nr_named + client->nr_buffers;
	spin_unlock(&client->handles.lock);
	holding->bytes = sb_pfn_addr(sb_handles_pages(&client->handles));
	holding->peak = sb_pfn_addr((unsigned long)atomic_read(&client->handles.peak));
	holding->claimed = sb_claims_bytes(client);
	limit = READ_ONCE(client->quota.limit);
	holding->limit = limit == SB_QUOTA_NONE ? 0 : sb_pfn_addr((unsigned long)limit);
	holding->pins = (u32)atomic_read(&client->nr_pins);
	holding->age = (u64)(ktime_get_boottime_seconds() - client->opened);
}

void sb_holder_show(struct sb_client *client, struct seq_file *seq)
{
	struct sb_holding holding;

	sb_holder_count(client, &holding);
	seq_printf(seq, "sbuddy-instance:\t%s\n", client->dev->name);
	seq_printf(seq, "sbuddy-client:\t%u\n", client->id);
	seq_printf(seq, "sbuddy-buffers:\t%u\n", holding.buffers);
	seq_printf(seq, "sbuddy-bytes:\t%llu\n", holding.bytes);
	seq_printf(seq, "sbuddy-peak:\t%llu\n", holding.peak);
	seq_printf(seq, "sbuddy-pins:\t%u\n", holding.pins);
	seq_printf(seq, "sbuddy-limit:\t%llu\n", holding.limit);
	seq_printf(seq, "sbuddy-claimed:\t%llu\n", holding.claimed);
	seq_printf(seq, "sbuddy-uid:\t%u\n", sb_quota_uid_number(client));
}

void sb_holder_log_death(struct sb_client *client)
{
	struct sb_holding holding;
	char comm[TASK_COMM_LEN];
	int signal = current->exit_code & EXIT_SIGNAL;

	if (!(current->flags & PF_EXITING) || !signal)
		return;
	sb_holder_count(client, &holding);
	if (!holding.buffers)
		return;
	get_task_comm(comm, current);
	pr_notice_ratelimited("%s: %*pE[%d], ended by signal %d, had %u buffers, %llu bytes\n",
			      client->dev->name, (int)strlen(comm), comm, task_tgid_nr(current),
			      signal, holding.buffers, holding.bytes);
}

static void log_one(struct sb_client *client)
{
	struct sb_holding holding;

	sb_holder_count(client, &holding);
	pr_warn("%s: in use by %*pE[%d], which has %u buffers of %llu bytes\n", client->dev->name,
		(int)strlen(client->comm), client->comm, client->pid, holding.buffers,
		holding.bytes);
}

void sb_holder_log_all(struct sbuddy_device *dev)
{
	int modules = atomic_read(&dev->nr_clients);
	struct sb_client *client;
	unsigned int nr = 0, held;
	unsigned long held_pages;

	spin_lock(&dev->clients_lock);
	list_for_each_entry(client, &dev->clients, list)
		if (nr++ < MOST_LINES)
			log_one(client);
	spin_unlock(&dev->clients_lock);
	if (nr > MOST_LINES)
		pr_warn("%s: in use by %u more open files\n", dev->name, nr - MOST_LINES);
	if (modules)
		pr_warn("%s: in use by kernel modules, %d times\n", dev->name, modules);
	held_pages = sb_held_pages(dev, &held);
	if (held)
		pr_warn("%s: in use by who has %lu pages of %u freed buffers\n", dev->name,
			held_pages, held);
	if (!nr && !modules && !held)
		pr_warn("%s: in use by dma-bufs\n", dev->name);
}
