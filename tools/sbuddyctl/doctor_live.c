// SPDX-License-Identifier: GPL-2.0-only
/* What the running kernel made of the carveouts of the tree that it was booted with. */
#include <glob.h>
#include <inttypes.h>
#include <libfdt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/stat.h>

#include "doctor.h"

#define DEVICES "/sys/bus/platform/devices/"
#define READ_ALL 3 /* SYSLOG_ACTION_READ_ALL */
#define MOST_LOG (1 << 20)
#define LINE 1024

/* The path in the tree of a platform device's node, or false. */
static bool node_path(const char *device, char *path)
{
	char link[PATH_MAX], real[PATH_MAX];
	const char *base;

	snprintf(link, sizeof(link), "%s/of_node", device);
	if (!realpath(link, real))
		return false;
	base = strstr(real, "/devicetree/base");
	if (!base)
		return false;
	snprintf(path, DOCTOR_TEXT, "%.*s", DOCTOR_TEXT - 1, base + strlen("/devicetree/base"));
	return true;
}

static bool is_carveout(const char *device)
{
	char name[PATH_MAX], text[64] = "";
	FILE *file;

	snprintf(name, sizeof(name), "%s/of_node/compatible", device);
	file = fopen(name, "r");
	if (!file)
		return false;
	if (!fread(text, 1, sizeof(text) - 1, file))
		text[0] = 0;
	fclose(file);
	return !strcmp(text, "sbuddy,carveout");
}

/* The last line that the driver said about a device, which tells why it refused it. */
static bool last_word(const char *name, char *word, size_t size)
{
	char *log = malloc(MOST_LOG), *line, *next, tag[128];
	int len = log ? klogctl(READ_ALL, log, MOST_LOG - 1) : -1;
	bool found = false;

	snprintf(tag, sizeof(tag), "sbuddy %s: ", name);
	if (len > 0)
		log[len] = 0;
	for (line = log; len > 0 && line && *line; line = next) {
		const char *said;

		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		said = strstr(line, tag);
		if (!said)
			continue;
		snprintf(word, size, "%s", said + strlen(tag));
		found = true;
	}
	free(log);
	return found;
}

static void look_at_device(struct doctor *d, const char *device, const char *path)
{
	const char *name = strrchr(device, '/') + 1;
	char link[PATH_MAX], word[LINE];
	struct stat status;

	snprintf(link, sizeof(link), "%s/driver", device);
	if (!stat(link, &status))
		return;
	if (stat("/sys/module/sbuddy", &status))
		doctor_say(d, DOCTOR_WRONG, path, "modprobe sbuddy", "the module is not loaded");
	else if (last_word(name, word, sizeof(word)))
		doctor_say(d, DOCTOR_WRONG, path, NULL, "the driver refused it: %s", word);
	else
		doctor_say(d, DOCTOR_WRONG, path, "read the kernel's log, as root",
			   "the driver refused it");
}

/* Memory is reserved at boot alone, from the tree that the kernel was given then. */
static void look_at_devices(struct doctor *d)
{
	char path[DOCTOR_TEXT];
	glob_t found;
	size_t i;

	if (glob(DEVICES "*", 0, NULL, &found))
		return;
	for (i = 0; i < found.gl_pathc; i++) {
		const char *device = found.gl_pathv[i];

		if (!is_carveout(device) || !node_path(device, path))
			continue;
		if (fdt_path_offset(d->fdt, path) < 0)
			doctor_say(
				d, DOCTOR_WRONG, path,
				"apply the overlay in the bootloader: fdt apply, or fdtoverlays",
				"the carveout was added at run time, when no memory can be reserved");
		else
			look_at_device(d, device, path);
	}
	globfree(&found);
}

/* One line of /proc/iomem: " 98000000-9bffffff : sbuddy carveout". */
static bool parse_resource(const char *line, uint64_t *start, uint64_t *end, const char **name)
{
	int at = 0;

	if (sscanf(line, " %" SCNx64 "-%" SCNx64 " : %n", start, end, &at) < 2 || !at)
		return false;
	*name = line + at;
	return true;
}

static bool is_of_kernel(const char *name)
{
	return !strncmp(name, "Kernel ", 7);
}

static void hold_against(struct doctor *d, const struct doctor_claim *claim, uint64_t start,
			 uint64_t end, const char *name)
{
	if (claim->base > end || claim->base + claim->size <= start)
		return;
	if (is_of_kernel(name))
		doctor_say(d, DOCTOR_WRONG, claim->carveout, "choose another range",
			   "%s, %#" PRIx64 " bytes at %#" PRIx64 ", is in use: %s", claim->name,
			   claim->size, claim->base, name);
	else if (claim->no_map && !strcmp(name, "System RAM"))
		doctor_say(d, DOCTOR_WRONG, claim->carveout,
			   "choose a free range, and apply the overlay in the bootloader",
			   "%s, %#" PRIx64 " bytes at %#" PRIx64
			   ", is System RAM in use, not reserved at boot",
			   claim->name, claim->size, claim->base);
}

static void look_at_memory(struct doctor *d)
{
	FILE *file = fopen("/proc/iomem", "r");
	char line[LINE];
	bool hidden = true;
	unsigned int i;

	while (file && fgets(line, sizeof(line), file)) {
		uint64_t start, end;
		const char *name;

		line[strcspn(line, "\n")] = 0;
		if (!parse_resource(line, &start, &end, &name))
			continue;
		hidden &= !end;
		for (i = 0; i < d->nr_claims; i++)
			hold_against(d, &d->claims[i], start, end, name);
	}
	if (file)
		fclose(file);
	if (hidden)
		doctor_say(d, DOCTOR_NOTE, "/proc/iomem", "run it as root",
			   "addresses are hidden, so nobody can tell who uses them");
}

void doctor_live(struct doctor *d)
{
	look_at_devices(d);
	look_at_memory(d);
}
