// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "tree.h"

uint64_t tree_cells(const fdt32_t *cells, int nr)
{
	uint64_t value = 0;

	while (nr-- > 0)
		value = value << 32 | fdt32_to_cpu(*cells++);
	return value;
}

const fdt32_t *tree_property(const void *fdt, int node, const char *name, int *len)
{
	return fdt_getprop(fdt, node, name, len);
}

bool tree_has(const void *fdt, int node, const char *name)
{
	int len;

	return tree_property(fdt, node, name, &len);
}

bool tree_available(const void *fdt, int node)
{
	int len;
	const char *status = fdt_getprop(fdt, node, "status", &len);

	return !status || !strcmp(status, "okay") || !strcmp(status, "ok");
}

/* Range @index of a node's reg, as wide as @parent says: whether there is one. */
bool tree_reg(const void *fdt, int parent, int node, int index, uint64_t *base, uint64_t *size)
{
	int address = fdt_address_cells(fdt, parent), sizes = fdt_size_cells(fdt, parent), len;
	const fdt32_t *reg = tree_property(fdt, node, "reg", &len);

	if (!reg || address < 1 || sizes < 1 ||
	    len < (int)sizeof(*reg) * (address + sizes) * (index + 1))
		return false;
	reg += (address + sizes) * index;
	*base = tree_cells(reg, address);
	*size = tree_cells(reg + address, sizes);
	return true;
}

/* How the driver tells of it, "/reserved-memory/pool@98000000". */
const char *tree_path(const void *fdt, int node, char *path)
{
	if (fdt_get_path(fdt, node, path, TREE_PATH))
		snprintf(path, TREE_PATH, "?");
	return path;
}
