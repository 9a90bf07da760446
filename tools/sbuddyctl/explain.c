// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verbs explain and drain.
 */
#include "ctl.h"

static const char *const verdicts[] = {
	"served",   "not live",	  "corrupt",	"too large",  "quota",
	"reserved", "fragmented", "wrong zone", "wrong node", "no memory",
};

static void explain_json(int fd, const struct sbuddy_alloc *request)
{
	struct sbuddy_explain explain = {
		.alloc_flags = request->flags,
		.order = request->order,
		.type = request->type,
		.zone = request->zone,
		.node = request->node,
		.bytes = request->bytes,
	};
	int err = sbuddy_explain(fd, &explain, sizeof(explain));

	if (err)
		die_error("cannot explain this", err);
	json_text("verdict",
		  explain.verdict < ARRAY_LEN(verdicts) ? verdicts[explain.verdict] : "unknown");
	json_text("error", explain.error ? strerror((int)explain.error) : "");
	json_bool("exact", (int)explain.exact);
	json_number("help", explain.help);
}

/* Fails as the request would. */
int run_explain(int argc, char **argv)
{
	int len, fd = open_device(O_RDWR);
	struct sbuddy_info info = info_of(fd);
	struct sbuddy_alloc request = request_of_options(&info);
	static char text[65536];
	int served;

	len = sbuddy_explain_text(fd, &request, text, sizeof(text));
	if (len < 0)
		die_error("cannot explain this", len);
	served = !!strstr(text, "\nverdict: would be served");
	if (in_json()) {
		json_open(NULL, '{');
		explain_json(fd, &request);
		json_text("text", text);
		json_close('}');
		json_end();
	} else {
		fputs(text, stdout);
	}
	sbuddy_close(fd);
	return served ? 0 : FAILED;
}

int run_drain(int argc, char **argv)
{
	int fd = open_device(O_RDWR), err;
	struct sbuddy_info info = info_of(fd);
	uint64_t pages;
	char size[32];

	err = sbuddy_drain(fd, &pages);
	sbuddy_close(fd);
	if (err)
		die_error("cannot drain the per-CPU lists", err);
	if (in_json()) {
		json_open(NULL, '{');
		json_number("pages", pages);
		json_close('}');
		json_end();
	} else {
		printf("%" PRIu64 " pages, %s, went back from the lists of all CPUs\n", pages,
		       human(pages * info.page_size, size, sizeof(size)));
	}
	return 0;
}
