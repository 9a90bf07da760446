// SPDX-License-Identifier: GPL-2.0-only
/*
 * Classes of bugs that drivers which hand memory to processes have had, one test each, by
 * the name of the class: those of mappings, offsets and what is in pages. The others are in
 * classes_calls.c and classes_life.c; Documentation/testing.md has the list.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <setjmp.h>
#include <signal.h>

#include "classes.h"

TEST_F(class, page_used_after_free_while_mapped)
{
	memset(self->p, 0x5a, self->len);
	ASSERT_EQ(0, sb_put(self->fd, self->buf.handle));
	EXPECT_AS_BEFORE();
	write_to_the_rest(self->other, 0xee);
	EXPECT_EQ(-1, sb_differs(self->p, 0x5a, self->len));
	munmap(self->p, self->len);
	EXPECT_BACK();
}

/* Each part of a mapping that is split, and each child's, counts. */
TEST_F(class, mapping_without_a_reference)
{
	struct sbuddy_query query;
	pid_t pid;

	memset(self->p, 0x5a, self->len);
	ASSERT_EQ(0, munmap(self->p + 3 * self->page, self->page));
	pid = fork();
	if (!pid) {
		munmap(self->p, 3 * self->page);
		_exit(0);
	}
	EXPECT_EQ(0, sb_child_status(pid));
	ASSERT_EQ(0, sb_query(self->fd, self->buf.handle, &query));
	EXPECT_EQ(2, query.mappings);
	ASSERT_EQ(0, sb_put(self->fd, self->buf.handle));
	munmap(self->p, 3 * self->page);
	EXPECT_AS_BEFORE();
	write_to_the_rest(self->other, 0xee);
	EXPECT_EQ(-1, sb_differs(self->p + 4 * self->page, 0x5a, 4 * self->page));
	munmap(self->p + 4 * self->page, 4 * self->page);
	EXPECT_BACK();
}

TEST_F(class, offset_that_overflows_in_mmap)
{
	const uint64_t highest = sizeof(long) == 8 ? (uint64_t)INT64_MAX : (1ull << 44) - 1;
	const uint64_t last = highest / self->page * self->page;
	const uint64_t window = (uint64_t)self->page << 15, offset = self->buf.offset;
	const uint64_t starts[] = {
		0,
		window - self->page,
		offset - self->page,
		offset + self->len - self->page,
		offset + self->len,
		offset + window - self->page,
		offset + (1ull << 29) * self->page,
		offset + (1ull << 31) * self->page,
		last - self->len,
		last,
		last / 2,
		(1ull << 31) * self->page,
		((1ull << 31) - 1) * self->page,
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(starts); i++) {
		EXPECT_NE(0, try_map(self->fd, PROT_READ, MAP_SHARED, starts[i], 2 * self->page))
		TH_LOG("at %#llx", (unsigned long long)starts[i]);
		EXPECT_NE(0, try_map(self->fd, PROT_READ, MAP_SHARED, starts[i], 1ul << 30));
	}
}

/* Every page that a mapping shows is that page of the buffer, the last one, too. */
TEST_F(class, fault_beyond_the_buffer)
{
	struct sbuddy_alloc odd = sb_request(0);
	const size_t pages = 37;
	char *p, *again, *q;
	size_t i;

	odd.flags = SBUDDY_ALLOC_BYTES | SBUDDY_ALLOC_SCATTERED;
	odd.bytes = pages * self->page;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &odd));
	ASSERT_EQ(pages * self->page, odd.granted);
	p = sb_map(self->fd, odd.offset, odd.granted);
	ASSERT_TRUE(p != MAP_FAILED);
	for (i = 0; i < pages; i++)
		*(size_t *)(p + i * self->page) = i;
	again = sb_map(self->fd, odd.offset, odd.granted);
	ASSERT_TRUE(again != MAP_FAILED);
	for (i = 0; i < pages; i++) {
		q = sb_map(self->fd, odd.offset + i * self->page, (pages - i) * self->page);
		ASSERT_TRUE(q != MAP_FAILED);
		EXPECT_EQ(i, *(size_t *)q);
		EXPECT_EQ(pages - 1, *(size_t *)(q + (pages - 1 - i) * self->page));
		munmap(q, (pages - i) * self->page);
	}
	/* What is around a page that is touched comes with it. */
	for (i = pages; i--;)
		EXPECT_EQ(i, *(size_t *)(again + i * self->page));
	EXPECT_EQ(EINVAL,
		  try_map(self->fd, PROT_READ, MAP_SHARED, odd.offset + odd.granted, self->page));
	EXPECT_EQ(-1, sb_differs(self->p, 0, self->len));
}

TEST_F(class, mapping_that_grows)
{
	char *p = self->p;

	EXPECT_TRUE(mremap(p, self->len, self->len + self->page, 0) == MAP_FAILED);
	EXPECT_TRUE(mremap(p, self->len, 2 * self->len, MREMAP_MAYMOVE) == MAP_FAILED);
	EXPECT_TRUE(mremap(p, self->page, 2 * self->len, MREMAP_MAYMOVE) == MAP_FAILED);
	EXPECT_TRUE(mremap(p, 0, self->len, MREMAP_MAYMOVE) == MAP_FAILED);
	/* What is left of it after it shrank grows no more, either. */
	ASSERT_TRUE(mremap(p, self->len, self->page, 0) == p);
	EXPECT_TRUE(mremap(p, self->page, self->len, MREMAP_MAYMOVE) == MAP_FAILED);
}

/* Whatever is taken for an offset, no memory but a buffer of this file is seen. */
TEST_F(class, memory_that_is_nobodys_to_map)
{
	const uint64_t window = (uint64_t)self->page << 15;
	struct sbuddy_alloc foreign;
	unsigned int number, seen = 0;

	ASSERT_EQ(0, sb_get(self->other, ORDER, &foreign));
	for (number = 0; number < 1000; number++)
		seen += !try_map(self->fd, PROT_READ, MAP_SHARED, number * window, self->page);
	EXPECT_EQ(1, seen);
	if (foreign.offset != self->buf.offset)
		EXPECT_EQ(ENOENT,
			  try_map(self->fd, PROT_READ, MAP_SHARED, foreign.offset, self->page));
	EXPECT_NE(0, try_map(self->fd, PROT_READ, MAP_SHARED, 0x80000000, self->page));
}

/* What a file leaves, in a page of a list as in a large block, the next one does not find. */
TEST_F(class, contents_that_the_next_owner_sees)
{
	static struct sbuddy_alloc all[MAX_BUFFERS];
	struct sbuddy_alloc odd = sb_request(0);
	uint64_t seen = 0;
	int i, nr;
	char *p;

	write_to_the_rest(self->other, 0xa7);
	odd.flags = SBUDDY_ALLOC_BYTES;
	odd.bytes = 2 * self->page + 1;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &odd));
	p = sb_map(self->fd, odd.offset, odd.granted);
	ASSERT_TRUE(p != MAP_FAILED);
	EXPECT_EQ(-1, sb_differs(p, 0, odd.granted));
	nr = sb_get_all(self->fd, all, MAX_BUFFERS);
	for (i = nr - 1; i >= 0 && seen < MAX_TOUCHED; i--) {
		p = sb_map(self->fd, all[i].offset, all[i].granted);
		ASSERT_TRUE(p != MAP_FAILED);
		ASSERT_EQ(-1, sb_differs(p, 0, all[i].granted));
		seen += all[i].granted;
		munmap(p, all[i].granted);
	}
}

static sigjmp_buf fault;

static void on_fault(int sig)
{
	siglongjmp(fault, sig);
}

struct reader {
	volatile unsigned char *p;
	atomic_int seen;
};

static void *read_on(void *arg)
{
	struct reader *reader = arg;
	int byte;

	/* Until the mapping is gone. */
	while (!sigsetjmp(fault, 1))
		for (;;) {
			byte = *reader->p;
			if (byte != 0x5a)
				atomic_store(&reader->seen, byte);
		}
	return NULL;
}

/* A CPU that reads on while a page is unmapped, freed and used sees the next owner's never. */
TEST_F(class, page_reused_before_the_tlb_forgets_it)
{
	struct sigaction act = { .sa_handler = on_fault };
	struct reader reader = { .p = NULL };
	struct sbuddy_alloc buf;
	pthread_t thread;
	int i;

	sigaction(SIGSEGV, &act, NULL);
	sigaction(SIGBUS, &act, NULL);
	for (i = 0; i < 20; i++) {
		char *p, *q;

		ASSERT_EQ(0, sb_get(self->fd, 0, &buf));
		p = sb_map(self->fd, buf.offset, self->page);
		ASSERT_TRUE(p != MAP_FAILED);
		memset(p, 0x5a, self->page);
		reader.p = (unsigned char *)p;
		ASSERT_EQ(0, pthread_create(&thread, NULL, read_on, &reader));
		usleep(200);
		ASSERT_EQ(0, sb_put(self->fd, buf.handle));
		/* Nothing else comes to this address. */
		ASSERT_TRUE(mmap(p, self->page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
				 -1, 0) == p);
		/* The page that was freed last is given first. */
		ASSERT_EQ(0, sb_get(self->other, 0, &buf));
		q = sb_map(self->other, buf.offset, self->page);
		memset(q, 0xee, self->page);
		pthread_join(thread, NULL);
		munmap(q, self->page);
		munmap(p, self->page);
		sb_put(self->other, buf.handle);
		ASSERT_EQ(0, atomic_load(&reader.seen));
	}
}

TEST_F(class, right_to_write_or_execute_gained)
{
	const int rw = PROT_READ | PROT_WRITE;
	int fd = sb_open(O_RDONLY), dmabuf, mem;
	struct sbuddy_alloc buf;
	char *p;

	ASSERT_EQ(0, sb_get(fd, 0, &buf));
	EXPECT_EQ(EACCES, try_map(fd, rw, MAP_SHARED, buf.offset, self->page));
	EXPECT_EQ(EPERM, try_map(self->fd, PROT_READ | PROT_EXEC, MAP_SHARED, self->buf.offset,
				 self->page));
	p = mmap(NULL, self->page, PROT_READ, MAP_SHARED, fd, (off_t)buf.offset);
	ASSERT_TRUE(p != MAP_FAILED);
	EXPECT_EQ(-1, mprotect(p, self->page, rw));
	EXPECT_EQ(-1, mprotect(p, self->page, PROT_READ | PROT_EXEC));
	mem = open("/proc/self/mem", O_RDWR);
	EXPECT_GT(0, pwrite(mem, "x", 1, (off_t)(uintptr_t)p));
	EXPECT_EQ(0, p[0]);
	EXPECT_GT(0, export_buffer(fd, buf.handle, O_RDWR));
	dmabuf = export_buffer(self->fd, self->buf.handle, O_RDONLY);
	ASSERT_LE(0, dmabuf);
	EXPECT_EQ(EACCES, try_map(dmabuf, rw, MAP_SHARED, 0, self->page));
	p = mmap(NULL, self->page, PROT_READ, MAP_SHARED, dmabuf, 0);
	ASSERT_TRUE(p != MAP_FAILED);
	EXPECT_EQ(-1, mprotect(p, self->page, rw));
	munmap(p, self->page);
	close(dmabuf);
	close(mem);
	close(fd);
}

TEST_F(class, private_copy_of_device_memory)
{
	int dmabuf = export_buffer(self->fd, self->buf.handle, O_RDWR);
	const int rw = PROT_READ | PROT_WRITE;

	ASSERT_LE(0, dmabuf);
	EXPECT_EQ(EINVAL, try_map(self->fd, PROT_READ, MAP_PRIVATE, self->buf.offset, self->page));
	EXPECT_EQ(EINVAL, try_map(self->fd, rw, MAP_PRIVATE, self->buf.offset, self->page));
	EXPECT_EQ(EINVAL, try_map(dmabuf, rw, MAP_PRIVATE, 0, self->page));
	close(dmabuf);
}

/* All who see a page see it alike: what one writes the other reads at once. */
TEST_F(class, cache_attributes_that_differ)
{
	const uint32_t flags[] = { 0, SBUDDY_ALLOC_WC, SBUDDY_ALLOC_UNCACHED };
	struct sbuddy_query query;
	struct sbuddy_alloc buf;
	char *p, *q;
	int dmabuf;
	size_t i;

	for (i = 0; i < ARRAY_LEN(flags); i++) {
		buf = sb_request(ORDER);
		buf.flags = flags[i];
		if (i && sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf) == -EOPNOTSUPP)
			continue;
		if (!i)
			ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
		ASSERT_EQ(0, sb_query(self->fd, buf.handle, &query));
		EXPECT_EQ(i, query.caching);
		dmabuf = export_buffer(self->fd, buf.handle, O_RDWR);
		ASSERT_LE(0, dmabuf);
		p = sb_map(self->fd, buf.offset, self->len);
		q = sb_map(dmabuf, 0, self->len);
		ASSERT_TRUE(p != MAP_FAILED && q != MAP_FAILED);
		EXPECT_EQ(-1, sb_differs(q, 0, self->len));
		memset(p, 0x11 + (int)i, self->len);
		EXPECT_EQ(-1, sb_differs(q, 0x11 + (int)i, self->len));
		munmap(p, self->len);
		munmap(q, self->len);
		close(dmabuf);
		ASSERT_EQ(0, sb_put(self->fd, buf.handle));
	}
	EXPECT_AS_BEFORE();
}

SBUDDY_MEMORY_TEST_MAIN
