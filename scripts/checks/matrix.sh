# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Steps of scripts/check about every kernel that people run.

step_suites() { scripts/suites --print; }
step_matrix() { scripts/matrix; }

# Debian configured its headers for gcc: what only that one knows is taken back.
CLANG_ARGUMENTS=(CC=clang-19 CONFIG_CC_IS_GCC= CONFIG_CC_IS_CLANG=y CONFIG_UBSAN_BOUNDS_STRICT=
	CONFIG_CC_IMPLICIT_FALLTHROUGH=-Wimplicit-fallthrough KCFLAGS=-Wno-unknown-warning-option)

# module_by_clang SUITE
module_by_clang()
{
	local log=$LOGS/module-clang-$1.log

	SBUDDY_BUILD=$SBUDDY_TOP/build/clang scripts/build-module "$1" "${CLANG_ARGUMENTS[@]}" \
		W=1 SBUDDY_BENCH=1 >"$log" 2>&1 || { tail -n 30 "$log"; return 1; }
	! grep -E '(module|include|selftests)/[^ ]*: (warning|error):' "$log"
}

step_module-clang()
{
	local suite nr=0 status=0

	scripts/setup clang
	for suite in trixie sid; do
		nr=$((nr + 1))
		is_suite "$suite" || { echo "ok $nr $suite # SKIP no such kernel"; continue; }
		if module_by_clang "$suite"; then
			echo "ok $nr $suite"
		else
			echo "not ok $nr $suite"
			status=1
		fi
	done
	return "$status"
}
