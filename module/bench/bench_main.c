// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "bench.h"

static char *instance = "carveout";
module_param(instance, charp, 0444);
MODULE_PARM_DESC(instance, "name of the instance to measure");

static char works[512];
module_param_string(works, works, sizeof(works), 0644);
MODULE_PARM_DESC(works, "how WORK/PEER begin that are wanted, with commas between");

static struct bench the;

static bool begins_with_one_of(const char *name, const char *list)
{
	while (*list) {
		size_t len = strcspn(list, ",\n");

		if (len && !strncmp(name, list, len))
			return true;
		list += len + !!list[len];
	}
	return false;
}

bool bench_is_wanted(const char *name, const char *peer)
{
	char line[64];
	bool wanted;

	snprintf(line, sizeof(line), "%s/%s", name, peer);
	kernel_param_lock(THIS_MODULE);
	wanted = !works[strspn(works, ",\n")] || begins_with_one_of(line, works);
	kernel_param_unlock(THIS_MODULE);
	return wanted;
}

/* As many as there are when watermarks do not count. */
static void count_pages(struct bench *bench, unsigned long most)
{
	unsigned long i;

	while (bench->nr_pages < most &&
	       !sbuddy_alloc_pages(bench->sb, GFP_KERNEL | __GFP_MEMALLOC | __GFP_NOWARN, 0,
				   &bench->slots[bench->nr_pages]))
		bench->nr_pages++;
	for (i = 0; i < bench->nr_pages; i++)
		sbuddy_free_pages(bench->sb, bench->slots[i], 0);
}

static void free_all(struct bench *bench)
{
	bench_stream_free(bench);
	kvfree(bench->turn);
	kvfree(bench->slots);
	sbuddy_put(bench->sb);
}

static int make_all(struct bench *bench)
{
	unsigned long most = min(sbuddy_nr_free_pages(bench->sb), BENCH_MAX_PAGES);

	bench->slots = kvcalloc(most, sizeof(*bench->slots), GFP_KERNEL);
	bench->turn = kvcalloc(most, sizeof(*bench->turn), GFP_KERNEL);
	if (!most || !bench->slots || !bench->turn)
		return -ENOMEM;
	count_pages(bench, most);
	return bench->nr_pages ? bench_stream_init(bench) : -ENOMEM;
}

static int __init bench_init(void)
{
	int err;

	the.sb = sbuddy_get(instance);
	if (IS_ERR(the.sb))
		return PTR_ERR(the.sb);
	bench_clock_look();
	err = make_all(&the);
	if (!err)
		err = bench_file_make(&the);
	if (err)
		free_all(&the);
	return err;
}

static void __exit bench_exit(void)
{
	bench_file_remove();
	free_all(&the);
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("What sbuddy costs beside the running kernel's allocators");
MODULE_VERSION(SBUDDY_VERSION);
