#!/usr/bin/env bash
# Configures and builds one preset of CMakePresets.json in build/PRESET, one run at a time. Prints the compiler's words
# only when the build fails.
# Usage: scripts/build.sh PRESET [CMAKE OPTIONS...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=$1
folder=build/$preset
log=$folder/build.log
mkdir -p "$folder"
if command -v flock >/dev/null; then
    exec 9>"$folder/.lock"
    flock 9
fi
if ! { cmake --preset "$@" && cmake --build "$folder"; } >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
