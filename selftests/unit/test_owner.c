// SPDX-License-Identifier: GPL-2.0-only
/* Owners: who has a block, who had it, and the text that Linux's own tool reads. */
#include <regex.h>

#include "fixture.h"
#include "migrate.h"
#include "owner.h"

#define BASE 0x90000000ull
#define PFN 0x90000ul

static struct fixture f;
static void *table;
static char text[1 << 16];

static void boot(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	fixture_boot(&f, &cfg);
	sb_pcp_drain_all(&f.inst);
	table = calloc(1, sb_owner_size(&f.inst));
	EXPECT_EQ(sb_owner_attach(&f.inst, table), 0);
	f.pid = 7;
}

static void end(void)
{
	EXPECT(sb_owner_detach(&f.inst) == table);
	EXPECT(!sb_owner_detach(&f.inst));
	free(table);
	EXPECT_EQ(f.inst.hooks, 0);
	fixture_exit(&f);
}

static unsigned long alloc_as(int pid, unsigned int order)
{
	long pfn;

	f.pid = pid;
	pfn = fixture_alloc(&f, order, SB_MOVABLE);
	EXPECT(pfn > 0);
	return (unsigned long)pfn;
}

static void free_as(int pid, unsigned long pfn, unsigned int order)
{
	f.pid = pid;
	fixture_free(&f, pfn, order);
}

static struct sb_owner owner_of(unsigned long pfn, unsigned long *head)
{
	struct sb_owner owner;

	*head = sb_owner_find(&f.inst, pfn, &owner, NULL, NULL);
	return owner;
}

/* What the file says of all blocks. */
static const char *show_all(void)
{
	struct sb_out out = { .text = text, .size = sizeof(text) };
	unsigned long pfn = PFN;

	text[0] = '\0';
	while (pfn < PFN + 4096)
		pfn += sb_owner_show(&out, &f.inst, pfn);
	return text;
}

static void who_allocated_and_who_freed_is_known(void)
{
	struct sb_stack stack, free_stack;
	struct sb_owner owner;
	unsigned long pfn, head;

	boot();
	pfn = alloc_as(11, 3);
	owner = owner_of(pfn + 5, &head);
	EXPECT_EQ(head, pfn);
	EXPECT(owner.known && owner.in_use);
	EXPECT_EQ(owner.pid, 11);
	EXPECT_EQ(owner.tgid, 11);
	EXPECT_STR(owner.comm, "process 11");
	EXPECT_EQ(owner.order, 3);
	EXPECT_EQ(owner.free_ns, 0);
	free_as(12, pfn, 3);
	sb_owner_find(&f.inst, pfn, &owner, &stack, &free_stack);
	EXPECT(owner.known && !owner.in_use);
	EXPECT_EQ(owner.pid, 11);
	EXPECT_EQ(owner.free_pid, 12);
	EXPECT(owner.free_ns > owner.ns);
	EXPECT_EQ(stack.nr, 2);
	EXPECT_EQ(stack.entry[1], 0x2000 + 11);
	EXPECT_EQ(free_stack.entry[1], 0x2000 + 12);
	end();
}

static void the_last_of_all_blocks_that_had_a_page_is_told(void)
{
	unsigned long large, small, head;

	boot();
	large = alloc_as(21, 4);
	free_as(21, large, 4);
	sb_pcp_drain_all(&f.inst);
	small = alloc_as(22, 0);
	while (small < large || small > large + 15)
		small = alloc_as(22, 0);
	EXPECT_EQ(owner_of(small, &head).pid, 22);
	EXPECT_EQ(head, small);
	/* As long as nobody got the large block's first page. */
	if (small != large) {
		EXPECT_EQ(owner_of(large, &head).pid, 21);
		EXPECT_EQ(head, large);
	}
	end();
}

static void a_large_block_outdates_small_ones_that_were_there(void)
{
	unsigned long pages[64], large, head;
	int i;

	boot();
	for (i = 0; i < 64; i++)
		pages[i] = alloc_as(23, 0);
	for (i = 0; i < 64; i++)
		free_as(23, pages[i], 0);
	sb_pcp_drain_all(&f.inst);
	large = alloc_as(24, 2);
	while (pages[40] < large || pages[40] > large + 3)
		large = alloc_as(24, 2);
	EXPECT_EQ(owner_of(pages[40], &head).pid, 24);
	EXPECT_EQ(head, large);
	end();
}

static void what_was_in_use_before_has_no_owner(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);
	unsigned long pfn, head;

	fixture_boot(&f, &cfg);
	pfn = (unsigned long)fixture_alloc(&f, 2, SB_MOVABLE);
	table = calloc(1, sb_owner_size(&f.inst));
	EXPECT_EQ(sb_owner_attach(&f.inst, table), 0);
	EXPECT_EQ(sb_owner_attach(&f.inst, table), -EALREADY);
	EXPECT(!owner_of(pfn, &head).known);
	EXPECT_STR(show_all(), "");
	free_as(1, pfn, 2);
	EXPECT(!owner_of(pfn, &head).known);
	end();
}

#define BLOCK_PAGES 1024ul

static void boot_blocks(void)
{
	struct sb_config cfg = fixture_config(BASE, 16 * MiB);

	cfg.section_bytes = 2 * MiB;
	cfg.window_base = BASE - 2 * MiB;
	cfg.window_bytes = 1024 * MiB;
	fixture_boot(&f, &cfg);
	sb_pcp_drain_all(&f.inst);
	table = calloc(1, sb_owner_size(&f.inst));
	EXPECT_EQ(sb_owner_attach(&f.inst, table), 0);
	f.pid = 7;
}

static void *add_part(unsigned long pfn)
{
	void *part = calloc(1, sb_owner_part_size(&f.inst));

	EXPECT_EQ(sb_owner_attach_part(&f.inst, pfn, part), 0);
	EXPECT_EQ(sb_owner_attach_part(&f.inst, pfn + 1, part), -EALREADY);
	return part;
}

/* What there is no memory for takes none. */
static void owners_are_kept_by_memory_block(void)
{
	void *first, *third;
	unsigned long head;

	EXPECT_EQ(sb_owner_attach_part(&f.inst, PFN, NULL), -ENODEV);
	boot_blocks();
	EXPECT(sb_owner_size(&f.inst) < 1 * MiB);
	EXPECT_EQ(sb_owner_part_size(&f.inst), BLOCK_PAGES * sizeof(struct sb_owner));
	first = add_part(PFN);
	third = add_part(PFN + 2 * BLOCK_PAGES);
	EXPECT_EQ(fixture_alloc(&f, 10, SB_MOVABLE), PFN);
	EXPECT_EQ(fixture_alloc(&f, 10, SB_MOVABLE), PFN + BLOCK_PAGES);
	EXPECT_EQ(fixture_alloc(&f, 10, SB_MOVABLE), PFN + 2 * BLOCK_PAGES);
	EXPECT_EQ(owner_of(PFN + 1023, &head).pid, 7);
	EXPECT(!owner_of(PFN + BLOCK_PAGES, &head).known);
	EXPECT_EQ(owner_of(PFN + 2 * BLOCK_PAGES + 5, &head).pid, 7);
	EXPECT_EQ(head, PFN + 2 * BLOCK_PAGES);
	/* To where nobody is known, and back. */
	sb_owner_move(&f.inst, PFN, PFN + BLOCK_PAGES, 10, SB_MR_COMPACTION);
	EXPECT(!owner_of(PFN + BLOCK_PAGES, &head).known);
	sb_owner_move(&f.inst, PFN + BLOCK_PAGES, PFN, 10, SB_MR_COMPACTION);
	EXPECT(owner_of(PFN, &head).known);
	free_as(9, PFN + BLOCK_PAGES, 10);
	free_as(9, PFN, 10);
	EXPECT_EQ(owner_of(PFN, &head).free_pid, 9);
	EXPECT(sb_owner_detach_part(&f.inst, PFN) == first);
	EXPECT(!sb_owner_detach_part(&f.inst, PFN));
	EXPECT(!owner_of(PFN, &head).known);
	EXPECT(sb_owner_detach_any_part(&f.inst) == third);
	EXPECT(!sb_owner_detach_any_part(&f.inst));
	free(first);
	free(third);
	end();
}

static void pages_outside_have_none(void)
{
	unsigned long head;

	boot();
	EXPECT(!owner_of(0, &head).known);
	EXPECT(!owner_of(PFN - 1, &head).known);
	EXPECT(!owner_of(~0ul, &head).known);
	EXPECT_EQ(head, ~0ul);
	end();
	EXPECT_EQ(sb_owner_size(&f.inst), 0);
}

static void pieces_of_a_split_block_belong_to_its_owner(void)
{
	struct sb_owner owner;
	unsigned long pfn, head;

	boot();
	pfn = alloc_as(31, 3);
	EXPECT_EQ(sb_alloc_split(&f.inst, pfn, 3), 0);
	owner = owner_of(pfn + 6, &head);
	EXPECT_EQ(head, pfn + 6);
	EXPECT_EQ(owner.pid, 31);
	EXPECT_EQ(owner.order, 0);
	EXPECT(owner.in_use);
	free_as(32, pfn + 6, 0);
	EXPECT(!owner_of(pfn + 6, &head).in_use);
	EXPECT(owner_of(pfn + 7, &head).in_use);
	EXPECT_EQ(sb_alloc_free_range(&f.inst, pfn, 6), 0);
	free_as(32, pfn + 7, 0);
	end();
}

static void an_exact_buffer_s_rest_is_free(void)
{
	struct sb_request request = {
		.type = SB_MOVABLE, .zone = SB_ZONE_NORMAL, .nid = SB_NID_ANY, .gfp = SB_GFP_KERNEL
	};
	unsigned long pfn, head;

	boot();
	EXPECT_EQ(sb_alloc_exact(&f.inst, &request, 5, &pfn), 0);
	EXPECT_EQ(owner_of(pfn, &head).order, 2);
	EXPECT(owner_of(pfn + 4, &head).in_use);
	EXPECT(!owner_of(pfn + 5, &head).in_use);
	EXPECT(!owner_of(pfn + 6, &head).in_use);
	EXPECT_EQ(sb_alloc_free_exact(&f.inst, pfn, 5), 0);
	end();
}

static void the_text_is_that_of_linux_6_12(void)
{
	unsigned long pfn;
	char wanted[512];

	boot();
	pfn = alloc_as(51, 2);
	snprintf(
		wanted, sizeof(wanted),
		"Page allocated via order 2, mask 0xc08(GFP_KERNEL|__GFP_MOVABLE), pid 51, tgid 51 (process 51), ts 1 ns\n"
		"PFN 0x%lx type Movable Block %lu type Movable Flags 0x0(node=0|zone=1)\n"
		" 0x1000\n"
		" 0x2033\n"
		"\n",
		pfn, pfn >> 8);
	EXPECT_STR(show_all(), wanted);
	free_as(51, pfn, 2);
	EXPECT_STR(show_all(), "");
	end();
}

/* As page_owner_sort of Linux 6.12 looks for a field: its first match. */
static void matches(const char *pattern, const char *wanted)
{
	regmatch_t match[2];
	regex_t regex;
	char seen[64];

	EXPECT_EQ(regcomp(&regex, pattern, REG_EXTENDED | REG_NEWLINE), 0);
	if (regexec(&regex, text, 2, match, REG_NOTBOL)) {
		unit_fail(__FILE__, __LINE__, "%s is not in\n%s", pattern, text);
	} else {
		snprintf(seen, sizeof(seen), "%.*s", (int)(match[1].rm_eo - match[1].rm_so),
			 text + match[1].rm_so);
		EXPECT_STR(seen, wanted);
	}
	regfree(&regex);
}

static void page_owner_sort_finds_its_fields(void)
{
	boot();
	alloc_as(61, 4);
	show_all();
	matches("order\\s*([0-9]*),", "4");
	matches("pid\\s*([0-9]*),", "61");
	matches("tgid\\s*([0-9]*) ", "61");
	matches("tgid\\s*[0-9]*\\s*\\((.*)\\),\\s*ts", "process 61");
	matches("ts\\s*([0-9]*)\\s*ns", "1");
	end();
}

static const char *gfp_text(u32 gfp)
{
	struct sb_out out = { .text = text, .size = sizeof(text) };

	sb_owner_show_gfp(&out, gfp);
	return text;
}

/* Left in the file that SB_OWNER_TEXT names: 12 blocks of three processes. */
static void the_text_can_be_left_for_page_owner_sort(void)
{
	const char *path = getenv("SB_OWNER_TEXT");
	unsigned int i;
	FILE *file;

	boot();
	for (i = 0; i < 12; i++)
		alloc_as(40 + (int)i % 3, i % 4);
	file = path ? fopen(path, "w") : NULL;
	EXPECT(!path || file);
	if (file) {
		fputs(show_all(), file);
		EXPECT_EQ(fclose(file), 0);
	}
	end();
}

static void a_mask_is_spelt_as_linux_does(void)
{
	EXPECT_STR(gfp_text(0), "none");
	EXPECT_STR(gfp_text(SB_GFP_KERNEL), "GFP_KERNEL");
	EXPECT_STR(gfp_text(SB_GFP_ATOMIC), "GFP_ATOMIC");
	EXPECT_STR(gfp_text(SB_GFP_NOWAIT), "GFP_NOWAIT");
	EXPECT_STR(gfp_text(SB_GFP_DIRECT_RECLAIM | SB_GFP_HIGH),
		   "__GFP_DIRECT_RECLAIM|__GFP_HIGH");
	EXPECT_STR(gfp_text(SB_GFP_KERNEL | SB_GFP_DMA | SB_GFP_ZERO | SB_GFP_COMP),
		   "GFP_KERNEL|GFP_DMA|__GFP_ZERO|__GFP_COMP");
}

static void as_many_stacks_as_fit_are_kept(void)
{
	struct sb_stack stack;
	struct sb_owner owner;
	unsigned long pfn;
	int i, known = 0;

	boot();
	for (i = 0; i < 10000; i++) {
		pfn = alloc_as(i, 0);
		sb_owner_find(&f.inst, pfn, &owner, &stack, NULL);
		EXPECT(!stack.nr || stack.entry[1] == 0x2000ul + (unsigned long)i);
		known += stack.nr == 2;
		free_as(1, pfn, 0);
	}
	EXPECT(known > 3500 && known <= 4096);
	end();
}

UNIT_MAIN(UNIT_CASE(who_allocated_and_who_freed_is_known),
	  UNIT_CASE(the_last_of_all_blocks_that_had_a_page_is_told),
	  UNIT_CASE(a_large_block_outdates_small_ones_that_were_there),
	  UNIT_CASE(what_was_in_use_before_has_no_owner),
	  UNIT_CASE(owners_are_kept_by_memory_block), UNIT_CASE(pages_outside_have_none),
	  UNIT_CASE(pieces_of_a_split_block_belong_to_its_owner),
	  UNIT_CASE(an_exact_buffer_s_rest_is_free), UNIT_CASE(the_text_is_that_of_linux_6_12),
	  UNIT_CASE(page_owner_sort_finds_its_fields),
	  UNIT_CASE(the_text_can_be_left_for_page_owner_sort),
	  UNIT_CASE(a_mask_is_spelt_as_linux_does), UNIT_CASE(as_many_stacks_as_fit_are_kept))
