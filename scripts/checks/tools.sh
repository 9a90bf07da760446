# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Steps of scripts/check about tools/: the library, its examples, and the programs.

step_tools-unit()
{
	make -s -C tools OUTPUT="$TMP" test-unit
}

build_tools()
{
	make -s -C tools -j"$(nproc)" CFLAGS='-O2 -g -Werror' "$@"
}

# functions_of FILE: what its version script shows.
functions_of()
{
	sed -n 's/^\t\(sbuddy_[a-z_]*\);$/\1/p' "$1" | sort
}

# The version script, the shared library, the header and the pages are of one mind.
library_symbols()
{
	local map=tools/libsbuddy/libsbuddy.map name

	functions_of $map >"$TMP/wanted"
	[ -s "$TMP/wanted" ]
	nm -D --defined-only "$TMP/64/lib/libsbuddy.so" |
		sed -n 's/^[0-9a-f]* T \([a-z_]*\)@@LIBSBUDDY_.*/\1/p' | sort | diff "$TMP/wanted" -
	grep -oE '\bsbuddy_[a-z_]+\(' tools/libsbuddy/libsbuddy.h | tr -d '(' | sort -u |
		diff "$TMP/wanted" -
	sed -n 's/^\.Fn \(sbuddy_[a-z_]*\) .*/\1/p' tools/man/*.3 | sort -u | diff "$TMP/wanted" -
	# Each of them is called by a test that runs on the board.
	while read -r name; do
		grep -q "\<$name(" tools/tests/lib_*.c || { echo "$name: no test calls it"; return 1; }
	done <"$TMP/wanted"
}

# Programs see the header as a part of them, in C and in C++.
library_header()
{
	printf '#include <libsbuddy.h>\nint main(void) { return !sbuddy_version(); }\n' >"$TMP/use.c"
	gcc -std=c11 -pedantic -Wall -Wextra -Werror -Iinclude/uapi -Itools/libsbuddy \
		"$TMP/use.c" "$TMP/64/lib/libsbuddy.a" -pthread -o "$TMP/use"
	g++ -x c++ -std=c++11 -pedantic -Wall -Wextra -Werror -Iinclude/uapi -Itools/libsbuddy \
		"$TMP/use.c" -x none "$TMP/64/lib/libsbuddy.so" -o "$TMP/use-c++"
	"$TMP/use"
	LD_LIBRARY_PATH=$TMP/64/lib "$TMP/use-c++"
}

# What is installed is enough to build the examples with, and found by pkg-config.
library_installed()
{
	local root=$TMP/root example
	local -a flags

	build_tools OUTPUT="$TMP/64" DESTDIR="$root" PREFIX=/usr install
	mapfile -t flags < <(PKG_CONFIG_LIBDIR=$root/usr/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root \
		PKG_CONFIG_ALLOW_SYSTEM_LIBS=1 PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 \
		pkg-config --cflags --libs libsbuddy | tr ' ' '\n' | grep .)
	for example in tools/examples/*.c; do
		gcc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror "$example" "${flags[@]}" \
			-o "$TMP/example"
		LD_LIBRARY_PATH=$root/usr/lib ldd "$TMP/example" | grep "$root/usr/lib/libsbuddy.so.0"
	done
}

# Every page without a complaint, and what it refers to of ours is there.
manual_pages()
{
	local name section

	mandoc -Tlint -W warning tools/man/*.[1-9]
	sed -n 's/^\.Xr \([a-z_]*sbuddy[a-z_]*\) \([0-9]\).*/\1 \2/p' tools/man/* | sort -u |
		while read -r name section; do
			[ -e "tools/man/$name.$section" ] || { echo "no page $name($section)"; return 1; }
		done
}

# What --help tells of verbs and options, all of them.
verbs_of_help()
{
	"$TMP/64/sbuddyctl" --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p'
}

options_of_help()
{
	"$TMP/64/sbuddyctl" "$1" --help | sed -n 's/^  \(--[a-z-]*\) .*/\1/p'
}

# The page of sbuddyctl has these verbs and options, no less and no more.
program_page()
{
	local page=tools/man/sbuddyctl.1 verb

	diff <(sed -n 's/^\.It Cm \([a-z]*\)$/\1/p' $page) <(verbs_of_help)
	diff <(sed -n 's/^\.It Fl Fl \([a-z-]*\).*/--\1/p' $page | sort) \
		<(for verb in $(verbs_of_help); do options_of_help "$verb"; done | sort -u)
}

# complete WORD...: what bash would offer for the last one.
complete_words()
{
	PATH=$TMP/64:$PATH bash -c '
		. tools/sbuddyctl/completion.bash
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_sbuddyctl sbuddyctl
		printf "%s\n" "${COMPREPLY[@]}"' - "$@"
}

program_completion()
{
	local verb

	diff <(complete_words sbuddyctl "") <(verbs_of_help; echo --help; echo --version)
	for verb in $(verbs_of_help); do
		diff <(complete_words sbuddyctl "$verb" --) <(options_of_help "$verb")
	done
	[ "$(complete_words sbuddyctl alloc --type u)" = unmovable ]
	PATH=$TMP/64:$PATH bash -c '. tools/sbuddyctl/completion.bash; complete -p sbuddyctl'
}

step_tools()
{
	build_tools OUTPUT="$TMP/64"
	build_tools CROSS_COMPILE=arm-linux-gnueabihf- LDFLAGS=-static OUTPUT="$TMP/armhf" \
		FDT_CFLAGS="-I$FDT_INCLUDE_ARMHF" FDT_LIBS="$FDT_LIBRARY_ARMHF"
	library_symbols
	library_header
	library_installed
	manual_pages
	program_page
	program_completion
	make -s -C dts-overlays OUTPUT="$TMP/overlays"
	tools/tests/doctor.sh "$TMP/64/sbuddyctl" "$DTB_DIR" "$TMP/overlays"
}
