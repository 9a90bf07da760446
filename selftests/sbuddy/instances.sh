#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the programs beside this script test on a carveout, on instances that
# have none: a sandbox, and a dry one larger than the memory of many a board.

. "$(dirname "$0")/tap.sh"

configfs=/sys/kernel/config/sbuddy
here=$(dirname "$0")

# one KIND MEMORY PROGRAM
one()
{
	mkdir $configfs/test-programs &&
		echo "$1" >$configfs/test-programs/kind &&
		echo "$2" >$configfs/test-programs/memory &&
		echo 1 >$configfs/test-programs/live &&
		SBUDDY_DEVICE=/dev/$(cat $configfs/test-programs/device) "$here/$3"
	status=$?
	# Nothing may be left of it: the directory goes only when unused.
	rmdir $configfs/test-programs && [ $status = 0 ]
	result $? "$3 on a $1 instance"
}

# add NAME: a small dry one
add()
{
	mkdir $configfs/$1 && echo dry >$configfs/$1/kind &&
		echo "0x80000000 1M" >$configfs/$1/memory && echo 1 2>/dev/null >$configfs/$1/live
}

# There are numbers for 64; one more is refused, and has the number of the first that goes.
# A kernel may have fewer for devices of all kinds: then 2 is returned.
too_many()
{
	before=$(find /dev -name 'sbuddy[0-9]*' | wc -l) added=0 status=1
	while add many-$added && [ $added -lt 65 ]; do
		added=$((added + 1))
	done
	if [ $((before + added)) = 64 ] &&
		dmesg | grep -q "many-$added: there are 64 instances already"; then
		first=$(cat $configfs/many-0/device)
		rmdir $configfs/many-0 && echo 1 >$configfs/many-$added/live &&
			[ "$(cat $configfs/many-$added/device)" = "$first" ]
		status=$?
	elif dmesg | grep -q "many-$added: cannot make /dev/"; then
		status=2
	fi
	rmdir $configfs/many-* && return $status
}

[ -d $configfs ] || skip_all "no $configfs: load the module, and mount configfs"
echo "TAP version 13"
for program in abi ioctl handles mmap huge scattered dmabuf lifetime hostile; do
	one sandbox 16M $program
done
for program in abi ioctl handles hostile; do
	one dry "0x80000000 512M" $program
done
too_many
case $? in
2) result 0 "the 65th is refused # SKIP this kernel has not as many devices" ;;
*) result $? "the 65th is refused, until another goes" ;;
esac
finish
