#!/usr/bin/env bash
# How long whole processes take: the commands that should answer at once, beside one that does nothing, and what training
# takes outside its steps. Prints the fastest and the median of N runs in milliseconds.
# Usage: scripts/measure/bench-startup.sh [N (default 101)] [PROGRAM (default build/release/cnn)] [DATA FOLDER]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
cd "$top"
export LC_ALL=C

[[ ${1-1} =~ ^[1-9][0-9]*$ ]] || wrong_use "expected how many runs, found '$1'"
[[ $# -lt 4 ]] || wrong_use "unexpected '$4'"
runs=${1:-101}
cnn=${2:-build/release/cnn}
data=(${3:+--data "$3"})
[[ -x $cnn ]] || scripts/build.sh release
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# now_us: sets now to microseconds since some fixed moment.
now_us() {
    now=${EPOCHREALTIME/./}
}

# measure NAME COMMAND...: runs it often and prints a row.
measure() {
    local name=$1 start i
    shift
    for ((i = 0; i < runs; i++)); do
        now_us && start=$now
        "$@" >/dev/null
        now_us && echo $((now - start))
    done | sort -n | awk -v name="$name" '{ us[NR] = $1 }
        END { printf "%-28s %8.1f %8.1f\n", name, us[1] / 1000, us[int((NR + 1) / 2)] / 1000 }'
}

model=(--model "$scratch/lesson.npz")
start=${EPOCHREALTIME/./}
"$cnn" train "${data[@]}" --epochs 2 --batch-size 256 "${model[@]}" >"$scratch/train.txt" 2>/dev/null
now_us
printf "%-28s %8s %8s\n" "milliseconds of $runs runs" fastest median
measure "true" /bin/true
measure "cnn summary" "$cnn" summary
measure "cnn predict --first 5" "$cnn" predict --first 5 "${data[@]}" "${model[@]}"
awk -v wall_us=$((now - start)) '/^speed/ { gsub(",", ""); printf "%-28s %17.1f\n", "cnn train, outside its steps", wall_us / 1000 - 2 * 60000 / $2 * 1000 }' \
    "$scratch/train.txt"
