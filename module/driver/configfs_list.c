// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>

#include "configfs_item.h"

static const struct {
	const char *name;
	u32 flag;
} flag_names[] = {
	{ "hotplug", SB_REGION_HOTPLUG },
	{ "mirror", SB_REGION_MIRROR },
	{ "nomap", SB_REGION_NOMAP },
};

int sbuddy_parse_bytes(const char *text, u64 *value)
{
	static const char suffixes[] = "KMGT";
	char digits[24];
	ssize_t len = strscpy(digits, text, sizeof(digits));
	const char *suffix = NULL;
	unsigned int shift = 0;
	u64 number;

	if (len < 1)
		return -EINVAL;
	suffix = strchr(suffixes, digits[len - 1] & ~0x20);
	if (suffix && *suffix) {
		shift = (suffix - suffixes + 1) * 10;
		digits[len - 1] = '\0';
	}
	if (kstrtou64(digits, 0, &number) || number > U64_MAX >> shift)
		return -EINVAL;
	*value = number << shift;
	return 0;
}

static int parse_word(const char *word, struct sb_bank *bank, bool *has_node)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flag_names); i++)
		if (!strcmp(word, flag_names[i].name)) {
			bank->flags |= flag_names[i].flag;
			return 0;
		}
	if (*has_node || bank->flags || kstrtoint(word, 10, &bank->nid))
		return -EINVAL;
	*has_node = true;
	return bank->nid >= 0 && bank->nid < SB_MAX_NODES ? 0 : -EINVAL;
}

/* The next word that is not empty, or NULL. */
static char *next_word(char **line)
{
	char *word;

	do {
		word = strsep(line, " \t");
	} while (word && !*word);
	return word;
}

static int parse_line(char *line, struct sb_bank *bank, bool base, bool node)
{
	bool has_node = false;
	char *word;

	memset(bank, 0, sizeof(*bank));
	if (base) {
		word = next_word(&line);
		if (!word || sbuddy_parse_bytes(word, &bank->base))
			return -EINVAL;
	}
	word = next_word(&line);
	if (!word || sbuddy_parse_bytes(word, &bank->size))
		return -EINVAL;
	while ((word = next_word(&line)))
		if (!node || parse_word(word, bank, &has_node))
			return -EINVAL;
	/* A sandbox's memory is like any other of the kernel's. */
	if (!base && bank->flags)
		return -EINVAL;
	return bank->size && bank->base <= U64_MAX - bank->size ? 0 : -EINVAL;
}

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
		if (parse_line(line, &banks[nr++], base, node)) {
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

int sbuddy_list_print(char *page, int used, const struct sb_bank *bank, bool base, bool node)
{
	static const char suffixes[] = { 0, 'K', 'M', 'G' };
	u64 size = bank->size;
	size_t unit = 0, i;

	while (unit + 1 < ARRAY_SIZE(suffixes) && !(size & 1023)) {
		size >>= 10;
		unit++;
	}
	if (base)
		used += scnprintf(page + used, PAGE_SIZE - used, "%#llx ", bank->base);
	used += scnprintf(page + used, PAGE_SIZE - used, "%llu", size);
	if (unit)
		used += scnprintf(page + used, PAGE_SIZE - used, "%c", suffixes[unit]);
	if (node)
		used += scnprintf(page + used, PAGE_SIZE - used, " %d", bank->nid);
	for (i = 0; i < ARRAY_SIZE(flag_names); i++)
		if (bank->flags & flag_names[i].flag)
			used += scnprintf(page + used, PAGE_SIZE - used, " %s", flag_names[i].name);
	return used + scnprintf(page + used, PAGE_SIZE - used, "\n");
}
