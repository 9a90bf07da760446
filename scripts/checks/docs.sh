# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The step of scripts/check that reads Documentation/: what it names is there.

# quoted REGEX: what stands between backticks on some page, and matches as a whole.
quoted()
{
	grep -oh '`[^`]*`' Documentation/*.md | tr -d '`' | sed -nE "/^($1)\$/p" | sort -u
}

# missing WHAT: the names of standard input, of which there must be none.
missing()
{
	local names

	names=$(cat)
	[ -n "$names" ] || return 0
	sed "s|^|Documentation names $1 that is not there: |" <<<"$names"
	return 1
}

# Every page is on the map, and every page of the map exists.
docs_map()
{
	diff <(grep -oE '\]\([a-z-]+\.md' Documentation/README.md | sed 's/](//' | sort -u) \
		<(find Documentation -maxdepth 1 -name '*.md' ! -name README.md -printf '%f\n' | sort -u)
}

# Relative links, from where the page is.
docs_links()
{
	local page target

	for page in README.md CONTRIBUTING.md Documentation/*.md; do
		tr ' ' '\n' <"$page" | sed -n 's/.*](\([^)]*\)).*/\1/; T; s/#.*//; /^https\{0,1\}:/d; /./p' |
			while read -r target; do
				[ -e "$(dirname "$page")/$target" ] || echo "$page: $target"
			done
	done | missing "a link"
}

# Files and folders of ours, and names that begin with our prefixes.
docs_names()
{
	quoted '(include\/sbuddy|include\/uapi|module|selftests|scripts|tools|dts-overlays)\/[A-Za-z0-9_.\/,-]+' |
		while read -r name; do
			[ -e "$name" ] || echo "$name"
		done | missing "a file"
	comm -23 <(quoted '(sb|sbuddy|devm_sbuddy|SB|SBUDDY)_[A-Za-z0-9_]+(\(\))?' | tr -d '()' | sort -u) \
		<(grep -rohE '\b(sb|sbuddy|devm_sbuddy|SB|SBUDDY)_[A-Za-z0-9_]+' \
			include module scripts selftests tools | sort -u) | missing "a name"
}

# In commands, $D is the debugfs directory of an instance, $C the one of configfs.
docs_files()
{
	comm -23 <(named D | sed 's|^cma/[a-z]*/|cma/AREA/|' | sort -u) <(in_debugfs) |
		missing "a debugfs file"
	comm -23 <(named C) <(in_readme configfs) | missing "a configfs file"
}

# The files that a device makes, below its directory; those of a CMA area below cma/AREA.
in_debugfs()
{
	local dir='dir' file

	for file in module/driver/debugfs.c module/driver/debugfs_cma.c; do
		tr -d '\t\n' <$file | grep -oE 'debugfs_create_file[a-z_]*\("[a-z_]*", *[0-7]*, *[a-z]*' |
			sed "s|[^\"]*\"\([a-z_]*\)\", *[0-7]*, *\([a-z]*\)|\2/\1|; s|^dir/|$dir/|; s|^dir/||"
		dir=cma/AREA
	done | sort
}

named()
{
	grep -ohE "[$]$1/[a-z_/]+" Documentation/*.md | cut -d / -f 2- | sort -u
}

# The two columns of rules.md are those of module/core/rules.h.
docs_rules()
{
	diff <(sed -n 's/^	bool \([a-z_0-9]*\);/\1/p' module/core/rules.h) \
		<(sed -n 's/^| `\([a-z_0-9]*\)` |.*/\1/p' Documentation/rules.md)
}

# The rows of the table in performance.md: KERNEL NAME PEER VALUE GOAL MET, where VALUE is
# what the goal is about: the ratio, or sbuddy's figure where the goal has a unit.
performance_rows()
{
	sed -n '/bench: begin/,/bench: end/p' Documentation/performance.md | awk -F ' *[|] *' '
		/^[*][*]/ { kernel = $0; gsub(/[*]/, "", kernel) }
		/^[|] [a-z]/ && $2 != "operation" {
			gsub(/ /, "-", $8)
			of_unit = split($7, goal, " ") > 1
			sub(/ .*/, "", $4)
			print kernel, $2, $3, of_unit ? $4 : $6, goal[1], $8
		}'
}

# For each kernel there is a row for each goal, with that goal, and the verdict is that of
# the row's own figures, which are rounded. What they are is nobody's business here.
docs_performance()
{
	performance_rows | awk '
		function fits(pattern, name) {
			if (sub(/[*]$/, "", pattern))
				return index(name, pattern) == 1
			return pattern == name
		}
		function complain(why) { print "performance.md: " why; bad = 1 }
		/^#/ || !NF { next }
		NR == FNR { goal[++goals] = $1; peer[goals] = $2; most[goals] = $3; next }
		!seen[$1]++ { kernels++ }
		{
			for (i = 1; i <= goals; i++)
				if (fits(goal[i], $2) && fits(peer[i], $3))
					break
			if (i <= goals && !done[$1, i]++)
				rows++
			if ((i <= goals ? most[i] : "-") != $5)
				complain("the goal of " $2 " is " most[i] ", not " $5)
			if (($5 == "-") != ($6 == "-"))
				complain($2 " has a goal or a verdict, not both")
			if ($4 != "-" && ($6 == "met" && $4 > $5 * 1.02 || $6 == "not-met" && $4 < $5 * 0.98))
				complain($2 " with " $4 " is not " $6 " at " $5)
			if (NF != 6 || $6 !~ /^(met|not-met|not-measured|-)$/)
				complain("no row of figures: " $0)
		}
		END {
			if (kernels != 3 || rows != goals * kernels)
				complain("there are " rows " rows of " goals " goals and " kernels " kernels")
			exit bad
		}' selftests/bench/goals -
	diff <(grep -o '](performance/[a-z]*.svg)' Documentation/performance.md | sort) \
		<(find Documentation/performance -name '*.svg' -printf '](performance/%f)\n' | sort)
}

# Each step has a row in testing.md, and each row is of a step.
docs_steps()
{
	scripts/check --list | sort |
		diff - <(sed -n '/^## Steps/,/^## /s/^| `\([a-z0-9-]*\)` |.*/\1/p' Documentation/testing.md | sort)
}

step_docs()
{
	docs_steps
	docs_map
	docs_links
	docs_names
	docs_files
	docs_rules
	docs_performance
}
