// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every ioctl, and open() and close(), with each allocation and each copy of it failing
 * once. What has failed has changed nothing, and told a documented errno.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "faults.h"

#define BUFFERS 20

/* The file of a try, and what was made by it beforehand. */
static int fd = -1;
static struct sbuddy_alloc buf;
static uint32_t handles[BUFFERS];
static uint64_t page_size, max_bytes;
static long taken;

/* Commands that there is a test of. */
static uint32_t known;

#define CALL(cmd, op, ...)                                       \
	static void __attribute__((constructor)) note_##op(void) \
	{                                                        \
		known |= 1u << _IOC_NR(cmd);                     \
	}                                                        \
	FAULTS(op, __VA_ARGS__)

/* Of those that copy a struct and change nothing, if anything of it fails. */
#define SIMPLE(cmd, op, before)                                                     \
	CALL(cmd, op, .set_up = (before), .run = run_##op, .tear_down = close_file, \
	     .errnos = { EFAULT, ENOMEM }, .least = 2, .undone = 1)

static int open_file(void)
{
	fd = sb_open(O_RDWR);
	return fd < 0 ? -errno : 0;
}

static void close_file(void)
{
	close(fd);
	fd = -1;
}

static int with_buffer_of(unsigned int order, uint32_t type)
{
	int err = open_file();

	buf = sb_request(order);
	buf.type = type;
	return err ?: sb_call(fd, SBUDDY_IOC_ALLOC, &buf);
}

static int with_buffer(void)
{
	return with_buffer_of(2, SBUDDY_UNMOVABLE);
}

static int with_movable(void)
{
	return with_buffer_of(2, SBUDDY_MOVABLE);
}

/* By TAKE there are no structures of them yet. */
static int with_taken(void)
{
	int err = open_file();

	taken = err ? err : ioctl(fd, SBUDDY_IOC_TAKE, SBUDDY_TAKE(0, 0, 0, 0, 4));
	buf.handle = (uint32_t)SBUDDY_TAKEN_HANDLE(taken);
	return taken > 0 ? 0 : -errno;
}

static int run_open(void)
{
	return open_file();
}

FAULTS(open, .run = run_open, .tear_down = close_file, .errnos = { ENOMEM, EFAULT, ENFILE },
       .least = 4)

static int run_close(void)
{
	return close(fd) ? -errno : 0;
}

FAULTS(close, .set_up = with_buffer, .run = run_close)

static int run_info(void)
{
	struct sbuddy_info arg = { .size = sizeof(arg) };

	return sb_call(fd, SBUDDY_IOC_INFO, &arg);
}

SIMPLE(SBUDDY_IOC_INFO, info, open_file)

static int get_with(unsigned int order, uint32_t flags, uint64_t bytes)
{
	struct sbuddy_alloc arg = sb_request(order);

	arg.flags = flags;
	arg.bytes = bytes;
	return sb_call(fd, SBUDDY_IOC_ALLOC, &arg);
}

static int run_alloc(void)
{
	return get_with(0, 0, 0);
}

CALL(SBUDDY_IOC_ALLOC, alloc, .set_up = open_file, .run = run_alloc, .tear_down = close_file,
     .errnos = { EFAULT, ENOMEM }, .least = 4, .undone = 1)

static int run_alloc_large(void)
{
	return get_with(6, 0, 0);
}

SIMPLE(SBUDDY_IOC_ALLOC, alloc_large, open_file)

static int run_alloc_bytes(void)
{
	return get_with(0, SBUDDY_ALLOC_BYTES, 3 * page_size);
}

SIMPLE(SBUDDY_IOC_ALLOC, alloc_bytes, open_file)

/* More than a block is in several runs. */
static int run_alloc_scattered(void)
{
	return get_with(0, SBUDDY_ALLOC_BYTES | SBUDDY_ALLOC_SCATTERED, max_bytes + page_size);
}

CALL(SBUDDY_IOC_ALLOC, alloc_scattered, .set_up = open_file, .run = run_alloc_scattered,
     .tear_down = close_file, .errnos = { EFAULT, ENOMEM }, .least = 5, .undone = 1)

/* A failure is looked into, if there is memory for that. */
static int run_alloc_fails(void)
{
	struct sbuddy_alloc arg = sb_request(0);
	int err;

	arg.flags = SBUDDY_ALLOC_THIS_NODE;
	arg.node = 7;
	err = sb_call(fd, SBUDDY_IOC_ALLOC, &arg);
	return err == -ENOMEM ? 0 : err;
}

CALL(SBUDDY_IOC_ALLOC, alloc_fails, .set_up = open_file, .run = run_alloc_fails,
     .tear_down = close_file, .errnos = { EFAULT }, .least = 3, .undone = 1)

static int run_alloc_waits(void)
{
	struct sbuddy_alloc arg = sb_request(0);
	int err;

	arg.flags = SBUDDY_ALLOC_THIS_NODE | SBUDDY_ALLOC_WAIT;
	arg.node = 7;
	arg.timeout_ms = 1;
	err = sb_call(fd, SBUDDY_IOC_ALLOC, &arg);
	return err == -ETIMEDOUT ? 0 : err;
}

SIMPLE(SBUDDY_IOC_ALLOC, alloc_waits, open_file)

/* There is none of it on memory that the kernel maps, too. */
static int run_alloc_past_caches(void)
{
	int err = get_with(1, SBUDDY_ALLOC_WC, 0);

	return err == -EOPNOTSUPP ? 0 : err;
}

CALL(SBUDDY_IOC_ALLOC, alloc_past_caches, .set_up = open_file, .run = run_alloc_past_caches,
     .tear_down = close_file, .errnos = { EFAULT, ENOMEM }, .undone = 1)

static int bulk(uint32_t type, uint32_t zone, uint64_t bytes)
{
	struct sbuddy_result results[BUFFERS];
	struct sbuddy_alloc_bulk arg = {
		.size = sizeof(arg),
		.flags = bytes ? SBUDDY_ALLOC_BYTES : 0,
		.bytes = bytes,
		.type = type,
		.zone = zone,
		.node = SBUDDY_NODE_ANY,
		.count = BUFFERS,
		.results = (uintptr_t)results,
	};

	return sb_call(fd, SBUDDY_IOC_ALLOC_BULK, &arg);
}

static int run_alloc_bulk(void)
{
	return bulk(SBUDDY_MOVABLE, SBUDDY_ZONE_MOVABLE, 0);
}

CALL(SBUDDY_IOC_ALLOC_BULK, alloc_bulk, .set_up = open_file, .run = run_alloc_bulk,
     .tear_down = close_file, .errnos = { EFAULT, ENOMEM }, .least = BUFFERS, .undone = 1)

/* Without structures, as by TAKE. */
static int run_alloc_bulk_bare(void)
{
	return bulk(SBUDDY_UNMOVABLE, SBUDDY_ZONE_NORMAL, 0);
}

CALL(SBUDDY_IOC_ALLOC_BULK, alloc_bulk_bare, .set_up = open_file, .run = run_alloc_bulk_bare,
     .tear_down = close_file, .errnos = { EFAULT, ENOMEM }, .least = 4, .undone = 1)

static int run_alloc_bulk_bytes(void)
{
	return bulk(SBUDDY_MOVABLE, SBUDDY_ZONE_MOVABLE, 3 * page_size);
}

CALL(SBUDDY_IOC_ALLOC_BULK, alloc_bulk_bytes, .set_up = open_file, .run = run_alloc_bulk_bytes,
     .tear_down = close_file, .errnos = { EFAULT, ENOMEM }, .least = BUFFERS, .undone = 1)

static int run_free(void)
{
	return sb_put(fd, buf.handle);
}

CALL(SBUDDY_IOC_FREE, free, .set_up = with_buffer, .run = run_free, .tear_down = close_file,
     .errnos = { EFAULT }, .least = 1, .undone = 1)

CALL(SBUDDY_IOC_FREE, free_taken, .set_up = with_taken, .run = run_free, .tear_down = close_file,
     .errnos = { EFAULT, ENOMEM }, .least = 1, .undone = 1)

static int with_many(void)
{
	int i, err = open_file();

	for (i = 0; i < BUFFERS && !err; i++) {
		err = sb_get(fd, 0, &buf);
		handles[i] = buf.handle;
	}
	return err;
}

static int run_free_bulk(void)
{
	struct sbuddy_free_bulk arg = {
		.size = sizeof(arg),
		.count = BUFFERS,
		.handles = (uintptr_t)handles,
	};

	return sb_call(fd, SBUDDY_IOC_FREE_BULK, &arg);
}

CALL(SBUDDY_IOC_FREE_BULK, free_bulk, .set_up = with_many, .run = run_free_bulk,
     .tear_down = close_file, .errnos = { EFAULT, ENOMEM }, .least = 3)

static int run_query(void)
{
	struct sbuddy_query query;

	return sb_query(fd, buf.handle, &query);
}

SIMPLE(SBUDDY_IOC_QUERY, query, with_buffer)

/* The first look at what was taken makes a structure of it. */
static int run_query_taken(void)
{
	return run_query();
}

CALL(SBUDDY_IOC_QUERY, query_taken, .set_up = with_taken, .run = run_query_taken,
     .tear_down = close_file, .errnos = { EFAULT, ENOMEM }, .least = 3, .undone = 1)

static int run_drain(void)
{
	struct sbuddy_drain arg = { .size = sizeof(arg) };

	return sb_call(fd, SBUDDY_IOC_DRAIN, &arg);
}

SIMPLE(SBUDDY_IOC_DRAIN, drain, open_file)

static int ask(uint32_t flags)
{
	static struct sbuddy_explain_zone zones[8];
	static char text[4096];
	struct sbuddy_explain arg = {
		.size = sizeof(arg),
		.flags = flags,
		.type = SBUDDY_MOVABLE,
		.zone = SBUDDY_ZONE_MOVABLE,
		.node = SBUDDY_NODE_ANY,
		.nr_zones = ARRAY_LEN(zones),
		.zone_size = sizeof(zones[0]),
		.text_size = sizeof(text),
		.zones = (uintptr_t)zones,
		.text = (uintptr_t)text,
	};

	return sb_call(fd, SBUDDY_IOC_EXPLAIN, &arg);
}

static int run_explain(void)
{
	return ask(0);
}

CALL(SBUDDY_IOC_EXPLAIN, explain, .set_up = open_file, .run = run_explain, .tear_down = close_file,
     .errnos = { EFAULT, ENOMEM }, .least = 6, .undone = 1)

static int with_failure(void)
{
	return open_file() ?: run_alloc_fails();
}

static int run_explain_last(void)
{
	return ask(SBUDDY_EXPLAIN_LAST);
}

CALL(SBUDDY_IOC_EXPLAIN, explain_last, .set_up = with_failure, .run = run_explain_last,
     .tear_down = close_file, .errnos = { EFAULT, ENOMEM }, .least = 5, .undone = 1)

static int poison(uint32_t flags)
{
	struct sbuddy_poison arg = { .size = sizeof(arg), .flags = flags, .handle = buf.handle };

	return sb_call(fd, SBUDDY_IOC_POISON, &arg);
}

static int run_poison(void)
{
	return poison(0);
}

static void undo_poison(void)
{
	poison(SBUDDY_POISON_UNDO);
	close_file();
}

CALL(SBUDDY_IOC_POISON, poison, .set_up = with_buffer, .run = run_poison, .tear_down = undo_poison,
     .errnos = { EFAULT, ENOMEM }, .least = 2, .undone = 1, .done = EFAULT)

static int run_pin(void)
{
	return sb_pin(fd, buf.handle);
}

SIMPLE(SBUDDY_IOC_PIN, pin, with_movable)

static int with_pin(void)
{
	return with_movable() ?: sb_pin(fd, buf.handle);
}

static int run_unpin(void)
{
	return sb_unpin(fd, buf.handle);
}

CALL(SBUDDY_IOC_UNPIN, unpin, .set_up = with_pin, .run = run_unpin, .tear_down = close_file,
     .errnos = { EFAULT, ENOMEM }, .least = 2, .undone = 1, .done = EFAULT)

/* Holes below what can be moved. */
static int with_holes(void)
{
	int i, err = with_many();

	for (i = 0; i < BUFFERS && !err; i += 2)
		err = sb_put(fd, handles[i]);
	return err;
}

static int run_compact(void)
{
	struct sbuddy_compact arg = { .size = sizeof(arg), .node = SBUDDY_NODE_ANY };

	return sb_call(fd, SBUDDY_IOC_COMPACT, &arg);
}

SIMPLE(SBUDDY_IOC_COMPACT, compact, with_holes)

static int run_plan(void)
{
	struct sbuddy_plan arg = { .size = sizeof(arg), .node = SBUDDY_NODE_ANY };

	return sb_call(fd, SBUDDY_IOC_PLAN, &arg);
}

CALL(SBUDDY_IOC_PLAN, plan, .set_up = with_holes, .run = run_plan, .tear_down = close_file,
     .errnos = { EFAULT, ENOMEM }, .least = 3, .undone = 1)

static int export_part(uint64_t start, uint64_t bytes)
{
	struct sbuddy_export arg = {
		.size = sizeof(arg),
		.flags = O_RDWR | O_CLOEXEC,
		.handle = buf.handle,
		.start = start,
		.bytes = bytes,
	};
	int err = sb_call(fd, SBUDDY_IOC_EXPORT, &arg);

	if (!err)
		close(arg.fd);
	return err;
}

static int run_export(void)
{
	return export_part(0, 0);
}

CALL(SBUDDY_IOC_EXPORT, export, .set_up = with_buffer, .run = run_export, .tear_down = close_file,
     .errnos = { EFAULT, ENOMEM, ENFILE }, .least = 5, .undone = 1)

static int run_export_part(void)
{
	return export_part(page_size, page_size);
}

CALL(SBUDDY_IOC_EXPORT, export_part, .set_up = with_buffer, .run = run_export_part,
     .tear_down = close_file, .errnos = { EFAULT, ENOMEM, ENFILE }, .least = 6, .undone = 1)

static int with_name(void)
{
	struct sbuddy_name arg = { .size = sizeof(arg), .name = "film" };
	int err = with_buffer();

	arg.handle = buf.handle;
	return err ?: sb_call(fd, SBUDDY_IOC_NAME, &arg);
}

/* Its dma-buf has the name, too. */
static int run_export_named(void)
{
	return run_export();
}

CALL(SBUDDY_IOC_EXPORT, export_named, .set_up = with_name, .run = run_export_named,
     .tear_down = close_file, .errnos = { EFAULT, ENOMEM, ENFILE }, .least = 6, .undone = 1)

static int call_name(uint32_t flags)
{
	struct sbuddy_name arg = {
		.size = sizeof(arg),
		.flags = flags,
		.handle = buf.handle,
		.name = "film",
	};

	return sb_call(fd, SBUDDY_IOC_NAME, &arg);
}

static int run_name(void)
{
	return call_name(0);
}

CALL(SBUDDY_IOC_NAME, name, .set_up = with_buffer, .run = run_name, .tear_down = close_file,
     .errnos = { EFAULT }, .least = 1, .undone = 1)

static int run_name_taken(void)
{
	return call_name(0);
}

CALL(SBUDDY_IOC_NAME, name_taken, .set_up = with_taken, .run = run_name_taken,
     .tear_down = close_file, .errnos = { EFAULT, ENOMEM }, .least = 2, .undone = 1)

static int run_name_get(void)
{
	return call_name(SBUDDY_NAME_GET);
}

SIMPLE(SBUDDY_IOC_NAME, name_get, with_name)

static int run_sync(void)
{
	struct sbuddy_sync arg = {
		.size = sizeof(arg),
		.flags = SBUDDY_SYNC_RW | SBUDDY_SYNC_END,
		.handle = buf.handle,
		.bytes = page_size,
	};
	int err = sb_call(fd, SBUDDY_IOC_SYNC, &arg);

	return err == -EOPNOTSUPP ? 0 : err;
}

CALL(SBUDDY_IOC_SYNC, sync, .set_up = with_taken, .run = run_sync, .tear_down = close_file,
     .errnos = { EFAULT, ENOMEM }, .least = 2, .undone = 1)

static int run_slice(void)
{
	struct sbuddy_slice arg = {
		.size = sizeof(arg),
		.handle = buf.handle,
		.start = page_size,
		.bytes = page_size,
	};

	return sb_call(fd, SBUDDY_IOC_SLICE, &arg);
}

CALL(SBUDDY_IOC_SLICE, slice, .set_up = with_movable, .run = run_slice, .tear_down = close_file,
     .errnos = { EFAULT, ENOMEM }, .least = 3, .undone = 1)

static int run_place(void)
{
	struct sbuddy_place arg = {
		.size = sizeof(arg),
		.zone = SBUDDY_ZONE_HIGHMEM,
		.node = SBUDDY_NODE_ANY,
		.bytes = 5 * page_size,
		.align = 1 << 16,
	};

	return sb_call(fd, SBUDDY_IOC_PLACE, &arg);
}

CALL(SBUDDY_IOC_PLACE, place, .set_up = open_file, .run = run_place, .tear_down = close_file,
     .errnos = { EFAULT, ENOMEM }, .least = 4, .undone = 1)

static int run_limit(void)
{
	struct sbuddy_limit arg = { .size = sizeof(arg), .bytes = 64 * page_size };

	return sb_call(fd, SBUDDY_IOC_LIMIT, &arg);
}

SIMPLE(SBUDDY_IOC_LIMIT, limit, open_file)

static int claim(uint32_t count)
{
	struct sbuddy_claim arg = {
		.size = sizeof(arg),
		.order = 1,
		.zone = SBUDDY_ZONE_HIGHMEM,
		.node = SBUDDY_NODE_ANY,
		.count = count,
	};

	return sb_call(fd, SBUDDY_IOC_CLAIM, &arg);
}

static int run_claim(void)
{
	return claim(3);
}

CALL(SBUDDY_IOC_CLAIM, claim, .set_up = open_file, .run = run_claim, .tear_down = close_file,
     .errnos = { EFAULT, ENOMEM }, .least = 4, .undone = 1, .done = EFAULT)

static int with_claim(void)
{
	return open_file() ?: claim(3);
}

static int run_claim_more(void)
{
	return claim(8);
}

CALL(SBUDDY_IOC_CLAIM, claim_more, .set_up = with_claim, .run = run_claim_more,
     .tear_down = close_file, .errnos = { EFAULT, ENOMEM }, .least = 3, .undone = 1, .done = EFAULT)

static int run_claim_less(void)
{
	return claim(1);
}

CALL(SBUDDY_IOC_CLAIM, claim_less, .set_up = with_claim, .run = run_claim_less,
     .tear_down = close_file, .errnos = { EFAULT, ENOMEM }, .least = 2, .undone = 1, .done = EFAULT)

static int run_alloc_claimed(void)
{
	struct sbuddy_alloc arg = sb_request(1);

	arg.type = SBUDDY_UNMOVABLE;
	arg.zone = SBUDDY_ZONE_HIGHMEM;
	arg.flags = SBUDDY_ALLOC_CLAIMED;
	return sb_call(fd, SBUDDY_IOC_ALLOC, &arg);
}

CALL(SBUDDY_IOC_ALLOC, alloc_claimed, .set_up = with_claim, .run = run_alloc_claimed,
     .tear_down = close_file, .errnos = { EFAULT, ENOMEM }, .least = 4, .undone = 1)

static int run_falls(void)
{
	struct sbuddy_falls arg = { .size = sizeof(arg) };

	return sb_call(fd, SBUDDY_IOC_FALLS, &arg);
}

SIMPLE(SBUDDY_IOC_FALLS, falls, open_file)

static int take(int count)
{
	long ret = ioctl(fd, SBUDDY_IOC_TAKE, SBUDDY_TAKE(0, 0, 0, 0, count));

	return ret < 0 ? -errno : 0;
}

static int run_take(void)
{
	return take(1);
}

CALL(SBUDDY_IOC_TAKE, take, .set_up = open_file, .run = run_take, .tear_down = close_file,
     .errnos = { ENOMEM }, .least = 1, .undone = 1)

static int run_take_many(void)
{
	return take(BUFFERS);
}

CALL(SBUDDY_IOC_TAKE, take_many, .set_up = open_file, .run = run_take_many, .tear_down = close_file,
     .errnos = { ENOMEM }, .least = 1, .undone = 1)

static int run_give(void)
{
	return ioctl(fd, SBUDDY_IOC_GIVE, taken) < 0 ? -errno : 0;
}

CALL(SBUDDY_IOC_GIVE, give, .set_up = with_taken, .run = run_give, .tear_down = close_file,
     .errnos = { ENOMEM }, .undone = 1)

/* The driver knows no command that no test above is about. */
TEST(no_command_is_forgotten)
{
	unsigned int nr;

	ASSERT_EQ(0, open_file());
	for (nr = 0; nr < 256; nr++) {
		int is_call = ioctl(fd, _IOWR(SBUDDY_IOC_MAGIC, nr, int), NULL) >= 0 ||
			      errno != ENOTTY;
		int is_number = ioctl(fd, _IO(SBUDDY_IOC_MAGIC, nr), 0) >= 0 || errno != ENOTTY;
		int is_tested = nr < 32 && (known >> nr & 1);

		EXPECT_EQ(is_tested, is_call || is_number)
		TH_LOG("command %u", nr);
	}
	close_file();
}

int main(int argc, char **argv)
{
	faults_need_kernel(argv);
	sb_need_device();
	page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	if (faults_look_at_device())
		return 1;
	max_bytes = sb_info(faults_watch).max_bytes;
	return test_harness_run(argc, argv);
}
