# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The step of scripts/check about the host's bench: that it works.

# well_formed FILE: as what is installed judges; of JSON and XML, what a script may use.
well_formed()
{
	case "$1" in
	*.svg) python3 -c 'import sys, xml.dom.minidom as d; d.parse(sys.argv[1])' "$1" ;;
	*) python3 -m json.tool "$1" >/dev/null ;;
	esac
}

# It fails if an allocator loses a page. What it measures is nobody's business here.
step_hostbench()
{
	make -s -C selftests/hostbench -j"$(nproc)"
	make -s -C selftests/hostbench run ARGS='--rounds 7 --only threads'
	make -s -C selftests/hostbench run ARGS='--rounds 7 --only single --json' >"$TMP/json"
	grep -qF '{"name": "pair-order-0/list-buddy", "kernel": "host", "sbuddy": ' "$TMP/json"
	! command -v python3 >/dev/null || well_formed "$TMP/json"
}
