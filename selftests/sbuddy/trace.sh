#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Trace events: there with Linux's names and fields, told while they are enabled,
# no longer than that, and the same that the ring's text says.
#
# Runs on a dry instance of its own, which is made and taken away again.

. "$(dirname "$0")/tap.sh"

debugfs=${DEBUGFS:-/sys/kernel/debug}
tracefs=${TRACEFS:-/sys/kernel/tracing}
configfs=${CONFIGFS:-/sys/kernel/config}
demo=${SBUDDY_DEMO:-/usr/bin/sbuddy-demo}
events=$tracefs/events/sbuddy
item=$configfs/sbuddy/trace-test
ring=$debugfs/sbuddy/trace-test/ring
names="mm_page_alloc mm_page_free mm_page_free_batched mm_page_alloc_zone_locked
	mm_page_pcpu_drain mm_page_alloc_extfrag cma_alloc_start cma_alloc_finish
	cma_alloc_busy_retry cma_release test_pages_isolated highatomic_reserve
	highatomic_unreserve page_poison mm_migrate_pages"
work=$(mktemp -d) || exit 1

cleanup()
{
	rm -rf "$work"
	[ ! -d "$events" ] || echo 0 > "$events/enable"
	if [ -d "$item" ]; then
		echo 0 > "$item/live"
		rmdir "$item"
	fi
}
trap cleanup EXIT

complain()
{
	echo "# $*"
	return 1
}

all_events_exist()
{
	bad=0
	for name in $names; do
		[ -d "$events/$name" ] || complain "no $events/$name" || bad=1
	done
	return $bad
}

# fields_of EVENT: their names, in order
fields_of()
{
	sed -n '/^$/,$s/^[[:space:]]*field:.*[ *]\([a-z_]*\)\(\[[0-9]*\]\)\{0,1\};[[:space:]]*offset:.*/\1/p' \
		"$events/$1/format" | tr '\n' ' '
}

# has_fields EVENT FIELD...
has_fields()
{
	name=$1
	shift
	[ "$(fields_of "$name")" = "$* instance " ] ||
		complain "$name has $(fields_of "$name"), not $* instance"
}

fields_are_linux_s()
{
	has_fields mm_page_alloc pfn order gfp_flags migratetype &&
	has_fields mm_page_free pfn order &&
	has_fields mm_page_free_batched pfn &&
	has_fields mm_page_alloc_zone_locked pfn order migratetype percpu_refill &&
	has_fields mm_page_pcpu_drain pfn order migratetype &&
	has_fields mm_page_alloc_extfrag pfn alloc_order fallback_order pageblock_order \
		alloc_migratetype fallback_migratetype change_ownership &&
	has_fields cma_alloc_start name count align &&
	has_fields cma_alloc_finish name pfn count align errorno &&
	has_fields cma_alloc_busy_retry name pfn count align &&
	has_fields cma_release name pfn count &&
	has_fields test_pages_isolated start_pfn end_pfn fin_pfn &&
	has_fields mm_migrate_pages succeeded failed mode reason pfn
}

traced()
{
	seen=$(sed -n 's/^traced //p' "$ring/stats")
	[ "$seen" = "$1" ] || complain "traced is $seen, not $1"
}

# An event of several, the ring, and any order of switching them.
hook_follows_listeners()
{
	traced 0 || return 1
	echo 1 > "$events/mm_page_free/enable" && traced 1 || return 1
	echo 1 > "$events/cma_release/enable" && traced 1 || return 1
	echo 0 > "$events/mm_page_free/enable" && traced 1 || return 1
	echo 1 > "$ring/enable" && traced 1 || return 1
	echo 0 > "$events/cma_release/enable" && traced 1 || return 1
	echo 0 > "$ring/enable" && traced 0
}

# An instance that is made meanwhile is told of from its start.
hook_is_there_from_the_start()
{
	echo 1 > "$events/mm_page_free/enable"
	echo 0 > "$item/live" && echo 1 > "$item/live" && traced 1
	bad=$?
	echo 0 > "$events/mm_page_free/enable"
	traced 0 && return $bad
}

at_work()
{
	"$demo" --device "/dev/$(cat "$item/device")" > /dev/null ||
		complain "$demo: exit status $?"
}

# texts FILE: NAME: FIELDS of this instance's events, whatever stands before
texts()
{
	number=$(sed 's/^sbuddy//' "$item/device")
	grep -v '^#' "$1" | sed 's/^.*[0-9]: \([a-z_]*: \)/\1/' | grep " instance=$number\$"
}

allocations_are_told()
{
	echo > "$tracefs/trace"
	echo 1 > "$events/mm_page_alloc/enable"
	at_work || return 1
	echo 0 > "$events/mm_page_alloc/enable"
	texts "$tracefs/trace" > "$work/seen"
	grep -Eq '^mm_page_alloc: pfn=0x[0-9a-f]+ order=6 migratetype=Unmovable gfp_flags=[A-Za-z_|]+ instance=' \
		"$work/seen" || complain "no block of order 6 in $(wc -l < "$work/seen") events" ||
		return 1
	! grep -v '^mm_page_alloc: ' "$work/seen"
}

nothing_is_told_afterwards()
{
	traced 0 || return 1
	echo > "$tracefs/trace"
	at_work || return 1
	texts "$tracefs/trace" > "$work/seen"
	[ ! -s "$work/seen" ] || complain "$(wc -l < "$work/seen") events"
}

ring_says_the_same()
{
	echo > "$tracefs/trace"
	echo 1 > "$ring/enable"
	echo 1 > "$events/enable"
	at_work || return 1
	echo 0 > "$events/enable"
	texts "$tracefs/trace" | sort > "$work/trace"
	texts "$ring/text" | sort > "$work/ring"
	echo 0 > "$ring/enable"
	[ -s "$work/ring" ] || complain "the ring has no text" || return 1
	for name in mm_page_alloc mm_page_free mm_page_alloc_zone_locked; do
		grep -q "^$name: " "$work/ring" || complain "no $name" || return 1
	done
	cmp -s "$work/trace" "$work/ring" || {
		diff "$work/trace" "$work/ring" | head -n 10 | sed 's/^/# /'
		return 1
	}
}

make_instance()
{
	mkdir "$item" &&
	echo dry > "$item/kind" &&
	echo "0x80000000 16M" > "$item/memory" &&
	echo 1 > "$item/live"
}

echo "TAP version 13"
[ -d "$debugfs/sbuddy" ] || skip_all "no $debugfs/sbuddy: is the module loaded and debugfs mounted?"
[ -d "$tracefs/events" ] || skip_all "no $tracefs/events: a kernel without tracing, or not mounted"
[ -d "$configfs/sbuddy" ] || skip_all "no $configfs/sbuddy to make an instance in"
[ -x "$demo" ] || skip_all "no $demo to make events with"
make_instance || {
	echo "Bail out! no instance can be made"
	exit 1
}

all_events_exist
result $? "every event has its directory"
fields_are_linux_s
result $? "fields are those of Linux's events, and the instance"
hook_follows_listeners
result $? "core is asked to tell while somebody listens, and no longer"
hook_is_there_from_the_start
result $? "an instance made while an event is enabled is told of"
allocations_are_told
result $? "mm_page_alloc has a line for an allocation"
nothing_is_told_afterwards
result $? "disabled it says nothing, and core is not asked"
ring_says_the_same
result $? "the ring's text is that of the trace"
finish
