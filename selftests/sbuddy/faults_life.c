// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instances that come and go, by configfs and by a device tree, and memory that is added to
 * them and taken away, with each allocation and each copy of it failing once. What is not
 * there afterwards has left nothing, neither a file nor a page.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <dirent.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include "faults.h"

#define CONFIG "/sys/kernel/config/sbuddy"
#define ITEM CONFIG "/faults"
#define PLATFORM "/sys/bus/platform"
#define AGAIN "/sys/module/sbuddy_unbind/parameters/again"

/* The kernel's own are those of whatever was being made: a device, a file, a directory. */
#define ALL_ERRNOS                                             \
	{                                                      \
		EFAULT, ENOMEM, ENOSPC, EAGAIN, ENFILE, ENODEV \
	}

/* What a sandbox borrows. */
#define LENT "2M"

static long entries(const char *dir)
{
	DIR *d = opendir(dir);
	long nr = 0;

	while (d && readdir(d))
		nr++;
	if (d)
		closedir(d);
	return nr;
}

static long lines_with(const char *path, const char *word)
{
	FILE *file = fopen(path, "re");
	char line[256];
	long nr = 0;

	while (file && fgets(line, sizeof(line), file))
		nr += !!strstr(line, word);
	if (file)
		fclose(file);
	return nr;
}

/* Directories of instances, nodes, and what is claimed of memory. */
static void count_all(long *others)
{
	glob_t found;

	others[0] = entries(DEBUG "/sbuddy");
	others[1] = entries(CONFIG);
	if (!glob("/dev/sbuddy[0-9]*", 0, NULL, &found)) {
		others[2] = (long)found.gl_pathc;
		globfree(&found);
	}
	others[3] = lines_with("/proc/iomem", "sbuddy");
}

static long available_kib(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	char line[128];
	long kib = -1;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %ld", &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib;
}

/*
 * configfs
 */

static int make_item(void)
{
	return mkdir(ITEM, 0755) ? -errno : 0;
}

/*
 * Files are opened beforehand: when Linux 6.1 cannot look one up for lack of memory, what
 * configfs keeps of it points to freed memory.
 */
static int held[8];
static int nr_held;

static int hold(const char *name, int flags)
{
	char file[128];
	int fd;

	snprintf(file, sizeof(file), ITEM "/%s", name);
	fd = open(file, flags | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	held[nr_held++] = fd;
	return 0;
}

static int write_held(int which, const char *text)
{
	return write(held[which], text, strlen(text)) < 0 ? -errno : 0;
}

static void drop_item(void)
{
	while (nr_held)
		close(held[--nr_held]);
	rmdir(ITEM);
}

FAULTS(mkdir, .run = make_item, .tear_down = drop_item, .errnos = ALL_ERRNOS, .least = 2)

static int run_rmdir(void)
{
	return rmdir(ITEM) ? -errno : 0;
}

FAULTS(rmdir, .set_up = make_item, .run = run_rmdir, .tear_down = drop_item, .errnos = ALL_ERRNOS)

static const struct {
	const char *name;
	const char *text;
} attributes[] = {
	{ "kind", "dry" },
	{ "memory", "0x80000000 8M\n0x81000000 8M" },
	{ "reserved", "0x80000000 1M" },
	{ "cma", "a 1M" },
	{ "max_order", "9" },
};

static int with_attributes(void)
{
	int err = make_item();
	size_t i;

	for (i = 0; i < ARRAY_LEN(attributes) && !err; i++)
		err = hold(attributes[i].name, O_WRONLY);
	return err;
}

static int run_attributes(void)
{
	int err = 0;
	size_t i;

	for (i = 0; i < ARRAY_LEN(attributes) && !err; i++)
		err = write_held((int)i, attributes[i].text);
	return err;
}

FAULTS(attributes, .set_up = with_attributes, .run = run_attributes, .tear_down = drop_item,
       .errnos = ALL_ERRNOS, .least = 10)

/* Each file of a directory, with all that is in it: 0 or -errno. */
static int read_files(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	char path[512], text[256];
	int err = d ? 0 : -errno;

	while (!err && (errno = 0, e = readdir(d))) {
		ssize_t len;

		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (e->d_type != DT_REG || access(path, R_OK))
			continue;
		len = faults_read(path, text, sizeof(text));
		/* What is for writing alone, and what is for memory that is there. */
		if (len < 0 && len != -EACCES && len != -EIO && len != -EPERM)
			err = (int)len;
	}
	if (!err && errno == ENOMEM)
		err = -ENOMEM;
	if (d)
		closedir(d);
	return err;
}

static int with_memory(void)
{
	return with_attributes() ?: run_attributes();
}

static int set_read(void)
{
	return with_memory() ?: hold("memory", O_RDONLY);
}

static int run_read(void)
{
	char text[256];

	return read(held[nr_held - 1], text, sizeof(text)) < 0 ? -errno : 0;
}

FAULTS(attribute_read, .set_up = set_read, .run = run_read, .tear_down = drop_item,
       .errnos = ALL_ERRNOS, .least = 2)

/* The file was held last. */
static int run_live(void)
{
	return write_held(nr_held - 1, "1");
}

static int run_stop(void)
{
	return write_held(nr_held - 1, "0");
}

/* What has started without some of its files is as right as with them. */
static void end_live(void)
{
	char text[512] = "";

	if (faults_read(DEBUG "/sbuddy/faults/check", text, sizeof(text)) > 0 &&
	    strcmp(text, "0 violations\n")) {
		dprintf(STDOUT_FILENO, "# check: %s", text);
		faults_wrong = 1;
	}
	faults_write(ITEM "/live", "0");
	drop_item();
}

static int set_live_dry(void)
{
	return with_memory() ?: hold("live", O_WRONLY);
}

/* Its files in debugfs are those of the next one. */
FAULTS(live_dry, .set_up = set_live_dry, .run = run_live, .tear_down = end_live,
       .errnos = ALL_ERRNOS, .least = 10, .enough = 20)

static int with_sandbox(void)
{
	return make_item()					  ?:
		       faults_write(ITEM "/memory", LENT)	  ?:
		       faults_write(ITEM "/min_free_kbytes", "0") ?:
		       faults_write(ITEM "/pageblock_order", "8") ?:
		       faults_write(ITEM "/max_order", "8")	  ?:
		       faults_write(ITEM "/engine", "word");
}

static int with_sections(void)
{
	return with_sandbox()					      ?:
		       faults_write(ITEM "/section_bytes", "1M")      ?:
		       faults_write(ITEM "/memory_block_bytes", "1M") ?:
									hold("live", O_WRONLY);
}

TEST(fail_live_sandbox)
{
	static const struct faults faults = {
		"live_sandbox",	       .set_up = with_sections, .run = run_live,
		.tear_down = end_live, .errnos = ALL_ERRNOS,	.least = 50,
	};
	long before = available_kib();

	faults_each(_metadata, &faults);
	/* Of each that failed it would be as much as it had borrowed. */
	EXPECT_LT(before - available_kib(), 16 << 10);
}

static int with_live(void)
{
	return with_sections() ?: run_live();
}

FAULTS(stop, .set_up = with_live, .run = run_stop, .tear_down = end_live, .errnos = ALL_ERRNOS,
       .least = 1)

static int run_rmdir_live(void)
{
	return rmdir(ITEM) ? -errno : 0;
}

FAULTS(rmdir_live, .set_up = with_live, .run = run_rmdir_live, .tear_down = end_live,
       .errnos = ALL_ERRNOS)

static int with_steps(void)
{
	return with_memory()				  ?:
		       faults_write(ITEM "/boot", "step") ?:
		       faults_write(ITEM "/live", "1")	  ?:
							    hold("stage", O_WRONLY);
}

static int run_steps(void)
{
	int err = 0, i;

	for (i = 0; i < 8 && !err; i++)
		err = write_held(nr_held - 1, "next");
	return err == -EALREADY ? 0 : err;
}

FAULTS(steps, .set_up = with_steps, .run = run_steps, .tear_down = end_live, .errnos = ALL_ERRNOS,
       .least = 20)

/*
 * Memory blocks
 */

static const char *memory_file(const char *name)
{
	static char path[192];
	char device[32] = "";

	faults_read(ITEM "/device", device, sizeof(device));
	device[strcspn(device, "\n")] = '\0';
	snprintf(path, sizeof(path), "/sys/class/misc/%s/memory/%s", device, name);
	return path;
}

/* Found beforehand: finding it is not to fail. */
static char path[192];

static int with_path(const char *name)
{
	int err = with_live();

	snprintf(path, sizeof(path), "%s", memory_file(name));
	return err ?: access(path, F_OK) ? -errno : 0;
}

static int with_grow(void)
{
	return with_path("grow");
}

static int run_grow(void)
{
	return faults_write(path, "2M");
}

FAULTS(grow, .set_up = with_grow, .run = run_grow, .tear_down = end_live, .errnos = ALL_ERRNOS,
       .least = 10)

/* What was grown is the only block that is offline, or that is of zone Movable. */
static int is_grown(const char *dir)
{
	char file[256], state[32], zone[32];

	snprintf(file, sizeof(file), "%s/state", dir);
	faults_read(file, state, sizeof(state));
	snprintf(file, sizeof(file), "%s/valid_zones", dir);
	faults_read(file, zone, sizeof(zone));
	return !strcmp(state, "offline\n") || !strcmp(zone, "Movable\n");
}

static int with_block(const char *file, const char *how)
{
	glob_t found;
	size_t i;
	int err = with_path("grow");

	if (!err)
		err = faults_write(memory_file("auto_online_blocks"), how) ?:
									     faults_write(path, "1M");
	if (err || glob(memory_file("memory[0-9]*"), 0, NULL, &found))
		return err ?: -ENOENT;
	path[0] = '\0';
	for (i = 0; i < found.gl_pathc; i++)
		if (is_grown(found.gl_pathv[i]))
			snprintf(path, sizeof(path), "%s/%s", found.gl_pathv[i], file);
	globfree(&found);
	return path[0] ? 0 : -ENOENT;
}

static int with_offline(void)
{
	return with_block("state", "offline");
}

static int with_online(void)
{
	return with_block("state", "online_movable");
}

static int with_removable(void)
{
	return with_block("remove", "offline");
}

static int run_online(void)
{
	return faults_write(path, "online_movable");
}

static int run_offline(void)
{
	return faults_write(path, "offline");
}

static int run_remove(void)
{
	return faults_write(path, "1");
}

FAULTS(online, .set_up = with_offline, .run = run_online, .tear_down = end_live,
       .errnos = ALL_ERRNOS, .least = 3)
FAULTS(offline, .set_up = with_online, .run = run_offline, .tear_down = end_live,
       .errnos = ALL_ERRNOS, .least = 3)
FAULTS(remove, .set_up = with_removable, .run = run_remove, .tear_down = end_live,
       .errnos = ALL_ERRNOS, .least = 3)

static int run_read_block(void)
{
	return read_files(path);
}

static int with_block_dir(void)
{
	return with_block(".", "offline");
}

FAULTS(block_read, .set_up = with_block_dir, .run = run_read_block, .tear_down = end_live,
       .errnos = ALL_ERRNOS, .least = 10)

/*
 * The device tree's node
 */

static char node[128];

static int find_node(void)
{
	glob_t found;

	if (glob(PLATFORM "/drivers/sbuddy/*sbuddy*", 0, NULL, &found))
		return 0;
	snprintf(node, sizeof(node), "%s", strrchr(found.gl_pathv[0], '/') + 1);
	globfree(&found);
	return 1;
}

static int is_bound(void)
{
	char driver[256];

	snprintf(driver, sizeof(driver), PLATFORM "/devices/%s/driver", node);
	return !access(driver, F_OK);
}

static int run_probe(void)
{
	return faults_write(PLATFORM "/drivers_probe", node);
}

static void unbind(void)
{
	if (is_bound())
		faults_write(AGAIN, "1");
}

TEST(fail_probe)
{
	static const struct faults faults = {
		"probe",
		.run = run_probe,
		.tear_down = unbind,
		.errnos = { EFAULT, ENOMEM, ENODEV, EINVAL, ENFILE },
		.least = 50,
	};
	char load[192];

	if (!find_node())
		SKIP(return, "no carveout in the device tree");
	snprintf(load, sizeof(load), "modprobe sbuddy_unbind device=%s", node);
	ASSERT_EQ(0, system(load));
	EXPECT_FALSE(is_bound());
	faults_each(_metadata, &faults);
	/* Which gives it back. */
	EXPECT_EQ(0, system("rmmod sbuddy_unbind"));
	EXPECT_TRUE(is_bound());
}

/*
 * The module, where it has nothing to probe. Most of loading it is the kernel's, which
 * comes before; so the last points are tried.
 */

#define LAST_POINTS 60u
#define ANY_POINTS 100000u

static int module_fd = -1;

static int run_load(void)
{
	return syscall(SYS_finit_module, module_fd, "", 0) ? -errno : 0;
}

static void unload(void)
{
	syscall(SYS_delete_module, "sbuddy", O_NONBLOCK);
}

static unsigned int points_of_load(void)
{
	unsigned int left;

	faults_arm(ANY_POINTS);
	left = run_load() ? ANY_POINTS : faults_left();
	faults_disarm();
	unload();
	return ANY_POINTS - left;
}

TEST(fail_load)
{
	static const struct faults faults = {
		"load",
		.run = run_load,
		.tear_down = unload,
		.errnos = { EFAULT, ENOMEM, ENOENT },
	};
	unsigned int nth, nr, borne = 0;
	struct utsname self;
	char name[256];

	uname(&self);
	snprintf(name, sizeof(name), "/lib/modules/%s/extra/sbuddy.ko", self.release);
	module_fd = open(name, O_RDONLY | O_CLOEXEC);
	if (module_fd < 0 || find_node())
		SKIP(return, "a carveout, or no %s", name);
	if (syscall(SYS_delete_module, "sbuddy", O_NONBLOCK))
		SKIP(return, "somebody has an instance");
	nr = points_of_load();
	EXPECT_LT(LAST_POINTS, nr);
	for (nth = nr - LAST_POINTS; faults_try(_metadata, &faults, nth, &borne); nth++)
		;
	dprintf(STDOUT_FILENO, "# load: %u points, of which the last %u\n", nth - 1, LAST_POINTS);
	EXPECT_EQ(0, run_load());
	close(module_fd);
}

int main(int argc, char **argv)
{
	faults_need_kernel(argv);
	if (access(CONFIG, W_OK)) {
		printf("1..0 # SKIP no " CONFIG "\n");
		return KSFT_SKIPPED;
	}
	faults_count = count_all;
	return test_harness_run(argc, argv);
}
