/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Labs: small scripted situations of a page allocator, with a picture before and
 * after.
 *
 *	script.c    reads a lab; statement.c does what it says to a machine
 *	machine.h   a machine: core.c is module/core on this host,
 *	            device.c an instance on a board
 *	view.c      what each page is, and the figures that follow from it
 *	text.c      a view as text; svg.c: all views of a lab as one picture
 *
 * A lab is a text of one statement a line; what follows a # is not read.
 *
 *	title TEXT                name of the lab
 *	about TEXT                what it shows; may be given again
 *	pages N                   memory of the lab: 4 .. 1024 pages, all free at first
 *	rest SIZE                 memory beside it, which holds descriptors; 256M
 *	set NAME VALUE            as in configfs
 *	cpus N                    the machine has at least so many
 *	window FIRST N            the pages that are drawn; all of them
 *
 *	say TEXT                  a line to the reader; may be given again
 *	take N|all ORDER TYPE [FLAG]
 *	                          allocates; FLAG is high, atomic or memalloc
 *	free PAGE...|TYPE|all     gives back blocks by their first page, or all of a
 *	                          type of request
 *	keep PAGE...              gives back all others
 *	drain                     empties the per-CPU lists
 *	cpu N                     what follows runs on another CPU
 *	show [pages|types]        the picture and all figures; the picture with a few
 *	                          of them; or the file pagetypeinfo
 *	repeat N ... end          silently so many times
 */
#ifndef LAB_H
#define LAB_H

#include <stdbool.h>
#include <stdio.h>

#define LAB_MAX_PAGES 1024
#define LAB_MAX_ORDER 15
#define LAB_NR_ORDERS (LAB_MAX_ORDER + 1)
#define LAB_NR_TYPES 6
#define LAB_MAX_VALUES 16
#define LAB_MAX_SHOTS 16
#define LAB_MAX_TEXT 8192
#define LAB_LINE 256

/* First letters of migratetypes, by number; of requests the first three. */
#define LAB_TYPE_LETTERS "UMRHCI"

/**
 * struct lab_setup - The machine that a lab wants.
 * @pages: of the lab's own memory
 * @rest: bytes of memory beside it
 * @cpus: that it has at least
 * @first: first page that is drawn
 * @nr: pages that are drawn
 * @max_order: log2 of the pages of the largest block
 * @pageblock_order: log2 of the pages of a pageblock
 * @nr_values: entries of @values
 * @values: what is set as in configfs, the two orders included
 */
struct lab_setup {
	unsigned long pages;
	unsigned long long rest;
	unsigned int cpus;
	unsigned long first;
	unsigned long nr;
	unsigned int max_order;
	unsigned int pageblock_order;
	unsigned int nr_values;
	struct lab_value {
		char name[40];
		char value[40];
	} values[LAB_MAX_VALUES];
};

/* What a page that no request has is. */
enum lab_rest_state {
	LAB_FREE,
	LAB_ON_LIST,
};

/**
 * struct lab_look - What a machine tells of the lab's memory.
 * @blocks: free blocks by type of the list and order
 * @block_types: a letter of LAB_TYPE_LETTERS a pageblock
 * @free: pages on free lists
 * @pcp: pages on per-CPU lists
 * @mark: min, low and high watermark, boost included
 * @boost: part of these
 * @state: enum lab_rest_state of each page that no request has
 * @pagetypeinfo: as in the file
 */
struct lab_look {
	unsigned long blocks[LAB_NR_TYPES][LAB_NR_ORDERS];
	char block_types[LAB_MAX_PAGES];
	unsigned long free;
	unsigned long pcp;
	unsigned long mark[3];
	unsigned long boost;
	unsigned char state[LAB_MAX_PAGES];
	char pagetypeinfo[LAB_MAX_TEXT];
};

/**
 * struct lab_view - The lab's memory at one moment.
 * @setup: of the machine
 * @caption: what was said last
 * @page: a letter of "umr" for what a request has, 'p' for a per-CPU list, '.'
 *	for what is free
 * @head: first page of the block that the page belongs to
 * @order: of that block
 * @look: what the machine told
 */
struct lab_view {
	const struct lab_setup *setup;
	char caption[4 * LAB_LINE];
	char page[LAB_MAX_PAGES];
	unsigned short head[LAB_MAX_PAGES];
	unsigned char order[LAB_MAX_PAGES];
	struct lab_look look;
};

/* A block that a request has. */
struct lab_block {
	bool used;
	unsigned int order;
	unsigned int type;
};

/**
 * struct lab - A lab under way.
 * @name: of the script's file
 * @title: of the lab
 * @out: where the text goes
 * @setup: machine that it wants
 * @block: by first page
 * @caption: what was said last
 * @nr_shots: entries of @shots
 * @shots: what was shown
 */
struct lab {
	const char *name;
	char title[LAB_LINE];
	FILE *out;
	struct lab_setup setup;
	struct lab_block block[LAB_MAX_PAGES];
	char caption[4 * LAB_LINE];
	unsigned int nr_shots;
	struct lab_view *shots[LAB_MAX_SHOTS];
};

/* Says what is wrong, and ends the program; the second with kselftest's status for skipped. */
void lab_die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
void lab_skip(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Runs a script from the first line to the last. */
void lab_run(struct lab *lab, FILE *script);

/* Looks at the machine. What it counts and what requests have must agree. */
void lab_view_take(struct lab_view *view, const struct lab *lab);

/* Free blocks of an order, of all types; and how many of that order could be had. */
unsigned long lab_view_blocks(const struct lab_view *view, unsigned int order);
unsigned long lab_view_suitable(const struct lab_view *view, unsigned int order);

/* Linux's indices in thousandths: unusable_free_index() and __fragmentation_index(). */
int lab_view_unusable(const struct lab_view *view, unsigned int order);
int lab_view_extfrag(const struct lab_view *view, unsigned int order);

/* Largest order that the lab's memory could have a block of; and that it has, or -1. */
unsigned int lab_view_top(const struct lab_view *view);
int lab_view_largest(const struct lab_view *view);

/* Pages that requests have. */
unsigned long lab_view_used(const struct lab_view *view);

/* The picture, and what is free; then the figures by order. */
void lab_text_pages(FILE *out, const struct lab_view *view);
void lab_text_figures(FILE *out, const struct lab_view *view);
void lab_svg(FILE *out, const struct lab *lab);

#endif
