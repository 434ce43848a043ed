#!/bin/sh
# Installs what is missing, builds jig and runs its tests. See --help.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=tools/packages.sh
. tools/packages.sh

usage() {
    cat <<'END'
usage: tools/test.sh [--asan] [--tsan] [--fuzz SECONDS] [--real] [--all]

Builds jig and runs its unit tests, its integration tests, the model checks of its scheduler, and
its fuzz targets on their corpora.

  --asan          also everything under AddressSanitizer and UndefinedBehaviorSanitizer
  --tsan          also everything under ThreadSanitizer
  --fuzz SECONDS  also let libFuzzer search, so long for each target (installs clang)
  --real          also build other people's projects, as ninja does (needs a network), and what
                  else takes minutes
  --all           all of these but the longest tests, as CI does

CC and CXX choose the compiler. A build directory made with another one has to be removed first.
END
}

asan=no tsan=no real=no fuzz=0 without=none
while [ $# -gt 0 ]; do
    case $1 in
    --asan) asan=yes ;;
    --tsan) tsan=yes ;;
    --real) real=yes ;;
    --fuzz)
        [ $# -ge 2 ] || die "--fuzz needs a number of seconds"
        fuzz=$2
        shift
        ;;
    --all) asan=yes tsan=yes real=yes fuzz=5 without=long ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
    shift
done

need_to_test
[ "$real" = no ] || need_for_real_projects
[ "$fuzz" = 0 ] || need_clang
case ${CC:-gcc} in *clang*) need_clang ;; esac

jobs=$(nproc)
failed=
summary=

directory_of() {
    case $1 in release) echo build ;; *) echo "build-$1" ;; esac
}

# suite PRESET TARGET "CMAKE-OPTIONS" COMMAND...: builds a preset's target and runs its tests with
# COMMAND, which is ctest and its arguments. A failed test is told at the end; the other suites
# still run.
suite() {
    preset=$1
    target=$2
    options=$3
    shift 3
    directory=$(directory_of "$preset")
    echo "== $preset: building"
    # shellcheck disable=SC2086 # words on purpose
    quietly "$directory/configure.log" cmake --preset "$preset" -DJIG_TESTS=ON $options
    quietly "$directory/build.log" cmake --build "$directory" --target "$target" -j "$jobs"
    echo "== $preset: testing"
    # One more than there are processors: many tests wait most of the time.
    "$@" --test-dir "$directory" --output-on-failure -j "$((jobs + 1))" >"$directory/test.log" 2>&1 ||
        failed="$failed $preset"
    # Without the line that each test which passed has.
    grep -vE '^ *Start +[0-9]+:|^ *[0-9]+/[0-9]+ Test.* Passed ' "$directory/test.log" || :
    summary="$summary
  $preset: $(grep 'tests passed' "$directory/test.log" || echo 'no test was run'), $(
        sed -n 's/^Total Test time (real) = *//p' "$directory/test.log")"
}

# ThreadSanitizer wants its shadow memory where kernels with much address randomisation put others.
without_randomisation() {
    if setarch "$(uname -m)" -R true 2>/dev/null; then
        setarch "$(uname -m)" -R "$@"
    else
        "$@"
    fi
}

if [ "$real" = yes ]; then
    suite release all -DJIG_BENCH=ON ctest -LE "^$without\$"
else
    suite release all -DJIG_BENCH=ON ctest -LE "real|long"
fi
[ "$asan" = no ] || suite asan all -DJIG_BENCH=OFF ctest -LE "real|long"
[ "$tsan" = no ] || suite tsan all -DJIG_BENCH=OFF without_randomisation ctest -LE "real|long"
[ "$fuzz" = 0 ] || suite fuzz fuzz_targets "-DJIG_BENCH=OFF -DJIG_FUZZ_SECONDS=$fuzz" ctest -L fuzz

echo "== summary$summary"
[ -z "$failed" ] || die "tests failed in:$failed"
echo "all tests passed"
