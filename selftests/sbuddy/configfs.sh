#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Instances without a carveout: what each file of their directory takes and
# refuses, a life in one go and stage by stage, and being in use.
#
# A file refuses by failing the echo that writes to it.
# shellcheck disable=SC2320,SC2154 # nr is of tap.sh

. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/meminfo.sh"

configfs=/sys/kernel/config
debugfs=/sys/kernel/debug
a=$configfs/sbuddy/test-a
b=$configfs/sbuddy/test-b

cleanup()
{
	exec 3>&-
	for item in "$a" "$b"; do
		[ ! -d "$item" ] || rmdir "$item"
	done
}
trap cleanup EXIT

# Lines of the kernel's log since the last mark.
mark()
{
	echo "sbuddy-configfs-test $$ $nr" > /dev/kmsg
}

complaints()
{
	dmesg -r | sed "1,/sbuddy-configfs-test $$ $nr\$/d" | grep -E "^<[0-4]>.*sbuddy"
}

# FILE VALUE [SEEN]: taken, and read back.
takes()
{
	echo "$2" > "$a/$1" && [ "$(cat "$a/$1")" = "${3-$2}" ]
	result $? "$1 takes \"$(echo "$2" | tr '\n' ';')\""
}

# FILE VALUE ERRNO-TEXT PATTERN: refused with one line, and as before.
refuses()
{
	mark
	before=$(cat "$a/$1")
	said=$({ echo "$2" > "$a/$1"; } 2>&1)
	refused=$?
	lines=$(complaints)
	[ $refused != 0 ] && [ "$(cat "$a/$1")" = "$before" ] &&
		echo "$said" | grep -q "$3" &&
		[ "$(echo "$lines" | wc -l)" = 1 ] &&
		echo "$lines" | grep -qE "sbuddy test-a: $1 $4"
	status=$?
	[ $status = 0 ] || printf '# %s\n# %s\n' "$said" "$lines"
	result $status "$1 refuses \"$(echo "$2" | tr '\n' ';')\""
}

invalid="Invalid argument"
busy="Resource busy\|Device or resource busy"

test_defaults()
{
	[ "$(cat $a/kind $a/boot $a/stage $a/live $a/max_order $a/pageblock_order $a/bottom_up |
		tr '\n' ' ')" = "sandbox auto off 0 10 8 0 " ] &&
		[ "$(cat $a/pcp_batch $a/pcp_high $a/users | tr '\n' ' ')" = \
			"16 auto 0 files, 0 buffers, 0 clients " ] &&
		[ -z "$(cat $a/memory $a/reserved $a/device)" ]
	result $? "a new directory has the defaults"
}

# FILE LOW HIGH
test_number()
{
	takes "$1" "$3"
	takes "$1" "$2"
	refuses "$1" $(($3 + 1)) "$invalid" "is \"$(($3 + 1))\", but must be $2 to $3"
	refuses "$1" -1 "$invalid" "is \"-1\", but must be $2 to $3"
	refuses "$1" 1x "$invalid" "is \"1x\", but must be"
	refuses "$1" "" "$invalid" "is \"\", but must be"
}

test_bytes()
{
	takes "$1" 64M 67108864
	takes "$1" 0x1000 4096
	takes "$1" 0
	refuses "$1" 64Q "$invalid" "is \"64Q\", but must be 0 to "
	refuses "$1" 99999999999999999999 "$invalid" "is \"9*\", but must be 0 to "
	refuses "$1" 17000000T "$invalid" "is \"17000000T\", but must be 0 to "
}

test_values()
{
	test_number max_order 1 15
	test_number pageblock_order 1 15
	test_number kernelcore_percent 0 100
	test_number movablecore_percent 0 100
	test_number pcp_batch 1 512
	test_number pcp_high_max 0 131072
	test_number pcp_at_once 0 1
	test_number pcp_huge_order 0 15
	test_number watermark_scale_factor 1 3000
	test_number watermark_boost_factor 0 1000000
	test_number lowmem_reserve_ratio_dma 0 2147483647
	test_number lowmem_reserve_ratio_normal 0 2147483647
	test_number lowmem_reserve_ratio_highmem 0 2147483647
	takes pcp_high 0
	takes pcp_high 8192
	takes pcp_high auto
	refuses pcp_high 8193 "$invalid" "is .*, but must be auto or 0 to 8192"
	takes min_free_kbytes 0
	takes min_free_kbytes 2147483648
	takes min_free_kbytes auto
	refuses min_free_kbytes 2147483649 "$invalid" "is .*, but must be auto or 0 to 2147483648"
	refuses min_free_kbytes much "$invalid" "is \"much\", but must be auto or 0 to"
	takes rules 6.1
	takes rules 6.12
	refuses rules 6.2 "$invalid" "is \"6.2\", but must be 6.12 or 6.1"
	takes engine word
	takes engine list
	refuses engine lists "$invalid" "is \"lists\", but must be list or word"
	test_number bottom_up 0 1
	test_bytes dma_bytes
	test_bytes lowmem_bytes
	test_bytes kernelcore_bytes
	test_bytes movablecore_bytes
	refuses kind wet "$invalid" "is \"wet\", but must be sandbox or dry"
	refuses boot slow "$invalid" "is \"slow\", but must be auto or step"
	refuses live 2 "$invalid" "is \"2\", but must be 0 or 1"
	refuses stage back "$invalid" "is \"back\", but must be next"
	takes boot step
	takes boot auto
}

test_lists()
{
	takes memory "4M"  "4M 0"
	takes memory "1M 3
8192K" "1M 3
8M 0"
	refuses memory "0x80000000 4M" "$invalid" "has .*, but must have lines of SIZE \[NID\]"
	refuses memory "4M 8" "$invalid" "has .*NID 0 to 7"
	refuses memory "4M 0 nomap" "$invalid" "has "
	refuses memory "0" "$invalid" "has "
	refuses memory "4M$(printf '%5000s' '')" "$invalid" "is longer than"
	refuses max_order "5$(printf '%60s' '')junk" "$invalid" "is "
	takes kind dry
	[ -z "$(cat $a/memory)" ]
	result $? "another kind starts without memory"
	takes memory "0x80000000 256M
0xc0000000 1G 1 hotplug mirror
0x0 4K nomap" "0x80000000 256M 0
0xc0000000 1G 1 hotplug mirror
0x0 4K 0 nomap"
	refuses memory "0x80000000" "$invalid" "has "
	refuses memory "0x80000000 1M 0 1" "$invalid" "has "
	refuses memory "0x80000000 1M big" "$invalid" "has "
	refuses memory "0xffffffffffffffff 1M" "$invalid" "has "
	refuses memory "$(seq 33 | sed 's/.*/&M 4K/')" "$invalid" "has more than 32 lines"
	takes reserved "0x80000000 64K" "0x80000000 64K"
	refuses reserved "0x80000000 64K 0" "$invalid" "has .*, but must have lines of BASE SIZE,"
	takes reserved "" ""
	takes memory "" ""
}

# A board of 512 MiB on whatever this is.
test_dry()
{
	rmdir $a
	mkdir $a
	echo dry > $a/kind
	echo "0x80000000 512M" > $a/memory
	echo 320M > $a/lowmem_bytes
	echo 1 > $a/live
	result $? "a dry instance of 512 MiB starts"
	dev=$(cat $a/device)
	[ -c "/dev/$dev" ] && [ "$(cat $a/live) $(cat $a/stage)" = "1 live" ] &&
		grep -q "zone  HighMem" $debugfs/sbuddy/test-a/buddyinfo &&
		grep -q "^0 violations" $debugfs/sbuddy/test-a/check
	result $? "it has its /dev node and files"
	for file in kind:sandbox boot:step max_order:9 bottom_up:1 lowmem_bytes:0 \
		memory:4M reserved:4M; do
		refuses "${file%:*}" "${file#*:}" "$busy" "cannot change while live is 1"
	done
	echo 1 > $a/live
	result $? "starting what is live changes nothing"
	echo 0 > $a/live && [ ! -e "/dev/$dev" ] && [ ! -e $debugfs/sbuddy/test-a ] &&
		[ "$(cat $a/stage)" = off ]
	result $? "it stops"
	echo 1 > $a/live && echo 0 > $a/live
	result $? "and starts and stops once more"
}

test_in_use()
{
	echo 1 > $a/live
	exec 3<> "/dev/$(cat $a/device)"
	[ "$(cat $a/users)" = "1 files, 0 buffers, 0 clients" ]
	result $? "users tells of an open file"
	! rmdir $a 2> /dev/null && [ "$(cat $a/live)" = 1 ]
	result $? "rmdir is refused while a file is open"
	mark
	{ echo 0 > $a/live; } 2>&1 | grep -q "$busy" && [ "$(cat $a/live)" = 1 ]
	refused=$?
	complaints | grep -q "test-a: in use by .*\[$$\], which has 0 buffers of 0 bytes"
	result $? "the log tells who has it open"
	result $refused "stopping is refused while a file is open"
	exec 3>&-
	dev=$(cat $a/device)
	rmdir $a && [ ! -e "/dev/$dev" ] && [ ! -e $debugfs/sbuddy/test-a ]
	result $? "rmdir ends it once the file is closed"
	mkdir $a
}

test_sandbox()
{
	free=$(free_kib)
	echo 8M > $a/memory
	echo 1 > $a/live
	result $? "a sandbox of 8 MiB starts"
	awk '{ sub("K", "", $2); n = $2; if (sub("M", "", n)) n *= 1024; sum += n }
		!/^0x/ { bad = 1 } END { exit bad || sum != 8192 }' $a/memory
	result $? "memory reads back where it is"
	grep -q "^0 violations" $debugfs/sbuddy/test-a/check
	result $? "it is right"
	echo 0 > $a/live && [ "$(cat $a/memory)" = "8M 0" ]
	result $? "after it has stopped memory is what was asked for"
	mark
	echo 1024G > $a/memory
	! { echo 1 > $a/live; } 2> /dev/null && [ "$(cat $a/live)" = 0 ] &&
		[ "$(complaints | wc -l)" = 1 ] && complaints | grep -q "no 1073741824 KiB to lend"
	result $? "more memory than there is is refused with one line"
	now=$(free_kib)
	[ $((free - now)) -lt 2048 ]
	result $? "and all is given back"
}

test_steps()
{
	rmdir $a
	mkdir $a
	echo dry > $a/kind
	echo step > $a/boot
	echo "0x80000000 64M" > $a/memory
	{ echo next > $a/stage; } 2> /dev/null
	[ $? != 0 ] && [ "$(cat $a/stage)" = off ]
	result $? "no stage without a start"
	echo 1 > $a/live
	for stage in new regions layout memmap pageblocks live; do
		[ $stage = new ] || echo next > $a/stage
		[ "$(cat $a/stage)" = $stage ] && [ -r $debugfs/sbuddy/test-a/stages ] &&
			cat $debugfs/sbuddy/test-a/*info > /dev/null &&
			grep -q "^0 violations" $debugfs/sbuddy/test-a/check
		result $? "stage $stage is reached, readable and right"
		[ $stage = live ] && continue
		[ -z "$(cat $a/device)" ]
		result $? "stage $stage has no /dev node yet"
	done
	[ -c "/dev/$(cat $a/device)" ]
	result $? "live has its /dev node"
	! { echo next > $a/stage; } 2> /dev/null
	result $? "there is no stage after live"
	rmdir $a
	result $? "rmdir ends a stepped one"
	mkdir $a
	echo dry > $a/kind
	echo step > $a/boot
	echo "0x80000000 64M" > $a/memory
	echo 1 > $a/live && echo next > $a/stage && echo 0 > $a/live
	result $? "it may end half way"
}

test_two()
{
	mkdir $b
	echo dry > $b/kind
	echo auto > $a/boot
	echo "0x80000000 64M" > $b/memory
	echo 1 > $a/live && echo 1 > $b/live && [ "$(cat $a/device)" != "$(cat $b/device)" ]
	result $? "two instances live side by side"
	! mkdir $b 2> /dev/null
	result $? "no two directories of one name"
	rmdir $b
	[ "$(cat $a/live)" = 1 ] && grep -q "^0 violations" $debugfs/sbuddy/test-a/check
	result $? "the end of one leaves the other"
	echo 0 > $a/live
	! mkdir "$configfs/sbuddy/a b" 2> /dev/null &&
		! mkdir $configfs/sbuddy/12345678901234567890123456789012 2> /dev/null
	result $? "names with a space or 32 letters are refused"
}

# Memory of two nodes comes in whole pageblocks.
test_sandbox_nodes()
{
	printf '600K 0\n600K 1\n' > $a/memory
	mark
	! { echo 1 > $a/live; } 2> /dev/null &&
		[ "$(complaints | wc -l)" = 1 ] && complaints | grep -q "a multiple of 1024 KiB"
	result $? "a sandbox of two nodes wants whole pageblocks"
	printf '2M 0\n3M 1\n' > $a/memory
	echo 1 > $a/live && grep -q "^Node 1, zone" $debugfs/sbuddy/test-a/buddyinfo &&
		grep -q "^0 violations" $debugfs/sbuddy/test-a/check
	result $? "and then has them"
	echo 0 > $a/live
}

# A directory named as an instance of the device tree.
test_clash()
{
	taken=$(ls $debugfs/sbuddy | head -1)
	if [ -z "$taken" ]; then
		result 0 "a taken name is refused # SKIP the device tree has no carveout"
		return
	fi
	b=$configfs/sbuddy/$taken
	mkdir "$b" && echo dry > "$b/kind" && echo "0x80000000 64M" > "$b/memory"
	mark
	! { echo 1 > "$b/live"; } 2> /dev/null && [ "$(cat "$b/live")" = 0 ] &&
		[ "$(complaints | wc -l)" = 1 ] && complaints | grep -q "has this name"
	result $? "a taken name is refused with one line"
	grep -q "^0 violations" "$debugfs/sbuddy/$taken/check"
	result $? "whose it is goes on"
	rmdir "$b"
}

# Values that are fine each, but not together.
test_together()
{
	echo 1 > $a/max_order
	mark
	! { echo 1 > $a/live; } 2> /dev/null &&
		[ "$(complaints | wc -l)" = 1 ] &&
		complaints | grep -q "test-a: pageblock_order is 8, but must be 1 to 1"
	result $? "values that do not go together are refused with one line"
	echo > $a/memory
	mark
	! { echo 1 > $a/live; } 2> /dev/null &&
		[ "$(complaints | wc -l)" = 1 ] && complaints | grep -q "test-a: memory is empty"
	result $? "no memory is refused with one line"
}

[ -d /sys/module/sbuddy ] || modprobe sbuddy || skip_all "the module cannot be loaded"
grep -q " $configfs " /proc/mounts || mount -t configfs configfs $configfs ||
	skip_all "no configfs"
grep -q " $debugfs " /proc/mounts || mount -t debugfs debugfs $debugfs
[ -d $configfs/sbuddy ] || skip_all "the module was built without configfs"
rmdir $a $b 2> /dev/null
mkdir $a || skip_all "cannot make a directory"

echo "TAP version 13"
test_defaults
test_values
test_lists
test_dry
test_in_use
test_sandbox
test_sandbox_nodes
test_steps
test_two
test_clash
test_together
finish
