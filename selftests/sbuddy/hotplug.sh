#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Memory blocks: their files, added and removed, online and offline in each way, on
# a dry instance, a sandbox, and a carveout that holds memory back.
#
# A file refuses by failing the echo that writes to it.
# shellcheck disable=SC2320

. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/meminfo.sh"

configfs=/sys/kernel/config/sbuddy
debugfs=/sys/kernel/debug/sbuddy
item=$configfs/hotplug-test
mib=1048576

cleanup()
{
	rmmod sbuddy_client 2>/dev/null
	[ ! -d $item ] || rmdir $item
}

# KIND MEMORY [FILE:VALUE...]: an instance, and where its files are.
start()
{
	mkdir $item && echo "$1" >$item/kind && echo "$2" >$item/memory
	kind=$1
	shift 2
	for setting; do
		echo "${setting#*:}" >"$item/${setting%%:*}"
	done
	echo 1 >$item/live && [ "$(cat $item/live)" = 1 ]
	result $? "$kind: an instance with sections starts"
	memory=/sys/class/misc/$(cat $item/device)/memory
	files=$debugfs/hotplug-test
}

stop()
{
	rmdir $item && [ ! -d "$memory" ]
	result $? "$kind: it ends, with the blocks it has"
}

# FILE VALUE: taken.
takes()
{
	echo "$2" >"$memory/$1"
	result $? "$kind: $1 takes $2"
}

# FILE VALUE ERROR: refused for that reason.
refuses()
{
	said=$({ echo "$2" >"$memory/$1"; } 2>&1)
	[ $? != 0 ] && echo "$said" | grep -q "$3"
	status=$?
	[ $status = 0 ] || echo "# $said"
	result $status "$kind: $1 refuses $2"
}

invalid="Invalid argument"
exists="File exists"
busy="Resource busy\|Device or resource busy"
range="Numerical result out of range\|Result not representable\|out of range"

# FILE VALUE
reads()
{
	[ "$(cat "$memory/$1")" = "$2" ]
	status=$?
	[ $status = 0 ] || echo "# $1 is $(cat "$memory/$1")"
	result $status "$kind: $1 reads \"$2\""
}

right()
{
	[ "$(cat "$files/check")" = "0 violations" ]
	status=$?
	[ $status = 0 ] || sed 's/^/# /' "$files/check"
	result $status "$kind: nothing is wrong $1"
}

# ZONE FIELD: pages, as zoneinfo tells.
pages()
{
	awk -v zone="$1" -v field="$2" '
		/^Node/ { here = $4 == zone }
		here && $1 == field { print $2; exit }
		here && $1 == "pages" && $2 == field { print $3; exit }' "$files/zoneinfo"
}

# Directories of blocks.
blocks()
{
	find "$memory/" -mindepth 1 -maxdepth 1 -name 'memory[0-9]*' | sed 's/.*memory//' | sort -n
}

test_files()
{
	reads block_size_bytes 400000
	reads auto_online_blocks offline
	[ "$(blocks | tr '\n' ' ')" = "512 513 514 515 516 517 518 519 " ]
	result $? "$kind: there is a directory for each block of the boot"
	reads memory512/state online
	reads memory512/phys_index 00000200
	reads memory512/valid_zones Normal
	reads memory512/removable 1
	reads memory512/node 0
	reads memory519/valid_zones Movable
	[ ! -e "$memory/grow" ] && [ "$(stat -c %a "$memory/probe")" = 200 ] &&
		[ "$(stat -c %a "$memory/memory512/state")" = 644 ]
	result $? "$kind: probe and state are for root to write"
	refuses auto_online_blocks always "$invalid"
	exec 3<>"$files/granularities"
	echo 0x80000000 >&3
	by_address=$(cat <&3)
	echo "pfn 0x80000" >&3
	[ -n "$by_address" ] && [ "$(cat <&3)" = "$by_address" ]
	result $? "$kind: granularities tells of a page, by address or number"
	bad=0
	for text in "" -1 pfn 0x99999999999999999 0xffffffffffffffff "$(printf '%5000s' '')"; do
		! { echo "$text" >&3; } 2>/dev/null || bad=1
	done
	echo "pfn 1" >&3 && cat <&3 >/dev/null && echo all >&3 && [ -n "$(cat <&3)" ]
	[ $? = 0 ] && [ $bad = 0 ]
	result $? "$kind: and takes no other"
	exec 3>&-
	refuses memory512/state on "$invalid"
	refuses memory512/state online "$invalid"
	refuses memory512/remove 2 "$invalid"
	refuses memory512/remove 1 "$busy\|not permitted"
	refuses probe 0x80000000 "$exists"
	refuses probe 0x82000001 "$invalid"
	refuses probe 0x82100000 "$invalid"
	refuses probe 0x90000000 "$range"
	refuses probe "0x82000000 7" "$invalid"
	refuses probe "0x82000000 8" "$invalid"
	refuses probe "" "$invalid"
	refuses probe nowhere "$invalid"
	right "after what was refused"
}

# Linux's rules for zones, with Movable at the end of what the boot had.
test_online()
{
	normal=$(pages Normal present)
	movable=$(pages Movable present)
	takes probe 0x82000000
	reads memory520/state offline
	reads memory520/valid_zones "Normal Movable"
	[ "$(pages Normal present)" = "$normal" ]
	result $? "$kind: a block that is offline is of no zone"
	grep -q '0x0000000082000000\.\.0x00000000823fffff.*HOTPLUG\|0x82000000\.\.0x823fffff.*HOTPLUG' \
		"$files/memblock/memory"
	result $? "$kind: the tracker knows it as HOTPLUG"
	refuses probe 0x82000000 "$exists"
	refuses memory520/state offline "$invalid"
	takes memory520/state online_movable
	reads memory520/valid_zones Movable
	[ "$(pages Movable present)" = $((movable + 1024)) ]
	result $? "$kind: its pages are present in Movable"
	takes probe 0x82800000
	takes memory522/state online_kernel
	reads memory522/valid_zones Normal
	[ "$(pages Normal present)" = $((normal + 1024)) ]
	result $? "$kind: those of another in Normal"
	takes auto_online_blocks online
	takes probe 0x82c00000
	reads memory523/state online
	right "with blocks in each zone"
	for block in 520 522 523; do
		refuses memory$block/remove 1 "$busy"
		takes memory$block/state offline
		takes memory$block/remove 1
		[ ! -e "$memory/memory$block" ]
		result $? "$kind: memory$block is gone"
	done
	[ "$(pages Normal present) $(pages Movable present)" = "$normal $movable" ]
	result $? "$kind: the zones are as they were"
	right "when all is as it was"
}

# Whoever takes the directory away waits for its writers, and they back out.
test_race()
{
	takes auto_online_blocks offline
	takes probe 0x82000000
	for _ in 1 2 3; do
		while [ -e "$memory/memory520" ]; do
			echo online >"$memory/memory520/state"
			echo offline >"$memory/memory520/state"
			cat "$memory/memory520/valid_zones"
		done >/dev/null 2>&1 &
	done
	sleep 1
	rmdir $item
	result $? "$kind: it ends while others write to its files"
	wait
	result 0 "$kind: and they all get away"
}

# Pages that a client frees when it is told, and what it refuses.
test_notifier()
{
	modprobe sbuddy_client instance=hotplug-test 2>/dev/null || return 0
	told=/sys/kernel/debug/sbuddy_client/memory
	takes auto_online_blocks offline
	takes probe 0x82000000
	takes memory520/state online
	echo 0x82000000 >/sys/module/sbuddy_client/parameters/hold
	result $? "$kind: a client has pages of a block"
	takes memory520/state offline
	takes memory520/state online_movable
	echo 0x02 >/sys/module/sbuddy_client/parameters/refuse
	refuses memory520/state offline "not permitted"
	reads memory520/state online
	echo 0x08 >/sys/module/sbuddy_client/parameters/refuse
	takes memory520/state offline
	refuses memory520/state online "not permitted"
	reads memory520/state offline
	echo 0 >/sys/module/sbuddy_client/parameters/refuse
	takes memory520/remove 1
	[ "$(awk '{ printf "%s ", $1 }' $told)" = \
		"0x8 0x1 0x2 0x4 0x8 0x1 0x2 0x20 0x2 0x4 0x8 0x10 " ]
	status=$?
	[ $status = 0 ] || sed 's/^/# /' $told
	result $status "$kind: a client is told of each step, and of what is cancelled"
	grep -q "^0x1 0x82000 1024 0 Movable\$" $told
	result $? "$kind: and of which block and which zone"
	rmmod sbuddy_client
	right "after a client has refused"
}

test_dry()
{
	set -- dry "0x80000000 32M" section_bytes:2M memory_block_bytes:4M \
		window_base:0x80000000 window_bytes:128M movablecore_bytes:8M
	start "$@"
	test_files
	test_online
	test_notifier
	stop
	start "$@" memmap_on_memory:1
	kind="dry, descriptors in the blocks"
	test_online
	test_race
}

# The largest block of the kernel's, of pages of 4 KiB.
kernel_block_mib()
{
	orders=$(awk '{ print NF - 4; exit }' /proc/buddyinfo)
	echo $(((1 << (orders - 1)) / 256))
}

# back_to KIB: so much is free again, or nearly, in a while: what the kernel itself does
# meanwhile, and gives back later, is not ours. One that looks for leaks and wrong addresses
# keeps notes of what was freed: there no more is told than that no block was lost.
back_to()
{
	tries=0 most=2048
	[ ! -e /sys/kernel/debug/kmemleak ] || most=8192
	while [ $(($1 - $(free_kib))) -ge $most ]; do
		[ $tries -lt 20 ] || return 1
		tries=$((tries + 1))
		echo 3 >/proc/sys/vm/drop_caches
		sleep 0.5
	done
}

# Blocks that the last grow added.
new_blocks()
{
	blocks | grep -vxF "$1"
}

grow_and_shrink()
{
	had=$(blocks)
	echo 8M >"$memory/grow" || return 1
	for block in $(new_blocks "$had"); do
		echo offline >"$memory/memory$block/state" &&
			echo 1 >"$memory/memory$block/remove" || return 1
	done
	[ "$(blocks)" = "$had" ]
}

test_sandbox()
{
	start sandbox 8M section_bytes:1M memory_block_bytes:4M auto_online:online
	[ ! -e "$memory/probe" ]
	result $? "$kind: it grows, and has nothing to probe"
	had=$(blocks)
	present=$(pages Normal present)
	before=$(free_kib)
	takes grow 8M
	[ "$(pages Normal present)" = $((present + 2048)) ] &&
		[ $((before - $(free_kib))) -ge 6144 ]
	result $? "$kind: 8 MiB of the kernel's are its own"
	right "when it has grown"
	[ "$(new_blocks "$had" | wc -l)" = 2 ]
	result $? "$kind: in two blocks"
	for block in $(new_blocks "$had"); do
		takes "memory$block/state" offline
		takes "memory$block/remove" 1
	done
	[ "$(pages Normal present)" = "$present" ]
	result $? "$kind: they are the kernel's again"
	refuses grow 0 "$invalid"
	refuses grow much "$invalid"
	refuses grow 1024G "Cannot allocate memory\|Out of memory"
	i=0
	before=$(free_kib)
	while [ $i -lt 50 ] && grow_and_shrink; do
		i=$((i + 1))
	done
	[ $i = 50 ]
	result $? "$kind: it grows and shrinks 50 times"
	back_to "$before"
	result $? "$kind: as much memory is free as before"
	right "after that"
	takes grow 4M
	stop
	# More than the largest block that the kernel has: 4 MiB mostly, 32 where it has 14 orders.
	larger=$((2 * $(kernel_block_mib)))
	[ $larger -ge 16 ] || larger=16
	start sandbox 8M section_bytes:${larger}M
	refuses grow ${larger}M "too large\|too long\|Arg"
	stop
}

# What the overlay sbuddy-hotplug holds back: 16 MiB in each of two regions.
test_carveout()
{
	node=/proc/device-tree/sbuddy
	[ -e $node/sbuddy,hotplug-bytes ] && [ -d $debugfs/carveout ] || return 0
	kind=carveout
	memory=$(dirname /sys/class/misc/sbuddy*/memory/probe | head -n 1)
	files=$debugfs/carveout
	had=$(blocks)
	present=$(pages Normal present)
	[ "$(grep -c ": sbuddy carveout" /proc/iomem)" = 2 ]
	result $? "$kind: /proc/iomem has what is held back, too"
	refuses probe 0x90000000 "No such device\|$range"
	for addr in 0x9a000000 0x9ac00000 0x9c000000 0x9cc00000; do
		takes probe $addr
	done
	refuses probe 0x9b000000 "No such device"
	first=memory$((0x9a000000 / 4 / mib))
	second=memory$((0x9ac00000 / 4 / mib))
	third=memory$((0x9c000000 / 4 / mib))
	last=memory$((0x9cc00000 / 4 / mib))
	takes "$first/state" online
	takes "$last/state" online_movable
	takes "$third/state" online_movable
	takes "$second/state" online_kernel
	reads "$first/valid_zones" Normal
	reads "$third/valid_zones" Movable
	grep -q "zone  Movable" "$files/buddyinfo"
	result $? "$kind: there is a Movable zone now"
	right "with all of it online"
	for block in $first $second $third $last; do
		takes "$block/state" offline
		takes "$block/remove" 1
	done
	[ "$(blocks)" = "$had" ] && [ "$(pages Normal present)" = "$present" ] &&
		! grep -q "zone  Movable" "$files/buddyinfo"
	result $? "$kind: all is as it was"
	right "afterwards"
	takes probe 0x9a000000
	takes "$first/remove" 1
}

[ -d $configfs ] || skip_all "no $configfs: load the module, and mount configfs"
trap cleanup EXIT
echo "TAP version 13"
test_dry
test_sandbox
test_carveout
finish
