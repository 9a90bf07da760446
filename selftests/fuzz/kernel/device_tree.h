/* SPDX-License-Identifier: GPL-2.0-only */
/* Device-tree properties as the kernel hands them out, from a flattened tree by libfdt. */
#ifndef FUZZ_DEVICE_TREE_H
#define FUZZ_DEVICE_TREE_H

#define OF_NAME 256

/**
 * struct device_node - A node that somebody has.
 * @full_name: its name with its unit address
 * @offset: where it is in the tree
 */
struct device_node {
	char full_name[OF_NAME];
	int offset;
};

struct device {
	struct device_node *of_node;
};

struct property;

/* What the kernel reserved at boot. */
struct reserved_mem {
	u64 base;
	u64 size;
};

struct resource {
	u64 start;
	u64 end;
};

struct completion {
	int unused;
};

typedef struct {
	int refs;
} refcount_t;

static inline u64 resource_size(const struct resource *res)
{
	return res->end - res->start + 1;
}

#define dev_err(dev, ...) kernel_log_node(dev, __VA_ARGS__)
#define be32_to_cpu(cell) __builtin_bswap32(cell)
#define nr_cpu_ids 2u

/* As kernel_log(), where %pOF is the name of a node. */
void kernel_log_node(const struct device *dev, const char *fmt, ...);

/* The tree that all others are about; it was checked by fdt_check_full(). */
void of_set_tree(const void *fdt);
struct device_node *of_node_at(int offset);
void of_node_put(struct device_node *node);

/* What is a device's goes with it. */
char *devm_kstrdup(struct device *dev, const char *text, gfp_t gfp);
void kernel_device_goes(void);

/* Those that were handed out and not given back. */
extern int of_nodes;

const void *of_get_property(const struct device_node *node, const char *name, int *len);
const struct property *of_find_property(const struct device_node *node, const char *name, int *len);
bool of_property_read_bool(const struct device_node *node, const char *name);
int of_property_read_string(const struct device_node *node, const char *name, const char **text);
int of_property_read_u32(const struct device_node *node, const char *name, u32 *value);
int of_property_read_u64(const struct device_node *node, const char *name, u64 *value);
int of_property_read_u32_index(const struct device_node *node, const char *name, u32 index,
			       u32 *value);
u64 of_read_number(const __be32 *cells, int nr);
struct device_node *of_get_parent(const struct device_node *node);
bool of_node_name_eq(const struct device_node *node, const char *name);
bool of_device_is_available(const struct device_node *node);
int of_n_addr_cells(struct device_node *node);
int of_n_size_cells(struct device_node *node);
int of_count_phandle_with_args(const struct device_node *node, const char *name, const char *cells);
struct device_node *of_parse_phandle(const struct device_node *node, const char *name, int index);
int of_address_to_resource(struct device_node *node, int index, struct resource *res);
const struct reserved_mem *of_reserved_mem_lookup(struct device_node *node);
void sort(void *base, size_t nr, size_t size, int (*compare)(const void *, const void *),
	  void (*swap)(void *, void *, int));

#endif
