# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The step of scripts/check that looks at how scripts/count-tap adds up what tests report.

# A program with tests of its own, one without, one that died after its tests, a skipped
# one; the second and last one's failures say why.
tap_log()
{
	cat <<-'EOT'
		KTAP version 1
		  # of the one that passed
		  ok 1 passes
		  the reason
		  not ok 2 fails
		  ok 3 waits # SKIP no clock
		not ok 1 several
		ok 2 alone
		  ok 1 passes
		not ok 3 dies # exit 139
	EOT
	seq -f 'line %g' 20
	echo "not ok 4 last # exit 1"
	echo "ok 5 absent # SKIP no bus"
}

tap_counted()
{
	cat <<-'EOT'
		3 3 2
		    |   the reason
		  not ok 2 fails
		  ok 3 waits # SKIP no clock
		  not ok 3 dies # exit 139
	EOT
	seq -f '    | line %g' 5 20
	echo "  not ok 4 last # exit 1"
	echo "  ok 5 absent # SKIP no bus"
}

step_tap()
{
	tap_log | scripts/count-tap >"$TMP/counted"
	diff <(tap_counted) "$TMP/counted" >"$TMP/differs" || { sed 's/^/  /' "$TMP/differs"; return 1; }
	tap_log | sed 's/$/\r/' | scripts/count-tap | diff "$TMP/counted" -
}
