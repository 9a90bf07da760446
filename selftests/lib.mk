# SPDX-License-Identifier: GPL-2.0-only
#
# In a kernel tree, selftests/sbuddy includes the tree's own lib.mk. Here this
# file stands in and does the part of it we need. KSFT= is a kernel's
# tools/testing/selftests, for its headers; scripts/kernels unpacks one.

cache := $(or $(SBUDDY_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/sbuddy)
KSFT ?= $(cache)/current/source/tools/testing/selftests

OUTPUT ?= $(CURDIR)
CC := $(CROSS_COMPILE)gcc
here := $(dir $(lastword $(MAKEFILE_LIST)))

# This makes #include "../kselftest_harness.h" mean KSFT's, as in a kernel tree.
CFLAGS += -I$(KSFT)/kselftest

progs := $(addprefix $(OUTPUT)/,$(TEST_GEN_PROGS))

all: $(progs)

$(OUTPUT)/%: %.c $(LOCAL_HDRS)
	@test -e "$(KSFT)/kselftest_harness.h" || \
	  { echo "no kselftest_harness.h: run scripts/kernels or say KSFT=" >&2; exit 1; }
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(CPPFLAGS) $(LDFLAGS) $(filter %.c,$^) $(LDLIBS) -o $@

run_tests: all
	$(here)run-tap $(progs) $(addprefix ./,$(TEST_PROGS))

install: all
	mkdir -p $(INSTALL_PATH)
	cp -a $(progs) $(TEST_PROGS) $(TEST_PROGS_EXTENDED) $(TEST_FILES) $(INSTALL_PATH)

clean:
	rm -f $(progs)

.PHONY: all run_tests install clean
