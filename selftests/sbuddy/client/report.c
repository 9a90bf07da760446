// SPDX-License-Identifier: GPL-2.0-only
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "client.h"

#define REPORT_SIZE SZ_128K

static struct debugfs_blob_wrapper report;
static struct dentry *dir;
static unsigned int nr_tests;

static __printf(1, 2) void print(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report.size += vscnprintf(report.data + report.size, REPORT_SIZE - report.size, fmt, args);
	va_end(args);
}

DEFINE_SHOW_ATTRIBUTE(memory);

int report_open(void)
{
	report.data = vzalloc(REPORT_SIZE);
	if (!report.data)
		return -ENOMEM;
	dir = debugfs_create_dir("sbuddy_client", NULL);
	debugfs_create_blob("ktap", 0400, dir, &report);
	debugfs_create_file("memory", 0400, dir, NULL, &memory_fops);
	print("KTAP version 1\n");
	return 0;
}

void report_close(void)
{
	debugfs_remove_recursive(dir);
	vfree(report.data);
}

void report_test(bool ok, const char *context, const char *name)
{
	print("%s %u %s: %s\n", ok ? "ok" : "not ok", ++nr_tests, context, name);
}

void report_plan(void)
{
	print("1..%u\n", nr_tests);
}

bool expect(struct run *run, bool holds, const char *what, const char *file, int line)
{
	if (holds)
		return true;
	print("# %s:%d: expected %s\n", kbasename(file), line, what);
	run->failed = true;
	return false;
}

bool expect_eq(struct run *run, long seen, long wanted, const char *what, const char *file,
	       int line)
{
	if (seen == wanted)
		return true;
	print("# %s:%d: %s is %ld, not %ld\n", kbasename(file), line, what, seen, wanted);
	run->failed = true;
	return false;
}
