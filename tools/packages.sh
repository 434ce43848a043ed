# What jig needs from Debian or Ubuntu, and `need`, which installs what is missing of it.
# Read by the other scripts here; not a program.
# shellcheck shell=sh disable=SC2034

BUILD_PACKAGES="gcc libc6-dev make cmake pkg-config libck-dev libxxhash-dev libmsgpack-dev libjansson-dev"
TEST_PACKAGES="g++ libcmocka-dev relacy-dev python3 git"
REAL_PACKAGES="ninja-build googletest meson dpkg-dev"
FUZZ_PACKAGES="clang llvm"

need() {
    missing=
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' ||
            missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    echo "installing:$missing"
    root=
    [ "$(id -u)" = 0 ] || root=sudo
    $root apt-get update -qq
    # shellcheck disable=SC2086
    $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}
