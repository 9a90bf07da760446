#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The files of an instance have the shape of the running kernel's own.
#
# A shape is a line with its figures replaced by the width of their column. The
# shapes of one of our files, each where it comes first, have to be found in the
# kernel's file in the same order, and the other way round. What may differ:
#
#   - the number of migratetypes; our instance gets as many orders as the kernel;
#   - zoneinfo has counters of things that we do not have, and of SMP; those of
#     NUMA are in ours, and in the kernel's if it has NUMA;
#   - vmstat has few of the kernel's counters, in the kernel's order, and ours;
#   - zoneinfo says "boost", "cma" and "promo" in newer kernels only, and those after 6.12 have
#     "high_min" beside "high", wider labels, and in the newest what is reserved
#     for highatomic requests; before 4.12 what is protected comes after the counters,
#     and before 4.14 there are "node_scanned" and "node_inactive_ratio";
#   - before 4.12 vmstat does not tell compaction in the background apart;
#   - memblock's files say node and flags since 6.3;
#   - pagetypeinfo counts mixed blocks when page owners are tracked.
#
# Ours are always those of 6.12: what an older kernel lacks is compared by the
# line that it resembles. SBUDDY_INSTANCE names an instance to look at; without
# it a dry one is made and taken away again.

. "$(dirname "$0")/tap.sh"

proc=${PROC:-/proc}
debugfs=${DEBUGFS:-/sys/kernel/debug}
configfs=${CONFIGFS:-/sys/kernel/config}
tmp=$(mktemp -d) || exit 1
made=

cleanup()
{
	if [ -n "$made" ]; then
		echo 0 > "$made/live"
		rmdir "$made"
	fi
	rm -r "$tmp"
}
trap cleanup EXIT

skip()
{
	nr=$((nr + 1))
	echo "ok $nr - $1 # SKIP $2"
}

make_instance()
{
	orders=$(awk '{ print NF - 4; exit }' "$proc/buddyinfo")
	[ "$orders" -le 16 ] || orders=16
	mkdir "$configfs/sbuddy/formats" || return 1
	made=$configfs/sbuddy/formats
	echo dry > "$made/kind" &&
	echo $((orders - 1)) > "$made/max_order" &&
	echo 16777216 > "$made/lowmem_bytes" &&
	echo 16777216 > "$made/movablecore_bytes" &&
	echo "0x80000000 64M" > "$made/memory" &&
	echo 1 > "$made/live"
}

# A figure in a column of $1 characters, or more where it does not fit.
column()
{
	pattern="[0-9]{$1,}"
	width=$(($1 - 1))
	while [ "$width" -gt 0 ]; do
		pattern="$pattern| {$(($1 - width))}[0-9]{$width}"
		width=$((width - 1))
	done
	echo "($pattern)"
}

c4=$(column 4)
c6=$(column 6)
c12=$(column 12)

names()
{
	sed -E "s/^Node [0-9]+,/Node D,/
		s/^Node $c4,/Node 4D,/
		s/zone [ A-Za-z0-9]{8}(,| |\$)/zone NNNNNNNN\\1/
		s/, type [ A-Za-z]{12} /, type TTTTTTTTTTTT /"
}

shape_buddyinfo()
{
	names | sed -E "s/$c6 /6 /g"
}

shape_pagetypeinfo()
{
	names | sed -E "s/^(Page block order: |Pages per block:  )[0-9]+\$/\\1D/
		/^Number of blocks/s/( {1,11}[A-Z][A-Za-z]+ )+\$/TYPES/
		/^Node D,/s/($c12 )+\$/12+/
		/^(Free pages|Node 4D)/s/>?$c6 /6 /g"
}

# Zones without memory are cut short by the kernel, and absent from ours.
shape_zoneinfo()
{
	awk '/^Node/ { if (present) printf "%s", zone; zone = ""; present = 0 }
	     { zone = zone $0 "\n" }
	     $1 == "present" { present = $2 }
	     END { if (present) printf "%s", zone }' |
	names | sed -E 's/[0-9]+/D/g; s/(, D)+\)/, D)/'
}

shape_unusable()
{
	names | sed -E 's/[0-9]+\.[0-9]{3} /D.3 /g'
}

# Negative figures that are not -1 look odd, in the kernel's file as in ours.
shape_extfrag()
{
	names | sed -E 's/( [0-9]|-1)\.(-[0-9]{2,3}|[0-9]{3}) /2.3 /g'
}

shape_memblock()
{
	sed -E "s/^$c4: /I: /
		s/ ( {3}x|$c4) ([A-Z_]+)\$/ NODE FLAG/" |
	sed -E 'h; s/^I: ([^ ]*).*/\1/; y/0123456789abcdef/hhhhhhhhhhhhhhhh/
		x; s/^I: [^ ]*//; x; G; s/\n//; s/^/I: /'
}

# Where kernels before 4.12 have it.
protection_last()
{
	awk '/^ *protection:/ { last = $0; next }
	     /^  pagesets/ { print last }
	     { print }' "$1" > "$1.new" && mv "$1.new" "$1"
}

# Lines that this kernel is too old for, made into those that they resemble.
age_zoneinfo()
{
	if grep -q high_min "$1"; then
		sed -i -E 's/^( +(count|high|batch):) +D/\1 D/' "$1" "$2"
	fi
	grep -q '^ *boost ' "$1" || sed -i '/^ *boost /d' "$2"
	grep -q '^ *cma ' "$1" || sed -i '/^ *cma /d' "$2"
	grep -q 'numa_hit' "$1" || sed -i '/^ *numa_/d' "$2"
	! grep -A 1 '^ *managed ' "$1" | grep -q nr_free_pages || protection_last "$2"
	grep -q '^ *promo ' "$1" || sed -i 's/^        promo    D$/        high     D/' "$2"
}

age_memblock()
{
	grep -q 'NODE FLAG$' "$1" || sed -i 's/ NODE FLAG$//' "$2"
}

first_of_each()
{
	awk '!seen[$0]++'
}

# The lines of the kernel that have to be in ours.
wanted()
{
	grep -vE '^ {6}[a-z]|^ +(vm stats|high_m|reserved_high|node_(scanned|inactive))|^Number of mixed'
}

# in_order FILE OTHER WHOSE: every line of OTHER is in FILE, in the same order.
in_order()
{
	awk -v whose="$3" '
	     NR == FNR { line[++nr] = $0; next }
	     {
		while (++at <= nr && line[at] != $0)
			;
		if (at > nr) {
			print "# " whose " file has no line, or not there, like\n# " $0 "|"
			exit 1
		}
	     }
	     END { if (!FNR || !nr) exit 1 }' "$1" "$2"
}

# compare WHAT KERNEL_FILE OUR_FILE KIND
compare()
{
	if ! cat "$2" > "$tmp/kernel.text" 2> /dev/null || ! [ -s "$tmp/kernel.text" ]; then
		skip "$1" "the kernel's file is not readable"
		return
	fi
	if ! cat "$3" > "$tmp/ours.text"; then
		result 1 "$1"
		return
	fi
	for side in kernel ours; do
		"shape_$4" < "$tmp/$side.text" > "$tmp/$side.lines"
	done
	case $4 in
	zoneinfo|memblock) "age_$4" "$tmp/kernel.lines" "$tmp/ours.lines" ;;
	esac
	for side in kernel ours; do
		first_of_each < "$tmp/$side.lines" > "$tmp/$side"
	done
	wanted < "$tmp/kernel" > "$tmp/wanted"
	in_order "$tmp/kernel" "$tmp/ours" "the kernel's" &&
	in_order "$tmp/ours" "$tmp/wanted" "our"
	result $? "$1"
}

# The kernel's counters among ours are lines of the kernel's file, in its order.
compare_vmstat()
{
	[ -r "$proc/vmstat" ] && cat "$ours/vmstat" > "$tmp/ours.text" || return 1
	! grep -qvE '^[a-z_]+ [0-9]+$' "$tmp/ours.text" || return 1
	cut -d ' ' -f 1 "$proc/vmstat" > "$tmp/kernel"
	cut -d ' ' -f 1 "$tmp/ours.text" | grep -v '^sbuddy_' > "$tmp/names"
	grep -xFf "$tmp/kernel" "$tmp/names" > "$tmp/ours"
	# The rest depends on how the kernel was configured.
	! grep -vxFf "$tmp/kernel" "$tmp/names" |
		grep -vE '^(numa_|cma_|nr_free_cma$|compact_daemon_.*_scanned$|pgalloc_(dma|high|movable)$)' ||
		return 1
	grep -qx pgalloc_normal "$tmp/ours" && in_order "$tmp/kernel" "$tmp/ours" "the kernel's"
}

echo "TAP version 13"
[ -d "$debugfs/sbuddy" ] || skip_all "no $debugfs/sbuddy: is the module loaded and debugfs mounted?"
if [ -z "$SBUDDY_INSTANCE" ]; then
	[ -d "$configfs/sbuddy" ] || skip_all "no $configfs/sbuddy to make an instance in"
	make_instance || {
		echo "Bail out! no instance can be made"
		exit 1
	}
	SBUDDY_INSTANCE=formats
fi
ours=$debugfs/sbuddy/$SBUDDY_INSTANCE

compare "buddyinfo" "$proc/buddyinfo" "$ours/buddyinfo" buddyinfo
compare "pagetypeinfo" "$proc/pagetypeinfo" "$ours/pagetypeinfo" pagetypeinfo
compare "zoneinfo" "$proc/zoneinfo" "$ours/zoneinfo" zoneinfo
compare "extfrag/unusable_index" "$debugfs/extfrag/unusable_index" \
	"$ours/extfrag/unusable_index" unusable
compare "extfrag/extfrag_index" "$debugfs/extfrag/extfrag_index" \
	"$ours/extfrag/extfrag_index" extfrag
compare_vmstat
result $? "vmstat"
compare "memblock/memory" "$debugfs/memblock/memory" "$ours/memblock/memory" memblock
compare "memblock/reserved" "$debugfs/memblock/reserved" "$ours/memblock/reserved" memblock
finish
