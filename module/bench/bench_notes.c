// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/utsname.h>

#include "bench.h"

static const char *preemption(void)
{
	if (IS_ENABLED(CONFIG_PREEMPT_DYNAMIC))
		return "dynamic";
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		return "rt";
	if (IS_ENABLED(CONFIG_PREEMPT))
		return "full";
	return IS_ENABLED(CONFIG_PREEMPT_VOLUNTARY) ? "voluntary" : "none";
}

/* What makes the kernel's allocators slower. */
static void note_options(struct seq_file *seq)
{
	static const struct {
		const char *name;
		bool on;
	} options[] = {
		{ "MEMCG", IS_ENABLED(CONFIG_MEMCG) },
		{ "DEBUG_VM", IS_ENABLED(CONFIG_DEBUG_VM) },
		{ "DEBUG_PAGEALLOC", IS_ENABLED(CONFIG_DEBUG_PAGEALLOC) },
		{ "PAGE_POISONING", IS_ENABLED(CONFIG_PAGE_POISONING) },
		{ "PAGE_OWNER", IS_ENABLED(CONFIG_PAGE_OWNER) },
		{ "SHUFFLE_PAGE_ALLOCATOR", IS_ENABLED(CONFIG_SHUFFLE_PAGE_ALLOCATOR) },
		{ "KFENCE", IS_ENABLED(CONFIG_KFENCE) },
		{ "KASAN", IS_ENABLED(CONFIG_KASAN) },
		{ "PROVE_LOCKING", IS_ENABLED(CONFIG_PROVE_LOCKING) },
		{ "SLAB_FREELIST_RANDOM", IS_ENABLED(CONFIG_SLAB_FREELIST_RANDOM) },
		{ "SLAB_FREELIST_HARDENED", IS_ENABLED(CONFIG_SLAB_FREELIST_HARDENED) },
	};
	unsigned int i;

	seq_puts(seq, "#");
	for (i = 0; i < ARRAY_SIZE(options); i++)
		seq_printf(seq, " %s=%d", options[i].name, options[i].on);
	seq_putc(seq, '\n');
}

static void note_kernel(struct seq_file *seq)
{
	seq_printf(seq, "# Linux %s %s, SMP=%d with %u CPUs, preemption %s, HZ=%d\n",
		   utsname()->release, utsname()->machine, IS_ENABLED(CONFIG_SMP),
		   num_online_cpus(), preemption(), HZ);
	seq_printf(seq, "# init_on_alloc=%d init_on_free=%d%s\n", want_init_on_alloc(0),
		   want_init_on_free(),
		   want_init_on_alloc(0) ? ": the kernel zeroes what it gives, we do not" : "");
	note_options(seq);
}

/* Its unit is as told in lines. */
static void note_clock(struct bench *bench, struct seq_file *seq)
{
	const struct bench_work pairs = { .kind = BENCH_PAIRS };
	u64 loop = bench_empty.work[BENCH_PAIRS](bench, &pairs);

	loop = min(loop, bench_empty.work[BENCH_PAIRS](bench, &pairs));
	seq_printf(seq, "# the clock goes on by %u ns and costs %u, %s\n", bench_clock.step,
		   bench_clock.cost,
		   bench_clock.counts ? "a nanosecond for each instruction" : "by real time");
	seq_printf(seq, "# an empty loop costs %llu thousandths\n", loop);
}

/* What the names of works do not tell. */
static void note_works(struct bench *bench, struct seq_file *seq)
{
	const struct bench_work burst = { .kind = BENCH_BURST, .nr = 16384 };

	seq_printf(seq, "# ours and pools have %lu pages; burst-16384 and worst-page take %u\n",
		   bench->nr_pages, bench_burst_size(bench, &burst));
	seq_puts(seq, "# mixed: orders 0 to 4 at 50:20:15:10:5, each call counts\n");
	seq_puts(seq, "# mixed: unmovable, movable and reclaimable at 60:30:10\n");
	seq_puts(seq, "# worst: interrupts off, less the clock's cost, as exact as the clock\n");
	seq_puts(seq, "# gen_pool and drm_buddy take no lock; gen_pool aligns no blocks\n");
}

void bench_notes(struct bench *bench, struct seq_file *seq)
{
	note_kernel(seq);
	note_clock(bench, seq);
	note_works(bench, seq);
}
