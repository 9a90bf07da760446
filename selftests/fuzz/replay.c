// SPDX-License-Identifier: GPL-2.0-only
/* Runs a harness over files, without libFuzzer. */
#include <dirent.h>
#include <limits.h>

#include "fuzz.h"

/* No input in the tree is longer. */
#define MOST (1 << 20)

static unsigned int nr_run;

/* To a copy that is as long as the file, for the sanitizer's sake. */
static void run_file(const char *path)
{
	static uint8_t buf[MOST];
	FILE *file = fopen(path, "rb");
	uint8_t *data;
	size_t size;

	if (!file) {
		perror(path);
		exit(1);
	}
	size = fread(buf, 1, sizeof(buf), file);
	fclose(file);
	data = malloc(size ? size : 1);
	FUZZ_EXPECT(data);
	memcpy(data, buf, size);
	/* Whichever ends the program is the last that was named. */
	fprintf(stderr, "# %s\n", path);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	nr_run++;
}

static int is_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void run_all(const char *path)
{
	struct dirent **entries;
	int nr = scandir(path, &entries, is_file, alphasort), i;
	char name[PATH_MAX];

	if (nr < 0) {
		run_file(path);
		return;
	}
	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
		run_file(name);
		free(entries[i]);
	}
	free(entries);
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 2) {
		fprintf(stderr, "usage: %s FILE | DIRECTORY...\n", argv[0]);
		return 1;
	}
	for (i = 1; i < argc; i++)
		run_all(argv[i]);
	printf("# %u inputs\n", nr_run);
	return nr_run == 0;
}
