#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the programs beside this script test on a carveout, on instances that
# have none: a sandbox, and a dry one larger than the memory of many a board.

configfs=/sys/kernel/config/sbuddy
here=$(dirname "$0")
nr=0
failed=0

# one KIND MEMORY PROGRAM
one()
{
	nr=$((nr + 1))
	mkdir $configfs/test-programs &&
		echo "$1" >$configfs/test-programs/kind &&
		echo "$2" >$configfs/test-programs/memory &&
		echo 1 >$configfs/test-programs/live &&
		SBUDDY_DEVICE=/dev/$(cat $configfs/test-programs/device) "$here/$3"
	status=$?
	# Nothing may be left of it: the directory goes only when unused.
	if rmdir $configfs/test-programs && [ $status = 0 ]; then
		echo "ok $nr - $3 on a $1 instance"
	else
		echo "not ok $nr - $3 on a $1 instance, exit $status"
		failed=1
	fi
}

if [ ! -d $configfs ]; then
	echo "1..0 # SKIP no $configfs: load the module, and mount configfs"
	exit 4
fi
echo "TAP version 13"
echo "1..10"
for program in abi ioctl handles mmap lifetime hostile; do
	one sandbox 16M $program
done
for program in abi ioctl handles hostile; do
	one dry "0x80000000 512M" $program
done
exit $failed
