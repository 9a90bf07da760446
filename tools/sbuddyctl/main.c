// SPDX-License-Identifier: GPL-2.0-only
#include "ctl.h"

#define DEV BIT(OPT_DEVICE)
#define OPTS_BUFFERS (BIT(OPT_COUNT) | BIT(OPT_PIN) | BIT(OPT_NAME) | BIT(OPT_WAIT))

const struct verb verbs[] = {
	{ "list", NULL, "the devices there are", 0, run_list },
	{ "info", NULL, "what a device is", DEV, run_info },
	{ "stat", NULL, "what is free, zone by zone", DEV, run_stat },
	{ "alloc", NULL, "allocate buffers, and leave them with a keeper in the background",
	  DEV | OPTS_REQUEST | OPTS_BUFFERS, run_alloc },
	{ "free", "[KEEPER...]", "end keepers, which frees their buffers",
	  BIT(OPT_ALL) | BIT(OPT_LIST), run_free },
	{ "hold", NULL, "allocate buffers, and have them until interrupted",
	  DEV | OPTS_REQUEST | OPTS_BUFFERS | BIT(OPT_FOR), run_hold },
	{ "explain", NULL, "what would become of a request, and why", DEV | OPTS_REQUEST,
	  run_explain },
	{ "drain", NULL, "empty the lists of all CPUs", DEV, run_drain },
	{ "map", NULL, "draw what each page is",
	  DEV | BIT(OPT_BY) | BIT(OPT_CELL) | BIT(OPT_WIDTH) | BIT(OPT_SVG) | BIT(OPT_PNG) |
		  BIT(OPT_COLOR) | BIT(OPT_FOLLOW) | BIT(OPT_DELAY) | BIT(OPT_FRAMES),
	  run_map },
	{ "metrics", NULL, "figures of all devices, as OpenMetrics", 0, run_metrics },
	{ "doctor", "[FILE]",
	  "what is wrong with a device tree or this board, and what to write instead",
	  BIT(OPT_BASE), run_doctor },
	{ "stress", NULL, "allocate and free at random, and tell how long that takes",
	  DEV | BIT(OPT_FOR) | BIT(OPT_OPS) | BIT(OPT_THREADS) | BIT(OPT_SEED) | BIT(OPT_SIZES) |
		  BIT(OPT_TYPES) | BIT(OPT_FILL) | BIT(OPT_SAMPLE),
	  run_stress },
	{ "frag", NULL, "hold pages until free memory is as fragmented as is wanted",
	  DEV | BIT(OPT_ORDER) | BIT(OPT_INDEX) | BIT(OPT_SEED) | BIT(OPT_RELEASE), run_frag },
	{ "top", NULL, "show what there is again and again: zones, rates, clients",
	  DEV | BIT(OPT_SORT) | BIT(OPT_BATCH) | BIT(OPT_FRAMES) | BIT(OPT_DELAY), run_top },
	{ "record", "[-- COMMAND...]", "write into a file what becomes of a device, for report",
	  DEV | BIT(OPT_INTERVAL) | BIT(OPT_DURATION) | BIT(OPT_SAMPLES) | BIT(OPT_LIMIT) |
		  BIT(OPT_PHYS) | BIT(OPT_OUTPUT),
	  run_record },
	{ "report", "FILE", "make a page of HTML of a record", BIT(OPT_OUTPUT), run_report },
	{ "boot", "[INSTANCE]", "walk through the stages by which an instance comes to life",
	  BIT(OPT_STEP) | BIT(OPT_AUTO) | BIT(OPT_COLOR), run_boot },
};

const unsigned int nr_verbs = ARRAY_LEN(verbs);

static void help(FILE *to)
{
	unsigned int i;

	fputs("Usage: sbuddyctl VERB [OPTION...] [ARGUMENT...]\n"
	      "       sbuddyctl VERB --help\n"
	      "Look at devices of sbuddy, and allocate their memory.\n\n",
	      to);
	for (i = 0; i < nr_verbs; i++)
		fprintf(to, "  %-10s%s\n", verbs[i].name, verbs[i].what);
	fputs("\n  --help    print this\n  --version print the version\n", to);
}

static void help_verb(const struct verb *verb)
{
	printf("Usage: sbuddyctl %s [OPTION...]%s%s\n", verb->name, verb->arguments ? " " : "",
	       verb->arguments ? verb->arguments : "");
	printf("%c%s.\n\n", verb->what[0] - 'a' + 'A', verb->what + 1);
	print_options(verb, stdout);
}

static const struct verb *find_verb(const char *name)
{
	unsigned int i;

	for (i = 0; i < nr_verbs; i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	die_usage("there is no verb \"%s\"", name);
}

/* What could not be printed was not done. */
static int finish(int status)
{
	if (fflush(stdout) || ferror(stdout))
		die("cannot write to the standard output: %s", strerror(errno));
	return status;
}

int main(int argc, char **argv)
{
	const struct verb *verb;
	int first;

	if (argc < 2) {
		help(stderr);
		return USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		help(stdout);
		return finish(0);
	}
	if (!strcmp(argv[1], "--version")) {
		printf("sbuddyctl %s\n", sbuddy_version());
		return finish(0);
	}
	verb = find_verb(argv[1]);
	first = parse_options(verb, argc - 1, argv + 1);
	if (given(OPT_HELP)) {
		help_verb(verb);
		return finish(0);
	}
	argc -= 1 + first;
	argv += 1 + first;
	if (argc && !verb->arguments)
		die_usage("%s takes no argument, but \"%s\" is one", verb->name, argv[0]);
	return finish(verb->run(argc, argv));
}
