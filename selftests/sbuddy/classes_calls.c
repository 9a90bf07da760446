// SPDX-License-Identifier: GPL-2.0-only
/* As classes.c: classes of bugs in calls, their numbers, handles and replies. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <sys/resource.h>
#include <sys/syscall.h>

#include "classes.h"

TEST_F(class, size_or_count_that_overflows)
{
	static const uint64_t sizes[] = {
		UINT64_MAX, UINT64_MAX - 4094, UINT64_MAX - 4095, INT64_MAX,
		1ull << 63, (1ull << 44) + 1,  1ull << 44,	  (1ull << 32) - 1,
		1ull << 47, UINT64_MAX / 4096, (1ull << 45) - 1,
	};
	static uint32_t handles[4];
	size_t i;

	for (i = 0; i < ARRAY_LEN(sizes); i++) {
		struct sbuddy_alloc alloc = sb_request(0), scattered = sb_request(0);
		struct sbuddy_slice slice = {
			.size = sizeof(slice),
			.handle = self->buf.handle,
			.start = self->page,
			.bytes = sizes[i],
		};
		struct sbuddy_export export = {
			.size = sizeof(export),
			.handle = self->buf.handle,
			.start = self->page,
			.bytes = sizes[i],
		};
		struct sbuddy_sync sync = {
			.size = sizeof(sync),
			.flags = SBUDDY_SYNC_RW,
			.handle = self->buf.handle,
			.offset = sizes[i],
			.bytes = self->page,
		};
		struct sbuddy_place place = {
			.size = sizeof(place),
			.zone = SBUDDY_ZONE_MOVABLE,
			.node = SBUDDY_NODE_ANY,
			.bytes = sizes[i],
		};

		alloc.flags = SBUDDY_ALLOC_BYTES;
		alloc.bytes = sizes[i];
		scattered.flags = SBUDDY_ALLOC_BYTES | SBUDDY_ALLOC_SCATTERED;
		scattered.bytes = sizes[i];
		EXPECT_GT(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &alloc));
		EXPECT_GT(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &scattered));
		EXPECT_GT(0, sb_call(self->fd, SBUDDY_IOC_SLICE, &slice));
		EXPECT_GT(0, sb_call(self->fd, SBUDDY_IOC_EXPORT, &export));
		EXPECT_GT(0, sb_call(self->fd, SBUDDY_IOC_SYNC, &sync));
		sync.offset = self->page;
		sync.bytes = sizes[i];
		EXPECT_GT(0, sb_call(self->fd, SBUDDY_IOC_SYNC, &sync));
		EXPECT_GT(0, sb_call(self->fd, SBUDDY_IOC_PLACE, &place));
		slice.start = sizes[i] / self->page * self->page;
		slice.bytes = self->len - self->page;
		EXPECT_GT(0, sb_call(self->fd, SBUDDY_IOC_SLICE, &slice));
	}
	for (i = 0; i < 32; i++) {
		struct sbuddy_free_bulk bulk = {
			.size = sizeof(bulk),
			.count = 1u << i | 0x80000000,
			.handles = (uintptr_t)handles,
		};

		EXPECT_GT(0, sb_call(self->fd, SBUDDY_IOC_FREE_BULK, &bulk));
		EXPECT_EQ(0, bulk.freed);
	}
	EXPECT_EQ(1, sb_info(self->fd).nr_handles);
	EXPECT_AS_BEFORE();
}

/* Of the short way: it never moves, and has no buffer before somebody asks for more. */
static struct sbuddy_alloc bare_request(unsigned int order)
{
	struct sbuddy_alloc alloc = sb_request(order);

	alloc.type = SBUDDY_UNMOVABLE;
	alloc.zone = SBUDDY_ZONE_NORMAL;
	return alloc;
}

struct freer {
	pthread_barrier_t *start;
	int fd;
	uint32_t handle;
	int freed;
};

static void *free_it(void *arg)
{
	struct freer *freer = arg;

	pthread_barrier_wait(freer->start);
	freer->freed = !sb_put(freer->fd, freer->handle);
	return NULL;
}

TEST_F(class, handle_freed_twice_by_threads)
{
	struct freer freers[4];
	pthread_barrier_t start;
	struct sbuddy_alloc buf;
	pthread_t threads[4];
	int round, i, freed;

	pthread_barrier_init(&start, NULL, 4);
	for (round = 0; round < 200; round++) {
		buf = round & 4 ? bare_request(round % 4) : sb_request(round % 4);
		ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
		for (i = 0; i < 4; i++) {
			freers[i] = (struct freer){ &start, self->fd, buf.handle, 0 };
			pthread_create(&threads[i], NULL, free_it, &freers[i]);
		}
		for (i = 0, freed = 0; i < 4; i++) {
			pthread_join(threads[i], NULL);
			freed += freers[i].freed;
		}
		ASSERT_EQ(1, freed);
	}
	EXPECT_EQ(1, sb_info(self->fd).nr_handles);
	EXPECT_AS_BEFORE();
}

/* Nothing that a reply would name is there when the reply cannot be written. */
TEST_F(class, handle_published_before_the_reply)
{
	char *cliff = sb_cliff(PROT_READ | PROT_WRITE);
	struct sbuddy_alloc *alloc = (void *)(cliff - sizeof(*alloc));
	struct sbuddy_export *export = (void *)(cliff - sizeof(*export));
	struct sbuddy_slice *slice = (void *)(cliff - sizeof(*slice));
	struct sbuddy_alloc_bulk bulk = {
		.size = sizeof(bulk),
		.type = SBUDDY_MOVABLE,
		.zone = SBUDDY_ZONE_MOVABLE,
		.node = SBUDDY_NODE_ANY,
		.count = 8,
		.results = (uintptr_t)cliff - 3 * sizeof(struct sbuddy_result),
	};
	int next = dup(0);

	close(next);
	EXPECT_EQ(-EFAULT, sb_call(self->fd, SBUDDY_IOC_ALLOC_BULK, &bulk));
	*alloc = sb_request(2);
	mprotect(cliff - self->page, self->page, PROT_READ);
	EXPECT_EQ(-EFAULT, sb_call(self->fd, SBUDDY_IOC_ALLOC, alloc));
	mprotect(cliff - self->page, self->page, PROT_READ | PROT_WRITE);
	*alloc = bare_request(2);
	mprotect(cliff - self->page, self->page, PROT_READ);
	EXPECT_EQ(-EFAULT, sb_call(self->fd, SBUDDY_IOC_ALLOC, alloc));
	mprotect(cliff - self->page, self->page, PROT_READ | PROT_WRITE);
	*export = (struct sbuddy_export){ .size = sizeof(*export), .handle = self->buf.handle };
	mprotect(cliff - self->page, self->page, PROT_READ);
	EXPECT_EQ(-EFAULT, sb_call(self->fd, SBUDDY_IOC_EXPORT, export));
	mprotect(cliff - self->page, self->page, PROT_READ | PROT_WRITE);
	*slice = (struct sbuddy_slice){
		.size = sizeof(*slice),
		.handle = self->buf.handle,
		.bytes = self->page,
	};
	mprotect(cliff - self->page, self->page, PROT_READ);
	EXPECT_EQ(-EFAULT, sb_call(self->fd, SBUDDY_IOC_SLICE, slice));
	EXPECT_EQ(next, dup(0));
	close(next);
	EXPECT_EQ(1, sb_info(self->fd).nr_handles);
	EXPECT_AS_BEFORE();
}

TEST_F(class, reference_count_that_overflows)
{
	int i;

	for (i = 0; i < SBUDDY_MAX_PINS; i++)
		ASSERT_EQ(0, sb_pin(self->fd, self->buf.handle));
	EXPECT_EQ(-EOVERFLOW, sb_pin(self->fd, self->buf.handle));
	EXPECT_EQ(-EOVERFLOW, sb_pin(self->fd, self->buf.handle));
	for (i = 0; i < SBUDDY_MAX_PINS; i++)
		ASSERT_EQ(0, sb_unpin(self->fd, self->buf.handle));
	EXPECT_EQ(-EINVAL, sb_unpin(self->fd, self->buf.handle));
	EXPECT_EQ(-1, sb_differs(self->p, 0, self->len));
	EXPECT_AS_BEFORE();
}

/* What a debug kernel's build fills variables with, and its slab allocator what is free. */
static int has_poison(const void *reply, size_t size)
{
	const unsigned char *c = reply;
	size_t i;

	for (i = 0; i + 4 <= size; i++)
		if ((c[i] == 0xfe || c[i] == 0x6b || c[i] == 0x5a) && c[i + 1] == c[i] &&
		    c[i + 2] == c[i] && c[i + 3] == c[i])
			return 1;
	return 0;
}

/* Rows that the process has room for, of the quick way and of the other. */
static void look_at_bulk(struct __test_metadata *_metadata, FIXTURE_DATA(class) * self,
			 uint32_t flags)
{
	struct sbuddy_result results[4] = { 0 };
	struct sbuddy_alloc_bulk bulk = {
		.size = sizeof(bulk),
		.flags = flags,
		.type = SBUDDY_MOVABLE,
		.zone = SBUDDY_ZONE_MOVABLE,
		.node = SBUDDY_NODE_ANY,
		.count = ARRAY_LEN(results),
		.results = (uintptr_t)results,
	};
	size_t i;

	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC_BULK, &bulk));
	EXPECT_FALSE(has_poison(&bulk, sizeof(bulk)));
	EXPECT_FALSE(has_poison(results, sizeof(results)));
	for (i = 0; i < ARRAY_LEN(results); i++) {
		EXPECT_EQ(0, results[i].reserved);
		ASSERT_EQ(0, sb_put(self->fd, results[i].handle));
	}
}

/* All that a reply has is either what was sent or what its field means. */
TEST_F(class, padding_that_tells)
{
	static const struct {
		unsigned long cmd;
		size_t size;
		size_t handle; /* where it is, or 0 */
	} calls[] = {
		{ SBUDDY_IOC_INFO, sizeof(struct sbuddy_info), 0 },
		{ SBUDDY_IOC_DRAIN, sizeof(struct sbuddy_drain), 0 },
		{ SBUDDY_IOC_EXPLAIN, sizeof(struct sbuddy_explain), 0 },
		{ SBUDDY_IOC_CLAIM, sizeof(struct sbuddy_claim), 0 },
		{ SBUDDY_IOC_FALLS, sizeof(struct sbuddy_falls), 0 },
		{ SBUDDY_IOC_PLAN, sizeof(struct sbuddy_plan), 0 },
		{ SBUDDY_IOC_COMPACT, sizeof(struct sbuddy_compact), 0 },
		{ SBUDDY_IOC_ALLOC, sizeof(struct sbuddy_alloc), 0 },
		{ SBUDDY_IOC_QUERY, sizeof(struct sbuddy_query),
		  offsetof(struct sbuddy_query, handle) },
		{ SBUDDY_IOC_NAME, sizeof(struct sbuddy_name),
		  offsetof(struct sbuddy_name, handle) },
		{ SBUDDY_IOC_PIN, sizeof(struct sbuddy_pin), offsetof(struct sbuddy_pin, handle) },
		{ SBUDDY_IOC_UNPIN, sizeof(struct sbuddy_unpin),
		  offsetof(struct sbuddy_unpin, handle) },
	};
	union {
		uint32_t size;
		unsigned char bytes[1024];
	} reply;
	struct sbuddy_explain_zone zones[8] = { 0 };
	struct sbuddy_explain explain = {
		.size = sizeof(explain),
		.zones = (uintptr_t)zones,
		.zone_size = sizeof(zones[0]),
		.nr_zones = ARRAY_LEN(zones),
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(calls); i++) {
		memset(&reply, 0, sizeof(reply));
		reply.size = (uint32_t)calls[i].size;
		if (calls[i].handle)
			memcpy(reply.bytes + calls[i].handle, &self->buf.handle, sizeof(uint32_t));
		ASSERT_EQ(0, sb_call(self->fd, calls[i].cmd, &reply))
		TH_LOG("call %zu", i);
		EXPECT_FALSE(has_poison(reply.bytes, sizeof(reply)))
		TH_LOG("call %zu", i);
	}
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_EXPLAIN, &explain));
	EXPECT_FALSE(has_poison(zones, sizeof(zones)));
	EXPECT_FALSE(has_poison(&explain, sizeof(explain)));
	look_at_bulk(_metadata, self, 0);
	look_at_bulk(_metadata, self, SBUDDY_ALLOC_ATOMIC);
}

struct flipper {
	struct sbuddy_alloc *alloc;
	atomic_int stop;
};

static void *flip(void *arg)
{
	struct flipper *flipper = arg;
	volatile uint32_t *order = &flipper->alloc->order;

	while (!atomic_load(&flipper->stop)) {
		*order = 3;
		*order = 0;
	}
	return NULL;
}

/* The number that was judged is the number that is used, and told. */
TEST_F(class, struct_read_twice)
{
	struct sbuddy_alloc alloc = sb_request(0);
	struct flipper flipper = { .alloc = &alloc };
	struct sbuddy_query query;
	pthread_t thread;
	uint64_t granted;
	int i;

	ASSERT_EQ(0, pthread_create(&thread, NULL, flip, &flipper));
	for (i = 0; i < 2000; i++) {
		alloc.type = i & 1 ? SBUDDY_MOVABLE : SBUDDY_UNMOVABLE;
		alloc.zone = i & 1 ? SBUDDY_ZONE_MOVABLE : SBUDDY_ZONE_NORMAL;
		ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &alloc));
		granted = alloc.granted;
		ASSERT_EQ(0, sb_query(self->fd, alloc.handle, &query));
		ASSERT_EQ(query.bytes, granted);
		ASSERT_TRUE(granted == self->page || granted == self->page << 3);
		ASSERT_EQ(self->free - granted / self->page, sb_free_pages(self->other));
		ASSERT_EQ(0, sb_put(self->fd, alloc.handle));
	}
	atomic_store(&flipper.stop, 1);
	pthread_join(thread, NULL);
}

#ifdef __x86_64__
/* A program of 32 bit calls like this; its pointers have 32 bits. */
static long call_of_32_bit(int fd, unsigned long cmd, void *arg)
{
	long ret;

	asm volatile("int $0x80"
		     : "=a"(ret)
		     : "a"(54L), "b"((long)fd), "c"(cmd), "d"(arg)
		     : "memory", "r8", "r9", "r10", "r11");
	return (int)ret;
}

/* Where it has not, the instruction is none. */
static int has_calls_of_32_bit(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(call_of_32_bit(-1, 0, NULL) != -EBADF);
	return !sb_child_status(pid);
}

TEST_F(class, call_of_a_32_bit_program)
{
	void *low = mmap(NULL, self->page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	struct sbuddy_alloc *alloc = low;
	struct sbuddy_query query;

	ASSERT_TRUE(low != MAP_FAILED);
	*alloc = sb_request(ORDER);
	if (!has_calls_of_32_bit())
		SKIP(return, "the kernel has no system calls of 32 bit");
	ASSERT_EQ(0, call_of_32_bit(self->fd, SBUDDY_IOC_ALLOC, alloc));
	ASSERT_NE(0, alloc->handle);
	ASSERT_EQ(0, sb_query(self->fd, alloc->handle, &query));
	EXPECT_EQ(alloc->offset, query.offset);
	EXPECT_EQ(-EFAULT, call_of_32_bit(self->fd, SBUDDY_IOC_ALLOC, (void *)8));
	EXPECT_EQ(-ENOTTY, call_of_32_bit(self->fd, 0xb9ff, alloc));
	EXPECT_EQ(0, sb_put(self->fd, alloc->handle));
	EXPECT_AS_BEFORE();
}
#else
TEST_F(class, call_of_a_32_bit_program)
{
	if (sizeof(long) != 4)
		SKIP(return, "only a PC's 64-bit programs can make such a call");
	/* This is one, and all of its other tests are about it. */
	EXPECT_EQ(-ENOTTY, sb_call(self->fd, 0xb9ff, &self->buf));
}
#endif

/* The way of an error gives back what was taken until then, and once. */
TEST_F(class, error_path_that_leaks)
{
	struct sbuddy_alloc huge = sb_request(0);
	struct rlimit old, none = { 0, 0 };
	struct sbuddy_alloc buf;
	int i;

	while (!sb_get(self->other, ORDER, &buf))
		;
	for (i = 0; i < 20; i++)
		EXPECT_EQ(-ENOMEM, sb_get(self->fd, ORDER, &buf));
	EXPECT_EQ(1, sb_info(self->fd).nr_handles);
	close(self->other);
	self->other = sb_open(O_RDWR);
	huge.flags = SBUDDY_ALLOC_BYTES | SBUDDY_ALLOC_SCATTERED;
	huge.bytes = (self->free + 1) * self->page;
	getrlimit(RLIMIT_NOFILE, &old);
	none.rlim_max = old.rlim_max;
	for (i = 0; i < 20; i++)
		EXPECT_EQ(-ENOMEM, sb_call(self->fd, SBUDDY_IOC_ALLOC, &huge));
	setrlimit(RLIMIT_NOFILE, &none);
	for (i = 0; i < 100; i++)
		EXPECT_EQ(-EMFILE, export_buffer(self->fd, self->buf.handle, O_RDWR));
	setrlimit(RLIMIT_NOFILE, &old);
	EXPECT_EQ(0, sb_put(self->fd, self->buf.handle));
	EXPECT_AS_BEFORE();
	munmap(self->p, self->len);
	EXPECT_BACK();
}

/* What a file may have is counted however it is taken, and whoever takes it. */
TEST_F(class, quota_that_is_got_around)
{
	struct sbuddy_limit limit = {
		.size = sizeof(limit),
		.bytes = self->len + 4 * self->page,
	};
	struct sbuddy_alloc buf, more;
	int dmabuf;
	pid_t pid;
	char *p;

	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_LIMIT, &limit));
	EXPECT_EQ(-EDQUOT, sb_get(self->fd, ORDER, &buf));
	EXPECT_EQ(-EDQUOT, sb_get(dup(self->fd), ORDER, &buf));
	pid = fork();
	if (!pid)
		_exit(sb_get(self->fd, ORDER, &buf) != -EDQUOT);
	EXPECT_EQ(0, sb_child_status(pid));
	/* Neither a mapping nor a dma-buf keeps what is no longer counted. */
	ASSERT_EQ(0, sb_get(self->fd, 2, &buf));
	/* A page more is one too many. */
	EXPECT_EQ(-EDQUOT, sb_get(self->fd, 0, &more));
	p = sb_map(self->fd, buf.offset, buf.granted);
	dmabuf = export_buffer(self->fd, buf.handle, O_RDWR);
	ASSERT_EQ(0, sb_put(self->fd, buf.handle));
	EXPECT_EQ(-EDQUOT, sb_get(self->fd, 2, &buf));
	munmap(p, 4 * self->page);
	EXPECT_EQ(-EDQUOT, sb_get(self->fd, 2, &buf));
	close(dmabuf);
	EXPECT_EQ(0, sb_get(self->fd, 2, &buf));
	EXPECT_EQ(0, sb_put(self->fd, buf.handle));
}

SBUDDY_MEMORY_TEST_MAIN
