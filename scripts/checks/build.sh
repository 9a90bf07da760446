# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Steps of scripts/check that compile: the allocator on this machine, the module
# for Debian's kernels, and what is around it.

step_locks()
{
	make -C selftests/unit locks
}

unit()
{
	make -s -C selftests/unit -j"$(nproc)" "$1-build"
	make -s -C selftests/unit "$1"
}

step_unit-gcc() { unit gcc; }
step_unit-clang() { unit clang; }
step_unit-armhf() { unit armhf; }

# run_model PROGRAM STEPS: the checker looks now and then alone, so that steps are cheap. Of a
# run that fails, what is left when all is left out that need not be there.
run_model()
{
	local log=$TMP/${1##*/}.log

	echo "# ${1##*/}"
	SB_ITER=$2 SB_CHECK=10000 "$1" >"$log" 2>&1 || {
		cat "$log"
		SB_SEED=$(sed -n 's/^# SB_SEED=\([0-9]*\) .*/\1/p' "$log") SB_ITER=$2 SB_CHECK=10000 \
			selftests/unit/shrink --output build/trace "$1"
		return 1
	}
	grep -vE '^(TAP|1\.\.)' "$log"
}

# run_models STEPS: so many in sum, most of those that cost the least, under sanitizers.
run_models()
{
	local share model status=0

	make -s -C selftests/unit -j"$(nproc)" gcc-build \
		TESTS="test_model test_model_modes test_migrate_model test_slab_model test_grains_model"
	while read -r share model; do
		run_model "build/unit/gcc/$model" $(($1 * share / 1000)) || status=1
	done <<-EOF
		600 test_model
		300 test_model_modes
		60 test_migrate_model
		30 test_slab_model
		10 test_grains_model
	EOF
	return $status
}

# Five million random steps; and a million of models that have less to check in each.
step_unit-long()
{
	run_models 5000000
	make -s -C selftests/unit -j"$(nproc)" fast-build
	SB_ITER=1000000 make -s -C selftests/unit fast \
		TESTS="test_region_model test_hotplug_model test_compact_model"
}

# trace_hash COMPILER MODEL: what a model has been given with one seed.
trace_hash()
{
	local wrapper=''

	[ "$1" != armhf ] || wrapper=qemu-arm-static
	SB_SEED=7 SB_ITER=50000 SB_CHECK=10000 $wrapper "build/unit/$1/$2" | grep '^# trace hash'
}

# A hundred million; and the same seed gives the same everywhere.
step_model-long()
{
	local model compiler

	for compiler in gcc clang fast armhf; do
		make -s -C selftests/unit -j"$(nproc)" "$compiler-build" \
			TESTS="test_model test_model_modes test_migrate_model"
	done
	for model in test_model test_model_modes test_migrate_model; do
		trace_hash gcc "$model" | tee "$TMP/hash"
		for compiler in clang fast armhf; do
			trace_hash "$compiler" "$model" | diff "$TMP/hash" -
		done
	done
	run_models "${SBUDDY_MODEL_STEPS:-100000000}"
}

# Linux's own tool reads what core says of owners: all blocks, and whose they are.
step_owner-sort()
{
	gcc -O1 -w "$KSRC/tools/vm/page_owner_sort.c" -o "$TMP/page_owner_sort"
	make -s -C selftests/unit TESTS=test_owner fast-build
	SB_OWNER_TEXT=$TMP/text build/unit/fast/test_owner
	"$TMP/page_owner_sort" -p "$TMP/text" "$TMP/sorted"
	[ "$(grep -c '^Page allocated via order' "$TMP/sorted")" = 12 ]
	"$TMP/page_owner_sort" --cull=pid "$TMP/text" "$TMP/culled"
	[ "$(grep -cE '^4 times, 15 pages, PID 4[012]' "$TMP/culled")" = 3 ]
}

# A tree as a package would have it, with no trace of a build.
fresh_copy()
{
	mkdir -p "$1"
	tar -c --exclude=./build --exclude=./.git --exclude='*.o' --exclude='*.ko' \
		--exclude='*.cmd' --exclude='*.mod' --exclude='*.mod.c' . | tar -x -C "$1"
}

# strict_build KERNEL ARGUMENT...: modpost's warnings are not errors to make.
strict_build()
{
	SBUDDY_BUILD=$TMP scripts/build-module "$@" 2>&1 | tee "$TMP/log"
	if grep -iE 'warning|error' "$TMP/log"; then
		return 1
	fi
}

step_module-armhf() { strict_build armhf W=1 KCFLAGS=-Werror SBUDDY_BENCH=1; }
step_module-amd64() { strict_build amd64 W=1 KCFLAGS=-Werror SBUDDY_BENCH=1; }
step_sparse() { strict_build armhf C=2 CF=-Wsparse-error SBUDDY_BENCH=1; }

# Buildroot gives M a trailing "/." and neither it nor Yocto use our Makefile.
step_kbuild()
{
	# Each source is listed but for what only tests use, and everything listed exists.
	diff <(find module/core module/driver module/bench -name '*.c' ! -name '*.mod.c' ! -name restore.c | sort) \
		<(sed -n 's/^sbuddy[-_].* += \(.*\)\.o$/\1.c/p' Kbuild | sort)
	fresh_copy "$TMP/plain"
	rm "$TMP/plain/Makefile"
	make -C "$KDIR_ARMHF" M="$TMP/plain/." -j"$(nproc)" \
		ARCH=arm CROSS_COMPILE=arm-linux-gnueabihf- modules
	ls -l "$TMP/plain/sbuddy.ko"
}

# A program in C90 and in C++ may include it, first of all headers; and a 32-bit
# process means the same by it as a 64-bit one.
step_uapi()
{
	local header=include/uapi/linux/sbuddy.h

	printf '#include <linux/sbuddy.h>\n' >"$TMP/use.c"
	sed -n 's/^struct \([a-z_0-9]*\) {.*/struct \1 v_\1;/p' $header >>"$TMP/use.c"
	grep -q '^struct' "$TMP/use.c"
	gcc -std=c90 -pedantic -Wall -Werror -Iinclude/uapi -fsyntax-only "$TMP/use.c"
	g++ -x c++ -Wall -Werror -Iinclude/uapi -fsyntax-only "$TMP/use.c"
	record_layouts x86_64-linux-gnu >"$TMP/64"
	record_layouts arm-linux-gnueabihf -I/usr/arm-linux-gnueabihf/include >"$TMP/32"
	grep sbuddy "$TMP/64"
	diff "$TMP/64" "$TMP/32"
}

# record_layouts TARGET ARGUMENT...: offsets and sizes of all members. Compiled to
# the end, because clang lays out only what needs to be.
record_layouts()
{
	clang --target="$1" "${@:2}" -Iinclude/uapi -S -emit-llvm -o /dev/null \
		-Xclang -fdump-record-layouts "$TMP/use.c" | grep -E '^ +[0-9]* \| '
}

# The tests drop into a kernel's tree as they are.
step_kselftest()
{
	cp -r "$KSRC/tools/testing/selftests" "$TMP/selftests"
	cp -r selftests/sbuddy "$TMP/selftests/"
	make -C "$TMP/selftests/sbuddy" CROSS_COMPILE=arm-linux-gnueabihf- \
		USERCFLAGS="-I$PWD/include/uapi -Werror" USERLDFLAGS=-static
	make -C "$TMP/selftests/sbuddy" emit_tests COLLECTION=sbuddy | grep '^sbuddy:'
}

# What kernel people type.
step_targets()
{
	local tree=$TMP/tree root=$TMP/root

	fresh_copy "$tree"
	make -C "$tree" KDIR="$KDIR_ARMHF" ARCH=arm CROSS_COMPILE=arm-linux-gnueabihf- -j"$(nproc)"
	make -C "$tree" KDIR="$KDIR_ARMHF" ARCH=arm CROSS_COMPILE=arm-linux-gnueabihf- \
		INSTALL_MOD_PATH="$root" DEPMOD=true modules_install
	find "$root" -name sbuddy.ko | grep .
	make -C "$tree" tools dtbs
	"$tree/build/tools/sbuddy-demo" --help
	ls "$tree"/build/dtbs/sbuddy-imx6ull-512m.dtbo
	make -C "$tree" KDIR="$KDIR_ARMHF" ARCH=arm clean
	[ ! -e "$tree/sbuddy.ko" ]
	[ ! -e "$tree/build" ]
	# As Yocto does it: the module alone, its kernel by another name.
	make -C "$tree" KERNEL_SRC="$KDIR_AMD64" -j"$(nproc)"
	[ -e "$tree/sbuddy.ko" ]
	[ ! -e "$tree/build" ]
	make -C "$tree" help >"$TMP/help"
	grep 'make demo' "$TMP/help"
	# Without headers it says what to do.
	if make -C "$tree" KDIR="$TMP/nothing" 2>"$TMP/message"; then
		return 1
	fi
	grep 'install the package linux-headers-.*, or say KDIR=' "$TMP/message"
}

version()
{
	sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf
}

step_version()
{
	local module

	module=$(scripts/build-module armhf)
	[ "$(/sbin/modinfo -F version "$module")" = "$(version)" ]
}

# dkms itself, in trees of its own, on headers that are not installed.
step_dkms()
{
	local release module
	release=sbuddy/$(version)

	mkdir -p "$TMP"/{dkms,src,modules/"$KVER_AMD64"}
	fresh_copy "$TMP/src/sbuddy-$(version)"
	dkms_here add "$release"
	dkms_here build "$release" ||
		{ cat "$TMP/dkms/$release/build/make.log"; return 1; }
	dkms_here install "$release" --no-depmod
	module=$(find "$TMP/modules" -name 'sbuddy.ko*')
	[ "$(/sbin/modinfo -F version "$module")" = "$(version)" ]
}

dkms_here()
{
	/usr/sbin/dkms "$@" --dkmstree "$TMP/dkms" --sourcetree "$TMP/src" \
		--installtree "$TMP/modules" -k "$KVER_AMD64/x86_64" --kernelsourcedir "$KDIR_AMD64"
}
