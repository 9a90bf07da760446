# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# How much memory the kernel has, for scripts that look for what is lost. Sourced,
# never run.

# meminfo FIELD: as /proc/meminfo has it, in KiB.
meminfo()
{
	sed -n "s/^$1: *\([0-9]*\) kB/\1/p" /proc/meminfo
}

# What is free, in KiB, with pages of 4 KiB. MemFree leaves out what CPUs keep for
# themselves, which is up to three MiB on the board and comes and goes; zoneinfo has it.
free_kib()
{
	awk '
		$1 == "MemFree:" { kib = $2 }
		$1 == "count:" { kib += 4 * $2 }
		END { print kib }' /proc/meminfo /proc/zoneinfo
}
