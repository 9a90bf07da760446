// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verbs alloc and hold: the same buffers, kept by another process or by this one.
 */
#include <signal.h>
#include <time.h>

#include "ctl.h"
#include "keep.h"

struct buffers {
	unsigned int count;
	struct sbuddy_query *list;
	uint64_t bytes;
};

static uint64_t pin(int fd, uint32_t handle)
{
	uint64_t phys = 0;
	int pins = sbuddy_pin(fd, handle, &phys);

	if (pins < 0)
		die_error("cannot pin a buffer", pins);
	return phys;
}

static void get_one(int fd, struct sbuddy_alloc request, struct buffers *buffers)
{
	struct sbuddy_query *query = &buffers->list[buffers->count];
	int err = sbuddy_alloc(fd, &request, sizeof(request));
	char what[64];

	snprintf(what, sizeof(what), "cannot allocate buffer %u", buffers->count + 1);
	if (err)
		die_error(what, err);
	err = sbuddy_query(fd, request.handle, 0, query, sizeof(*query));
	if (err)
		die_error("cannot ask about a buffer", err);
	err = given(OPT_NAME) ? sbuddy_set_name(fd, request.handle, given(OPT_NAME)) : 0;
	if (err)
		die_error("cannot name a buffer", err);
	if (given(OPT_PIN))
		query->phys = pin(fd, request.handle);
	buffers->bytes += query->bytes;
	buffers->count++;
}

static struct buffers get(int fd)
{
	struct sbuddy_info info = info_of(fd);
	struct sbuddy_alloc request = request_of_options(&info);
	unsigned int count = (unsigned int)number_of(OPT_COUNT, 1, 1, info.max_handles);
	struct buffers buffers = { .list = calloc(count, sizeof(*buffers.list)) };

	if (given(OPT_WAIT)) {
		request.flags |= SBUDDY_ALLOC_WAIT;
		request.timeout_ms = (uint32_t)(seconds_of(OPT_WAIT, 0) * 1000);
	}
	if (!buffers.list)
		die("no memory to keep account of %u buffers", count);
	while (buffers.count < count)
		get_one(fd, request, &buffers);
	return buffers;
}

static void json_buffers(const struct buffers *buffers)
{
	const struct sbuddy_query *query;

	json_number("bytes", buffers->bytes);
	json_open("buffers", '[');
	for (query = buffers->list; query < buffers->list + buffers->count; query++) {
		json_open(NULL, '{');
		json_number("handle", query->handle);
		json_number("bytes", query->bytes);
		json_number("order", query->order);
		json_text("type", type_names[query->type]);
		json_text("zone", zone_names[query->zone & 3]);
		json_signed("node", query->node);
		json_number("runs", query->runs);
		if (given(OPT_PIN))
			json_number("physical", query->phys);
		json_close('}');
	}
	json_close(']');
}

static void print_buffers(const struct buffers *buffers)
{
	const struct sbuddy_query *query;
	char size[32];

	printf("%6s  %10s  %5s  %-11s  %-7s  %4s%s\n", "handle", "size", "order", "type", "zone",
	       "node", given(OPT_PIN) ? "  physical" : "");
	for (query = buffers->list; query < buffers->list + buffers->count; query++) {
		printf("%6u  %10s  %5u  %-11s  %-7s  %4d", query->handle,
		       human(query->bytes, size, sizeof(size)), query->order,
		       type_names[query->type], zone_names[query->zone & 3], query->node);
		if (given(OPT_PIN))
			printf("  0x%08" PRIx64, (uint64_t)query->phys);
		printf("\n");
	}
}

int run_alloc(int argc, char **argv)
{
	int fd = open_device(O_RDWR);
	struct buffers buffers = get(fd);
	struct keeping keeping = { .buffers = buffers.count, .bytes = buffers.bytes };
	unsigned int keeper = keep_in_background(fd, &keeping);

	if (in_json()) {
		json_open(NULL, '{');
		json_number("keeper", keeper);
		json_buffers(&buffers);
		json_close('}');
		json_end();
	} else {
		print_buffers(&buffers);
		printf("keeper %u has them: sbuddyctl free %u gives them back\n", keeper, keeper);
	}
	free(buffers.list);
	return 0;
}

/* Until a signal that asks to end, or so long. */
static void wait_for_the_end(double seconds)
{
	struct timespec time = {
		.tv_sec = (time_t)seconds,
		.tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9),
	};
	sigset_t ends;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	while (sigtimedwait(&ends, NULL, seconds > 0 ? &time : NULL) < 0 && errno == EINTR)
		;
}

int run_hold(int argc, char **argv)
{
	double seconds = seconds_of(OPT_FOR, 0);
	int fd = open_device(O_RDWR);
	struct buffers buffers = get(fd);

	if (in_json()) {
		json_open(NULL, '{');
		json_buffers(&buffers);
		json_close('}');
		json_end();
	} else {
		print_buffers(&buffers);
		if (seconds <= 0)
			printf("held until this is interrupted\n");
	}
	fflush(stdout);
	wait_for_the_end(seconds);
	sbuddy_close(fd);
	free(buffers.list);
	return 0;
}
