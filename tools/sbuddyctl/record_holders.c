// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a sample has of who has memory: the files clients, buffers and page_owner.
 */
#include "ctl.h"
#include "layout.h"
#include "record.h"

#define MAX_COLUMNS 32
#define MAX_CLIENTS 256
#define MAX_GROUPS 256
#define MAX_OWNERS 256
#define MOST_OWNED (16u << 20) /* bytes of page_owner that are read */

/* What seq_escape() made of a name, "\040" for a blank, back again. */
static char *unescape(char *text)
{
	char *from, *to = text;
	unsigned int byte;

	for (from = text; *from; to++) {
		if (*from == '\\' && sscanf(from, "\\%3o", &byte) == 1 && byte && byte < 256) {
			*to = (char)byte;
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
	return text;
}

/* The words of a line, up to MAX_COLUMNS; their number. */
static unsigned int split(char *line, char **words)
{
	static const char between[] = "\n ";
	unsigned int nr = 0;
	char *word, *rest;

	for (word = strtok_r(line, between, &rest); word && nr < MAX_COLUMNS;
	     word = strtok_r(NULL, between, &rest))
		words[nr++] = word;
	return nr;
}

/* By the names that the file itself gives its columns: figures, but for the process's name. */
static void tell_client(char **names, char **words, unsigned int nr)
{
	unsigned int i;

	json_open(NULL, '{');
	for (i = 0; i < nr; i++) {
		if (!strcmp(names[i], "comm"))
			json_text(names[i], unescape(words[i]));
		else
			json_signed(names[i], strtoll(words[i], NULL, 10));
	}
	json_close('}');
}

static bool is_own(char **names, char **words, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (!strcmp(names[i], "pid"))
			return strtol(words[i], NULL, 10) == getpid();
	return false;
}

/* The recorder itself has no buffers, and is nobody's concern. */
void record_clients(const struct sbuddy_info *info)
{
	FILE *file = open_debugfs(info->name, "clients");
	char head[512], line[512], *names[MAX_COLUMNS], *words[MAX_COLUMNS];
	unsigned int columns, nr = 0;

	if (!file)
		return;
	json_open("clients", '[');
	columns = fgets(head, sizeof(head), file) ? split(head, names) : 0;
	while (columns && nr < MAX_CLIENTS && fgets(line, sizeof(line), file)) {
		if (split(line, words) != columns || is_own(names, words, columns))
			continue;
		tell_client(names, words, columns);
		nr++;
	}
	json_close(']');
	fclose(file);
}

/* Buffers of one client and one name. */
struct group {
	unsigned int id;
	char name[SBUDDY_NAME_LEN];
	uint64_t buffers;
	uint64_t bytes;
};

/* Those for which there is no place count as without a name. */
static struct group *group_of(struct group *groups, unsigned int *nr, unsigned int id,
			      const char *name)
{
	unsigned int i;

	for (i = 0; i < *nr; i++)
		if (groups[i].id == id && !strcmp(groups[i].name, name))
			return &groups[i];
	if (*nr == MAX_GROUPS)
		return &groups[MAX_GROUPS - 1];
	groups[i].id = id;
	snprintf(groups[i].name, sizeof(groups[i].name), "%s", name);
	groups[i].buffers = 0;
	groups[i].bytes = 0;
	*nr += 1;
	return &groups[i];
}

static unsigned int read_groups(FILE *file, struct group *groups)
{
	char line[512];
	unsigned int id, nr = 0;
	struct group *group;
	uint64_t bytes;
	int name;

	while (fgets(line, sizeof(line), file)) {
		name = 0;
		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "%u %*s %*s %" SCNu64 " %*s %*s %*s %*s %*s %*s%n", &id, &bytes,
			   &name) != 2)
			continue;
		group = group_of(groups, &nr, id, name && line[name] ? line + name + 1 : "");
		group->buffers++;
		group->bytes += bytes;
	}
	return nr;
}

void record_buffers(const struct sbuddy_info *info)
{
	FILE *file = open_debugfs(info->name, "buffers");
	static struct group groups[MAX_GROUPS];
	unsigned int i, nr;

	if (!file)
		return;
	nr = read_groups(file, groups);
	fclose(file);
	json_open("buffers", '[');
	for (i = 0; i < nr; i++) {
		json_open(NULL, '{');
		json_number("id", groups[i].id);
		json_text("name", groups[i].name);
		json_number("buffers", groups[i].buffers);
		json_number("bytes", groups[i].bytes);
		json_close('}');
	}
	json_close(']');
}

/* Names of owners, and the text of runs "PAGE.ORDER.OWNER" that refers to them. */
struct owners {
	char names[MAX_OWNERS][64];
	unsigned int nr;
	char *runs;
	size_t size;
};

static unsigned int owner_of(struct owners *owners, const char *comm, int pid)
{
	char name[64];
	unsigned int i;

	snprintf(name, sizeof(name), "%s [%d]", comm, pid);
	for (i = 0; i < owners->nr; i++)
		if (!strcmp(owners->names[i], name))
			return i;
	if (owners->nr == MAX_OWNERS)
		return MAX_OWNERS - 1;
	strcpy(owners->names[owners->nr], name);
	return owners->nr++;
}

/* A process may have brackets in its name, so the last ones count. */
static bool parse_owner(char *line, unsigned int *order, int *pid, char *comm)
{
	char *end = strstr(line, "), ts "), *start, *at;

	for (at = end ? strstr(end + 1, "), ts ") : NULL; at; at = strstr(at + 1, "), ts "))
		end = at;
	start = strstr(line, "tgid ");
	start = start ? strchr(start, '(') : NULL;
	at = strstr(line, "), pid ");
	if (!end || !start || !at || start > end ||
	    sscanf(line, "Page allocated via order %u", order) != 1 ||
	    sscanf(at, "), pid %d", pid) != 1)
		return false;
	*end = '\0';
	snprintf(comm, 32, "%s", start + 1);
	return true;
}

static void read_owners(FILE *file, uint64_t base_pfn, struct owners *owners)
{
	FILE *runs = open_memstream(&owners->runs, &owners->size);
	unsigned int order = 0, owner = 0;
	uint64_t pfn, bytes = 0;
	char line[1024], comm[32];
	bool known = false;
	int pid;

	while (runs && bytes < MOST_OWNED && fgets(line, sizeof(line), file)) {
		bytes += strlen(line);
		if (parse_owner(line, &order, &pid, comm)) {
			owner = owner_of(owners, comm, pid);
			known = true;
		} else if (known && sscanf(line, "PFN 0x%" SCNx64, &pfn) == 1) {
			fprintf(runs, "%s%" PRIu64 ".%u.%u", ftell(runs) ? " " : "", pfn - base_pfn,
				order, owner);
			known = false;
		}
	}
	if (runs && fclose(runs))
		die("no memory for the owners of pages");
}

/* Only while the debug mode owner keeps them, and when they are not what they were. */
void record_owners(const struct sbuddy_info *info, struct record_seen *seen)
{
	FILE *file = open_debugfs(info->name, "page_owner");
	static struct owners owners;
	unsigned int i;

	if (!file)
		return;
	owners.nr = 0;
	read_owners(file, record_tunable(info, "pagemap_base_pfn"), &owners);
	fclose(file);
	if (!owners.runs || !strcmp(seen->owners ? seen->owners : "", owners.runs)) {
		free(owners.runs);
		owners.runs = NULL;
		return;
	}
	free(seen->owners);
	seen->owners = owners.runs;
	owners.runs = NULL;
	json_open("owners", '{');
	json_open("names", '[');
	for (i = 0; i < owners.nr; i++)
		json_text(NULL, owners.names[i]);
	json_close(']');
	json_text("runs", seen->owners);
	json_close('}');
}
