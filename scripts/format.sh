#!/usr/bin/env bash
# Gives all C files the look that .clang-format describes; with --check it changes nothing and fails where a file differs.
# Usage: scripts/format.sh [--check]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$top"
[[ $# -eq 0 || $* == --check ]] || wrong_use "unexpected '$*'; expected --check or nothing"

mode=(-i)
[[ ${1:-} != --check ]] || mode=(--dry-run --Werror)
find include src tests examples \( -name '*.c' -o -name '*.h' \) -print0 | xargs -0 clang-format "${mode[@]}"
