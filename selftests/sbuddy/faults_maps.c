// SPDX-License-Identifier: GPL-2.0-only
/*
 * Areas of each sort, what touches them, dma-bufs, and what an importer does with those,
 * with each allocation and each copy of it failing once. The importer is
 * sbuddy_importer.ko.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <linux/dma-buf.h>

#include "faults.h"
#include "syncs.h"

/* One entry of the page tables maps so much, where the kernel can. */
#define HUGE_ORDER 9

#define ALL_ERRNOS                             \
	{                                      \
		EFAULT, ENOMEM, EAGAIN, ENFILE \
	}

static int fd = -1, export = -1;
static struct sbuddy_alloc buf;
static uint64_t page_size, max_bytes;
static char *area = MAP_FAILED;

static int get(unsigned int order, uint32_t type, uint32_t flags, uint64_t bytes)
{
	fd = sb_open(O_RDWR);
	if (fd < 0)
		return -errno;
	buf = sb_request(order);
	buf.type = type;
	buf.flags = flags;
	buf.bytes = bytes;
	return sb_call(fd, SBUDDY_IOC_ALLOC, &buf);
}

static int get_small(void)
{
	return get(2, SBUDDY_UNMOVABLE, 0, 0);
}

static int get_run(void)
{
	return get(6, SBUDDY_UNMOVABLE, 0, 0);
}

static int get_movable(void)
{
	return get(6, SBUDDY_MOVABLE, 0, 0);
}

static int get_huge(void)
{
	return get(HUGE_ORDER, SBUDDY_UNMOVABLE, 0, 0);
}

static int get_scattered(void)
{
	return get(0, SBUDDY_MOVABLE, SBUDDY_ALLOC_BYTES | SBUDDY_ALLOC_SCATTERED,
		   max_bytes + page_size);
}

/* Cached where there is no other. */
static int get_past_caches(void)
{
	int err = get(3, SBUDDY_UNMOVABLE, SBUDDY_ALLOC_WC, 0);

	if (err != -EOPNOTSUPP)
		return err;
	close(fd);
	return get(3, SBUDDY_UNMOVABLE, 0, 0);
}

static void put_all(void)
{
	if (area != MAP_FAILED)
		munmap(area, buf.granted);
	if (export >= 0)
		close(export);
	close(fd);
	area = MAP_FAILED;
	export = -1;
	fd = -1;
}

static int map(void)
{
	area = sb_map(fd, buf.offset, buf.granted);
	return area == MAP_FAILED ? -errno : 0;
}

#define MAP(op, get)                                                                        \
	FAULTS(op, .set_up = (get), .run = map, .tear_down = put_all, .errnos = ALL_ERRNOS, \
	       .least = 1, .undone = 1)

MAP(map_small, get_small)
MAP(map_run, get_run)
MAP(map_movable, get_movable)
MAP(map_huge, get_huge)
MAP(map_scattered, get_scattered)
MAP(map_past_caches, get_past_caches)

/* Where nothing else is, so that there are no page tables yet. */
static int map_apart(void)
{
	area = mmap((void *)0x60000000, buf.granted, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_FIXED_NOREPLACE, fd, (off_t)buf.offset);
	return area == MAP_FAILED ? -errno : 0;
}

/* Linux has a fault without memory begin again, so it is served in the end. */
static int touch(void)
{
	*(volatile char *)area = 1;
	*(volatile char *)(area + buf.granted - 1) = 1;
	return 0;
}

#define TOUCH(op, get, points)               \
	static int set_##op(void)            \
	{                                    \
		return get() ?: map_apart(); \
	}                                    \
	FAULTS(op, .set_up = set_##op, .run = touch, .tear_down = put_all, .least = (points))

/* Of one run all page tables are made by mmap(). */
TOUCH(touch_small, get_small, 0)
TOUCH(touch_movable, get_movable, 1)
TOUCH(touch_huge, get_huge, 0)
TOUCH(touch_scattered, get_scattered, 1)
TOUCH(touch_past_caches, get_past_caches, 0)

static int map_movable(void)
{
	return get_movable() ?: map() ?: touch();
}

/* A hole in an area makes two of it. */
static int run_split(void)
{
	return munmap(area + page_size, page_size) ? -errno : 0;
}

FAULTS(split, .set_up = map_movable, .run = run_split, .tear_down = put_all, .errnos = ALL_ERRNOS,
       .least = 1)

static int run_protect(void)
{
	return mprotect(area + page_size, page_size, PROT_READ) ? -errno : 0;
}

FAULTS(protect, .set_up = map_movable, .run = run_protect, .tear_down = put_all,
       .errnos = ALL_ERRNOS, .least = 1)

static int run_remap(void)
{
	void *to = mremap(area, buf.granted, buf.granted, MREMAP_MAYMOVE | MREMAP_DONTUNMAP);

	if (to == MAP_FAILED)
		/* Not every kernel does that with memory of a device. */
		return errno == EINVAL ? 0 : -errno;
	munmap(to, buf.granted);
	return 0;
}

FAULTS(remap, .set_up = map_movable, .run = run_remap, .tear_down = put_all, .errnos = ALL_ERRNOS)

static int run_unmap(void)
{
	int err = munmap(area, buf.granted) ? -errno : 0;

	if (!err)
		area = MAP_FAILED;
	return err;
}

FAULTS(unmap, .set_up = map_movable, .run = run_unmap, .tear_down = put_all, .errnos = ALL_ERRNOS)

/* As a debugger reaches it; 32-bit ARM has no way to. */
static int peek_into_file(void)
{
	int mem = open("/proc/self/mem", O_RDWR | O_CLOEXEC), err = 0;
	char byte = 1;

	if (mem < 0)
		return -errno;
	if (pwrite(mem, &byte, 1, (off_t)(uintptr_t)area) != 1 && errno != EIO)
		err = -errno;
	close(mem);
	return err;
}

FAULTS(peek_into_file, .set_up = map_movable, .run = peek_into_file, .tear_down = put_all,
       .errnos = ALL_ERRNOS, .least = 1)

static int map_past_caches(void)
{
	return get_past_caches() ?: map();
}

FAULTS(peek_past_caches, .set_up = map_past_caches, .run = peek_into_file, .tear_down = put_all,
       .errnos = ALL_ERRNOS, .least = 1)

/*
 * dma-bufs
 */

static int export_it(void)
{
	struct sbuddy_export arg = {
		.size = sizeof(arg),
		.flags = O_RDWR | O_CLOEXEC,
		.handle = buf.handle,
	};
	int err = sb_call(fd, SBUDDY_IOC_EXPORT, &arg);

	export = err ? -1 : arg.fd;
	return err;
}

static int map_export(void)
{
	area = sb_map(export, 0, buf.granted);
	return area == MAP_FAILED ? -errno : 0;
}

static int export_movable(void)
{
	return get_movable() ?: export_it();
}

static int export_scattered(void)
{
	return get_scattered() ?: export_it();
}

static int export_past_caches(void)
{
	return get_past_caches() ?: export_it();
}

FAULTS(export_maps, .set_up = export_movable, .run = map_export, .tear_down = put_all,
       .errnos = ALL_ERRNOS, .least = 1, .undone = 1)

static int sync_export(void)
{
	struct dma_buf_sync arg = { DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW };

	return sb_call(export, DMA_BUF_IOCTL_SYNC, &arg);
}

FAULTS(export_syncs, .set_up = export_movable, .run = sync_export, .tear_down = put_all,
       .errnos = ALL_ERRNOS, .least = 1, .undone = 1)

static int attach(void)
{
	return importer("attach", export);
}

static void detach(void)
{
	importer("detach", 0);
	put_all();
}

#define IMPORT(op, get)                                                                       \
	FAULTS(op, .set_up = (get), .run = attach, .tear_down = detach, .errnos = ALL_ERRNOS, \
	       .least = 4, .undone = 1)

IMPORT(attach_movable, export_movable)
IMPORT(attach_scattered, export_scattered)
IMPORT(attach_past_caches, export_past_caches)

/* By a mapping of the kernel's. */
static int vmap(void)
{
	return importer("fill", 7);
}

#define VMAP(op, get)                                                                          \
	static int set_##op(void)                                                              \
	{                                                                                      \
		return get() ?: attach();                                                      \
	}                                                                                      \
	FAULTS(op, .set_up = set_##op, .run = vmap, .tear_down = detach, .errnos = ALL_ERRNOS, \
	       .least = 2, .undone = 1)

VMAP(vmap_movable, export_movable)
VMAP(vmap_scattered, export_scattered)
VMAP(vmap_past_caches, export_past_caches)

static int attach_movable(void)
{
	return export_movable() ?: attach();
}

static int run_detach(void)
{
	return importer("detach", 0);
}

FAULTS(detach, .set_up = attach_movable, .run = run_detach, .tear_down = detach,
       .errnos = ALL_ERRNOS, .least = 1)

/* The harness ends the process itself. */
static void unload_importer(void)
{
	if (system("rmmod sbuddy_importer"))
		sb_fail_at_exit();
}

/* What somebody touched whose memory is gone is to tell of the test, not to end it. */
int main(int argc, char **argv)
{
	faults_need_kernel(argv);
	sb_need_memory();
	page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	if (faults_look_at_device())
		return 1;
	max_bytes = sb_info(faults_watch).max_bytes;
	if (system("modprobe sbuddy_importer")) {
		printf("1..0 # SKIP no sbuddy_importer.ko\n");
		return KSFT_SKIPPED;
	}
	atexit(unload_importer);
	/* Linux finds it strange that memory may be lacking. */
	printf("sbuddy-expect: WARNING: .* dma_buf_vmap\n");
	fflush(stdout);
	return test_harness_run(argc, argv);
}
