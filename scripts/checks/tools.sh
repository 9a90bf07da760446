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
	grep -q 'GROUP="sbuddy"' "$root/usr/lib/udev/rules.d/60-sbuddy.rules"
	grep -q '^g sbuddy ' "$root/usr/lib/sysusers.d/sbuddy.conf"
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
	cp -r tools/tests/fake_debugfs/. "$dir/"
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
	[ "$(look top --json -n 1 | jq -c '[.pages_free, .zones[1].blocks[9]]')" = '[1234,1]' ]
	[ "$(look top --json -n 3 -d 0.1 | jq -s 'map(.per_second.alloc) | length')" = 3 ]
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

# What scripts/screenshots makes of a terminal's colours.
terminal_svg()
{
	printf 'a\033[48;5;26m<\033[0m\n' | scripts/ansi-to-svg 'x & y' >"$TMP/terminal.svg"
	python3 - "$TMP/terminal.svg" <<-'END'
		import sys, xml.dom.minidom as dom
		picture = dom.parse(sys.argv[1])
		texts = [text.firstChild.data for text in picture.getElementsByTagName("text")]
		fills = [rect.getAttribute("fill") for rect in picture.getElementsByTagName("rect")]
		assert texts == ["$ x & y", "a", "<"] and fills[1:] == ["#005fd7"], (texts, fills)
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

# A browser without a window: of this machine, or of the package with what it depends on
# and this machine lacks, which are unpacked once.
find_browser()
{
	local kept=$SBUDDY_CACHE/browser name

	for name in chromium chromium-headless-shell; do
		command -v "$name" && return
	done
	if [ ! -x "$kept/run" ]; then
		unpack_browser "$kept" >&2 || { rm -rf "$kept"; return 0; }
	fi
	echo "$kept/run"
}

unpack_browser()
{
	local package
	local -a packages

	mapfile -t packages < <(apt-get -q -s --no-install-recommends install \
		"$(listed_packages browser)" | sed -n 's/^Inst \([^ ]*\).*/\1/p')
	[ ${#packages[@]} -gt 0 ] || return 1
	rm -rf "$1"
	mkdir -p "$1" "$TMP/debs"
	(cd "$TMP/debs" && apt-get -q download "${packages[@]}") || return 1
	for package in "$TMP"/debs/*.deb; do
		dpkg -x "$package" "$1" || return 1
	done
	cat >"$1/run" <<-'END'
		#!/bin/bash
		cd "$(dirname "$0")/usr/lib" || exit 1
		LD_LIBRARY_PATH=$(find "$PWD" -name '*.so*' -printf '%h\n' | sort -u | tr '\n' :) \
			exec chromium/chromium-headless-shell "$@"
	END
	chmod +x "$1/run"
	"$1/run" --headless --no-sandbox --version >&2
}

# refuses PATTERN COMMAND...: it fails, and says so.
refuses()
{
	local pattern=$1
	shift

	if "$@" 2>"$TMP/err"; then
		echo "this should fail: $*"
		return 1
	fi
	grep -e "$pattern" "$TMP/err" || { cat "$TMP/err"; return 1; }
}

# A page of a record that somebody else may have written. What has no end, or is cut off, is
# shown as far as it goes; what is no record is none.
program_report()
{
	local program=$TMP/64/sbuddyctl sample=tools/tests/sample.record

	"$program" report $sample -o "$TMP/report.html"
	[ "$("$program" report $sample -o "$TMP/report.html" --json | jq .samples)" = 3 ]
	# Within the page there is no more markup than what the page itself has.
	[ "$(grep -c '</script>' "$TMP/report.html")" = 2 ]
	if grep -nE 'https?://' "$TMP/report.html" | grep -v 'www.w3.org/2000/svg'; then return 1; fi
	cp $sample "$TMP/cut.record"
	truncate -s -10 "$TMP/cut.record"
	"$program" report "$TMP/cut.record" 2>&1 | grep 'ends within line'
	refuses 'no record' "$program" report tools/Makefile -o "$TMP/x.html"
	refuses 'No such file' "$program" report /no/such/file
	refuses 'No space left' "$program" report $sample -o /dev/full
	refuses 'the record itself' "$program" report "$TMP/cut.record" -o "$TMP/cut.record"
	sed '1s/"sbuddy_record": 1/"sbuddy_record": 2/' $sample >"$TMP/new.record"
	refuses 'of version 2' "$program" report "$TMP/new.record"
	sed '2s/.*/{"us": 1, "zones": [],}/' $sample >"$TMP/bad.record"
	refuses 'line 2: this is no object' "$program" report "$TMP/bad.record"
	[ "$(find "$TMP" -name 'bad.record.*' | wc -l)" = 0 ]
	sed '2s/.*/{"us": 1, "x": "\xff"}/' $sample >"$TMP/bad.record"
	refuses 'line 2: this is no object' "$program" report "$TMP/bad.record"
	json_is_checked
	report_in_browser
}

# Of each line a page may be made when it is JSON, and only then: python3 is the judge.
json_is_checked()
{
	python3 tools/tests/json_check.py "$TMP/64/sbuddyctl" "$TMP/json.record"
}

report_in_browser()
{
	local fault nr=0
	local -a bad=()

	for fault in '1s/"pages": 1024/"pages": 1e12/' '1s/"max_order": 3/"max_order": 1e9/' \
		'2s/"blocks": /"block": /' '1s/"base_pfn": [0-9]*/"base_pfn": "x"/'; do
		nr=$((nr + 1))
		sed "$fault" tools/tests/sample.record >"$TMP/bad.record"
		"$TMP/64/sbuddyctl" report "$TMP/bad.record" -o "$TMP/bad$nr.html"
		bad+=("$TMP/bad$nr.html")
	done
	SBUDDY_BROWSER=$(find_browser)
	if [ -z "$SBUDDY_BROWSER" ]; then
		echo "no browser: the package is not to be had"
		return
	fi
	export SBUDDY_BROWSER
	PYTHONDONTWRITEBYTECODE=1 timeout 300 python3 tools/tests/report.py "$TMP/report.html" "${bad[@]}"
}

# Who looks at a picture while it is drawn again sees the old one or the new one.
pictures_are_whole()
{
	local map=$TMP/live.png

	look map --png "$map"
	ln "$map" "$TMP/old.png"
	look map --by type --follow -n 2 -d 0.01 --png "$map" --svg "$TMP/live.svg"
	if cmp "$map" "$TMP/old.png"; then return 1; fi
	[ "$(find "$TMP" -name '*.part' | wc -l)" = 0 ]
	cp "$map" "$TMP/old.png"
	if (trap '' XFSZ; ulimit -f 1; look map --cell page --width 500 --png "$map"); then return 1; fi
	cmp "$map" "$TMP/old.png"
	[ "$(find "$TMP" -name '*.part' | wc -l)" = 0 ]
	look map --png /dev/stdout | cmp - <(look map --png >(cat))
	refuses 'No space left' look map --svg /dev/full
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
	program_report
	program_svg
	terminal_svg
	program_png
	pictures_are_whole
	program_metrics
	tools/tests/top.sh "$TMP/64/sbuddyctl" "$TMP/fake_device.so" "$TMP/dev" "$TMP/debugfs"
	make -s -C dts-overlays OUTPUT="$TMP/overlays"
	tools/tests/doctor.sh "$TMP/64/sbuddyctl" "$DTB_DIR" "$TMP/overlays"
}
