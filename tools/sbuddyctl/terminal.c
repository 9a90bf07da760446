// SPDX-License-Identifier: GPL-2.0-only
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>

#include "ctl.h"
#include "terminal.h"

#define HIDE_CURSOR "\033[?25l"
#define SHOW_CURSOR "\033[?25h"

static struct termios before;
static volatile sig_atomic_t changed, ended, resized, stopped;

static void add_line(struct page *page, bool reverse, const char *fmt, va_list args)
{
	char *text;

	if (page->nr == page->rows || page->nr == PAGE_LINES)
		return;
	text = page->lines[page->nr].text;
	vsnprintf(text, PAGE_COLUMNS, fmt, args);
	if (page->columns < PAGE_COLUMNS)
		text[page->columns] = '\0';
	page->lines[page->nr++].reverse = reverse;
}

void page_line(struct page *page, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_line(page, false, fmt, args);
	va_end(args);
}

void page_head(struct page *page, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_line(page, true, fmt, args);
	va_end(args);
}

bool terminal_there(void)
{
	const char *term = getenv("TERM");

	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term && strcmp(term, "dumb");
}

static void say(const char *sequence)
{
	ssize_t written = write(STDOUT_FILENO, sequence, strlen(sequence));

	(void)written;
}

/* Nothing but what a signal's handler may call. */
static void restore(void)
{
	if (!changed)
		return;
	changed = 0;
	say("\033[0m" SHOW_CURSOR "\r\n");
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

static void change(void)
{
	struct termios raw = before;

	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	changed = 1;
	say(HIDE_CURSOR "\033[2J");
}

static void note(int sig)
{
	if (sig == SIGWINCH)
		resized = 1;
	else if (sig == SIGTSTP)
		stopped = 1;
	else
		ended = 1;
}

static void crash(int sig)
{
	restore();
	raise(sig);
}

/* They are let in by terminal_wait() alone, so none comes in the middle of a page. */
static const int awaited[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH };
static const int fatal[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = note };
	sigset_t set;
	unsigned int i;

	sigemptyset(&set);
	for (i = 0; i < ARRAY_LEN(awaited); i++) {
		sigaddset(&set, awaited[i]);
		sigaction(awaited[i], &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &set, NULL);
	action.sa_handler = crash;
	action.sa_flags = (int)SA_RESETHAND;
	for (i = 0; i < ARRAY_LEN(fatal); i++)
		sigaction(fatal[i], &action, NULL);
}

void terminal_begin(void)
{
	if (tcgetattr(STDIN_FILENO, &before))
		die("cannot ask the terminal how it is set: %s", strerror(errno));
	catch_signals();
	atexit(restore);
	change();
}

static unsigned int size_in(const char *name, unsigned int without)
{
	const char *text = getenv(name);
	int value = text ? atoi(text) : 0;

	return value > 0 && value < PAGE_COLUMNS ? (unsigned int)value : without;
}

void terminal_size(unsigned int *columns, unsigned int *rows)
{
	struct winsize window = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window))
		memset(&window, 0, sizeof(window));
	*columns = window.ws_col ? window.ws_col : size_in("COLUMNS", 80);
	*rows = window.ws_row ? window.ws_row : size_in("LINES", 24);
}

/* The last line has no end: what is above would go up. */
static void show_over(const struct page *page)
{
	unsigned int i;

	fputs("\033[H", stdout);
	for (i = 0; i < page->nr; i++) {
		if (page->lines[i].reverse)
			printf("\033[7m%-*s\033[0m", (int)page->columns, page->lines[i].text);
		else
			fputs(page->lines[i].text, stdout);
		fputs(i + 1 < page->nr ? "\033[K\r\n" : "\033[K\033[J", stdout);
	}
	fflush(stdout);
}

void terminal_show(const struct page *page)
{
	unsigned int i;

	if (!page->plain) {
		show_over(page);
		return;
	}
	for (i = 0; i < page->nr; i++)
		printf("%s\n", page->lines[i].text);
	fflush(stdout);
}

void terminal_show_text(const char *text)
{
	unsigned int columns, rows, i;
	size_t len;

	terminal_size(&columns, &rows);
	fputs("\033[H", stdout);
	for (i = 0; i < rows && *text; i++) {
		len = strcspn(text, "\n");
		printf("%s%.*s\033[K", i ? "\r\n" : "", (int)len, text);
		text += len + (text[len] == '\n');
	}
	fputs("\033[J", stdout);
	fflush(stdout);
}

/* As a shell expects of who is told to stop. */
static void stop(void)
{
	stopped = 0;
	restore();
	raise(SIGSTOP);
	change();
}

int terminal_wait(double seconds)
{
	struct pollfd keys = { .fd = STDIN_FILENO, .events = POLLIN };
	struct timespec time = { .tv_sec = (time_t)seconds };
	sigset_t none;
	unsigned char key;
	int got;

	time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
	sigemptyset(&none);
	got = ppoll(&keys, changed ? 1 : 0, &time, &none);
	if (ended)
		return -1;
	if (stopped)
		stop();
	if (resized)
		say("\033[2J");
	resized = 0;
	if (got <= 0)
		return 0;
	return read(STDIN_FILENO, &key, 1) == 1 ? key : -1;
}
