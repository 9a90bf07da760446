// SPDX-License-Identifier: GPL-2.0-only
#include <libfdt.h>

#include "kernel.h"

static const void *fdt;
int of_nodes;

/* Two at a time are asked about, and one is a parent. */
static struct reserved_mem found;

void of_set_tree(const void *tree)
{
	fdt = tree;
}

void kernel_log_node(const struct device *dev, const char *fmt, ...)
{
	char plain[1024], text[4096], *at;
	va_list args;

	(void)dev;
	/* A node begins with its name, which is what %pOF tells less of. */
	snprintf(plain, sizeof(plain), "%s", fmt);
	while ((at = strstr(plain, "%pOF"))) {
		memmove(at + 2, at + 4, strlen(at + 4) + 1);
		at[1] = 's';
	}
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), plain, args);
	va_end(args);
}

/* Of one device at a time. */
static char *kept[64];
static unsigned int nr_kept;

char *devm_kstrdup(struct device *dev, const char *text, gfp_t gfp)
{
	(void)dev;
	(void)gfp;
	assert(nr_kept < ARRAY_SIZE(kept));
	kept[nr_kept] = strdup(text);
	return kept[nr_kept++];
}

void kernel_device_goes(void)
{
	while (nr_kept)
		free(kept[--nr_kept]);
}

struct device_node *of_node_at(int offset)
{
	struct device_node *node;

	if (offset < 0)
		return NULL;
	node = calloc(1, sizeof(*node));
	assert(node);
	snprintf(node->full_name, sizeof(node->full_name), "%s", fdt_get_name(fdt, offset, NULL));
	node->offset = offset;
	of_nodes++;
	return node;
}

void of_node_put(struct device_node *node)
{
	if (!node)
		return;
	of_nodes--;
	free(node);
}

/* At an address of its own, as the kernel's: what is read beyond its end is seen. */
static const void *property(const struct device_node *node, const char *name, int *len)
{
	static void *copies[64];
	static unsigned int next;
	const void *value = fdt_getprop(fdt, node->offset, name, len);

	if (!value)
		return NULL;
	next = (next + 1) % ARRAY_SIZE(copies);
	free(copies[next]);
	copies[next] = malloc(*len ? (size_t)*len : 1);
	assert(copies[next]);
	return memcpy(copies[next], value, (size_t)*len);
}

const void *of_get_property(const struct device_node *node, const char *name, int *len)
{
	const void *value;
	int own = 0;

	value = property(node, name, &own);
	if (value && len)
		*len = own;
	return value;
}

const struct property *of_find_property(const struct device_node *node, const char *name, int *len)
{
	return of_get_property(node, name, len);
}

bool of_property_read_bool(const struct device_node *node, const char *name)
{
	return node && of_get_property(node, name, NULL);
}

int of_property_read_string(const struct device_node *node, const char *name, const char **text)
{
	int len = 0;
	const char *value = of_get_property(node, name, &len);

	if (!value)
		return -EINVAL;
	if (!len)
		return -ENODATA;
	if (strnlen(value, (size_t)len) == (size_t)len)
		return -EILSEQ;
	*text = value;
	return 0;
}

int of_property_read_u32_index(const struct device_node *node, const char *name, u32 index,
			       u32 *value)
{
	int len = 0;
	const __be32 *cells = of_get_property(node, name, &len);

	if (!cells)
		return -EINVAL;
	if ((index + 1ull) * sizeof(*cells) > (size_t)len)
		return -EOVERFLOW;
	*value = be32_to_cpu(cells[index]);
	return 0;
}

int of_property_read_u32(const struct device_node *node, const char *name, u32 *value)
{
	return of_property_read_u32_index(node, name, 0, value);
}

int of_property_read_u64(const struct device_node *node, const char *name, u64 *value)
{
	u32 high, low;
	int err = of_property_read_u32_index(node, name, 0, &high);

	if (!err)
		err = of_property_read_u32_index(node, name, 1, &low);
	if (!err)
		*value = (u64)high << 32 | low;
	return err;
}

u64 of_read_number(const __be32 *cells, int nr)
{
	u64 value = 0;

	for (; nr > 0; nr--)
		value = value << 32 | be32_to_cpu(*cells++);
	return value;
}

struct device_node *of_get_parent(const struct device_node *node)
{
	return of_node_at(fdt_parent_offset(fdt, node->offset));
}

/* Up to the unit address. */
bool of_node_name_eq(const struct device_node *node, const char *name)
{
	size_t len;

	if (!node)
		return false;
	len = strcspn(node->full_name, "@");
	return strlen(name) == len && !strncmp(node->full_name, name, len);
}

bool of_device_is_available(const struct device_node *node)
{
	const char *status = "okay";

	of_property_read_string(node, "status", &status);
	return !strcmp(status, "okay") || !strcmp(status, "ok");
}

/* Of the parent, as the node's own addresses are. */
static int cells(struct device_node *node, int (*count)(const void *fdt, int offset), int without)
{
	struct device_node *parent = of_get_parent(node);
	int nr = count(fdt, parent ? parent->offset : node->offset);

	of_node_put(parent);
	return nr < 0 ? without : nr;
}

int of_n_addr_cells(struct device_node *node)
{
	return cells(node, fdt_address_cells, 1);
}

int of_n_size_cells(struct device_node *node)
{
	return cells(node, fdt_size_cells, 1);
}

int of_count_phandle_with_args(const struct device_node *node, const char *name,
			       const char *cells_name)
{
	int len = 0;

	(void)cells_name;
	if (!of_get_property(node, name, &len))
		return -ENOENT;
	return len % (int)sizeof(__be32) ? -EINVAL : len / (int)sizeof(__be32);
}

struct device_node *of_parse_phandle(const struct device_node *node, const char *name, int index)
{
	u32 phandle;

	if (index < 0 || of_property_read_u32_index(node, name, (u32)index, &phandle))
		return NULL;
	return of_node_at(fdt_node_offset_by_phandle(fdt, phandle));
}

int of_address_to_resource(struct device_node *node, int index, struct resource *res)
{
	int address = of_n_addr_cells(node), size = of_n_size_cells(node), len = 0;
	const __be32 *reg = of_get_property(node, "reg", &len);
	long long at = (long long)index * (address + size);
	u64 bytes;

	if (!reg || address < 1 || size < 0 || (at + address + size) * 4 > len)
		return -EINVAL;
	res->start = of_read_number(reg + at, address);
	bytes = of_read_number(reg + at + address, size);
	res->end = res->start + bytes - 1;
	return 0;
}

/* What is in reserved-memory, and has a reg, was reserved; its status may say otherwise. */
const struct reserved_mem *of_reserved_mem_lookup(struct device_node *node)
{
	struct resource res;

	if (!of_device_is_available(node))
		return NULL;
	found = (struct reserved_mem){ 0 };
	if (!of_address_to_resource(node, 0, &res))
		found = (struct reserved_mem){ res.start, resource_size(&res) };
	return &found;
}

void sort(void *base, size_t nr, size_t size, int (*compare)(const void *, const void *),
	  void (*swap)(void *, void *, int))
{
	(void)swap;
	qsort(base, nr, size, compare);
}
