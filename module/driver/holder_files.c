// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files clients and buffers of debugfs: a line of column names, then a line an open
 * file, or a buffer. Who opened the device last comes last, and a handle after all lower
 * ones. Nothing stands still between two pages of a file, so its lines may be of
 * different moments.
 *
 * The position in a file is that of a line, and as good when others have come or gone:
 *
 *	0       the names of the columns
 *	else    number of the open file << 32 | handle, or the one beyond all handles, for
 *		buffers that have none any more
 *
 * Older kernels take what follows a line to be at the next place, whatever next() made of it.
 */
#include <linux/module.h>
#include <linux/seq_file.h>

#include "bare.h"
#include "debugfs.h"
#include "holder.h"
#include "share.h"

#define NO_HANDLE (SB_HANDLES_LAST + 1)

/**
 * struct walk - An open file of these.
 * @dev: device
 * @client: whose line it is
 * @handle: in the file buffers, which; or NO_HANDLE
 */
struct walk {
	struct sbuddy_device *dev;
	struct sb_client *client;
	u32 handle;
};

static loff_t position(u32 id, u32 handle)
{
	return (loff_t)id << 32 | handle;
}

/* The first that was opened as @id or later. */
static struct sb_client *client_from(const struct sbuddy_device *dev, u32 id)
{
	struct sb_client *client;

	list_for_each_entry(client, &dev->clients, list)
		if (client->id >= id)
			return client;
	return NULL;
}

/* Moves *@pos to the line of the first handle from there on. */
static void *buffers_at(struct walk *walk, loff_t *pos)
{
	u32 id = (u32)(*pos >> 32), handle = max_t(u32, *pos, 1);
	struct sb_client *client;

	while ((client = client_from(walk->dev, id))) {
		if (client->id != id)
			handle = 1;
		id = client->id;
		if (handle < NO_HANDLE && !sb_handles_next(&client->handles, &handle))
			handle = NO_HANDLE;
		if (handle < NO_HANDLE ||
		    (handle == NO_HANDLE && atomic_long_read(&client->nr_loose)))
			break;
		id++;
		handle = 1;
	}
	if (client)
		*pos = position(id, handle);
	walk->client = client;
	walk->handle = handle;
	return client;
}

/* The same for open files: behind the first place of one comes the next. */
static void *clients_at(struct walk *walk, loff_t *pos)
{
	walk->client = client_from(walk->dev, (u32)((*pos + U32_MAX) >> 32));
	if (walk->client)
		*pos = position(walk->client->id, 0);
	return walk->client;
}

static void *clients_start(struct seq_file *seq, loff_t *pos)
	__acquires(&((struct walk *)seq->private)->dev->clients_lock)
{
	struct walk *walk = seq->private;

	spin_lock(&walk->dev->clients_lock);
	return *pos ? clients_at(walk, pos) : SEQ_START_TOKEN;
}

static void *buffers_start(struct seq_file *seq, loff_t *pos)
	__acquires(&((struct walk *)seq->private)->dev->clients_lock)
{
	struct walk *walk = seq->private;

	spin_lock(&walk->dev->clients_lock);
	return *pos ? buffers_at(walk, pos) : SEQ_START_TOKEN;
}

static void *clients_next(struct seq_file *seq, void *v, loff_t *pos)
{
	++*pos;
	return clients_at(seq->private, pos);
}

static void *buffers_next(struct seq_file *seq, void *v, loff_t *pos)
{
	++*pos;
	return buffers_at(seq->private, pos);
}

static void stop(struct seq_file *seq, void *v)
	__releases(&((struct walk *)seq->private)->dev->clients_lock)
{
	struct walk *walk = seq->private;

	spin_unlock(&walk->dev->clients_lock);
}

static int clients_show(struct seq_file *seq, void *v)
{
	const struct walk *walk = seq->private;
	struct sb_holding holding;

	if (v == SEQ_START_TOKEN) {
		seq_puts(seq, "id pid buffers bytes peak pins age uid limit claimed comm\n");
		return 0;
	}
	sb_holder_count(walk->client, &holding);
	seq_printf(seq, "%u %d %u %llu %llu %u %llu %u %llu %llu ", walk->client->id,
		   walk->client->pid, holding.buffers, holding.bytes, holding.peak, holding.pins,
		   holding.age, sb_quota_uid_number(walk->client), holding.limit, holding.claimed);
	/* A process calls itself what it likes, and this stays one column. */
	seq_escape(seq, walk->client->comm, " \t\n\\");
	seq_putc(seq, '\n');
	return 0;
}

static void show_one(struct seq_file *seq, const struct walk *walk, u64 bytes, unsigned int order,
		     unsigned int runs, unsigned int type)
{
	seq_printf(seq, "%u %d %u %llu %u %u %s", walk->client->id, walk->client->pid, walk->handle,
		   bytes, order, runs, sb_pageblock_type_name(type));
}

/* What is of a handle is there while the lock is held. */
static void show_handle(struct seq_file *seq, const struct walk *walk)
	__must_hold(&walk->client->handles.lock)
{
	unsigned long word = sb_handles_get(&walk->client->handles, walk->handle);
	const struct sb_buffer *buf = (const struct sb_buffer *)word;
	unsigned int order;

	if (!word)
		return;
	if (sb_bare(word) || sb_share(word)) {
		order = sb_bare(word) ? sb_bare_order(word) : 0;
		show_one(seq, walk, sb_pfn_addr(sb_order_pages(order)), order, 1,
			 sb_bare(word) ? sb_bare_type(word) : sb_share_type(word));
		seq_puts(seq, " 0 0 0 ");
		seq_putc(seq, '\n');
		return;
	}
	show_one(seq, walk, sb_buffer_bytes(buf), buf->request.order, buf->nr_runs,
		 buf->request.type);
	seq_printf(seq, " %d %d %u %s\n", atomic_read(&buf->nr_mappings), atomic_read(&buf->pins),
		   buf->whole ? buf->whole->handle : 0, buf->name);
}

static int buffers_show(struct seq_file *seq, void *v)
{
	const struct walk *walk = seq->private;
	struct sb_client *client = walk->client;

	if (v == SEQ_START_TOKEN) {
		seq_puts(seq, "id pid handle bytes order runs type mappings pins slice_of name\n");
	} else if (walk->handle == NO_HANDLE) {
		seq_printf(seq, "%u %d 0 %llu - - - - - -\n", client->id, client->pid,
			   sb_pfn_addr((unsigned long)atomic_long_read(&client->nr_loose)));
	} else {
		spin_lock(&client->handles.lock);
		show_handle(seq, walk);
		spin_unlock(&client->handles.lock);
	}
	return 0;
}

static const struct seq_operations clients_ops = {
	.start = clients_start,
	.next = clients_next,
	.stop = stop,
	.show = clients_show,
};

static const struct seq_operations buffers_ops = {
	.start = buffers_start,
	.next = buffers_next,
	.stop = stop,
	.show = buffers_show,
};

static int open_with(struct inode *inode, struct file *file, const struct seq_operations *ops)
{
	struct walk *walk = __seq_open_private(file, ops, sizeof(*walk));

	if (!walk)
		return -ENOMEM;
	walk->dev = inode->i_private;
	return 0;
}

static int clients_open(struct inode *inode, struct file *file)
{
	return open_with(inode, file, &clients_ops);
}

static int buffers_open(struct inode *inode, struct file *file)
{
	return open_with(inode, file, &buffers_ops);
}

#define HOLDER_FILE(name)                                     \
	const struct file_operations sbuddy_##name##_fops = { \
		.owner = THIS_MODULE,                         \
		.open = name##_open,                          \
		.read = seq_read,                             \
		.llseek = seq_lseek,                          \
		.release = seq_release_private,               \
	}

HOLDER_FILE(clients);
HOLDER_FILE(buffers);
