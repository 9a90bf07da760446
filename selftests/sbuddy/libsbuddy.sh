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
finish
