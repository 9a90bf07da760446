/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A terminal that shows one page again and again, a serial console of 80 columns and 24
 * rows included: VT100, no library. It is as it was when the program ends, however it does.
 */
#ifndef SBUDDYCTL_TERMINAL_H
#define SBUDDYCTL_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#define PAGE_COLUMNS 512
#define PAGE_LINES 512

/**
 * struct page - What is shown.
 * @columns: longer lines are cut off
 * @rows: lines beyond these are left out
 * @plain: no attribute is told
 * @nr: lines so far
 */
struct page {
	unsigned int columns;
	unsigned int rows;
	bool plain;
	unsigned int nr;
	struct {
		bool reverse;
		char text[PAGE_COLUMNS];
	} lines[PAGE_LINES];
};

void page_line(struct page *page, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* One that stands out: of a table, the names of its columns. */
void page_head(struct page *page, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Both ends are terminals that can be drawn on. */
bool terminal_there(void);

/* Keys come one by one from now on, and signals end what waits for them. */
void terminal_begin(void);

/* As the terminal says, or the environment; a serial line does not know: 80 and 24. */
void terminal_size(unsigned int *columns, unsigned int *rows);

/* Over what was shown before; or one after the other, when it is plain. */
void terminal_show(const struct page *page);

/* Lines that were made otherwise, over what was shown before; those that fit. */
void terminal_show_text(const char *text);

/**
 * terminal_wait() - Wait for a key, or for the time to be over.
 * @seconds: how long
 *
 * Return: the key; 0 when the time is over, or the terminal has another size; -1 when the
 * program is told to end, or nobody is there to press a key any more.
 */
int terminal_wait(double seconds);

#endif
