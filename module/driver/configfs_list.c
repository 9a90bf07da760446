// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>

#include "configfs_item.h"
#include "range.h"

static const char *wanted(bool base, bool node)
{
	if (!node)
		return "BASE SIZE";
	return base ? "BASE SIZE [NID] [hotplug] [mirror] [nomap]" : "SIZE [NID]";
}

static int parse_lines(const struct sbuddy_item *item, const char *attr, char *text,
		       struct sb_bank *banks)
{
	bool node = !strcmp(attr, "memory");
	bool base = !node || item->kind == SBUDDY_DRY;
	char shown[80];
	char *line;
	int nr = 0;

	while ((line = strsep(&text, "\n"))) {
		line = strim(line);
		if (!*line)
			continue;
		if (nr == SB_MAX_BANKS) {
			pr_err("%s: %s has more than %d lines\n", item->cfg.name, attr,
			       SB_MAX_BANKS);
			return -EINVAL;
		}
		/* Reading a line cuts it into words. */
		strscpy(shown, line, sizeof(shown));
		if (sbuddy_range_parse(line, &banks[nr++], base, node)) {
			pr_err("%s: %s has \"%s\", but must have lines of %s, numbers with K, M, G or T, NID 0 to %d\n",
			       item->cfg.name, attr, shown, wanted(base, node), SB_MAX_NODES - 1);
			return -EINVAL;
		}
	}
	return nr;
}

/* Returns how many there are. */
static int parse_page(const struct sbuddy_item *item, const char *attr, const char *page,
		      struct sb_bank *banks)
{
	char *text = kstrdup(page, GFP_KERNEL);
	int ret;

	if (!text)
		return -ENOMEM;
	ret = parse_lines(item, attr, text, banks);
	kfree(text);
	return ret;
}

ssize_t sbuddy_list_store(struct sbuddy_item *item, const char *attr, const char *page,
			  size_t count, struct sb_bank *banks, unsigned int *nr_banks)
{
	struct sb_bank *list;
	int nr;

	/* A page is as much as configfs takes at a time: what follows would come anew. */
	if (count >= PAGE_SIZE - 1) {
		pr_err("%s: %s is longer than %lu characters\n", item->cfg.name, attr,
		       PAGE_SIZE - 2);
		return -EINVAL;
	}
	nr = sbuddy_item_begin_change(item, attr);
	if (nr)
		return nr;
	nr = -ENOMEM;
	list = kcalloc(SB_MAX_BANKS, sizeof(*list), GFP_KERNEL);
	if (list)
		nr = parse_page(item, attr, page, list);
	if (nr >= 0) {
		memcpy(banks, list, nr * sizeof(*list));
		*nr_banks = nr;
	}
	mutex_unlock(&item->lock);
	kfree(list);
	return nr < 0 ? nr : count;
}
