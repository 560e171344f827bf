#!/usr/bin/env bash
# What the clean-up of cnn predict is worth: how many images come back as they are, and how many digits a network reads from
# enlarged, moved and photographed ones, cleaned up and merely scaled. Prints the table of docs/pictures.md; some minutes.
# The network is the lesson's, trained here unless it is given.
# Usage: scripts/measure/pictures.sh [COUNT of test images (default 1000)] [DATA (default $CNN_DATA or data/mnist or synth)] [MODEL]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

[[ ${1-1} =~ ^[1-9][0-9]*$ ]] || wrong_use "expected how many images, found '$1'"
[[ $# -lt 4 ]] || wrong_use "unexpected '$4'"
count=${1:-1000}
data=${2:-${CNN_DATA-}}
[[ -n $data ]] || { [[ -d $top/data/mnist ]] && data=$top/data/mnist; } || data=synth
[[ $data == synth* ]] || data=$(realpath "$data")
model=${3:+$(realpath "$3")}
cd "$top"

scripts/build.sh release
if [[ -z $model ]]; then
    mkdir -p build/pictures
    model=build/pictures/lesson-$(printf %s "$data" | cksum | cut -d' ' -f1).npz
    [[ -f $model ]] || build/release/cnn train --data "$data" --verbose 0 --model "$model" >/dev/null
fi
build/release/tests/picture_measure "$model" "$data" "$count"
