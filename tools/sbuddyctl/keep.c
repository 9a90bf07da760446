// SPDX-License-Identifier: GPL-2.0-only
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "ctl.h"
#include "keep.h"

#define MAX_KEEPERS 4096

/* What a keeper answers when it is gone, so to say. */
struct farewell {
	uint32_t denied;
	uint32_t buffers;
	uint64_t bytes;
	uint32_t note;
	uint32_t reserved;
};

static socklen_t address_of(const char *name, struct sockaddr_un *address)
{
	int len;

	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	len = snprintf(address->sun_path + 1, sizeof(address->sun_path) - 1, "sbuddyctl-%s", name);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len);
}

static const char *name_of(unsigned int nr, char *name, size_t size)
{
	snprintf(name, size, "%u", nr);
	return name;
}

static int new_socket(void)
{
	int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (sock < 0)
		die_error("cannot make a socket", -errno);
	return sock;
}

static int listen_as(int sock, const char *name)
{
	struct sockaddr_un address;
	socklen_t len = address_of(name, &address);

	if (bind(sock, (struct sockaddr *)&address, len))
		return -EADDRINUSE;
	if (listen(sock, 4))
		die_error("cannot listen", -errno);
	return 0;
}

int keeper_alias(const char *name)
{
	int sock = new_socket();

	if (!listen_as(sock, name))
		return sock;
	close(sock);
	return -EADDRINUSE;
}

/* The lowest number that no keeper has. */
static unsigned int listen_as_any(int sock)
{
	char name[16];
	unsigned int nr;

	for (nr = 1; nr <= MAX_KEEPERS; nr++)
		if (!listen_as(sock, name_of(nr, name, sizeof(name))))
			return nr;
	die("there are %u keepers already: sbuddyctl free --all ends them", MAX_KEEPERS);
}

static int may_end_it(int peer)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &cred, &len))
		return 0;
	return !cred.uid || cred.uid == geteuid();
}

/* Memory is given back before anybody is told that it was. */
__attribute__((noreturn)) static void keep(int fd, int sock, int alias, struct farewell farewell)
{
	struct pollfd socks[] = { { sock, POLLIN, 0 }, { alias, POLLIN, 0 } };
	int peer;

	for (;;) {
		if (poll(socks, alias ? 2 : 1, -1) < 0)
			continue;
		peer = accept(socks[0].revents ? sock : alias, NULL, NULL);
		if (peer < 0)
			continue;
		farewell.denied = !may_end_it(peer);
		if (!farewell.denied)
			close(fd);
		if (write(peer, &farewell, sizeof(farewell)) > 0 && !farewell.denied)
			_exit(0);
		if (!farewell.denied)
			_exit(FAILED);
		close(peer);
	}
}

static void leave_terminal(void)
{
	int null = open("/dev/null", O_RDWR);

	setsid();
	if (chdir("/"))
		_exit(FAILED);
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
	}
	if (null > STDERR_FILENO)
		close(null);
	signal(SIGPIPE, SIG_IGN);
}

unsigned int keep_in_background(int fd, const struct keeping *what)
{
	struct farewell farewell = { .buffers = what->buffers,
				     .bytes = what->bytes,
				     .note = what->note };
	int sock = new_socket();
	unsigned int nr = listen_as_any(sock);

	fflush(stdout);
	switch (fork()) {
	case -1:
		die_error("cannot start a keeper", -errno);
	case 0:
		leave_terminal();
		keep(fd, sock, what->alias, farewell);
	default:
		close(sock);
		if (what->alias)
			close(what->alias);
		return nr;
	}
}

static void say_freed(unsigned int nr, const struct farewell *farewell)
{
	char size[32];

	if (!in_json()) {
		printf("keeper %u: %u buffers freed, %s\n", nr, farewell->buffers,
		       human(farewell->bytes, size, sizeof(size)));
		return;
	}
	json_open(NULL, '{');
	json_number("keeper", nr);
	json_number("buffers", farewell->buffers);
	json_number("bytes", farewell->bytes);
	json_close('}');
}

/* 0; -ENOENT without such a keeper, -EPERM when it does not let go. */
static int end_named(const char *name, struct farewell *farewell)
{
	struct sockaddr_un address;
	socklen_t len = address_of(name, &address);
	int sock = new_socket();
	ssize_t got;

	if (connect(sock, (struct sockaddr *)&address, len)) {
		close(sock);
		return -ENOENT;
	}
	got = recv(sock, farewell, sizeof(*farewell), MSG_WAITALL);
	close(sock);
	return got != (ssize_t)sizeof(*farewell) || farewell->denied ? -EPERM : 0;
}

int keeper_end(const char *name, struct keeping *had)
{
	struct farewell farewell;
	int err = end_named(name, &farewell);

	if (err)
		return err;
	*had = (struct keeping){
		.buffers = farewell.buffers,
		.bytes = farewell.bytes,
		.note = farewell.note,
	};
	return 0;
}

/* 0 when it is gone, or what kept it. */
static int end_keeper(unsigned int nr)
{
	struct farewell farewell;
	char name[16];

	switch (end_named(name_of(nr, name, sizeof(name)), &farewell)) {
	case 0:
		say_freed(nr, &farewell);
		return 0;
	case -ENOENT:
		warn("there is no keeper %u: sbuddyctl free --list tells which there are", nr);
		return FAILED;
	default:
		warn("keeper %u does not let go: it is another user's", nr);
		return FAILED;
	}
}

static int by_number(const void *a, const void *b)
{
	const unsigned int *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* The kernel lists who listens; one that is connected to is told twice. */
static unsigned int find_keepers(unsigned int *numbers)
{
	FILE *file = fopen("/proc/net/unix", "re");
	unsigned int nr, count = 0, unique = 0, i;
	char line[512], *name;

	if (!file)
		die_error("cannot read /proc/net/unix", -errno);
	while (count < MAX_KEEPERS && fgets(line, sizeof(line), file)) {
		name = strstr(line, " @sbuddyctl-");
		if (name && sscanf(name, " @sbuddyctl-%u", &nr) == 1)
			numbers[count++] = nr;
	}
	fclose(file);
	qsort(numbers, count, sizeof(*numbers), by_number);
	for (i = 0; i < count; i++)
		if (!unique || numbers[unique - 1] != numbers[i])
			numbers[unique++] = numbers[i];
	return unique;
}

static void list_keepers(void)
{
	static unsigned int numbers[MAX_KEEPERS];
	unsigned int i, count = find_keepers(numbers);

	for (i = 0; i < count; i++) {
		if (in_json())
			json_number(NULL, numbers[i]);
		else
			printf("keeper %u\n", numbers[i]);
	}
}

static unsigned int number_in(const char *text)
{
	unsigned int nr;
	char rest;

	if (sscanf(text, "%u%c", &nr, &rest) != 1 || !nr || nr > MAX_KEEPERS)
		die_usage("free takes numbers of keepers, not \"%s\"", text);
	return nr;
}

static int end_some(int argc, char **argv)
{
	static unsigned int numbers[MAX_KEEPERS];
	unsigned int i, count = 0;
	int failed = 0;

	if (given(OPT_ALL))
		count = find_keepers(numbers);
	for (i = 0; i < (unsigned int)argc && count < MAX_KEEPERS; i++)
		numbers[count++] = number_in(argv[i]);
	for (i = 0; i < count; i++)
		failed |= end_keeper(numbers[i]);
	return failed;
}

int run_free(int argc, char **argv)
{
	int failed = 0;

	if (!argc && !given(OPT_ALL) && !given(OPT_LIST))
		die_usage("free wants numbers of keepers, --all or --list");
	if (argc && (given(OPT_ALL) || given(OPT_LIST)))
		die_usage("free takes either numbers, or --all or --list");
	if (in_json()) {
		json_open(NULL, '{');
		json_open("keepers", '[');
	}
	if (given(OPT_LIST))
		list_keepers();
	else
		failed = end_some(argc, argv);
	if (in_json()) {
		json_close(']');
		json_close('}');
		json_end();
	}
	return failed;
}
