#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tools/tests/doctor.sh SBUDDYCTL DTB_DIR OVERLAYS
#
# What the doctor says of device trees: each that ships, each that the driver refuses for
# what stands in it (dts-overlays/wrong), and mistakes that no driver gets to see.

set -euo pipefail
CTL=$1 BASE=$2/imx6ull-14x14-evk.dtb OVERLAYS=$3
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT

# A tool that was built with sanitizers fails by them, not by what it found.
# examine STATUS ARGUMENT...: into $TMP/said
examine()
{
	local wanted=$1 status=0

	shift
	"$CTL" doctor "$@" >"$TMP/said" 2>&1 || status=$?
	[ $status = "$wanted" ] || { echo "doctor $*: exit $status, not $wanted"; cat "$TMP/said"; return 1; }
}

# says REGEX: a line does
says()
{
	grep -qE -- "$1" "$TMP/said" || { echo "nothing like: $1"; cat "$TMP/said"; return 1; }
}

# tree SOURCE REGEX: a tree of a board with 512 MiB, with these nodes, is wrong
tree()
{
	printf '/dts-v1/;\n/ { #address-cells = <1>; #size-cells = <1>;
		memory@80000000 { device_type = "memory"; reg = <0x80000000 0x20000000>; };
		%s };\n' "$1" | dtc -q -@ -O dtb -o "$TMP/tree.dtb"
	examine "${3:-1}" "$TMP/tree.dtb"
	says "$2"
}

# pool PROPERTIES: a carveout whose node has these, too
pool()
{
	echo "reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges;
		pool: pool@98000000 { reg = <0x98000000 0x4000000>; no-map; }; };
		sbuddy { compatible = \"sbuddy,carveout\"; memory-region = <&pool>; $1 };"
}

for overlay in "$OVERLAYS"/*imx6ull-512m.dtbo "$OVERLAYS"/*{banks,mapped,dynamic,hotplug}.dtbo; do
	examine 0 --base "$BASE" "$overlay"
	says '^(fine|note) .*/sbuddy'
done
examine 1 --base "$BASE" "$OVERLAYS/sbuddy-wrong.dtbo"
cp "$TMP/said" "$TMP/wrong"
says '^fine .*/sbuddy-good: good@98000000: 4 MiB at 0x98000000, no-map$'
says '^fine .*/sbuddy-good-mapped: .*, mapped$'
# Who uses the memory of these, only a kernel that runs can tell.
for name in $(sed -n 's/^refused \([a-z-]*\) .*/\1/p' selftests/sbuddy/wrong.sh); do
	case $name in
	wrong-in-use | wrong-freed | wrong-kernel) says "^fine .*/$name: " ;;
	*) says "^wrong .*/$name: " ;;
	esac
done
grep -A1 '^wrong' "$TMP/wrong" | grep -c '^       instead: ' | grep -qx "$(grep -c '^wrong' "$TMP/wrong")"

tree '' 'no node has compatible = "sbuddy,carveout"'
tree "$(pool '')" '^fine .*64 MiB at 0x98000000, no-map' 0
tree "$(pool 'status = "disabled";')" '^note .*: the carveout is disabled' 0
tree "$(pool 'sbuddy,max-ordre = <9>;')" 'sbuddy,max-ordre is no property'
says 'instead: sbuddy,max-order$'
tree "$(pool 'sbuddy,max-order = <7>;')" 'pageblock-order is 8, but sbuddy,max-order 7'
tree "$(pool 'sbuddy,engine = "words";')" 'sbuddy,engine is "words"'
tree "$(pool 'sbuddy,engine = [01];')" 'sbuddy,engine is not a text'
tree "$(pool 'sbuddy,slab-debug = "ZX";')" 'sbuddy,slab-debug is "ZX"'
tree "$(pool 'sbuddy,cma-bytes = <1>;')" 'sbuddy,cma-bytes has 4 bytes, but must have 8'
tree "$(pool 'label = "";')" 'the name "" will not do'
tree "$(pool '' | sed 's/ranges;//')" 'has no ranges: the kernel reserves nothing'
tree "$(pool '' | sed 's/#size-cells = <1>; ranges/#size-cells = <2>; ranges/')" \
	'#address-cells 1 and #size-cells 2, but the root has 1 and 1'
tree "$(pool '' | sed 's/reg = <0x98000000 0x4000000>;//')" 'has neither a reg nor a size'
tree "$(pool '' | sed 's/ranges;/& other@99000000 { reg = <0x99000000 0x1000>; };/')" \
	'and /reserved-memory/other@99000000 overlap'
tree "$(pool '' | sed 's/memory-region = <&pool>/memory-region = <\&pool \&low>/
	s/ranges;/& low: low@90000000 { reg = <0x90000000 0x400000>; };/')" \
	'pool@98000000 has no-map and low@90000000 has not'

examine 2 "$OVERLAYS/sbuddy-banks.dtbo"
says 'is an overlay: tell by --base'
examine 1 --base "$BASE" "$BASE"
says 'is no overlay: leave out --base'
examine 1 "$0"
says 'is no device tree blob'
examine 1 "$TMP/nothing"
says 'cannot open'
examine 2 --base "$BASE"
examine 2 "$BASE" "$BASE"
head -c 3000 "$BASE" >"$TMP/short.dtb"
examine 1 "$TMP/short.dtb"
says 'is no device tree blob'
"$CTL" doctor --json --base "$BASE" "$OVERLAYS/sbuddy-wrong.dtbo" >"$TMP/json" || [ $? = 1 ]
python3 -m json.tool "$TMP/json" >/dev/null

# The properties are those of the binding, and so are their types.
sed -n 's/^	{ "\(sbuddy,[a-z-]*\)", \([A-Z]*\), .*/\1 \2/p' tools/sbuddyctl/doctor_properties.c |
	sort >"$TMP/doctor"
awk '/^  sbuddy,[a-z-]*:$/ { name = $1; sub(":", "", name) }
	name && /uint32$/ { print name, "CELL"; name = "" }
	name && /(percent:)$/ { print name, "CELL"; name = "" }
	name && /uint64$/ { print name, "WIDE"; name = "" }
	name && /uint64-array$/ { print name, "WIDES"; name = "" }
	name && /uint32-array$/ { print name, "CELLS"; name = "" }
	name && /string$/ { print name, "WORD"; name = "" }
	name && /type: boolean$/ { print name, "FLAG"; name = "" }' \
	dts-overlays/bindings/sbuddy,carveout.yaml | sort | diff "$TMP/doctor" -
