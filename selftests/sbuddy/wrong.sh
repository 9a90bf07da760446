#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Claims in the device tree that must be refused: one line each, which tells
# the values and the cure, and no device.
#
# Needs the device tree of dts-overlays/wrong/sbuddy-wrong.dtso.

. "$(dirname "$0")/tap.sh"

# The kernel's log since this test began, with levels.
log()
{
	dmesg -r | sed "1,/sbuddy-wrong-test $$/d"
}

# Of each that is refused the doctor says what is wrong, and no more.
diagnosed()
{
	command -v sbuddyctl >/dev/null || return 0
	sbuddyctl doctor >"${TMPDIR:-/tmp}/doctor.$$"
	status=$?
	found=$(sed -n 's|^wrong  /\(wrong-[a-z-]*\): .*|\1|p' "${TMPDIR:-/tmp}/doctor.$$" | sort -u)
	rm "${TMPDIR:-/tmp}/doctor.$$"
	[ $status = 1 ] && [ "$found" = "$(sed -n 's/^refused \([a-z-]*\) .*/\1/p' "$0" | sort)" ] || {
		echo "# the doctor found: $found"
		return 1
	}
}

# One line, of a level that is seen, with all that it should tell.
refused()
{
	lines=$(log | grep -E "^<[0-4]>.*(sbuddy $1: |: probe of $1 )")
	[ "$(echo "$lines" | wc -l)" = 1 ] && echo "$lines" | grep -qE "sbuddy $1: $2" &&
		[ ! -e "/sys/kernel/debug/sbuddy/$1" ] &&
		[ ! -e "/sys/bus/platform/devices/$1/driver" ]
	status=$?
	[ $status = 0 ] || echo "$lines" | sed 's/^/# /'
	result $status "$1 is refused with one line"
}

accepted()
{
	[ -e "/sys/bus/platform/devices/$1/driver" ] && log | grep -q "sbuddy $1: live: "
	result $? "$1 is live"
}

[ -d /proc/device-tree/wrong-tiny ] ||
	skip_all "the device tree is not that of dts-overlays/wrong/sbuddy-wrong.dtso"
[ ! -d /sys/module/sbuddy ] || rmmod sbuddy || skip_all "the module is in use"
echo "sbuddy-wrong-test $$" > /dev/kmsg
modprobe sbuddy || skip_all "the module cannot be loaded"

echo "TAP version 13"
accepted sbuddy-good
accepted sbuddy-good-mapped
refused wrong-missing "memory-region has 0 regions, but must have 1 to 8: "
refused wrong-many "memory-region has 9 regions, but must have 1 to 8: "
refused wrong-dangling "memory-region 0 points at no node: check the phandle"
refused wrong-outside "memory-region /elsewhere/.* lies outside of /reserved-memory: "
refused wrong-clash ".* at 0x9d000000, but at boot .* at 0x98000000 .*: give it a name"
refused wrong-disabled "memory-region .* is disabled: set its status"
refused wrong-unplaced "memory-region .* found no place at boot: make it smaller"
refused wrong-foreign "memory-region .* has a compatible, .*: remove that property"
refused wrong-reusable "memory-region .* is reusable, .*: remove that property"
refused wrong-several "memory-region .* has several ranges: make it a node for each"
refused wrong-misaligned ".* is misaligned: 0x100000 bytes at 0x98800800: make both multiples"
refused wrong-tiny ".* is too small: 0x10000 bytes at 0x98a00000, .* 0x100000: make it larger"
refused wrong-beyond ".* 0x400000 bytes at 0xb0000000, is outside of this board's memory: "
refused wrong-in-use ".* 0x400000 bytes at 0x80a00000, is System RAM in use, .*: choose"
refused wrong-freed ".* at 0x88000000, is in use by the kernel from 0x88000000 on: choose"
refused wrong-kernel ".* 0x400000 bytes at 0x80300000, belongs to somebody else: "
refused wrong-mixed ".* at 0x98000000 has no-map and .* at 0x98400000 has not: "
refused wrong-twice ".* 0x400000 bytes at 0x98000000, and .* overlap: keep them apart"
refused wrong-taken ".* 0x400000 bytes at 0x98400000, belongs to somebody else: "
refused wrong-node-ids-count "sbuddy,node-ids has 8 bytes, but must have 4: a cell for each"
refused wrong-node-ids-value "sbuddy,node-ids has 8, but must have 0 to 7"
refused wrong-cells "sbuddy,lowmem-bytes has 4 bytes, but must have 8: "
refused wrong-order "max_order is 16, but must be 1 to 15"
refused wrong-label "the name \"a/b\" will not do: "
refused wrong-name-taken "the name \"sbuddy-good\" is taken .*: give a label of its own"
diagnosed
result $? "the doctor tells what is wrong with each"
finish
