#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What objects of 64 bytes cost, against a kmem_cache of the running kernel
# (client/cost.c). Judged in instructions alone: selftests/board/run --icount.

. "$(dirname "$0")/tap.sh"

debugfs=/sys/kernel/debug

# Lines as "# pair: sbuddy 80.1, kmem_cache 200.5, ratio 0.40", a pair of calls each.
tell()
{
	awk '/^Linux/ { print "# " $0 }
		!/^Linux/ && $3 { printf "# %s: sbuddy %.1f, kmem_cache %.1f, ratio %.2f\n", $1,
			$2 / 32768, $3 / 32768, $2 / $3 }' "$1"
}

# WORK MOST: so many hundredths of what the kernel takes, at most
judge()
{
	awk -v work="$1" -v most="$2" '$1 == work { ok = $2 > 0 && $2 * 100 <= $3 * most }
		END { exit !ok }' "$tmp"
	result $? "$1: no more than 0.$2 of what a kmem_cache takes"
}

# Two reports agree within a hundredth, as no two would by a clock that runs on.
agree()
{
	awk 'NR == FNR { ours[$1] = $2; theirs[$1] = $3; next }
		function near(a, b) { return a - b <= b / 100 && b - a <= b / 100 }
		!/^Linux/ { bad += !near($2, ours[$1]) || !near($3, theirs[$1]); n++ }
		END { exit bad || n != 3 }' "$1" "$2"
}

cleanup()
{
	rm -f "$tmp" "$again"
	rmmod sbuddy_cost 2>/dev/null
}

[ -n "$SBUDDY_ICOUNT" ] || skip_all "the clock does not count instructions: board/run --icount"
carveout=$(find $debugfs/sbuddy -mindepth 1 -maxdepth 1 -exec basename {} \; | head -n 1)
[ -n "$carveout" ] || skip_all "there is no instance"
tmp=$(mktemp)
again=$(mktemp)
trap cleanup EXIT

echo "TAP version 13"
modprobe sbuddy_cost instance="$carveout"
result $? "the client is loaded"
# The first time, slabs are made.
cat $debugfs/sbuddy_cost >/dev/null
cat $debugfs/sbuddy_cost >"$tmp"
cat $debugfs/sbuddy_cost >"$again"
tell "$tmp"
grep -q "^Linux .* init_on_alloc=0" "$tmp"
result $? "nobody zeroes objects that are not asked for so"
agree "$tmp" "$again"
result $? "what is counted is the same again"
judge pair 50
judge burst 60
judge random 60
finish
