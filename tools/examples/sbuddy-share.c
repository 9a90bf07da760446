// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbuddy-share [DEVICE]: a buffer for another process.
 *
 * What goes over the socket is a dma-buf: it gives that one buffer and nothing else.
 * A process that may see all buffers of the file can be sent the device's descriptor
 * in the same way.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libsbuddy.h>

#define BYTES 65536
#define QUESTION "written by the one process"
#define ANSWER "read, and answered, by the other"

union control {
	char space[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static void die(const char *what, int err)
{
	fprintf(stderr, "sbuddy-share: %s: %s\n", what, strerror(-err));
	exit(1);
}

static int send_fd(int sock, int fd)
{
	union control control = { .space = { 0 } };
	char byte = 0;
	struct iovec data = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	return sendmsg(sock, &msg, 0) == 1 ? 0 : -errno;
}

static int receive_fd(int sock)
{
	union control control;
	char byte;
	struct iovec data = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *head;
	int fd;

	if (recvmsg(sock, &msg, MSG_CMSG_CLOEXEC) != 1)
		return -EIO;
	head = CMSG_FIRSTHDR(&msg);
	if (!head || head->cmsg_type != SCM_RIGHTS)
		return -EPROTO;
	memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	return fd;
}

/* It has neither the device nor the handle, only what it is sent. */
static int other_process(int sock)
{
	int fd = receive_fd(sock);
	void *memory;
	int err;

	if (fd < 0)
		die("receive", fd);
	err = sbuddy_map(fd, 0, BYTES, PROT_READ | PROT_WRITE, &memory);
	if (err)
		die("map what was received", err);
	printf("the other reads: %s\n", (char *)memory);
	err = strcmp(memory, QUESTION);
	strcpy(memory, ANSWER);
	fflush(stdout);
	return err ? 1 : 0;
}

static void one_process(const char *device, int sock)
{
	int fd = sbuddy_open(device, O_RDWR), shared, err, status;
	struct sbuddy_buf buf;
	void *memory;

	if (fd < 0)
		die("open", fd);
	err = sbuddy_alloc_bytes(fd, BYTES, SBUDDY_UNMOVABLE, 0, &buf);
	if (err)
		die("allocate", err);
	err = sbuddy_map(fd, buf.offset, BYTES, PROT_READ | PROT_WRITE, &memory);
	if (err)
		die("map", err);
	strcpy(memory, QUESTION);
	shared = sbuddy_export(fd, buf.handle, O_RDWR);
	if (shared < 0)
		die("export", shared);
	err = send_fd(sock, shared);
	if (err)
		die("send", err);
	if (wait(&status) < 0 || status)
		die("the other process", -EIO);
	printf("the one reads: %s\n", (char *)memory);
	if (strcmp(memory, ANSWER))
		die("answer", -EIO);
}

int main(int argc, char **argv)
{
	int sock[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sock))
		die("socketpair", -errno);
	pid = fork();
	if (pid < 0)
		die("fork", -errno);
	close(sock[pid ? 1 : 0]);
	if (!pid)
		return other_process(sock[1]);
	one_process(argc > 1 ? argv[1] : NULL, sock[0]);
	return 0;
}
