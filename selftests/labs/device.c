// SPDX-License-Identifier: GPL-2.0-only
/* A machine on a board: a dry instance, made by way of configfs. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/sbuddy.h>

#include "machine.h"

#define ITEM "/sys/kernel/config/sbuddy/lab"
#define FILES "/sys/kernel/debug/sbuddy/lab"
#define PAGE_SHIFT 12

static int device = -1;
static uint32_t handles[LAB_MAX_PAGES];

static void call(unsigned long cmd, void *arg, const char *what)
{
	if (ioctl(device, cmd, arg))
		lab_die("%s: %s", what, strerror(errno));
}

/* Writes a file of the instance's directory: 0 or an errno. */
static int put(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static int put(const char *name, const char *fmt, ...)
{
	char path[128], text[128];
	va_list args;
	int fd, len, err = 0;

	va_start(args, fmt);
	len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	snprintf(path, sizeof(path), ITEM "/%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, (size_t)len) != len)
		err = errno;
	if (fd >= 0)
		close(fd);
	return err;
}

static void remove_item(void)
{
	if (device >= 0)
		close(device);
	rmdir(ITEM);
}

static void make_item(const struct lab_setup *setup)
{
	unsigned int i;
	int err;

	if (access("/sys/kernel/config/sbuddy", F_OK))
		lab_skip("no configfs of sbuddy: load the module, and mount configfs");
	if (mkdir(ITEM, 0755))
		lab_die(ITEM ": %s", strerror(errno));
	atexit(remove_item);
	for (i = 0; i < setup->nr_values; i++) {
		const struct lab_value *value = &setup->values[i];

		err = put(value->name, "%s", value->value);
		if (err == ENOENT)
			lab_skip("no %s to set", value->name);
		if (err)
			lab_die("%s: %s", value->name, strerror(err));
	}
	err = put("kind", "dry");
	if (!err)
		err = put("pcp_at_once", "1");
	if (!err)
		err = put("memory", "%#llx %luK 0\n%#llx %llu 1\n", LAB_BASE,
			  setup->pages << (PAGE_SHIFT - 10), LAB_REST_BASE, setup->rest);
	if (!err)
		err = put("live", "1");
	if (err)
		lab_die("the instance does not start: %s", strerror(err));
}

static void open_device(void)
{
	char node[64] = "/dev/";
	FILE *file = fopen(ITEM "/device", "r");

	if (!file || fscanf(file, "%40s", node + strlen(node)) != 1)
		lab_die("the instance has no device");
	fclose(file);
	device = open(node, O_RDWR | O_CLOEXEC);
	if (device < 0)
		lab_die("%s: %s", node, strerror(errno));
}

void machine_start(const struct lab_setup *setup)
{
	if (sysconf(_SC_NPROCESSORS_ONLN) < (long)setup->cpus)
		lab_skip("fewer than %u CPUs", setup->cpus);
	machine_cpu(0);
	make_item(setup);
	open_device();
}

static FILE *open_text(const char *name)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), FILES "/%s", name);
	file = fopen(path, "r");
	if (!file)
		lab_die("%s: %s", path, strerror(errno));
	return file;
}

void machine_stop(void)
{
	FILE *file = open_text("check");
	char line[LAB_LINE];

	if (!fgets(line, sizeof(line), file) || strcmp(line, "0 violations\n"))
		lab_die("the checker finds violations: %s", line);
	fclose(file);
}

long machine_take(unsigned int order, unsigned int type, enum lab_flag flag)
{
	static const uint32_t flags[] = {
		[LAB_FLAG_HIGH] = SBUDDY_ALLOC_HIGH,
		[LAB_FLAG_ATOMIC] = SBUDDY_ALLOC_ATOMIC,
		[LAB_FLAG_MEMALLOC] = SBUDDY_ALLOC_MEMALLOC,
	};
	struct sbuddy_alloc alloc = {
		.size = sizeof(alloc),
		.flags = SBUDDY_ALLOC_THIS_NODE | flags[flag],
		.order = order,
		.type = type,
	};
	struct sbuddy_pin pin = { .size = sizeof(pin), .flags = SBUDDY_PIN_PHYS };
	unsigned long page;

	if (ioctl(device, SBUDDY_IOC_ALLOC, &alloc))
		return -errno;
	pin.handle = alloc.handle;
	call(SBUDDY_IOC_PIN, &pin, "pin a handle");
	page = (unsigned long)((pin.phys - LAB_BASE) >> PAGE_SHIFT);
	if (page >= LAB_MAX_PAGES)
		lab_die("a block at %#llx", (unsigned long long)pin.phys);
	handles[page] = alloc.handle;
	return (long)page;
}

void machine_free(unsigned long page, unsigned int order)
{
	struct sbuddy_free arg = { .size = sizeof(arg), .handle = handles[page] };

	call(SBUDDY_IOC_FREE, &arg, "free a handle");
}

unsigned long machine_drain(void)
{
	struct sbuddy_drain drain = { .size = sizeof(drain) };

	call(SBUDDY_IOC_DRAIN, &drain, "drain");
	return (unsigned long)drain.pages;
}

void machine_cpu(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		lab_die("CPU %u: %s", cpu, strerror(errno));
}

/* "Node    0, zone   Normal, type    Unmovable      0      1 ..." */
static void read_blocks(struct lab_look *look)
{
	FILE *file = fmemopen(look->pagetypeinfo, strlen(look->pagetypeinfo), "r");
	char line[LAB_LINE];
	unsigned int type = 0;

	while (fgets(line, sizeof(line), file)) {
		unsigned int order = 0;
		char *at = strstr(line, ", type ");

		if (type == LAB_NR_TYPES || strncmp(line, "Node    0,", 10) || !at)
			continue;
		strtok(at + strlen(", type "), " ");
		while (order < LAB_NR_ORDERS && (at = strtok(NULL, "\n ")))
			look->blocks[type][order++] = strtoul(at, NULL, 10);
		type++;
	}
	fclose(file);
}

/* Figures of node 0, which comes first. */
static void read_zone(struct lab_look *look)
{
	FILE *file = open_text("zoneinfo");
	char line[LAB_LINE];
	unsigned long value;

	while (fgets(line, sizeof(line), file) && strncmp(line, "Node 1,", 7)) {
		if (sscanf(line, " pages free %lu", &value) == 1)
			look->free = value;
		else if (sscanf(line, " boost %lu", &value) == 1)
			look->boost = value;
		else if (sscanf(line, " min %lu", &value) == 1)
			look->mark[0] = value;
		else if (sscanf(line, " low %lu", &value) == 1)
			look->mark[1] = value;
		else if (sscanf(line, " high %lu", &value) == 1)
			look->mark[2] = value;
		else if (sscanf(line, " count: %lu", &value) == 1)
			look->pcp += value;
	}
	fclose(file);
}

/* The lab's pageblocks are the first ones. */
static void read_block_types(const struct lab_setup *setup, struct lab_look *look)
{
	unsigned long nr = (setup->pages - 1) >> setup->pageblock_order, i = 0;
	FILE *file = open_text("pageblocks");
	char line[LAB_LINE];

	while (i <= nr && fgets(line, sizeof(line), file)) {
		char *at = line[0] == '#' ? NULL : strchr(line, ' ');

		for (; at && *++at > ' ' && i <= nr; i++)
			look->block_types[i] = (char)(*at & ~('a' - 'A'));
	}
	fclose(file);
}

/* A word a page, from the first page of the lab on; without pages on lists all is clear. */
static void read_pages(const struct lab_setup *setup, struct lab_look *look)
{
	FILE *file = fopen(FILES "/pagemap", "r");
	uint64_t word;
	unsigned long i;

	memset(look->state, LAB_FREE, setup->pages);
	if (!file && look->pcp)
		lab_skip("no pagemap");
	for (i = 0; file && i < setup->pages; i++) {
		if (fread(&word, sizeof(word), 1, file) != 1)
			lab_die("pagemap ends after %lu pages", i);
		if (SBUDDY_PM_STATE(word) == SBUDDY_PM_PCP)
			look->state[i] = LAB_ON_LIST;
	}
	if (file)
		fclose(file);
}

void machine_look(const struct lab_setup *setup, struct lab_look *look)
{
	FILE *file = open_text("pagetypeinfo");
	size_t len = fread(look->pagetypeinfo, 1, sizeof(look->pagetypeinfo) - 1, file);

	look->pagetypeinfo[len] = '\0';
	fclose(file);
	read_blocks(look);
	read_zone(look);
	read_block_types(setup, look);
	read_pages(setup, look);
}
