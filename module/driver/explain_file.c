// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file explain of debugfs. A request is written to it, as words of
 *
 *	order=N or bytes=SIZE		SIZE with K, M or G
 *	type=unmovable, movable or reclaimable
 *	zone=dma, normal, highmem or movable
 *	node=N or node=any
 *	flags=high,atomic,nowait,memalloc,nomemalloc,noretry,thisnode
 *
 * and what becomes of it is read from the same open file. A word that is missing
 * is taken from order=0 type=unmovable zone=normal node=any.
 */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "debugfs.h"
#include "device.h"
#include "explain_show.h"

#define REQUEST_LEN 256

/**
 * struct answer - What one open file was asked last.
 * @dev: device; there as long as debugfs lets anybody in
 * @lock: guards the rest
 * @text: the explanation, SB_EXPLAIN_TEXT_MAX bytes
 * @len: its length; 0 before anything was asked
 */
struct answer {
	struct sbuddy_device *dev;
	struct mutex lock; /* taken before the device's */
	char *text;
	size_t len;
};

static const char *const types[] = {
	[SB_UNMOVABLE] = "unmovable",
	[SB_MOVABLE] = "movable",
	[SB_RECLAIMABLE] = "reclaimable",
};

static const char *const zones[] = {
	[SB_ZONE_DMA] = "dma",
	[SB_ZONE_NORMAL] = "normal",
	[SB_ZONE_HIGHMEM] = "highmem",
	[SB_ZONE_MOVABLE] = "movable",
};

/* Bits that a flag takes away, and bits that it adds. */
static const struct flag {
	const char *name;
	u32 clear;
	u32 set;
} flags[] = {
	{ "high", 0, SB_GFP_HIGH },
	{ "atomic", SB_GFP_DIRECT_RECLAIM, SB_GFP_HIGH },
	{ "nowait", SB_GFP_DIRECT_RECLAIM, 0 },
	{ "memalloc", 0, SB_GFP_MEMALLOC },
	{ "nomemalloc", 0, SB_GFP_NOMEMALLOC },
	{ "noretry", 0, SB_GFP_NORETRY },
	{ "thisnode", 0, SB_GFP_THISNODE },
};

static int parse_flags(u32 *gfp, char *text)
{
	char *name;

	while ((name = strsep(&text, ","))) {
		const struct flag *flag = flags;

		while (flag < flags + ARRAY_SIZE(flags) && strcmp(flag->name, name))
			flag++;
		if (flag == flags + ARRAY_SIZE(flags))
			return -EINVAL;
		*gfp = (*gfp & ~flag->clear) | flag->set;
	}
	return 0;
}

/* What is larger than any block is asked about as an order that none has. */
static int parse_bytes(unsigned int *order, char *text)
{
	u64 bytes = memparse(text, &text);
	u64 most = sb_pfn_addr(sb_order_pages(SB_MAX_ORDER));

	if (*text || !bytes)
		return -EINVAL;
	*order = bytes > most ? SB_MAX_ORDER + 1 : sb_order_for(sb_pfn_up(bytes));
	return 0;
}

static int parse_word(struct sb_request *request, char *word)
{
	char *value = strchr(word, '=');
	int nr;

	if (!value)
		return -EINVAL;
	*value++ = '\0';
	if (!strcmp(word, "order"))
		return kstrtouint(value, 0, &request->order);
	if (!strcmp(word, "bytes"))
		return parse_bytes(&request->order, value);
	if (!strcmp(word, "flags"))
		return parse_flags(&request->gfp, value);
	if (!strcmp(word, "node") && strcmp(value, "any"))
		return kstrtoint(value, 0, &request->nid);
	if (!strcmp(word, "node"))
		return 0;
	if (!strcmp(word, "type")) {
		nr = match_string(types, ARRAY_SIZE(types), value);
		request->type = nr;
	} else if (!strcmp(word, "zone")) {
		nr = match_string(zones, ARRAY_SIZE(zones), value);
		request->zone = nr;
	} else {
		return -EINVAL;
	}
	return nr < 0 ? nr : 0;
}

static int parse(struct sb_request *request, char *text)
{
	char *word;
	int err;

	while ((word = strsep(&text, " \t\n"))) {
		if (!*word)
			continue;
		err = parse_word(request, word);
		if (err)
			return err;
	}
	return 0;
}

static int explain(struct answer *answer, const struct sb_request *request)
{
	struct sb_out out = { .text = answer->text, .size = SB_EXPLAIN_TEXT_MAX };
	struct sbuddy_device *dev = answer->dev;
	struct sb_explain *ex;
	int err;

	ex = kvmalloc(sizeof(*ex), GFP_KERNEL);
	if (!ex)
		return -ENOMEM;
	err = mutex_lock_interruptible(&dev->lock);
	if (!err) {
		err = sb_explain(&dev->inst, request, ex);
		mutex_unlock(&dev->lock);
	}
	if (!err) {
		answer->text[0] = '\0';
		sb_explain_show(&out, ex, true);
		answer->len = out.used;
	}
	kvfree(ex);
	return err;
}

static ssize_t explain_write(struct file *file, const char __user *user, size_t count, loff_t *pos)
{
	struct sb_request request = {
		.type = SB_UNMOVABLE,
		.zone = SB_ZONE_NORMAL,
		.nid = SB_NID_ANY,
		.gfp = SB_GFP_KERNEL,
	};
	struct answer *answer = file->private_data;
	char text[REQUEST_LEN];
	int err;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, user, count))
		return -EFAULT;
	text[count] = '\0';
	err = parse(&request, text);
	if (err)
		return err;
	err = mutex_lock_interruptible(&answer->lock);
	if (err)
		return err;
	err = explain(answer, &request);
	mutex_unlock(&answer->lock);
	/* It is read from its start, whatever was written. */
	*pos = 0;
	return err ? err : count;
}

static ssize_t explain_read(struct file *file, char __user *user, size_t count, loff_t *pos)
{
	struct answer *answer = file->private_data;
	ssize_t done;

	done = mutex_lock_interruptible(&answer->lock);
	if (done)
		return done;
	done = simple_read_from_buffer(user, count, pos, answer->text, answer->len);
	mutex_unlock(&answer->lock);
	return done;
}

static int explain_open(struct inode *inode, struct file *file)
{
	struct answer *answer = kzalloc(sizeof(*answer), GFP_KERNEL);

	if (!answer)
		return -ENOMEM;
	answer->text = kvzalloc(SB_EXPLAIN_TEXT_MAX, GFP_KERNEL);
	if (!answer->text) {
		kfree(answer);
		return -ENOMEM;
	}
	answer->dev = inode->i_private;
	mutex_init(&answer->lock);
	file->private_data = answer;
	return 0;
}

static int explain_release(struct inode *inode, struct file *file)
{
	struct answer *answer = file->private_data;

	kvfree(answer->text);
	kfree(answer);
	return 0;
}

const struct file_operations sbuddy_explain_fops = {
	.owner = THIS_MODULE,
	.open = explain_open,
	.read = explain_read,
	.write = explain_write,
	.llseek = default_llseek,
	.release = explain_release,
};
