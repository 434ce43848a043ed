#!/bin/sh
# Installs what is missing, builds jig and shows it at work on a small monorepo and a small C project.
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
unset CI   # shown is what people see
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PATH=$bin:$PATH

# show COMMAND...: prints the command and runs it.
show() {
    printf '\n$ %s\n' "$*"
    "$@"
}

say() {
    printf '\n-- %s\n' "$*"
}

# ---- pipelines: code generation over a monorepo --------------------------------------------------

cp -R fixtures/small-app "$work/app"
cp -R fixtures/hello-c "$work/hello"
cd "$work/app"

say "a monorepo of 63 modules, and as many files that nobody wants; jig.yaml says what is made of it"
show jig build --quiet --stats
show cat gen/models/packages/entities/src/catalog/calendar.json

say "again: nothing has changed, nothing runs"
show jig build

say "a hub gets a comment: what depends on its whole text is made again, what sees definitions is not"
echo '// a comment' >>packages/shared/src/identifier.ts
show jig build --explain

say "a model gets another field, and pages hear of it through operations that use it"
sed -i 's/^  title: string;/&\n  subtitle: string;/' packages/entities/src/catalog/budget.ts
show jig query why gen/pages/apps/web/src/pages/catalog/budget-overview.json
show jig build

say "a new model; what the build changed is written down"
cp packages/entities/src/catalog/budget.ts packages/entities/src/catalog/refund.ts
show jig build --write-delta ../delta.json
show cat ../delta.json

say "the model is taken away: what was made of it goes as well"
rm packages/entities/src/catalog/refund.ts
show jig build

# ---- the same engine as a ninja ------------------------------------------------------------------

cd "$work/hello"
say "a C project of three files, configured by CMake with jig as its ninja"
quietly "$work/cmake.log" cmake -G Ninja -DCMAKE_MAKE_PROGRAM="$bin/ninja" -S . -B out
show jig build -C out
show out/hello

say "every file gets a new time: nothing has changed, nothing runs"
show touch CMakeLists.txt greet.c greet.h main.c names.c names.h
show jig build -C out

say "greet.h gets another greeting: only what it reaches is made again"
sed -i 's/"hello"/"good evening"/' greet.h
show jig build -C out --explain
show out/hello
