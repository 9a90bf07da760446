#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# init_on_free: pages are zeroed as they are freed, and not once more when somebody gets them.
# What programs beside this script expect to be zero is so there, too.

. "$(dirname "$0")/tap.sh"

configfs=/sys/kernel/config/sbuddy
item=$configfs/test-zeroed
here=$(dirname "$0")
debug=/sys/kernel/debug/sbuddy/test-zeroed/debug

# scan TEXT: all that is free is zero.
scan()
{
	echo scan >$debug && grep -qx "found_write_after_free 0" $debug
	result $? "$1"
}

[ -d $configfs ] || skip_all "no $configfs: load the module, and mount configfs"
echo "TAP version 13"
mkdir $item && echo 8M >$item/memory && echo "a 1M" >$item/cma && echo 1 >$item/init_on_free
echo 1 >$item/page_poison
! echo 1 2>/dev/null >$item/live && dmesg | grep -q "test-zeroed: page_poison with init_on_free is 1, but must be 0"
result $? "it is refused together with page_poison"
echo 0 >$item/page_poison && echo 1 >$item/live
[ "$(cat $item/live)" = 1 ]
result $? "the instance is live"
scan "all pages are zero from the start"
! echo +poison 2>/dev/null >$debug && grep -qx "poison 0" $debug
result $? "free pages are not filled with anything else"
for program in mmap scattered place claim classes poison; do
	SBUDDY_DEVICE=/dev/$(cat $item/device) "$here/$program"
	result $? "$program finds zeroes where it looks for them"
	scan "and leaves zeroes"
done
rmdir $item
result $? "nothing is left"
finish
