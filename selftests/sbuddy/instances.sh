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

[ -d $configfs ] || skip_all "no $configfs: load the module, and mount configfs"
echo "TAP version 13"
for program in abi ioctl handles mmap huge scattered dmabuf lifetime hostile; do
	one sandbox 16M $program
done
for program in abi ioctl handles hostile; do
	one dry "0x80000000 512M" $program
done
finish
