/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel reserved at boot for a node of /reserved-memory. */
#ifndef SB_COMPAT_RESERVED_MEM_H
#define SB_COMPAT_RESERVED_MEM_H

#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/of_reserved_mem.h>
#include <linux/version.h>

/*
 * 4.15 tells modules, by of_reserved_mem_lookup(). Before there is but the node's own reg,
 * which is held against what the kernel uses, as ever: a region that the kernel has found
 * a place for is not found.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 15, 0)
#define SBUDDY_RESERVED_BY_REG true
static inline bool sbuddy_reserved_mem(struct device_node *region, u64 *base, u64 *size)
{
	struct resource res;

	if (!of_device_is_available(region) || of_address_to_resource(region, 0, &res))
		return false;
	*base = res.start;
	*size = resource_size(&res);
	return true;
}
#else
#define SBUDDY_RESERVED_BY_REG false
static inline bool sbuddy_reserved_mem(struct device_node *region, u64 *base, u64 *size)
{
	const struct reserved_mem *rmem = of_reserved_mem_lookup(region);

	if (!rmem)
		return false;
	*base = rmem->base;
	*size = rmem->size;
	return true;
}
#endif

/* 5.0: its name without the unit address. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 0, 0)
static inline bool of_node_name_eq(const struct device_node *node, const char *name)
{
	return node && !of_node_cmp(node->name, name);
}
#endif

/* 4.14 tells a node of the device tree by %pOF; its full_name was the path until then. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 14, 0)
#define SBUDDY_NODE "%s"
#define sbuddy_node(node) of_node_full_name(node)
#else
#define SBUDDY_NODE "%pOF"
#define sbuddy_node(node) (node)
#endif

#endif
