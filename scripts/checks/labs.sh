# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The step of scripts/check that runs the labs on this machine: what they show and
# draw is what is committed.

step_labs()
{
	make -s -j"$(nproc)" -C selftests/labs check
}
