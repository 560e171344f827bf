#!/usr/bin/env bash
# Installs what this machine lacks to build and run cnn ("run") or to test it as well ("test"); does nothing when
# all is there. Debian, Ubuntu and their kin: by apt-get, as root or with sudo. Elsewhere it says what to install.
# Usage: scripts/setup.sh [run|test]
set -euo pipefail

# What to install elsewhere.
more_help() {
    cat <<'TEXT'
Fedora           dnf install gcc cmake ninja-build 'pkgconfig(zlib)' 'pkgconfig(minizip)' 'pkgconfig(libpng)' 'pkgconfig(libjpeg)' curl
       to test   dnf install clang libomp-devel compiler-rt clang-tools-extra ShellCheck 'pkgconfig(cmocka)' python3-numpy
Arch             pacman -S gcc cmake ninja pkgconf zlib minizip libpng libjpeg-turbo curl
       to test   pacman -S clang openmp compiler-rt shellcheck cmocka python-numpy
macOS            xcode-select --install; brew install cmake ninja pkgconf minizip libpng jpeg-turbo libomp
       to test   brew install gcc llvm clang-format shellcheck cmocka numpy
TEXT
}

source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
purpose=${1:-test}
case $purpose in
run | test) ;;
*) wrong_use "unknown purpose '$purpose'; expected run or test" ;;
esac

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
missing=()

# require PACKAGE COMMAND...: the package is missing when the command fails.
require() {
    "${@:2}" >/dev/null 2>&1 || missing+=("$1")
}

# compiles COMPILER FLAGS...: whether a small program can be made with it.
compiles() {
    echo 'int main(void) { return 0; }' | "$@" -include stdio.h -x c - -o "$scratch/program"
}

# The package that holds the sanitizers of the clang that is installed; its name carries the version.
clang_runtime_package() {
    local major
    major=$(clang -dumpversion | cut -d. -f1)
    if apt-cache show "libclang-rt-$major-dev" >/dev/null 2>&1; then
        echo "libclang-rt-$major-dev"
    else
        echo "libclang-common-$major-dev"
    fi
}

# libjpeg-turbo, which Debian and Ubuntu call by different names.
jpeg_package() {
    if apt-cache show libjpeg62-turbo-dev >/dev/null 2>&1; then
        echo libjpeg62-turbo-dev
    else
        echo libjpeg-turbo8-dev
    fi
}

# Some python3 that has NumPy: the first on the path need not be the one that apt-get fills.
has_numpy() {
    local python
    for python in "${CNN_PYTHON:-python3}" python3 /usr/bin/python3; do
        ! "$python" -c 'import numpy' || return 0
    done
    return 1
}

find_missing_to_run() {
    require gcc command -v cc
    require libc6-dev compiles cc
    require cmake command -v cmake
    require ninja-build command -v ninja
    require pkg-config command -v pkg-config
    require zlib1g-dev pkg-config --exists zlib
    require libminizip-dev pkg-config --exists minizip
    require libpng-dev pkg-config --exists libpng
    pkg-config --exists libjpeg >/dev/null 2>&1 || missing+=("$(jpeg_package)")
    command -v wget >/dev/null || require curl command -v curl
    [[ $(uname) != Linux ]] || require ca-certificates test -d /etc/ssl/certs
}

# A browser to test the page of cnn export html in. Debian's own python3 has its selenium, whichever comes first on the path.
# On other systems the test is skipped: what Ubuntu calls chromium is a snap.
find_missing_to_browse() {
    grep -qs '^ID=debian' /etc/os-release || return 0
    require chromium test -x /usr/bin/chromium
    require chromium-driver test -x /usr/bin/chromedriver
    require python3-selenium /usr/bin/python3 -c 'import selenium'
}

find_missing_to_test() {
    find_missing_to_browse
    require gcc compiles gcc -fopenmp -fsanitize=address,undefined
    require libcmocka-dev pkg-config --exists cmocka
    require clang command -v clang
    require clang-format command -v clang-format
    require shellcheck command -v shellcheck
    require python3-numpy has_numpy
    if command -v clang >/dev/null; then
        require libomp-dev compiles clang -fopenmp -include omp.h
        compiles clang -fsanitize=address,undefined >/dev/null 2>&1 || missing+=("$(clang_runtime_package)")
    fi
    if [[ $(uname -sm) == "Linux x86_64" ]] && command -v apt-get >/dev/null; then
        require gcc-aarch64-linux-gnu command -v aarch64-linux-gnu-gcc
        require libc6-dev-arm64-cross compiles aarch64-linux-gnu-gcc
        require qemu-user command -v qemu-aarch64
    fi
}

find_missing() {
    missing=()
    find_missing_to_run
    [[ $purpose == run ]] || find_missing_to_test
    [[ ${#missing[@]} -eq 0 ]] || return 1
}

# Runs apt-get as root, one at a time on this machine.
apt() {
    local as_root=()
    [[ $(id -u) -eq 0 ]] || as_root=(sudo)
    "${as_root[@]}" flock /run/cnn-setup.lock env DEBIAN_FRONTEND=noninteractive \
        apt-get -y -q -o DPkg::Lock::Timeout=600 "$@" </dev/null
}

# The package lists are fetched only when installing fails without: they are absent or too old.
install_missing() {
    echo "setup: installing ${missing[*]} (apt-get)"
    apt install --no-install-recommends "${missing[@]}" >"$scratch/log" 2>&1 && return
    apt update >"$scratch/log" 2>&1 || cat "$scratch/log" >&2
    apt install --no-install-recommends "${missing[@]}" >"$scratch/log" 2>&1 || {
        cat "$scratch/log" >&2
        echo "setup: apt-get could not install ${missing[*]}" >&2
        exit 1
    }
}

cannot_install() {
    echo "setup: $1; to be installed by other means:" >&2
    echo "Debian, Ubuntu   as root: apt-get install ${missing[*]}" >&2
    more_help >&2
    exit 1
}

find_missing && exit
command -v apt-get >/dev/null || cannot_install "there is no apt-get here"
[[ $(id -u) -eq 0 ]] || command -v sudo >/dev/null || cannot_install "this is neither root nor is there sudo"
install_missing
find_missing || install_missing # which of clang's packages are missing shows when clang is there
find_missing || cannot_install "still missing after installing"
