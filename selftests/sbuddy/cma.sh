#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# CMA areas: configured by configfs, then allocated from, and looked at, in debugfs.

. "$(dirname "$0")/tap.sh"

item=/sys/kernel/config/sbuddy/cma-test
dir=/sys/kernel/debug/sbuddy/cma-test

cleanup()
{
	[ ! -d $item ] || rmdir $item
}

# start KIND MEMORY [AREAS]: an instance, live if all is well
start()
{
	mkdir $item && echo "$1" >$item/kind && echo "$2" >$item/memory || return
	printf '%s\n' "${3-}" >$item/cma && echo 1 >$item/live 2>/dev/null
}

# shows FILE TEXT: of the area video
shows()
{
	[ "$(cat $dir/cma/video/"$1")" = "$2" ]
}

# sound: nothing is found wrong
sound()
{
	[ "$(cat $dir/check)" = "0 violations" ]
}

# one_line TEXT: for the report
one_line()
{
	echo "$1" | tr '\n' ';'
}

# refuses LINE: as an area of an instance that does not live
refuses()
{
	! echo "$1" 2>/dev/null >$item/cma && [ "$(cat $item/cma)" = "keep 1M" ]
	result $? "refuses \"$(one_line "$1")\""
}

test_lines()
{
	mkdir $item && echo dry >$item/kind && echo keep 1M >$item/cma
	for wrong in "video" "video 0" "video 4X" "video 4M@" "video 4M@0" "video 4M@0x81000000 0" \
		"video 4M 8" "video 4M -1" "video 4M 0 1" "vi/deo 4M" ".. 4M" \
		"an-area-whose-name-is-much-too-long 4M" "$(printf 'a%s 1M\n' 1 2 3 4 5 6 7 8 9)"; do
		refuses "$wrong"
	done
	printf 'a 1M\n\n b   0x1000@0x80000000 \nc 3G 7\n' >$item/cma
	[ "$(cat $item/cma)" = "$(printf 'a 1M\nb 4K@0x80000000\nc 3G 7')" ]
	result $? "areas have a size, and may have a base or a node"
	echo sandbox >$item/kind && [ -z "$(cat $item/cma)" ]
	result $? "another kind starts without areas"
	rmdir $item
}

# cannot_live AREAS WHY
cannot_live()
{
	! start dry "0x80000000 64M" "$1"
	status=$?
	dmesg | tail -n 5 | grep -q "$2" || status=1
	rmdir $item
	result $status "no instance lives with \"$(one_line "$1")\""
}

test_places()
{
	cannot_live "a 65M" "there is no such range of free memory"
	cannot_live "a 1M@0x80001000" "it does not start where a pageblock does"
	cannot_live "a 1M@0x90000000" "not all of that is free memory"
	cannot_live "a 1M 1" "there is no such range of free memory"
	cannot_live "$(printf 'a 1M\na 2M')" "CMA area 1 must have a name of its own"
}

# 64 MiB with an area of 2 MiB from the 16th on, and one wherever it fits.
test_files()
{
	start dry "0x80000000 64M" "$(printf 'video 2M@0x81000000\ndsp 1M')"
	result $? "an instance with two areas starts"
	shows base_pfn $((0x81000)) && shows count 512 && shows order_per_bit 0 &&
		shows used 0 && shows maxchunk 512 && shows bitmap "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0"
	result $? "files tell where an area is, and that all of it is free"
	[ "$(grep -c . $dir/cmainfo)" = 2 ] &&
		grep -q "0: 0x0*81000000\.\.0x0*811fffff    0 video: 512 pages, 0 used" $dir/cmainfo
	result $? "cmainfo has a line for each"
	grep -q "^ *cma *768$" $dir/zoneinfo && grep -q "^ *nr_free_cma *768$" $dir/zoneinfo
	result $? "zoneinfo counts them"
	grep -q cc $dir/pageblocks || grep -q CC $dir/pageblocks
	result $? "their pageblocks are CMA"
}

test_alloc()
{
	echo 40 >$dir/cma/video/alloc && shows used 40 && shows maxchunk 472 &&
		shows bitmap "4294967295 255 0 0 0 0 0 0 0 0 0 0 0 0 0 0" && sound
	result $? "alloc takes pages, the lowest first"
	echo 100 >$dir/cma/video/alloc && shows used 140 && sound
	result $? "and more"
	! echo 400 2>/dev/null >$dir/cma/video/alloc && ! echo 0 2>/dev/null >$dir/cma/video/alloc &&
		shows used 140 && sound
	result $? "alloc fails for what does not fit, and for nothing"
	grep -q "140 given, 400 refused, 0 given back" $dir/cmainfo
	result $? "cmainfo tells what came of it"
	echo 7 >$dir/cma/video/free && shows used 133 && sound
	result $? "free gives back a part of what was taken last"
	echo 1000000 >$dir/cma/video/free && shows used 0 && shows maxchunk 512 && sound
	result $? "and all there is"
	echo 512 >$dir/cma/video/alloc && shows maxchunk 0 && sound
	result $? "a whole area can be had"
	! cat $dir/cma/video/alloc 2>/dev/null
	result $? "alloc is for writing alone"
	rmdir $item && [ ! -d $dir ]
	result $? "the instance ends with pages taken"
}

test_sandbox()
{
	if ! start sandbox 16M "video 1M"; then
		rmdir $item
		result 0 "a sandbox has areas # SKIP the kernel has no 16 MiB to lend"
		return
	fi
	echo 200 >$dir/cma/video/alloc && shows used 200 && echo 200 >$dir/cma/video/free && sound
	result $? "a sandbox has areas"
	rmdir $item
}

# Before the hand-over there are areas, and nothing to be had of them.
test_stages()
{
	mkdir $item && echo dry >$item/kind && echo "0x80000000 64M" >$item/memory &&
		echo "video 2M" >$item/cma && echo step >$item/boot && echo 1 >$item/live &&
		shows count 0 && shows bitmap "" && [ -z "$(cat $dir/cmainfo)" ]
	result $? "before regions are known an area is nowhere"
	echo next >$item/stage && shows count 512 && grep -q "0x0*83e00000" $dir/memblock/reserved
	result $? "then it is reserved"
	! echo 1 2>/dev/null >$dir/cma/video/alloc
	result $? "nothing is given before the hand-over"
	for stage in layout memmap pageblocks live; do
		echo next >$item/stage
	done
	[ "$(cat $item/stage)" = "$stage" ] && echo 1 >$dir/cma/video/alloc && sound &&
		! grep -q "0x0*83e00000" $dir/memblock/reserved
	result $? "after it the area is the allocator's"
	rmdir $item
}

[ -d /sys/kernel/config/sbuddy ] || skip_all "no configfs of sbuddy: load the module, and mount configfs"
trap cleanup EXIT
echo "TAP version 13"
test_lines
test_places
test_files
test_alloc
test_sandbox
test_stages
finish
