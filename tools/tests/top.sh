#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tools/tests/top.sh SBUDDYCTL LIBRARY DEV DEBUGFS
#
# The verb top in a terminal that changes its size, and is as it was before, however the
# program ends. LIBRARY is fake_device.c, with its directories.

set -euo pipefail

CTL=$1 LIBRARY=$2 DEV=$3 DEBUGFS=$4
TMP=$(mktemp -d)
nr=0 failed=0

tmux_do()
{
	tmux -S "$TMP/tmux" -f "$TMP/conf" "$@"
}

cleanup()
{
	tmux_do kill-server 2>/dev/null || true
	rm -rf "$TMP"
}

# until_so COMMAND...: for a while, as machines may be slow
until_so()
{
	local end=$((SECONDS + 30))

	until "$@" 2>/dev/null; do
		if [ $SECONDS -gt $end ]; then
			tmux_do capture-pane -p | sed 's/^/# /'
			return 1
		fi
		sleep 0.05
	done
}

# line N PATTERN: of the screen
line()
{
	tmux_do capture-pane -p | sed -n "${1}p" | grep -qE -e "$2"
}

# The last line with anything in it.
bottom()
{
	tmux_do capture-pane -p | grep . | tail -n 1 | grep -qE -e "$1"
}

press()
{
	tmux_do send-keys "$@"
}

# Written in one piece, when top is over.
prepare()
{
	cat >"$TMP/go" <<-END
		#!/bin/sh
		cd $TMP
		rm -f after
		stty sane
		stty -g >before
		sh -c 'echo \$\$ >pid; LD_PRELOAD=$LIBRARY exec $CTL top --delay 60'
		echo "\$? \$(stty -g)" >now
		mv now after
	END
	chmod +x "$TMP/go"
	echo 'set -g status off' >"$TMP/conf"
	tmux_do new-session -d -x 80 -y 24 \
		"SBUDDY_FAKE_DEV=$DEV DEBUGFS=$DEBUGFS TERM=screen PS1='ready ' sh"
}

# Nothing that was there before is taken for what comes.
clear_it()
{
	until_so bottom '^ready' && press clear Enter && until_so line 1 '^ready'
}

start()
{
	rm -f "$TMP/after" "$TMP/pid"
	clear_it && press "$TMP/go" Enter && until_so line 24 '^q quit '
}

# over STATUS: so it ended, and the terminal is as before
over()
{
	until_so [ -e "$TMP/after" ] && [ "$(cat "$TMP/after")" = "$1 $(cat "$TMP/before")" ] ||
		{ echo "# not $1 $(cat "$TMP/before")"; sed 's/^/# /' "$TMP/after"; return 1; }
}

ends_by_key()
{
	start && press q && over 0
}

# ends_by SIGNAL STATUS
ends_by()
{
	start && kill "-$1" "$(cat "$TMP/pid")" && over "$2"
}

fits()
{
	start && tmux_do resize-window -x 60 -y 12 && until_so line 12 '^q quit ' &&
		until_so line 1 ' engine' && tmux_do resize-window -x 80 -y 24 &&
		until_so line 24 '^q quit ' && press q && over 0
}

# From the shell itself, which looks after its jobs, and is asked while top is stopped.
stops()
{
	clear_it && press "stty sane; stty -g >$TMP/before; LD_PRELOAD=$LIBRARY $CTL top --delay 60" Enter &&
		until_so line 24 '^q quit ' && press C-z && until_so bottom '^ready' &&
		press "clear; stty -g >$TMP/stopped; echo asked" Enter && until_so line 1 '^asked$' &&
		cmp "$TMP/before" "$TMP/stopped" && clear_it && press fg Enter &&
		until_so line 24 '^q quit ' && press q && until_so bottom '^ready' &&
		press "clear; stty -g >$TMP/stopped; echo asked" Enter && until_so line 1 '^asked$' &&
		cmp "$TMP/before" "$TMP/stopped"
}

result()
{
	nr=$((nr + 1))
	if [ "$1" = 0 ]; then
		echo "ok $nr - $2"
	else
		echo "not ok $nr - $2"
		failed=1
	fi
}

trap cleanup EXIT
prepare
echo "TAP version 13"
set +e
ends_by_key
result $? "q ends it, and the terminal is as before"
fits
result $? "it is drawn anew when the terminal has another size"
stops
result $? "it can be stopped, and go on"
for signal in INT TERM HUP QUIT; do
	ends_by $signal 0
	result $? "SIG$signal ends it"
done
for signal in SEGV ABRT; do
	ends_by $signal $((128 + $(kill -l $signal)))
	result $? "after SIG$signal the terminal is as before, too"
done
echo "1..$nr"
exit $failed
