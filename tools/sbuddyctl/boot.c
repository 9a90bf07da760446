// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verb boot: makes an instance, or takes one that has not begun yet, and has it go on
 * from stage to stage.
 */
#include <signal.h>
#include <sys/stat.h>

#include "boot.h"
#include "ctl.h"

#define OWN "boot" /* the instance that is made where none is named */

/* An i.MX6ULL of 512 MiB, with zones of all kinds. */
static const struct {
	const char *name;
	const char *value;
} settings[] = {
	{ "kind", "dry" },	    { "memory", "0x80000000 512M" }, { "dma_bytes", "64M" },
	{ "lowmem_bytes", "320M" }, { "movablecore_percent", "25" },
};

static char item[512];
static int made; /* it is ours, and is not to stay */
static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
	interrupted = sig;
}

static void remove_own(void)
{
	if (made && rmdir(item))
		warn("cannot remove %s: %s", item, strerror(errno));
	made = 0;
}

/* 0, or what it was refused with. */
static int set(const char *name, const char *value)
{
	char path[600];
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s/%s", item, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		err = -errno;
	if (fd >= 0)
		close(fd);
	return err;
}

static void set_or_end(const char *name, const char *value)
{
	int err = set(name, value);

	if (err == -ENODEV && !strcmp(name, "stage"))
		die("%s was ended by somebody else", item);
	if (err)
		die("cannot write \"%s\" to %s/%s: %s (the kernel's log tells more)", value, item,
		    name, strerror(-err));
}

static void get(const char *name, char *value, int size)
{
	char path[600];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", item, name);
	file = fopen(path, "re");
	if (!file || !fgets(value, size, file))
		die("cannot read %s: %s", path, strerror(errno));
	fclose(file);
	value[strcspn(value, "\n")] = '\0';
}

static void make_own(void)
{
	unsigned int i;

	if (mkdir(item, 0755))
		die("cannot make %s: %s (is the module loaded, and are you root?)", item,
		    strerror(errno));
	made = 1;
	for (i = 0; i < ARRAY_LEN(settings); i++)
		set_or_end(settings[i].name, settings[i].value);
}

static void find(const char *name)
{
	const char *configfs = getenv("CONFIGFS");
	char live[8];

	if (strchr(name, '/') || name[0] == '.')
		die_usage("an instance has no name like \"%s\"", name);
	snprintf(item, sizeof(item), "%s/sbuddy/%s", configfs ? configfs : "/sys/kernel/config",
		 name);
	if (access(item, F_OK)) {
		if (strcmp(name, OWN))
			die("there is no %s: mkdir makes it, then its files say what it is", item);
		make_own();
	}
	get("live", live, sizeof(live));
	if (strcmp(live, "0"))
		die("%s is live already: echo 0 >%s/live ends it", name, item);
}

/* The line of this stage, without its name. */
static void read_line(struct boot *boot)
{
	FILE *file = open_debugfs(boot->instance, "stages");
	size_t len = strlen(boot->name);
	char line[512];

	boot->line[0] = '\0';
	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, boot->name, len) && line[len] == ':')
			snprintf(boot->line, sizeof(boot->line), "%.*s",
				 (int)strcspn(line + len + 2, "\n"), line + len + 2);
	if (!file)
		die("cannot read what it is at: debugfs has to be mounted");
	fclose(file);
}

static void look(struct boot *boot)
{
	char value[64];

	get("stage", boot->name, sizeof(boot->name));
	get("pageblock_order", value, sizeof(value));
	boot->block_order = strtoull(value, NULL, 10);
	boot->before = boot->now;
	read_line(boot);
	layout_read(&boot->now, boot->instance);
}

/* Whether to go on: a key of its own for what it did not come to. */
static int asked(int automatic)
{
	char line[64];

	if (interrupted)
		return 0;
	if (automatic)
		return 1;
	printf("\n   Enter goes on, q ends: ");
	fflush(stdout);
	return fgets(line, sizeof(line), stdin) && line[0] != 'q' && !interrupted;
}

static void walk(struct boot *boot, int automatic)
{
	for (boot->stage = 0; boot->stage < BOOT_STAGES; boot->stage++) {
		if (boot->stage)
			set_or_end("stage", "next");
		look(boot);
		(in_json() ? boot_json : boot_draw)(boot);
		if (boot->stage + 1 < BOOT_STAGES && !asked(automatic || in_json()))
			break;
	}
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

int run_boot(int argc, char **argv)
{
	static struct boot boot;
	int automatic = given(OPT_AUTO) || (!given(OPT_STEP) && !isatty(STDIN_FILENO));

	if (argc > 1)
		die_usage("boot takes one instance");
	if (given(OPT_STEP) && given(OPT_AUTO))
		die_usage("--step and --auto are opposites: give one");
	boot.instance = argc ? argv[0] : OWN;
	boot.page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	catch_signals();
	atexit(remove_own);
	find(boot.instance);
	set_or_end("boot", "step");
	set_or_end("live", "1");
	if (in_json()) {
		json_open(NULL, '{');
		json_text("instance", boot.instance);
		json_open("stages", '[');
	}
	walk(&boot, automatic);
	if (in_json()) {
		json_close(']');
		json_close('}');
		json_end();
	} else if (made) {
		printf("\n   This instance was made to be looked at, and goes now.\n");
	} else if (boot.stage == BOOT_STAGES) {
		printf("\n   %s is live: sbuddyctl info --device %s\n", boot.instance,
		       boot.instance);
	}
	return interrupted ? FAILED : 0;
}
