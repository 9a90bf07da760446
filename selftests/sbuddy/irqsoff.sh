#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# How long compaction has interrupts off, planned and done, on a carveout that is full
# of pieces: no more than MOST instructions at a time, of a module that tells
# (selftests/board/run --irqsoff). So it is for what others do for it and beside it, for
# blocks that merge all the way up, for drains of per-CPU lists and for reading the map of
# pages. Per-CPU lists that run empty or over are filled and emptied in parts, each of which
# takes no more than LISTS: a block that merges all the way up beside one that comes, or the
# claim of a pageblock.

. "$(dirname "$0")/tap.sh"

MOST=1500
LISTS=2600
file=/sys/kernel/debug/sbuddy_irqsoff
lists='^(sb_front_(take|put)_more|sb_pcp_(take|take_bulk|put|refill_rest)|take_here|overflow_rest)$'

# Lines of instructions and function, the longest first.
longest()
{
	sed 's/+0x.*//' "$file" | sort -rn | awk '!seen[$2]++'
}

# PROGRAM
watch()
{
	echo >"$file"
	"$(dirname "$0")/$1" >"$tmp"
	result $? "$1 does what it should"
	longest >"$tmp"
	sed "s/^/# $1: /" "$tmp"
	awk -v most=$MOST -v lists="$lists" '$2 !~ lists { n++; bad += $1 > most }
		END { exit bad || !n }' "$tmp"
	result $? "$1: no more than $MOST instructions with interrupts off"
	awk -v most=$LISTS -v lists="$lists" '$2 ~ lists { n++; bad += $1 > most }
		END { exit bad || !n }' "$tmp"
	result $? "$1: no more than $LISTS where per-CPU lists run empty or over"
}

[ -e "$file" ] || skip_all "the module was not built to tell: board/run --irqsoff"
[ -n "$SBUDDY_ICOUNT" ] || skip_all "the clock does not count instructions: board/run --irqsoff"
tmp=$(mktemp)
trap 'rm -f "$tmp"' EXIT

echo "TAP version 13"
watch compact
watch day
finish
