// SPDX-License-Identifier: GPL-2.0-only
#include <linux/minmax.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>

#include "window.h"

void sbuddy_window_set(struct sb_config *cfg, u64 start, u64 end)
{
	u64 step = max(cfg->section_bytes, sb_section_block_bytes(cfg));

	if (!cfg->section_bytes || cfg->window_bytes)
		return;
	/* That it is a power of two is checked with the whole configuration. */
	cfg->window_base = start & ~(step - 1);
	cfg->window_bytes = ((end + step - 1) & ~(step - 1)) - cfg->window_base;
}

void sbuddy_window_set_ram(struct sb_config *cfg)
{
	unsigned long start = ULONG_MAX, end = 0;
	int nid;

	for (nid = first_online_node; nid < MAX_NUMNODES; nid = next_online_node(nid)) {
		const struct pglist_data *node = NODE_DATA(nid);

		if (!node->node_spanned_pages)
			continue;
		start = min(start, node->node_start_pfn);
		end = max(end, node->node_start_pfn + node->node_spanned_pages);
	}
	sbuddy_window_set(cfg, sb_pfn_addr(start), sb_pfn_addr(end));
}
