#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The library on the first device: every function of it, and its examples.

. "$(dirname "$0")/tap.sh"

# example NAME PATTERN: it succeeds and says so
example()
{
	text=$("$1" 2>&1) || { echo "# $1: $text"; return 1; }
	echo "$text" | grep -q "$2" || { echo "# $1 says: $text"; return 1; }
}

# On a disk in memory; the kernel does not reach into memory that it has no pages for.
captures()
{
	where=${TMPDIR:-/tmp}/capture.$$
	wanted='^614400 bytes went to disk and came back$'
	case $(sbuddyctl info | sed -n 's/^backing  *//p') in
	no-map) wanted='Bad address' ;;
	esac
	[ -e /dev/ram0 ] || modprobe brd rd_nr=1 rd_size=8192 2>/dev/null
	modprobe ext4 2>/dev/null
	if ! mke2fs -b 4096 /dev/ram0 >/dev/null 2>&1; then
		echo "# no disk in memory is to be had"
		return 0
	fi
	mkdir "$where" && mount -t ext4 /dev/ram0 "$where" || return 1
	text=$(sbuddy-capture "$where/frame" 2>&1)
	umount "$where"
	rmdir "$where"
	rmmod brd 2>/dev/null
	echo "$text" | grep -q "$wanted" || { echo "# sbuddy-capture says: $text"; return 1; }
}

command -v sbuddy-libtest >/dev/null || skip_all "no sbuddy-libtest in PATH: build tools/"
ls /dev/sbuddy[0-9]* >/dev/null 2>&1 || skip_all "no /dev/sbuddyN: is the module loaded?"

echo "TAP version 13"
sbuddy-libtest >"${TMPDIR:-/tmp}/libtest.$$"
status=$?
sed 's/^/# /' "${TMPDIR:-/tmp}/libtest.$$"
rm "${TMPDIR:-/tmp}/libtest.$$"
result $status "each function does what its header says"
example sbuddy-hello '^hello, buffer: handle 1, 102400 bytes$'
result $? "example: hello"
example sbuddy-bulk '^1000 pages at once$' && example sbuddy-bulk '^1000 pages in a row'
result $? "example: bulk"
example sbuddy-share '^the one reads: read, and answered'
result $? "example: share"
example sbuddy-wait '^in 10 ms: Connection timed out$' &&
	example sbuddy-wait '^in a minute: served, 65536 bytes$'
result $? "example: wait"
captures
result $? "example: capture"
finish
