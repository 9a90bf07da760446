// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flattened device trees: what the driver's probe makes of each carveout, and what
 * sbuddyctl doctor says of the same tree. A tree that the probe takes gives a
 * configuration that core takes or refuses in words, and the doctor must not have
 * refused it.
 */
#include <libfdt.h>

#include "kernel.h"

#include "carveout.h"
#include "../../tools/sbuddyctl/doctor.h"
#include "fuzz.h"

static void hear(enum doctor_level level, const char *where, const char *what, const char *instead)
{
	FUZZ_EXPECT(level <= DOCTOR_WRONG);
	FUZZ_EXPECT(strlen(where) + strlen(what) + (instead ? strlen(instead) : 0) < 1 << 16);
}

/* Counts that its pieces go by. */
static void expect_carveout(const struct carveout *co)
{
	u64 end = 0;
	unsigned int i;

	FUZZ_EXPECT(co->nr_claims >= 1 && co->nr_claims <= CARVEOUT_MAX_REGIONS);
	FUZZ_EXPECT(co->cfg.nr_banks >= 1 && co->cfg.nr_banks <= co->nr_claims);
	FUZZ_EXPECT(co->cfg.nr_cma <= SB_MAX_CMA);
	FUZZ_EXPECT(sbuddy_device_name_ok(co->cfg.name));
	for (i = 0; i < co->nr_claims; i++) {
		const struct carveout_claim *claim = &co->claims[i];

		FUZZ_EXPECT(claim->size && claim->held <= claim->size);
		FUZZ_EXPECT(claim->nid >= 0 && claim->nid < SB_MAX_NODES);
		FUZZ_EXPECT(!i || claim->base >= end);
		end = claim->base;
	}
}

static void probe(int offset)
{
	struct device dev = { .of_node = of_node_at(offset) };
	struct sb_reach reach = { 0 };
	struct sb_instance *inst = calloc(1, sizeof(*inst));
	struct carveout *co = calloc(1, sizeof(*co));

	FUZZ_EXPECT(co && inst);
	if (!carveout_read(&dev, co)) {
		int err = sb_instance_init(inst, &co->cfg, &reach);

		expect_carveout(co);
		FUZZ_EXPECT(!err || err == -EINVAL);
	}
	kernel_device_goes();
	of_node_put(dev.of_node);
	FUZZ_EXPECT(!of_nodes);
	free(co);
	free(inst);
}

void unit_fail(const char *file, int line, const char *fmt, ...)
{
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct doctor *doctor = calloc(1, sizeof(*doctor));
	int node = -1;

	FUZZ_EXPECT(doctor);
	if (!fdt_check_full(data, size)) {
		of_set_tree(data);
		doctor->fdt = data;
		doctor->tell = hear;
		doctor_tree(doctor);
		while ((node = fdt_node_offset_by_compatible(data, node, "sbuddy,carveout")) >= 0)
			probe(node);
	}
	free(doctor);
	return 0;
}
