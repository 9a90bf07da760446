# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# What the scripts here report with, in TAP. Sourced, never run.

nr=0
failed=0

# skip_all REASON
skip_all()
{
	echo "1..0 # SKIP $1"
	exit 4
}

# result STATUS WHAT: one test is over.
result()
{
	nr=$((nr + 1))
	if [ "$1" = 0 ]; then
		echo "ok $nr - $2"
	else
		echo "not ok $nr - $2"
		failed=1
	fi
}

# The plan, and how it went.
finish()
{
	echo "1..$nr"
	exit $failed
}
