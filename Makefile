# SPDX-License-Identifier: GPL-2.0-only
#
# A convenience around Kbuild; see `make help`.

KERNELRELEASE ?= $(shell uname -r)
KDIR ?= $(or $(KERNEL_SRC),$(KERNELDIR),$(KERNEL_DIR),/lib/modules/$(KERNELRELEASE)/build)
BOARD ?= 512m
top := $(CURDIR)

# ARCH, CROSS_COMPILE, V, W, C, CF and the like reach it as they were given here.
kbuild = -C $(KDIR) M=$(top)

modules: | kernel-headers
	$(MAKE) $(kbuild) modules

modules_install: | kernel-headers
	$(MAKE) $(kbuild) modules_install

clean:
	$(if $(wildcard $(KDIR)/Makefile),$(MAKE) $(kbuild) clean)
	$(MAKE) -C dts-overlays clean
	rm -rf build

kernel-headers:
	@test -e $(KDIR)/Makefile || { \
	  echo "No kernel headers in $(KDIR): install the package linux-headers-$(KERNELRELEASE), or say KDIR=/path/to/kernel." >&2; \
	  exit 1; }

tools:
	$(MAKE) -C tools

dtbs:
	$(MAKE) -C dts-overlays

unit:
	$(MAKE) -C selftests/unit

frag:
	scripts/frag

labs:
	@$(MAKE) -s -C selftests/labs

hostbench:
	@$(MAKE) -s -C selftests/hostbench run ARGS='$(ARGS)'

check:
	scripts/check

check-quick:
	scripts/check --quick

check-debug:
	scripts/check --debug

check-all:
	scripts/check --all

debug-kernel:
	scripts/setup
	scripts/setup debug
	scripts/kernels
	scripts/debug-kernels --print

kunit:
	scripts/setup
	scripts/setup debug
	scripts/kernels
	scripts/debug-kernels uml
	selftests/kunit/run $(ARGS)

matrix:
	scripts/setup
	scripts/kernels
	scripts/suites
	scripts/matrix

coverage:
	scripts/setup
	scripts/setup debug
	scripts/kernels
	scripts/debug-kernels kasan kasan-pc
	scripts/coverage

proofs:
	scripts/setup proof
	scripts/proofs

oracle:
	scripts/setup
	scripts/kernels
	selftests/oracle/run --kernel 6.1 --seeds 20 --ops 100000
	selftests/oracle/run --kernel 6.12 --seeds 20 --ops 100000

bench:
	scripts/setup
	scripts/setup debug
	scripts/kernels
	scripts/debug-kernels lean
	scripts/bench

demo shell:
	scripts/setup
	scripts/kernels
	selftests/board/run --board $(BOARD) $@

help:
	@echo 'For the kernel that runs here, or KDIR=:'
	@echo '  make                  build sbuddy.ko'
	@echo '  make modules_install  install it (INSTALL_MOD_PATH=, INSTALL_MOD_DIR=)'
	@echo '  make clean            remove what was built'
	@echo 'On the emulated board (BOARD=512m or 256m), installing what that needs:'
	@echo '  make demo             boot it and watch the pipeline at work; leaves pages of it in build'
	@echo '  make shell            boot it and look around'
	@echo '  make bench            what sbuddy costs beside what the kernel has: a table, charts'
	@echo '                        and build/bench.json (builds a kernel the first time)'
	@echo 'Parts:'
	@echo '  make tools            user programs in build/tools (CROSS_COMPILE=)'
	@echo '  make dtbs             device-tree overlays in build/dtbs'
	@echo '  make labs             scripted situations, drawn in build/labs (no kernel needed)'
	@echo 'Tests:'
	@echo '  make unit             the allocator on this machine, under sanitizers'
	@echo '  make kunit            the same as a module of KUnit, in a kernel that is a program'
	@echo '                        of this machine (builds it first): ARGS=--help'
	@echo '  make hostbench        the same, by the clock: ARGS=--help'
	@echo '  make frag             how scattered memory becomes with either engine, 64 MiB to 16 GiB'
	@echo '  make check-quick      all that needs no emulated board, in minutes'
	@echo '  make proofs           that arithmetic and region tables do what their contracts say'
	@echo '  make oracle           the same requests made of Linux, at length'
	@echo '  make check            everything (scripts/check --help names the steps)'
	@echo '  make check-debug      boots kernels that find races and leaks, and'
	@echo '                        builds them first, which takes half an hour'
	@echo '  make check-all        all of these, and attacks by chance, by faults and by time'
	@echo '  make matrix           all tests on every kernel that people run: a table'
	@echo '  make debug-kernel     build the kernels of check-debug'
	@echo '  make coverage         which lines of the module tests run (builds kernels, too)'
	@echo 'Variables:'
	@echo '  KDIR=DIR              kernel headers or build tree; now $(KDIR)'
	@echo '                        (KERNEL_SRC, KERNELDIR, KERNEL_DIR mean the same)'
	@echo '  ARCH= CROSS_COMPILE=  the target, as for the kernel'
	@echo '  V=1 W=1 C=1|2         verbose, more warnings, sparse, as for the kernel'

.PHONY: modules modules_install clean kernel-headers tools dtbs unit kunit frag labs check \
	check-quick check-debug check-all debug-kernel coverage matrix proofs oracle bench hostbench demo shell help
