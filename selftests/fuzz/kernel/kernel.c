// SPDX-License-Identifier: GPL-2.0-only
#include "kernel.h"

#define NUMBER_LEN 80

static struct task_struct task = { 1, 1, "fuzz" };
struct task_struct *current = &task;
int kernel_locks;

void kernel_log(const char *fmt, ...)
{
	char text[2048];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
}

/* A prefix says the base, if it is 0. */
static const char *base_of(const char *text, unsigned int *base)
{
	bool hex = text[0] == '0' && tolower(text[1]) == 'x' && isxdigit((unsigned char)text[2]);

	if (!*base)
		*base = hex ? 16 : text[0] == '0' ? 8 : 10;
	return *base == 16 && text[0] == '0' && tolower(text[1]) == 'x' ? text + 2 : text;
}

int kstrtou64(const char *text, unsigned int base, u64 *value)
{
	char digits[NUMBER_LEN];
	const char *start;
	char *end;
	size_t len;

	start = base_of(text + (*text == '+'), &base);
	len = strcspn(start, "\n");
	if (!len || !isxdigit((unsigned char)*start) || (start[len] && start[len + 1]))
		return -EINVAL;
	if (len >= sizeof(digits))
		return -ERANGE;
	memcpy(digits, start, len);
	digits[len] = '\0';
	errno = 0;
	*value = strtoull(digits, &end, (int)base);
	if (*end || end == digits)
		return -EINVAL;
	return errno ? -ERANGE : 0;
}

int kstrtoul(const char *text, unsigned int base, unsigned long *value)
{
	u64 wide;
	int err = kstrtou64(text, base, &wide);

	if (!err && wide > ULONG_MAX)
		err = -ERANGE;
	if (!err)
		*value = (unsigned long)wide;
	return err;
}

int kstrtouint(const char *text, unsigned int base, unsigned int *value)
{
	u64 wide;
	int err = kstrtou64(text, base, &wide);

	if (!err && wide > UINT_MAX)
		err = -ERANGE;
	if (!err)
		*value = (unsigned int)wide;
	return err;
}

int kstrtoint(const char *text, unsigned int base, int *value)
{
	bool minus = *text == '-';
	u64 wide;
	int err = kstrtou64(text + minus, base, &wide);

	if (minus && text[1] == '+')
		err = -EINVAL;
	if (!err && wide > (u64)INT_MAX + minus)
		err = -ERANGE;
	if (!err)
		*value = minus ? (int)-(long long)wide : (int)wide;
	return err;
}

/* No overflow is told, as in the kernel. */
unsigned long long memparse(const char *text, char **end)
{
	static const char units[] = "KMGTPE";
	unsigned int base = 0;
	unsigned long long value = strtoull(base_of(text, &base), end, (int)base);
	const char *unit;

	if (!isxdigit((unsigned char)*text))
		*end = (char *)text;
	unit = **end ? strchr(units, toupper((unsigned char)**end)) : NULL;
	if (!unit)
		return value;
	++*end;
	return value << 10 * (unit - units + 1);
}

ssize_t strscpy(char *to, const char *from, size_t size)
{
	size_t len = strnlen(from, size);

	if (!size)
		return -E2BIG;
	memcpy(to, from, min(len, size - 1));
	to[min(len, size - 1)] = '\0';
	return len < size ? (ssize_t)len : -E2BIG;
}

int scnprintf(char *to, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(to, size, fmt, args);
	va_end(args);
	if ((size_t)len < size)
		return len;
	return size ? (int)size - 1 : 0;
}

char *skip_spaces(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return (char *)text;
}

char *strim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return skip_spaces(text);
}

char *strreplace(char *text, char old, char new)
{
	for (; *text; text++)
		if (*text == old)
			*text = new;
	return text;
}

const char *kbasename(const char *path)
{
	const char *last = strrchr(path, '/');

	return last ? last + 1 : path;
}

int match_string(const char *const *texts, size_t nr, const char *text)
{
	size_t i;

	for (i = 0; i < nr && texts[i]; i++)
		if (!strcmp(texts[i], text))
			return (int)i;
	return -EINVAL;
}

void *kernel_alloc(size_t size, bool zero)
{
	return zero ? calloc(1, size) : malloc(size);
}

char *kstrdup(const char *text, gfp_t gfp)
{
	(void)gfp;
	return strdup(text);
}

void seq_printf(struct seq_file *seq, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	(void)seq;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
}

void seq_puts(struct seq_file *seq, const char *text)
{
	(void)seq;
	(void)text;
}

ssize_t simple_read_from_buffer(void *to, size_t count, loff_t *pos, const void *from,
				size_t available)
{
	size_t at = (size_t)*pos, len;

	if (*pos < 0)
		return -EINVAL;
	if (at >= available)
		return 0;
	len = min(count, available - at);
	memcpy(to, (const char *)from + at, len);
	*pos += (loff_t)len;
	return (ssize_t)len;
}

bool sbuddy_device_name_ok(const char *name)
{
	size_t len = 0;

	while (isalnum((unsigned char)name[len]) || (name[len] && strchr("@._-", name[len])))
		len++;
	return len && !name[len] && len < SB_NAME_LEN && strcmp(name, ".") && strcmp(name, "..");
}

void sbuddy_quotas_set(struct sbuddy_device *dev)
{
	(void)dev;
}

void sbuddy_compactd_poke(struct sbuddy_device *dev)
{
	(void)dev;
}

unsigned int sb_host_pageblock_order(void)
{
	return 9;
}
