#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The interface for other modules, called by one: client/ has its tests, which
# run on each kind of instance.

. "$(dirname "$0")/tap.sh"

configfs=/sys/kernel/config/sbuddy
debugfs=/sys/kernel/debug
item=$configfs/client-test

# The lines of the module's report, numbered anew.
relay()
{
	while IFS= read -r line; do
		case "$line" in
		"ok "*) result 0 "$1: ${line#ok * }" ;;
		"not ok "*) result 1 "$1: ${line#not ok * }" ;;
		"# "*) echo "$line" ;;
		esac
	done
}

# NAME KIND: all of it on one instance, which is as before afterwards.
run_on()
{
	# Of a kind ten complaints in five seconds are told, and some were of the run before.
	sleep 5
	echo "sbuddy-client-test $$ $2" >/dev/kmsg
	modprobe sbuddy_client instance="$1"
	result $? "$2: the client is loaded"
	cat $debugfs/sbuddy_client/ktap >"$tmp" 2>/dev/null
	relay "$2" <"$tmp"
	[ "$(grep -c '^\(not \)\{0,1\}ok ' "$tmp")" = "$(sed -n 's/^1\.\.//p' "$tmp")" ]
	result $? "$2: its report is whole"
	[ "$(cat "$debugfs/sbuddy/$1/check")" = "0 violations" ]
	result $? "$2: nothing is found wrong afterwards"
	complaints "$2" | grep -q "sbuddy $1: page allocation failure: order:16, mode:.*GFP_KERNEL"
	result $? "$2: the log tells of a failure, its order and its flags"
	complaints "$2" | grep -q "sbuddy $1: __GFP_NOFAIL is refused"
	result $? "$2: the log tells of __GFP_NOFAIL"
	slabs "$1" "$2"
	[ ! -d $item ] || { ! rmdir $item 2>/dev/null && grep -q " [1-9][0-9]* clients" $item/users; }
	result $? "$2: it stays while the client has it"
	rmmod sbuddy_client
	result $? "$2: the client unloads"
}

# NAME KIND: the caches that the client has, and what it did wrong with their objects.
slabs()
{
	cat "$debugfs/sbuddy/$1/slabinfo" >"$tmp"
	if [ "$2" = dry ]; then
		[ $? = 0 ] && [ ! -s "$tmp" ]
		result $? "$2: slabinfo is empty"
		return
	fi
	[ "$(sed -n 1p "$tmp")" = "slabinfo - version: 2.1" ] && sed -n 2p "$tmp" | grep -q "^# name "
	result $? "$2: slabinfo begins as Linux's"
	# Five objects of 100 bytes and more, all in one slab.
	awk '$1 == "client-kept" { found = $2 == 5 && $3 == $5 && $4 >= 100 && $6 >= 1 &&
			$7 $8 == ":tunables" && $12 $13 == ":slabdata" && $14 == 1 && $15 == 1 }
		END { exit !found }' "$tmp"
	result $? "$2: slabinfo has the client's cache and its objects"
	[ "$(grep -c "^kmalloc-" "$tmp")" = 13 ]
	result $? "$2: and those of sbuddy_kmalloc()"
	complaints "$2" >"$tmp"
	grep -q "sbuddy $1: .*client-red" "$tmp"
	result $? "$2: the log tells of a write behind an object"
	grep -q "sbuddy $1: .*client-poison" "$tmp"
	result $? "$2: the log tells of a write to a free object"
	grep -q "sbuddy $1: client-busy: .* in use" "$tmp"
	result $? "$2: the log names objects that keep a cache"
}

# The kernel's log since a mark, without what other modules said.
complaints()
{
	dmesg -r | sed "1,/sbuddy-client-test $$ $1\$/d" | grep -E "^<[0-4]>.*sbuddy"
}

# KIND MEMORY [FILE:VALUE...]: an instance of configfs.
run_on_new()
{
	kind=$1
	mkdir $item && echo "${kind%-*}" >$item/kind && printf '%s\n' "$2" >$item/memory
	shift 2
	for setting; do
		echo "${setting#*:}" >"$item/${setting%:*}"
	done
	echo 1 >$item/live && [ "$(cat $item/live)" = 1 ]
	result $? "$kind: an instance starts"
	run_on client-test "$kind"
	[ "$(cat $item/users)" = "0 files, 0 buffers, 0 clients" ] && rmdir $item
	result $? "$kind: and ends, as nobody has it"
}

# An object that a client left behind goes with the instance, and others go on.
leave_behind()
{
	echo "sbuddy-client-test $$ leak" >/dev/kmsg
	mkdir $item && echo sandbox >$item/kind && echo 4M >$item/memory && echo 1 >$item/live &&
		modprobe sbuddy_stray instance=client-test what=leak && rmmod sbuddy_stray
	result $? "leak: a client goes and leaves an object behind"
	complaints leak | grep -q "sbuddy client-test: kmalloc-64: .* in use"
	result $? "leak: the log tells of it"
	modprobe sbuddy_stray instance=client-test what=leak && rmmod sbuddy_stray &&
		[ "$(awk '$1 == "kmalloc-8" { print $2 }' $debugfs/sbuddy/client-test/slabinfo)" = 0 ]
	result $? "leak: the next client has the same caches"
	[ "$(cat $debugfs/sbuddy/client-test/check)" = "0 violations" ]
	result $? "leak: nothing is found wrong"
	rmdir $item
	result $? "leak: the instance ends all the same"
}

cleanup()
{
	rm -f "$tmp"
	[ ! -d $item ] || rmdir $item
}

modprobe -n sbuddy_client 2>/dev/null || modinfo sbuddy_client >/dev/null 2>&1 ||
	skip_all "there is no sbuddy_client.ko: scripts/build-module makes it"
[ -d $configfs ] || skip_all "no $configfs: load the module, and mount configfs"
tmp=$(mktemp)
trap cleanup EXIT

echo "TAP version 13"
! modprobe sbuddy_client instance=no-such-instance 2>/dev/null
result $? "without its instance the client is not loaded"
mkdir $item && echo dry >$item/kind && echo "0x80000000 64M" >$item/memory &&
	echo step >$item/boot && echo 1 >$item/live &&
	! modprobe sbuddy_client instance=client-test 2>/dev/null
result $? "nor with one that is not live yet"
rmdir $item
carveout=$(find $debugfs/sbuddy -mindepth 1 -maxdepth 1 -exec basename {} \; | head -n 1)
[ -z "$carveout" ] || run_on "$carveout" carveout
run_on_new sandbox 16M
run_on_new sandbox-zones "$(printf '8M 0\n8M 1')" lowmem_bytes:8M movablecore_bytes:4M
run_on_new sandbox-small 4M pcp_high:0
leave_behind
run_on_new dry "0x80000000 512M" lowmem_bytes:256M "cma:cma0 4M"
finish
