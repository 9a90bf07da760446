# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The steps of scripts/check that prove what contracts in module/core say.

step_proof-setup() { scripts/setup proof; }
step_proofs() { scripts/proofs; }
