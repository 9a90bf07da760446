// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verb doctor: a device tree from a file, with an overlay or without, or that of the
 * board that it runs on.
 */
#include <libfdt.h>

#include "ctl.h"
#include "doctor.h"

/* The kernel keeps what the bootloader gave it. */
#define BOOT_TREE "/sys/firmware/fdt"

/* Room for what an overlay adds. */
#define MOST_TREE (8u << 20)

static const char *const colors[] = {
	[DOCTOR_FINE] = "\033[32m",
	[DOCTOR_NOTE] = "\033[33m",
	[DOCTOR_WRONG] = "\033[31m",
};

static const char *const words[] = {
	[DOCTOR_FINE] = "fine",
	[DOCTOR_NOTE] = "note",
	[DOCTOR_WRONG] = "wrong",
};

static void tell_text(enum doctor_level level, const char *where, const char *what,
		      const char *instead)
{
	printf("%s%-5s%s  %s: %s\n", in_color() ? colors[level] : "", words[level],
	       in_color() ? "\033[m" : "", where, what);
	if (instead)
		printf("       instead: %s\n", instead);
}

static void tell_json(enum doctor_level level, const char *where, const char *what,
		      const char *instead)
{
	json_open(NULL, '{');
	json_text("level", words[level]);
	json_text("where", where);
	json_text("what", what);
	if (instead)
		json_text("instead", instead);
	json_close('}');
}

/* All of a file, with room behind it. */
static void *read_tree(const char *path)
{
	char *tree = malloc(MOST_TREE);
	FILE *file = fopen(path, "rb");
	size_t size;
	int err;

	if (!file)
		die("cannot open %s: %s", path, strerror(errno));
	if (!tree)
		die("no memory for a device tree");
	size = fread(tree, 1, MOST_TREE, file);
	if (ferror(file))
		die("cannot read %s: %s", path, strerror(errno));
	fclose(file);
	err = size == MOST_TREE ? -FDT_ERR_NOSPACE : fdt_check_full(tree, size);
	if (err)
		die("%s is no device tree blob: %s: compile a source by dtc -@ -O dtb", path,
		    fdt_strerror(err));
	return tree;
}

static int is_overlay(const void *tree)
{
	int node = fdt_first_subnode(tree, 0);

	for (; node >= 0; node = fdt_next_subnode(tree, node))
		if (fdt_subnode_offset(tree, node, "__overlay__") >= 0)
			return 1;
	return 0;
}

/* As the bootloader does it: what does not fit there does not fit here. */
static void *apply(const char *base_path, const char *path)
{
	char *base = read_tree(base_path), *overlay = read_tree(path);
	int err;

	if (!is_overlay(overlay))
		die("%s is no overlay: leave out --base", path);
	err = fdt_open_into(base, base, MOST_TREE);
	if (!err)
		err = fdt_overlay_apply(base, overlay);
	if (err)
		die("%s does not fit %s: %s: was the base compiled with symbols, by dtc -@?", path,
		    base_path, fdt_strerror(err));
	free(overlay);
	return base;
}

static void *tree_of(const char *path)
{
	void *tree;

	if (!path && given(OPT_BASE))
		die_usage("--base is for an overlay: name its file");
	if (path && given(OPT_BASE))
		return apply(given(OPT_BASE), path);
	tree = read_tree(path ? path : BOOT_TREE);
	if (is_overlay(tree))
		die_usage("%s is an overlay: tell by --base what it is applied to", path);
	return tree;
}

int run_doctor(int argc, char **argv)
{
	static struct doctor doctor;
	const char *path = argc ? argv[0] : NULL;
	void *tree;

	if (argc > 1)
		die_usage("doctor looks at one file, but \"%s\" is another", argv[1]);
	tree = tree_of(path);
	doctor.fdt = tree;
	doctor.tell = in_json() ? tell_json : tell_text;
	if (in_json()) {
		json_open(NULL, '{');
		json_open("findings", '[');
	}
	doctor_tree(&doctor);
	if (!path)
		doctor_live(&doctor);
	if (in_json()) {
		json_close(']');
		json_number("carveouts", doctor.nr_carveouts);
		json_number("wrong", doctor.nr_wrong);
		json_close('}');
		json_end();
	}
	free(tree);
	return doctor.nr_wrong ? FAILED : 0;
}
