/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of sbuddyctl share: verbs, options, errors, a way to print.
 *
 * It exits with 0 when it did what was asked, 1 when that failed, 2 when it was asked
 * for something that it does not understand.
 */
#ifndef SBUDDYCTL_H
#define SBUDDYCTL_H

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libsbuddy.h"

#define FAILED 1
#define USAGE 2

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* All options of all verbs; options.c has their names and what they mean. */
enum opt {
	OPT_HELP,
	OPT_JSON,
	OPT_COLOR,
	OPT_DEVICE,
	OPT_ORDER,
	OPT_BYTES,
	OPT_TYPE,
	OPT_ZONE,
	OPT_NODE,
	OPT_FLAGS,
	OPT_COUNT,
	OPT_PIN,
	OPT_NAME,
	OPT_WAIT,
	OPT_FOR,
	OPT_ALL,
	OPT_LIST,
	OPT_BY,
	OPT_CELL,
	OPT_WIDTH,
	OPT_SVG,
	OPT_PNG,
	OPT_BASE,
	OPT_OPS,
	OPT_THREADS,
	OPT_SEED,
	OPT_SIZES,
	OPT_TYPES,
	OPT_FILL,
	OPT_SAMPLE,
	OPT_INDEX,
	OPT_RELEASE,
	OPT_SORT,
	OPT_BATCH,
	OPT_FRAMES,
	OPT_DELAY,
	OPT_FOLLOW,
	OPT_INTERVAL,
	OPT_DURATION,
	OPT_SAMPLES,
	OPT_LIMIT,
	OPT_PHYS,
	OPT_OUTPUT,
	OPT_STEP,
	OPT_AUTO,
	NR_OPTS,
};

#define BIT(opt) (UINT64_C(1) << (opt))
#define OPTS_ALL (BIT(OPT_HELP) | BIT(OPT_JSON))
#define OPTS_REQUEST                                                                       \
	(BIT(OPT_ORDER) | BIT(OPT_BYTES) | BIT(OPT_TYPE) | BIT(OPT_ZONE) | BIT(OPT_NODE) | \
	 BIT(OPT_FLAGS))

struct verb {
	const char *name;
	const char *arguments; /* for --help; NULL when it takes none */
	const char *what;
	uint64_t opts; /* BIT()s, beside OPTS_ALL */
	int (*run)(int argc, char **argv); /* what is left after the options */
};

extern const struct verb verbs[];
extern const unsigned int nr_verbs;

int run_list(int argc, char **argv);
int run_info(int argc, char **argv);
int run_stat(int argc, char **argv);
int run_alloc(int argc, char **argv);
int run_free(int argc, char **argv);
int run_hold(int argc, char **argv);
int run_explain(int argc, char **argv);
int run_drain(int argc, char **argv);
int run_map(int argc, char **argv);
int run_metrics(int argc, char **argv);
int run_doctor(int argc, char **argv);
int run_stress(int argc, char **argv);
int run_frag(int argc, char **argv);
int run_top(int argc, char **argv);
int run_record(int argc, char **argv);
int run_report(int argc, char **argv);
int run_boot(int argc, char **argv);

/* options.c: what was given, "" for an option without argument, NULL when it was not */
const char *given(enum opt opt);
int parse_options(const struct verb *verb, int argc, char **argv);
void print_options(const struct verb *verb, FILE *to);
const char *option_name(enum opt opt);

/* value.c: numbers of options, or the end of the program with a word about the value */
uint64_t number_of(enum opt opt, uint64_t without, uint64_t min, uint64_t max);
uint64_t bytes_of(enum opt opt, uint64_t without);
int parse_size(const char *text, uint64_t *bytes); /* -EINVAL when it is none */
double seconds_of(enum opt opt, double without);
double share_of(enum opt opt); /* which was given */
unsigned int word_of(enum opt opt, const char *const *words, unsigned int count,
		     unsigned int without);

/* error.c */
__attribute__((noreturn, format(printf, 1, 2))) void die(const char *fmt, ...);
__attribute__((noreturn, format(printf, 1, 2))) void die_usage(const char *fmt, ...);
__attribute__((noreturn)) void die_error(const char *what, int err);
__attribute__((format(printf, 1, 2))) void warn(const char *fmt, ...);

/* device.c: that of --device, or else the first */
int open_device(int flags);
struct sbuddy_info info_of(int fd);
const char *device_name(void);
extern const char *const type_names[6];
extern const char *const zone_names[4];

/* Zones of an instance, in the order of requests; their number. */
#define MAX_ZONES 32
unsigned int zones_of(int fd, struct sbuddy_explain_zone *zones);
double unusable(const struct sbuddy_explain_zone *zones, unsigned int nr, unsigned int order);

/* debugfs.c: a file of an instance, for root; where it is, and NULL when it cannot be read */
const char *debugfs_path(const char *instance, const char *file, char *path, size_t size);
FILE *open_debugfs(const char *instance, const char *file);

/*
 * output.c: a plain file is there as a whole or as it was, so that who looks at one that is
 * written again and again sees no half of it. Both end the program when it cannot be
 * written; one file at a time.
 */
FILE *begin_output(const char *path);
void end_output(FILE *file, const char *path);

/* request.c: what the options of OPTS_REQUEST ask for */
struct sbuddy_alloc request_of_options(const struct sbuddy_info *info);

/* print.c: "64 MiB", exact when it can be */
const char *human(uint64_t bytes, char *text, size_t size);
int in_json(void);
int in_color(void);
/* JSON goes to this stream; NULL for the standard output */
void json_to(FILE *stream);
/* A comma comes where it has to; NULL as key in arrays and at the top */
void json_open(const char *key, char bracket);
void json_close(char bracket);
void json_text(const char *key, const char *value);
void json_number(const char *key, uint64_t value);
void json_signed(const char *key, int64_t value);
void json_float(const char *key, double value);
void json_bool(const char *key, int value);
void json_raw(const char *key, const char *json);
void json_end(void);
/* What was begun is not ended: the next goes to the standard output again */
void json_forget(void);
/* Bytes of the character that @text begins with; 0 if that is no UTF-8 */
unsigned int utf8_length(const char *text);

#endif
