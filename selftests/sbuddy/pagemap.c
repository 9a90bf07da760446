// SPDX-License-Identifier: GPL-2.0-only
/* The file pagemap: read anywhere, mapped read-only, of one mind with the rest. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <sys/stat.h>

#include "device.h"

#define DEBUGFS "/sys/kernel/debug/sbuddy/"
#define WORD sizeof(uint64_t)

FIXTURE(pagemap)
{
	int fd; /* of the device */
	int map;
	struct sbuddy_info info;
	uint64_t base;
	uint64_t nr;
	uint64_t *words;
};

static void path_of(char *path, size_t size, const char *name, const char *file)
{
	snprintf(path, size, DEBUGFS "%s/%s", name, file);
}

static uint64_t tunable(const char *instance, const char *name)
{
	char path[128], line[128], key[64];
	unsigned long long value, found = 0;
	FILE *file;

	path_of(path, sizeof(path), instance, "tunables");
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%63s %llu", key, &value) == 2 && !strcmp(key, name))
			found = value;
	if (file)
		fclose(file);
	return found;
}

FIXTURE_SETUP(pagemap)
{
	char path[128];

	self->fd = sb_open(O_RDWR);
	ASSERT_LE(0, self->fd);
	self->info = sb_info(self->fd);
	path_of(path, sizeof(path), self->info.name, "pagemap");
	self->map = open(path, O_RDONLY);
	ASSERT_LE(0, self->map);
	self->base = tunable(self->info.name, "pagemap_base_pfn");
	self->nr = tunable(self->info.name, "pagemap_pages");
	ASSERT_LT(0, self->nr);
	self->words = malloc(self->nr * WORD);
	ASSERT_TRUE(!!self->words);
}

FIXTURE_TEARDOWN(pagemap)
{
	free(self->words);
	close(self->map);
	close(self->fd);
}

static int64_t read_all(FIXTURE_DATA(pagemap) * self)
{
	return pread(self->map, self->words, self->nr * WORD, 0);
}

static uint64_t count(const uint64_t *words, uint64_t nr, unsigned int state)
{
	uint64_t found = 0, i;

	for (i = 0; i < nr; i++)
		found += SBUDDY_PM_STATE(words[i]) == state;
	return found;
}

TEST_F(pagemap, has_a_word_a_page)
{
	char c[WORD];

	EXPECT_EQ((int64_t)(self->nr * WORD), read_all(self));
	EXPECT_EQ(0, pread(self->map, c, WORD, (off_t)(self->nr * WORD)));
	EXPECT_EQ(0, pread(self->map, c, WORD, (off_t)(1ll << 62)));
	EXPECT_EQ((int64_t)WORD, pread(self->map, c, WORD, (off_t)((self->nr - 1) * WORD)));
	/* Across the end there is as much as there is. */
	EXPECT_EQ((int64_t)WORD,
		  pread(self->map, self->words, 4 * WORD, (off_t)((self->nr - 1) * WORD)));
}

TEST_F(pagemap, is_read_word_by_word)
{
	uint64_t pair[2];
	uint64_t i;

	ASSERT_EQ((int64_t)(self->nr * WORD), read_all(self));
	for (i = 0; i + 2 <= self->nr; i += 1 + self->nr / 100) {
		ASSERT_EQ((int64_t)sizeof(pair),
			  pread(self->map, pair, sizeof(pair), (off_t)(i * WORD)));
		EXPECT_EQ(self->words[i], pair[0]);
		EXPECT_EQ(self->words[i + 1], pair[1]);
	}
	ASSERT_EQ(8, lseek(self->map, 8, SEEK_SET));
	ASSERT_EQ((int64_t)WORD, read(self->map, pair, WORD));
	EXPECT_EQ(self->words[1], pair[0]);
	EXPECT_EQ(16, lseek(self->map, 0, SEEK_CUR));
}

TEST_F(pagemap, refuses_parts_of_words)
{
	char c[64];
	int i;

	for (i = 1; i < 8; i++) {
		EXPECT_EQ(-1, pread(self->map, c, WORD, i));
		EXPECT_EQ(EINVAL, errno);
		EXPECT_EQ(-1, pread(self->map, c, (size_t)i, 0));
		EXPECT_EQ(EINVAL, errno);
	}
	EXPECT_EQ(0, pread(self->map, c, 0, 0));
}

TEST_F(pagemap, tells_bad_addresses)
{
	char *cliff = sb_cliff(PROT_READ | PROT_WRITE);

	EXPECT_EQ(-1, pread(self->map, cliff, WORD, 0));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, pread(self->map, cliff - 4, WORD, 0));
	EXPECT_EQ((int64_t)WORD, pread(self->map, cliff - 8, WORD, 0));
}

/* Free pages are those of SBUDDY_IOC_INFO, and their blocks those of buddyinfo. */
TEST_F(pagemap, agrees_with_the_free_pages)
{
	unsigned long long blocks[16] = { 0 }, column;
	char path[128], line[512], *at;
	struct sbuddy_info info;
	unsigned int order;
	FILE *file;
	uint64_t i;
	int len;

	ASSERT_EQ((int64_t)(self->nr * WORD), read_all(self));
	info = sb_info(self->fd);
	EXPECT_EQ(info.pages_pcp, count(self->words, self->nr, SBUDDY_PM_PCP));
	EXPECT_EQ(info.pages_free, count(self->words, self->nr, SBUDDY_PM_FREE) +
					   count(self->words, self->nr, SBUDDY_PM_PCP));
	EXPECT_EQ(info.memory / info.page_size,
		  self->nr - count(self->words, self->nr, SBUDDY_PM_HOLE));
	for (i = 0; i < self->nr; i++)
		if (SBUDDY_PM_STATE(self->words[i]) == SBUDDY_PM_FREE &&
		    (self->words[i] & SBUDDY_PM_HEAD))
			blocks[SBUDDY_PM_ORDER(self->words[i])]++;
	path_of(path, sizeof(path), self->info.name, "buddyinfo");
	file = fopen(path, "r");
	ASSERT_TRUE(!!file);
	while (fgets(line, sizeof(line), file)) {
		at = strstr(line, "zone") + 4 + 9;
		for (order = 0; sscanf(at, "%llu%n", &column, &len) == 1; order++, at += len)
			blocks[order] -= column;
	}
	fclose(file);
	for (order = 0; order < 16; order++)
		EXPECT_EQ(0, blocks[order]);
}

TEST_F(pagemap, shows_a_buffer_come_and_go)
{
	struct sbuddy_query query = { .size = sizeof(query), .flags = SBUDDY_QUERY_PHYS };
	struct sbuddy_alloc buf;
	uint64_t words[8];
	off_t at;
	int i;

	/* A pin leaves it where it is. */
	buf = sb_request(3);
	buf.type = SBUDDY_RECLAIMABLE;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_ALLOC, &buf));
	ASSERT_EQ(0, sb_pin(self->fd, buf.handle));
	query.handle = buf.handle;
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_QUERY, &query));
	at = (off_t)((query.phys / self->info.page_size - self->base) * WORD);
	ASSERT_EQ((int64_t)sizeof(words), pread(self->map, words, sizeof(words), at));
	for (i = 0; i < 8; i++) {
		EXPECT_EQ(SBUDDY_PM_USED, SBUDDY_PM_STATE(words[i]));
		EXPECT_EQ(3, SBUDDY_PM_ORDER(words[i]));
		EXPECT_EQ(i ? SBUDDY_PM_TAIL : SBUDDY_PM_HEAD,
			  words[i] & (SBUDDY_PM_HEAD | SBUDDY_PM_TAIL));
		EXPECT_EQ(SBUDDY_RECLAIMABLE, SBUDDY_PM_TYPE(words[i]));
		EXPECT_EQ(query.zone, SBUDDY_PM_ZONE(words[i]));
		EXPECT_EQ(query.node, SBUDDY_PM_NODE(words[i]));
	}
	ASSERT_EQ(0, sb_put(self->fd, buf.handle));
	ASSERT_EQ((int64_t)sizeof(words), pread(self->map, words, sizeof(words), at));
	for (i = 0; i < 8; i++)
		EXPECT_NE(SBUDDY_PM_USED, SBUDDY_PM_STATE(words[i]));
}

/* The mapping keeps what it saw first; another open file sees anew. */
TEST_F(pagemap, mapping_is_a_moment)
{
	size_t len = self->nr * WORD;
	struct sbuddy_alloc buf;
	uint64_t *map, *again;
	uint64_t used;
	char path[128];
	int other;

	map = mmap(NULL, len, PROT_READ, MAP_SHARED, self->map, 0);
	ASSERT_TRUE(map != MAP_FAILED);
	ASSERT_EQ((int64_t)len, read_all(self));
	EXPECT_EQ(0, memcmp(map, self->words, len));
	used = count(map, self->nr, SBUDDY_PM_USED);
	ASSERT_EQ(0, sb_get(self->fd, 0, &buf));
	EXPECT_EQ(used, count(map, self->nr, SBUDDY_PM_USED));
	again = mmap(NULL, len, PROT_READ, MAP_SHARED, self->map, 0);
	ASSERT_TRUE(again != MAP_FAILED);
	EXPECT_EQ(used, count(again, self->nr, SBUDDY_PM_USED));
	ASSERT_EQ((int64_t)len, read_all(self));
	EXPECT_EQ(used + 1, count(self->words, self->nr, SBUDDY_PM_USED));
	munmap(again, len);
	path_of(path, sizeof(path), self->info.name, "pagemap");
	other = open(path, O_RDONLY);
	again = mmap(NULL, len, PROT_READ, MAP_SHARED, other, 0);
	/* The mapping outlives its descriptor. */
	close(other);
	ASSERT_TRUE(again != MAP_FAILED);
	EXPECT_EQ(used + 1, count(again, self->nr, SBUDDY_PM_USED));
	munmap(again, len);
	munmap(map, len);
}

TEST_F(pagemap, mapping_is_read_only)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *map;

	EXPECT_TRUE(mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, self->map, 0) ==
		    MAP_FAILED);
	EXPECT_TRUE(errno == EACCES || errno == EPERM);
	EXPECT_TRUE(mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE, self->map, 0) ==
		    MAP_FAILED);
	EXPECT_EQ(EPERM, errno);
	EXPECT_TRUE(mmap(NULL, page, PROT_READ | PROT_EXEC, MAP_SHARED, self->map, 0) ==
		    MAP_FAILED);
	map = mmap(NULL, page, PROT_READ, MAP_SHARED, self->map, 0);
	ASSERT_TRUE(map != MAP_FAILED);
	EXPECT_EQ(-1, mprotect(map, page, PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, mprotect(map, page, PROT_READ | PROT_EXEC));
	munmap(map, page);
	/* A descriptor that may write is not to be had either: the file's mode says so. */
	EXPECT_EQ(-1, write(self->map, &page, sizeof(page)));
}

TEST_F(pagemap, mapping_ends_with_the_map)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t pages = (self->nr * WORD + page - 1) / page;
	uint64_t *map;

	map = mmap(NULL, page, PROT_READ, MAP_SHARED, self->map, (off_t)((pages - 1) * page));
	ASSERT_TRUE(map != MAP_FAILED);
	ASSERT_EQ((int64_t)(self->nr * WORD), read_all(self));
	EXPECT_EQ(self->words[(pages - 1) * page / WORD], map[0]);
	munmap(map, page);
	EXPECT_TRUE(mmap(NULL, (pages + 1) * page, PROT_READ, MAP_SHARED, self->map, 0) ==
		    MAP_FAILED);
	EXPECT_EQ(EINVAL, errno);
	EXPECT_TRUE(mmap(NULL, page, PROT_READ, MAP_SHARED, self->map, (off_t)(pages * page)) ==
		    MAP_FAILED);
	EXPECT_EQ(EINVAL, errno);
}

int main(int argc, char **argv)
{
	if (access(DEBUGFS, F_OK)) {
		printf("1..0 # SKIP no " DEBUGFS ": mount debugfs\n");
		return KSFT_SKIPPED;
	}
	sb_need_device();
	return test_harness_run(argc, argv);
}
