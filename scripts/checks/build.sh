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

# A million random steps of each model, without the sanitizers' weight.
step_unit-long()
{
	make -s -C selftests/unit -j"$(nproc)" fast-build
	SB_ITER=1000000 make -s -C selftests/unit fast \
		TESTS="test_model test_model_modes test_region_model test_migrate_model \
		       test_hotplug_model test_compact_model test_slab_model \
		       test_grains_model"
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
