#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Every verb of sbuddyctl, on the first device and on instances of its own.

. "$(dirname "$0")/tap.sh"

debugfs=${DEBUGFS:-/sys/kernel/debug}
configfs=${CONFIGFS:-/sys/kernel/config}
item=$configfs/sbuddy/ctl-test
dir=$debugfs/sbuddy/ctl-test
ctl=sbuddyctl

cleanup()
{
	$ctl free --all >/dev/null 2>&1
	[ ! -d "$item" ] || rmdir "$item"
	[ ! -d "$configfs/sbuddy/ctl-boot" ] || rmdir "$configfs/sbuddy/ctl-boot"
	rm -rf "$tmp"
}

complain()
{
	echo "# $*"
	return 1
}

# runs STATUS ARGUMENT...: exits so; what it prints is in $tmp/out and $tmp/err
runs()
{
	wanted=$1
	shift
	$ctl "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	status=$?
	[ $status = "$wanted" ] ||
		complain "$*: $status, not $wanted: $(cat "$tmp/out" "$tmp/err")" || return 1
	[ $status = 0 ] || [ -s "$tmp/err" ] || [ -s "$tmp/out" ] || complain "$*: not a word"
}

# prints PATTERN...: each is in a line of what the last one printed
prints()
{
	for pattern; do
		grep -qE -e "$pattern" "$tmp/out" ||
			complain "no '$pattern' in: $(cat "$tmp/out")" || return 1
	done
}

# One object, with brackets that match: json.tool is not on every board.
is_json()
{
	[ "$(wc -l <"$tmp/out")" = 1 ] && awk '{
			gsub(/\\./, "")
			gsub(/"[^"]*"/, "0")
			while (gsub(/(\[|\{)[-+.:, a-z0-9]*(\]|\})/, "0"))
				;
			exit $0 != "0"
		}' "$tmp/out" || complain "no JSON: $(cat "$tmp/out")"
	if command -v python3 >/dev/null; then
		python3 -m json.tool <"$tmp/out" >/dev/null
	fi
}

free_pages()
{
	$ctl info --device ctl-test --json | sed 's/.*"pages_free": \([0-9]*\).*/\1/'
}

on_test()
{
	wanted=$1 verb=$2
	shift 2
	runs "$wanted" "$verb" --device ctl-test "$@"
}

looks()
{
	runs 0 list && prints '^device ' ' ctl-test  *sandbox  *16 MiB' &&
		runs 0 list --json && is_json && prints '"instance": "ctl-test"' &&
		on_test 0 info && prints '^instance  *ctl-test$' '^largest block  *order 10, 4 MiB$' &&
		on_test 0 info --json && is_json && prints '"memory_bytes": 16777216' &&
		on_test 0 stat && prints '^ctl-test: ' 'zone Normal: ' '^  free blocks ' &&
		on_test 0 stat --json && is_json && prints '"zones": \[\{"node": 0, "zone": "Normal"'
}

# What it says of free blocks is what buddyinfo says.
agrees()
{
	blocks=$(awk '{ for (i = 5; i <= NF; i++) printf "%s%s", i == 5 ? "" : ", ", $i }' "$dir/buddyinfo")
	on_test 0 stat --json && prints "\"blocks\": \[$blocks\]"
}

keeps()
{
	before=$(free_pages)
	on_test 0 alloc --order 3 --count 4 --type unmovable &&
		prints '^ *1  *32 KiB  *3  *Unmovable' '^keeper 1 has them' || return 1
	[ "$(free_pages)" = $((before - 32)) ] || complain "pages are not taken" || return 1
	on_test 0 alloc --bytes 100K --pin --json && is_json &&
		prints '"keeper": 2, "bytes": 102400' '"physical": [0-9]' || return 1
	runs 0 free --list && prints '^keeper 1$' '^keeper 2$' || return 1
	runs 0 free 1 && prints '^keeper 1: 4 buffers freed, 128 KiB$' || return 1
	runs 1 free 1 && runs 0 free --all --json && is_json &&
		prints '"keepers": \[\{"keeper": 2, "buffers": 1, "bytes": 102400\}\]' || return 1
	runs 0 free --list --json && is_json && prints '"keepers": \[\]' || return 1
	[ "$(free_pages)" = "$before" ] || complain "$(free_pages) pages are free, $before were"
}

# Names are seen by others, and a request that waits gives up in time.
names()
{
	on_test 0 alloc --name "camera 1" && grep -q 'camera 1' "$dir/buffers" || return 1
	runs 0 free --all || return 1
	on_test 1 alloc --name "$(printf 'a\nb')" && on_test 0 hold --order 10 --wait 9 --for 0.1 &&
		on_test 1 alloc --order 10 --count 9 --wait 0.1 &&
		grep -q 'buffer [1-9]: .*timed out' "$tmp/err"
}

# Who may not open the device may not end another's keeper either.
denies()
{
	[ "$(id -u)" = 0 ] && command -v setpriv >/dev/null || return 0
	on_test 0 alloc || return 1
	! setpriv --reuid 65534 "$ctl" free 1 >/dev/null 2>&1 || complain "anybody ends it"
	runs 0 free 1
}

holds()
{
	before=$(free_pages)
	on_test 0 hold --order 2 --for 0.1 && prints '^ *1  *16 KiB' &&
		on_test 0 hold --for 0.1 --json && is_json || return 1
	$ctl hold --device ctl-test --order 4 >"$tmp/out" &
	until grep -q '^held until' "$tmp/out"; do
		sleep 0.1
	done
	[ "$(free_pages)" = $((before - 16)) ] || complain "not held" || return 1
	kill $!
	wait $!
	[ "$(free_pages)" = "$before" ] || complain "not given back"
}

explains()
{
	on_test 0 explain --order 3 && prints '^request: order 3' '^verdict: would be served' &&
		on_test 1 explain --bytes 64M --type movable --zone normal && prints '^verdict: too large' &&
		on_test 0 explain --json && is_json && prints '"verdict": "served"' &&
		on_test 1 explain --bytes 64M --json && is_json && prints '"verdict": "too large"'
}

drains()
{
	on_test 0 drain && prints 'pages, .* went back' && on_test 0 drain --json && is_json &&
		prints '^\{"pages": 0\}$'
}

# What is in use is drawn so, page by page; and pictures are written.
draws()
{
	on_test 0 map && prints '^ctl-test: .*; a cell is ' "^'[.]' free: " || return 1
	on_test 0 alloc --order 4 --count 3 --type unmovable || return 1
	on_test 0 map --cell page --json && is_json && prints '"cell_bytes": 4096' || return 1
	used=$(sed 's/.*"cells": "\([^"]*\)".*/\1/' "$tmp/out" | tr -dc X | wc -c)
	[ "$used" = 48 ] || complain "$used cells are in use, not 48" || return 1
	on_test 0 map --by type --cell block && prints 'a cell is 1 MiB' "^'[uU]' Unmovable" &&
		on_test 0 map --by order --width 16 --cell 64K && prints "^'[0-9a]' free, order" &&
		on_test 0 map --color always && prints "$(printf '\033')\\[48;5;" || return 1
	on_test 0 map --svg "$tmp/map.svg" --png "$tmp/map.png" && [ ! -s "$tmp/out" ] &&
		grep -q '^</svg>$' "$tmp/map.svg" &&
		[ "$(tail -c 8 "$tmp/map.png" | head -c 4)" = IEND ] || return 1
	on_test 1 map --png /no/such/file && on_test 0 map --follow -n 2 --delay 0.1 &&
		[ "$(grep -c '; a cell is ' "$tmp/out")" = 2 ] &&
		on_test 0 map --follow --frames 3 -d 0.1 --json && [ "$(wc -l <"$tmp/out")" = 3 ] &&
		sed -i '1,2d' "$tmp/out" && is_json && runs 0 free --all
}

# Whose each page is, once that is kept.
tells_owners()
{
	on_test 1 map --by owner && grep -q 'no owners are kept: echo +owner >' "$tmp/err" || return 1
	on_test 0 alloc --order 3 && echo +owner >"$dir/debug" &&
		on_test 0 alloc --order 4 --count 3 && on_test 0 map --by owner --cell page --json &&
		is_json && prints '"a": "sbuddyctl, pid [0-9]*"' || return 1
	cells=$(sed 's/.*"cells": "\([^"]*\)".*/\1/' "$tmp/out")
	[ "$(echo "$cells" | tr -dc a | wc -c)" = 48 ] && [ "$(echo "$cells" | tr -dc '?' | wc -c)" = 8 ] ||
		complain "$cells" || return 1
	on_test 0 map --by owner --svg "$tmp/map.svg" --png "$tmp/map.png" --follow -n 2 -d 0.1 &&
		grep -q '<title>0x[0-9a-f]*: sbuddyctl, pid [0-9]*</title>' "$tmp/map.svg" &&
		[ ! -s "$tmp/out" ] && [ ! -e "$tmp/map.png.part" ] || complain "not drawn" || return 1
	on_test 0 map --by owner && prints "^'[.]' free: " && echo -owner >"$dir/debug" && runs 0 free --all
}

# What a process has meanwhile is in it, and where memory lies is not. An emulated clock may
# stand still for all of the short load, and then there is no latency but 0.
records()
{
	on_test 0 record -o "$tmp/record" --interval 0.05 -- \
		$ctl hold --device ctl-test --order 4 --type unmovable --for 0.3 &&
		prints 'samples in .*ended for: command ended$' || return 1
	tail -n 1 "$tmp/record" >"$tmp/out"
	is_json && prints '^\{"end": ' || return 1
	sed -n 2p "$tmp/record" >"$tmp/out"
	is_json && prints '"map": "[0-9a-fx* ]*"' '"counters": \{"nr_free_pages": [1-9]' || return 1
	cp "$tmp/record" "$tmp/out"
	prints '"buffers": 1, "bytes": 65536, ' '"map": "[^"]* [0-9a-f]*4[0-9a-f]\*16 ' || return 1
	runs 0 report "$tmp/record" && prints 'record.html: [0-9]* samples' &&
		grep -q '"comm": "sbuddyctl"' "$tmp/record.html" &&
		[ "$(tail -n 1 "$tmp/record.html")" = "</html>" ] || return 1
	! grep -q base_pfn "$tmp/record" || complain "it tells addresses" || return 1
	on_test 0 record -o "$tmp/record" -- \
		$ctl stress --device ctl-test --ops 500 --seed 1 >"$tmp/out" &&
		grep -qE '"load": \{"latency": "all", "ns": \[(\[2, |\])' "$tmp/record" ||
		complain "no latencies: $(tail -n 3 "$tmp/record")" || return 1
	on_test 0 record --phys --samples 2 --interval 0.01 -o "$tmp/record" --json && is_json &&
		prints '"samples": 2' && grep -q '"base_pfn": [1-9]' "$tmp/record" &&
		on_test 1 record -o /no/such/file
}

# One that is made for it goes again; one that is there stays, at the stage that it came to.
boots()
{
	runs 0 boot --auto && prints '^== 1 of 6: new$' '^== 6 of 6: live$' '^   zones      D+N+H+M+$' \
		'^   reserved  *\+ *$' '^   pageblocks m+$' '^   pageblocks M+mM+$' 'node 0, Movable' &&
		[ ! -d "$configfs/sbuddy/boot" ] || return 1
	runs 0 boot --json && is_json && prints '"stage": "memmap"' '"zone": "HighMem", "base": ' &&
		[ ! -d "$configfs/sbuddy/boot" ] || return 1
	mkdir "$configfs/sbuddy/ctl-boot" && echo dry >"$configfs/sbuddy/ctl-boot/kind" &&
		echo '0x80000000 16M' >"$configfs/sbuddy/ctl-boot/memory" || return 1
	printf '\n\nq\n' | $ctl boot --step ctl-boot >"$tmp/out" && prints 'of 6: layout' &&
		[ "$(cat "$configfs/sbuddy/ctl-boot/stage")" = layout ] && ! grep 'of 6: memmap' "$tmp/out" &&
		runs 1 boot ctl-boot && echo 0 >"$configfs/sbuddy/ctl-boot/live" &&
		runs 0 boot ctl-boot && prints 'ctl-boot is live' && runs 1 boot no-such-instance
}

measures()
{
	runs 0 metrics && prints '^sbuddy_memory_bytes\{instance_name="ctl-test"\} 16777216$' \
		'^sbuddy_free_blocks\{instance_name="ctl-test",node="0",zone="Normal",order="10"\} [0-9]' \
		'^sbuddy_events_total\{instance_name="ctl-test",event="pgalloc_normal"\} [1-9]' &&
		[ "$(tail -n 1 "$tmp/out")" = "# EOF" ]
}

# number NAME [FILE]: of what was printed as JSON, the first of that name
number()
{
	grep -o "\"$1\": [0-9][0-9]*" "${2:-$tmp/out}" | sed -n '1s/.* //p'
}

# What a seed makes is made again; paths are told apart, and times are told of each.
stresses()
{
	on_test 0 stress --ops 3000 --seed 7 --sizes 0:4,1:2,64K,3 --sample 2 &&
		prints '^ctl-test: seed 7, 1 thread, ' '^per-CPU .* %.*[mu]s' '^buddy .* %.*[mu]s' \
			'^free  *[1-9]' '^([0-9]+) pages were free before, \1 are after$' || return 1
	on_test 0 stress --ops 400 --seed 8 --json && is_json && cp "$tmp/out" "$tmp/first" &&
		on_test 0 stress --ops 400 --seed 8 --json || return 1
	for name in served freed pages_peak; do
		[ "$(number $name)" = "$(number $name "$tmp/first")" ] ||
			complain "$name is another: $(cat "$tmp/first" "$tmp/out")" || return 1
	done
	on_test 0 stress --ops 300 --threads 2 --fill 100 --sizes 8:3,10 --types unmovable --sample 1 \
		--json && is_json && prints '"failure": \{"requests": [1-9]' '"threads": 2' &&
		[ "$(number served)" = "$(number freed)" ] || complain "$(cat "$tmp/out")"
}

# index_of ORDER: what stat says, so that nobody is believed about himself
index_of()
{
	$ctl stat --device ctl-test --json | sed 's/.*"unusable": \[\([^]]*\)\].*/\1/' |
		cut -d , -f $(($1 + 1)) | tr -d ' '
}

# near ORDER INDEX
near()
{
	awk -v is="$(index_of "$1")" -v wanted="$2" 'BEGIN { off = is - wanted; exit off < -0.001 || off > 0.001 }' ||
		complain "order $1: $(index_of "$1"), not $2"
}

# cells SEED: which pages are held for it
cells()
{
	on_test 0 frag --order 3 --index 0.3 --seed "$1" && on_test 0 map --cell page --json &&
		sed 's/.*"cells": "\([^"]*\)".*/\1/' "$tmp/out" >"$tmp/cells.$1" &&
		on_test 0 frag --release
}

fragments()
{
	before=$(free_pages)
	on_test 0 frag --order 4 --index 0.6 --seed 7 && near 4 0.6 &&
		prints 'order 4 was 0\.0.*, and is 0\.[56]' 'buffers held, .*; seed 7' '^keeper 1 has' || return 1
	on_test 1 frag --order 4 --index 0.7 && grep -q 'fragmented already' "$tmp/err" &&
		on_test 0 frag --release --json && is_json && prints '"order": 4, "index_before": 0\.[56]' &&
		[ "$(free_pages)" = "$before" ] || complain "$(free_pages) free, not $before" || return 1
	on_test 1 frag --release && on_test 0 frag --order 9 --index 0.35 --json && is_json &&
		near 9 0.35 && runs 0 free --all && [ "$(free_pages)" = "$before" ] || return 1
	cells 1 && cp "$tmp/cells.1" "$tmp/same" && cells 2 && cells 1 && cmp "$tmp/same" "$tmp/cells.1" &&
		! cmp -s "$tmp/same" "$tmp/cells.2" || complain "a seed does not decide" || return 1
	on_test 0 alloc --type unmovable && on_test 1 frag --order 10 --index 0 &&
		grep -q 'already' "$tmp/err" && runs 0 free --all
}

# Frames as lines, and as objects; who has most is first, and what happens has a rate.
shows()
{
	on_test 0 alloc --order 4 --count 3 --type unmovable && on_test 0 alloc --order 2 &&
		on_test 0 top --batch -n 2 --delay 0.2 &&
		prints '^ctl-test: sandbox, 16 MiB, ' '^  *alloc .* per s$' '^0 Normal .* %$' \
			'^0 Normal  *Unmovable' '^0 Normal  *[0-9]*: [0-9]*/[0-9]' ' 192 KiB .* sbuddyctl$' &&
		[ "$(grep -c '^ctl-test: ' "$tmp/out")" = 2 ] || complain "$(cat "$tmp/out")" || return 1
	[ "$(sed -n '/^ *id /{n;p;q}' "$tmp/out" | awk '{ print $4 }')" = 192 ] &&
		on_test 0 top -b -n 1 --sort id && on_test 0 top --json --frames 1 && is_json &&
		prints '"clients": \[\{' '"buffers": 3, "bytes": 196608' && runs 0 free --all || return 1
	$ctl stress --device ctl-test --for 100 >/dev/null 2>"$tmp/err" &
	until grep -q '%.*requests/s' "$tmp/err"; do
		sleep 0.1
	done
	on_test 0 top --json -n 2 -d 0.3 && sed -i 1d "$tmp/out" && is_json &&
		prints '"per_second": \{"alloc": [1-9]'
	status=$?
	kill $!
	wait $! && return $status
}

# It ends when it is told to, with a summary; and it notices what is missing.
ends()
{
	$ctl stress --device ctl-test --for 100 >"$tmp/out" 2>"$tmp/err" &
	until grep -q '%.*requests/s' "$tmp/err"; do
		sleep 0.1
	done
	kill -INT $!
	wait $! && prints '^all  *[1-9]' ' are after$' || complain "$(cat "$tmp/err")" || return 1
	$ctl stress --device ctl-test --for 100 >"$tmp/out" 2>"$tmp/err" &
	until grep -q '%.*requests/s' "$tmp/err"; do
		sleep 0.1
	done
	$ctl alloc --device ctl-test >/dev/null
	kill -INT $!
	! wait $! && grep -q 'not all came back' "$tmp/err" || complain "a page is not missed" || return 1
	runs 0 free --all
}

# The board's own tree, which is right; a PC has none.
examines()
{
	if [ -e /sys/firmware/fdt ]; then
		runs 0 doctor && prints '^(fine|note)  */sbuddy: ' &&
			runs 0 doctor --json && is_json && prints '"wrong": 0'
	else
		runs 1 doctor && grep -q 'cannot open /sys/firmware/fdt' "$tmp/err"
	fi
}

# refused PATTERN ARGUMENT...: as something that it does not understand, and says what
refused()
{
	pattern=$1
	shift
	runs 2 "$@" && grep -q -e "$pattern" "$tmp/err" || complain "$*: $(cat "$tmp/err")"
}

refuses()
{
	refused '"dance"' dance && refused '"--dance"' list --dance && refused '"7"' list 7 &&
		refused 'from 0 to 10, not "11"' alloc --order 11 --device ctl-test &&
		refused 'not "x"' alloc --order x && refused 'not "-1"' alloc --order=-1 &&
		refused 'not "4Q"' alloc --bytes 4Q && refused 'not "0"' alloc --bytes 0 &&
		refused 'not "99999999999G"' alloc --bytes 99999999999G &&
		refused 'not "cma"' alloc --type cma && refused 'not "dma32"' alloc --zone dma32 &&
		refused 'not "8"' alloc --node 8 && refused 'not "loud"' alloc --flags high,loud &&
		refused 'give one' alloc --order 1 --bytes 4K && refused 'from 1 to' alloc --count 0 &&
		refused 'needs a value' alloc --order && refused 'keepers' free x &&
		refused 'wants' free && refused 'either' free 1 --all &&
		refused 'not "0"' hold --for 0 && refused 'not "hue"' map --by hue &&
		refused 'whole pages' map --cell 100 && refused 'not "0"' map --width 0 &&
		refused 'weights from 1 to' stress --sizes 0:0 && refused 'not "99"' stress --sizes 99 &&
		refused 'not ""' stress --sizes 0, && refused 'not "x"' stress --sizes x &&
		refused 'not "cma"' stress --types cma && refused 'no buffer' stress --sizes 1G &&
		refused 'not "101"' stress --fill 101 && refused 'not "0"' stress --ops 0 &&
		refused 'not "0"' stress --threads 0 && refused 'wants' frag --order 4 &&
		refused 'go with' map -n 1 &&
		refused 'not "hue"' top --sort hue && refused 'not "0"' top -n 0 &&
		refused 'no option "-n"' list -n 1 && refused 'not "0"' top -d 0 &&
		refused 'wants' frag --release --index 0.5 && refused 'from 1 on' frag --order 0 --index 0 &&
		refused 'not "2"' frag --order 4 --index 2 --device ctl-test && refused 'not "red"' map --color red &&
		refused '0.001' record --interval 0.0001 &&
		refused '64K or more' record --limit 1K && refused 'one record' report &&
		refused 'give one' boot --step --auto &&
		refused 'format of its own' metrics --json
}

fails()
{
	runs 1 info --device nobody && grep -q 'cannot open nobody: No such file' "$tmp/err" &&
		on_test 1 alloc --bytes 64M && grep -q 'buffer 1: ' "$tmp/err" &&
		on_test 1 alloc --order 10 --count 20 && grep -q 'Cannot allocate memory' "$tmp/err" &&
		runs 1 free 99 && runs 1 report /no/such/file
}

helps()
{
	runs 0 --help || return 1
	cp "$tmp/out" "$tmp/verbs"
	for verb in $(sed -n 's/^  \([a-z]*\) .*/\1/p' "$tmp/verbs"); do
		runs 0 "$verb" --help && prints "^Usage: sbuddyctl $verb " '--json' || return 1
	done
	runs 0 --version && prints '^sbuddyctl [0-9.]*$' && runs 2
}

# Each verb that there is has a test here.
all_verbs()
{
	for verb in $($ctl --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
		grep -qE "(runs|on_test) [012] $verb\b" "$0" || complain "$verb is not tested" || return 1
	done
}

make_instance()
{
	mkdir "$item" && echo sandbox >"$item/kind" && echo 16M >"$item/memory" &&
		echo 0 >"$item/min_free_kbytes" && echo 1 >"$item/live"
}

command -v $ctl >/dev/null || skip_all "no sbuddyctl in PATH: build tools/"
[ -d "$configfs/sbuddy" ] || skip_all "no $configfs/sbuddy to make an instance in"
tmp=$(mktemp -d) || exit 1
trap cleanup EXIT
make_instance || {
	echo "Bail out! no instance can be made"
	exit 1
}

echo "TAP version 13"
looks
result $? "list, info and stat tell what there is"
agrees
result $? "stat is of one mind with buddyinfo"
keeps
result $? "alloc leaves buffers with a keeper, free ends it"
names
result $? "buffers have names, and requests wait"
denies
result $? "free is for the keeper's user"
holds
result $? "hold has buffers for so long, or until it is interrupted"
explains
result $? "explain answers, and fails as the request would"
drains
result $? "drain empties the lists"
draws
result $? "map draws the pages that there are"
tells_owners
result $? "map tells owners, while these are kept"
boots
result $? "boot draws each stage"
records
result $? "record writes down what becomes of it"
measures
result $? "metrics has figures of all devices"
stresses
result $? "stress tells paths apart, and repeats what a seed made"
fragments
result $? "frag gets to the index that is wanted, and back"
shows
result $? "top shows zones, rates and clients, frame by frame"
ends
result $? "stress ends when it is told to, and misses what does not come back"
examines
result $? "doctor finds nothing wrong with this board"
refuses
result $? "what it does not understand is named, with status 2"
fails
result $? "what fails is told, with status 1"
helps
result $? "each verb has --help"
all_verbs
result $? "each verb is tested"
grep -q '^0 violations' "$dir/check"
result $? "check finds nothing"
finish
