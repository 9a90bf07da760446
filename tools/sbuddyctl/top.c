// SPDX-License-Identifier: GPL-2.0-only
#include <time.h>

#include "ctl.h"
#include "top.h"

#define MIN_DELAY 0.1
#define MAX_DELAY 3600

struct view {
	double delay;
	uint64_t frames; /* left; 0 for any number */
	enum top_key key;
	bool backwards;
	bool live; /* drawn over, with keys */
};

/* Whether to go on; what a key changes shows at once. */
static bool obey(struct view *view, int key)
{
	switch (key) {
	case 'q':
	case 'Q':
		return false;
	case 's':
		view->key = (view->key + 1) % TOP_KEYS;
		break;
	case 'S':
		view->key = (view->key + TOP_KEYS - 1) % TOP_KEYS;
		break;
	case 'r':
		view->backwards = !view->backwards;
		break;
	case '+':
		view->delay = view->delay * 2 < MAX_DELAY ? view->delay * 2 : MAX_DELAY;
		break;
	case '-':
		view->delay = view->delay / 2 > MIN_DELAY ? view->delay / 2 : MIN_DELAY;
		break;
	}
	return key >= 0;
}

static void show(struct view *view, const struct top_sample *before, struct top_sample *now)
{
	static struct page page;

	top_sort(now, view->key, view->backwards);
	if (in_json()) {
		top_json(before, now);
		return;
	}
	terminal_size(&page.columns, &page.rows);
	page.plain = !view->live;
	if (page.plain)
		page.rows = PAGE_LINES;
	else
		page.columns--; /* in the last one terminals differ */
	top_draw(&page, before, now, view->delay, view->key, view->backwards);
	terminal_show(&page);
}

static double clock_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* A key has the same sample shown in another way; whether to go on. */
static bool pause_between(struct view *view, const struct top_sample *before,
			  struct top_sample *now)
{
	double begin = clock_now(), left = view->delay;

	while (left > 0) {
		if (!obey(view, terminal_wait(left)))
			return false;
		left = begin + view->delay - clock_now();
		if (left > 0 && view->live)
			show(view, before, now);
	}
	return true;
}

/* Two samples take turns: rates are told since the one before. */
static void watch(int fd, struct view *view)
{
	static struct top_sample samples[2];
	const struct top_sample *before = NULL;
	struct top_sample *now;
	unsigned int turn = 0;

	for (;;) {
		now = &samples[turn];
		top_read(fd, now);
		show(view, before, now);
		if (view->frames && !--view->frames)
			return;
		if (!in_json() && !view->live)
			printf("\n");
		if (!pause_between(view, before, now))
			return;
		before = now;
		turn = !turn;
	}
}

int run_top(int argc, char **argv)
{
	int fd = open_device(O_RDONLY);
	struct view view = {
		.delay = seconds_of(OPT_DELAY, 2),
		.frames = number_of(OPT_FRAMES, 0, 1, UINT32_MAX),
		.key = (enum top_key)word_of(OPT_SORT, top_key_names, TOP_KEYS, KEY_BYTES),
		.live = !given(OPT_BATCH) && !in_json() && terminal_there(),
	};

	if (view.live)
		terminal_begin();
	watch(fd, &view);
	sbuddy_close(fd);
	return 0;
}
