// SPDX-License-Identifier: GPL-2.0-only
#include "debug.h"
#include "hwpoison.h"
#include "owner.h"
#include "pattern.h"

static const char *const kinds[SB_NR_FINDINGS] = {
	[SB_FINDING_WRITE] = "write after free",
	[SB_FINDING_OVERRUN] = "overrun",
	[SB_FINDING_OBJECT_WRITE] = "object write after free",
	[SB_FINDING_OBJECT_OVERRUN] = "object overrun",
};

/* Linux's page_poison tells these apart, too: memory that is wearing out. */
static const char *hint(const struct sb_finding *finding)
{
	u8 odd = finding->value ^ finding->wanted;

	return finding->bytes == 1 && !(odd & (odd - 1)) ? ", a single bit" : "";
}

static void print_what(struct sb_out *out, const struct sb_finding *finding)
{
	sb_out_printf(out, "%s%s%s: pfn %#lx offset %u: %#04x is %#04x, %u byte%s%s",
		      kinds[finding->kind], finding->cache[0] ? " in cache " : "", finding->cache,
		      finding->pfn, finding->offset, finding->wanted, finding->value,
		      finding->bytes, finding->bytes == 1 ? "" : "s", hint(finding));
}

static void print_owner(struct sb_out *out, const struct sb_finding *finding)
{
	const struct sb_owner *owner = &finding->owner;

	if (!owner->known) {
		sb_out_printf(out, "; owner not known");
		return;
	}
	sb_out_printf(out, "; %s pid %d (%s), pfn %#lx order %u, allocated at %llu ns",
		      owner->in_use ? "owner" : "last owner", owner->pid, owner->comm,
		      finding->owner_pfn, owner->order, owner->ns);
	if (!owner->in_use)
		sb_out_printf(out, ", freed at %llu ns by pid %d", owner->free_ns, owner->free_pid);
}

static void print_stack(struct sb_out *out, const struct sb_stack *stack)
{
	u32 i;

	for (i = 0; i < stack->nr; i++)
		sb_out_printf(out, "%s" SB_CALLER, i ? " < " : "", (void *)stack->entry[i]);
}

/* Begins a line in the instance's own buffer. */
static struct sb_out line_of(struct sb_debug *debug)
{
	struct sb_out out = { .text = debug->text, .size = sizeof(debug->text) };

	debug->text[0] = '\0';
	return out;
}

static void warn_stack(struct sb_instance *inst, const char *what, const struct sb_stack *stack)
{
	struct sb_out out = line_of(&inst->debug);

	if (!stack->nr)
		return;
	print_stack(&out, stack);
	sb_warn("%s:   %s: %s\n", inst->cfg.name, what, inst->debug.text);
}

/* Written to be read from the end: what was found comes last. */
static void warn(struct sb_instance *inst, const struct sb_finding *finding)
{
	struct sb_out out;

	warn_stack(inst, "allocated", &finding->stack);
	warn_stack(inst, "freed", &finding->free_stack);
	out = line_of(&inst->debug);
	print_what(&out, finding);
	print_owner(&out, finding);
	sb_warn("%s: %s\n", inst->cfg.name, inst->debug.text);
}

void sb_finding_tell_object(struct sb_instance *inst, enum sb_finding_kind kind,
			    struct sb_finding *finding)
{
	unsigned long irq = sb_irq_save();

	finding->kind = kind;
	sb_lock(&inst->debug.lock);
	inst->debug.found[kind]++;
	inst->debug.last = *finding;
	warn(inst, finding);
	sb_unlock(&inst->debug.lock);
	sb_irq_restore(irq);
}

void sb_finding_tell(struct sb_instance *inst, enum sb_finding_kind kind, unsigned long owner_pfn,
		     struct sb_finding *finding)
{
	finding->cache[0] = '\0';
	finding->owner_pfn = sb_owner_find(inst, owner_pfn, &finding->owner, &finding->stack,
					   &finding->free_stack);
	sb_finding_tell_object(inst, kind, finding);
}

/* The block that ends where the guard begins is what was overrun: its buddy. */
void sb_debug_tell_overrun(struct sb_instance *inst, struct sb_finding *finding,
			   unsigned long guard)
{
	sb_finding_tell(inst, SB_FINDING_OVERRUN, guard ? guard - 1 : guard, finding);
}

void sb_debug_verify(struct sb_instance *inst, unsigned long pfn, unsigned long nr_pages,
		     u32 verifying)
{
	unsigned long end = pfn + nr_pages;
	struct sb_finding finding;

	/* Switched off meanwhile, what was freed since is not filled. */
	if (!verifying || verifying != sb_debug_verifying(inst))
		return;
	while (pfn < end && sb_pattern_check(inst, pfn, end - pfn, SB_PATTERN_FREE, &finding)) {
		sb_finding_tell(inst, SB_FINDING_WRITE, finding.pfn, &finding);
		pfn = finding.pfn + 1;
	}
}

static void show_last(struct sb_out *out, const struct sb_finding *last)
{
	sb_out_printf(out, "last ");
	print_what(out, last);
	print_owner(out, last);
	sb_out_printf(out, "\n");
	if (last->stack.nr) {
		sb_out_printf(out, "allocated ");
		print_stack(out, &last->stack);
		sb_out_printf(out, "\n");
	}
	if (last->free_stack.nr) {
		sb_out_printf(out, "freed ");
		print_stack(out, &last->free_stack);
		sb_out_printf(out, "\n");
	}
}

static void show_pages(struct sb_out *out, const struct sb_instance *inst)
{
	unsigned long guard = 0, quarantine = 0;
	struct sb_zone *zone = NULL;

	while ((zone = sb_instance_next_zone(inst, zone))) {
		guard += READ_ONCE(zone->nr_guard);
		quarantine += READ_ONCE(zone->nr_quarantine);
	}
	sb_out_printf(out, "guard_pages %lu\nquarantine_pages %lu\n", guard, quarantine);
	sb_out_printf(out, "hwpoison_pages %lu\nhwpoison_in_use %lu\n", sb_hwpoison_count(inst),
		      READ_ONCE(inst->debug.nr_marked));
}

void sb_debug_show(struct sb_out *out, struct sb_instance *inst)
{
	struct sb_debug *debug = &inst->debug;
	unsigned long hooks = READ_ONCE(inst->hooks), irq;
	unsigned long found[SB_NR_FINDINGS];
	struct sb_finding last;

	irq = sb_irq_save();
	sb_lock(&debug->lock);
	memcpy(found, debug->found, sizeof(found));
	last = debug->last;
	sb_unlock(&debug->lock);
	sb_irq_restore(irq);
	sb_out_printf(out, "poison %u\nguard %u\nowner %u\nquarantine %lu\n",
		      !!(hooks & SB_HOOK_POISON), READ_ONCE(debug->guard_order),
		      !!(hooks & SB_HOOK_OWNER), READ_ONCE(debug->quarantine));
	show_pages(out, inst);
	sb_out_printf(out, "found_write_after_free %lu\nfound_overrun %lu\n",
		      found[SB_FINDING_WRITE], found[SB_FINDING_OVERRUN]);
	sb_out_printf(out, "found_object_write_after_free %lu\nfound_object_overrun %lu\n",
		      found[SB_FINDING_OBJECT_WRITE], found[SB_FINDING_OBJECT_OVERRUN]);
	if (last.bytes)
		show_last(out, &last);
}
