// SPDX-License-Identifier: GPL-2.0-only
#include "rules.h"

const struct sb_rules *sb_rules(enum sb_rules_version version)
{
	static const struct sb_rules table[SB_NR_RULES] = {
		[SB_RULES_6_12] = {
			.name = "6.12",
			.own_lists = true,
			.split_large = true,
			.claim_or_steal = true,
			.pcp_tunes = true,
			.highatomic_free = true,
			.movable_capped = true,
			.boost_spares_high = true,
		},
		[SB_RULES_6_1] = {
			.name = "6.1",
			.highatomic_small = true,
		},
	};

	return &table[version];
}
