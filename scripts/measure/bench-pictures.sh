#!/usr/bin/env bash
# How long cnn predict takes for pictures, start to end: a baseline JPEG of 12 megapixels, and 1,000 pictures of up to
# 256 x 256, PNG and JPEG. The pictures are made here. Prints the fastest and the median of N runs in seconds, and the
# processor's time of the fastest.
# Usage: scripts/measure/bench-pictures.sh [N (default 11)]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
cd "$top"
export LC_ALL=C

[[ ${1-1} =~ ^[1-9][0-9]*$ ]] || wrong_use "expected how many runs, found '$1'"
[[ $# -lt 2 ]] || wrong_use "unexpected '$2'"
runs=${1:-11}
scripts/build.sh release
cnn=build/release/cnn
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
build/release/tests/picture_make "$scratch"
"$cnn" train --data data/digits --epochs 1 --verbose 0 --model "$scratch/lesson.npz" >/dev/null

# measure NAME PICTURE...: predicts them often and prints a row.
measure() {
    local name=$1 i start stop
    shift
    TIMEFORMAT='%3U %3S'
    for ((i = 0; i < runs; i++)); do
        start=${EPOCHREALTIME/./}
        { time "$cnn" predict --model "$scratch/lesson.npz" "$@" >/dev/null; } 2>"$scratch/time"
        stop=${EPOCHREALTIME/./}
        echo "$((stop - start)) $(<"$scratch/time")"
    done | sort -n | awk -v name="$name" '{ us[NR] = $1; if (NR == 1) busy = $2 + $3 }
        END { printf "%-34s %8.3f %8.3f %8.3f\n", name, us[1] / 1e6, us[int((NR + 1) / 2)] / 1e6, busy }'
}

printf "%-34s %8s %8s %8s\n" "seconds, of $runs runs" fastest median busy
measure "JPEG of 12 megapixels ($(du -k "$scratch/large.jpg" | cut -f1) kB)" "$scratch/large.jpg"
measure "1,000 pictures up to 256 x 256" "$scratch"/small-*
