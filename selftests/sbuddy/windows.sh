#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The files that explain and count: of one mind with the others, and hard to
# confuse.
#
# Runs on a dry instance of its own, which is made and taken away again.

. "$(dirname "$0")/tap.sh"

debugfs=${DEBUGFS:-/sys/kernel/debug}
configfs=${CONFIGFS:-/sys/kernel/config}
item=$configfs/sbuddy/windows-test
dir=$debugfs/sbuddy/windows-test

cleanup()
{
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

has_mode()
{
	mode=$(ls -l "$dir/$1" | cut -c 1-10)
	[ "$mode" = "$2" ] || complain "$1 is $mode, not $2"
}

modes()
{
	has_mode vmstat -r--r--r-- && has_mode extfrag/unusable_index -r--r--r-- &&
		has_mode extfrag/extfrag_index -r--r--r-- && has_mode explain -rw------- &&
		has_mode pagemap -r--------
}

# vmstat NAME
vmstat()
{
	awk -v name="$1" '$1 == name { print $2 }' "$dir/vmstat"
}

tunable()
{
	awk -v name="$1" '$1 == name { print $2 }' "$dir/tunables"
}

free_pages_agree()
{
	sum=$(awk '$1 == "nr_free_pages" { sum += $2 } END { print sum }' "$dir/zoneinfo")
	[ "$(vmstat nr_free_pages)" = "$sum" ] ||
		complain "vmstat has $(vmstat nr_free_pages) free pages, zoneinfo $sum"
}

# In thousandths, what unusable_index makes of buddyinfo.
unusable_agrees()
{
	awk '{
		free = below = 0
		for (i = NF; i >= 5; i--)
			free = 2 * free + $i
		line = "Node " $2 " zone " $4
		size = 1
		for (i = 5; i <= NF; i++) {
			share = int(below * 1000 / free)
			line = line sprintf(" %d.%03d", share / 1000, share % 1000)
			below += $i * size
			size *= 2
		}
		print line
	}' "$dir/buddyinfo" > "$tmp/wanted"
	awk '{ $1 = $1; print }' "$dir/extfrag/unusable_index" > "$tmp/seen"
	cmp -s "$tmp/wanted" "$tmp/seen" || complain "$(diff "$tmp/wanted" "$tmp/seen")"
}

# What has a free block of an order has no index for it.
extfrag_agrees()
{
	awk 'NR == FNR { for (i = 5; i <= NF; i++) blocks[FNR, i] = $i; columns = NF; next }
		{
			suitable = 0
			for (i = columns; i >= 5; i--) {
				suitable += blocks[FNR, i]
				if ((suitable > 0) != ($i == "-1.000")) {
					print "# column " i ": " $i " with " suitable " blocks"
					bad = 1
				}
			}
		}
		END { exit bad || FNR == 0 }' "$dir/buddyinfo" "$dir/extfrag/extfrag_index"
}

# explain WORDS: what the file answers
explain()
{
	exec 3<> "$dir/explain"
	echo "$1" >&3 && cat <&3
	status=$?
	exec 3>&-
	return $status
}

# says WORDS PATTERN...: the answer has all of these lines
says()
{
	explain "$1" > "$tmp/answer" || complain "not answered: $1" || return 1
	shift
	for pattern; do
		grep -q "$pattern" "$tmp/answer" ||
			complain "no '$pattern' in: $(cat "$tmp/answer")" || return 1
	done
}

answers()
{
	says "order=3 type=movable zone=movable" '^request: order 3 (8 pages, 32 KiB), type Movable' \
		'^verdict: would be served$' '^how: above the low mark' 'Movable: gives the block$' &&
	says "" '^request: order 0 (1 page, 4 KiB), type Unmovable, zone Normal and below, any' &&
	says "order=15" '^verdict: too large' &&
	says "bytes=1G" '^verdict: too large' &&
	says "bytes=4M type=reclaimable" '^request: order 10 ' '^verdict: would be served$' &&
	says "node=7 flags=thisnode,atomic,noretry" 'node 7 first, HIGH|KSWAPD_RECLAIM|NORETRY' \
		'^verdict: wrong node' '^would help: any node$' &&
	says "  order=0x1	flags=memalloc  node=any
" 'MEMALLOC$'
}

refuses()
{
	for words in order order= order=x order=-1 order=32 order=99999999999 bytes=0 bytes=1X \
		type=cma zone=dma32 node=8 node=-2 node=x flags= "flags=high," flags=zero colour=red \
		=3 "order=3 $(printf '%0300d' 0)"; do
		if explain "$words" > /dev/null 2>&1; then
			complain "it takes '$words'"
			return 1
		fi
	done
}

# Each open file has its own question and answer.
is_private()
{
	exec 3<> "$dir/explain" 4<> "$dir/explain"
	echo order=1 >&3
	echo order=2 >&4
	first=$(cat <&3)
	second=$(cat <&4)
	exec 3>&- 4>&-
	[ -z "$(cat "$dir/explain")" ] || complain "an answer without a question" || return 1
	case $first in "request: order 1 "*) ;; *) complain "$first"; return 1 ;; esac
	case $second in "request: order 2 "*) ;; *) complain "$second"; return 1 ;; esac
}

changes_nothing()
{
	cat "$dir/vmstat" "$dir/buddyinfo" > "$tmp/before"
	explain "order=10 type=unmovable zone=movable" > /dev/null
	explain "order=10 flags=high" > /dev/null
	cat "$dir/vmstat" "$dir/buddyinfo" > "$tmp/after"
	cmp -s "$tmp/before" "$tmp/after" || complain "$(diff "$tmp/before" "$tmp/after")"
}

pagemap_has_a_word_a_page()
{
	bytes=$(wc -c < "$dir/pagemap")
	pages=$(tunable pagemap_pages)
	[ "$pages" -gt 0 ] && [ "$bytes" = $((pages * 8)) ] ||
		complain "$bytes bytes for $pages pages"
}

walk()
{
	echo 0 > "$item/live" && echo step > "$item/boot" && echo 1 > "$item/live" || return 1
	for stage in new regions layout memmap pageblocks; do
		says "order=1" '^verdict: the instance is not live$' || return 1
		cat "$dir/pagemap" > /dev/null || complain "pagemap at stage $stage" || return 1
		echo next > "$item/stage" || return 1
	done
	says "order=1" '^verdict: would be served$'
}

# What is open while the instance ends is of no more use, and in nobody's way.
outlive()
{
	exec 3<> "$dir/explain" 4< "$dir/pagemap"
	echo order=1 >&3
	echo 0 > "$item/live" || complain "it does not end" || return 1
	status=0
	if cat <&3 > /dev/null 2>&1 || cat <&4 > /dev/null 2>&1; then
		complain "files of an instance that is gone can be read"
		status=1
	fi
	exec 3>&- 4<&-
	return $status
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
tmp=$(mktemp -d) || exit 1
make_instance || {
	echo "Bail out! no instance can be made"
	exit 1
}

modes
result $? "modes are those of Linux's files, and of files for root"
free_pages_agree
result $? "vmstat's free pages are those of zoneinfo"
unusable_agrees
result $? "unusable_index is what buddyinfo amounts to"
extfrag_agrees
result $? "extfrag_index is -1 where there is a block"
answers
result $? "explain answers"
refuses
result $? "explain refuses what it does not understand"
is_private
result $? "explain keeps open files apart"
changes_nothing
result $? "explain changes nothing"
pagemap_has_a_word_a_page
result $? "pagemap has a word a page"
walk
result $? "both are readable at every stage"
outlive
result $? "open files do not keep the instance"
rm -r "$tmp"
finish
