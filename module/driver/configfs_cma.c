// SPDX-License-Identifier: GPL-2.0-only
/* The file cma: a line for each area, NAME SIZE[@BASE] [NID]. */
#include <linux/slab.h>
#include <linux/string.h>

#include "configfs_item.h"
#include "device.h"
#include "range.h"

/* Longest line that the log repeats. */
#define SHOWN_LEN 80

/* Words and numbers of a line, which is cut into them. */
static int parse_area(char *line, struct sb_cma_config *area)
{
	char *name = strsep(&line, " \t"), *size, *base, *nid;

	line = line ? skip_spaces(line) : NULL;
	base = strsep(&line, " \t");
	nid = line ? skip_spaces(line) : NULL;
	size = strsep(&base, "@");
	if (!size || !sbuddy_device_name_ok(name) || sbuddy_range_bytes(size, &area->size) ||
	    !area->size)
		return -EINVAL;
	area->nid = SB_NID_ANY;
	if (base && (nid || sbuddy_range_bytes(base, &area->base) || !area->base))
		return -EINVAL;
	if (nid && (kstrtoint(nid, 10, &area->nid) || area->nid < 0 || area->nid >= SB_MAX_NODES))
		return -EINVAL;
	strscpy(area->name, name, sizeof(area->name));
	return 0;
}

/* Returns how many there are. */
static int parse_areas(const struct sbuddy_item *item, char *text, struct sb_cma_config *areas)
{
	char shown[SHOWN_LEN];
	char *line;
	int nr = 0;

	while ((line = strsep(&text, "\n"))) {
		line = strim(line);
		if (!*line)
			continue;
		if (nr == SB_MAX_CMA) {
			pr_err("%s: cma has more than %d lines\n", item->cfg.name, SB_MAX_CMA);
			return -EINVAL;
		}
		strscpy(shown, line, sizeof(shown));
		if (parse_area(line, &areas[nr++])) {
			pr_err("%s: cma has \"%s\", but must have lines of NAME SIZE[@BASE] or NAME SIZE NID, numbers with K, M, G or T, NID 0 to %d\n",
			       item->cfg.name, shown, SB_MAX_NODES - 1);
			return -EINVAL;
		}
	}
	return nr;
}

ssize_t sbuddy_cma_store(struct config_item *config_item, const char *page, size_t count)
{
	struct sbuddy_item *item = to_sbuddy_item(config_item);
	struct sb_cma_config areas[SB_MAX_CMA] = {};
	char *text;
	int nr, err;

	/* A page is as much as configfs takes at a time: what follows would come anew. */
	if (count >= PAGE_SIZE - 1) {
		pr_err("%s: cma is longer than %lu characters\n", item->cfg.name, PAGE_SIZE - 2);
		return -EINVAL;
	}
	text = kstrdup(page, GFP_KERNEL);
	nr = text ? parse_areas(item, text, areas) : -ENOMEM;
	kfree(text);
	if (nr < 0)
		return nr;
	err = sbuddy_item_begin_change(item, "cma");
	if (err)
		return err;
	memcpy(item->cfg.cma, areas, sizeof(areas));
	item->cfg.nr_cma = nr;
	mutex_unlock(&item->lock);
	return count;
}

ssize_t sbuddy_cma_show(struct config_item *config_item, char *page)
{
	struct sbuddy_item *item = to_sbuddy_item(config_item);
	unsigned int i;
	int used = 0;

	mutex_lock(&item->lock);
	for (i = 0; i < item->cfg.nr_cma; i++) {
		const struct sb_cma_config *area = &item->cfg.cma[i];
		struct sb_bank range = { .base = area->base, .size = area->size, .nid = area->nid };

		used += scnprintf(page + used, PAGE_SIZE - used, "%s ", area->name);
		used = sbuddy_range_print(page, used, &range, false, area->nid != SB_NID_ANY);
		/* Over the line's end. */
		if (area->base)
			used += scnprintf(page + used - 1, PAGE_SIZE - used + 1, "@%#llx\n",
					  area->base) -
				1;
	}
	mutex_unlock(&item->lock);
	return used;
}
