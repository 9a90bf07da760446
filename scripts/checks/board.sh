# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Steps of scripts/check about device trees and the emulated board.

# Every i.MX6UL and i.MX6ULL board Debian knows takes every overlay made for them.
step_overlays()
{
	local base overlay

	make -s -C dts-overlays OUTPUT="$TMP"
	for base in "$DTB_DIR"/imx6ul*.dtb; do
		for overlay in "$TMP"/*.dtbo; do
			case "$overlay" in *virt* | *wrong*) continue ;; esac
			fdtoverlay -i "$base" -o "$TMP/merged.dtb" "$overlay"
			fdtget "$TMP/merged.dtb" /sbuddy compatible >/dev/null
			echo "$(basename "$overlay") fits $(basename "$base")"
		done
	done
}

# dt-validate and dt-doc-validate complain, but succeed: silence is what counts.
silent()
{
	local output

	output=$("$@" 2>&1) || { echo "$output"; return 1; }
	[ -z "$output" ] || { echo "$output"; return 1; }
}

validate()
{
	silent dt-validate -s "$TMP/schema.json" -l sbuddy "$1"
}

# wrong NAME PROPERTIES: a node like that must not pass.
wrong()
{
	sed "s/compatible = \"sbuddy,carveout\";/& $2/" dts-overlays/sbuddy-imx6ull-512m.dtso |
		dtc -q -@ -I dts -O dtb -o "$TMP/wrong.dtbo" -
	fdtoverlay -i "$DTB_DIR/imx6ull-14x14-evk.dtb" -o "$TMP/wrong.dtb" "$TMP/wrong.dtbo"
	if validate "$TMP/wrong.dtb"; then
		echo "the schema accepts $1"
		return 1
	fi
}

step_schema()
{
	local binding=dts-overlays/bindings/sbuddy,carveout.yaml overlay base

	silent dt-doc-validate -u dts-overlays/bindings $binding
	dt-mk-schema -j -o "$TMP/schema.json" dts-overlays/bindings
	dt-extract-example $binding | dtc -q -I dts -O dtb -o "$TMP/example.dtb" -
	validate "$TMP/example.dtb"

	make -s -C dts-overlays OUTPUT="$TMP"
	qemu-system-arm -M virt,highmem=off,dumpdtb="$TMP/virt.dtb" -cpu cortex-a7 -m 1G -nic none \
		-display none
	for overlay in "$TMP"/*.dtbo; do
		base=$DTB_DIR/imx6ull-14x14-evk.dtb
		case "$overlay" in
		*wrong*) continue ;;
		*virt*) base=$TMP/virt.dtb ;;
		esac
		fdtoverlay -i "$base" -o "$TMP/merged.dtb" "$overlay"
		validate "$TMP/merged.dtb"
	done

	wrong "an order of 16" "sbuddy,max-order = <16>;"
	wrong "an unknown property" "sbuddy,no-such-thing;"
	wrong "32 bits of bytes" "sbuddy,lowmem-bytes = <1>;"
	wrong "pages both zeroed and filled" "sbuddy,init-on-free; sbuddy,page-poison;"
}

# What does not depend on where memory lies, or on how many CPUs there are, is left out of
# boards that are there for that: windows on configfs, debug modes, pages of the
# documentation, and user programs.
SAME_ON_CPUS=libsbuddy,sbuddyctl,configfs,debug,docs,engine,classes,classes_calls,zeroed
SAME_ANYWHERE=$SAME_ON_CPUS,claim,classes_life,client,fuzz,instances,quota,races,release,soak,suspend

# boot BOARD OVERLAY MODE [RELOADS [WITHOUT]]: loading and unloading a hundred times is
# for one board; it takes a minute.
boot()
{
	selftests/board/run --board "$1" --overlay "$2" \
		--append "SBUDDY_RELOADS=${4:-100} SBUDDY_WITHOUT=${5:-}" "$3"
}

step_board-512m() { boot 512m imx6ull-512m check; }
step_board-mapped() { boot 512m mapped check 12; }
step_board-dynamic() { boot 512m dynamic check 12 $SAME_ANYWHERE; }
step_board-banks() { boot 512m banks check 12 $SAME_ANYWHERE; }

# Each node of that tree is wrong in its own way; other tests have nothing to do there.
step_board-wrong()
{
	selftests/board/run --board 512m --overlay wrong \
		exec 'modprobe sbuddy; /sbuddy/run-tap /selftests/wrong.sh /selftests/client.sh'
}

step_board-256m() { boot 256m imx6ull-256m check 12 $SAME_ANYWHERE; }
step_board-virt4() { boot virt4 qemu-virt check 12 $SAME_ON_CPUS; }

# A newer kernel, of 64 bits, that lets a module map memory for processes at large. It
# has no device tree, so each program gets a sandbox.
step_board-pc()
{
	local programs

	programs=$(printf ' /selftests/%s' huge mmap scattered dmabuf movable movable_huge hotplug)
	selftests/board/run --board pc exec \
		"modprobe sbuddy; /sbuddy/run-tap /sbuddy/test-loaded $programs /sbuddy/test-unload"
}

# Nothing here depends on how fast this machine is.
step_board-icount()
{
	selftests/board/run --icount --append init_on_alloc=0 \
		exec 'modprobe sbuddy; /sbuddy/run-tap /selftests/cost.sh'
}

step_board-irqsoff()
{
	selftests/board/run --irqsoff exec 'modprobe sbuddy; /sbuddy/run-tap /selftests/irqsoff.sh'
}

# What a person sees who types at the console, and leaves by typing exit.
step_board-shell() { selftests/board/terminal; }

step_board-demo()
{
	rm -f build/demo-*.html
	boot 512m imx6ull-512m demo | tee "$TMP/console"
	pages_of_demo
	boot 256m imx6ull-256m demo
	in_order <(transcript) <(sed 's/^\[ *[0-9.]*\] //; s/ *$//' "$TMP/console")
}

# The demo hands out pages, which say what they are about, and come to a browser without
# complaint.
pages_of_demo()
{
	local page

	SBUDDY_BROWSER=$(find_browser)
	export SBUDDY_BROWSER
	for page in build/demo-carveout.html build/demo-pieces.html; do
		grep -q '"comm": "sbuddy-demo"' $page
		grep -q '"mark": ' $page
		[ -z "$SBUDDY_BROWSER" ] ||
			PYTHONDONTWRITEBYTECODE=1 timeout 300 python3 tools/tests/report.py --any $page
	done
}

# What README says that the demo prints.
transcript()
{
	sed -n '/transcript: begin/,/transcript: end/{/^    /s/^    //p}' README.md | sed 's/ *$//'
}

# in_order WANTED SEEN: each line that is wanted is seen, one after the other.
in_order()
{
	awk 'NR == FNR { want[n++] = $0; next }
		$0 == want[i] { i++ }
		END {
			if (i < n || !n)
				print "README tells of this line, the demo does not: " want[i]
			exit i < n || !n
		}' "$1" "$2"
}
