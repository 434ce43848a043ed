#!/bin/sh
# Installs what is missing, builds jig and shows it at work on a small C project.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=tools/packages.sh
. tools/packages.sh

need_to_build
echo "building jig …"
# Only the program; a directory that was configured for tests keeps them.
[ -f build/CMakeCache.txt ] ||
    quietly build/configure.log cmake --preset release -DJIG_TESTS=OFF -DJIG_BENCH=OFF
quietly build/build.log cmake --build build -j "$(nproc)" --target jig
bin=$PWD/build/bin

exec 2>&1 # one stream, so that lines stay in order when this is piped
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R fixtures/hello-c "$work/hello"
cd "$work/hello"

# show COMMAND...: prints the command and runs it.
show() {
    printf '\n$ %s\n' "$*"
    "$@"
}

say() {
    printf '\n-- %s\n' "$*"
}

say "CMake configures a C project of three files with jig as its ninja"
quietly "$work/cmake.log" cmake -G Ninja -DCMAKE_MAKE_PROGRAM="$bin/ninja" -S . -B out
PATH=$bin:$PATH
show jig build -C out
show out/hello

say "again: nothing has changed, nothing runs"
show jig build -C out

say "every file gets a new time: still nothing has changed"
show touch CMakeLists.txt greet.c greet.h main.c names.c names.h
show jig build -C out

say "names.h gets a comment: what includes it is compiled, comes out the same, and that is all"
echo '/* a comment */' >>names.h
show jig build -C out --explain

say "greet.h gets another greeting: only what it reaches is made again"
sed -i 's/"hello"/"good evening"/' greet.h
show jig build -C out --explain
show out/hello

say "the edit is taken back"
sed -i 's/"good evening"/"hello"/' greet.h
show jig query why -C out hello
show jig build -C out
