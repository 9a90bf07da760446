// SPDX-License-Identifier: GPL-2.0-only
/* Size classes, and the text of all caches. */
#include "slab_host.h"
#include "slab_show.h"

#define BASE 0x80000000ull

static struct fixture f;
static struct sb_slab_classes classes;
static void *mem;

static void boot(u32 flags)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);

	fixture_boot(&f, &cfg);
	mem = malloc(sb_slab_class_memory(SLAB_CPUS));
	EXPECT_EQ(sb_slab_class_create(&classes, &f.inst, flags, mem, SLAB_CPUS), 0);
}

static void shut_down(void)
{
	CHECK(&f);
	EXPECT_EQ(sb_slab_class_destroy(&classes), 0);
	free(mem);
	EXPECT_EQ(slab_host_blocks(&f), 0);
	fixture_exit(&f);
}

/* kmalloc_index() of Linux 6.12 for caches of 8 bytes and up, in words. */
static size_t class_wanted(size_t size)
{
	size_t class = 8;

	if (size > 64 && size <= 96)
		return 96;
	if (size > 128 && size <= 192)
		return 192;
	while (class < size)
		class *= 2;
	return class;
}

static void each_size_has_its_class(void)
{
	size_t size;

	boot(0);
	for (size = 1; size <= SB_SLAB_CLASS_MAX; size++)
		EXPECT_EQ(sb_slab_class_of(&classes, size)->object_size, class_wanted(size));
	EXPECT(!sb_slab_class_of(&classes, 0));
	EXPECT(!sb_slab_class_of(&classes, SB_SLAB_CLASS_MAX + 1));
	shut_down();
}

static void all_sizes_have_what_the_instance_looks_after(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);
	void *obj;

	cfg.slab_debug = SB_SLAB_RED_ZONE | SB_SLAB_POISON;
	fixture_boot(&f, &cfg);
	mem = malloc(sb_slab_class_memory(SLAB_CPUS));
	EXPECT_EQ(sb_slab_class_create(&classes, &f.inst, SB_SLAB_OWNER, mem, SLAB_CPUS), 0);
	EXPECT_EQ(sb_slab_class_of(&classes, 8)->flags, SB_SLAB_DEBUG);
	EXPECT_EQ(sb_slab_class_of(&classes, 8192)->flags, SB_SLAB_DEBUG);
	EXPECT_EQ(sb_slab_class_alloc(&classes, 100, SB_GFP_KERNEL, SB_NID_ANY, &obj), 0);
	((u8 *)obj)[128] = 1;
	EXPECT_EQ(sb_slab_class_free(&classes, obj), 0);
	EXPECT_EQ(f.inst.debug.found[SB_FINDING_OBJECT_OVERRUN], 1);
	EXPECT_EQ(sb_slab_class_alloc(&classes, 100, SB_GFP_KERNEL, SB_NID_ANY, &obj), 0);
	EXPECT_EQ(sb_slab_class_free(&classes, obj), 0);
	((u8 *)obj)[5] = 1;
	EXPECT_EQ(sb_slab_class_alloc(&classes, 100, SB_GFP_KERNEL, SB_NID_ANY, &obj), 0);
	EXPECT_EQ(f.inst.debug.found[SB_FINDING_OBJECT_WRITE], 1);
	EXPECT_EQ(sb_slab_class_free(&classes, obj), 0);
	shut_down();
}

static void an_object_without_room_for_it_goes_without(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);
	struct slab_host h;

	cfg.slab_debug = SB_SLAB_DEBUG;
	fixture_boot(&f, &cfg);
	slab_host_create(&h, &f, "all", 60000, 0);
	EXPECT_EQ(h.cache.flags, SB_SLAB_DEBUG);
	slab_host_destroy(&h);
	slab_host_create(&h, &f, "none", 65344, SB_SLAB_HWCACHE_ALIGN);
	EXPECT_EQ(h.cache.flags, SB_SLAB_HWCACHE_ALIGN);
	EXPECT_EQ(h.cache.pad, 0);
	slab_host_destroy(&h);
	fixture_exit(&f);
}

static void other_switches_are_refused(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);

	cfg.slab_debug = SB_SLAB_RED_ZONE | SB_SLAB_DMA;
	EXPECT_EQ(fixture_init(&f, &cfg), -EINVAL);
	EXPECT(strstr(unit_last_warning, "slab_debug is 4, but must be 0 to 0"));
}

static void sizes_are_aligned_to_themselves(void)
{
	u32 all[] = { 0, SB_SLAB_DEBUG };
	unsigned int i;
	size_t size;
	void *obj[5];

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		boot(all[i]);
		for (size = 8; size <= SB_SLAB_CLASS_MAX; size *= 2) {
			unsigned int k;

			for (k = 0; k < 5; k++) {
				size_t align = size < SB_PAGE_SIZE ? size : SB_PAGE_SIZE;

				EXPECT_EQ(sb_slab_class_alloc(&classes, size, SB_GFP_KERNEL,
							      SB_NID_ANY, &obj[k]),
					  0);
				EXPECT_EQ(((u8 *)obj[k] - f.memory[0]) % align, 0);
				EXPECT_EQ(sb_slab_class_size(&classes, obj[k]), size);
			}
			for (k = 0; k < 5; k++)
				EXPECT_EQ(sb_slab_class_free(&classes, obj[k]), 0);
		}
		shut_down();
	}
}

static void what_is_refused(void)
{
	struct slab_host other;
	u8 *obj, *theirs;

	boot(0);
	slab_host_create(&other, &f, "others", 64, 0);
	theirs = slab_host_alloc(&other, SB_GFP_KERNEL, SB_NID_ANY);
	EXPECT_EQ(sb_slab_class_alloc(&classes, 0, SB_GFP_KERNEL, SB_NID_ANY, (void **)&obj),
		  -EINVAL);
	EXPECT_EQ(sb_slab_class_alloc(&classes, SB_SLAB_CLASS_MAX + 1, SB_GFP_KERNEL, SB_NID_ANY,
				      (void **)&obj),
		  -E2BIG);
	EXPECT_EQ(sb_slab_class_alloc(&classes, 100, SB_GFP_KERNEL, SB_NID_ANY, (void **)&obj), 0);
	EXPECT_EQ(sb_slab_class_free(&classes, NULL), 0);
	EXPECT_EQ(sb_slab_class_free(&classes, obj + 8), -EINVAL);
	EXPECT_EQ(sb_slab_class_free(&classes, theirs), -EPERM);
	EXPECT_EQ(sb_slab_class_free(&classes, &obj), -ERANGE);
	EXPECT_EQ(sb_slab_class_size(&classes, theirs), 0);
	EXPECT(sb_slab_cache_of(&f.inst, theirs) == &other.cache);
	EXPECT_EQ(sb_slab_class_size(&classes, obj + 8), 0);
	EXPECT_EQ(sb_slab_class_size(&classes, obj), 128);
	EXPECT_EQ(sb_slab_class_destroy(&classes), -EBUSY);
	EXPECT_EQ(classes.nr, SB_SLAB_NR_CLASSES);
	EXPECT_EQ(sb_slab_class_free(&classes, obj), 0);
	EXPECT_EQ(sb_slab_class_free(&classes, obj), -EALREADY);
	EXPECT_EQ(sb_slab_class_size(&classes, obj), 0);
	EXPECT_EQ(sb_slab_free(&other.cache, theirs), 0);
	slab_host_destroy(&other);
	shut_down();
}

static void a_name_that_is_taken_undoes_all(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);
	struct slab_host other;

	fixture_boot(&f, &cfg);
	slab_host_create(&other, &f, "kmalloc-1k", 64, 0);
	mem = malloc(sb_slab_class_memory(SLAB_CPUS));
	EXPECT_EQ(sb_slab_class_create(&classes, &f.inst, 0, mem, SLAB_CPUS), -EEXIST);
	EXPECT(f.inst.slabs.first == &other.cache && !other.cache.next);
	slab_host_destroy(&other);
	free(mem);
	fixture_exit(&f);
}

static void show(char *text, size_t size)
{
	struct sb_out out = { .text = text, .size = size };

	text[0] = '\0';
	sb_slab_show_info(&out, &f.inst);
}

static void slabinfo_is_that_of_linux(void)
{
	struct sb_config cfg = fixture_config(BASE, 8 * MiB);
	static struct slab_host first, second;
	static char text[2048];
	void *objs[70];

	fixture_boot(&f, &cfg);
	show(text, sizeof(text));
	EXPECT_STR(text, "");
	slab_host_create(&first, &f, "first", 128, 0);
	slab_host_create(&second, &f, "a_name_that_is_long", 2000, 0);
	EXPECT_EQ(sb_slab_alloc_bulk(&first.cache, SB_GFP_KERNEL, 70, objs), 0);
	show(text, sizeof(text));
	EXPECT_STR(
		text,
		"slabinfo - version: 2.1\n"
		"# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>"
		" : tunables <limit> <batchcount> <sharedfactor>"
		" : slabdata <active_slabs> <num_slabs> <sharedavail>\n"
		"a_name_that_is_long      0      0   2000   16    8 : tunables   12    6    0"
		" : slabdata      0      0      0\n"
		"first                 93     93    128   31    1 : tunables   60   30    0"
		" : slabdata      3      3      0\n");
	EXPECT_EQ(sb_slab_free_bulk(&first.cache, 70, objs), 0);
	slab_host_destroy(&first);
	slab_host_destroy(&second);
	fixture_exit(&f);
}

UNIT_MAIN(UNIT_CASE(each_size_has_its_class),
	  UNIT_CASE(all_sizes_have_what_the_instance_looks_after),
	  UNIT_CASE(an_object_without_room_for_it_goes_without),
	  UNIT_CASE(other_switches_are_refused), UNIT_CASE(sizes_are_aligned_to_themselves),
	  UNIT_CASE(what_is_refused), UNIT_CASE(a_name_that_is_taken_undoes_all),
	  UNIT_CASE(slabinfo_is_that_of_linux))
