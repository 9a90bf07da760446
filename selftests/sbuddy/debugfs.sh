#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The files of an instance: there, readable at every stage, and of one mind.
#
# Runs on a dry instance of its own, which is made and taken away again.

. "$(dirname "$0")/tap.sh"

debugfs=${DEBUGFS:-/sys/kernel/debug}
configfs=${CONFIGFS:-/sys/kernel/config}
demo=${SBUDDY_DEMO:-/usr/bin/sbuddy-demo}
item=$configfs/sbuddy/debugfs-test
dir=$debugfs/sbuddy/debugfs-test
public="memblock/memory memblock/reserved zoneinfo buddyinfo pageblocks stages tunables
	vmstat extfrag/unusable_index extfrag/extfrag_index"
private="pagetypeinfo check clients buffers"
churning=$(mktemp) || exit 1

cleanup()
{
	rm -f "$churning"
	wait
	if [ -d "$item" ]; then
		echo 0 > "$item/live"
		rmdir "$item"
	fi
}
trap cleanup EXIT

complain()
{
	echo "# $*"
	return 1
}

# The kernel oopsed (7) or warned (9) since it was booted.
taint()
{
	echo $(($(cat /proc/sys/kernel/tainted) & (1 << 7 | 1 << 9)))
}

has_mode()
{
	mode=$(ls -l "$dir/$1" | cut -c 1-10)
	[ "$mode" = "$2" ] || complain "$1 is $mode, not $2"
}

modes_are_linux_s()
{
	bad=0
	for file in $public; do
		[ "$file" = tunables ] || has_mode "$file" -r--r--r-- || bad=1
	done
	for file in $private; do
		has_mode "$file" -r-------- || bad=1
	done
	has_mode tunables -rw-r--r-- || bad=1
	return $bad
}

all_say_something()
{
	bad=0
	for file in $public $private; do
		[ -n "$(cat "$dir/$file")" ] || complain "$file is empty" || bad=1
	done
	return $bad
}

check_is_clean()
{
	said=$(cat "$dir/check")
	[ "$said" = "0 violations" ] || complain "check: $said"
}

# zone_value ZONE NAME: a figure of a zone in zoneinfo
zone_value()
{
	awk -v zone="$1" -v name="$2" '
		/^Node/ { here = $4 == zone }
		here && $1 == name { print $2; exit }' "$dir/zoneinfo"
}

zones()
{
	awk '{ print $4 }' "$dir/buddyinfo"
}

free_pages_agree()
{
	bad=0
	for zone in $(zones); do
		sum=$(awk -v zone="$zone" '$4 == zone {
			for (i = NF; i >= 5; i--)
				sum = 2 * sum + $i
			print sum }' "$dir/buddyinfo")
		free=$(zone_value "$zone" nr_free_pages)
		[ "$sum" = "$free" ] ||
			complain "$zone: buddyinfo has $sum pages, zoneinfo $free" || bad=1
	done
	return $bad
}

pages_are_ordered()
{
	bad=0
	for zone in $(zones); do
		spanned=$(zone_value "$zone" spanned)
		present=$(zone_value "$zone" present)
		managed=$(zone_value "$zone" managed)
		free=$(zone_value "$zone" nr_free_pages)
		[ "$spanned" -ge "$present" ] && [ "$present" -ge "$managed" ] &&
			[ "$managed" -ge "$free" ] ||
			complain "$zone: spanned $spanned, present $present," \
				 "managed $managed, free $free" || bad=1
	done
	return $bad
}

lists_agree_with_buddyinfo()
{
	lists=$(awk '/type/ && /^Node/ { for (i = 7; i <= NF; i++) sum[i - 7] += $i }
		END { for (i = 0; i in sum; i++) printf "%d ", sum[i] }' "$dir/pagetypeinfo")
	totals=$(awk '{ for (i = 5; i <= NF; i++) sum[i - 5] += $i }
		END { for (i = 0; i in sum; i++) printf "%d ", sum[i] }' "$dir/buddyinfo")
	[ -n "$lists" ] && [ "$lists" = "$totals" ] ||
		complain "by type: $lists; in all: $totals"
}

blocks_agree()
{
	counted=$(awk '/^Number of/ { here = 1; next }
		here && /^Node/ { for (i = 5; i <= NF; i++) sum += $i }
		END { print sum + 0 }' "$dir/pagetypeinfo")
	shown=$(awk '!/^#/ { gsub(/[^A-Za-z]/, "", $2); sum += length($2) }
		END { print sum + 0 }' "$dir/pageblocks")
	[ "$counted" -gt 0 ] && [ "$counted" = "$shown" ] ||
		complain "pagetypeinfo counts $counted blocks, pageblocks shows $shown"
}

# Every file can be read between any two stages.
walk()
{
	echo 0 > "$item/live" && echo step > "$item/boot" && echo 1 > "$item/live" || return 1
	for stage in new regions layout memmap pageblocks live; do
		[ "$(awk '$1 == "stage" { print $2 }' "$dir/tunables")" = "$stage" ] ||
			complain "not at stage $stage" || return 1
		for file in $public $private; do
			cat "$dir/$file" > /dev/null ||
				complain "$file at stage $stage" || return 1
		done
		check_is_clean || return 1
		[ "$stage" = live ] || echo next > "$item/stage" || return 1
	done
	echo 0 > "$item/live" && echo auto > "$item/boot" && echo 1 > "$item/live"
}

# Files that come and go, and change, while they are read.
churn()
{
	while [ -e "$churning" ]; do
		echo 0 > "$item/live"
		echo 1 > "$item/live"
		[ ! -x "$demo" ] || "$demo" "/dev/$(cat "$item/device")" > /dev/null
	done 2> /dev/null
}

read_under_churn()
{
	before=$(taint)
	churn &
	i=0
	while [ $i -lt "${SBUDDY_ROUNDS:-30}" ]; do
		for file in $public $private pagemap; do
			cat "$dir/$file" > /dev/null 2>&1
		done
		i=$((i + 1))
	done
	rm "$churning"
	wait
	echo 1 > "$item/live"
	[ "$(taint)" = "$before" ] || complain "the kernel warned: see its log"
}

make_instance()
{
	mkdir "$item" &&
	echo dry > "$item/kind" &&
	echo 16777216 > "$item/lowmem_bytes" &&
	echo 8388608 > "$item/movablecore_bytes" &&
	echo "0x80000000 48M" > "$item/memory" &&
	echo 1 > "$item/live"
}

echo "TAP version 13"
[ -d "$debugfs/sbuddy" ] || skip_all "no $debugfs/sbuddy: is the module loaded and debugfs mounted?"
[ -d "$configfs/sbuddy" ] || skip_all "no $configfs/sbuddy to make an instance in"
make_instance || {
	echo "Bail out! no instance can be made"
	exit 1
}

modes_are_linux_s
result $? "modes are those of Linux's files"
all_say_something
result $? "every file of a live instance says something"
check_is_clean
result $? "check finds nothing"
free_pages_agree
result $? "buddyinfo's blocks add up to nr_free_pages"
pages_are_ordered
result $? "spanned >= present >= managed >= free"
lists_agree_with_buddyinfo
result $? "pagetypeinfo's lists add up to buddyinfo"
blocks_agree
result $? "pagetypeinfo counts the blocks that pageblocks shows"
walk
result $? "every file is readable at every stage"
read_under_churn
result $? "files are read while instances come and go"
check_is_clean
result $? "check finds nothing afterwards"
echo 0 > "$item/live"
[ ! -e "$dir" ]
result $? "the files go with the instance"
finish
