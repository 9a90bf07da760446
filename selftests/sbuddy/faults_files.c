// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every file of an instance in debugfs, read and written, and what moves buffers, with each
 * allocation and each copy of it failing once. The instance is a sandbox with two CMA
 * areas and memory blocks.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <ftw.h>
#include <sys/stat.h>

#include "faults.h"

#define ITEM "/sys/kernel/config/sbuddy/faults-files"
#define MAX_FILES 128

#define ALL_ERRNOS                                   \
	{                                            \
		EFAULT, ENOMEM, ENFILE, EINTR, EBUSY \
	}

static char *files[MAX_FILES];
static int nr_files;

/* Of a try. */
static const char *name, *text, *undo;
static int fd = -1;
static struct sbuddy_alloc buf;
static char *area = MAP_FAILED;

/* The page map has no end: a page of it is read below. */
static int add_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	if (type == FTW_F && (st->st_mode & 0400) && nr_files < MAX_FILES &&
	    strcmp(path + ftw->base, "pagemap"))
		files[nr_files++] = strdup(path + strlen(faults_dir) + 1);
	return 0;
}

/* All of it: 0 or -errno. */
static int read_all(const char *path)
{
	char bytes[4096];
	int file = open(path, O_RDONLY | O_CLOEXEC), err;
	ssize_t len;

	if (file < 0)
		return -errno;
	while ((len = read(file, bytes, sizeof(bytes))) > 0)
		;
	err = len < 0 ? -errno : 0;
	close(file);
	return err;
}

static char path[256];

static int run_read(void)
{
	return read_all(path);
}

TEST(fail_reading_files)
{
	struct faults faults = { .run = run_read, .errnos = ALL_ERRNOS, .least = 3 };
	int i;

	nftw(faults_dir, add_file, 8, FTW_PHYS);
	EXPECT_LT(30, nr_files);
	EXPECT_GT(MAX_FILES, nr_files);
	for (i = 0; i < nr_files; i++) {
		snprintf(path, sizeof(path), "%s/%s", faults_dir, files[i]);
		faults.name = files[i];
		faults_each(_metadata, &faults);
	}
}

static int run_write(void)
{
	return faults_write(path, text);
}

static void undo_write(void)
{
	if (undo)
		faults_write(path, undo);
}

#define WRITE(op, file, words, back)                                                     \
	TEST(fail_write_##op)                                                            \
	{                                                                                \
		static const struct faults faults = {                                    \
			"write_" #op,	      .run = run_write, .tear_down = undo_write, \
			.errnos = ALL_ERRNOS, .least = 2,                                \
		};                                                                       \
		name = (file);                                                           \
		text = (words);                                                          \
		undo = (back);                                                           \
		snprintf(path, sizeof(path), "%s/%s", faults_dir, name);                 \
		faults_each(_metadata, &faults);                                         \
	}

WRITE(tunables, "tunables", "compaction_proactiveness 20", NULL)
WRITE(owner, "debug", "+owner +poison", "-owner -poison")
WRITE(guard, "debug", "guard=1 quarantine=8 scan", "guard=0 quarantine=0")
WRITE(compact, "compact", "1", NULL)
WRITE(explain, "explain", "order=3 type=movable", NULL)
WRITE(granularities, "granularities", "all", NULL)
WRITE(ring, "ring/enable", "16", "0")
static char alloc_path[256], free_path[256];

static int run_cma_alloc(void)
{
	return faults_write(alloc_path, "8");
}

static int run_cma_free(void)
{
	return faults_write(free_path, "8");
}

/* Without anything that was taken it does nothing. */
static void end_cma(void)
{
	run_cma_free();
}

static int set_cma(void)
{
	snprintf(alloc_path, sizeof(alloc_path), "%s/cma/a/alloc", faults_dir);
	snprintf(free_path, sizeof(free_path), "%s/cma/a/free", faults_dir);
	return 0;
}

static int set_cma_taken(void)
{
	return set_cma() ?: run_cma_alloc();
}

FAULTS(cma_alloc, .set_up = set_cma, .run = run_cma_alloc, .tear_down = end_cma,
       .errnos = ALL_ERRNOS, .least = 3, .undone = 1)
FAULTS(cma_free, .set_up = set_cma_taken, .run = run_cma_free, .tear_down = end_cma,
       .errnos = ALL_ERRNOS, .least = 2, .undone = 1)

/* The first answer is kept, so that a short one is asked for. */
static int run_ask(void)
{
	char answer[64];
	int file = open(path, O_RDWR | O_CLOEXEC), err = 0;

	if (file < 0)
		return -errno;
	if (write(file, text, strlen(text)) < 0 || read(file, answer, sizeof(answer)) < 0)
		err = -errno;
	close(file);
	return err;
}

static int ask(const char *of, const char *words)
{
	snprintf(path, sizeof(path), "%s/%s", faults_dir, of);
	text = words;
	return 0;
}

static int set_explained(void)
{
	return ask("explain", "order=8 type=unmovable zone=normal");
}

FAULTS(explained, .set_up = set_explained, .run = run_ask, .errnos = ALL_ERRNOS, .least = 6)

static int set_pagemap(void)
{
	return ask("pagemap", "");
}

static int run_read_page(void)
{
	/* Whole words, and a byte for the end of a text. */
	char words[4088 + 1];
	ssize_t len = faults_read(path, words, sizeof(words));

	return len < 0 ? (int)len : 0;
}

FAULTS(pagemap, .set_up = set_pagemap, .run = run_read_page, .errnos = ALL_ERRNOS, .least = 4)

static int run_map(void)
{
	int file = open(path, O_RDONLY | O_CLOEXEC), err = 0;
	void *map;
	int tries;

	if (file < 0)
		return -errno;
	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 0);
	if (map == MAP_FAILED)
		err = -errno;
	close(file);
	/* What the kernel could not undo for lack of memory would keep the module. */
	for (tries = 0; map != MAP_FAILED && tries < 2 && munmap(map, 4096); tries++)
		err = -errno;
	return err;
}

FAULTS(pagemap_maps, .set_up = set_pagemap, .run = run_map, .errnos = ALL_ERRNOS, .least = 6)

/* Records that somebody is to read. */
static int set_ring(void)
{
	int file;

	ask("ring/enable", "16");
	if (run_write())
		return -EIO;
	file = sb_open(O_RDWR);
	sb_get(file, 0, &buf);
	close(file);
	return ask("ring/data", "");
}

static void end_ring(void)
{
	ask("ring/enable", "0");
	run_write();
}

FAULTS(ring_data, .set_up = set_ring, .run = run_read, .tear_down = end_ring, .errnos = ALL_ERRNOS,
       .least = 4)

static int set_ring_text(void)
{
	return set_ring() ?: ask("ring/text", "");
}

FAULTS(ring_text, .set_up = set_ring_text, .run = run_read, .tear_down = end_ring,
       .errnos = ALL_ERRNOS, .least = 4)

static int open_buffer(void)
{
	fd = sb_open(O_RDWR);
	if (fd < 0)
		return -errno;
	return sb_get(fd, 2, &buf);
}

static void close_buffer(void)
{
	if (area != MAP_FAILED)
		munmap(area, buf.granted);
	close(fd);
	area = MAP_FAILED;
	fd = -1;
}

static int set_fdinfo(void)
{
	int err = open_buffer();

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	return err;
}

FAULTS(fdinfo, .set_up = set_fdinfo, .run = run_read, .tear_down = close_buffer,
       .errnos = ALL_ERRNOS, .least = 4)

/*
 * What is in an area moves when the area is claimed, or when it is to stay for good.
 */

static int map_buffer(void)
{
	int err = open_buffer();

	if (err)
		return err;
	area = sb_map(fd, buf.offset, buf.granted);
	if (area == MAP_FAILED)
		return -errno;
	memset(area, 0x5a, buf.granted);
	return 0;
}

static int run_pin(void)
{
	return sb_pin(fd, buf.handle);
}

FAULTS(pin_moves, .set_up = map_buffer, .run = run_pin, .tear_down = close_buffer,
       .errnos = ALL_ERRNOS, .least = 2, .undone = 1)

static char area_path[2][256];

static int run_claim(void)
{
	int i, err = 0;

	for (i = 0; i < 2 && !err; i++)
		err = faults_write(area_path[i], "256");
	return err;
}

static int set_claim(void)
{
	int i;

	for (i = 0; i < 2; i++)
		snprintf(area_path[i], sizeof(area_path[i]), "%s/cma/%c/alloc", faults_dir,
			 'a' + i);
	return map_buffer();
}

static void end_claim(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/cma/%c/free", faults_dir, 'a' + i);
		faults_write(path, "256");
	}
	close_buffer();
}

FAULTS(claim_moves, .set_up = set_claim, .run = run_claim, .tear_down = end_claim,
       .errnos = ALL_ERRNOS, .least = 4)

static int run_compact(void)
{
	struct sbuddy_compact arg = { .size = sizeof(arg), .node = SBUDDY_NODE_ANY };

	return sb_call(fd, SBUDDY_IOC_COMPACT, &arg);
}

FAULTS(compact_moves, .set_up = map_buffer, .run = run_compact, .tear_down = close_buffer,
       .errnos = ALL_ERRNOS, .least = 2)

/* All but the areas is for who cannot be moved, so that movable buffers are there. */
static int make_instance(void)
{
	char device[64] = "/dev/";
	int err = mkdir(ITEM, 0755) ? -errno : 0;

	if (!err)
		err = faults_write(ITEM "/memory", "8M")		 ?:
			      faults_write(ITEM "/cma", "a 1M\nb 1M")	 ?:
			      faults_write(ITEM "/section_bytes", "1M")	 ?:
			      faults_write(ITEM "/min_free_kbytes", "0") ?:
			      faults_write(ITEM "/pageblock_order", "8") ?:
			      faults_write(ITEM "/max_order", "8")	 ?:
			      faults_write(ITEM "/live", "1");
	if (err)
		return err;
	faults_read(ITEM "/device", device + 5, sizeof(device) - 5);
	device[strcspn(device, "\n")] = '\0';
	setenv("SBUDDY_DEVICE", device, 1);
	return faults_look_at_device();
}

/* The harness ends the process itself. */
static void remove_instance(void)
{
	close(faults_watch);
	if (!rmdir(ITEM))
		return;
	perror("# " ITEM);
	sb_fail_at_exit();
}

int main(int argc, char **argv)
{
	int err;

	faults_need_kernel(argv);
	if (access("/sys/kernel/config/sbuddy", W_OK)) {
		printf("1..0 # SKIP no /sys/kernel/config/sbuddy\n");
		return KSFT_SKIPPED;
	}
	err = make_instance();
	atexit(remove_instance);
	if (!err)
		return test_harness_run(argc, argv);
	printf("# %s: %s\n", ITEM, strerror(-err));
	return 1;
}
