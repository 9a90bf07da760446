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

# look ARGUMENT...: sbuddyctl, with a device that is none.
look()
{
	SBUDDY_FAKE_DEV=$TMP/dev DEBUGFS=$TMP/debugfs LD_PRELOAD=$TMP/fake_device.so \
		"$TMP/64/sbuddyctl" "$@"
}

# A page map of a page of each kind, and of what is in use, in "$TMP/debugfs".
fake_device()
{
	local dir="$TMP/debugfs/sbuddy/a \"b\" \\c<&"

	mkdir -p "$dir" "$TMP/dev"
	touch "$TMP/dev/sbuddy0"
	printf 'pagemap_base_pfn 0x98000\npagemap_pages 1000\n' >"$dir/tunables"
	{
		printf '\000\000\000\000\000\000\000\000'
		for state in 1 2 3 4 5 6 7; do
			printf "\\00$state\\000\\000\\000\\000\\000\\000\\000"
		done
		for _ in {1..992}; do
			printf '\004\000\000\000\000\000\000\000'
		done
	} >"$dir/pagemap"
	cp tools/tests/fake_debugfs/* "$dir/"
	gcc -std=gnu11 -shared -fPIC -Wall -Werror -Iinclude/uapi tools/tests/fake_device.c \
		-ldl -o "$TMP/fake_device.so"
}

# Everything that is JSON is read by somebody else.
program_json()
{
	[ "$(look list --json | jq -r '.devices[0].instance')" = 'a "b" \c<&' ]
	[ "$(look info --json | jq .memory_bytes)" = 67108864 ]
	[ "$(look stat --json | jq -r '.zones[1].zone')" = HighMem ]
	[ "$(look stat --json | jq -c '[.zones[0].unusable[0, 1, 9, 10]]')" = '[0,0.170178,0.170178,1]' ]
	[ "$(look explain --json | jq -r .text | head -n 1)" = $'request:\t"1"' ]
	[ "$(look map --json --cell page --width 32 | jq -r '.cells[0:10]')" = ' #.oXgq!XX' ]
	[ "$(look map --json --cell page | jq '.cells | length')" = 1000 ]
	jq -e .panels tools/monitoring/sbuddy-dashboard.json >/dev/null
}

# A record by a reader of its own, from a device that goes on as it is.
program_record()
{
	look record -o "$TMP/a.record" --interval 0.01 --samples 3 --phys
	look record -o "$TMP/b.record" --interval 0.01 -- \
		sh -c 'echo "{\"mark\": \"x\"}" >$SBUDDY_RECORD; sleep 0.1'
	python3 tools/tests/record.py "$TMP/a.record" "$TMP/b.record"
	if look record -o /dev/full; then return 1; fi
	if look record -o "$TMP/c.record" -- false; then return 1; fi
	tail -n 1 "$TMP/c.record" | grep '"why": "command ended"'
	if look record -o "$TMP/c.record" -- /no/such/program; then return 1; fi
	disk_fills
	size_is_limited
	interrupted
}

# What is in the file when there is no room for more is whole. A limit on a file's size
# is a disk that fills, but for the signal.
disk_fills()
{
	if (trap '' XFSZ; ulimit -f 8; look record -o "$TMP/full.record" --interval 0.001) 2>"$TMP/err"; then
		return 1
	fi
	grep 'File too large; what is in it already is good' "$TMP/err"
	jq . "$TMP/full.record" >/dev/null
	[ "$(wc -l <"$TMP/full.record")" -gt 3 ]
}

size_is_limited()
{
	look record -o "$TMP/limit.record" --interval 0.001 --limit 64K | grep limit
	[ "$(wc -c <"$TMP/limit.record")" -le 65536 ]
	tail -n 1 "$TMP/limit.record" | jq -e '.end.why == "limit"'
}

interrupted()
{
	local pid

	: >"$TMP/int.record"
	SBUDDY_FAKE_DEV=$TMP/dev DEBUGFS=$TMP/debugfs LD_PRELOAD=$TMP/fake_device.so \
		"$TMP/64/sbuddyctl" record -o "$TMP/int.record" --interval 100 -- sleep 100 &
	pid=$!
	until [ "$(wc -l <"$TMP/int.record")" = 2 ]; do
		sleep 0.05
	done
	# What a shell starts in the background ignores SIGINT, so another signal has to do.
	kill -TERM "$pid"
	wait "$pid"
	tail -n 1 "$TMP/int.record" | jq -e '.end.why == "interrupted" and .end.samples == 2'
}

program_svg()
{
	look map --cell page --svg "$TMP/map.svg"
	python3 - "$TMP/map.svg" <<-'END'
		import sys, xml.dom.minidom as dom
		texts = dom.parse(sys.argv[1]).getElementsByTagName("text")
		assert texts[0].firstChild.data == "a \"b\" \\c<&: a cell is 4 KiB"
	END
}

# A picture by a reader of its own: the size, and the pixel of each cell.
program_png()
{
	look map --cell page --width 32 --png "$TMP/map.png"
	python3 - "$TMP/map.png" <<-'END'
		import struct, sys, zlib
		png = open(sys.argv[1], "rb").read()
		assert png[:8] == b"\x89PNG\r\n\x1a\n"
		at, chunks = 8, {}
		while at < len(png):
		    size, name = struct.unpack(">I4s", png[at:at + 8])
		    data = png[at + 8:at + 8 + size]
		    assert struct.unpack(">I", png[at + 8 + size:at + 12 + size])[0] == zlib.crc32(name + data)
		    chunks[name], at = data, at + 12 + size
		width, height, depth, kind = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
		assert (width, height, depth, kind) == (128, 128, 8, 3)
		raw = zlib.decompress(chunks[b"IDAT"])
		assert len(raw) == height * (width + 1)
		assert [raw[1 + 4 * cell] for cell in range(9)] == [0, 3, 1, 2, 4, 5, 6, 7, 4]
		assert max(raw) < len(chunks[b"PLTE"]) // 3 and b"IEND" in chunks
	END
}

# The one of this machine, or of the package, which is unpacked once.
find_promtool()
{
	local kept=$SBUDDY_CACHE/promtool

	if command -v promtool; then
		return
	elif [ ! -x "$kept" ]; then
		(cd "$TMP" && apt-get -q download "$(listed_packages unpack)" &&
			dpkg -x ./*.deb unpacked && cp unpacked/usr/bin/promtool "$kept") >&2 || return 0
	fi
	echo "$kept"
}

# What sbuddyctl tells a monitor, and what is there to make use of it. promtool reads the
# older format, in which the lines about a counter have its suffix.
program_metrics()
{
	local promtool

	look metrics >"$TMP/metrics"
	[ "$(tail -n 1 "$TMP/metrics")" = "# EOF" ]
	grep -F 'sbuddy_free_bytes{instance_name="a \"b\" \\c<&"} 5054464' "$TMP/metrics"
	diff <(grep -o 'event=.*' "$TMP/metrics") - <<-'END'
		event="pgalloc_normal"} 12
		event="sbuddy_alloc_fail"} 3
	END
	comm -13 <(sed -n 's/^\(sbuddy_[a-z_]*\).*/\1/p' "$TMP/metrics" | sort -u) \
		<(grep -oE '\bsbuddy_[a-z_]+' tools/monitoring/* | sed 's/.*://' |
			grep -E '_(bytes|ratio|blocks|total|corrupt|info)$' | sort -u) >"$TMP/unknown"
	[ ! -s "$TMP/unknown" ] || { cat "$TMP/unknown"; return 1; }
	promtool=$(find_promtool)
	[ -n "$promtool" ] || { echo "no promtool: the package is not to be had"; return 0; }
	sed '/^# [TH]/s/ sbuddy_events / sbuddy_events_total /' "$TMP/metrics" | "$promtool" check metrics
	"$promtool" check rules tools/monitoring/sbuddy.rules.yml
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
	fake_device
	program_json
	program_record
	program_svg
	program_png
	program_metrics
	make -s -C dts-overlays OUTPUT="$TMP/overlays"
	tools/tests/doctor.sh "$TMP/64/sbuddyctl" "$DTB_DIR" "$TMP/overlays"
}
