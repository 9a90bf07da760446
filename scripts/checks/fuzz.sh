# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Steps of scripts/check that hand core and the parsers whatever bytes there are:
# Documentation/fuzzing.md.

# What is known to be worth while, in seconds.
step_fuzz-replay()
{
	make -s -C selftests/fuzz -j"$(nproc)" replay-build
	make -s -C selftests/fuzz replay
}

# More of it, SBUDDY_FUZZ_RUNS inputs for each harness; their number is the bound, not the
# time, so that a slow machine does as much.
step_fuzz()
{
	make -s -C selftests/fuzz -j"$(nproc)" fuzzer-build
	make -s -C selftests/fuzz fuzz RUNS="${SBUDDY_FUZZ_RUNS:-3000}"
}
