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
			include module selftests tools | sort -u) | missing "a name"
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

step_docs()
{
	docs_map
	docs_links
	docs_names
	docs_files
	docs_rules
}
