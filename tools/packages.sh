# What jig needs from Debian or Ubuntu, and how to install what is missing of it. Read by the other
# scripts here; not a program. They stop at the first error (set -e).
# shellcheck shell=sh

die() {
    echo "$0: $*" >&2
    exit 1
}

# need PACKAGE...: installs those that are not installed yet. Says nothing when none is missing.
need() {
    if ! command -v dpkg-query >/dev/null; then
        echo "$0: not a Debian system; taking for granted: $*" >&2
        return 0
    fi
    missing=
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' ||
            missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    as_root=
    if [ "$(id -u)" != 0 ]; then
        as_root=sudo
        command -v sudo >/dev/null || die "these packages are missing, and there is no sudo to install them:$missing"
    fi
    echo "installing:$missing"
    log=$(mktemp)
    # shellcheck disable=SC2086 # words on purpose
    if ! { $as_root apt-get update -qq &&
        $as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        die "could not install:$missing"
    fi
    rm -f "$log"
}

need_to_build() {
    need gcc libc6-dev make cmake pkg-config libck-dev libxxhash-dev libmsgpack-dev libjansson-dev \
        libyaml-dev libpcre2-dev
}

# ninja-build is only what jig is compared with; g++ and relacy-dev are for model checking.
need_to_test() {
    need_to_build
    need libcmocka-dev g++ relacy-dev python3 git protobuf-compiler
}

# Beside other people's projects, other people's shells and readers of man pages.
need_for_real_projects() {
    need ninja-build googletest meson dpkg-dev ca-certificates libprotobuf-dev
    need zsh fish groff-base mandoc
    # Node comes from many places; any will do.
    command -v npm >/dev/null || need nodejs npm
    # Ubuntu's is no package, but fetches a snap; the tests of the trace report are skipped then.
    if apt-cache policy chromium 2>/dev/null | grep -q 'Candidate: [0-9]' &&
        ! apt-cache show chromium | grep -qi snap; then
        need chromium
    fi
}

# Clang with its run-time libraries, which are a package of their own since version 14.
need_clang() {
    need clang
    version=$(clang -dumpversion | cut -d . -f 1)
    if apt-cache show "libclang-rt-$version-dev" >/dev/null 2>&1; then
        need "libclang-rt-$version-dev"
    fi
}

# quietly LOG COMMAND...: runs a command; shows what it printed only if it failed.
quietly() {
    log=$1
    shift
    mkdir -p "$(dirname "$log")"
    if ! "$@" >"$log" 2>&1; then
        tail -n 200 "$log" >&2
        die "failed: $* (all of its output is in $log)"
    fi
}
