#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Pages reserved from the start are handed over later, by the debugfs file release.

item=/sys/kernel/config/sbuddy/release-test
dir=/sys/kernel/debug/sbuddy/release-test
nr=0
failed=0

result()
{
	nr=$((nr + 1))
	if [ "$1" = 0 ]; then
		echo "ok $nr - $2"
	else
		echo "not ok $nr - $2"
		failed=1
	fi
}

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

if [ ! -d /sys/kernel/config/sbuddy ]; then
	echo "1..0 # SKIP no configfs of sbuddy: load the module, and mount configfs"
	exit 4
fi
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
echo "1..$nr"
exit $failed
