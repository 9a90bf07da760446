// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>

#include "ctl.h"

static const struct {
	const char *name;
	const char *argument; /* NULL for none */
	const char *what;
	char letter; /* short for it, as another program has it */
} options[NR_OPTS] = {
	[OPT_HELP] = { "help", NULL, "print this" },
	[OPT_JSON] = { "json", NULL, "print one JSON object" },
	[OPT_COLOR] = { "color", "WHEN",
			"always, never, or auto: on a terminal, unless NO_COLOR is set" },
	[OPT_DEVICE] = { "device", "NAME",
			 "an instance, sbuddyN, or a path; the first device if not given" },
	[OPT_ORDER] = { "order", "N", "a block of 2^N pages; 0 if not given" },
	[OPT_BYTES] = { "bytes", "SIZE",
			"a buffer of this size instead, 100K or 4MiB for example" },
	[OPT_TYPE] = { "type", "TYPE", "unmovable, movable or reclaimable; movable if not given" },
	[OPT_ZONE] = { "zone", "ZONE", "the highest that will do: dma, normal, highmem, movable" },
	[OPT_NODE] = { "node", "N", "the node to begin with; any if not given" },
	[OPT_FLAGS] = { "flags", "LIST",
			"of thisnode, high, atomic, memalloc, scattered, wc, uncached, by commas" },
	[OPT_COUNT] = { "count", "N", "so many buffers; 1 if not given" },
	[OPT_PIN] = { "pin", NULL, "have them stay where they are, and tell their addresses" },
	[OPT_NAME] = { "name", "TEXT", "say what the buffers are for" },
	[OPT_WAIT] = { "wait", "SECONDS", "wait so long until each is to be had" },
	[OPT_FOR] = { "for", "SECONDS", "no longer than that" },
	[OPT_ALL] = { "all", NULL, "all keepers" },
	[OPT_LIST] = { "list", NULL, "end none, and tell which there are" },
	[OPT_BY] = { "by", "WHAT", "colours mean state, type, order or owner; state if not given" },
	[OPT_CELL] = { "cell", "SIZE",
		       "memory of one cell, \"page\" or \"block\"; as much as fits if not given" },
	[OPT_WIDTH] = { "width", "N", "cells in a row; as many as fit if not given" },
	[OPT_SVG] = { "svg", "FILE", "draw into this file" },
	[OPT_PNG] = { "png", "FILE", "draw into this file, a pixel square a cell" },
	[OPT_BASE] = { "base", "DTB", "the tree that the overlay is applied to" },
	[OPT_OPS] = { "ops", "N", "end after so many requests, frees included" },
	[OPT_THREADS] = { "threads", "N", "so many at a time; 1 if not given" },
	[OPT_SEED] = { "seed", "N", "the same random numbers again; others if not given" },
	[OPT_SIZES] = { "sizes", "LIST",
			"orders or sizes, with weights: 0:8,1:4,100K for example" },
	[OPT_TYPES] = { "types", "LIST", "with weights: movable:2,unmovable for example" },
	[OPT_FILL] = { "fill", "PERCENT", "of what is free, to be had; 50 if not given" },
	[OPT_SAMPLE] = { "sample", "N",
			 "ask for the path of each Nth request, or 0; 8 if not given" },
	[OPT_INDEX] = { "index", "SHARE", "of what is free, to be in smaller blocks: 0 to 1" },
	[OPT_RELEASE] = { "release", NULL, "give back what is held" },
	[OPT_SORT] = { "sort", "KEY", "bytes, peak, buffers, pins, age, id, pid or name" },
	[OPT_BATCH] = { "batch", NULL, "print one after the other, for no terminal", 'b' },
	[OPT_FRAMES] = { "frames", "N", "end after so many; -n does the same", 'n' },
	[OPT_DELAY] = { "delay", "SECONDS", "from one to the next; 2 if not given", 'd' },
	[OPT_FOLLOW] = { "follow", NULL, "draw it again and again" },
	[OPT_INTERVAL] = { "interval", "SECONDS", "from one sample to the next; 1 if not given" },
	[OPT_DURATION] = { "duration", "SECONDS", "no longer than that" },
	[OPT_SAMPLES] = { "samples", "N", "no more than that" },
	[OPT_LIMIT] = { "limit", "SIZE", "end before the file is larger; 64M if not given" },
	[OPT_PHYS] = { "phys", NULL, "record physical addresses, too" },
	[OPT_OUTPUT] = { "output", "FILE", "write into this file; -o FILE for short", 'o' },
	[OPT_STEP] = { "step", NULL, "wait for Enter after each stage, as on a terminal" },
	[OPT_AUTO] = { "auto", NULL, "do not wait, as elsewhere" },
};

static const char *values[NR_OPTS];

const char *given(enum opt opt)
{
	return values[opt];
}

const char *option_name(enum opt opt)
{
	return options[opt].name;
}

static uint64_t opts_of(const struct verb *verb)
{
	return verb->opts | OPTS_ALL;
}

static void print_option(enum opt opt, FILE *to)
{
	char left[32];

	snprintf(left, sizeof(left), "--%s%s%s", options[opt].name,
		 options[opt].argument ? " " : "",
		 options[opt].argument ? options[opt].argument : "");
	fprintf(to, "  %-20s%s\n", left, options[opt].what);
}

/* Those that all verbs have come last. */
void print_options(const struct verb *verb, FILE *to)
{
	unsigned int opt;

	for (opt = 0; opt < NR_OPTS; opt++)
		if (verb->opts & BIT(opt))
			print_option(opt, to);
	print_option(OPT_JSON, to);
	print_option(OPT_HELP, to);
}

/* The option of a verb that has this letter, or NR_OPTS. */
static unsigned int opt_of_letter(const struct verb *verb, int letter)
{
	unsigned int opt;

	for (opt = 0; opt < NR_OPTS; opt++)
		if (letter && options[opt].letter == letter && opts_of(verb) & BIT(opt))
			break;
	return opt;
}

/* What getopt_long() is to know of a verb; its letters are like ":bn:". */
static void known_options(const struct verb *verb, struct option *known, char *letters)
{
	unsigned int opt;

	*letters++ = ':';
	for (opt = 0; opt < NR_OPTS; opt++) {
		if (!(opts_of(verb) & BIT(opt)))
			continue;
		*known++ = (struct option){
			.name = options[opt].name,
			.has_arg = options[opt].argument ? required_argument : no_argument,
			.val = (int)opt + 256,
		};
		if (options[opt].letter)
			*letters++ = options[opt].letter;
		if (options[opt].letter && options[opt].argument)
			*letters++ = ':';
	}
}

int parse_options(const struct verb *verb, int argc, char **argv)
{
	struct option known[NR_OPTS + 1] = { { NULL, 0, NULL, 0 } };
	char letters[2 * NR_OPTS + 2] = "";
	unsigned int opt;
	int value;

	known_options(verb, known, letters);
	opterr = 0;
	while ((value = getopt_long(argc, argv, letters, known, NULL)) != -1) {
		if (value == ':')
			die_usage("%s needs a value", argv[optind - 1]);
		opt = value < 256 ? opt_of_letter(verb, value) : (unsigned int)value - 256;
		if (opt == NR_OPTS)
			die_usage("%s has no option \"%s\"", verb->name, argv[optind - 1]);
		values[opt] = optarg ? optarg : "";
	}
	return optind;
}
