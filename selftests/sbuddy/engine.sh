#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Instances whose free pages are words, not lists: what they say of themselves, what
# they refuse, and what the programs beside this script test on any instance.

. "$(dirname "$0")/tap.sh"

here=$(dirname "$0")
debugfs=/sys/kernel/debug/sbuddy/test-engine
item=/sys/kernel/config/sbuddy/test-engine

# make KIND MEMORY: not started yet.
make()
{
	mkdir $item && echo "$1" >$item/kind && echo "$2" >$item/memory && echo word >$item/engine
}

is_right()
{
	[ "$(cat $debugfs/check)" = "0 violations" ] && return
	sed 's/^/# /' $debugfs/check
	return 1
}

test_files()
{
	make dry "0x80000000 64M" && [ "$(cat $item/engine)" = word ] && echo 1 >$item/live &&
		grep -q '^engine word$' $debugfs/tunables &&
		grep -q '^pageblocks: .*, words of [0-9]* KiB$' $debugfs/stages
	result $? "files tell the engine"
	! { echo "engine list" >$debugfs/tunables; } 2>/dev/null
	result $? "it stays what it is while the instance lives"
	! { echo "+guard" >$debugfs/debug; } 2>/dev/null && is_right
	result $? "there are no guard pages"
	[ "$(awk '{ for (i = NF; i >= 5; i--) sum = 2 * sum + $i; print sum }' $debugfs/buddyinfo)" = \
		"$(awk '$1 == "nr_free_pages" { print $2 }' $debugfs/zoneinfo)" ]
	result $? "buddyinfo's blocks add up to nr_free_pages"
	cat $debugfs/pagetypeinfo $debugfs/extfrag/* $debugfs/compact_plan >/dev/null && is_right
	result $? "files of lists are readable"
	rmdir $item
}

# Whatever there is already, files tell of it.
test_stages()
{
	bad=0
	make dry "0x80000000 64M" && echo step >$item/boot && echo 1 >$item/live || bad=1
	for stage in regions layout memmap pageblocks live; do
		cat $debugfs/buddyinfo $debugfs/zoneinfo $debugfs/pagetypeinfo $debugfs/extfrag/* \
			$debugfs/stages >/dev/null && is_right && echo next >$item/stage &&
			[ "$(cat $item/stage)" = $stage ] || bad=1
	done
	is_right && [ $bad = 0 ]
	result $? "files are readable at every stage"
	rmdir $item
}

# refused FILE VALUE: does not go with it.
refused()
{
	make dry "0x80000000 64M" && echo "$2" >$item/"$1" && ! { echo 1 >$item/live; } 2>/dev/null
	result $? "$1 $2 is refused"
	rmdir $item
}

# program KIND MEMORY NAME
program()
{
	make "$1" "$2" && echo 1 >$item/live &&
		SBUDDY_ENGINE=word SBUDDY_DEVICE=/dev/$(cat $item/device) "$here/$3" && is_right
	status=$?
	# Nothing may be left of it: the directory goes only when unused.
	rmdir $item && [ $status = 0 ]
	result $? "$3 on a $1 instance"
}

[ -d ${item%/*} ] || skip_all "no ${item%/*}: load the module, and mount configfs"
echo "TAP version 13"
test_files
test_stages
refused rules 6.1
refused pageblock_order 10
refused pageblock_order 4
refused debug_guardpage_minorder 1
for name in ioctl handles mmap scattered dmabuf lifetime hostile movable; do
	program sandbox 16M $name
done
program dry "0x80000000 512M" ioctl
finish
