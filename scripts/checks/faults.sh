# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Steps of scripts/check that have the kernel fail, on kernels that watch: each allocation
# and copy of the driver once, many loads and unloads, and what of all that tests run.

FAULTS=(faults faults_maps faults_files faults_life)

# faults_boot BOARD-OPTION...: what is left at the end is a leak.
faults_boot()
{
	selftests/board/run --timeout 5400 "$@" \
		--append "SBUDDY_DEBUG=$(IFS=,; echo "${FAULTS[*]}")" debug
}

step_faults-kasan() { faults_boot --kernel kasan --board 512m; }
step_faults-mapped() { faults_boot --kernel kasan --board 512m --overlay mapped; }
step_faults-kasan-pc() { faults_boot --kernel kasan-pc --board pc; }

step_reload-kasan()
{
	selftests/board/run --kernel kasan --board 512m --timeout 5400 \
		--append "SBUDDY_DEBUG=reload.sh SBUDDY_RELOADS=100" debug
}

step_coverage() { scripts/coverage; }
