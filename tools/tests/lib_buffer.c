// SPDX-License-Identifier: GPL-2.0-only
#include "lib_test.h"

static int mappable(void)
{
	return !!(info_now().state & SBUDDY_STATE_MAPPABLE);
}

static void request_has_all_that_can_be_asked(void)
{
	struct sbuddy_alloc request = {
		.order = 2,
		.type = SBUDDY_RECLAIMABLE,
		.zone = SBUDDY_ZONE_NORMAL,
		.node = SBUDDY_NODE_ANY,
	};
	struct sbuddy_query query;

	CHECK(!sbuddy_alloc(dev, &request, sizeof(request)));
	CHECK(request.granted == 4 * info_now().page_size);
	CHECK(!sbuddy_query(dev, request.handle, 0, &query, sizeof(query)));
	CHECK(query.type == SBUDDY_RECLAIMABLE && query.order == 2 && query.mappings == 0);
	CHECK(query.bytes == request.granted && query.offset == request.offset);
	CHECK(!sbuddy_free(dev, request.handle));
	CHECK(sbuddy_free(dev, request.handle) == -ENOENT);
	CHECK(sbuddy_query(dev, request.handle, 0, &query, sizeof(query)) == -ENOENT);
	CHECK(sbuddy_query(dev, request.handle, 0, &query, 4) == -EINVAL);
	request.order = 31;
	CHECK(sbuddy_alloc(dev, &request, sizeof(request)) == -EINVAL);
	CHECK(sbuddy_alloc(dev, &request, 3) == -EINVAL);
	CHECK(sbuddy_alloc(dev, &request, (size_t)INT32_MAX + 1) == -EINVAL);
}

static void orders_and_bytes_are_granted(void)
{
	uint32_t page = info_now().page_size;
	struct sbuddy_buf buf;

	CHECK(!sbuddy_alloc_order(dev, 3, SBUDDY_MOVABLE, &buf));
	CHECK(buf.handle && !buf.reserved && buf.bytes == 8 * page);
	CHECK(!sbuddy_free(dev, buf.handle));
	CHECK(!sbuddy_alloc_bytes(dev, 2 * page + 1, SBUDDY_UNMOVABLE, 0, &buf));
	CHECK(buf.bytes == 3 * page);
	CHECK(!sbuddy_free(dev, buf.handle));
	CHECK(!sbuddy_alloc_bytes(dev, 5 * page, SBUDDY_MOVABLE, SBUDDY_ALLOC_SCATTERED, &buf));
	CHECK(!sbuddy_free(dev, buf.handle));
	CHECK(sbuddy_alloc_order(dev, 31, SBUDDY_MOVABLE, &buf) == -EINVAL);
	CHECK(sbuddy_alloc_order(dev, 0, 77, &buf) == -EINVAL);
	CHECK(sbuddy_alloc_bytes(dev, 0, SBUDDY_MOVABLE, 0, &buf) == -EINVAL);
	CHECK(sbuddy_alloc_bytes(dev, page, SBUDDY_MOVABLE, 1u << 31, &buf) == -EINVAL);
	CHECK(sbuddy_alloc_bytes(dev, ~0ull, SBUDDY_MOVABLE, 0, &buf) == -EINVAL);
}

static void place_is_where_a_device_can_use_it(void)
{
	struct sbuddy_place request = {
		.flags = SBUDDY_PLACE_PHYS,
		.node = SBUDDY_NODE_ANY,
		.bytes = 3 * info_now().page_size,
		.align = 65536,
		.boundary = 65536,
	};

	SKIP_UNLESS(!geteuid());
	CHECK(!sbuddy_place(dev, &request, sizeof(request)));
	CHECK(request.granted == request.bytes && !(request.phys % 65536));
	CHECK(!sbuddy_free(dev, request.handle));
	request.align = 3;
	CHECK(sbuddy_place(dev, &request, sizeof(request)) == -EINVAL);
	CHECK(sbuddy_place(dev, &request, 1) == -EINVAL);
}

static void many_come_and_go_at_once(void)
{
	struct sbuddy_result results[50];
	struct sbuddy_alloc_bulk bulk = {
		.type = SBUDDY_MOVABLE,
		.zone = SBUDDY_ZONE_MOVABLE,
		.node = SBUDDY_NODE_ANY,
		.count = 50,
		.results = (uintptr_t)results,
	};
	uint32_t handles[51], freed = 77, i;

	CHECK(sbuddy_alloc_bulk(dev, &bulk, sizeof(bulk)) == 50);
	for (i = 0; i < 50; i++)
		handles[i] = results[i].handle;
	handles[50] = handles[0];
	CHECK(!sbuddy_free_bulk(dev, handles, 0, &freed) && freed == 0);
	CHECK(sbuddy_free_bulk(dev, handles, 51, &freed) == -ENOENT);
	CHECK(freed == 50);
	CHECK(sbuddy_free_bulk(dev, handles, 1, NULL) == -ENOENT);
	bulk.count = 0;
	CHECK(sbuddy_alloc_bulk(dev, &bulk, sizeof(bulk)) == -EINVAL);
}

/* More handles than one call may have are freed all the same. */
static void any_number_is_freed(void)
{
	static uint32_t handles[SBUDDY_MAX_HANDLES + 1];
	uint32_t first, freed = 0;

	CHECK(sbuddy_take(dev, 0, SBUDDY_MOVABLE, SBUDDY_ZONE_MOVABLE, 0, 1, &first) == 1);
	handles[0] = first;
	CHECK(sbuddy_free_bulk(dev, handles, SBUDDY_MAX_HANDLES + 1, &freed) == -ENOENT);
	CHECK(freed == 1);
}

static void some_are_taken_in_a_row(void)
{
	uint32_t first = 0;
	int nr = sbuddy_take(dev, 1, SBUDDY_UNMOVABLE, SBUDDY_ZONE_NORMAL, 0, 100, &first);

	CHECK(nr > 0 && nr <= 100 && first);
	CHECK(sbuddy_give(dev, first, (unsigned int)nr) == nr);
	CHECK(sbuddy_give(dev, first, 1) == -ENOENT);
	CHECK(sbuddy_give(dev, first, 0) == -EINVAL);
	CHECK(sbuddy_give(dev, first, SBUDDY_MAX_TAKE + 1) == -EINVAL);
	CHECK(sbuddy_give(dev, 1u << SBUDDY_TAKEN_SHIFT, 1) == -EINVAL);
	CHECK(sbuddy_take(dev, 0, SBUDDY_MOVABLE, 0, 0, 0, &first) == -EINVAL);
	CHECK(sbuddy_take(dev, 0, SBUDDY_MOVABLE, 0, 0, SBUDDY_MAX_TAKE + 1, &first) == -EINVAL);
	CHECK(sbuddy_take(dev, 16, SBUDDY_MOVABLE, 0, 0, 1, &first) == -EINVAL);
	CHECK(sbuddy_take(dev, 0, 4, 0, 0, 1, &first) == -EINVAL);
	CHECK(sbuddy_take(dev, 0, 0, 4, 0, 1, &first) == -EINVAL);
	CHECK(sbuddy_take(dev, 0, 0, 0, 256, 1, &first) == -EINVAL);
}

static void buffer_is_mapped_and_holds(void)
{
	uint32_t page = info_now().page_size;
	struct sbuddy_buf buf;
	void *memory, *second;

	SKIP_UNLESS(mappable());
	CHECK(!sbuddy_alloc_bytes(dev, 4 * page, SBUDDY_UNMOVABLE, 0, &buf));
	CHECK(!sbuddy_map(dev, buf.offset, 4 * page, PROT_READ | PROT_WRITE, &memory));
	memset(memory, 0x77, 4 * page);
	CHECK(!sbuddy_map(dev, buf.offset + page, page, PROT_READ, &second));
	CHECK(!memcmp(memory, second, page));
	CHECK(sbuddy_map(dev, buf.offset, 5 * page, PROT_READ, &second) == -EINVAL);
	CHECK(sbuddy_map(dev, UINT64_MAX - page + 1, page, PROT_READ, &second) == -EINVAL);
	CHECK(sbuddy_map(dev, buf.offset, page, PROT_EXEC, &second) == -EPERM);
	CHECK(!sbuddy_unmap(second, page));
	CHECK(!sbuddy_unmap(memory, 4 * page));
	CHECK(sbuddy_unmap((char *)memory + 1, page) == -EINVAL);
	CHECK(!sbuddy_free(dev, buf.handle));
}

static void dma_buf_is_the_buffer(void)
{
	uint32_t page = info_now().page_size;
	struct sbuddy_buf buf;
	void *memory;
	int fd;

	SKIP_UNLESS(mappable());
	CHECK(!sbuddy_alloc_bytes(dev, page, SBUDDY_UNMOVABLE, 0, &buf));
	fd = sbuddy_export(dev, buf.handle, O_RDWR);
	CHECK(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC);
	CHECK(sbuddy_export(dev, buf.handle, O_APPEND) == -EINVAL);
	CHECK(sbuddy_export_part(dev, buf.handle, 0, page + 1, O_RDWR) == -EINVAL);
	CHECK(!sbuddy_close(sbuddy_export_part(dev, buf.handle, 0, page, O_RDWR)));
	CHECK(!sbuddy_free(dev, buf.handle));
	CHECK(sbuddy_export(dev, buf.handle, O_RDWR) == -ENOENT);
	CHECK(!sbuddy_map(fd, 0, page, PROT_READ | PROT_WRITE, &memory));
	memset(memory, 1, page);
	CHECK(!sbuddy_unmap(memory, page));
	CHECK(!sbuddy_close(fd));
}

static void slices_are_buffers(void)
{
	uint32_t page = info_now().page_size;
	struct sbuddy_buf buf, slice;
	void *memory, *part;

	SKIP_UNLESS(mappable());
	CHECK(!sbuddy_alloc_bytes(dev, 4 * page, SBUDDY_UNMOVABLE, 0, &buf));
	CHECK(sbuddy_slice(dev, buf.handle, page, 4 * page, &slice) == -EINVAL);
	CHECK(!sbuddy_slice(dev, buf.handle, page, 2 * page, &slice));
	CHECK(slice.bytes == 2 * page && slice.handle != buf.handle);
	CHECK(!sbuddy_map(dev, buf.offset, 4 * page, PROT_READ | PROT_WRITE, &memory));
	CHECK(!sbuddy_map(dev, slice.offset, 2 * page, PROT_READ, &part));
	memset((char *)memory + page, 0x33, page);
	CHECK(!memcmp((char *)memory + page, part, page));
	CHECK(!sbuddy_unmap(memory, 4 * page));
	CHECK(!sbuddy_free(dev, buf.handle));
	CHECK(*(char *)part == 0x33);
	CHECK(!sbuddy_unmap(part, 2 * page));
	CHECK(!sbuddy_free(dev, slice.handle));
}

static void names_are_told(void)
{
	char name[SBUDDY_NAME_LEN], longest[SBUDDY_NAME_LEN + 1];
	struct sbuddy_buf buf;

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = 0;
	CHECK(!sbuddy_alloc_order(dev, 0, SBUDDY_MOVABLE, &buf));
	CHECK(!sbuddy_get_name(dev, buf.handle, name) && !name[0]);
	CHECK(!sbuddy_set_name(dev, buf.handle, "camera, front"));
	CHECK(!sbuddy_get_name(dev, buf.handle, name) && !strcmp(name, "camera, front"));
	CHECK(sbuddy_set_name(dev, buf.handle, longest) == -EINVAL);
	CHECK(sbuddy_set_name(dev, buf.handle, "\n") == -EINVAL);
	CHECK(!sbuddy_set_name(dev, buf.handle, longest + 1));
	CHECK(!sbuddy_set_name(dev, buf.handle, NULL));
	CHECK(!sbuddy_get_name(dev, buf.handle, name) && !name[0]);
	CHECK(!sbuddy_free(dev, buf.handle));
	CHECK(sbuddy_set_name(dev, buf.handle, "gone") == -ENOENT);
}

static void caches_agree_with_memory(void)
{
	uint32_t page = info_now().page_size, flags = SBUDDY_SYNC_END | SBUDDY_SYNC_WRITE;
	struct sbuddy_buf buf;

	SKIP_UNLESS(mappable());
	CHECK(!sbuddy_alloc_bytes(dev, 2 * page, SBUDDY_UNMOVABLE, 0, &buf));
	CHECK(!sbuddy_sync(dev, buf.handle, flags, 0, 2 * page));
	CHECK(!sbuddy_sync(dev, buf.handle, SBUDDY_SYNC_START | SBUDDY_SYNC_READ, 100, 100));
	CHECK(sbuddy_sync(dev, buf.handle, flags, page, 2 * page) == -EINVAL);
	CHECK(sbuddy_sync(dev, buf.handle, 0, 0, page) == -EINVAL);
	CHECK(!sbuddy_free(dev, buf.handle));
	CHECK(sbuddy_sync(dev, buf.handle, flags, 0, page) == -ENOENT);
}

static void request_waits_no_longer_than_it_says(void)
{
	struct sbuddy_alloc request = {
		.flags = SBUDDY_ALLOC_BYTES | SBUDDY_ALLOC_SCATTERED | SBUDDY_ALLOC_WAIT,
		.type = SBUDDY_UNMOVABLE,
		.zone = SBUDDY_ZONE_HIGHMEM,
		.node = SBUDDY_NODE_ANY,
		.timeout_ms = 20,
	};
	uint64_t all = info_now().pages_managed;
	char text[512];

	SKIP_UNLESS(all < SBUDDY_MAX_SCATTERED);
	request.bytes = all * info_now().page_size;
	CHECK(sbuddy_alloc(dev, &request, sizeof(request)) == -ETIMEDOUT);
	request.flags &= ~(uint32_t)(SBUDDY_ALLOC_BYTES | SBUDDY_ALLOC_SCATTERED);
	request.bytes = 0;
	CHECK(sbuddy_explain_text(dev, &request, text, sizeof(text)) > 0);
	CHECK(!sbuddy_alloc(dev, &request, sizeof(request)));
	CHECK(!sbuddy_free(dev, request.handle));
}

const struct test buffer_tests[] = {
	TEST(request_has_all_that_can_be_asked),
	TEST(orders_and_bytes_are_granted),
	TEST(place_is_where_a_device_can_use_it),
	TEST(many_come_and_go_at_once),
	TEST(any_number_is_freed),
	TEST(some_are_taken_in_a_row),
	TEST(buffer_is_mapped_and_holds),
	TEST(dma_buf_is_the_buffer),
	TEST(slices_are_buffers),
	TEST(names_are_told),
	TEST(caches_agree_with_memory),
	TEST(request_waits_no_longer_than_it_says),
	{ NULL, NULL },
};
