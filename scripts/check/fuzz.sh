#!/usr/bin/env bash
# Runs the fuzz targets of tests/fuzz under libFuzzer with the address and undefined behaviour sanitizers, two at once,
# each for SECONDS, and prints a line for each: executions, coverage, the size of its corpus and what was found.
# What a target has learned stays in build/fuzz/corpus/NAME; what is found goes to build/fuzz/found/NAME. A finding that is
# mended belongs into tests/fuzz/corpus/NAME, where the test suite replays it. Status 1 if there was any. Needs clang.
# Usage: scripts/check/fuzz.sh SECONDS [TARGET...]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
cd "$top"

[[ ${1-} =~ ^[1-9][0-9]*$ ]] || wrong_use "expected how many seconds, found '${1-}'"
seconds=$1
shift
all=(tests/fuzz/fuzz_*.c)
all=("${all[@]#tests/fuzz/fuzz_}")
all=("${all[@]%.c}")
targets=("${@:-${all[@]}}")
[[ $# -gt 0 ]] || targets=("${all[@]}")
for name in "${targets[@]}"; do
    [[ -f tests/fuzz/fuzz_$name.c ]] || wrong_use "unknown target '$name'; expected one of: ${all[*]}"
done

export ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
scripts/build.sh fuzz
folder=build/fuzz

# A target's own limits: an input's length, memory in all and at once (MiB), seconds for one input.
limits=(-max_len=32768 -rss_limit_mb=2048 -malloc_limit_mb=1024 -timeout=25)

# run TARGET: until its time is over, going on after each finding.
run() {
    local name=$1 end=$((SECONDS + seconds)) words=()
    mkdir -p "$folder/corpus/$name" "$folder/found/$name"
    [[ ! -f tests/fuzz/dictionary/$name ]] || words=("-dict=tests/fuzz/dictionary/$name")
    : >"$folder/$name.log"
    while ((SECONDS < end)); do
        "$folder/tests/fuzz/fuzz_$name" "${limits[@]}" "-max_total_time=$((end - SECONDS))" -print_final_stats=1 \
            "-artifact_prefix=$folder/found/$name/" ${words[@]+"${words[@]}"} "$folder/corpus/$name" \
            "tests/fuzz/corpus/$name" >>"$folder/$name.log" 2>&1 || true
    done
    report "$name"
}

# report TARGET: its line.
report() {
    awk -v name="$1" -v seconds="$seconds" -v found="$(find "$folder/found/$1" -type f | wc -l)" '
        $1 ~ /^#/ { for (i = 2; i < NF; i++) if ($i == "cov:" || $i == "ft:" || $i == "corp:") last[$i] = $(i + 1) }
        $1 == "stat::number_of_executed_units:" { runs += $2 }
        END {
            printf "%-10s %12d executions  %7d /s  %5d edges  %6d features  corpus %-12s  found %d\n",
                name, runs, runs / seconds, last["cov:"], last["ft:"], last["corp:"], found
        }' "$folder/$1.log"
}

find "$folder/found" -type f -delete 2>/dev/null || true
for name in "${targets[@]}"; do
    while (($(jobs -rp | wc -l) >= 2)); do
        wait -n
    done
    run "$name" &
done
wait
if [[ -n $(find "$folder/found" -type f) ]]; then
    echo "fuzz: what was found is in $folder/found; what it said in $folder/NAME.log" >&2
    exit 1
fi
