# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Steps of scripts/check on kernels that look over the module's shoulder: one CPU of the
# board, and four; a PC; and, for data races, a PC again.

step_debug-setup() { scripts/setup debug; }
step_debug-kernels() { scripts/debug-kernels --print; }

# An emulated CPU that also watches is slow: an hour is for a busy machine.
debug_boot()
{
	selftests/board/run --kernel "$1" --board "$2" --timeout 3600 debug
}

step_debug-kasan() { debug_boot kasan 512m; }
step_debug-kasan4() { debug_boot kasan virt4; }
step_debug-kasan-pc() { debug_boot kasan-pc pc; }
step_debug-kcsan() { debug_boot kcsan pc; }
