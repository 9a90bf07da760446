// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMA-BUFs of one page: made of a buffer that is there, against udmabuf, which makes them
 * of a file in memory; and with the memory, against a heap of the kernel.
 */
#include <linux/dma-heap.h>
#include <linux/udmabuf.h>

#include "bench.h"

#define TIMES 1024

static struct sbuddy_alloc kept;
static int memfd, udmabuf, heap;

static int export(uint32_t handle)
{
	struct sbuddy_export arg = {
		.size = sizeof(arg),
		.flags = O_RDWR | O_CLOEXEC,
		.handle = handle,
	};

	bench_must(!ioctl(bench_fd, SBUDDY_IOC_EXPORT, &arg), "SBUDDY_IOC_EXPORT");
	return arg.fd;
}

static uint64_t export_kept(unsigned int times)
{
	uint64_t start = bench_now();

	while (times--)
		bench_must(!close(export(kept.handle)), "close");
	return bench_now() - start;
}

static uint64_t make_udmabuf(unsigned int times)
{
	struct udmabuf_create arg = {
		.memfd = (__u32)memfd,
		.flags = UDMABUF_FLAGS_CLOEXEC,
		.size = bench_page,
	};
	uint64_t start = bench_now();

	while (times--) {
		int fd = ioctl(udmabuf, UDMABUF_CREATE, &arg);

		bench_must(fd >= 0 && !close(fd), "UDMABUF_CREATE");
	}
	return bench_now() - start;
}

static uint64_t export_new(unsigned int times)
{
	uint64_t start = bench_now();

	while (times--) {
		uint32_t handle = bench_alloc(0, SBUDDY_UNMOVABLE).handle;
		int fd = export(handle);

		bench_free(handle);
		bench_must(!close(fd), "close");
	}
	return bench_now() - start;
}

static uint64_t alloc_of_heap(unsigned int times)
{
	uint64_t start = bench_now();

	while (times--) {
		struct dma_heap_allocation_data arg = {
			.len = bench_page,
			.fd_flags = O_RDWR | O_CLOEXEC,
		};

		bench_must(!ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &arg), "DMA_HEAP_IOCTL_ALLOC");
		bench_must(!close((int)arg.fd), "close");
	}
	return bench_now() - start;
}

/* Says so where there is none. */
static int open_peer(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		printf("# no %s: %s\n", path, strerror(errno));
	return fd;
}

int main(void)
{
	static const struct side ours = { export_kept, 1 }, theirs = { make_udmabuf, 1 };
	static const struct side ours_new = { export_new, 1 }, of_heap = { alloc_of_heap, 1 };

	if (!(bench_begin().state & SBUDDY_STATE_MAPPABLE)) {
		printf("# %s is dry: it has nothing to export\n", bench_path());
		return BENCH_SKIPPED;
	}
	kept = bench_alloc(0, SBUDDY_UNMOVABLE);
	memfd = bench_memfd(1);
	bench_must(!fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK), "F_ADD_SEALS");
	udmabuf = open_peer("/dev/udmabuf");
	heap = open_peer("/dev/dma_heap/system");
	bench_compare("dmabuf-export", "udmabuf", TIMES, &ours, udmabuf < 0 ? NULL : &theirs);
	bench_compare("dmabuf-new", "dma-heap", TIMES, &ours_new, heap < 0 ? NULL : &of_heap);
	return 0;
}
