// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verb record: samples at regular times, until one of several things ends it. The
 * device is opened for each of them, so that nobody is kept from ending the instance.
 */
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>

#include "ctl.h"
#include "record.h"

#define LIMIT (UINT64_C(64) << 20)
#define LEAST_LIMIT (UINT64_C(64) << 10)

struct recording {
	struct record_file file;
	struct record_load load;
	struct record_seen seen;
	struct sbuddy_info info;
	double interval;
	double duration; /* 0 for any */
	uint64_t most; /* samples; 0 for any */
	uint64_t samples;
	uint64_t missed; /* times at which the one before was not over */
	uint64_t start; /* nanoseconds */
	int signals;
	bool full; /* no more lines */
	bool impatient; /* a second signal came */
	int status; /* of the program */
	const char *why; /* it ended, or NULL */
};

static bool shown; /* progress */

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void plan_of_options(struct recording *r)
{
	r->interval = seconds_of(OPT_INTERVAL, 1);
	r->duration = seconds_of(OPT_DURATION, 0);
	r->most = number_of(OPT_SAMPLES, 0, 1, UINT64_MAX);
	if (r->interval < 0.001)
		die_usage("--interval takes 0.001 seconds or more, not \"%s\"",
			  given(OPT_INTERVAL));
	if (bytes_of(OPT_LIMIT, LIMIT) < LEAST_LIMIT)
		die_usage("--limit takes 64K or more, not \"%s\"", given(OPT_LIMIT));
}

/* The file has no room for more, or the disk: the command goes on nevertheless. */
static void end_line(struct recording *r)
{
	int err = record_end(&r->file, false);

	if (!err)
		return;
	r->full = true;
	if (err > 0) {
		r->why = "limit";
		return;
	}
	warn("cannot write %s: %s; what is in it already is good", r->file.path, strerror(-err));
	r->why = "write error";
	r->status = FAILED;
}

static void sample(struct recording *r)
{
	int fd = sbuddy_open(given(OPT_DEVICE), O_RDONLY), err = fd;

	if (fd >= 0) {
		record_begin(&r->file);
		err = record_sample(fd, &r->info, (now() - r->start) / 1000, &r->seen);
		sbuddy_close(fd);
		if (!err) {
			end_line(r);
			r->samples += !r->full;
			return;
		}
		record_drop(&r->file);
	}
	if (err == -ENOENT || err == -ENODEV) {
		r->why = "device gone";
		return;
	}
	warn("cannot ask %s: %s", device_name(), strerror(-err));
	r->why = "device error";
	r->status = FAILED;
}

/* What the command tells of itself, at the time it does. */
static void tell_load(void *data, const char *text)
{
	struct recording *r = data;

	if (r->full)
		return;
	record_begin(&r->file);
	json_open(NULL, '{');
	json_number("us", (now() - r->start) / 1000);
	json_raw("load", text);
	json_close('}');
	end_line(r);
}

static void command_ended(struct recording *r, int status)
{
	r->load.pid = 0;
	if (r->why)
		return;
	r->why = "command ended";
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return;
	r->status = FAILED;
	if (WIFSIGNALED(status))
		warn("the command was ended by signal %d", WTERMSIG(status));
	else
		warn("the command failed with status %d", WEXITSTATUS(status));
}

/* A command that the terminal did not signal is told by us. */
static void on_signal(struct recording *r)
{
	struct signalfd_siginfo info;
	int status;

	if (read(r->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo != SIGCHLD) {
		if (r->load.pid && info.ssi_code != SI_KERNEL)
			kill(r->load.pid, (int)info.ssi_signo);
		r->impatient = !!r->why;
		r->why = r->why ? r->why : "interrupted";
	} else if (r->load.pid && waitpid(r->load.pid, &status, WNOHANG) == r->load.pid) {
		command_ended(r, status);
	}
}

/* Until a time, or a signal, or what the command tells. */
static void poll_until(struct recording *r, uint64_t when)
{
	struct pollfd polled[2] = { { .fd = r->signals, .events = POLLIN },
				    { .fd = r->load.fd, .events = POLLIN } };
	uint64_t time = now(), left = when > time ? when - time : 0;
	struct timespec timeout = { (time_t)(left / 1000000000), (long)(left % 1000000000) };

	if (ppoll(polled, 2, &timeout, NULL) <= 0)
		return;
	if (polled[1].revents)
		record_load_read(&r->load, tell_load, r);
	if (polled[0].revents)
		on_signal(r);
}

static void wait_until(struct recording *r, uint64_t when)
{
	do
		poll_until(r, when);
	while (!r->why && now() < when);
}

/* A command has the terminal for itself. */
static void progress(const struct recording *r)
{
	static uint64_t last;
	char size[32];

	if (r->load.pid || !isatty(STDERR_FILENO) || now() - last < 200000000)
		return;
	shown = true;
	last = now();
	fprintf(stderr, "\r%" PRIu64 " samples, %.1f s, %s\033[K", r->samples,
		(double)(now() - r->start) / 1e9, human(r->file.bytes, size, sizeof(size)));
}

/* Late is late: what was missed is not made up for. */
static void take_samples(struct recording *r)
{
	uint64_t step = (uint64_t)(r->interval * 1e9), next = r->start;
	uint64_t end = r->duration > 0 ? r->start + (uint64_t)(r->duration * 1e9) : UINT64_MAX;

	while (!r->why) {
		sample(r);
		progress(r);
		if (!r->why && r->samples == r->most)
			r->why = "samples";
		if (!r->why && now() >= end)
			r->why = "duration";
		for (next += step; next < now(); next += step)
			r->missed++;
		if (!r->why)
			wait_until(r, next < end ? next : end);
	}
}

/* A command that does not end when it is told is waited for, until the next signal. */
static void end_command(struct recording *r)
{
	if (r->load.pid && (!strcmp(r->why, "samples") || !strcmp(r->why, "duration")))
		kill(r->load.pid, SIGTERM);
	while (r->load.pid && !r->impatient)
		poll_until(r, now() + 1000000000);
	record_load_read(&r->load, tell_load, r);
	if (!r->full && (!strcmp(r->why, "interrupted") || !strcmp(r->why, "command ended")))
		sample(r);
}

static void tell_end(struct recording *r)
{
	record_begin(&r->file);
	json_open(NULL, '{');
	json_open("end", '{');
	json_number("us", (now() - r->start) / 1000);
	json_number("samples", r->samples);
	json_number("missed", r->missed);
	json_text("why", r->why);
	json_close('}');
	json_close('}');
	if (record_end(&r->file, true) && !r->full) {
		warn("cannot write the end of %s; what is in it already is good", r->file.path);
		r->status = FAILED;
	}
	if (close(r->file.fd)) {
		warn("cannot write %s: %s", r->file.path, strerror(errno));
		r->status = FAILED;
	}
}

static void summary(const struct recording *r)
{
	double seconds = (double)(now() - r->start) / 1e9;
	char size[32];

	if (shown)
		fputs("\r\033[K", stderr);
	if (in_json()) {
		json_open(NULL, '{');
		json_text("file", r->file.path);
		json_number("samples", r->samples);
		json_number("missed", r->missed);
		json_number("bytes", r->file.bytes);
		json_float("seconds", seconds);
		json_text("why", r->why);
		json_close('}');
		json_end();
		return;
	}
	printf("%s: %" PRIu64 " samples in %.1f s, %s; it ended for: %s\n", r->file.path,
	       r->samples, seconds, human(r->file.bytes, size, sizeof(size)), r->why);
	if (r->missed)
		printf("%" PRIu64 " more were due while one was taken: say a longer --interval\n",
		       r->missed);
	if (!r->seen.map)
		printf("the page map is not in it: debugfs is for root, and has to be mounted\n");
}

static int signals_as_file(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		die("cannot wait for signals: %s", strerror(errno));
	return fd;
}

int run_record(int argc, char **argv)
{
	static struct recording r = { .load = { .fd = -1 } };
	const char *path = given(OPT_OUTPUT) ? given(OPT_OUTPUT) : "sbuddy.record";
	int fd, err;

	plan_of_options(&r);
	fd = open_device(O_RDONLY);
	r.info = info_of(fd);
	sbuddy_close(fd);
	record_create(&r.file, path, bytes_of(OPT_LIMIT, LIMIT));
	record_begin(&r.file);
	record_header(&r.info, r.interval, !!given(OPT_PHYS), argc, argv);
	err = record_end(&r.file, false);
	if (err)
		die("cannot write %s: %s", path, strerror(-err));
	r.signals = signals_as_file();
	r.start = now();
	if (argc)
		record_load_start(&r.load, argv);
	take_samples(&r);
	end_command(&r);
	tell_end(&r);
	summary(&r);
	return r.status;
}
