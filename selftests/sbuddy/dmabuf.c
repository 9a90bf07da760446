// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers as dma-bufs: who may have them and how, what they show, and that the
 * memory stays for as long as anybody has it. A part needs sbuddy_importer.ko.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <linux/dma-buf.h>
#include <sys/syscall.h>

#include "fragment.h"

#define IMPORTER "/sys/kernel/debug/sbuddy_importer/"
#define PAGES 24u

FIXTURE(dmabuf)
{
	int fd;
	uint64_t free;
	size_t bytes;
	struct sbuddy_alloc buf;
};

FIXTURE_SETUP(dmabuf)
{
	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->bytes = PAGES * (size_t)sysconf(_SC_PAGESIZE);
	self->free = sb_free_pages(self->fd);
	self->buf = sb_request(0);
	self->buf.flags = SBUDDY_ALLOC_BYTES;
	self->buf.bytes = self->bytes;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &self->buf));
}

FIXTURE_TEARDOWN(dmabuf)
{
	int fd = sb_open(O_RDWR);

	close(self->fd);
	EXPECT_EQ(self->free, sb_free_pages(fd));
	close(fd);
}

/* The descriptor or -errno. */
static int export(int fd, uint32_t handle, uint32_t flags)
{
	struct sbuddy_export arg = {
		.size = sizeof(arg),
		.flags = flags,
		.handle = handle,
		.fd = -1,
	};
	int err = sb_call(fd, SBUDDY_IOC_EXPORT, &arg);

	return err ? err : arg.fd;
}

static uint32_t pins_of(int fd, uint32_t handle)
{
	struct sbuddy_query query;

	return sb_query(fd, handle, &query) ? UINT32_MAX : query.pins;
}

TEST_F(dmabuf, is_the_buffer)
{
	int fd = export(self->fd, self->buf.handle, O_RDWR | O_CLOEXEC);
	char *p, *q;

	ASSERT_LE(0, fd);
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_EQ(O_RDWR, fcntl(fd, F_GETFL) & O_ACCMODE);
	EXPECT_EQ(self->bytes, lseek(fd, 0, SEEK_END));
	p = sb_map(fd, 0, self->bytes);
	q = sb_map(self->fd, self->buf.offset, self->bytes);
	ASSERT_TRUE(p != MAP_FAILED && q != MAP_FAILED);
	EXPECT_EQ(-1, sb_differs(p, 0, self->bytes));
	memset(p, 0x11, self->bytes);
	EXPECT_EQ(-1, sb_differs(q, 0x11, self->bytes));
	memset(q, 0x22, self->bytes);
	EXPECT_EQ(-1, sb_differs(p, 0x22, self->bytes));
	EXPECT_EQ(0, munmap(p, self->bytes));
	EXPECT_EQ(0, munmap(q, self->bytes));
	EXPECT_EQ(0, close(fd));
}

TEST_F(dmabuf, parts_are_those_parts)
{
	size_t page = self->bytes / PAGES;
	int fd = export(self->fd, self->buf.handle, O_RDWR);
	char *p, *q;

	ASSERT_LE(0, fd);
	p = sb_map(fd, 0, self->bytes);
	q = sb_map(fd, 3 * page, 2 * page);
	ASSERT_TRUE(p != MAP_FAILED && q != MAP_FAILED);
	memset(q, 7, 2 * page);
	EXPECT_EQ(-1, sb_differs(p, 0, 3 * page));
	EXPECT_EQ(-1, sb_differs(p + 3 * page, 7, 2 * page));
	EXPECT_EQ(-1, sb_differs(p + 5 * page, 0, self->bytes - 5 * page));
	EXPECT_TRUE(sb_map(fd, 0, self->bytes + 1) == MAP_FAILED);
	EXPECT_EQ(EINVAL, errno);
	EXPECT_TRUE(sb_map(fd, self->bytes, page) == MAP_FAILED);
	EXPECT_EQ(EINVAL, errno);
	EXPECT_TRUE(mmap(NULL, page, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED);
	EXPECT_EQ(EINVAL, errno);
	EXPECT_TRUE(mmap(NULL, page, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0) == MAP_FAILED);
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(0, munmap(p, self->bytes));
	EXPECT_EQ(0, munmap(q, 2 * page));
	EXPECT_EQ(0, close(fd));
}

TEST_F(dmabuf, another_process_has_it_by_its_descriptor)
{
	int fd = export(self->fd, self->buf.handle, O_RDWR);
	pid_t pid;
	char *p;

	ASSERT_LE(0, fd);
	p = sb_map(self->fd, self->buf.offset, self->bytes);
	ASSERT_TRUE(p != MAP_FAILED);
	p[self->bytes - 1] = 1;
	pid = fork();
	if (!pid) {
		char *q = sb_map(fd, 0, self->bytes);

		if (q == MAP_FAILED || q[self->bytes - 1] != 1)
			_exit(1);
		q[0] = 2;
		_exit(0);
	}
	EXPECT_EQ(0, sb_child_status(pid));
	EXPECT_EQ(2, p[0]);
	EXPECT_EQ(0, munmap(p, self->bytes));
	EXPECT_EQ(0, close(fd));
}

TEST_F(dmabuf, wrong_arguments_are_refused)
{
	EXPECT_EQ(-EINVAL, export(self->fd, self->buf.handle, O_ACCMODE));
	EXPECT_EQ(-EINVAL, export(self->fd, self->buf.handle, O_WRONLY));
	EXPECT_EQ(-EINVAL, export(self->fd, self->buf.handle, O_RDWR | O_NONBLOCK));
	EXPECT_EQ(-EINVAL, export(self->fd, self->buf.handle, UINT32_MAX));
	EXPECT_EQ(-ENOENT, export(self->fd, 0, O_RDWR));
	EXPECT_EQ(-ENOENT, export(self->fd, self->buf.handle + 1, O_RDWR));
}

/* Who may not write by the device may not by a dma-buf. */
TEST_F(dmabuf, who_cannot_write_gets_none_to_write_to)
{
	int ro = sb_open(O_RDONLY), fd;
	struct sbuddy_alloc alloc;
	void *p;

	ASSERT_LE(0, ro);
	ASSERT_EQ(0, sb_get(ro, 0, &alloc));
	EXPECT_EQ(-EACCES, export(ro, alloc.handle, O_RDWR));
	fd = export(ro, alloc.handle, O_RDONLY);
	ASSERT_LE(0, fd);
	EXPECT_TRUE(mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	EXPECT_EQ(EACCES, errno);
	p = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
	EXPECT_TRUE(p != MAP_FAILED);
	EXPECT_EQ(-1, mprotect(p, 1, PROT_READ | PROT_WRITE));
	EXPECT_EQ(0, munmap(p, 1));
	EXPECT_EQ(0, close(fd));
	EXPECT_EQ(0, close(ro));
}

/* Handle, device, descriptor and mapping, gone in each order. */
static int drop(struct sbuddy_alloc *buf, int *fd, int *dmabuf, char **p, size_t bytes, int what)
{
	switch (what) {
	case 0:
		return sb_put(*fd, buf->handle);
	case 1:
		return close(*fd);
	case 2:
		return close(*dmabuf);
	default:
		return munmap(*p, bytes);
	}
}

/* The handle goes with the device, if it is not gone before. */
static int is_held(unsigned int gone)
{
	return !(gone & 3) || !(gone & 4) || !(gone & 8);
}

TEST_F(dmabuf, memory_stays_until_the_last_has_gone)
{
	static const int orders[][4] = { { 0, 1, 2, 3 }, { 0, 1, 3, 2 }, { 2, 3, 0, 1 },
					 { 3, 0, 2, 1 }, { 2, 0, 1, 3 }, { 3, 2, 0, 1 },
					 { 0, 2, 3, 1 }, { 0, 3, 1, 2 } };
	int probe = sb_open(O_RDWR);
	uint64_t free = sb_free_pages(probe);
	unsigned int gone;
	size_t i, step;

	for (i = 0; i < ARRAY_LEN(orders); i++) {
		struct sbuddy_alloc alloc = self->buf;
		int fd = sb_open(O_RDWR), dmabuf;
		char *p;

		ASSERT_EQ(0, sb_call(fd, SBUDDY_IOC_ALLOC, &alloc));
		dmabuf = export(fd, alloc.handle, O_RDWR);
		ASSERT_LE(0, dmabuf);
		p = sb_map(dmabuf, 0, self->bytes);
		ASSERT_TRUE(p != MAP_FAILED);
		memset(p, 0x33, self->bytes);
		for (step = 0, gone = 0; step < 4; step++) {
			EXPECT_EQ(free - PAGES * is_held(gone), sb_free_pages(probe));
			EXPECT_EQ(0, drop(&alloc, &fd, &dmabuf, &p, self->bytes, orders[i][step]));
			gone |= 1u << orders[i][step];
			/* It still holds what was written, as long as there is a way to see it. */
			if (step < 3 && orders[i][3] == 3)
				EXPECT_EQ(-1, sb_differs(p, 0x33, self->bytes));
		}
		EXPECT_EQ(free, sb_free_pages(probe));
	}
	close(probe);
}

TEST_F(dmabuf, two_of_one_buffer_are_two)
{
	int a = export(self->fd, self->buf.handle, O_RDWR);
	int b = export(self->fd, self->buf.handle, O_RDONLY);
	char *p;

	ASSERT_LE(0, a);
	ASSERT_LE(0, b);
	EXPECT_NE(a, b);
	EXPECT_EQ(0, close(a));
	p = mmap(NULL, self->bytes, PROT_READ, MAP_SHARED, b, 0);
	ASSERT_TRUE(p != MAP_FAILED);
	EXPECT_EQ(-1, sb_differs(p, 0, self->bytes));
	EXPECT_EQ(0, munmap(p, self->bytes));
	EXPECT_EQ(0, close(b));
}

TEST_F(dmabuf, syncs_without_a_device)
{
	struct dma_buf_sync sync = { .flags = DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW };
	int fd = export(self->fd, self->buf.handle, O_RDWR);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, ioctl(fd, DMA_BUF_IOCTL_SYNC, &sync));
	sync.flags = DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW;
	EXPECT_EQ(0, ioctl(fd, DMA_BUF_IOCTL_SYNC, &sync));
	EXPECT_EQ(0, close(fd));
}

TEST_F(dmabuf, nothing_is_lost_when_the_answer_cannot_be_written)
{
	size_t size = sizeof(struct sbuddy_export);
	struct sbuddy_export *arg = (void *)(sb_cliff(PROT_READ | PROT_WRITE) - size);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int next = dup(0);

	close(next);
	*arg = (struct sbuddy_export){ .size = size, .flags = O_RDWR, .handle = self->buf.handle };
	ASSERT_EQ(0, mprotect((char *)arg + size - page, page, PROT_READ));
	EXPECT_EQ(-EFAULT, sb_call(self->fd, SBUDDY_IOC_EXPORT, arg));
	/* No descriptor was left behind. */
	EXPECT_EQ(next, dup(0));
	close(next);
}

TEST_F(dmabuf, module_stays_while_one_lives)
{
	int fd = export(self->fd, self->buf.handle, O_RDWR), probe;

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, close(self->fd));
	EXPECT_EQ(-1, syscall(SYS_delete_module, "sbuddy", O_NONBLOCK));
	EXPECT_TRUE(errno == EAGAIN || errno == EBUSY || errno == EWOULDBLOCK);
	probe = sb_open(O_RDWR);
	ASSERT_LE(0, probe);
	EXPECT_EQ(self->free - PAGES, sb_free_pages(probe));
	EXPECT_EQ(0, close(fd));
	EXPECT_EQ(self->free, sb_free_pages(probe));
	self->fd = probe;
}

/*
 * A driver that imports
 */

static int importer(const char *what, int number)
{
	int fd = open(IMPORTER "do", O_WRONLY | O_CLOEXEC), err;
	char text[32];

	if (fd < 0)
		return -errno;
	snprintf(text, sizeof(text), "%s %d", what, number);
	err = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return err;
}

static long importer_figure(const char *path)
{
	FILE *file = fopen(path, "re");
	long figure = -1;

	if (file && fscanf(file, "%ld", &figure) != 1)
		figure = -1;
	if (file)
		fclose(file);
	return figure;
}

static int have_importer(void)
{
	if (access(IMPORTER "do", W_OK) && system("modprobe sbuddy_importer 2>/dev/null"))
		return 0;
	return !access(IMPORTER "do", W_OK);
}

static long runs_of(int fd, uint32_t handle)
{
	struct sbuddy_query query;

	return sb_query(fd, handle, &query) ? -1 : (long)query.runs;
}

/* Words that are in order only where pages are. */
static void number(uint32_t *p, size_t bytes, uint32_t from)
{
	size_t i;

	for (i = 0; i < bytes / sizeof(*p); i++)
		p[i] = from + i;
}

static int is_numbered(const uint32_t *p, size_t bytes, uint32_t from)
{
	size_t i;

	for (i = 0; i < bytes / sizeof(*p) && p[i] == from + i; i++)
		;
	return i == bytes / sizeof(*p);
}

/* Of a no-map carveout there is no page that Linux may be told of; of others there is. */
static long entries_with_pages(int fd, long entries)
{
	return strcmp(sb_info(fd).backing, "no-map") ? entries : 0;
}

static int sync_for(int dmabuf, uint64_t flags)
{
	struct dma_buf_sync sync = { .flags = flags | DMA_BUF_SYNC_RW };

	return ioctl(dmabuf, DMA_BUF_IOCTL_SYNC, &sync) ? -errno : 0;
}

TEST_F(dmabuf, a_device_has_it_in_one_entry_a_run)
{
	int fd = export(self->fd, self->buf.handle, O_RDWR);
	char *p = sb_map(self->fd, self->buf.offset, self->bytes);

	ASSERT_LE(0, fd);
	ASSERT_TRUE(p != MAP_FAILED);
	if (!have_importer())
		SKIP(goto out, "there is no sbuddy_importer.ko");
	EXPECT_EQ(0, pins_of(self->fd, self->buf.handle));
	ASSERT_EQ(0, importer("attach", fd));
	EXPECT_EQ(1, importer_figure(IMPORTER "entries"));
	EXPECT_EQ(entries_with_pages(self->fd, 1), importer_figure(IMPORTER "pages"));
	EXPECT_EQ(self->bytes, importer_figure(IMPORTER "bytes"));
	/* It stays where it is for as long as the device has its address. */
	EXPECT_EQ(1, pins_of(self->fd, self->buf.handle));
	EXPECT_EQ(0, importer("expect", 0));
	memset(p, 0x44, self->bytes);
	EXPECT_EQ(0, importer("expect", 0x44));
	EXPECT_EQ(-EILSEQ, importer("expect", 0x45));
	EXPECT_EQ(0, importer("fill", 0x55));
	EXPECT_EQ(-1, sb_differs(p, 0x55, self->bytes));
	EXPECT_EQ(0, importer("sync", 0));
	number((uint32_t *)p, self->bytes, 1000);
	EXPECT_EQ(0, importer("count", 1000));
	EXPECT_EQ(-EILSEQ, importer("count", 1001));
	EXPECT_EQ(0, importer("number", 2000));
	EXPECT_TRUE(is_numbered((uint32_t *)p, self->bytes, 2000));
	EXPECT_EQ(1, pins_of(self->fd, self->buf.handle));
	EXPECT_EQ(0, importer("detach", 0));
	EXPECT_EQ(0, pins_of(self->fd, self->buf.handle));
out:
	munmap(p, self->bytes);
	close(fd);
}

/* The device has it when nobody else does any more. */
TEST_F(dmabuf, a_device_outlives_everybody)
{
	int fd = export(self->fd, self->buf.handle, O_RDWR), probe;

	ASSERT_LE(0, fd);
	if (!have_importer())
		SKIP(goto out, "there is no sbuddy_importer.ko");
	ASSERT_EQ(0, importer("attach", fd));
	EXPECT_EQ(0, importer("fill", 0x66));
	EXPECT_EQ(0, close(fd));
	EXPECT_EQ(0, close(self->fd));
	probe = sb_open(O_RDWR);
	EXPECT_EQ(self->free - PAGES, sb_free_pages(probe));
	EXPECT_EQ(0, importer("expect", 0x66));
	EXPECT_EQ(0, importer("detach", 0));
	EXPECT_EQ(self->free, sb_free_pages(probe));
	self->fd = probe;
	return;
out:
	close(fd);
}

/* What is asked of Linux's graphics drivers here: drm.h does not come with every libc. */
struct drm_handle {
	uint32_t handle;
	uint32_t flags;
	int32_t fd;
};

struct drm_close {
	uint32_t handle;
	uint32_t pad;
};

#define DRM_CLOSE _IOW('d', 0x09, struct drm_close)
#define DRM_HANDLE_TO_FD _IOWR('d', 0x2d, struct drm_handle)
#define DRM_FD_TO_HANDLE _IOWR('d', 0x2e, struct drm_handle)

/* A driver of no device, which imports what any other may: the kernel's own, if it has it. */
static int open_vgem(void)
{
	if (system("modprobe vgem 2>/dev/null") || access("/sys/devices/platform/vgem/drm", F_OK))
		return -1;
	return open("/dev/dri/card0", O_RDWR | O_CLOEXEC);
}

/* It shows what is in it to whom it exports it again, when nobody else has it any more. */
TEST_F(dmabuf, the_kernels_own_importer_has_it)
{
	struct drm_handle prime = { .fd = export(self->fd, self->buf.handle, O_RDWR) };
	char *p = sb_map(self->fd, self->buf.offset, self->bytes);
	int card = open_vgem(), probe;
	struct drm_close drop = {};

	ASSERT_LE(0, prime.fd);
	ASSERT_TRUE(p != MAP_FAILED);
	memset(p, 0x77, self->bytes);
	munmap(p, self->bytes);
	if (card < 0)
		SKIP(goto out, "there is no vgem.ko");
	ASSERT_EQ(0, ioctl(card, DRM_FD_TO_HANDLE, &prime));
	EXPECT_EQ(1, pins_of(self->fd, self->buf.handle));
	EXPECT_EQ(0, close(prime.fd));
	EXPECT_EQ(0, close(self->fd));
	probe = sb_open(O_RDWR);
	EXPECT_EQ(self->free - PAGES, sb_free_pages(probe));
	prime.flags = O_CLOEXEC | O_RDWR;
	ASSERT_EQ(0, ioctl(card, DRM_HANDLE_TO_FD, &prime));
	p = mmap(NULL, self->bytes, PROT_READ, MAP_SHARED, prime.fd, 0);
	ASSERT_TRUE(p != MAP_FAILED);
	EXPECT_EQ(-1, sb_differs(p, 0x77, self->bytes));
	munmap(p, self->bytes);
	close(prime.fd);
	drop.handle = prime.handle;
	EXPECT_EQ(0, ioctl(card, DRM_CLOSE, &drop));
	EXPECT_EQ(self->free, sb_free_pages(probe));
	self->fd = probe;
	close(card);
	return;
out:
	close(prime.fd);
}

/* Who frees the handle, or takes a pin of its own back, takes nothing from the device. */
TEST_F(dmabuf, a_device_has_it_after_its_handle)
{
	struct sbuddy_unpin unpin = { .size = sizeof(unpin), .handle = self->buf.handle };
	uint64_t free = sb_free_pages(self->fd);
	int fd = export(self->fd, self->buf.handle, O_RDWR);

	ASSERT_LE(0, fd);
	if (!have_importer())
		SKIP(goto out, "there is no sbuddy_importer.ko");
	ASSERT_EQ(0, importer("attach", fd));
	EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_UNPIN, &unpin));
	EXPECT_EQ(0, sb_pin(self->fd, self->buf.handle));
	EXPECT_EQ(2, pins_of(self->fd, self->buf.handle));
	EXPECT_EQ(0, sb_call(self->fd, SBUDDY_IOC_UNPIN, &unpin));
	EXPECT_EQ(1, unpin.pins);
	EXPECT_EQ(-EINVAL, sb_call(self->fd, SBUDDY_IOC_UNPIN, &unpin));
	EXPECT_EQ(0, sb_pin(self->fd, self->buf.handle));
	EXPECT_EQ(0, importer("number", 7));
	EXPECT_EQ(0, sb_put(self->fd, self->buf.handle));
	EXPECT_EQ(free, sb_free_pages(self->fd));
	EXPECT_EQ(PAGES, sb_info(self->fd).pages_pinned);
	EXPECT_EQ(0, importer("count", 7));
	EXPECT_EQ(0, importer("detach", 0));
	EXPECT_EQ(0, sb_info(self->fd).pages_pinned);
	/* The dma-buf has it yet, for the next device. */
	EXPECT_EQ(free, sb_free_pages(self->fd));
	EXPECT_EQ(0, importer("attach", fd));
	EXPECT_EQ(0, importer("count", 7));
	EXPECT_EQ(0, importer("detach", 0));
out:
	EXPECT_EQ(0, close(fd));
}

/* A driver that goes detaches; what it left attached was the last that had the memory. */
TEST_F(dmabuf, a_driver_that_goes_lets_go)
{
	int fd = export(self->fd, self->buf.handle, O_RDWR);

	ASSERT_LE(0, fd);
	if (!have_importer())
		SKIP(close(fd); return, "there is no sbuddy_importer.ko");
	ASSERT_EQ(0, importer("attach", fd));
	EXPECT_EQ(0, close(fd));
	EXPECT_EQ(0, sb_put(self->fd, self->buf.handle));
	EXPECT_EQ(self->free - PAGES, sb_free_pages(self->fd));
	EXPECT_EQ(0, system("rmmod sbuddy_importer"));
	EXPECT_EQ(self->free, sb_free_pages(self->fd));
	EXPECT_EQ(0, sb_info(self->fd).pages_pinned);
}

TEST_F(dmabuf, scattered_it_has_as_many_entries_as_runs)
{
	struct sbuddy_alloc alloc = sb_in_bytes(self->bytes, SBUDDY_ALLOC_SCATTERED);
	long runs;
	char *p;
	int fd;

	ASSERT_LT(4 * PAGES, sb_fragment(self->fd));
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &alloc));
	runs = runs_of(self->fd, alloc.handle);
	EXPECT_LT(1, runs);
	fd = export(self->fd, alloc.handle, O_RDWR);
	ASSERT_LE(0, fd);
	p = sb_map(fd, 0, self->bytes);
	ASSERT_TRUE(p != MAP_FAILED);
	memset(p, 0x77, self->bytes);
	if (have_importer()) {
		ASSERT_EQ(0, importer("attach", fd));
		EXPECT_EQ(runs, importer_figure(IMPORTER "entries"));
		EXPECT_EQ(entries_with_pages(self->fd, runs), importer_figure(IMPORTER "pages"));
		EXPECT_EQ(self->bytes, importer_figure(IMPORTER "bytes"));
		EXPECT_EQ(0, importer("expect", 0x77));
		EXPECT_EQ(0, importer("fill", 0x78));
		EXPECT_EQ(-1, sb_differs(p, 0x78, self->bytes));
		EXPECT_EQ(0, sync_for(fd, DMA_BUF_SYNC_START));
		number((uint32_t *)p, self->bytes, 5);
		EXPECT_EQ(0, sync_for(fd, DMA_BUF_SYNC_END));
		EXPECT_EQ(0, importer("count", 5));
		EXPECT_EQ(0, importer("number", 6));
		EXPECT_EQ(0, sync_for(fd, DMA_BUF_SYNC_START));
		EXPECT_TRUE(is_numbered((uint32_t *)p, self->bytes, 6));
		EXPECT_EQ(0, sync_for(fd, DMA_BUF_SYNC_END));
		EXPECT_EQ(0, importer("detach", 0));
	}
	EXPECT_EQ(0, munmap(p, self->bytes));
	EXPECT_EQ(0, close(fd));
}

/* A harness of Linux 6.1 passes when all is skipped, so it is asked beforehand. */
static void need_dmabufs(void)
{
	struct sbuddy_export probe = { .size = sizeof(probe), .handle = UINT32_MAX };
	int fd = sb_open(O_RDWR);

	if (sb_call(fd, SBUDDY_IOC_EXPORT, &probe) == -EOPNOTSUPP) {
		printf("1..0 # SKIP this kernel has no dma-bufs\n");
		exit(KSFT_SKIPPED);
	}
	close(fd);
}

/* The harness ends the process itself. As it was found, whether it was there or not. */
static void unload_importer(void)
{
	if (!access(IMPORTER "do", F_OK) && system("rmmod sbuddy_importer"))
		sb_fail_at_exit();
}

int main(int argc, char **argv)
{
	sb_need_memory();
	need_dmabufs();
	atexit(unload_importer);
	return test_harness_run(argc, argv);
}
