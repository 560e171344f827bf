#!/usr/bin/env bash
# Configures and builds one preset of CMakePresets.json in build/PRESET, one run at a time. Prints the compiler's words
# only when the build fails.
# Usage: scripts/build.sh PRESET [CMAKE OPTIONS...]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$top"

preset=${1-}
presets=$(sed -n '/"configurePresets"/,/^  \]/s/.*"name": "\([a-z0-9-]*\)".*/\1/p' CMakePresets.json | paste -sd ' ')
[[ " $presets " == *" $preset "* && -n $preset ]] || wrong_use "unknown preset '$preset'; expected one of: $presets"
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
