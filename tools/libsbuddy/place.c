// SPDX-License-Identifier: GPL-2.0-only
#include "call.h"

int sbuddy_pin(int fd, uint32_t handle, uint64_t *phys)
{
	struct sbuddy_pin pin = {
		.size = sizeof(pin),
		.flags = phys ? SBUDDY_PIN_PHYS : 0,
		.handle = handle,
	};
	int err = call(fd, SBUDDY_IOC_PIN, &pin);

	if (err)
		return err;
	if (phys)
		*phys = pin.phys;
	return (int)pin.pins;
}

int sbuddy_unpin(int fd, uint32_t handle)
{
	struct sbuddy_unpin unpin = { .size = sizeof(unpin), .handle = handle };
	int err = call(fd, SBUDDY_IOC_UNPIN, &unpin);

	return err ? err : (int)unpin.pins;
}

int sbuddy_compact(int fd, struct sbuddy_compact *compact, size_t size)
{
	return call_sized(fd, SBUDDY_IOC_COMPACT, compact, size);
}

int sbuddy_plan(int fd, int node, struct sbuddy_plan *plan, size_t size)
{
	int err = clear(plan, size);

	if (err)
		return err;
	plan->node = node;
	return call_sized(fd, SBUDDY_IOC_PLAN, plan, size);
}

int sbuddy_explain(int fd, struct sbuddy_explain *explain, size_t size)
{
	return call_sized(fd, SBUDDY_IOC_EXPLAIN, explain, size);
}

int sbuddy_explain_text(int fd, const struct sbuddy_alloc *request, char *text, size_t bytes)
{
	struct sbuddy_explain explain = { .flags = request ? 0 : SBUDDY_EXPLAIN_LAST };
	int err;

	if (request) {
		/* How long it would wait is no part of the question. */
		explain.alloc_flags = request->flags & ~(uint32_t)SBUDDY_ALLOC_WAIT;
		explain.order = request->order;
		explain.type = request->type;
		explain.zone = request->zone;
		explain.node = request->node;
		explain.bytes = request->bytes;
	}
	explain.text_size = bytes > INT_MAX ? INT_MAX : (uint32_t)bytes;
	explain.text = (uintptr_t)text;
	err = sbuddy_explain(fd, &explain, sizeof(explain));
	return err ? err : (int)explain.text_size;
}

int sbuddy_poison(int fd, uint32_t handle, uint64_t address, uint32_t flags)
{
	struct sbuddy_poison poison = {
		.size = sizeof(poison),
		.flags = flags,
		.handle = handle,
		.address = address,
	};
	int err = call(fd, SBUDDY_IOC_POISON, &poison);

	return err ? err : (int)poison.in_use;
}
