# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What no kernel should print. Sourced by who reads a console.

ALARMS='Oops|BUG:|WARNING:|Internal error|Kernel panic|Unable to handle kernel'
ALARMS+='|possible recursive locking|circular locking|inconsistent lock state'
ALARMS+='|suspicious RCU usage|bad unlock balance|scheduling while atomic'
ALARMS+='|rcu_sched self-detected stall|Bad page state|blocked for more than'
ALARMS+='|KASAN:|KCSAN:|UBSAN:|ODEBUG:|kmemleak:.*(leaks|Cannot|disabled|error)'

# alarms CONSOLE: lines of the console in $TMP that no test announced.
alarms()
{
	sed -n 's/\r$//; s/^ *sbuddy-expect: //p' "$1" >"$TMP/expected"
	grep -v 'sbuddy-expect:' "$1" | grep -vE -f "$TMP/expected" |
		grep -E "$ALARMS"
}
