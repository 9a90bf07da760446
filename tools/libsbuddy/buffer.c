// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <sys/mman.h>

#include "call.h"

int sbuddy_alloc(int fd, struct sbuddy_alloc *request, size_t size)
{
	return call_sized(fd, SBUDDY_IOC_ALLOC, request, size);
}

static int alloc_buf(int fd, struct sbuddy_alloc *request, unsigned int type,
		     struct sbuddy_buf *buf)
{
	int err;

	request->type = type;
	request->zone = SBUDDY_ZONE_MOVABLE;
	request->node = SBUDDY_NODE_ANY;
	err = sbuddy_alloc(fd, request, sizeof(*request));
	if (err)
		return err;
	buf->handle = request->handle;
	buf->reserved = 0;
	buf->offset = request->offset;
	buf->bytes = request->granted;
	return 0;
}

int sbuddy_alloc_order(int fd, unsigned int order, unsigned int type, struct sbuddy_buf *buf)
{
	struct sbuddy_alloc request = { .order = order };

	return alloc_buf(fd, &request, type, buf);
}

int sbuddy_alloc_bytes(int fd, uint64_t bytes, unsigned int type, uint32_t flags,
		       struct sbuddy_buf *buf)
{
	struct sbuddy_alloc request = { .flags = flags | SBUDDY_ALLOC_BYTES, .bytes = bytes };

	return alloc_buf(fd, &request, type, buf);
}

int sbuddy_place(int fd, struct sbuddy_place *request, size_t size)
{
	return call_sized(fd, SBUDDY_IOC_PLACE, request, size);
}

int sbuddy_alloc_bulk(int fd, struct sbuddy_alloc_bulk *request, size_t size)
{
	int err = call_sized(fd, SBUDDY_IOC_ALLOC_BULK, request, size);

	return err ? err : (int)request->allocated;
}

int sbuddy_take(int fd, unsigned int order, unsigned int type, unsigned int zone, uint32_t flags,
		unsigned int count, uint32_t *handle)
{
	unsigned int room = SBUDDY_MAX_TAKE;
	int taken;

	/* What has no room in its bits would be taken for something else. */
	if (order > 15 || type > 3 || zone > 3 || flags > 255 || !count || count > room)
		return -EINVAL;
	taken = ioctl(fd, SBUDDY_IOC_TAKE, SBUDDY_TAKE(order, type, zone, flags, count));
	if (taken < 0)
		return -errno;
	*handle = (uint32_t)SBUDDY_TAKEN_HANDLE(taken);
	return SBUDDY_TAKEN_COUNT(taken);
}

int sbuddy_give(int fd, uint32_t handle, unsigned int count)
{
	unsigned int room = SBUDDY_MAX_TAKE;
	int given;

	if (handle >> SBUDDY_TAKEN_SHIFT || !count || count > room)
		return -EINVAL;
	given = ioctl(fd, SBUDDY_IOC_GIVE, SBUDDY_TAKEN(handle, count));
	return given < 0 ? -errno : given;
}

int sbuddy_free(int fd, uint32_t handle)
{
	struct sbuddy_free arg = { .size = sizeof(arg), .handle = handle };

	return call(fd, SBUDDY_IOC_FREE, &arg);
}

int sbuddy_free_bulk(int fd, const uint32_t *handles, uint32_t count, uint32_t *freed)
{
	struct sbuddy_free_bulk bulk = { .size = sizeof(bulk) };
	uint32_t done = 0;
	int err = 0;

	while (!err && done < count) {
		bulk.count = count - done;
		if (bulk.count > SBUDDY_MAX_HANDLES)
			bulk.count = SBUDDY_MAX_HANDLES;
		bulk.freed = 0;
		bulk.handles = (uintptr_t)(handles + done);
		err = call(fd, SBUDDY_IOC_FREE_BULK, &bulk);
		done += bulk.freed;
	}
	if (freed)
		*freed = done;
	return err;
}

int sbuddy_query(int fd, uint32_t handle, uint32_t flags, struct sbuddy_query *query, size_t size)
{
	int err = clear(query, size);

	if (err)
		return err;
	query->flags = flags;
	query->handle = handle;
	return call_sized(fd, SBUDDY_IOC_QUERY, query, size);
}

int sbuddy_map(int fd, uint64_t offset, size_t bytes, int prot, void **address)
{
	void *p;

	if (offset > INT64_MAX)
		return -EINVAL;
	p = mmap(NULL, bytes, prot, MAP_SHARED, fd, (off_t)offset);
	if (p == MAP_FAILED)
		return -errno;
	*address = p;
	return 0;
}

int sbuddy_unmap(void *address, size_t bytes)
{
	return munmap(address, bytes) ? -errno : 0;
}

int sbuddy_export(int fd, uint32_t handle, int flags)
{
	struct sbuddy_export arg = {
		.size = SBUDDY_EXPORT_SIZE_VER0,
		.flags = (uint32_t)(flags | O_CLOEXEC),
		.handle = handle,
	};
	int err = call(fd, SBUDDY_IOC_EXPORT, &arg);

	return err ? err : arg.fd;
}

int sbuddy_export_part(int fd, uint32_t handle, uint64_t start, uint64_t bytes, int flags)
{
	struct sbuddy_export arg = {
		.size = sizeof(arg),
		.flags = (uint32_t)(flags | O_CLOEXEC),
		.handle = handle,
		.start = start,
		.bytes = bytes,
	};
	int err = call(fd, SBUDDY_IOC_EXPORT, &arg);

	return err ? err : arg.fd;
}

int sbuddy_slice(int fd, uint32_t handle, uint64_t start, uint64_t bytes, struct sbuddy_buf *slice)
{
	struct sbuddy_slice arg = {
		.size = sizeof(arg),
		.handle = handle,
		.start = start,
		.bytes = bytes,
	};
	int err = call(fd, SBUDDY_IOC_SLICE, &arg);

	if (err)
		return err;
	slice->handle = arg.slice;
	slice->offset = arg.offset;
	slice->bytes = bytes;
	return 0;
}

int sbuddy_set_name(int fd, uint32_t handle, const char *name)
{
	struct sbuddy_name arg = { .size = sizeof(arg), .handle = handle };
	size_t len = name ? strlen(name) : 0;

	if (len >= sizeof(arg.name))
		return -EINVAL;
	if (len)
		memcpy(arg.name, name, len);
	return call(fd, SBUDDY_IOC_NAME, &arg);
}

int sbuddy_get_name(int fd, uint32_t handle, char name[SBUDDY_NAME_LEN])
{
	struct sbuddy_name arg = {
		.size = sizeof(arg),
		.flags = SBUDDY_NAME_GET,
		.handle = handle,
	};
	int err = call(fd, SBUDDY_IOC_NAME, &arg);

	if (!err)
		memcpy(name, arg.name, sizeof(arg.name));
	return err;
}

int sbuddy_sync(int fd, uint32_t handle, uint32_t flags, uint64_t offset, uint64_t bytes)
{
	struct sbuddy_sync arg = {
		.size = sizeof(arg),
		.flags = flags,
		.handle = handle,
		.offset = offset,
		.bytes = bytes,
	};

	return call(fd, SBUDDY_IOC_SYNC, &arg);
}
