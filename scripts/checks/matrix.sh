# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Steps of scripts/check about every kernel that people run.

step_suites() { scripts/suites --print; }
step_matrix() { scripts/matrix; }
