#!/bin/sh
# Shows what jig does on a small C project: installs what is missing, builds jig, builds the
# project with it, and then changes things.
set -eu
cd "$(dirname "$0")/.."

# shellcheck source=tools/packages.sh
. tools/packages.sh
# shellcheck disable=SC2086
need $BUILD_PACKAGES

echo "Building jig …"
log=$(mktemp)
place=
trap 'rm -rf "$log" "$place"' EXIT
cmake -S . -B build -DCMAKE_BUILD_TYPE=RelWithDebInfo >"$log" 2>&1 &&
    cmake --build build -j "$(nproc)" --target jig >>"$log" 2>&1 || {
    cat "$log"
    echo "jig could not be built; the log is above." >&2
    exit 1
}
PATH=$PWD/build/bin:$PATH
place=$(mktemp -d)
cp -r fixtures/hello-c "$place/hello"
cd "$place"

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] && [ -z "${NO_COLOR:-}" ] || say() { printf '\n%s\n' "$*"; }
show() { printf '$ %s\n' "$*"; "$@"; }

say "A C project, configured by CMake to be built by jig under ninja's name"
show cmake -S hello -B out -G Ninja -DCMAKE_MAKE_PROGRAM="$(command -v ninja)" --log-level=WARNING
show jig build -C out
show out/hello

say "Nothing has changed, so nothing runs"
show jig build -C out

say "Touched, but not changed: nothing runs"
show touch hello/greet.h
show jig build -C out

say "A header changes: exactly what includes it is compiled again, and why"
sed -i 's/"hello"/"good evening"/' hello/greet.h
show jig build -C out --explain 2>&1
show out/hello

say "A comment changes: the object comes out the same, so nothing is linked"
sed -i 's|^#include "names.h"|/* a remark */\n&|' hello/greet.c
show jig build -C out --stats
