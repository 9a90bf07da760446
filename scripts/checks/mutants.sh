# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Steps of scripts/check that put defects into a copy of the tree: Documentation/mutants.md.

# The page has the table, and says by marks where.
step_mutants-table()
{
	scripts/mutants --list >"$TMP/table"
	diff <(sed -n '/^<!-- defects -->$/,/^<!-- end -->$/p' Documentation/mutants.md | sed '1d;$d') \
		"$TMP/table"
}

step_mutants()
{
	scripts/mutants --jobs 2
}
