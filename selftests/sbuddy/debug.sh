#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Debug modes: switched while an instance works, and what they find of a client
# that writes where it must not (client/stray.c).

. "$(dirname "$0")/tap.sh"

configfs=/sys/kernel/config/sbuddy
item=$configfs/debug-test
dir=/sys/kernel/debug/sbuddy/debug-test
demo=${SBUDDY_DEMO:-/usr/bin/sbuddy-demo}

# value NAME: a figure of the file
value()
{
	sed -n "s/^$1 //p" $dir/debug
}

# is NAME VALUE...: figures are so
are()
{
	while [ $# -gt 1 ]; do
		[ "$(value "$1")" = "$2" ] || { echo "# $1 is $(value "$1"), not $2"; return 1; }
		shift 2
	done
}

is_clean()
{
	[ "$(cat $dir/check)" = "0 violations" ]
}

# refuses WORDS: nothing is switched
refuses()
{
	cat $dir/debug >"$tmp"
	! echo "$1" 2>/dev/null >$dir/debug && cmp -s "$tmp" $dir/debug
	result $? "refuses \"$(echo "$1" | cut -c 1-40)\""
}

# refuses_poison TEXT
refuses_poison()
{
	! echo "$1" 2>/dev/null >$dir/poison && are hwpoison_pages 0 hwpoison_in_use 0
	result $? "refuses \"$(echo "$1" | cut -c 1-40)\" as an address"
}

works()
{
	[ ! -x "$demo" ] || "$demo" --device "/dev/$(cat $item/device)" >/dev/null
}

# stray WHAT: a client does wrong; says which page
stray()
{
	modprobe sbuddy_stray instance=debug-test what="$1" && rmmod sbuddy_stray &&
		dmesg | sed -n 's/.*stray: pfn //p' | tail -n 1
}

# tells KIND PFN: the last finding, and a line of the log, say so
tells()
{
	grep -q "^last $1: pfn $2 " $dir/debug && dmesg | grep -q "debug-test: $1: pfn $2 "
}

taint()
{
	echo $(($(cat /proc/sys/kernel/tainted) & (1 << 7 | 1 << 9)))
}

# Every mode, again and again, while somebody works.
toggle()
{
	(while [ -e "$tmp" ]; do works; done) &
	i=0
	while [ $i -lt "${SBUDDY_ROUNDS:-20}" ]; do
		for word in +poison guard=2 +owner quarantine=100 scan -poison quarantine=7 \
			-guard -owner "+poison +guard" -quarantine "-poison -guard"; do
			echo "$word" >$dir/debug || return 1
		done
		cat $dir/debug $dir/page_owner >/dev/null
		i=$((i + 1))
	done
	rm "$tmp"
	wait
}

cleanup()
{
	rm -f "$tmp"
	wait
	[ ! -d $item ] || rmdir $item
}

[ -d $configfs ] || skip_all "no $configfs: load the module, and mount configfs"
tmp=$(mktemp)
trap cleanup EXIT

echo "TAP version 13"
mkdir $item && echo sandbox >$item/kind && echo 16M >$item/memory && echo 1 >$item/live
result $? "an instance starts"
[ "$(stat -c %a $dir/debug $dir/page_owner $dir/poison | tr '\n' ' ')" = "600 400 200 " ]
result $? "its files are for root alone"
are poison 0 guard 0 owner 0 quarantine 0 found_write_after_free 0 found_overrun 0 \
	hwpoison_pages 0
result $? "all is off at first"

for words in "" "poison" "+" "-" "=" "+nonsense" "poison=1" "owner=1" "guard" "guard=" "guard=-1" \
	"guard=6" "guard=99999999999" "quarantine=x" "quarantine=4294967295" "+poison nonsense" \
	"+guard guard=6" "--poison" "+guard=1" "scan=1" \
	"$(head -c 200 /dev/zero | tr '\0' '+')" "$(head -c 5000 /dev/zero | tr '\0' ' ')"; do
	refuses "$words"
done
for text in "" "x" "0x" "-" "--1" "0" "-0" "0xffffffffffffffff" "0x10000000000000000" \
	"$(head -c 200 /dev/zero | tr '\0' '1')"; do
	refuses_poison "$text"
done

echo "+poison" >$dir/debug && works && echo scan >$dir/debug && are poison 1 found_write_after_free 0
result $? "filled pages come and go, and nothing is found"
if modprobe -n sbuddy_stray 2>/dev/null || modinfo sbuddy_stray >/dev/null 2>&1; then
	echo "+owner" >$dir/debug && pfn=$(stray write-after-free) && echo scan >$dir/debug &&
		are found_write_after_free 1 && tells "write after free" "$pfn"
	result $? "a write after free is found, and told"
	grep -q "^last .*; last owner pid [0-9]* (modprobe), pfn .* freed at [0-9]* ns by pid" $dir/debug &&
		if [ -e /proc/self/stack ]; then
			grep -q "^allocated .*do_wrong\|^allocated .*stray_init\|^allocated .*sbuddy_alloc" $dir/debug &&
				grep -q "^freed .*do_one_initcall" $dir/debug
		else
			echo "# this kernel has no CONFIG_STACKTRACE: nothing tells from where"
		fi
	result $? "with who had the page, and from where it was allocated and freed"
	echo "-poison +guard" >$dir/debug && pfn=$(stray overrun) &&
		cat $dir/check >/dev/null && are found_overrun 1 && tells overrun "$pfn"
	result $? "an overrun is found, and told"
	grep -q "^last .*owner pid [0-9]* (modprobe)" $dir/debug
	result $? "with who had the block before it"
fi
is_clean
result $? "the instance is in order"
echo "-guard -owner +quarantine" >$dir/debug && works &&
	[ "$(value quarantine_pages)" -gt 0 ] && is_clean
result $? "freed blocks rest"
echo "quarantine=0" >$dir/debug && are quarantine_pages 0 guard_pages 0 && is_clean
result $? "until it is switched off"

before=$(taint)
toggle && is_clean && [ "$(taint)" = "$before" ]
result $? "modes are switched while somebody works"

base=$(sed -n 's/^ *0: 0x0*\([0-9a-f]*\)\.\..*/0x\1/p' $dir/memblock/memory)
echo "$base" >$dir/poison && are hwpoison_pages 1 && works && is_clean
result $? "a page is marked as bad memory"
! echo "$base" 2>/dev/null >$dir/poison && are hwpoison_pages 1
result $? "but once"
echo "-$base" >$dir/poison && are hwpoison_pages 0 && is_clean
result $? "and is good again"

echo "+poison +guard +owner +quarantine" >$dir/debug && works
result $? "all modes at once"
rmdir $item
result $? "the instance ends with all of them on"
finish
