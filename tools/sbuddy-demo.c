// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program does with /dev/sbuddyN: allocates blocks, bytes and pages in
 * bulk, maps each, sees that it is zero, writes, reads back, and frees it all.
 * Or it leaves memory in pieces, and sees whether its pages stay what they are.
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
	int fragment;
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
	struct sbuddy_pin pin = { .size = sizeof(pin), .handle = handle };

	/* What can be moved has an address only as long as it is pinned. */
	call(demo, SBUDDY_IOC_PIN, &pin, "pin a handle");
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

/* All there is, in single pages that can be moved. */
static uint32_t take_pages(struct demo *demo, struct sbuddy_result *pages)
{
	struct sbuddy_alloc_bulk bulk = {
		.size = sizeof(bulk),
		.flags = SBUDDY_ALLOC_MEMALLOC,
		.type = SBUDDY_MOVABLE,
		.zone = SBUDDY_ZONE_MOVABLE,
		.node = SBUDDY_NODE_ANY,
	};
	uint32_t nr;

	for (nr = 0; nr < SBUDDY_MAX_HANDLES; nr += bulk.allocated) {
		bulk.count = SBUDDY_MAX_HANDLES - nr;
		bulk.results = (uintptr_t)(pages + nr);
		if (!ioctl(demo->fd, SBUDDY_IOC_ALLOC_BULK, &bulk))
			continue;
		if (errno != ENOMEM)
			call(demo, SBUDDY_IOC_ALLOC_BULK, &bulk, "allocate all pages");
		break;
	}
	return nr;
}

/* An address that holds while it is asked for: the page is pinned for so long. */
static uint64_t place_of(struct demo *demo, uint32_t handle)
{
	struct sbuddy_pin pin = {
		.size = sizeof(pin),
		.flags = SBUDDY_PIN_PHYS,
		.handle = handle,
	};
	struct sbuddy_unpin unpin = { .size = sizeof(unpin), .handle = handle };

	call(demo, SBUDDY_IOC_PIN, &pin, "pin a page");
	call(demo, SBUDDY_IOC_UNPIN, &unpin, "unpin a page");
	return pin.phys / demo->info.page_size;
}

/* Gives back what does not lie at a multiple of four pages: how many stay. */
static uint32_t keep_each_fourth(struct demo *demo, struct sbuddy_result *pages, uint32_t nr)
{
	static uint32_t handles[SBUDDY_MAX_HANDLES];
	struct sbuddy_free_bulk bulk = { .size = sizeof(bulk), .handles = (uintptr_t)handles };
	struct sbuddy_drain drain = { .size = sizeof(drain) };
	uint32_t i, kept = 0;

	for (i = 0; i < nr; i++) {
		if (place_of(demo, pages[i].handle) % 4)
			handles[bulk.count++] = pages[i].handle;
		else
			pages[kept++] = pages[i];
	}
	if (!kept || !bulk.count)
		fail("%s: too little memory to leave it in pieces", demo->device);
	call(demo, SBUDDY_IOC_FREE_BULK, &bulk, "free three pages of four");
	call(demo, SBUDDY_IOC_DRAIN, &drain, "drain the per-CPU lists");
	return kept;
}

/* Each page is mapped once, and stays mapped wherever it goes. */
static uint32_t **map_and_stamp(struct demo *demo, const struct sbuddy_result *pages, uint32_t nr)
{
	uint32_t size = demo->info.page_size, i, word;
	uint32_t **maps = calloc(nr, sizeof(*maps));

	if (!maps)
		fail("no memory for %u mappings", nr);
	for (i = 0; i < nr; i++) {
		maps[i] = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, demo->fd,
			       (off_t)pages[i].offset);
		if (maps[i] == MAP_FAILED)
			fail("map handle %u: %s", pages[i].handle, strerror(errno));
		for (word = 0; word < size / sizeof(**maps); word++)
			maps[i][word] = pages[i].handle * 0x9e3779b1u + word;
	}
	return maps;
}

static void check_stamps(struct demo *demo, const struct sbuddy_result *pages, uint32_t **maps,
			 uint32_t nr)
{
	uint32_t i, word;

	for (i = 0; i < nr; i++)
		for (word = 0; word < demo->info.page_size / sizeof(**maps); word++)
			if (maps[i][word] != pages[i].handle * 0x9e3779b1u + word)
				fail("handle %u: word %u was not kept", pages[i].handle, word);
}

static void free_pages(struct demo *demo, const struct sbuddy_result *pages, uint32_t **maps,
		       uint32_t nr)
{
	struct sbuddy_info now = { .size = sizeof(now) };
	struct sbuddy_drain drain = { .size = sizeof(drain) };
	uint32_t i;

	for (i = 0; i < nr; i++) {
		struct sbuddy_free one = { .size = sizeof(one), .handle = pages[i].handle };

		munmap(maps[i], demo->info.page_size);
		call(demo, SBUDDY_IOC_FREE, &one, "free a page");
	}
	free(maps);
	call(demo, SBUDDY_IOC_DRAIN, &drain, "drain the per-CPU lists");
	call(demo, SBUDDY_IOC_INFO, &now, "ask what is free");
	printf("%u pages hold what was written to them, and are freed; %" PRIu64
	       " pages free: %s before\n",
	       nr, (uint64_t)now.pages_free,
	       now.pages_free == demo->info.pages_free ? "as" : "not as");
}

static void fragment(struct demo *demo)
{
	static struct sbuddy_result pages[SBUDDY_MAX_HANDLES];
	uint32_t nr, kept, **maps;

	if (!(demo->info.state & SBUDDY_STATE_MAPPABLE))
		fail("%s: there is no memory to write to", demo->device);
	nr = take_pages(demo, pages);
	kept = keep_each_fourth(demo, pages, nr);
	maps = map_and_stamp(demo, pages, kept);
	printf("%u pages allocated; each fourth is kept, mapped and written to: %u\n", nr, kept);
	fflush(stdout);
	if (demo->hold)
		hold(demo);
	check_stamps(demo, pages, maps, kept);
	free_pages(demo, pages, maps, kept);
}

static void allocate_and_free(struct demo *demo)
{
	allocate_blocks(demo);
	allocate_bytes(demo);
	allocate_bulk(demo);
	(demo->json ? print_json : print_table)(demo);
	fflush(stdout);
	if (demo->hold)
		hold(demo);
	free_all(demo);
}

static void usage(FILE *to)
{
	fputs("Usage: sbuddy-demo [OPTION]...\n"
	      "Allocate, map, write, read back and free buffers of an sbuddy device.\n\n"
	      "  --device PATH  device to use, /dev/sbuddy0 if not given\n"
	      "  --hold FILE    create FILE, and keep the buffers until it is removed\n"
	      "  --fragment     take all memory in single pages instead, keep each fourth,\n"
	      "                 and see in the end that they hold what was written\n"
	      "  --json         print one JSON object instead of a table\n"
	      "  --help         print this\n",
	      to);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "hold", required_argument, NULL, 'o' },
		{ "fragment", no_argument, NULL, 'f' },
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
		case 'f':
			demo.fragment = 1;
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
	(demo.fragment ? fragment : allocate_and_free)(&demo);
	return 0;
}
