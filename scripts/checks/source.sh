# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Steps of scripts/check that read the sources. Each runs under set -e in the top
# of the tree, with a scratch directory TMP and what scripts/kernels found.

step_setup()
{
	scripts/setup
}

step_kernels()
{
	scripts/kernels --print
}

# sources NAME-PATTERN...: files of ours, none that a build made.
sources()
{
	local pattern
	local -a names=(-false)

	for pattern; do
		names+=(-o -name "$pattern")
	done
	find . \( -name build -o -name .git \) -prune -o -type f \( "${names[@]}" \) \
		! -name '*.mod.c' -print | sort
}

scripts_of_ours()
{
	grep -rlE --exclude-dir=build '^#!/bin/(ba|busybox )?sh|^# shellcheck shell=' \
		.ci scripts selftests tools | sort
}

step_format()
{
	sources '*.c' '*.h' | xargs clang-format --dry-run -Werror
}

# checkpatch REGEX IGNORED: the sources whose path matches. It leaves a cache file
# where it runs.
checkpatch()
{
	sources '*.c' '*.h' | grep -E "$1" | sed "s|^[.]|$PWD|" |
		(cd "$TMP" && xargs -P "$(nproc)" -n 20 perl "$KSRC/scripts/checkpatch.pl" --no-tree --strict \
			--terse --show-types --ignore "$2" -f)
}

# User programs have the types and macros of C, not the kernel's, and the texts
# that tests expect are as long as they are. Only module/compat asks for kernel
# versions, and it lists what it replaces.
step_checkpatch()
{
	local user=PREFER_KERNEL_TYPES,BIT_MACRO,CAMELCASE,MACRO_WITH_FLOW_CONTROL
	user+=,MACRO_ARG_REUSE,PREFER_DEFINED_ATTRIBUTE_MACRO,NEW_TYPEDEFS,ARRAY_SIZE,VOLATILE
	user+=,LONG_LINE,LONG_LINE_STRING,OPEN_ENDED_LINE,SPLIT_STRING,EMBEDDED_FUNCTION_NAME
	# A test that a macro makes begins at the margin, and goes on as clang-format has it.
	user+=,LEADING_SPACE,COMPLEX_MACRO

	# A macro that makes a table's row or a file's functions is given a name, not a value.
	checkpatch '^./(module/(core|driver|bench)|include|selftests/(sbuddy/client|oracle))/' MACRO_ARG_REUSE
	# What newer kernels have is made as they have it: types, and macros that name fields.
	checkpatch '^./module/compat/' MACRO_ARG_REUSE,LINUX_VERSION_CODE,CONSTANT_COMPARISON,NEW_TYPEDEFS,CAMELCASE,MACRO_ARG_PRECEDENCE
	checkpatch '^./(selftests|tools)/' $user
}

# A backslash sequence is no part of the word behind it; neither is a
# manual page's macro.
step_spelling()
{
	codespell --ignore-regex '^[.]N[d]|\\[nt]|\biput\b|to and fro' --skip './build,./.git,./COPYING,./selftests/fuzz/corpus'
}

# none PATTERN PATH...: no line matches.
none()
{
	local pattern=$1
	shift

	if grep -rnE --include='*.[ch]' "$pattern" "$@"; then
		echo "this must not be there: $pattern"
		return 1
	fi
}

step_layers()
{
	none '^#[[:space:]]*include[[:space:]]*<' module/core
	none '\<(BUG|BUG_ON|panic)\(' module
	none '\<(LINUX_VERSION_CODE|KERNEL_VERSION)\>' module/core module/driver module/bench include
}

step_kernel-doc()
{
	find include module selftests/sbuddy/client -name '*.[ch]' ! -name '*.mod.c' |
		sort | xargs "$KSRC/scripts/kernel-doc" -none -Werror
}

# lines_at_most N REGEX: the sources whose path matches
lines_at_most()
{
	sources '*.c' '*.h' | grep "$2" | xargs awk -v limit="$1" '
		FNR == limit + 1 { print FILENAME ": more than " limit " lines"; bad = 1 }
		END { exit bad }'
}

# A function's body stands between braces in the first column.
step_sizes()
{
	lines_at_most 500 '^./module/core/'
	lines_at_most 350 '^./module/\(driver\|bench\)/'
	sources '*.c' | grep '^./module/' | xargs awk '
		/^{/ { start = FNR }
		/^}/ && start {
			if (FNR - start - 1 > 60) {
				print FILENAME ":" start ": function of " FNR - start - 1 " lines"
				bad = 1
			}
			start = 0
		}
		END { exit bad }'
}

# The first line; the second where the first names an interpreter.
step_spdx()
{
	{
		sources '*.c' '*.h' '*.sh' '*.mk' '*.dtso' '*.yaml' '*.conf' Makefile Kbuild config
		scripts_of_ours
	} | sort -u | grep -v 'selftests/sbuddy/config$' | xargs awk '
		FNR == 1 { want = /^#!/ ? 2 : 1 }
		FNR == want && !/SPDX-License-Identifier: / { print FILENAME ": no SPDX line"; bad = 1 }
		END { exit bad }'
}

step_shellcheck()
{
	scripts_of_ours | xargs shellcheck --severity=warning
}

# in_readme HEADING: the names in the first column of the tables below it
in_readme()
{
	awk -F '|' -v heading="### $1" '
		/^#/ { here = index($0, heading) == 1 }
		here && $2 ~ /^ `/ { print $2 }' README.md | grep -o '`[^`]*`' | tr -d '`' | sort
}

# README's tables name what there is, all of it and nothing else.
step_readme()
{
	local driver=module/driver

	diff <(in_readme debugfs) \
		<(sed -n 's/.*debugfs_create_file[a-z_]*("\([a-z_]*\)", [0-7]*, \([a-z]*\),.*/\2\/\1/p' \
			$driver/debugfs.c | sed 's/^dir\///' | sort)
	diff <(in_readme 'Device tree' | grep -v '^memory-region$\|^label$') \
		<({
			tunables | sed 's/^/sbuddy,/; s/_/-/g'
			grep -oh '"sbuddy,[a-z-]*"' $driver/carveout_*.c | tr -d '"'
		} | sort -u)
	diff <(in_readme 'Device tree') \
		<(sed -n '/^properties:/,/^required:/s/^  \([a-z,-]*\):.*/\1/p' \
			dts-overlays/bindings/sbuddy,carveout.yaml | grep -v '^compatible$' | sort)
	diff <(in_readme configfs) \
		<({
			tunables
			sed -n 's/^CONFIGFS_ATTR\(_RO\)\{0,1\}(sbuddy_, \([a-z_]*\).*/\2/p' \
				$driver/configfs_attrs.c
		} | sort)
	diff <(tunables | sort) \
		<(sed -n 's/^TUNABLE_FILE(\([a-z_]*\).*/\1/p' $driver/configfs_tunable.c | sort)
	diff <(in_readme ioctl) \
		<(sed -n 's/^#define \(SBUDDY_IOC_[A-Z_]*\) _IO.*/\1/p' include/uapi/linux/sbuddy.h | sort)
	grep "dkms install sbuddy/$(version)" README.md
	diff <(in_overlays) <(cd dts-overlays && ls sbuddy-*.dtso | sed 's/\.dtso$//' | sort)
}

# Names in the table of tunables.
tunables()
{
	sed -n 's/^	TUNABLE\(_LIVE\|_WORDS\)\{0,1\}(\([a-z_]*\),.*/\2/p
		s/^	TUNABLE_RATIO(\([a-z]*\),.*/lowmem_reserve_ratio_\1/p
		s/.*\.name = "\([a-z_]*\)",.*/\1/p' module/driver/tunable.c
}

in_overlays()
{
	sed -n 's/^| `\(sbuddy-[a-z0-9-]*\)` |.*/\1/p' README.md | sort
}
