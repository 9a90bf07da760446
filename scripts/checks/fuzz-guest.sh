# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Steps of scripts/check that attack the device where it runs, for as long as it takes:
# Documentation/attack.md. What a step does is as long as SBUDDY_ATTACK says, in
# percent: 100 is all of it.

ATTACK=${SBUDDY_ATTACK:-100}

percent() { echo $(($1 * ATTACK / 100)); }

# Commands of the guest: instance NAME MEMORY ENGINE CMA
ATTACK_INSTANCE='
instance()
{
	item=/sys/kernel/config/sbuddy/$1
	mkdir $item && echo $2 >$item/memory && echo $3 >$item/engine || exit 1
	[ -z "$4" ] || echo "$4" >$item/cma
	echo 1 >$item/live || exit 1
	export SBUDDY_DEVICE=/dev/$(cat $item/device)
}
status=0
'

# A million calls on the board, of the carveout.
step_fuzz-board()
{
	selftests/board/run --timeout 14400 exec "modprobe sbuddy
		export SBUDDY_FUZZ_CALLS=$(percent 1000000)
		/sbuddy/run-tap /selftests/fuzz"
}

# Ten million under KASAN and lockdep, of three kinds of instances, led by KCOV. What is
# found on the way is left in build/fuzz.corpus.
step_fuzz-pc()
{
	selftests/board/run --kernel kasan-pc --board pc --timeout 43200 exec "modprobe sbuddy
		$ATTACK_INSTANCE
		instance list 8M list 'a 2M'
		export SBUDDY_FUZZ_CALLS=$(percent 5000000) SBUDDY_FUZZ_OUT=/tmp/fuzz.corpus
		/sbuddy/run-tap /selftests/fuzz || status=1
		/sbuddy/send /tmp/fuzz.corpus
		export SBUDDY_FUZZ_CALLS=$(percent 2500000) SBUDDY_FUZZ_OUT=
		instance word 8M word 'a 2M'
		/sbuddy/run-tap /selftests/fuzz || status=1
		instance small 2M list ''
		/sbuddy/run-tap /selftests/fuzz || status=1
		exit \$status"
}

# attack_races SECONDS OPTION...: half of the time with each engine.
attack_races()
{
	local seconds=$(($1 / 2))

	shift
	selftests/board/run "$@" --timeout 14400 exec "modprobe sbuddy
		status=0
		export SBUDDY_SECONDS=$seconds SBUDDY_ENGINE=list
		/sbuddy/run-tap /selftests/races || status=1
		export SBUDDY_ENGINE=word
		/sbuddy/run-tap /selftests/races /sbuddy/test-unload || status=1
		exit \$status"
}

step_races-kasan4() { attack_races "$(percent 600)" --kernel kasan --board virt4; }
step_races-kcsan() { attack_races "$(percent 600)" --kernel kcsan --board pc --cpus 4; }

step_soak()
{
	selftests/board/run --board virt4 --cpus 2 --timeout 14400 exec "modprobe sbuddy
		export SBUDDY_SOAK_CALLS=$(percent 1000000) SBUDDY_SOAK_KILLS=$(percent 1000)
		export SBUDDY_SOAK_CYCLES=$(percent 1000) SBUDDY_RELOADS=$(percent 500)
		/sbuddy/run-tap /selftests/soak /selftests/reload.sh /sbuddy/test-unload"
}
