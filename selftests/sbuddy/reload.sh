#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The module is loaded and unloaded a hundred times, with instances made and
# ended in between: nothing is left behind.

. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/meminfo.sh"

rounds=${SBUDDY_RELOADS:-100}
cpus=$(grep -c ^processor /proc/cpuinfo)
configfs=/sys/kernel/config

mappings()
{
	wc -l < /proc/vmallocinfo
}

instance()
{
	item=$configfs/sbuddy/reload
	mkdir "$item" &&
		echo "$1" > "$item/kind" &&
		echo "$2" > "$item/memory" &&
		echo 1 > "$item/live" &&
		echo 0 > "$item/live" &&
		rmdir "$item"
}

# Ends in the middle: the directory's removal stops what is live.
abandoned()
{
	item=$configfs/sbuddy/reload
	mkdir "$item" && echo 2M > "$item/memory" && echo 1 > "$item/live" && rmdir "$item"
}

round()
{
	modprobe sbuddy || return 1
	case $(($1 % 4)) in
	0) instance sandbox 2M ;;
	1) instance dry "0x80000000 512M" ;;
	2) abandoned ;;
	esac && rmmod sbuddy
}

rounds_of()
{
	i=0
	while [ $i -lt "$1" ]; do
		round $i || return 1
		i=$((i + 1))
	done
}

settle()
{
	sync
	echo 3 > /proc/sys/vm/drop_caches
	sleep 1
}

# Runs the rounds and sets what came back of it: ran, memory_back, slab_back, maps_back.
lossless_rounds()
{
	ran='' memory_back='' slab_back='' maps_back=''
	settle
	free=$(free_kib)
	slab=$(meminfo Slab)
	maps=$(mappings)
	rounds_of "$rounds" || return 1
	ran=1
	settle
	free_now=$(free_kib)
	slab_now=$(meminfo Slab)
	maps_now=$(mappings)
	echo "# free $free -> $free_now kB, Slab $slab -> $slab_now kB," \
		"vmalloc $maps -> $maps_now"
	# An instance is made in three of four rounds: a kilobyte lost in each is seen.
	# What each CPU keeps for itself comes and goes.
	[ $((free - free_now)) -ge $((rounds * 2 + 128)) ] || memory_back=1
	[ $((slab_now - slab)) -ge $((rounds / 4 + 64 * cpus)) ] || slab_back=1
	[ $((maps_now - maps)) -ge 4 ] || maps_back=1
	[ -n "$memory_back" ] && [ -n "$slab_back" ] && [ -n "$maps_back" ]
}

[ ! -d /sys/module/sbuddy ] || rmmod sbuddy || skip_all "the module is in use"
modprobe configfs 2> /dev/null
grep -q " $configfs " /proc/mounts || mount -t configfs configfs $configfs || skip_all "no configfs"

echo "TAP version 13"
echo "sbuddy-reload-test $$" > /dev/kmsg
# What the kernel allocates once, for the first of its kind, is not a leak.
rounds_of 8
result $? "8 rounds to warm up"
# What others take meanwhile may look like a leak once; a leak does so each time.
try=1
while ! lossless_rounds && [ $try -lt 3 ]; do
	try=$((try + 1))
done
[ -n "$ran" ]
result $? "$rounds rounds"
[ -n "$memory_back" ]
result $? "as much memory is free as before"
[ -n "$slab_back" ]
result $? "Slab is as before"
[ -n "$maps_back" ]
result $? "vmallocinfo is as before"
! grep -q ": sbuddy" /proc/iomem && [ ! -e /sys/kernel/debug/sbuddy ] &&
	[ ! -e $configfs/sbuddy ] && ! ls -d /dev/sbuddy[0-9]* 2> /dev/null
result $? "no file and no claim is left"
! dmesg | sed "1,/sbuddy-reload-test $$/d" |
	grep -E "WARNING:|BUG:|leak|Oops|remaining|Bad page|corrupt"
result $? "the kernel's log has no complaint"
modprobe sbuddy
finish
