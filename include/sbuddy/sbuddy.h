/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SBUDDY_SBUDDY_H
#define _SBUDDY_SBUDDY_H

/**
 * DOC: overview
 *
 * sbuddy runs Linux's page allocator once more, over memory that was reserved
 * for it. This is how other kernel modules allocate there: Linux's family of
 * functions with Linux's gfp_t, each with the instance as first argument.
 *
 * An **instance** is one such allocator: a carveout of the device tree, or a
 * directory of /sys/kernel/config/sbuddy. Its name is the carveout's label, or
 * else its node's name, or the directory's name. A client finds it by name or by
 * a phandle in its own node, and has it until it puts it::
 *
 *	struct sbuddy *sb = devm_sbuddy_get(dev);
 *	unsigned long pfn;
 *	int err;
 *
 *	if (IS_ERR(sb))
 *		return dev_err_probe(dev, PTR_ERR(sb), "no memory to work with\n");
 *	err = sbuddy_alloc_pages(sb, GFP_KERNEL | __GFP_ZERO, 4, &pfn);
 *	...
 *	sbuddy_free_pages(sb, pfn, 4);
 *
 * While somebody has it the instance stays, and so do its memory and the
 * module. All that a client allocated it frees before it puts the instance:
 * nobody else knows of it.
 *
 * **Blocks** are named by the frame number (pfn) of their first page. A no-map
 * carveout has no struct page: nothing that takes one may be given its pages,
 * which is why no function here does. sbuddy_pfn_to_virt() tells where the kernel
 * reaches a page, cached; each function that names memory by an address is for
 * instances that have addresses, which are all but dry ones. An order is log2 of
 * pages, 0 .. max_order of the instance, 15 at most. A block of an order is
 * aligned to its own size. Ranges are half open: [pfn, pfn + nr_pages).
 *
 * **Nodes and zones** are the instance's own: node 0 here has nothing to do with
 * the machine's node 0. Nodes go from 0 to 7, and NUMA_NO_NODE begins with the
 * first that has memory.
 *
 * **Contexts.** Whatever allocates or frees may be called in process, softirq and
 * hard interrupt context, with spinlocks held and interrupts off, but not in an
 * NMI. It takes raw spinlocks of its own with interrupts off, and none of Linux's.
 * A gfp with __GFP_DIRECT_RECLAIM says that the caller can sleep, as in Linux.
 * Whatever finds or puts an instance is for process context.
 *
 * **Contents.** As in Linux a block comes as its last owner left it, unless it is
 * asked for with __GFP_ZERO.
 *
 * **Errors** that more than one function knows:
 *
 *	=============  ============================================================
 *	-EINVAL        an order, a node or a number out of range; a gfp that asks
 *	               for what cannot be; a wrong order of a block, or a page
 *	               inside of one
 *	-ENOMEM        nothing suitable is free
 *	-EOPNOTSUPP    the instance has no addresses, so nothing can be zeroed
 *	-ERANGE        outside of the instance, or in one of its holes
 *	-EPERM         reserved: never allocated, so never freed; or part of a block
 *	               that was allocated with __GFP_COMP
 *	-EALREADY      free already
 *	-EIO           the instance was found corrupt and has stopped
 *	=============  ============================================================
 *
 * A request that fails without __GFP_NOWARN is told in the kernel's log by one
 * line, rate limited, as warn_alloc() does. A block that cannot be freed stays as
 * it is, and one line says why.
 */

/**
 * DOC: gfp flags
 *
 * Flags mean what they mean in Linux 6.12. These say something here:
 *
 *	======================  ===================================================
 *	__GFP_DMA               the DMA zone alone, which an instance has by
 *	                        configuration; without one, Normal, as in a kernel
 *	                        without one
 *	__GFP_HIGHMEM           HighMem will do, then what is below it
 *	__GFP_MOVABLE           the pages group with movable ones; with
 *	                        __GFP_HIGHMEM, the Movable zone will do
 *	__GFP_RECLAIMABLE       the pages group with reclaimable ones; together with
 *	                        __GFP_MOVABLE: -EINVAL
 *	__GFP_ZERO              zeroed before it is handed over; -EOPNOTSUPP where
 *	                        there is no address to do it by
 *	__GFP_HIGH              half of the min reserve may be used
 *	__GFP_DIRECT_RECLAIM    the caller can sleep; before it fails, the per-CPU
 *	                        lists of all CPUs are drained
 *	__GFP_KSWAPD_RECLAIM    somebody may be woken to help
 *	__GFP_NOWARN            no line in the log when it fails
 *	__GFP_NOFAIL            -EINVAL: a reserved region cannot promise it
 *	__GFP_NORETRY           fail rather than give up the last of the HighAtomic
 *	                        reserve
 *	__GFP_MEMALLOC          watermarks do not count
 *	__GFP_NOMEMALLOC        no reserve may be used, __GFP_MEMALLOC or not
 *	__GFP_COMP              freed as a whole alone: more than a page is not
 *	                        split, and no part of it is freed
 *	__GFP_THISNODE          the node that is named, or nothing
 *	__GFP_IO                beside __GFP_DIRECT_RECLAIM: pages of others may be
 *	                        moved for a block
 *	======================  ===================================================
 *
 * So do the combinations: GFP_KERNEL, GFP_ATOMIC, GFP_NOWAIT, GFP_DMA, GFP_USER,
 * GFP_HIGHUSER, GFP_HIGHUSER_MOVABLE. All other flags ask for what no instance
 * has, or can do without, and are ignored: __GFP_FS, __GFP_WRITE, __GFP_HARDWALL,
 * __GFP_ACCOUNT, __GFP_RETRY_MAYFAIL, and __GFP_DMA32, as on a machine without that
 * zone.
 */

#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/numa.h>
#include <linux/pfn.h>
#include <linux/types.h>

struct device;
struct device_node;

/* An instance, opaque. */
struct sbuddy;

/* No page: marks the slots that sbuddy_alloc_pages_bulk() fills. */
#define SBUDDY_PFN_NONE (~0ul)

/*
 * Finding an instance
 */

/**
 * sbuddy_get() - Find an instance by its name.
 * @name: as in /sys/kernel/debug/sbuddy
 *
 * Context: Process. May sleep.
 * Return: the instance until sbuddy_put(), or ERR_PTR(): -ENODEV when none of
 *	that name is live, or it is just being taken away.
 */
struct sbuddy *__must_check sbuddy_get(const char *name);

/**
 * sbuddy_get_by_phandle() - Find the carveout that a device-tree node points to.
 * @np: the client's node
 * @prop: property that holds a phandle of an "sbuddy,carveout" node
 *
 * Context: Process. May sleep.
 * Return: the instance until sbuddy_put(), or ERR_PTR(): -ENOENT without such a
 *	property; -ENODEV when the other node is no carveout, or is disabled;
 *	-EPROBE_DEFER when there is no instance of it yet.
 */
struct sbuddy *__must_check sbuddy_get_by_phandle(const struct device_node *np, const char *prop);

/**
 * devm_sbuddy_get() - Find the carveout of a device, for as long as it is bound.
 * @dev: device whose node has a property "sbuddy" that points to the carveout
 *
 * It is put when the driver is unbound. Should the carveout go first, the
 * driver is unbound before.
 *
 * Context: Process, in probe. May sleep.
 * Return: as sbuddy_get_by_phandle(); -ENOMEM when the kernel lacks memory.
 */
struct sbuddy *__must_check devm_sbuddy_get(struct device *dev);

/**
 * sbuddy_put() - Let go of an instance.
 * @sb: from sbuddy_get() or sbuddy_get_by_phandle(); NULL and ERR_PTR() are let
 *	pass
 *
 * The caller has freed what it allocated.
 *
 * Context: Process. May sleep.
 */
void sbuddy_put(struct sbuddy *sb);

/*
 * Allocating
 */

/**
 * sbuddy_alloc_pages_nodemask() - Allocate a block, on some nodes alone.
 * @sb: instance
 * @gfp: what may be done to get it
 * @order: log2 of the pages wanted
 * @nid: node to begin with, 0 .. 7, or NUMA_NO_NODE
 * @nodes: a bit for each node that will do, lowest first, and no other ever; 0
 *	for all
 * @pfn: set to its first page when there is one
 *
 * Mirrors __alloc_pages(), called __alloc_pages_nodemask() before 5.13.
 *
 * Context: Any but NMI; process, where it may sleep, with __GFP_DIRECT_RECLAIM.
 * Return: 0, -EINVAL, -ENOMEM, -EOPNOTSUPP or -EIO, see the overview.
 */
int __must_check sbuddy_alloc_pages_nodemask(struct sbuddy *sb, gfp_t gfp, unsigned int order,
					     int nid, u32 nodes, unsigned long *pfn);

/**
 * sbuddy_alloc_pages_node() - Allocate a block, beginning with a node.
 * @sb: instance
 * @nid: node to begin with, 0 .. 7, or NUMA_NO_NODE; with __GFP_THISNODE no other
 * @gfp: what may be done to get it
 * @order: log2 of the pages wanted
 * @pfn: set to its first page when there is one
 *
 * Mirrors alloc_pages_node().
 *
 * Context, Return: as sbuddy_alloc_pages_nodemask().
 */
static inline int __must_check sbuddy_alloc_pages_node(struct sbuddy *sb, int nid, gfp_t gfp,
						       unsigned int order, unsigned long *pfn)
{
	return sbuddy_alloc_pages_nodemask(sb, gfp, order, nid, 0, pfn);
}

/*
 * sbuddy_alloc_pages() with what it says in one value: the pfn, or an errno as ERR_PTR()
 * has it. The second is for a gfp without any of SBUDDY_GFP_CAREFUL.
 */
unsigned long __must_check __sbuddy_alloc_pages(struct sbuddy *sb, gfp_t gfp, unsigned int order);
unsigned long __must_check __sbuddy_alloc_plain(struct sbuddy *sb, gfp_t gfp, unsigned int order);

#define SBUDDY_GFP_CAREFUL (__GFP_ZERO | __GFP_NOFAIL | __GFP_COMP | __GFP_THISNODE)

/**
 * sbuddy_alloc_pages() - Allocate a block.
 * @sb: instance
 * @gfp: what may be done to get it
 * @order: log2 of the pages wanted
 * @pfn: set to its first page when there is one
 *
 * Mirrors alloc_pages(). Freed by sbuddy_free_pages().
 *
 * Context, Return: as sbuddy_alloc_pages_nodemask().
 */
static inline int __must_check sbuddy_alloc_pages(struct sbuddy *sb, gfp_t gfp, unsigned int order,
						  unsigned long *pfn)
{
	bool plain = __builtin_constant_p(gfp) && !(gfp & SBUDDY_GFP_CAREFUL);
	unsigned long ret = plain ? __sbuddy_alloc_plain(sb, gfp, order) :
				    __sbuddy_alloc_pages(sb, gfp, order);

	if (IS_ERR_VALUE(ret))
		return (int)ret;
	*pfn = ret;
	return 0;
}

/**
 * sbuddy_alloc_page() - Allocate a page.
 * @sb: instance
 * @gfp: what may be done to get it
 * @pfn: set to the page when there is one
 *
 * Mirrors alloc_page(). Freed by sbuddy_free_page().
 *
 * Context, Return: as sbuddy_alloc_pages_nodemask().
 */
static inline int __must_check sbuddy_alloc_page(struct sbuddy *sb, gfp_t gfp, unsigned long *pfn)
{
	return sbuddy_alloc_pages(sb, gfp, 0, pfn);
}

/**
 * sbuddy_get_free_pages() - Allocate a block by address.
 * @sb: instance
 * @gfp: what may be done to get it; __GFP_HIGHMEM is dropped
 * @order: log2 of the pages wanted
 *
 * Mirrors __get_free_pages(). Freed by sbuddy_free_pages_addr().
 *
 * Context: as sbuddy_alloc_pages_nodemask().
 * Return: the block's address, or NULL, also where there are no addresses.
 */
void *__must_check sbuddy_get_free_pages(struct sbuddy *sb, gfp_t gfp, unsigned int order);

/**
 * sbuddy_get_zeroed_page() - Allocate a page by address, zeroed.
 * @sb: instance
 * @gfp: what may be done to get it
 *
 * Mirrors get_zeroed_page(). Freed by sbuddy_free_pages_addr().
 *
 * Context, Return: as sbuddy_get_free_pages().
 */
static inline void *__must_check sbuddy_get_zeroed_page(struct sbuddy *sb, gfp_t gfp)
{
	return sbuddy_get_free_pages(sb, gfp | __GFP_ZERO, 0);
}

/**
 * sbuddy_get_dma_pages() - Allocate a block of the DMA zone, if there is one.
 * @sb: instance
 * @gfp: what may be done to get it
 * @order: log2 of the pages wanted
 *
 * Mirrors __get_dma_pages(). Freed by sbuddy_free_pages_addr().
 *
 * Context, Return: as sbuddy_get_free_pages().
 */
static inline void *__must_check sbuddy_get_dma_pages(struct sbuddy *sb, gfp_t gfp,
						      unsigned int order)
{
	return sbuddy_get_free_pages(sb, gfp | GFP_DMA, order);
}

/**
 * sbuddy_alloc_pages_exact() - Allocate any number of bytes by address, contiguous.
 * @sb: instance
 * @bytes: 1 or more, rounded up to pages; no more than the largest block has
 * @gfp: what may be done to get it; __GFP_HIGHMEM and __GFP_COMP are dropped
 *
 * Mirrors alloc_pages_exact(). Freed by sbuddy_free_pages_exact(), or in parts
 * by sbuddy_free_range().
 *
 * Context, Return: as sbuddy_get_free_pages().
 */
void *__must_check sbuddy_alloc_pages_exact(struct sbuddy *sb, size_t bytes, gfp_t gfp);

/**
 * sbuddy_alloc_pfns_exact() - Allocate any number of pages, contiguous.
 * @sb: instance
 * @nr_pages: 1 or more; no more than the largest block has
 * @gfp: what may be done to get them; __GFP_COMP is dropped
 * @pfn: set to the first page when there are any
 *
 * alloc_pages_exact() by frame number. Freed by sbuddy_free_range(), at once or
 * in parts.
 *
 * Context, Return: as sbuddy_alloc_pages_nodemask().
 */
int __must_check sbuddy_alloc_pfns_exact(struct sbuddy *sb, unsigned long nr_pages, gfp_t gfp,
					 unsigned long *pfn);

/**
 * sbuddy_alloc_pages_bulk() - Fill an array with single pages.
 * @sb: instance
 * @gfp: what may be done to get them
 * @nr: slots of @pfns
 * @pfns: only slots that are SBUDDY_PFN_NONE are filled
 *
 * Mirrors alloc_pages_bulk(), called alloc_pages_bulk_array() before 6.14: when
 * memory is short it may stop before there is none, so who needs all asks again
 * until it gets no further. Pages are freed one by one, or by
 * sbuddy_free_pages_bulk(). The log is told of a failure when not one page was to be
 * had.
 *
 * Context: as sbuddy_alloc_pages_nodemask().
 * Return: how many slots are filled, from the start: @nr, or the index of the
 *	first that is empty still.
 */
unsigned long sbuddy_alloc_pages_bulk(struct sbuddy *sb, gfp_t gfp, unsigned long nr,
				      unsigned long *pfns);

/**
 * sbuddy_split_page() - Make a block's pages blocks of their own.
 * @sb: instance
 * @pfn: first page
 * @order: the block's order
 *
 * Mirrors split_page(). Afterwards each page is freed on its own, in any order.
 *
 * Context: Any but NMI.
 * Return: 0; -EPERM for a block that was allocated with __GFP_COMP; what
 *	sbuddy_free_pages() says of a block that is not there.
 */
int sbuddy_split_page(struct sbuddy *sb, unsigned long pfn, unsigned int order);

/*
 * Contiguous ranges
 */

/**
 * struct sbuddy_contig - What range is wanted; what is 0 does not matter.
 * @nr_pages: 1 or more, also more than the largest block has
 * @align_pages: the first page is a multiple of it; a power of two
 * @boundary_pages: the range crosses no multiple of it; a power of two of at least
 *	@nr_pages
 * @min_addr: physical address; all of the range lies at or above it
 * @max_addr: physical address; all of the range lies below it
 * @nid: node to begin with, or NUMA_NO_NODE
 * @nodes: a bit for each node that will do, lowest first; 0 for all
 * @top_down: the highest place is wanted, not the lowest
 */
struct sbuddy_contig {
	unsigned long nr_pages;
	unsigned long align_pages;
	unsigned long boundary_pages;
	phys_addr_t min_addr;
	phys_addr_t max_addr;
	int nid;
	u32 nodes;
	bool top_down;
};

/**
 * sbuddy_alloc_contig() - Allocate a range of any length, where it is of use.
 * @sb: instance
 * @contig: what is wanted
 * @gfp: zones that will do, type, __GFP_ZERO, __GFP_NOWARN, __GFP_THISNODE, and
 *	__GFP_COMP for a power of two of pages, up to the largest block
 * @pfn: set to the first page when there is such a range
 *
 * Mirrors alloc_contig_pages(), with the arguments of FreeBSD's contigmalloc():
 * the first place whose pages are all free, outside of CMA areas. When there is
 * none, and @gfp has __GFP_DIRECT_RECLAIM, the first whose pages in use can be moved
 * out of the way. Watermarks do not count. Freed by sbuddy_free_range(), at once or
 * in parts.
 *
 * Context: Process. May sleep.
 * Return: 0, -EINVAL, -ENOMEM, -EOPNOTSUPP or -EIO, see the overview; -EINVAL
 *	also for __GFP_HIGH, __GFP_NORETRY, __GFP_MEMALLOC and __GFP_NOMEMALLOC, as
 *	in Linux.
 */
int __must_check sbuddy_alloc_contig(struct sbuddy *sb, const struct sbuddy_contig *contig,
				     gfp_t gfp, unsigned long *pfn);

/**
 * sbuddy_cma_find() - Find a CMA area by its name.
 * @sb: instance
 * @name: as configured; "cma0", "cma1" and so on in a carveout
 *
 * Context: Any.
 * Return: number of the area, or -ENOENT.
 */
int sbuddy_cma_find(struct sbuddy *sb, const char *name);

/**
 * sbuddy_cma_alloc() - Allocate from a CMA area.
 * @sb: instance
 * @area: number of the area
 * @nr_pages: 1 or more
 * @align_order: log2 of the pages that the first one is a multiple of, 0 .. 30
 * @no_warn: no line in the log when it fails
 * @pfn: set to the first page when there are any
 *
 * Mirrors cma_alloc(). Who borrowed of the area is moved out of the way if he can
 * be; else another place is looked for. Freed by sbuddy_cma_release(), at once or in
 * parts, and by nothing else.
 *
 * Context: Process. May sleep.
 * Return: 0, -ENOMEM, -EINVAL or -EIO, see the overview; -ENOENT when there is no
 *	such area.
 */
int __must_check sbuddy_cma_alloc(struct sbuddy *sb, unsigned int area, unsigned long nr_pages,
				  unsigned int align_order, bool no_warn, unsigned long *pfn);

/**
 * sbuddy_cma_release() - Give back to a CMA area.
 * @sb: instance
 * @area: number of the area
 * @pfn: first page
 * @nr_pages: 1 or more
 *
 * Mirrors cma_release().
 *
 * Context: Any but NMI.
 * Return: 0; -ERANGE when it is not all the area's; -EALREADY when it was not all
 *	allocated from it; -ENOENT when there is no such area; -EINVAL or -EIO, see
 *	the overview.
 */
int sbuddy_cma_release(struct sbuddy *sb, unsigned int area, unsigned long pfn,
		       unsigned long nr_pages);

/*
 * Scattered memory
 */

/**
 * struct sbuddy_run - Pages in a row.
 * @pfn: first page
 * @nr_pages: 1 or more
 */
struct sbuddy_run {
	unsigned long pfn;
	unsigned long nr_pages;
};

/**
 * struct sbuddy_scattered - Memory in several runs; not to be written to.
 * @nr_pages: pages in all
 * @nr_runs: runs that they are in
 * @runs: where they are, by ascending address; no two are adjacent
 */
struct sbuddy_scattered {
	unsigned long nr_pages;
	unsigned int nr_runs;
	const struct sbuddy_run *runs;
};

/**
 * sbuddy_alloc_scattered() - Allocate pages that need not be contiguous.
 * @sb: instance
 * @nr_pages: 1 or more, also more than the largest block has
 * @gfp: what may be done to get them; __GFP_COMP is dropped
 *
 * What vmalloc() does for its pages: the largest blocks are taken first, so that
 * there are few runs, one if there is such a block. All or nothing. Freed by
 * sbuddy_free_scattered(), and by nothing else.
 *
 * Context: Process. May sleep.
 * Return: the pages, or ERR_PTR(): -EINVAL, -ENOMEM, -EOPNOTSUPP or -EIO, see the
 *	overview.
 */
struct sbuddy_scattered *__must_check sbuddy_alloc_scattered(struct sbuddy *sb,
							     unsigned long nr_pages, gfp_t gfp);

/**
 * sbuddy_free_scattered() - Free what sbuddy_alloc_scattered() gave.
 * @sb: instance that it came from
 * @mem: as allocated, not mapped any more; NULL and ERR_PTR() are let pass
 *
 * Context: Process. May sleep.
 * Return: 0, or what sbuddy_free_range() said of the first run that it refused; the
 *	others are free then.
 */
int sbuddy_free_scattered(struct sbuddy *sb, struct sbuddy_scattered *mem);

/**
 * sbuddy_vmap() - Map scattered memory as one range of addresses, cached.
 * @sb: instance that it came from
 * @mem: the memory
 *
 * Mirrors vmap(). Memory in one run is where sbuddy_pfn_to_virt() tells. Several runs
 * are mapped anew. The kernel lets a module do that with what has struct pages: all of
 * a sandbox or a mapped carveout, and on ARM and arm64 also a no-map carveout. What
 * has none is mapped by frame number, by a kernel with CONFIG_VMAP_PFN.
 *
 * Context: Process. May sleep.
 * Return: the address until sbuddy_vunmap(), or ERR_PTR(): -ENOMEM when the kernel
 *	lacks memory or addresses; -EOPNOTSUPP when it does not let us, or the instance
 *	has no addresses.
 */
void *__must_check sbuddy_vmap(struct sbuddy *sb, const struct sbuddy_scattered *mem);

/**
 * sbuddy_vunmap() - Undo sbuddy_vmap().
 * @sb: instance
 * @addr: as mapped; NULL and ERR_PTR() are let pass
 *
 * Mirrors vunmap(). Before the memory is freed.
 *
 * Context: Process. May sleep.
 */
void sbuddy_vunmap(struct sbuddy *sb, void *addr);

/*
 * Memory that comes and goes
 */

struct notifier_block;

/*
 * What happens to a memory block, the action of a notifier: what MEM_* are in Linux, whose
 * numbers differ from kernel to kernel. Going online or offline may be refused, by
 * notifier_from_errno(): who was asked before is told that it is cancelled.
 */
#define SBUDDY_MEM_ONLINE 0x01
#define SBUDDY_MEM_GOING_OFFLINE 0x02
#define SBUDDY_MEM_OFFLINE 0x04
#define SBUDDY_MEM_GOING_ONLINE 0x08
#define SBUDDY_MEM_CANCEL_ONLINE 0x10
#define SBUDDY_MEM_CANCEL_OFFLINE 0x20

/**
 * struct sbuddy_memory_notify - Which memory block, the data of a notifier.
 * @start_pfn: first page
 * @nr_pages: pages
 * @nid: node, 0 .. 7
 * @zone: name of the zone that it comes into or leaves; NULL when it has none
 */
struct sbuddy_memory_notify {
	unsigned long start_pfn;
	unsigned long nr_pages;
	int nid;
	const char *zone;
};

/**
 * sbuddy_register_memory_notifier() - Be told of memory that comes and goes.
 * @sb: instance
 * @nb: called with SBUDDY_MEM_* and a struct sbuddy_memory_notify
 *
 * Mirrors register_memory_notifier(). A notifier may sleep, allocate and free: what it
 * frees at SBUDDY_MEM_GOING_OFFLINE does not keep the block online. Unmovable pages that
 * are none of the Movable zone's stop it before anybody is told, as in Linux. It asks for no
 * contiguous ranges, nor of CMA areas, and registers no other.
 *
 * Context: Process. May sleep.
 * Return: 0, or -EEXIST with a warning when it is registered already.
 */
int sbuddy_register_memory_notifier(struct sbuddy *sb, struct notifier_block *nb);

/**
 * sbuddy_unregister_memory_notifier() - Be told no more.
 * @sb: instance, which has not been put yet
 * @nb: as registered
 *
 * Mirrors unregister_memory_notifier(). It is not called any more afterwards.
 *
 * Context: Process. May sleep.
 */
void sbuddy_unregister_memory_notifier(struct sbuddy *sb, struct notifier_block *nb);

/*
 * Freeing
 */

/**
 * sbuddy_free_pages() - Free a block.
 * @sb: instance that it came from
 * @pfn: first page
 * @order: order that it was asked for with; 0 after sbuddy_split_page()
 *
 * Mirrors __free_pages().
 *
 * Context: Any but NMI.
 * Return: 0, -EINVAL, -ERANGE, -EPERM, -EALREADY or -EIO, see the overview.
 */
int sbuddy_free_pages(struct sbuddy *sb, unsigned long pfn, unsigned int order);

/**
 * sbuddy_free_page() - Free a page.
 * @sb: instance that it came from
 * @pfn: which
 *
 * Mirrors __free_page().
 *
 * Context, Return: as sbuddy_free_pages().
 */
static inline int sbuddy_free_page(struct sbuddy *sb, unsigned long pfn)
{
	return sbuddy_free_pages(sb, pfn, 0);
}

/**
 * sbuddy_free_pages_bulk() - Free many pages.
 * @sb: instance that they came from
 * @nr: entries of @pfns
 * @pfns: which, in any order
 *
 * As sbuddy_free_page() for each, and cheaper. What cannot be freed is refused with a line
 * each, and the others are freed. Linux has none that modules may call.
 *
 * Context: as sbuddy_free_pages().
 * Return: how many were freed.
 */
unsigned long sbuddy_free_pages_bulk(struct sbuddy *sb, unsigned long nr,
				     const unsigned long *pfns);

/**
 * sbuddy_free_pages_addr() - Free a block by address.
 * @sb: instance that it came from
 * @addr: as allocated; NULL is let pass
 * @order: order that it was asked for with
 *
 * Mirrors free_pages().
 *
 * Context: Any but NMI.
 * Return: as sbuddy_free_pages(); -EINVAL also for an address inside of a page.
 */
int sbuddy_free_pages_addr(struct sbuddy *sb, const void *addr, unsigned int order);

/**
 * sbuddy_free_pages_exact() - Free what sbuddy_alloc_pages_exact() gave.
 * @sb: instance that it came from
 * @addr: as allocated; NULL is let pass
 * @bytes: as asked for
 *
 * Mirrors free_pages_exact(). Nothing is freed when some of it is refused.
 *
 * Context: Any but NMI.
 * Return: as sbuddy_free_pages_addr().
 */
int sbuddy_free_pages_exact(struct sbuddy *sb, const void *addr, size_t bytes);

/**
 * sbuddy_free_range() - Free pages of a range, wherever they begin and end.
 * @sb: instance that they came from
 * @pfn: first page
 * @nr_pages: 1 or more
 *
 * Mirrors free_contig_range(): for all or a part of what was allocated by number
 * of pages, or was split. Nothing is freed when some of it is refused.
 *
 * Context: Any but NMI.
 * Return: as sbuddy_free_pages().
 */
int sbuddy_free_range(struct sbuddy *sb, unsigned long pfn, unsigned long nr_pages);

/*
 * What a page is
 */

/**
 * sbuddy_pfn_to_phys() - Tell a page's physical address.
 * @pfn: page
 *
 * Mirrors PFN_PHYS().
 *
 * Context: Any.
 * Return: address of its first byte.
 */
static inline phys_addr_t sbuddy_pfn_to_phys(unsigned long pfn)
{
	return PFN_PHYS(pfn);
}

/**
 * sbuddy_pfn_to_virt() - Tell where the kernel reaches a page.
 * @sb: instance
 * @pfn: page
 *
 * Mirrors pfn_to_kaddr(). A block is contiguous there too.
 *
 * Context: Any.
 * Return: address in normal, cached memory, or NULL for a page that is not the
 *	instance's, or an instance without addresses.
 */
void *sbuddy_pfn_to_virt(struct sbuddy *sb, unsigned long pfn);

/**
 * sbuddy_virt_to_pfn() - Tell which page an address lies in.
 * @sb: instance
 * @addr: any address
 *
 * Mirrors virt_to_pfn().
 *
 * Context: Any.
 * Return: the page, or SBUDDY_PFN_NONE for one that is not the instance's.
 */
unsigned long sbuddy_virt_to_pfn(struct sbuddy *sb, const void *addr);

/**
 * sbuddy_pfn_node() - Tell a page's node.
 * @sb: instance
 * @pfn: page
 *
 * Mirrors pfn_to_nid().
 *
 * Context: Any.
 * Return: 0 .. 7, or -ERANGE for a page that is not the instance's.
 */
int sbuddy_pfn_node(struct sbuddy *sb, unsigned long pfn);

/**
 * sbuddy_pfn_zone() - Tell a page's zone.
 * @sb: instance
 * @pfn: page
 *
 * Mirrors page_zone().
 *
 * Context: Any.
 * Return: its name as in /proc/zoneinfo: "DMA", "Normal", "HighMem" or "Movable";
 *	or NULL for a page that is not the instance's.
 */
const char *sbuddy_pfn_zone(struct sbuddy *sb, unsigned long pfn);

/**
 * sbuddy_nr_free_pages() - Tell how many pages are free.
 * @sb: instance
 *
 * Mirrors nr_free_pages(), but counts those on per-CPU lists too. Read without
 * locks: while others allocate, its parts are a moment apart.
 *
 * Context: Any.
 * Return: pages.
 */
unsigned long sbuddy_nr_free_pages(struct sbuddy *sb);

#endif
