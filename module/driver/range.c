// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kernel.h>
#include <linux/string.h>

#include "range.h"

static const struct {
	const char *name;
	u32 flag;
} flag_names[] = {
	{ "hotplug", SB_REGION_HOTPLUG },
	{ "mirror", SB_REGION_MIRROR },
	{ "nomap", SB_REGION_NOMAP },
};

int sbuddy_range_bytes(const char *text, u64 *value)
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

int sbuddy_range_parse(char *line, struct sb_bank *bank, bool base, bool node)
{
	bool has_node = false;
	char *word;

	memset(bank, 0, sizeof(*bank));
	if (base) {
		word = next_word(&line);
		if (!word || sbuddy_range_bytes(word, &bank->base))
			return -EINVAL;
	}
	word = next_word(&line);
	if (!word || sbuddy_range_bytes(word, &bank->size))
		return -EINVAL;
	while ((word = next_word(&line)))
		if (!node || parse_word(word, bank, &has_node))
			return -EINVAL;
	/* A sandbox's memory is like any other of the kernel's. */
	if (!base && bank->flags)
		return -EINVAL;
	return bank->size && bank->base <= U64_MAX - bank->size ? 0 : -EINVAL;
}

int sbuddy_range_print(char *page, int used, const struct sb_bank *bank, bool base, bool node)
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
