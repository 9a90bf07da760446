// SPDX-License-Identifier: GPL-2.0-only
/*
 * A client with a cache of its own. Loaded with instance=NAME it keeps hold= objects of
 * size= bytes in use; a number written to the parameter churn makes it allocate so many more and
 * free them, all on the CPU that writes, whose array of objects they stay on.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <sbuddy/sbuddy.h>
#include <sbuddy/slab.h>

#define MAX_CHURN 4096u

static char *instance = "carveout";
module_param(instance, charp, 0444);
MODULE_PARM_DESC(instance, "name of the instance to have a cache on");

static unsigned int hold;
module_param(hold, uint, 0444);
MODULE_PARM_DESC(hold, "objects in use all the while");

static unsigned int size = 64;
module_param(size, uint, 0444);
MODULE_PARM_DESC(size, "bytes of an object");

static struct sbuddy_cache *cache;
static void **held;
static void *objs[MAX_CHURN];
static DEFINE_MUTEX(churn_lock);

static int alloc_all(void **all, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		all[i] = sbuddy_cache_alloc(cache, GFP_KERNEL | __GFP_NOWARN);
		if (!all[i]) {
			while (i--)
				sbuddy_cache_free(cache, all[i]);
			return -ENOMEM;
		}
		cond_resched();
	}
	return 0;
}

static void free_all(void **all, unsigned int nr)
{
	while (nr--) {
		sbuddy_cache_free(cache, all[nr]);
		cond_resched();
	}
}

static int churn(const char *value, const struct kernel_param *param)
{
	unsigned int nr;
	int err = kstrtouint(value, 0, &nr);

	if (err || !cache || nr > MAX_CHURN)
		return -EINVAL;
	mutex_lock(&churn_lock);
	err = alloc_all(objs, nr);
	if (!err)
		free_all(objs, nr);
	mutex_unlock(&churn_lock);
	return err;
}

static const struct kernel_param_ops churn_ops = { .set = churn };
module_param_cb(churn, &churn_ops, NULL, 0200);
MODULE_PARM_DESC(churn, "objects to allocate and free");

static int __init churn_init(void)
{
	struct sbuddy *sb = sbuddy_get(instance);
	int err;

	if (IS_ERR(sb))
		return PTR_ERR(sb);
	cache = sbuddy_cache_create(sb, "churn", size, 0, 0, NULL);
	/* The cache keeps it. */
	sbuddy_put(sb);
	if (IS_ERR(cache))
		return PTR_ERR(cache);
	held = kvmalloc_array(hold, sizeof(*held), GFP_KERNEL);
	err = held ? alloc_all(held, hold) : -ENOMEM;
	if (!err)
		return 0;
	kvfree(held);
	sbuddy_cache_destroy(cache);
	return err;
}

static void __exit churn_exit(void)
{
	free_all(held, hold);
	kvfree(held);
	WARN_ON(sbuddy_cache_destroy(cache));
}

module_init(churn_init);
module_exit(churn_exit);

MODULE_DESCRIPTION("A client of sbuddy whose objects come and go");
MODULE_AUTHOR("The sbuddy developers");
MODULE_LICENSE("GPL");
