// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command of record, and what it tells: it finds in SBUDDY_RECORD the name of a file
 * to write lines to, each an object of JSON of less than PIPE_BUF bytes.
 */
#include <signal.h>

#include "ctl.h"
#include "record.h"

__attribute__((noreturn)) static void become(char **argv, int fd, int failed)
{
	sigset_t none;
	char name[64];
	int err;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	if (fcntl(fd, F_SETFD, 0) || setenv("SBUDDY_RECORD", name, 1))
		_exit(FAILED);
	execvp(argv[0], argv);
	err = errno;
	if (write(failed, &err, sizeof(err)) < 0)
		_exit(FAILED);
	_exit(FAILED);
}

/* An execvp() that succeeds closes the second pipe; one that fails writes into it. */
void record_load_start(struct record_load *load, char **argv)
{
	int told[2], failed[2], err = 0;

	load->used = 0;
	if (pipe2(told, O_CLOEXEC) || pipe2(failed, O_CLOEXEC))
		die("cannot make a pipe: %s", strerror(errno));
	fflush(stdout);
	load->pid = fork();
	if (load->pid < 0)
		die("cannot start %s: %s", argv[0], strerror(errno));
	if (!load->pid)
		become(argv, told[1], failed[1]);
	close(told[1]);
	close(failed[1]);
	if (read(failed[0], &err, sizeof(err)) == (ssize_t)sizeof(err))
		die("cannot start %s: %s", argv[0], strerror(err));
	close(failed[0]);
	load->fd = told[0];
	fcntl(load->fd, F_SETFL, O_NONBLOCK);
}

/* What is longer than the buffer is no line of ours. */
static void tell_lines(struct record_load *load, void (*tell)(void *data, const char *text),
		       void *data)
{
	char *start = load->text, *end;

	load->text[load->used] = '\0';
	while ((end = memchr(start, '\n', load->used - (size_t)(start - load->text)))) {
		*end = '\0';
		if (strlen(start) == (size_t)(end - start) && json_check(start, true))
			tell(data, start);
		else if (end > start)
			warn("what the command wrote to SBUDDY_RECORD is no object of JSON: %.60s",
			     start);
		start = end + 1;
	}
	load->used -= (size_t)(start - load->text);
	memmove(load->text, start, load->used);
	if (load->used == sizeof(load->text) - 1)
		load->used = 0;
}

void record_load_read(struct record_load *load, void (*tell)(void *data, const char *text),
		      void *data)
{
	ssize_t got;

	while (load->fd >= 0) {
		got = read(load->fd, load->text + load->used, sizeof(load->text) - 1 - load->used);
		if (got < 0 && errno == EAGAIN)
			return;
		if (got <= 0) {
			close(load->fd);
			load->fd = -1;
			return;
		}
		load->used += (size_t)got;
		tell_lines(load, tell, data);
	}
}
