// SPDX-License-Identifier: GPL-2.0-only
/*
 * Texts that the driver takes: lines of configfs, and words written to debugfs. The
 * first byte says to which file it goes. What is taken is printed again and must read
 * the same; what core does for it is done, on an instance of 1 MiB.
 */
#include "kernel.h"

#include "compactor.h"
#include "configfs_item.h"
#include "debugfs.h"
#include "explain_show.h"
#include "fixture.h"
#include "fuzz.h"
#include "modes.h"
#include "range.h"
#include "tunable.h"

static struct sbuddy_device dev;
static struct sbuddy_item item;

int sbuddy_item_begin_change(struct sbuddy_item *changed, const char *attr)
{
	(void)attr;
	mutex_lock(&changed->lock);
	return 0;
}

int sbuddy_debugfs_show(struct seq_file *seq, void (*print)(struct sb_out *, struct sb_instance *))
{
	static char text[1 << 16];
	struct sb_out out = { .text = text, .size = sizeof(text) };

	print(&out, &((struct sbuddy_device *)seq->private)->inst);
	return 0;
}

int sbuddy_compact(struct sbuddy_device *asked, struct sbuddy_compaction *c)
{
	FUZZ_EXPECT(asked == &dev && c->nid >= SB_NID_ANY && c->nid < SB_MAX_NODES);
	return 0;
}

bool sbuddy_compact_last(struct sbuddy_device *asked, struct sbuddy_compaction *c)
{
	return false;
}

int sbuddy_compact_plan(struct sbuddy_device *asked, int nid, struct sb_compact_plan *plan)
{
	return -ENODEV;
}

/* What was taken is in range, and reads the same when it is printed. */
static void expect_banks(const struct sb_bank *banks, unsigned int nr, bool base, bool node)
{
	unsigned int i;

	FUZZ_EXPECT(nr <= SB_MAX_BANKS);
	for (i = 0; i < nr; i++) {
		char page[PAGE_SIZE];
		struct sb_bank again;
		int used = sbuddy_range_print(page, 0, &banks[i], base, node);

		FUZZ_EXPECT(banks[i].size && banks[i].base + banks[i].size - 1 >= banks[i].base);
		FUZZ_EXPECT(banks[i].nid >= 0 && banks[i].nid < SB_MAX_NODES);
		FUZZ_EXPECT(used > 1 && page[used - 1] == '\n');
		page[used - 1] = '\0';
		FUZZ_EXPECT(!sbuddy_range_parse(page, &again, base, node));
		FUZZ_EXPECT(!memcmp(&again, &banks[i], sizeof(again)));
	}
}

static void list(const char *text, size_t size, const char *attr, enum sbuddy_kind kind)
{
	bool memory = !strcmp(attr, "memory");
	struct sb_bank banks[SB_MAX_BANKS];
	unsigned int nr = 0;
	ssize_t ret;

	item.kind = kind;
	ret = sbuddy_list_store(&item, attr, text, size, banks, &nr);
	FUZZ_EXPECT(ret == (ssize_t)size || ret == -EINVAL);
	expect_banks(banks, nr, !memory || kind == SBUDDY_DRY, memory);
}

static void memory_of_dry(const char *text, size_t size)
{
	list(text, size, "memory", SBUDDY_DRY);
}

static void memory_of_sandbox(const char *text, size_t size)
{
	list(text, size, "memory", SBUDDY_SANDBOX);
}

static void reserved(const char *text, size_t size)
{
	list(text, size, "reserved", SBUDDY_DRY);
}

/* What the file shows is taken when it is written back. */
static void cma(const char *text, size_t size)
{
	char page[PAGE_SIZE], again[PAGE_SIZE];
	ssize_t ret = sbuddy_cma_store(&item.item, text, size);

	FUZZ_EXPECT(ret == (ssize_t)size || ret == -EINVAL);
	FUZZ_EXPECT(item.cfg.nr_cma <= SB_MAX_CMA);
	ret = sbuddy_cma_show(&item.item, page);
	FUZZ_EXPECT(ret >= 0 && ret < (ssize_t)sizeof(page));
	page[ret] = '\0';
	FUZZ_EXPECT(sbuddy_cma_store(&item.item, page, (size_t)ret) == ret);
	FUZZ_EXPECT(sbuddy_cma_show(&item.item, again) == ret && !memcmp(page, again, (size_t)ret));
}

/* A value of each tunable, by the text's first byte. */
static void tunable(const char *text, size_t size)
{
	const struct sbuddy_tunable *t;
	char buf[SBUDDY_TUNABLE_LEN];
	struct sb_config cfg;
	u64 value, again;

	if (!size)
		return;
	t = &sbuddy_tunables[(unsigned char)text[0] % sbuddy_nr_tunables];
	FUZZ_EXPECT(sbuddy_tunable_find(t->name) == t);
	FUZZ_EXPECT(strlen(sbuddy_tunable_range(t, buf)) < SBUDDY_TUNABLE_LEN);
	if (sbuddy_tunable_parse(t, text + 1, &value))
		return;
	sb_config_defaults(&cfg);
	sbuddy_tunable_set(t, &cfg, value);
	FUZZ_EXPECT(sbuddy_tunable_get(t, &cfg) == value);
	FUZZ_EXPECT(!sbuddy_tunable_parse(t, sbuddy_tunable_text(t, value, buf), &again));
	FUZZ_EXPECT(again == value);
}

static void debugfs(const struct file_operations *fops, const char *text, size_t size)
{
	struct inode inode = { .i_private = &dev };
	struct seq_file seq = { .private = &dev };
	struct file file = { .private_data = &seq };
	static char answer[SB_EXPLAIN_TEXT_MAX];
	loff_t pos = 0;
	ssize_t ret;

	FUZZ_EXPECT(!fops->open(&inode, &file));
	ret = fops->write(&file, text, size, &pos);
	FUZZ_EXPECT(ret == (ssize_t)size || ret < 0);
	if (fops->read)
		FUZZ_EXPECT(fops->read(&file, answer, sizeof(answer), &pos) >= 0);
	if (fops->release)
		fops->release(&inode, &file);
}

static void tunables(const char *text, size_t size)
{
	debugfs(&sbuddy_tunables_fops, text, size);
}

static void compact(const char *text, size_t size)
{
	debugfs(&sbuddy_compact_fops, text, size);
}

static void explain(const char *text, size_t size)
{
	debugfs(&sbuddy_explain_fops, text, size);
}

/* Takes its own copy apart, and switches modes for true. */
static void modes(const char *text, size_t size)
{
	char *words = fuzz_text((const uint8_t *)text, size);
	char off[] = "-poison -guard -owner -quarantine";

	sbuddy_modes_write(&dev, words);
	free(words);
	CHECK(&dev.fixture);
	FUZZ_EXPECT(!sbuddy_modes_write(&dev, off));
}

static void (*const takers[])(const char *text, size_t size) = {
	memory_of_dry, memory_of_sandbox, reserved, cma, tunable, tunables, compact, explain, modes,
};

void unit_fail(const char *file, int line, const char *fmt, ...)
{
	fprintf(stderr, "%s:%d: %s\n", file, line, fmt);
	abort();
}

static void boot(void)
{
	struct sb_config cfg = fixture_config(0x80000000ull, MiB);

	cfg.max_order = 6;
	cfg.pageblock_order = 5;
	memset(&item, 0, sizeof(item));
	memset(&dev, 0, sizeof(dev));
	fixture_boot(&dev.fixture, &cfg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (!size || size > PAGE_SIZE)
		return 0;
	boot();
	text = fuzz_text(data + 1, size - 1);
	takers[data[0] % ARRAY_SIZE(takers)](text, size - 1);
	free(text);
	FUZZ_EXPECT(!kernel_locks);
	fixture_drop(&dev.fixture);
	return 0;
}
