# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What every script here needs. Sourced, never run.

# The tree, seen from any working directory.
SBUDDY_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Kernels live outside the tree: `make clean` and a fresh clone keep them.
SBUDDY_CACHE=${SBUDDY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sbuddy}

# What scripts/kernels found out, as shell variables.
# shellcheck disable=SC2034 # read by the scripts that source this file
SBUDDY_ENV=$SBUDDY_CACHE/current/env

# The name of the running script, for its messages.
SBUDDY_ME=${0##*/}

say()
{
	printf '%s: %s\n' "$SBUDDY_ME" "$*" >&2
}

die()
{
	say "$@"
	exit 1
}

# Print the comment block a script starts with: its manual.
usage()
{
	sed -n '/^# SPDX/d; 2,/^[^#]/s/^# \{0,1\}//p' "$0" | sed '/^$/{1d}'
}

# retry COMMAND...: a mirror in the middle of its own update fails for minutes,
# not for good.
retry()
{
	local pause

	for pause in 5 20 60 ''; do
		"$@" && return 0
		[ -n "$pause" ] || break
		say "failed: $1 (again in $pause s)"
		sleep "$pause"
	done
	return 1
}

# load_kernels: read what scripts/kernels prepared.
load_kernels()
{
	[ -r "$SBUDDY_ENV" ] || die "no kernels yet: run scripts/kernels"
	# shellcheck disable=SC1090 # generated
	. "$SBUDDY_ENV"
}

# newer_compiler_arguments GCC: a kernel built by a newer compiler asks for an option this
# one may not know, for which there is an older one that does the same; and has an
# attribute that makes it warn.
newer_compiler_arguments()
{
	local counted='struct s { int n; char c[] __attribute__((counted_by(n))); };'

	echo "CC=$1"
	"$1" -fmin-function-alignment=16 -E -x c /dev/null -o /dev/null 2>/dev/null ||
		echo CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=
	"$1" -Werror -fsyntax-only -x c - <<<"$counted" 2>/dev/null || echo KCFLAGS=-Wno-attributes
}

# The compiler for NXP's kernel, which asks a compiler for machines with a floating point
# unit whether it knows machines that have none.
# shellcheck disable=SC2034 # read by the scripts that source this file
BSP_CC='arm-linux-gnueabihf-gcc -mfloat-abi=soft'

# load_debug_kernel NAME: read what scripts/debug-kernels, or scripts/bsp-kernel, built.
load_debug_kernel()
{
	[ -r "$SBUDDY_CACHE/debug/$1/env" ] || die "no such kernel yet: run scripts/debug-kernels $1"
	# shellcheck disable=SC1090 # generated
	. "$SBUDDY_CACHE/debug/$1/env"
}

# is_suite NAME: whether scripts/suites has prepared that one's kernel.
is_suite()
{
	[ -n "$1" ] && [ -r "$SBUDDY_CACHE/suites/$1/env" ]
}

# load_suite_kernel NAME: read what scripts/suites prepared.
load_suite_kernel()
{
	# shellcheck disable=SC1090 # generated
	. "$SBUDDY_CACHE/suites/$1/env"
}

# listed_packages KIND: the names scripts/packages lists as install, armhf or amd64.
listed_packages()
{
	sed 's/#.*//' "$SBUDDY_TOP/scripts/packages" |
		awk -v kind="$1" '$1 == kind { for (i = 2; i <= NF; i++) print $i }'
}
