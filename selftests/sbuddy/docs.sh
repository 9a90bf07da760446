#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The commands of Documentation/: all that stands in blocks of sh can be typed here.

. "$(dirname "$0")/tap.sh"

docs=${SBUDDY_DOCS:-/docs}
configfs=/sys/kernel/config
work=$(mktemp -d) || exit 1

cleanup()
{
	rm -rf "$work"
	[ ! -d $configfs/sbuddy/tour ] || rmdir $configfs/sbuddy/tour
}
trap cleanup EXIT

# blocks PAGE: its commands
blocks()
{
	sed -n '/^```sh$/,/^```$/{/^```/d; p}' "$1"
}

# What the first page defines for all others.
definitions()
{
	blocks "$docs/README.md" | sed -n '/^C=/p; /^fresh()/p'
}

[ -r "$docs/README.md" ] || skip_all "no documentation in $docs"
[ -d $configfs/sbuddy ] || skip_all "no configfs of sbuddy: load the module, and mount configfs"
for program in sbuddy-lab sbuddy-demo; do
	command -v $program >/dev/null || skip_all "no $program"
done
echo "TAP version 13"
for page in "$docs"/*.md; do
	blocks "$page" | grep -q . || continue
	{ definitions; blocks "$page"; } >"$work/commands"
	sh -eu "$work/commands" >"$work/seen" 2>&1
	status=$?
	[ $status = 0 ] || sed 's/^/# /' "$work/seen"
	result $status "the commands of ${page##*/}"
done
finish
