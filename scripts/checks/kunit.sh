# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Steps of scripts/check that run core's unit tests in the kernel, as KUnit has them: in
# Linux as a program, on the board and on a PC, under KASAN, lockdep and UBSAN; and models
# at length there, which are given what they are on the host.

# kunit_boot KERNEL BOARD COMMAND: in an emulated machine. Nothing lies in its way.
kunit_boot()
{
	selftests/board/run --kernel "$1" --board "$2" --overlay none --kunit --timeout 5400 \
		--append "kunit.enable=1 printk.time=0" exec "$3"
}

step_kunit-uml() { selftests/kunit/run; }
step_kunit-kasan() { kunit_boot kasan 512m /sbuddy/kunit; }
step_kunit-kasan-pc() { kunit_boot kasan-pc pc /sbuddy/kunit; }

# model_runs STEPS: a line for each model whose hash is the same everywhere: its name, and
# its part of the steps.
model_runs()
{
	echo "test_model $(($1 * 60 / 100))"
	echo "test_model_modes $(($1 * 30 / 100))"
	echo "test_migrate_model $(($1 * 10 / 100))"
}

models_on_host()
{
	local model steps

	# These steps run beside each other, and build the same.
	mkdir -p build/unit
	flock build/unit/fast.lock make -s -C selftests/unit fast-build \
		TESTS="test_model test_model_modes test_migrate_model" >&2
	while read -r model steps; do
		SB_SEED=7 SB_ITER=$steps SB_CHECK=10000 "build/unit/fast/$model"
	done < <(model_runs "$1")
}

models_in_uml()
{
	local model steps

	while read -r model steps; do
		selftests/kunit/run --timeout 7200 bare=1 seed=7 check=10000 "iter=$steps" "only=$model"
	done < <(model_runs "$1")
}

# models_in_machine STEPS KERNEL BOARD
models_in_machine()
{
	local model steps command=true

	while read -r model steps; do
		command+=" && /sbuddy/kunit bare=1 seed=7 check=10000 iter=$steps only=$model"
	done < <(model_runs "$1")
	kunit_boot "$2" "$3" "$command"
}

hashes()
{
	sed 's/\r$//' "$1" | grep -o '# trace hash .*'
}

# same_as_on_host STEPS COMMAND...: which is run with the steps
same_as_on_host()
{
	local steps=$1 command=$2

	shift 2
	models_on_host "$steps" >"$TMP/host"
	"$command" "$steps" "$@" | tee "$TMP/guest"
	diff <(hashes "$TMP/host") <(hashes "$TMP/guest")
}

step_model-uml() { same_as_on_host "${SBUDDY_MODEL_UML:-20000000}" models_in_uml; }

step_model-kasan()
{
	same_as_on_host "${SBUDDY_MODEL_KASAN:-5000000}" models_in_machine kasan 512m
}

# Twenty million take most of an hour here; user-mode Linux has as many.
step_model-kasan-pc()
{
	same_as_on_host "${SBUDDY_MODEL_KASAN_PC:-4000000}" models_in_machine kasan-pc pc
}
