/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the driver's parsers need of the kernel, for the host: those files of
 * module/driver are compiled as they are, and every <linux/...> that they include is
 * this file. What a parser hands on is recorded, not done, unless core can do it here.
 *
 * Numbers are read as the kernel reads them: kstrto*() takes one line's end, a sign where
 * the type has one, and no blanks.
 */
#ifndef FUZZ_KERNEL_H
#define FUZZ_KERNEL_H

#include <ctype.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>

#include "sb_platform.h"

#define __user
#define __force
typedef u32 __be32;
typedef u32 gfp_t;
typedef u64 phys_addr_t;
typedef u64 resource_size_t;

#define PAGE_SIZE 4096ul
#define U64_MAX UINT64_MAX
#define GFP_KERNEL 1u
#define __GFP_ZERO 2u
#define __GFP_NOWARN 4u

#define container_of(ptr, type, member) \
	((type *)(void *)&((char *)(ptr))[-(long)offsetof(type, member)])
#define sizeof_field(type, ...) sizeof(((type *)0)->__VA_ARGS__)
#define min_t(type, a, b) min((type)(a), (type)(b))

/* Formatted, so that an argument that is no text is seen, and dropped. */
void kernel_log(const char *fmt, ...) __printf(1, 2);
#define pr_err(...) kernel_log(__VA_ARGS__)

/* Texts and numbers. */
int kstrtou64(const char *text, unsigned int base, u64 *value);
int kstrtoul(const char *text, unsigned int base, unsigned long *value);
int kstrtouint(const char *text, unsigned int base, unsigned int *value);
int kstrtoint(const char *text, unsigned int base, int *value);
unsigned long long memparse(const char *text, char **end);
ssize_t strscpy(char *to, const char *from, size_t size);
int scnprintf(char *to, size_t size, const char *fmt, ...) __printf(3, 4);
char *strim(char *text);
char *skip_spaces(const char *text);
char *strreplace(char *text, char old, char new);
const char *kbasename(const char *path);
int match_string(const char *const *texts, size_t nr, const char *text);

/* Memory. */
void *kernel_alloc(size_t size, bool zero);
#define kmalloc(size, gfp) kernel_alloc(size, false)
#define kzalloc(size, gfp) kernel_alloc(size, true)
#define kcalloc(nr, size, gfp) kernel_alloc((size_t)(nr) * (size), true)
#define kvmalloc(size, gfp) kernel_alloc(size, false)
#define kvzalloc(size, gfp) kernel_alloc(size, true)
#define __vmalloc(size, gfp) kernel_alloc(size, true)
#define kfree(mem) free((void *)(mem))
#define kvfree(mem) free(mem)
#define vfree(mem) free(mem)
char *kstrdup(const char *text, gfp_t gfp);

/* Locks: the harness looks that all are open in the end. */
extern int kernel_locks;

struct mutex {
	int depth;
};

typedef struct mutex spinlock_t;

static inline void mutex_init(struct mutex *lock)
{
	lock->depth = 0;
}

static inline void mutex_lock(struct mutex *lock)
{
	assert(!lock->depth);
	lock->depth++;
	kernel_locks++;
}

static inline int mutex_lock_interruptible(struct mutex *lock)
{
	mutex_lock(lock);
	return 0;
}

static inline void mutex_unlock(struct mutex *lock)
{
	assert(lock->depth == 1);
	lock->depth--;
	kernel_locks--;
}

/* Files. */
struct module;
struct inode {
	void *i_private;
};

struct file {
	void *private_data;
};

struct seq_file {
	void *private;
};

struct file_operations {
	struct module *owner;
	int (*open)(struct inode *inode, struct file *file);
	ssize_t (*read)(struct file *file, char __user *user, size_t count, loff_t *pos);
	ssize_t (*write)(struct file *file, const char __user *user, size_t count, loff_t *pos);
	loff_t (*llseek)(struct file *file, loff_t offset, int whence);
	int (*release)(struct inode *inode, struct file *file);
};

#define THIS_MODULE NULL
#define seq_read NULL
#define seq_lseek NULL
#define default_llseek NULL
#define single_release NULL

static inline int single_open(struct file *file, int (*show)(struct seq_file *, void *), void *data)
{
	return 0;
}

static inline int single_open_size(struct file *file, int (*show)(struct seq_file *, void *),
				   void *data, size_t size)
{
	return 0;
}

void seq_printf(struct seq_file *seq, const char *fmt, ...) __printf(2, 3);
void seq_puts(struct seq_file *seq, const char *text);
ssize_t simple_read_from_buffer(void *to, size_t count, loff_t *pos, const void *from,
				size_t available);

static inline unsigned long copy_from_user(void *to, const void __user *from, unsigned long n)
{
	memcpy(to, from, n);
	return 0;
}

/* Who runs. */
#define TASK_COMM_LEN 16

struct task_struct {
	int pid;
	int tgid;
	char comm[TASK_COMM_LEN];
};

extern struct task_struct *current;

static inline u64 local_clock(void)
{
	return 1;
}

/* One node, and no memory of its own. */
#define first_online_node 0
#define MAX_NUMNODES 1
#define next_online_node(nid) ((nid) + 1)
#define NODE_DATA(nid) (&(const struct pglist_data){ 0 })

struct pglist_data {
	unsigned long node_start_pfn;
	unsigned long node_spanned_pages;
};

/* configfs. */
struct config_item {
	int unused;
};

struct configfs_attribute;

#include "device_tree.h"
#include "sbuddy_device.h"

#endif
