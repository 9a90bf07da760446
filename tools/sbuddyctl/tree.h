/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions to a flattened device tree that libfdt has no call for. */
#ifndef SBUDDYCTL_TREE_H
#define SBUDDYCTL_TREE_H

#include <libfdt.h>
#include <stdbool.h>
#include <stdint.h>

#define TREE_PATH 512

/* A number of @nr cells. */
uint64_t tree_cells(const fdt32_t *cells, int nr);

/* A property's value, or NULL; *@len is its length in bytes. */
const fdt32_t *tree_property(const void *fdt, int node, const char *name, int *len);
bool tree_has(const void *fdt, int node, const char *name);

/* Its status does not say otherwise. */
bool tree_available(const void *fdt, int node);

/* Range @index of a node's reg, as wide as @parent says: whether there is one. */
bool tree_reg(const void *fdt, int parent, int node, int index, uint64_t *base, uint64_t *size);

/* The path of a node, in @path of TREE_PATH bytes. */
const char *tree_path(const void *fdt, int node, char *path);

#endif
