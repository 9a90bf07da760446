# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A step of scripts/check that asks Linux's own page allocator. `make oracle` asks
# for longer.

step_oracle()
{
	local version status=0

	for version in 6.1 6.12; do
		selftests/oracle/run --kernel "$version" --seeds 10 --ops 10000 || status=1
	done
	return $status
}
