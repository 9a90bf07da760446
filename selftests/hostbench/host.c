// SPDX-License-Identifier: GPL-2.0-only
#include <sys/mman.h>

#include "bench.h"
#include "check.h"
#include "pcp_drain.h"

#define BASE (2 * GiB)

u64 host_size_max(void)
{
	return ((u64)SB_PAGE_LINK_NONE << SB_PAGE_SHIFT) & ~(u64)(HOST_BLOCK - 1);
}

u64 host_arena_size(u64 size, unsigned int nr_cpus)
{
	u64 nr_pages = size >> SB_PAGE_SHIFT;
	u64 lists = SB_MAX_NODES * nr_cpus * (sizeof(struct sb_pcp) + 4096ull);

	return (nr_pages * sizeof(struct sb_page) + nr_pages / 64 + lists + MiB) &
	       ~(u64)(SB_PAGE_SIZE - 1);
}

bool host_create(struct host *host, u64 size, unsigned int nr_cpus)
{
	host->gap = 0;
	host->arena_size = host_arena_size(size, nr_cpus);
	host->arena_base = BASE + size - host->arena_size;
	host->arena = mmap(NULL, host->arena_size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return host->arena != MAP_FAILED;
}

void host_destroy(struct host *host)
{
	munmap(host->arena, host->arena_size);
}

static void *map(void *ctx, u64 base, u64 size)
{
	struct host *host = ctx;

	if (base < host->arena_base || base + size > host->arena_base + host->arena_size)
		return NULL;
	return host->arena + (base - host->arena_base);
}

static void unmap(void *ctx, void *mapped, u64 base, u64 size)
{
}

static void add_nodes(struct sb_config *cfg, u64 size, unsigned int nr_nodes)
{
	u64 each = (size / nr_nodes + HOST_BLOCK - 1) & ~(u64)(HOST_BLOCK - 1);
	u64 start = 0;
	int nid;

	for (nid = 0; nid < (int)nr_nodes; nid++, start += each) {
		struct sb_bank bank = {
			.base = BASE + start,
			.size = min(each, size - start),
			.nid = nid,
		};

		cfg->banks[cfg->nr_banks++] = bank;
	}
}

bool host_boot(struct host *host, u64 size, unsigned int nr_nodes, unsigned int nr_cpus,
	       enum sb_stage stage)
{
	struct sb_reach reach = { .map = map, .unmap = unmap, .ctx = host };
	struct sb_config cfg;
	int err;

	sb_config_defaults(&cfg);
	strcpy(cfg.name, "bench");
	cfg.min_free_kbytes = 0;
	cfg.watermark_scale_factor = 1;
	cfg.watermark_boost_factor = 0;
	memset(cfg.lowmem_reserve_ratio, 0, sizeof(cfg.lowmem_reserve_ratio));
	cfg.nr_cpus = nr_cpus;
	cfg.engine = host->engine;
	if (host->pageblock_order)
		cfg.pageblock_order = host->pageblock_order;
	sb_host_nr_cpus = nr_cpus;
	add_nodes(&cfg, size, nr_nodes);
	if (host->gap) {
		u64 metadata = HOST_BLOCK - host->gap;

		cfg.reserved[0].base = BASE + size - metadata - host->gap;
		cfg.reserved[0].size = host->gap;
		cfg.nr_reserved = 1;
	}
	err = sb_instance_init(&host->inst, &cfg, &reach);
	while (!err && host->inst.stage != stage)
		err = sb_instance_step(&host->inst);
	return !err;
}

unsigned long host_managed(const struct host *host)
{
	const struct sb_zone *zone = NULL;
	unsigned long nr_pages = 0;

	while ((zone = sb_instance_next_zone(&host->inst, zone)))
		nr_pages += zone->managed;
	return nr_pages;
}

bool host_is_whole(struct host *host)
{
	const struct sb_zone *zone = NULL;
	unsigned long nr_free = 0;

	sb_pcp_drain_all(&host->inst);
	while ((zone = sb_instance_next_zone(&host->inst, zone)))
		nr_free += zone->nr_free;
	return nr_free == host_managed(host) && !sb_check(&host->inst, NULL);
}
