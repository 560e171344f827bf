#!/usr/bin/env bash
# Unpacks Debian's 64-bit Arm zlib, minizip, libpng, libjpeg-turbo and cmocka into build/arm64/libraries for
# cmake/toolchain-aarch64.cmake. The machine itself stays as it is: apt-get works on lists of its own in a scratch folder, and any user can do it.
# Usage: scripts/setup/arm64-libraries.sh
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
cd "$top"
takes_no_words "$@"

packages=(zlib1g-dev libminizip1 libminizip-dev libpng16-16 libpng-dev libjpeg62-turbo
          libjpeg62-turbo-dev libcmocka0 libcmocka-dev)
target=build/arm64/libraries
unpacked=$target/packages # what lies there; another list is fetched anew
[[ $(cat "$unpacked" 2>/dev/null) != "${packages[*]}" ]] || exit 0

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch"/{lists/partial,cache/archives/partial,packages,root} "$(dirname "$target")"
: >"$scratch/status"
chmod -R a+rX "$scratch"

apt() {
    apt-get -q -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User="$(id -un)" \
        -o Dir::State="$scratch" -o Dir::State::status="$scratch/status" -o Dir::Cache="$scratch/cache" "$@"
}

if ! { apt update && (cd "$scratch/packages" && apt download "${packages[@]}"); } >"$scratch/log" 2>&1; then
    cat "$scratch/log" >&2
    exit 1
fi
for package in "$scratch"/packages/*.deb; do
    dpkg-deb -x "$package" "$scratch/root"
done
# zlib, minizip, libpng and libjpeg-turbo are linked statically: their .so files are links to absolute paths.
rm -f "$scratch"/root/usr/lib/aarch64-linux-gnu/lib{z,minizip,png,png16,jpeg}.so
echo "${packages[*]}" >"$scratch/root/packages"
rm -rf "$target"
mv -T "$scratch/root" "$target" 2>/dev/null || [[ -d $target ]] # another run may have been first
