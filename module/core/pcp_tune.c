// SPDX-License-Identifier: GPL-2.0-only
#include "pcp_tune.h"

/* Batches are doubled no more often: CONFIG_PCP_BATCH_SCALE_MAX. */
#define SCALE_MAX 5

static unsigned long nr_freed(const struct sb_pcp *pcp)
{
	unsigned long nr = 0;
	unsigned int which;

	for (which = 0; which < SB_PCP_LISTS; which++)
		nr += sb_pcp_list_freed(&pcp->list[which]);
	return nr;
}

static unsigned long nr_taken(const struct sb_pcp *pcp)
{
	unsigned long nr = 0;
	unsigned int which;

	for (which = 0; which < SB_PCP_LISTS; which++)
		nr += READ_ONCE(pcp->list[which].nr_taken);
	return nr;
}

static bool is_small(unsigned int which)
{
	return which >= SB_PCPTYPES && which < SB_PCP_HUGE;
}

/*
 * A row that a free by the front leaves is one of less than a batch, if it is a small block's
 * and nothing is too much.
 */
static unsigned int most_in_a_row(const struct sb_instance *inst, unsigned int which)
{
	unsigned int batch = inst->cfg.pcp_batch;
	unsigned int nr_pages = 1u << sb_pcp_list_order(inst, which);

	if (!inst->rules->pcp_tunes)
		return ~0u;
	if (!is_small(which))
		return batch << SCALE_MAX;
	return batch > nr_pages ? batch - nr_pages : 0;
}

void sb_pcp_tune_init(const struct sb_instance *inst, struct sb_pcp *pcp)
{
	unsigned int which;

	pcp->nr_others = ~0ul;
	for (which = 0; which < SB_PCP_LISTS; which++) {
		pcp->list[which].in_a_row = &pcp->in_a_row;
		pcp->list[which].most_in_a_row = most_in_a_row(inst, which);
	}
}

/* Halves a factor once for each event until @now. */
static void halve(unsigned int *factor, unsigned long *until, unsigned long now)
{
	unsigned long nr = now - *until;

	*factor = nr < 32 ? *factor >> nr : 0;
	*until = now;
}

static unsigned int clamp_to(unsigned int value, unsigned int low, unsigned int high)
{
	return min(max(value, low), high);
}

unsigned int sb_pcp_tune_batch(struct sb_pcp *pcp, const struct sb_zone *zone, unsigned int order)
{
	const struct sb_config *cfg = &zone->inst->cfg;
	unsigned int most = sb_pcp_high_max(cfg), batch = cfg->pcp_batch, room;
	unsigned int full = sb_pcp_pages(zone->inst, pcp) + batch;

	halve(&pcp->alloc_factor, &pcp->nr_freed, nr_freed(pcp));
	pcp->high = clamp_to(pcp->high, cfg->pcp_high, most);
	if (!order)
		batch <<= pcp->alloc_factor;
	if (cfg->pcp_high != most && !zone->below_high)
		pcp->high = min(pcp->high + batch, most);
	if (order)
		return batch;
	room = max(pcp->high > full ? pcp->high - full : 0, cfg->pcp_batch);
	if (batch <= room && pcp->alloc_factor < SCALE_MAX)
		pcp->alloc_factor++;
	return min(batch, room);
}

unsigned int sb_pcp_tune_overflow(struct sb_pcp *pcp, const struct sb_zone *zone, unsigned int high,
				  bool is_row)
{
	const struct sb_config *cfg = &zone->inst->cfg;
	unsigned int batch = cfg->pcp_batch, most;

	if (is_row)
		return zone->inst->rules->pcp_tunes ? batch << SCALE_MAX : ~0u;
	if (high < batch)
		return 1;
	most = max(high - batch, batch);
	if (zone->inst->rules->pcp_tunes)
		return min(max(pcp->in_a_row, batch), most);
	halve(&pcp->free_factor, &pcp->nr_taken, nr_taken(pcp));
	batch <<= pcp->free_factor;
	if (batch < most && pcp->free_factor < SCALE_MAX)
		pcp->free_factor++;
	return min(max(batch, cfg->pcp_batch), most);
}

unsigned int sb_pcp_tune_high(struct sb_pcp *pcp, const struct sb_zone *zone, bool is_row)
{
	const struct sb_config *cfg = &zone->inst->cfg;
	unsigned int most = sb_pcp_high_max(cfg), batch = cfg->pcp_batch;
	unsigned int high = clamp_to(pcp->high, cfg->pcp_high, most), down, up;

	pcp->high = high;
	if (is_row) {
		down = batch << SCALE_MAX;
		pcp->high = max(high > down ? high - down : 0, cfg->pcp_high);
		return 0;
	}
	if (cfg->pcp_high == most)
		return high;
	if (zone->below_high) {
		down = max(pcp->in_a_row, batch);
		pcp->high = max(high > down ? high - down : 0, cfg->pcp_high);
		return max(sb_pcp_pages(zone->inst, pcp), cfg->pcp_high);
	}
	up = pcp->in_a_row + batch;
	if (sb_pcp_pages(zone->inst, pcp) >= high && high < up)
		pcp->high = clamp_to(up, cfg->pcp_high, most);
	return high;
}

/* Blocks ever freed but those of order 1 to 3. */
static unsigned long nr_others(const struct sb_pcp *pcp)
{
	unsigned long nr = 0;
	unsigned int which;

	for (which = 0; which < SB_PCP_LISTS; which++)
		if (!is_small(which))
			nr += sb_pcp_list_freed(&pcp->list[which]);
	return nr;
}

/*
 * But beside a surplus, where rows do not matter, the front leaves no row of a batch with a
 * small block. So where there is one, the free before this was of a small block only if that
 * was looked at, and nothing else came since.
 */
static bool is_row_of_small(struct sb_pcp *pcp, const struct sb_config *cfg)
{
	unsigned long nr = nr_others(pcp);
	bool after_small = pcp->nr_others == nr;

	pcp->nr_others = nr;
	return after_small && pcp->in_a_row >= cfg->pcp_batch;
}

void sb_pcp_tune_counted(struct sb_pcp *pcp, const struct sb_zone *zone, unsigned int which)
{
	const struct sb_config *cfg = &zone->inst->cfg;

	if (pcp->in_a_row < cfg->pcp_batch << SCALE_MAX)
		pcp->in_a_row += 1u << sb_pcp_list_order(zone->inst, which);
}

bool sb_pcp_tune_freed(struct sb_pcp *pcp, const struct sb_zone *zone, unsigned int which)
{
	const struct sb_config *cfg = &zone->inst->cfg;
	bool is_row;

	if (!zone->inst->rules->pcp_tunes) {
		halve(&pcp->free_factor, &pcp->nr_taken, nr_taken(pcp));
		return is_small(which) && pcp->free_factor;
	}
	is_row = is_small(which) && is_row_of_small(pcp, cfg);
	sb_pcp_tune_counted(pcp, zone, which);
	return is_row;
}

static unsigned int granted_of(const struct sb_pcp_list *list, unsigned int nr_lists)
{
	unsigned int nr = 0;

	for (; nr_lists--; list++)
		nr += max(list->nr, READ_ONCE(list->limit)) + list->nr_missing;
	return nr;
}

/* Pages that the lists hold, or may without a look, and that requests are to fetch. */
static unsigned int granted(const struct sb_zone *zone, const struct sb_pcp *pcp)
{
	unsigned int order = SB_PCP_ORDERS, nr_pages = 0;

	while (order--)
		nr_pages = nr_pages * 2 + granted_of(&pcp->list[order * SB_PCPTYPES], SB_PCPTYPES);
	return nr_pages + (granted_of(&pcp->list[SB_PCP_HUGE], SB_PCP_LISTS - SB_PCP_HUGE)
			   << zone->inst->cfg.pcp_huge_order);
}

static void revoke(struct sb_pcp *pcp)
{
	unsigned int which;

	for (which = 0; which < SB_PCP_LISTS; which++)
		WRITE_ONCE(pcp->list[which].limit, 0);
}

void sb_pcp_tune_revoke(struct sb_pcp *pcp)
{
	if (!pcp->granted)
		return;
	pcp->granted = false;
	revoke(pcp);
}

void sb_pcp_tune_below_high(struct sb_zone *zone)
{
	unsigned int cpu;

	WRITE_ONCE(zone->below_high, true);
	for (cpu = 0; zone->pcp && cpu < zone->inst->cfg.nr_cpus; cpu++)
		revoke(&zone->pcp[cpu]);
}

static unsigned int high_of(const struct sb_zone *zone, const struct sb_pcp *pcp)
{
	return zone->inst->rules->pcp_tunes ? pcp->high : zone->inst->cfg.pcp_high;
}

void sb_pcp_tune_refilled(struct sb_pcp *pcp, const struct sb_zone *zone, unsigned int nr_pages)
{
	if (pcp->granted && granted(zone, pcp) + nr_pages >= high_of(zone, pcp))
		sb_pcp_tune_revoke(pcp);
}

/* Some free may have to be looked at for something else than an overflow. */
static bool has_to_look(const struct sb_pcp *pcp, const struct sb_zone *zone, unsigned int which)
{
	const struct sb_config *cfg = &zone->inst->cfg;

	if (!zone->inst->rules->pcp_tunes)
		return is_small(which) && pcp->free_factor;
	/* Each then makes the lists shorter. */
	return zone->below_high && cfg->pcp_high < sb_pcp_high_max(cfg);
}

/* What was to come to lists takes the room of what comes by frees now. */
static void cancel_missing(struct sb_pcp *pcp)
{
	unsigned int which;

	for (which = 0; which < SB_PCP_LISTS; which++)
		pcp->list[which].nr_missing = 0;
}

/* All room goes to the list that asks, or half of it if others had it, who will ask again. */
void sb_pcp_tune_grant(struct sb_pcp *pcp, const struct sb_zone *zone, unsigned int which)
{
	unsigned int order = sb_pcp_list_order(zone->inst, which), nr_pages, part = 1;
	unsigned int high = high_of(zone, pcp);
	struct sb_pcp_list *list = &pcp->list[which];

	WRITE_ONCE(list->limit, 0);
	nr_pages = granted(zone, pcp);
	if (nr_pages + (1u << order) >= high) {
		cancel_missing(pcp);
		sb_pcp_tune_revoke(pcp);
		nr_pages = sb_pcp_pages(zone->inst, pcp);
		part = 2;
	}
	/* An overflow may have left more than that. */
	if (nr_pages >= high || has_to_look(pcp, zone, which))
		return;
	pcp->granted = true;
	WRITE_ONCE(list->limit, list->nr + (((high - nr_pages - 1) >> order) + part - 1) / part);
}
