// SPDX-License-Identifier: GPL-2.0-only
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/module.h>
#include <linux/preempt.h>

#include "client.h"

/* Kept until the module goes. */
static struct sbuddy *sb;

static char *instance = "carveout";
module_param(instance, charp, 0444);
MODULE_PARM_DESC(instance, "name of the instance to test on");

static const struct test *const suites[] = { find_tests,   alloc_tests,	  free_tests,
					     gfp_tests,	   contig_tests,  scattered_tests,
					     memory_tests, slab_dry_tests };
static const char *const contexts[NR_CONTEXTS] = { "process", "softirq", "hardirq" };

/* A test that waits to be run in some context. */
static struct {
	const struct test *test;
	struct run *run;
	struct completion done;
	struct tasklet_struct tasklet;
	struct irq_work irq_work;
} job;

static void run_job(void)
{
	struct run *run = job.run;

	EXPECT_EQ(run, hardirq_count() != 0, run->context == HARDIRQ);
	EXPECT_EQ(run, in_serving_softirq() != 0, run->context == SOFTIRQ);
	job.test->fn(run);
	complete(&job.done);
}

static void run_tasklet(struct tasklet_struct *unused)
{
	run_job();
}

static void run_irq_work(struct irq_work *unused)
{
	run_job();
}

static void run_test(struct run *run, const struct test *test)
{
	unsigned long free = sbuddy_nr_free_pages(run->sb);

	job.test = test;
	job.run = run;
	run->failed = false;
	reinit_completion(&job.done);
	if (run->context == HARDIRQ)
		irq_work_queue(&job.irq_work);
	else if (run->context == SOFTIRQ)
		tasklet_schedule(&job.tasklet);
	else
		run_job();
	wait_for_completion(&job.done);
	if (test->slabs)
		sbuddy_cache_shrink_all(run->sb);
	EXPECT_EQ(run, sbuddy_nr_free_pages(run->sb), free);
	report_test(!run->failed, contexts[run->context], test->name);
}

static void run_suite(struct run *run, const struct test *tests)
{
	const struct test *test;

	for (test = tests; test->name; test++)
		if (run->context == PROCESS || !test->process)
			run_test(run, test);
}

static void run_all(void)
{
	struct run run = { .sb = sb, .name = instance };
	unsigned long pfn;
	size_t i;

	if (!sbuddy_alloc_page(sb, GFP_KERNEL, &pfn)) {
		run.has_addresses = sbuddy_pfn_to_virt(sb, pfn);
		sbuddy_free_page(sb, pfn);
	}
	for (run.context = PROCESS; run.context < NR_CONTEXTS; run.context++) {
		run.gfp = run.context == PROCESS ? GFP_KERNEL : GFP_ATOMIC;
		for (i = 0; i < ARRAY_SIZE(suites); i++)
			run_suite(&run, suites[i]);
		if (run.has_addresses)
			run_suite(&run, slab_tests);
	}
}

static int __init client_init(void)
{
	int err;

	sb = sbuddy_get(instance);
	if (IS_ERR(sb))
		return PTR_ERR(sb);
	err = report_open();
	if (err)
		goto err_put;
	err = memory_register(sb);
	if (err)
		goto err_report;
	err = slab_open(sb);
	if (err)
		goto err_memory;
	init_completion(&job.done);
	tasklet_setup(&job.tasklet, run_tasklet);
	init_irq_work(&job.irq_work, run_irq_work);
	run_all();
	tasklet_kill(&job.tasklet);
	irq_work_sync(&job.irq_work);
	err = find_driver_register();
	if (err)
		goto err_slab;
	report_plan();
	return 0;

err_slab:
	slab_close();
err_memory:
	memory_unregister();
err_report:
	report_close();
err_put:
	sbuddy_put(sb);
	return err;
}

static void __exit client_exit(void)
{
	find_driver_unregister();
	slab_close();
	memory_unregister();
	report_close();
	sbuddy_put(sb);
}

module_init(client_init);
module_exit(client_exit);

MODULE_DESCRIPTION("Tests of sbuddy's interface for other modules");
MODULE_AUTHOR("The sbuddy developers");
MODULE_LICENSE("GPL");
