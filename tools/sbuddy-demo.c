// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program does with /dev/sbuddyN: allocates blocks, bytes and pages in
 * bulk, maps each, sees that it is zero, writes, reads back, and frees it all.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/sbuddy.h>

#define NR_PAGES_AT_ONCE 4
#define MAX_BUFFERS 32

static const char *const type_names[] = { "Unmovable", "Movable", "Reclaimable" };
static const char *const zone_names[] = { "Normal", "HighMem", "Movable" };

static const struct {
	unsigned int order;
	unsigned int type;
} blocks[] = {
	{ 0, SBUDDY_UNMOVABLE }, { 1, SBUDDY_MOVABLE },	  { 3, SBUDDY_RECLAIMABLE },
	{ 4, SBUDDY_MOVABLE },	 { 6, SBUDDY_UNMOVABLE }, { 8, SBUDDY_MOVABLE },
};

struct demo {
	const char *device;
	const char *hold;
	int json;
	int fd;
	struct sbuddy_info info;
	int nr;
	struct {
		const char *how;
		struct sbuddy_query query;
		int has_phys;
		const char *memory; /* what was seen of it */
	} buf[MAX_BUFFERS];
};

static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
}

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *fmt, ...)
{
	va_list args;

	fputs("sbuddy-demo: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static const char *advice(int err)
{
	switch (err) {
	case ENOENT:
		return "load the module with an overlay or a configfs sandbox, or say --device";
	case EACCES:
	case EPERM:
		return "run as root, or join the group sbuddy";
	case ENOMEM:
		return "nothing that large is free: see buddyinfo of the instance";
	case EIO:
		return "the instance was found corrupt: see the kernel's log";
	default:
		return "see the kernel's log";
	}
}

static void call(struct demo *demo, unsigned long cmd, void *arg, const char *what)
{
	if (ioctl(demo->fd, cmd, arg))
		fail("%s: %s: %s (%s)", demo->device, what, strerror(errno), advice(errno));
}

static void open_device(struct demo *demo)
{
	demo->fd = open(demo->device, O_RDWR | O_CLOEXEC);
	if (demo->fd < 0)
		fail("cannot open %s: %s (%s)", demo->device, strerror(errno), advice(errno));
	demo->info.size = sizeof(demo->info);
	call(demo, SBUDDY_IOC_INFO, &demo->info, "ask what it is");
}

/* Zero when it arrives, then what was written, at each byte. */
static const char *try_memory(struct demo *demo, const struct sbuddy_query *query)
{
	unsigned char *p;
	uint64_t i;

	if (!(demo->info.state & SBUDDY_STATE_MAPPABLE))
		return "none";
	p = mmap(NULL, query->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, demo->fd,
		 (off_t)query->offset);
	if (p == MAP_FAILED)
		fail("map handle %u, %" PRIu64 " bytes: %s", query->handle, (uint64_t)query->bytes,
		     strerror(errno));
	for (i = 0; i < query->bytes; i++)
		if (p[i])
			fail("handle %u: byte %" PRIu64 " is not zero", query->handle, i);
	for (i = 0; i < query->bytes; i++)
		p[i] = (unsigned char)(i * 7 + query->handle);
	for (i = 0; i < query->bytes; i++)
		if (p[i] != (unsigned char)(i * 7 + query->handle))
			fail("handle %u: byte %" PRIu64 " was not kept", query->handle, i);
	munmap(p, query->bytes);
	return "ok";
}

static void add(struct demo *demo, uint32_t handle, const char *how)
{
	struct sbuddy_query *query = &demo->buf[demo->nr].query;

	query->size = sizeof(*query);
	query->handle = handle;
	query->flags = SBUDDY_QUERY_PHYS;
	demo->buf[demo->nr].how = how;
	demo->buf[demo->nr].has_phys = !ioctl(demo->fd, SBUDDY_IOC_QUERY, query);
	if (!demo->buf[demo->nr].has_phys) {
		query->flags = 0;
		call(demo, SBUDDY_IOC_QUERY, query, "query a handle");
	}
	demo->buf[demo->nr].memory = try_memory(demo, query);
	demo->nr++;
}

static void allocate_blocks(struct demo *demo)
{
	char what[64];
	size_t i;

	for (i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		struct sbuddy_alloc alloc = {
			.size = sizeof(alloc),
			.order = blocks[i].order,
			.type = blocks[i].type,
			.zone = SBUDDY_ZONE_MOVABLE,
			.node = SBUDDY_NODE_ANY,
		};

		if (alloc.order > demo->info.max_order)
			continue;
		snprintf(what, sizeof(what), "allocate a block of order %u", alloc.order);
		call(demo, SBUDDY_IOC_ALLOC, &alloc, what);
		add(demo, alloc.handle, "block");
	}
}

static void allocate_bytes(struct demo *demo)
{
	struct sbuddy_alloc alloc = {
		.size = sizeof(alloc),
		.flags = SBUDDY_ALLOC_BYTES,
		.type = SBUDDY_UNMOVABLE,
		.zone = SBUDDY_ZONE_MOVABLE,
		.node = SBUDDY_NODE_ANY,
		.bytes = 100000,
	};

	if (alloc.bytes > demo->info.max_bytes)
		return;
	call(demo, SBUDDY_IOC_ALLOC, &alloc, "allocate 100000 bytes");
	add(demo, alloc.handle, "100000 B");
}

static void allocate_bulk(struct demo *demo)
{
	struct sbuddy_result results[NR_PAGES_AT_ONCE];
	struct sbuddy_alloc_bulk bulk = {
		.size = sizeof(bulk),
		.type = SBUDDY_MOVABLE,
		.zone = SBUDDY_ZONE_MOVABLE,
		.node = SBUDDY_NODE_ANY,
		.count = NR_PAGES_AT_ONCE,
		.results = (uintptr_t)results,
	};
	uint32_t i;

	call(demo, SBUDDY_IOC_ALLOC_BULK, &bulk, "allocate single pages at once");
	for (i = 0; i < bulk.allocated; i++)
		add(demo, results[i].handle, "bulk");
}

static const char *human(uint64_t bytes, char *text, size_t size)
{
	if (bytes >= 1 << 20 && !(bytes & ((1 << 20) - 1)))
		snprintf(text, size, "%" PRIu64 " MiB", bytes >> 20);
	else
		snprintf(text, size, "%" PRIu64 " KiB", bytes >> 10);
	return text;
}

static void print_table(const struct demo *demo)
{
	const struct sbuddy_info *info = &demo->info;
	char size[32], phys[32];
	int i;

	printf("%s: instance \"%s\", %s, %s of memory, %" PRIu64 " of %" PRIu64
	       " pages were free\n\n",
	       demo->device, info->name, info->backing, human(info->memory, size, sizeof(size)),
	       (uint64_t)info->pages_free, (uint64_t)info->pages_managed);
	printf("%6s  %-9s %5s %9s  %-11s  %-8s %4s  %-12s  %s\n", "handle", "asked for", "order",
	       "size", "type", "zone", "node", "physical", "memory");
	for (i = 0; i < demo->nr; i++) {
		const struct sbuddy_query *query = &demo->buf[i].query;

		snprintf(phys, sizeof(phys), demo->buf[i].has_phys ? "0x%08" PRIx64 : "-",
			 (uint64_t)query->phys);
		printf("%6u  %-9s %5u %9s  %-11s  %-8s %4d  %-12s  %s\n", query->handle,
		       demo->buf[i].how, query->order, human(query->bytes, size, sizeof(size)),
		       type_names[query->type], zone_names[query->zone], query->node, phys,
		       demo->buf[i].memory);
	}
	printf("\n");
}

static void print_json(const struct demo *demo)
{
	const struct sbuddy_info *info = &demo->info;
	int i;

	printf("{\"device\": \"%s\", \"instance\": \"%s\", \"backing\": \"%s\", "
	       "\"memory_bytes\": %" PRIu64 ", \"page_bytes\": %u, \"pages_managed\": %" PRIu64
	       ", \"pages_free\": %" PRIu64 ", \"buffers\": [",
	       demo->device, info->name, info->backing, (uint64_t)info->memory, info->page_size,
	       (uint64_t)info->pages_managed, (uint64_t)info->pages_free);
	for (i = 0; i < demo->nr; i++) {
		const struct sbuddy_query *query = &demo->buf[i].query;

		printf("%s\n {\"handle\": %u, \"order\": %u, \"bytes\": %" PRIu64
		       ", \"type\": \"%s\", \"zone\": \"%s\", \"node\": %d, \"memory\": \"%s\"",
		       i ? "," : "", query->handle, query->order, (uint64_t)query->bytes,
		       type_names[query->type], zone_names[query->zone], query->node,
		       demo->buf[i].memory);
		if (demo->buf[i].has_phys)
			printf(", \"physical\": %" PRIu64, (uint64_t)query->phys);
		printf("}");
	}
	printf("\n]}\n");
}

/* Keeps the buffers until somebody removes the file, or interrupts. */
static void hold(const struct demo *demo)
{
	int fd = open(demo->hold, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);

	if (fd < 0)
		fail("cannot create %s: %s (--hold wants a file that does not exist yet)",
		     demo->hold, strerror(errno));
	close(fd);
	while (!interrupted && !access(demo->hold, F_OK))
		usleep(50000);
	if (interrupted)
		unlink(demo->hold);
}

static void free_all(struct demo *demo)
{
	struct sbuddy_info now = { .size = sizeof(now) };
	struct sbuddy_drain drain = { .size = sizeof(drain) };
	uint32_t handles[MAX_BUFFERS];
	struct sbuddy_free_bulk bulk = {
		.size = sizeof(bulk),
		.count = (uint32_t)demo->nr,
		.handles = (uintptr_t)handles,
	};
	int i;

	for (i = 0; i < demo->nr; i++)
		handles[i] = demo->buf[i].query.handle;
	call(demo, SBUDDY_IOC_FREE_BULK, &bulk, "free the handles");
	call(demo, SBUDDY_IOC_DRAIN, &drain, "drain the per-CPU lists");
	call(demo, SBUDDY_IOC_INFO, &now, "ask what is free");
	if (!demo->json)
		printf("%u handles freed, %" PRIu64 " pages drained from per-CPU lists, %" PRIu64
		       " pages free: %s before\n",
		       bulk.freed, (uint64_t)drain.pages, (uint64_t)now.pages_free,
		       now.pages_free == demo->info.pages_free ? "as" : "not as");
}

static void usage(FILE *to)
{
	fputs("Usage: sbuddy-demo [OPTION]...\n"
	      "Allocate, map, write, read back and free buffers of an sbuddy device.\n\n"
	      "  --device PATH  device to use, /dev/sbuddy0 if not given\n"
	      "  --hold FILE    create FILE, and keep the buffers until it is removed\n"
	      "  --json         print one JSON object instead of a table\n"
	      "  --help         print this\n",
	      to);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "hold", required_argument, NULL, 'o' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct demo demo = { .device = "/dev/sbuddy0" };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'd':
			demo.device = optarg;
			break;
		case 'o':
			demo.hold = optarg;
			break;
		case 'j':
			demo.json = 1;
			break;
		default:
			usage(option == 'h' ? stdout : stderr);
			return option == 'h' ? 0 : 2;
		}
	}
	if (optind < argc)
		fail("unknown argument \"%s\": see --help", argv[optind]);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	open_device(&demo);
	allocate_blocks(&demo);
	allocate_bytes(&demo);
	allocate_bulk(&demo);
	(demo.json ? print_json : print_table)(&demo);
	fflush(stdout);
	if (demo.hold)
		hold(&demo);
	free_all(&demo);
	return 0;
}
