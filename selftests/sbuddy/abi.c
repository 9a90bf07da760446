// SPDX-License-Identifier: GPL-2.0-only
/* The ioctl ABI: layout, struct sizes, reserved bytes, flags and addresses. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <stddef.h>

#include "device.h"

#define SAME(type, field, offset) \
	_Static_assert(offsetof(struct type, field) == (offset), #type "." #field)

_Static_assert(sizeof(struct sbuddy_info) == SBUDDY_INFO_SIZE_VER1, "info");
_Static_assert(sizeof(struct sbuddy_alloc) == SBUDDY_ALLOC_SIZE_VER1, "alloc");
_Static_assert(sizeof(struct sbuddy_alloc_bulk) == SBUDDY_ALLOC_BULK_SIZE_VER0, "alloc_bulk");
_Static_assert(sizeof(struct sbuddy_free) == SBUDDY_FREE_SIZE_VER0, "free");
_Static_assert(sizeof(struct sbuddy_free_bulk) == SBUDDY_FREE_BULK_SIZE_VER0, "free_bulk");
_Static_assert(sizeof(struct sbuddy_query) == SBUDDY_QUERY_SIZE_VER2, "query");
_Static_assert(sizeof(struct sbuddy_drain) == SBUDDY_DRAIN_SIZE_VER0, "drain");
_Static_assert(sizeof(struct sbuddy_poison) == SBUDDY_POISON_SIZE_VER0, "poison");
_Static_assert(sizeof(struct sbuddy_pin) == SBUDDY_PIN_SIZE_VER0, "pin");
_Static_assert(sizeof(struct sbuddy_unpin) == SBUDDY_UNPIN_SIZE_VER0, "unpin");
_Static_assert(sizeof(struct sbuddy_export) == SBUDDY_EXPORT_SIZE_VER1, "export");
_Static_assert(sizeof(struct sbuddy_sync) == SBUDDY_SYNC_SIZE_VER0, "sync");
_Static_assert(sizeof(struct sbuddy_place) == SBUDDY_PLACE_SIZE_VER0, "place");
_Static_assert(sizeof(struct sbuddy_claim) == SBUDDY_CLAIM_SIZE_VER0, "claim");
_Static_assert(sizeof(struct sbuddy_falls) == SBUDDY_FALLS_SIZE_VER0, "falls");
_Static_assert(sizeof(struct sbuddy_limit) == SBUDDY_LIMIT_SIZE_VER0, "limit");
_Static_assert(sizeof(struct sbuddy_slice) == SBUDDY_SLICE_SIZE_VER0, "slice");
_Static_assert(sizeof(struct sbuddy_name) == SBUDDY_NAME_SIZE_VER0, "name");
_Static_assert(sizeof(struct sbuddy_explain) == SBUDDY_EXPLAIN_SIZE_VER0, "explain");
_Static_assert(sizeof(struct sbuddy_explain_zone) == SBUDDY_EXPLAIN_ZONE_SIZE_VER0, "explain_zone");
_Static_assert(sizeof(struct sbuddy_result) == 16, "result");
SAME(sbuddy_info, pages_managed, 40);
SAME(sbuddy_info, name, 88);
SAME(sbuddy_info, pages_pinned, SBUDDY_INFO_SIZE_VER0);
SAME(sbuddy_alloc, bytes, 24);
SAME(sbuddy_alloc, offset, 40);
SAME(sbuddy_alloc, timeout_ms, SBUDDY_ALLOC_SIZE_VER0);
SAME(sbuddy_alloc_bulk, count, 32);
SAME(sbuddy_alloc_bulk, results, 40);
SAME(sbuddy_free_bulk, handles, 16);
SAME(sbuddy_query, bytes, 32);
SAME(sbuddy_query, pins, SBUDDY_QUERY_SIZE_VER0);
SAME(sbuddy_query, runs, 60);
SAME(sbuddy_query, caching, SBUDDY_QUERY_SIZE_VER1);
SAME(sbuddy_export, fd, 12);
SAME(sbuddy_export, start, SBUDDY_EXPORT_SIZE_VER0);
SAME(sbuddy_name, name, 16);
SAME(sbuddy_slice, start, 16);
SAME(sbuddy_pin, phys, 16);
SAME(sbuddy_unpin, pins, 12);
SAME(sbuddy_drain, pages, 8);
SAME(sbuddy_poison, address, 16);
SAME(sbuddy_result, offset, 8);
SAME(sbuddy_sync, offset, 16);
SAME(sbuddy_place, handle, 56);
SAME(sbuddy_place, phys, 80);
SAME(sbuddy_claim, count, 24);
SAME(sbuddy_limit, bytes, 8);
SAME(sbuddy_limit, uid_used, 40);
SAME(sbuddy_explain, verdict, 40);
SAME(sbuddy_explain, zones, 88);
SAME(sbuddy_explain, reserved, 128);
SAME(sbuddy_explain_zone, free, 16);
SAME(sbuddy_explain_zone, blocks, 104);
/* A program built today works with the kernel of tomorrow. */
_Static_assert(SBUDDY_IOC_INFO == 0xc0a0b900, "info");
_Static_assert(SBUDDY_IOC_ALLOC == 0xc040b901, "alloc");
_Static_assert(SBUDDY_IOC_ALLOC_BULK == 0xc030b902, "alloc_bulk");
_Static_assert(SBUDDY_IOC_FREE == 0xc008b903, "free");
_Static_assert(SBUDDY_IOC_FREE_BULK == 0xc018b904, "free_bulk");
_Static_assert(SBUDDY_IOC_QUERY == 0xc048b905, "query");
_Static_assert(SBUDDY_IOC_DRAIN == 0xc010b906, "drain");
_Static_assert(SBUDDY_IOC_POISON == 0xc018b908, "poison");
_Static_assert(SBUDDY_IOC_EXPLAIN == 0xc088b907, "explain");
_Static_assert(SBUDDY_IOC_PIN == 0xc018b909, "pin");
_Static_assert(SBUDDY_IOC_UNPIN == 0xc010b90a, "unpin");
_Static_assert(SBUDDY_IOC_EXPORT == 0xc020b90d, "export");
_Static_assert(SBUDDY_IOC_SYNC == 0xc020b911, "sync");
_Static_assert(SBUDDY_IOC_PLACE == 0xc058b913, "place");
_Static_assert(SBUDDY_IOC_CLAIM == 0xc028b915, "claim");
_Static_assert(SBUDDY_IOC_FALLS == 0xc010b916, "falls");
_Static_assert(SBUDDY_IOC_LIMIT == 0xc030b914, "limit");
_Static_assert(SBUDDY_IOC_TAKE == 0xb90e, "take");
_Static_assert(SBUDDY_IOC_GIVE == 0xb90f, "give");
_Static_assert(SBUDDY_IOC_NAME == 0xc030b910, "name");
_Static_assert(SBUDDY_IOC_SLICE == 0xc028b912, "slice");
_Static_assert(SBUDDY_TAKE(1, 2, 3, SBUDDY_ALLOC_HIGH, 5) == 0x4041b, "argument of take");
_Static_assert(SBUDDY_TAKEN(3, 2) == 0x20003, "what take returns");

#define TAIL 24
#define CANARY 0xa5
#define NONE 0xffff

/* Room for any struct, a longer one of the future, and what must stay as it is. */
union arg {
	uint32_t size;
	struct sbuddy_info info;
	struct sbuddy_alloc alloc;
	struct sbuddy_alloc_bulk alloc_bulk;
	struct sbuddy_free free;
	struct sbuddy_free_bulk free_bulk;
	struct sbuddy_query query;
	struct sbuddy_drain drain;
	struct sbuddy_pin pin;
	struct sbuddy_unpin unpin;
	struct sbuddy_name name;
	struct sbuddy_slice slice;
	struct sbuddy_explain explain;
	struct sbuddy_place place;
	struct sbuddy_sync sync;
	struct sbuddy_limit limit;
	struct sbuddy_claim claim;
	struct sbuddy_falls falls;
	unsigned char bytes[512];
};

FIXTURE(command)
{
	int fd;
	uint64_t free;
	union arg arg;
	struct sbuddy_result results[2];
	uint32_t handles[2];
};

FIXTURE_VARIANT(command)
{
	unsigned long cmd;
	uint32_t size;
	unsigned int reserved; /* offset of a field that must be 0 */
	unsigned int flags; /* offset of the flags */
	uint32_t known_flags;
	uint32_t least; /* size that it had at first, if not this one */
};

/* The formatter takes each of these for a call. */
/* clang-format off */
FIXTURE_VARIANT_ADD(command, info) {
	SBUDDY_IOC_INFO,
	sizeof(struct sbuddy_info),
	offsetof(struct sbuddy_info, reserved),
	offsetof(struct sbuddy_info, flags),
	SBUDDY_INFO_PHYS,
	SBUDDY_INFO_SIZE_VER0,
};

FIXTURE_VARIANT_ADD(command, alloc) {
	SBUDDY_IOC_ALLOC,
	sizeof(struct sbuddy_alloc),
	offsetof(struct sbuddy_alloc, reserved),
	offsetof(struct sbuddy_alloc, flags),
	SBUDDY_ALLOC_FLAGS | SBUDDY_ALLOC_WAIT | SBUDDY_ALLOC_CLAIMED,
	SBUDDY_ALLOC_SIZE_VER0,
};

FIXTURE_VARIANT_ADD(command, alloc_bulk) {
	SBUDDY_IOC_ALLOC_BULK,
	sizeof(struct sbuddy_alloc_bulk),
	NONE,
	offsetof(struct sbuddy_alloc_bulk, flags),
	SBUDDY_ALLOC_FLAGS,
};

FIXTURE_VARIANT_ADD(command, free) {
	SBUDDY_IOC_FREE, sizeof(struct sbuddy_free), NONE, NONE, 0,
};

FIXTURE_VARIANT_ADD(command, free_bulk) {
	SBUDDY_IOC_FREE_BULK,
	sizeof(struct sbuddy_free_bulk),
	offsetof(struct sbuddy_free_bulk, reserved),
	NONE,
	0,
};

FIXTURE_VARIANT_ADD(command, query) {
	SBUDDY_IOC_QUERY,
	sizeof(struct sbuddy_query),
	NONE,
	offsetof(struct sbuddy_query, flags),
	SBUDDY_QUERY_PHYS,
	SBUDDY_QUERY_SIZE_VER0,
};

FIXTURE_VARIANT_ADD(command, pin) {
	SBUDDY_IOC_PIN,
	sizeof(struct sbuddy_pin),
	NONE,
	offsetof(struct sbuddy_pin, flags),
	SBUDDY_PIN_PHYS,
};

FIXTURE_VARIANT_ADD(command, unpin) {
	SBUDDY_IOC_UNPIN,
	sizeof(struct sbuddy_unpin),
	NONE,
	offsetof(struct sbuddy_unpin, flags),
	0,
};

FIXTURE_VARIANT_ADD(command, name) {
	SBUDDY_IOC_NAME,
	sizeof(struct sbuddy_name),
	offsetof(struct sbuddy_name, reserved),
	offsetof(struct sbuddy_name, flags),
	SBUDDY_NAME_GET,
};

FIXTURE_VARIANT_ADD(command, slice) {
	SBUDDY_IOC_SLICE,
	sizeof(struct sbuddy_slice),
	NONE,
	offsetof(struct sbuddy_slice, flags),
	0,
};

FIXTURE_VARIANT_ADD(command, drain) {
	SBUDDY_IOC_DRAIN,
	sizeof(struct sbuddy_drain),
	offsetof(struct sbuddy_drain, reserved),
	NONE,
	0,
};

FIXTURE_VARIANT_ADD(command, explain) {
	SBUDDY_IOC_EXPLAIN,
	sizeof(struct sbuddy_explain),
	offsetof(struct sbuddy_explain, reserved),
	offsetof(struct sbuddy_explain, alloc_flags),
	SBUDDY_ALLOC_FLAGS,
};

FIXTURE_VARIANT_ADD(command, place) {
	SBUDDY_IOC_PLACE,
	sizeof(struct sbuddy_place),
	offsetof(struct sbuddy_place, reserved),
	offsetof(struct sbuddy_place, flags),
	SBUDDY_PLACE_FLAGS,
};

FIXTURE_VARIANT_ADD(command, limit) {
	SBUDDY_IOC_LIMIT,
	sizeof(struct sbuddy_limit),
	NONE,
	offsetof(struct sbuddy_limit, flags),
	SBUDDY_LIMIT_GET,
};

FIXTURE_VARIANT_ADD(command, falls) {
	SBUDDY_IOC_FALLS,
	sizeof(struct sbuddy_falls),
	NONE,
	offsetof(struct sbuddy_falls, flags),
	SBUDDY_FALLS_KEEP,
};

FIXTURE_VARIANT_ADD(command, claim) {
	SBUDDY_IOC_CLAIM,
	sizeof(struct sbuddy_claim),
	offsetof(struct sbuddy_claim, reserved),
	offsetof(struct sbuddy_claim, flags),
	SBUDDY_CLAIM_FLAGS,
};

/* clang-format on */

/* A struct that the command takes, and zeroes behind it. */
static void fill(FIXTURE_DATA(command) * self, unsigned long cmd)
{
	union arg *arg = &self->arg;
	struct sbuddy_alloc alloc = sb_request(0);
	struct sbuddy_alloc held;

	memset(arg, 0, sizeof(*arg));
	if (cmd == SBUDDY_IOC_ALLOC) {
		arg->alloc = alloc;
	} else if (cmd == SBUDDY_IOC_ALLOC_BULK) {
		memcpy(arg, &alloc, offsetof(struct sbuddy_alloc, handle));
		arg->alloc_bulk.count = ARRAY_LEN(self->results);
		arg->alloc_bulk.results = (uintptr_t)self->results;
	} else if (cmd == SBUDDY_IOC_FREE) {
		sb_get(self->fd, 0, &held);
		arg->free.handle = held.handle;
	} else if (cmd == SBUDDY_IOC_FREE_BULK) {
		sb_get(self->fd, 0, &held);
		self->handles[0] = held.handle;
		arg->free_bulk.count = 1;
		arg->free_bulk.handles = (uintptr_t)self->handles;
	} else if (cmd == SBUDDY_IOC_QUERY) {
		sb_get(self->fd, 0, &held);
		arg->query.handle = held.handle;
	} else if (cmd == SBUDDY_IOC_PIN) {
		sb_get(self->fd, 0, &held);
		arg->pin.handle = held.handle;
	} else if (cmd == SBUDDY_IOC_UNPIN) {
		sb_get(self->fd, 0, &held);
		sb_pin(self->fd, held.handle);
		arg->unpin.handle = held.handle;
	} else if (cmd == SBUDDY_IOC_PLACE) {
		arg->place.bytes = 1;
		arg->place.node = SBUDDY_NODE_ANY;
	} else if (cmd == SBUDDY_IOC_CLAIM) {
		arg->claim.node = SBUDDY_NODE_ANY;
		arg->claim.count = 1;
	} else if (cmd == SBUDDY_IOC_LIMIT) {
		arg->limit.flags = SBUDDY_LIMIT_GET;
	} else if (cmd == SBUDDY_IOC_NAME) {
		sb_get(self->fd, 0, &held);
		arg->name.handle = held.handle;
		arg->name.flags = SBUDDY_NAME_GET;
	} else if (cmd == SBUDDY_IOC_SLICE) {
		sb_get(self->fd, 0, &held);
		arg->slice.handle = held.handle;
		arg->slice.bytes = held.granted;
	}
}

FIXTURE_SETUP(command)
{
	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->free = sb_free_pages(self->fd);
	fill(self, variant->cmd);
	self->arg.size = variant->size;
}

FIXTURE_TEARDOWN(command)
{
	int fd = sb_open(O_RDWR);

	close(self->fd);
	EXPECT_EQ(self->free, sb_free_pages(fd));
	close(fd);
}

TEST_F(command, accepts_its_size)
{
	memset(self->arg.bytes + variant->size, CANARY, TAIL);
	EXPECT_EQ(0, sb_call(self->fd, variant->cmd, &self->arg));
	EXPECT_EQ(variant->size, self->arg.size);
	EXPECT_EQ(-1, sb_differs(self->arg.bytes + variant->size, CANARY, TAIL));
}

TEST_F(command, refuses_smaller_sizes)
{
	uint32_t size, least = variant->least ? variant->least : variant->size;

	for (size = 0; size < least; size++) {
		self->arg.size = size;
		ASSERT_EQ(-EINVAL, sb_call(self->fd, variant->cmd, &self->arg));
	}
}

/* A program that was built before a struct grew: nothing is written that it has not got. */
TEST_F(command, accepts_the_sizes_it_had)
{
	uint32_t size;

	for (size = variant->least; size && size < variant->size; size += 4) {
		self->arg.size = size;
		memset(self->arg.bytes + variant->least, 0, size - variant->least);
		memset(self->arg.bytes + size, CANARY, TAIL);
		ASSERT_EQ(0, sb_call(self->fd, variant->cmd, &self->arg));
		EXPECT_EQ(size, self->arg.size);
		EXPECT_EQ(-1, sb_differs(self->arg.bytes + size, CANARY, TAIL));
	}
}

TEST_F(command, accepts_larger_size_with_zero_tail)
{
	self->arg.size = variant->size + TAIL;
	memset(self->arg.bytes + variant->size + TAIL, CANARY, TAIL);
	EXPECT_EQ(0, sb_call(self->fd, variant->cmd, &self->arg));
	EXPECT_EQ(variant->size + TAIL, self->arg.size);
	EXPECT_EQ(-1, sb_differs(self->arg.bytes + variant->size, 0, TAIL));
	EXPECT_EQ(-1, sb_differs(self->arg.bytes + variant->size + TAIL, CANARY, TAIL));
}

TEST_F(command, refuses_larger_size_with_nonzero_tail)
{
	unsigned int i;

	self->arg.size = variant->size + TAIL;
	for (i = 0; i < TAIL; i++) {
		self->arg.bytes[variant->size + i] = 1;
		ASSERT_EQ(-E2BIG, sb_call(self->fd, variant->cmd, &self->arg));
		self->arg.bytes[variant->size + i] = 0;
	}
}

TEST_F(command, refuses_sizes_above_a_page)
{
	self->arg.size = (uint32_t)sysconf(_SC_PAGESIZE) + 1;
	EXPECT_EQ(-E2BIG, sb_call(self->fd, variant->cmd, &self->arg));
	self->arg.size = UINT32_MAX;
	EXPECT_EQ(-E2BIG, sb_call(self->fd, variant->cmd, &self->arg));
}

/* Bits of the word at @offset that have no meaning are refused one by one. */
static void refuse_bits(struct __test_metadata *_metadata, int fd, unsigned long cmd,
			union arg *arg, unsigned int offset, uint32_t known)
{
	uint32_t bit;

	for (bit = 1; offset != NONE && bit; bit <<= 1) {
		if (bit & known)
			continue;
		memcpy(arg->bytes + offset, &bit, sizeof(bit));
		ASSERT_EQ(-EINVAL, sb_call(fd, cmd, arg));
		memset(arg->bytes + offset, 0, sizeof(bit));
	}
}

/* FREE has neither flags nor a reserved field, others lack one of them. */
TEST_F(command, refuses_each_unknown_flag_and_reserved_bit)
{
	refuse_bits(_metadata, self->fd, variant->cmd, &self->arg, variant->flags,
		    variant->known_flags);
	refuse_bits(_metadata, self->fd, variant->cmd, &self->arg, variant->reserved, 0);
}

/* The size in a command's number is that of the header a program was built with. */
TEST_F(command, ignores_the_size_in_its_number)
{
	unsigned long cmd =
		_IOC(_IOC_READ | _IOC_WRITE, SBUDDY_IOC_MAGIC, _IOC_NR(variant->cmd), 4);

	EXPECT_EQ(0, sb_call(self->fd, cmd, &self->arg));
}

TEST_F(command, needs_its_direction_and_magic)
{
	unsigned int nr = _IOC_NR(variant->cmd);

	EXPECT_EQ(-ENOTTY, sb_call(self->fd, _IOC(_IOC_READ, SBUDDY_IOC_MAGIC, nr, variant->size),
				   &self->arg));
	EXPECT_EQ(-ENOTTY,
		  sb_call(self->fd,
			  _IOC(_IOC_READ | _IOC_WRITE, SBUDDY_IOC_MAGIC + 1, nr, variant->size),
			  &self->arg));
}

TEST_F(command, refuses_bad_addresses)
{
	char *cliff = sb_cliff(PROT_READ | PROT_WRITE);
	char *at;

	EXPECT_EQ(-EFAULT, sb_call(self->fd, variant->cmd, NULL));
	EXPECT_EQ(-EFAULT, sb_call(self->fd, variant->cmd, cliff));
	EXPECT_EQ(-EFAULT, sb_call(self->fd, variant->cmd, (void *)-1));
	/* Each of the first words is there, the rest is not. */
	for (at = cliff - 4; at > cliff - variant->size; at -= 4) {
		memcpy(at, &self->arg, (size_t)(cliff - at));
		ASSERT_EQ(-EFAULT, sb_call(self->fd, variant->cmd, at));
	}
	memcpy(cliff - variant->size, &self->arg, variant->size);
	EXPECT_EQ(0, sb_call(self->fd, variant->cmd, cliff - variant->size));
}

TEST_F(command, undoes_what_it_cannot_tell)
{
	char *end = sb_cliff(PROT_READ | PROT_WRITE);
	uint32_t before = sb_info(self->fd).nr_handles;
	int expected = variant->cmd == SBUDDY_IOC_FREE ? 0 : -EFAULT;
	char *at = end - variant->size;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	memcpy(at, &self->arg, variant->size);
	ASSERT_EQ(0, mprotect(end - page, page, PROT_READ));
	EXPECT_EQ(expected, sb_call(self->fd, variant->cmd, at));
	/* What frees has freed: no handle comes back from the dead. */
	if (variant->cmd == SBUDDY_IOC_FREE || variant->cmd == SBUDDY_IOC_FREE_BULK)
		before--;
	EXPECT_EQ(before, sb_info(self->fd).nr_handles);
}

/* Numbers may be left out between those that are known. */
static int is_known(unsigned int nr)
{
	static const unsigned long cmds[] = {
		SBUDDY_IOC_INFO,      SBUDDY_IOC_ALLOC,	 SBUDDY_IOC_ALLOC_BULK, SBUDDY_IOC_FREE,
		SBUDDY_IOC_QUERY,     SBUDDY_IOC_DRAIN,	 SBUDDY_IOC_EXPLAIN,	SBUDDY_IOC_POISON,
		SBUDDY_IOC_FREE_BULK, SBUDDY_IOC_PIN,	 SBUDDY_IOC_UNPIN,	SBUDDY_IOC_COMPACT,
		SBUDDY_IOC_PLAN,      SBUDDY_IOC_EXPORT, SBUDDY_IOC_LIMIT,	SBUDDY_IOC_CLAIM,
		SBUDDY_IOC_FALLS,     SBUDDY_IOC_PLACE,	 SBUDDY_IOC_NAME,	SBUDDY_IOC_SLICE,
		SBUDDY_IOC_SYNC,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(cmds); i++)
		if (_IOC_NR(cmds[i]) == nr)
			return 1;
	return 0;
}

TEST(unknown_commands_are_refused)
{
	unsigned char arg[256] = { sizeof(arg) - 1 };
	int fd = sb_open(O_RDWR);
	unsigned int nr;

	for (nr = 0; nr < 256; nr++) {
		if (is_known(nr))
			continue;
		ASSERT_EQ(-ENOTTY,
			  sb_call(fd,
				  _IOC(_IOC_READ | _IOC_WRITE, SBUDDY_IOC_MAGIC, nr, sizeof(arg)),
				  arg));
	}
	EXPECT_EQ(-ENOTTY, sb_call(fd, FIONREAD, arg));
	EXPECT_EQ(-ENOTTY, sb_call(fd, 0, arg));
	close(fd);
}

/* What the caller has not got is not written to: half a field is refused. */
TEST(half_a_timeout_is_none)
{
	struct sbuddy_alloc alloc = sb_request(0);
	int fd = sb_open(O_RDWR);

	alloc.flags = SBUDDY_ALLOC_WAIT;
	alloc.timeout_ms = 1;
	for (alloc.size = SBUDDY_ALLOC_SIZE_VER0 + 1; alloc.size < SBUDDY_ALLOC_SIZE_VER0 + 4;
	     alloc.size++)
		EXPECT_EQ(-EINVAL, sb_call(fd, SBUDDY_IOC_ALLOC, &alloc));
	close(fd);
}

TEST(the_file_neither_seeks_nor_reads)
{
	int fd = sb_open(O_RDWR);
	char c;

	EXPECT_EQ(-1, lseek(fd, 0, SEEK_SET));
	EXPECT_EQ(ESPIPE, errno);
	EXPECT_EQ(-1, read(fd, &c, 1));
	EXPECT_EQ(-1, write(fd, &c, 1));
	close(fd);
}

SBUDDY_TEST_MAIN
