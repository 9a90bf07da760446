#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Carveouts of the device tree: each is owned in /proc/iomem, live, with its
# files, and has told each of its stages in one line.

. "$(dirname "$0")/tap.sh"

# The kernel's log since this test began.
log()
{
	dmesg | sed "1,/sbuddy-carveout-test $$/d"
}

# Stage NAME LINE-PATTERN: told once.
told()
{
	[ "$(log | grep -cE "sbuddy $1: $2")" = "${3:-1}" ]
	result $? "$1: the log has \"$2\""
}

look_at()
{
	name=$1
	regions=$(grep -c ": sbuddy $name\$" /proc/iomem)
	[ "$regions" -gt 0 ]
	result $? "$name: owns its memory in /proc/iomem"
	told "$name" "carveout claimed: [0-9]+ [KM]iB at 0x[0-9a-f]+, (no-map|mapped)" "$regions"
	told "$name" "regions: memory "
	told "$name" "layout: "
	told "$name" "memmap: [0-9]+ descriptors of 8 B, "
	told "$name" "pageblocks: "
	told "$name" "live: [0-9]+ pages handed over: "
	told "$name" "per-CPU lists: "
	told "$name" "" $((6 + regions))
	grep -q "^Node 0, zone " "$debugfs/$name/buddyinfo" &&
		grep -q "^0 violations" "$debugfs/$name/check"
	result $? "$name: is readable and right"
}

# tunable NAME PROPERTY: a number of the device tree has come through.
tunable()
{
	[ -e "$node/sbuddy,$1" ] || return 0
	said=$(hexdump -v -e '1/1 "%02x"' "$node/sbuddy,$1")
	grep -q "^$(echo "$1" | tr - _) $((0x$said))\$" $debugfs/carveout/tunables
	result $? "$1 is what the device tree says"
}

# The node of the overlays here, if all of its tunables are set: sbuddy-banks.
look_at_tunables()
{
	node=/proc/device-tree/sbuddy
	[ -e $node/sbuddy,bottom-up ] || return 0
	tunable max-order
	tunable pageblock-order
	tunable pcp-batch
	tunable pcp-high
	tunable pcp-high-max
	tunable pcp-huge-order
	tunable min-free-kbytes
	tunable watermark-scale-factor
	tunable watermark-boost-factor
	tunable lowmem-reserve-ratio-dma
	tunable lowmem-reserve-ratio-normal
	tunable lowmem-reserve-ratio-highmem
	grep -q "^rules 6.1$" $debugfs/carveout/tunables
	result $? "rules are what the device tree says"
	[ "$(cat $debugfs/carveout/cma/cma0/count $debugfs/carveout/cma/cma1/count | tr '\n' ' ')" = \
		"512 256 " ]
	result $? "cma-bytes are areas"
	# Of 48 MiB 4 are DMA, 12 Normal, and a quarter is Movable, in blocks of 2 MiB.
	zones=$(awk '{ printf "%s ", $4 }' $debugfs/carveout/buddyinfo)
	[ "$zones" = "DMA Normal HighMem Movable " ]
	result $? "dma-bytes are DMA, above lowmem-bytes is HighMem, movablecore-percent of all Movable"
	start=$(sed -n 's/^ *0: \([^.]*\)\..*/\1/p' $debugfs/carveout/memblock/memory)
	grep -q "^ *0: $start\.\." $debugfs/carveout/memblock/reserved
	result $? "bottom-up puts the metadata at the start"
}

grep -q " /sys/kernel/debug " /proc/mounts || mount -t debugfs debugfs /sys/kernel/debug
debugfs=/sys/kernel/debug/sbuddy
[ ! -d /sys/module/sbuddy ] || rmmod sbuddy || skip_all "the module is in use"
! grep -q ": sbuddy " /proc/iomem || skip_all "/proc/iomem still has what is ours"
echo "sbuddy-carveout-test $$" > /dev/kmsg
modprobe sbuddy || skip_all "the module cannot be loaded"
names=$(sed -n 's/.* : sbuddy //p' /proc/iomem | sort -u)
[ -n "$names" ] || skip_all "the device tree has no carveout"

echo "TAP version 13"
for name in $names; do
	look_at "$name"
done
look_at_tunables
devices=$(ls -d /dev/sbuddy[0-9]* | wc -l)
[ "$devices" = "$(echo "$names" | wc -l)" ]
result $? "there are as many devices as carveouts"
exec 3<>"$(ls -d /dev/sbuddy[0-9]* | head -1)"
! rmmod sbuddy 2> /dev/null
result $? "an open file keeps the module"
exec 3>&-
rmmod sbuddy && ! grep -q ": sbuddy " /proc/iomem && ! ls -d /dev/sbuddy[0-9]* 2> /dev/null
result $? "the memory is let go of with the module"
modprobe sbuddy && grep -q ": sbuddy " /proc/iomem
result $? "and claimed again"
finish
