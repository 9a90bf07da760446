#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Pages reserved from the start are handed over later, by the debugfs file release.

. "$(dirname "$0")/tap.sh"

item=/sys/kernel/config/sbuddy/release-test
dir=/sys/kernel/debug/sbuddy/release-test

managed()
{
	sed -n 's/^ *managed *//p' $dir/zoneinfo
}

# refuses WHAT: nothing changes, and nothing is found wrong
refuses()
{
	before=$(managed)
	! echo "$1" 2>/dev/null >$dir/release && [ "$(managed)" = "$before" ] &&
		[ "$(cat $dir/check)" = "0 violations" ]
	result $? "refuses \"$1\""
}

[ -d /sys/kernel/config/sbuddy ] || skip_all "no configfs of sbuddy: load the module, and mount configfs"
echo "TAP version 13"
mkdir $item && echo dry >$item/kind && echo "0x80000000 64M" >$item/memory &&
	echo "0x81000000 2M" >$item/reserved && echo 1 >$item/live
result $? "an instance with 2 MiB reserved starts"

for wrong in "" "0x81000000" "0x81000000 0" "0x81000000 1M 0" "0x81000000 1X" "all of it" \
	"0x81000000 4095" "0x80fff000 1M" "0x81000000 4M" "0x90000000 4K" \
	"0xffffffffffffffff 4K" "0x100081000000 4K" \
	"0x0000000000000000000000000000000000000000000000000000000000081000000 4K"; do
	refuses "$wrong"
done
# The descriptors lie at the top.
refuses "0x83fe0000 4K"

start=$(managed)
echo "0x81000000 1M" >$dir/release && [ "$(managed)" = $((start + 256)) ] &&
	[ "$(cat $dir/check)" = "0 violations" ]
result $? "half of it is handed over"
refuses "0x81000000 4K"
echo 0x81100000 1024K >$dir/release && [ "$(managed)" = $((start + 512)) ] &&
	! grep -q 0x81 $dir/memblock/reserved
result $? "and the rest"

rmdir $item
result $? "and the instance ends"
finish
