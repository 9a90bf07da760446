# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Steps of scripts/check about scripts/bench: what it makes of figures, without a boot;
# that a few works still take the instructions they should; and that the host's bench works.

# What a kernel might have said. One goal is met, one is not, and one could not be tried.
figures()
{
	cat <<-EOT
		# 6.1 SMP=1
		pair-order-0 alloc_pages instructions 60000 500000
		pair-order-3 alloc_pages instructions 60001 500000
		pair-order-9 alloc_pages instructions 99 -
		bulk-64 alloc_pages_bulk instructions 20000 100000
		worst-alloc none instructions 1500000 -
		other-work alloc_pages ns 1 0
	EOT
}

bench_report()
{
	SBUDDY_BENCH_DIR=$TMP scripts/bench --replay --kernel debian --json "$TMP/json" "$@"
}

# tells LINE: with any blanks between
tells()
{
	tr -s ' ' <"$TMP/out" | grep -qxF "$1" || { echo "the table does not tell: $1"; return 1; }
}

# fails COMMAND...: as it should
fails()
{
	! "$@" >"$TMP/failed" 2>&1 || { echo "this should fail: $*"; return 1; }
}

bench_table()
{
	figures >"$TMP/debian.lines"
	bench_report >"$TMP/out"
	tells 'pair-order-0 alloc_pages 60.0 500 0.120 0.12 met'
	tells 'pair-order-3 alloc_pages 60.0 500 0.120 0.12 not met'
	tells 'pair-order-9 alloc_pages 0.099 - - 0.02 not measured'
	tells 'worst-alloc none 1500 - - 1500 instructions met'
	tells 'other-work alloc_pages 0.001 ns 0.000 ns - - -'
	tells 'pair-order-10 alloc_pages - - - 0.01 not measured'
	grep -q '^goals: 3 met, 1 not met, ' "$TMP/out"
	grep -qx 'debian: 6.1 SMP=1' "$TMP/out"
}

# well_formed FILE: as what is installed judges; of JSON and XML, what a script may use.
well_formed()
{
	case "$1" in
	*.svg) python3 -c 'import sys, xml.dom.minidom as d; d.parse(sys.argv[1])' "$1" ;;
	*) python3 -m json.tool "$1" >/dev/null ;;
	esac
}

bench_json()
{
	local chart

	grep -qF '{"name": "pair-order-0/alloc_pages", "kernel": "debian", "sbuddy": 60, '$(
		)'"peer": 500, "unit": "instructions", "ratio": 0.12, "goal": 0.12, "met": true}' "$TMP/json"
	grep -qF '"name": "worst-alloc", "kernel": "debian", "sbuddy": 1500, "peer": null, ' "$TMP/json"
	! command -v python3 >/dev/null || {
		well_formed "$TMP/json"
		for chart in "$TMP"/*.svg; do
			well_formed "$chart"
		done
	}
}

bench_report_strict()
{
	bench_report --strict
}

bench_strict()
{
	local wrong

	fails bench_report_strict
	grep -q 'a goal is not met' "$TMP/failed"
	for wrong in 'pair alloc_pages instructions 1' 'pair alloc_pages instructions 1 x' \
		'pair-order-0 alloc_pages instructions 1 1' 'irqs-off none ns 1 -'; do
		{ figures; echo "$wrong"; } >"$TMP/debian.lines"
		fails bench_report
	done
}

# gate SECOND: what comes of a work that was to take 100 instructions
gate()
{
	printf 'kernel 6.1\ncompiler gcc 12\none none 10\ntwo none 100\n' >"$TMP/expected"
	printf '# note\none none instructions 10000 -\ntwo none instructions %s -\n' "$1" >"$TMP/lines"
	scripts/bench-gate "$TMP/expected" "$TMP/lines"
}

bench_gate()
{
	gate 103000 >"$TMP/out"
	gate 97000 >"$TMP/out"
	fails gate 103001
	grep -q '^not ok 2 two none: 103.00 instructions, 100.00 expected: 3.0 % more$' "$TMP/failed"
	fails gate 96999
	grep -q '% fewer, which scripts/bench --update-expected notes$' "$TMP/failed"
	fails gate -
	grep -q '^not ok 2 two none: was not measured$' "$TMP/failed"
}

step_bench()
{
	bench_table
	bench_json
	bench_strict
	bench_gate
}

step_board-bench() { scripts/bench --gate; }

# It fails if an allocator loses a page. What it measures is nobody's business here.
step_hostbench()
{
	make -s -C selftests/hostbench -j"$(nproc)"
	make -s -C selftests/hostbench run ARGS='--rounds 7 --only threads'
	make -s -C selftests/hostbench run ARGS='--rounds 7 --only single --json' >"$TMP/json"
	grep -qF '{"name": "pair-order-0/list-buddy", "kernel": "host", "sbuddy": ' "$TMP/json"
	! command -v python3 >/dev/null || well_formed "$TMP/json"
	scripts/frag --check
	if printf '\0\60' | build/frag/sbuddy-frag bad >"$TMP/frag" 2>&1; then
		echo "a trace is replayed that asks for a type that there is not"
		return 1
	fi
}
