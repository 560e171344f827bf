#!/usr/bin/env bash
# Installs what is missing and runs everything that must be true of the project, stage by stage: the look of the code,
# the scripts, and the test suite as gcc and clang build it, under sanitizers, and for 64-bit Arm in an emulator. Ends
# with one line that counts the tests of all stages, and with status 1 if any failed.
# Usage: scripts/test.sh [STAGE...]   (of: format scripts plain gcc clang sanitize arm64; all by default)
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$top" || exit 1

stages=" format scripts plain gcc clang sanitize arm64 "
for word; do
    [[ $stages == *" $word "* ]] || wrong_use "unknown stage '$word'; expected some of:$stages"
done
wanted=" $* "
passed=0 failed=0 skipped=0
threads=$(getconf _NPROCESSORS_ONLN)

say() { printf '== %s\n' "$*"; }

# stage NAME COMMAND...: one check that passes, fails, or (status 77) cannot be made here.
stage() {
    local name=$1 start=$SECONDS status=0
    shift
    [[ $wanted == "  " || $wanted == *" $name "* ]] || return 0
    say "$name"
    "$@" || status=$?
    case $status in
    0) passed=$((passed + 1)) ;;
    77) skipped=$((skipped + 1)) ;;
    *) failed=$((failed + 1)) ;;
    esac
    case $status in
    0) say "$name: passed, $((SECONDS - start)) s" ;;
    77) say "$name: skipped" ;;
    *) say "$name: FAILED, $((SECONDS - start)) s" ;;
    esac
}

# The suite of one preset; each of its tests is counted.
suite() {
    local preset=$1 report=build/$1/ctest.log status=0
    scripts/build.sh "$preset" || return 1
    ctest --preset "$preset" -j "$threads" | tee "$report"
    status=${PIPESTATUS[0]}
    count "$report"
    return "$status"
}

# Adds a ctest report's numbers to the totals; a failed stage is counted once more, as the stage that it is.
count() {
    passed=$((passed + $(grep -c '^ *[0-9]*/[0-9]* Test .* Passed ' "$1")))
    skipped=$((skipped + $(grep -c '^ *[0-9]*/[0-9]* Test .*\*\*\*Skipped ' "$1")))
    failed=$((failed + $(grep -cE '^ *[0-9]+/[0-9]+ Test .*\*\*\*(Failed|Exception|Timeout|Not Run)' "$1")))
}

check_format() {
    local version
    version=$(clang-format --version | sed 's/.*version \([0-9]*\).*/\1/')
    if [[ $version != 14 ]]; then
        echo "clang-format $version: only 14 is compared with, as versions differ in taste"
        return 77
    fi
    scripts/format.sh --check
}

check_scripts() { shellcheck -x -P SCRIPTDIR scripts/*.sh scripts/*/*.sh .ci/run tests/*/*.sh; }

arm64() {
    if ! command -v aarch64-linux-gnu-gcc >/dev/null || ! command -v qemu-aarch64 >/dev/null; then
        echo "no cross compiler or emulator for 64-bit Arm here"
        return 77
    fi
    if ! scripts/setup/arm64-libraries.sh; then
        echo "the package mirror has no libraries for 64-bit Arm"
        return 77
    fi
    suite arm64
}

if command -v flock >/dev/null; then
    mkdir -p build
    exec 8>build/.test-lock
    flock -n 8 || { say "waiting for another scripts/test.sh" && flock 8; }
fi

scripts/setup.sh test || exit 1
stage format check_format
stage scripts check_scripts
stage plain scripts/build.sh plain
stage gcc suite gcc
stage clang suite clang
stage sanitize suite sanitize
stage arm64 arm64

printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[[ $failed -eq 0 && $passed -gt 0 ]]
