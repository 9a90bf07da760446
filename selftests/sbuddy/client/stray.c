// SPDX-License-Identifier: GPL-2.0-only
/*
 * A client that does wrong, as a driver does whose device was not stopped in
 * time, or was told a wrong length:
 *
 *	what=write-after-free   frees a block, then writes to its second page
 *	what=overrun            writes a word past its page, then frees it
 *	what=leak               puts the instance with an object in use
 *
 * It does so when it is loaded, and says where it wrote; the instance is to find
 * it. It takes several blocks and does it to the last, which comes of a split.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <sbuddy/sbuddy.h>
#include <sbuddy/slab.h>

#define NR_BLOCKS 8

static char *instance = "carveout";
module_param(instance, charp, 0444);
MODULE_PARM_DESC(instance, "name of the instance to do it to");

static char *what = "";
module_param(what, charp, 0444);
MODULE_PARM_DESC(what, "write-after-free, overrun or leak");

static void write_behind(struct sbuddy *sb, unsigned long pfn)
{
	u32 *mem = sbuddy_pfn_to_virt(sb, pfn);

	if (mem)
		WRITE_ONCE(mem[PAGE_SIZE / sizeof(*mem)], 0x600dbad);
	pr_info("stray: pfn 0x%lx\n", pfn + 1);
}

static int do_wrong(struct sbuddy *sb)
{
	unsigned int order = !strcmp(what, "write-after-free");
	unsigned long pfn[NR_BLOCKS];
	int nr, err = 0;

	if (!strcmp(what, "leak"))
		return sbuddy_kmalloc(sb, 64, GFP_KERNEL) ? 0 : -ENOMEM;
	if (!order && strcmp(what, "overrun"))
		return -EINVAL;
	for (nr = 0; nr < NR_BLOCKS && !err; nr++)
		err = sbuddy_alloc_pages(sb, GFP_KERNEL | __GFP_ZERO, order, &pfn[nr]);
	if (!err && !order)
		write_behind(sb, pfn[nr - 1]);
	nr -= !!err;
	while (nr--)
		sbuddy_free_pages(sb, pfn[nr], order);
	if (!err && order)
		write_behind(sb, pfn[NR_BLOCKS - 1]);
	return err;
}

static int __init stray_init(void)
{
	struct sbuddy *sb = sbuddy_get(instance);
	int err;

	if (IS_ERR(sb))
		return PTR_ERR(sb);
	err = do_wrong(sb);
	sbuddy_put(sb);
	return err;
}

static void __exit stray_exit(void)
{
}

module_init(stray_init);
module_exit(stray_exit);

MODULE_DESCRIPTION("A client of sbuddy that writes where it must not");
MODULE_AUTHOR("The sbuddy developers");
MODULE_LICENSE("GPL");
