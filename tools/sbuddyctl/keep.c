// SPDX-License-Identifier: GPL-2.0-only
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
};

static socklen_t address_of(unsigned int nr, struct sockaddr_un *address)
{
	int len;

	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	len = snprintf(address->sun_path + 1, sizeof(address->sun_path) - 1, "sbuddyctl-%u", nr);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len);
}

/* The lowest number that no keeper has. */
static unsigned int listen_as(int *sock)
{
	struct sockaddr_un address;
	unsigned int nr;

	*sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*sock < 0)
		die_error("cannot make a socket", -errno);
	for (nr = 1; nr <= MAX_KEEPERS; nr++) {
		socklen_t len = address_of(nr, &address);

		if (!bind(*sock, (struct sockaddr *)&address, len)) {
			if (listen(*sock, 4))
				die_error("cannot listen", -errno);
			return nr;
		}
	}
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
__attribute__((noreturn)) static void keep(int fd, int sock, struct farewell farewell)
{
	int peer;

	for (;;) {
		peer = accept(sock, NULL, NULL);
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

unsigned int keep_in_background(int fd, unsigned int buffers, uint64_t bytes)
{
	struct farewell farewell = { .buffers = buffers, .bytes = bytes };
	unsigned int nr;
	int sock;

	nr = listen_as(&sock);
	fflush(stdout);
	switch (fork()) {
	case -1:
		die_error("cannot start a keeper", -errno);
	case 0:
		leave_terminal();
		keep(fd, sock, farewell);
	default:
		close(sock);
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

/* 0 when it is gone, or what kept it. */
static int end_keeper(unsigned int nr)
{
	struct farewell farewell;
	struct sockaddr_un address;
	socklen_t len = address_of(nr, &address);
	int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ssize_t got;

	if (sock < 0)
		die_error("cannot make a socket", -errno);
	if (connect(sock, (struct sockaddr *)&address, len)) {
		close(sock);
		warn("there is no keeper %u: sbuddyctl free --list tells which there are", nr);
		return FAILED;
	}
	got = recv(sock, &farewell, sizeof(farewell), MSG_WAITALL);
	close(sock);
	if (got != (ssize_t)sizeof(farewell) || farewell.denied) {
		warn("keeper %u does not let go: it is another user's", nr);
		return FAILED;
	}
	say_freed(nr, &farewell);
	return 0;
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
