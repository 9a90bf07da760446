#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The labs, run on a dry instance: they show what they show on the host.

. "$(dirname "$0")/tap.sh"

labs=${SBUDDY_LABS:-/labs}

[ -x "$labs/check" ] || skip_all "no labs in $labs: see selftests/labs"
command -v sbuddy-lab >/dev/null || skip_all "no sbuddy-lab: make -C selftests/labs device"
[ -d /sys/kernel/config/sbuddy ] || skip_all "no configfs of sbuddy: load the module, and mount configfs"
LABS=$labs "$labs/check" sbuddy-lab
