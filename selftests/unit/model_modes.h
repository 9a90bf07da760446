/* SPDX-License-Identifier: GPL-2.0-only */
/* Debug modes that come and go, in an instance that is otherwise in order. */
#ifndef MODEL_MODES_H
#define MODEL_MODES_H

#include "debug.h"
#include "fixture.h"
#include "guard.h"
#include "owner.h"

/* Begins or ends to keep owners in *@owners, NULL while nobody does. */
static inline void model_switch_owner(struct fixture *f, void **owners)
{
	if (*owners) {
		EXPECT(sb_owner_detach(&f->inst) == *owners);
		free(*owners);
		*owners = NULL;
	} else {
		*owners = calloc(1, (size_t)sb_owner_size(&f->inst));
		EXPECT_EQ(sb_owner_attach(&f->inst, *owners), 0);
	}
}

/* Changes one of them: guards up to @max_guard, 0 for none. True for owners. */
static inline bool model_switch_mode(struct fixture *f, void **owners, unsigned int max_guard,
				     u64 *seed)
{
	unsigned int most = min(max_guard, sb_guard_order_max(&f->inst.cfg));
	unsigned int guard = (unsigned int)unit_below(seed, 1 + most);

	switch (unit_below(seed, 4)) {
	case 0:
		EXPECT_EQ(sb_debug_set_poison(&f->inst, !(f->inst.hooks & SB_HOOK_POISON)),
			  f->inst.cfg.init_on_free ? -EBUSY : 0);
		return false;
	case 1:
		EXPECT_EQ(sb_debug_set_guard(&f->inst, unit_below(seed, 2) ? guard : 0), 0);
		return false;
	case 2:
		EXPECT_EQ(sb_debug_set_quarantine(&f->inst, (unsigned int)unit_below(seed, 3) * 50),
			  0);
		return false;
	default:
		model_switch_owner(f, owners);
		return true;
	}
}

static inline void model_end_modes(struct fixture *f, void **owners)
{
	if (f->inst.hooks & SB_HOOK_POISON)
		sb_debug_set_poison(&f->inst, false);
	EXPECT_EQ(sb_debug_set_guard(&f->inst, 0), 0);
	EXPECT_EQ(sb_debug_set_quarantine(&f->inst, 0), 0);
	if (*owners)
		model_switch_owner(f, owners);
}

/* Nothing is found that nobody did. */
static inline void model_expect_no_findings(const struct fixture *f)
{
	EXPECT_EQ(f->inst.debug.found[SB_FINDING_WRITE], 0);
	EXPECT_EQ(f->inst.debug.found[SB_FINDING_OVERRUN], 0);
	EXPECT_EQ(f->inst.debug.found[SB_FINDING_OBJECT_WRITE], 0);
	EXPECT_EQ(f->inst.debug.found[SB_FINDING_OBJECT_OVERRUN], 0);
}

#endif
