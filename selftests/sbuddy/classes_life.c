// SPDX-License-Identifier: GPL-2.0-only
/*
 * As classes.c: classes of bugs at the beginning and the end of an instance, of the
 * module, of a CPU and of a process. They want configfs, and rights.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "classes.h"

#define ITEM "/sys/kernel/config/sbuddy/classes"
#define FILES "/sys/kernel/debug/sbuddy/classes"
#define ROUNDS 12

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* A sandbox that comes and goes: 0 or -errno. */
static int begin(void)
{
	if (mkdir(ITEM, 0755))
		return -errno;
	return put(ITEM "/memory", "2M") ?: put(ITEM "/live", "1");
}

static int end(void)
{
	return rmdir(ITEM) ? -errno : 0;
}

static void read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char text[4096];
	int i;

	if (fd < 0)
		return;
	for (i = 0; i < 64 && read(fd, text, sizeof(text)) > 0; i++)
		;
	close(fd);
}

static void read_all(const char *dir)
{
	DIR *files = opendir(dir);
	struct dirent *entry;
	char path[512];

	while (files && (entry = readdir(files))) {
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		if (entry->d_type == DT_REG)
			read_file(path);
		else if (entry->d_name[0] != '.')
			read_all(path);
	}
	if (files)
		closedir(files);
}

static atomic_int stop;

static void *read_on(void *arg)
{
	while (!atomic_load(&stop))
		read_all(FILES);
	return NULL;
}

TEST(debugfs_read_while_the_instance_ends)
{
	pthread_t threads[2];
	char text[64];
	int i, fd;

	atomic_store(&stop, 0);
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, read_on, NULL));
	for (i = 0; i < ROUNDS; i++) {
		EXPECT_EQ(0, begin());
		fd = open(FILES "/zoneinfo", O_RDONLY | O_CLOEXEC);
		EXPECT_LE(0, fd);
		usleep(20000);
		EXPECT_EQ(0, end());
		/* Whoever has it open still finds nothing in it any more. */
		EXPECT_GT(0, read(fd, text, sizeof(text)));
		close(fd);
	}
	atomic_store(&stop, 1);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	EXPECT_NE(0, access(FILES, F_OK));
}

#define REMOVE "remove"

/*
 * An errno or 0. When nothing refuses, it waits until all that is open is closed: so that
 * is done by another program, which has none of it.
 */
static int remove_module(void)
{
	pid_t pid = fork();
	int i, status, err = ETIMEDOUT;

	if (!pid) {
		execl("/proc/self/exe", "classes_life", REMOVE, NULL);
		_exit(ENOEXEC);
	}
	for (i = 0; i < 1000 && err == ETIMEDOUT; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			err = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
		else
			usleep(10000);
	}
	return err;
}

/* Whoever has something of it, a file, a mapping or a dma-buf, keeps the module. */
TEST_F(class, module_removed_while_in_use)
{
	int dmabuf = export_buffer(self->fd, self->buf.handle, O_RDWR);

	ASSERT_LE(0, dmabuf);
	memset(self->p, 0x5a, self->len);
	EXPECT_EQ(EAGAIN, remove_module());
	close(self->fd);
	close(self->other);
	EXPECT_EQ(EAGAIN, remove_module());
	munmap(self->p, self->len);
	/* The dma-buf alone. */
	EXPECT_EQ(EAGAIN, remove_module());
	self->p = sb_map(dmabuf, 0, self->len);
	close(dmabuf);
	/* A mapping of it alone. */
	EXPECT_EQ(EAGAIN, remove_module());
	EXPECT_EQ(-1, sb_differs(self->p, 0x5a, self->len));
	munmap(self->p, self->len);
	self->fd = sb_open(O_RDWR);
	self->other = sb_open(O_RDWR);
	/* Files alone. */
	EXPECT_EQ(EAGAIN, remove_module());
	EXPECT_EQ(self->free + PAGES, sb_free_pages(self->other));
}

static int run_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

/* Its lists and what it was doing are somebody else's from then on. */
TEST_F(class, cpu_that_goes_with_pages)
{
	static const char online[] = "/sys/devices/system/cpu/cpu1/online";
	struct sbuddy_alloc buf[8];
	int i, j;

	if (access(online, W_OK))
		SKIP(return, "there is no CPU that could go");
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, run_on(1));
		for (j = 0; j < 8; j++)
			ASSERT_EQ(0, sb_get(self->fd, 0, &buf[j]));
		for (j = 0; j < 7; j++)
			ASSERT_EQ(0, sb_put(self->fd, buf[j].handle));
		ASSERT_EQ(0, run_on(0));
		ASSERT_EQ(0, put(online, "0"));
		EXPECT_EQ(self->free - 1, sb_free_pages(self->other));
		EXPECT_EQ(0, sb_put(self->fd, buf[7].handle));
		ASSERT_EQ(0, put(online, "1"));
		EXPECT_AS_BEFORE();
	}
}

static void *compact_on(void *arg)
{
	struct sbuddy_compact compact = { .size = sizeof(compact), .node = SBUDDY_NODE_ANY };

	while (!atomic_load(&stop))
		sb_call(*(int *)arg, SBUDDY_IOC_COMPACT, &compact);
	return NULL;
}

/* A buffer that is freed, or pinned, or mapped while somebody is about to move it. */
TEST_F(class, memory_that_moves_while_it_is_freed)
{
	static struct sbuddy_alloc bufs[64];
	pthread_t thread;
	char *p;
	int i, j;

	atomic_store(&stop, 0);
	ASSERT_EQ(0, pthread_create(&thread, NULL, compact_on, &self->other));
	for (i = 0; i < 30; i++) {
		for (j = 0; j < 64; j++)
			ASSERT_EQ(0, sb_get(self->fd, 0, &bufs[j]));
		for (j = 0; j < 64; j += 2)
			ASSERT_EQ(0, sb_put(self->fd, bufs[j].handle));
		for (j = 1; j < 64; j += 2) {
			p = sb_map(self->fd, bufs[j].offset, self->page);
			ASSERT_TRUE(p != MAP_FAILED);
			memset(p, j, self->page);
			if (j % 4 == 1)
				sb_pin(self->fd, bufs[j].handle);
			ASSERT_EQ(-1, sb_differs(p, j, self->page));
			munmap(p, self->page);
			ASSERT_EQ(0, sb_put(self->fd, bufs[j].handle));
		}
	}
	atomic_store(&stop, 1);
	pthread_join(thread, NULL);
	EXPECT_AS_BEFORE();
}

struct opener {
	char path[64];
	int opened;
	int incomplete;
};

static void *open_on(void *arg)
{
	struct opener *opener = arg;
	struct sbuddy_alloc buf;
	int fd;

	while (!atomic_load(&stop)) {
		fd = open(opener->path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		opener->opened++;
		/* Who can open it finds all of it. */
		opener->incomplete += sb_info(fd).pages_managed == 0 || sb_get(fd, 0, &buf);
		close(fd);
	}
	return NULL;
}

TEST(device_used_before_it_is_complete)
{
	struct opener opener = { .opened = 0 };
	char name[32] = "";
	pthread_t thread;
	int i, fd;

	ASSERT_EQ(0, begin());
	fd = open(ITEM "/device", O_RDONLY);
	ASSERT_LT(0, read(fd, name, sizeof(name) - 1));
	close(fd);
	ASSERT_EQ(0, end());
	name[strcspn(name, "\n")] = '\0';
	snprintf(opener.path, sizeof(opener.path), "/dev/%s", name);
	atomic_store(&stop, 0);
	ASSERT_EQ(0, pthread_create(&thread, NULL, open_on, &opener));
	for (i = 0; i < ROUNDS; i++) {
		EXPECT_EQ(0, begin());
		usleep(20000);
		/* It is in use at times. */
		while (end() == -EBUSY)
			usleep(100);
	}
	atomic_store(&stop, 1);
	pthread_join(thread, NULL);
	EXPECT_LT(0, opener.opened);
	EXPECT_EQ(0, opener.incomplete);
}

/* As when memory runs out: killed anywhere, with all sorts of things in its hands. */
TEST_F(class, process_killed_anywhere)
{
	int i;

	for (i = 0; i < 40; i++) {
		pid_t pid = fork();

		if (!pid) {
			struct sbuddy_alloc buf;
			unsigned int order;
			int fd = sb_open(O_RDWR);

			for (order = 0;; order = (order + 1) % 4) {
				if (sb_get(fd, order, &buf))
					continue;
				memset(sb_map(fd, buf.offset, buf.granted), 1, buf.granted);
				export_buffer(fd, buf.handle, O_RDWR);
				if (order & 1)
					sb_put(fd, buf.handle);
				if (sb_info(fd).nr_handles > 50)
					_exit(0);
			}
		}
		usleep(2000 + 700 * (useconds_t)i);
		kill(pid, SIGKILL);
		sb_child_status(pid);
	}
	EXPECT_AS_BEFORE();
}

/* A process without rights learns no address, and of others nothing. */
TEST_F(class, address_told_to_anybody)
{
	struct sbuddy_query query = {
		.size = sizeof(query),
		.flags = SBUDDY_QUERY_PHYS,
		.handle = self->buf.handle,
	};
	pid_t pid;

	/* What may move has no address to tell. */
	ASSERT_EQ(0, sb_pin(self->fd, self->buf.handle));
	ASSERT_EQ(0, sb_call(self->fd, SBUDDY_IOC_QUERY, &query));
	EXPECT_NE(0, query.phys);
	pid = fork();
	if (!pid) {
		struct sbuddy_info info = { .size = sizeof(info), .flags = SBUDDY_INFO_PHYS };
		struct sbuddy_pin pin = {
			.size = sizeof(pin),
			.flags = SBUDDY_PIN_PHYS,
			.handle = self->buf.handle,
		};

		if (setresuid(65534, 65534, 65534))
			_exit(1);
		query.phys = 0;
		if (sb_call(self->fd, SBUDDY_IOC_QUERY, &query) != -EPERM || query.phys)
			_exit(2);
		if (sb_call(self->fd, SBUDDY_IOC_INFO, &info) != -EPERM || info.base)
			_exit(3);
		if (sb_call(self->fd, SBUDDY_IOC_PIN, &pin) != -EPERM || pin.phys)
			_exit(4);
		_exit(access(FILES, F_OK) ? 0 : 5);
	}
	EXPECT_EQ(0, sb_child_status(pid));
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], REMOVE))
		return syscall(SYS_delete_module, "sbuddy", O_NONBLOCK) ? errno : 0;
	sb_need_memory();
	if (access("/sys/kernel/config/sbuddy", W_OK)) {
		printf("1..0 # SKIP no /sys/kernel/config/sbuddy: mount configfs\n");
		exit(KSFT_SKIPPED);
	}
	return test_harness_run(argc, argv);
}
