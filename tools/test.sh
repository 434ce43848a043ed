#!/bin/sh
# Installs what is missing, builds jig and runs its tests. See --help.
set -eu
cd "$(dirname "$0")/.."

usage() {
    cat <<'EOF'
usage: tools/test.sh [--asan] [--tsan] [--fuzz SECONDS] [--real] [--all]

Builds jig and runs its unit, integration, model and corpus tests.

  --asan          also under AddressSanitizer and UndefinedBehaviorSanitizer
  --tsan          also under ThreadSanitizer
  --fuzz SECONDS  also let libFuzzer search, so long for each target (needs clang)
  --real          also build other people's projects (needs a network)
  --all           all of these, as CI does
EOF
}

asan=no tsan=no real=no fuzz=0
while [ $# -gt 0 ]; do
    case $1 in
    --asan) asan=yes ;;
    --tsan) tsan=yes ;;
    --real) real=yes ;;
    --fuzz) shift; fuzz=${1:?--fuzz needs a number of seconds} ;;
    --all) asan=yes tsan=yes real=yes fuzz=10 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
    shift
done

# shellcheck source=tools/packages.sh
. tools/packages.sh
need $BUILD_PACKAGES $TEST_PACKAGES
[ "$real" = no ] || need $REAL_PACKAGES
[ "$fuzz" = 0 ] || need $FUZZ_PACKAGES

jobs=$(nproc)

# suite PRESET CTEST-ARGUMENT...: builds a preset and runs its tests.
suite() {
    preset=$1
    shift
    echo "== $preset"
    cmake --preset "$preset" $extra >/dev/null
    cmake --build --preset "$preset" -j "$jobs"
    ctest --test-dir "$(directory_of "$preset")" --output-on-failure -j "$jobs" "$@"
}

directory_of() {
    [ "$1" = release ] && echo build || echo "build-$1"
}

extra=
if [ "$real" = yes ]; then suite release; else suite release -LE real; fi
[ "$asan" = no ] || suite asan -LE real
[ "$tsan" = no ] || suite tsan -LE real
if [ "$fuzz" != 0 ]; then
    extra="-DJIG_FUZZ_SECONDS=$fuzz"
    suite fuzz -L fuzz
fi
