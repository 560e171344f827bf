#!/usr/bin/env bash
# Builds with gcc's line and branch counters, runs the whole test suite and prints for each file of src/ and in total how
# many lines and branches ran. Ends with status 1 where the suite fails, or where fewer than 95 % of the lines or 85 % of
# the branches ran. gcovr is put into build/coverage/venv from PyPI.
# Usage: scripts/check/coverage.sh [--html]   (--html: build/coverage/index.html shows which lines did not run)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
cd "$top"
[[ $# -eq 0 || $* == --html ]] || wrong_use "unexpected '$*'; expected --html or nothing"
least_lines=95 least_branches=85

folder=build/coverage
gcovr=$folder/venv/bin/gcovr
if [[ ! -x $gcovr ]]; then
    python3 -m venv "$folder/venv"
    "$folder/venv/bin/pip" install --quiet 'gcovr==8.3'
fi

scripts/build.sh coverage
find "$folder" -name '*.gcda' -delete
status=0
# Not the two tests that build for themselves: nothing counts there, and one cannot link without the counters.
ctest --preset coverage --exclude-regex '^(base/install|kernels/by_hand)$' -j "$(getconf _NPROCESSORS_ONLN)" \
    >"$folder/ctest.log" || status=$?
tail -n 25 "$folder/ctest.log"

# A kernel is compiled once for each instruction set: what ran in one of them ran. Some lines run thousands of millions of times.
report() {
    "$gcovr" --root . --filter src/ --merge-mode-functions=separate --gcov-suspicious-hits-threshold=0 "$@" "$folder"
}
[[ ${1-} != --html ]] || report --html-details "$folder/index.html"
report --csv --output "$folder/coverage.csv"

# Kernels are inlined for each size of tile, each instruction set and each activation, and the compiler counts the branches of
# every copy, the ones that a copy decides when it is compiled too. So their branches are shown, but not held to the bound.
# The first line names the columns: filename,line_total,line_covered,line_percent,branch_total,branch_covered,...
sort "$folder/coverage.csv" | awk -F, -v least_lines="$least_lines" -v least_branches="$least_branches" '
    function share(part, all) { return all ? sprintf("%6.1f %%", 100 * part / all) : "       -" }
    function row(name, l, lc, b, bc) { printf "%-36s %6d %s  %8d %s\n", name, l, share(lc, l), b, share(bc, b) }
    BEGIN { printf "%-36s %6s %8s  %8s %8s\n", "file", "lines", "ran", "branches", "ran" }
    $1 == "filename" { next }
    {
        kind = $1 ~ /^src\/kernels\/.*\.h$/
        row($1, $2, $3, $5, $6)
        l[kind] += $2; lc[kind] += $3; b[kind] += $5; bc[kind] += $6
    }
    END {
        row("inlined kernels", l[1], lc[1], b[1], bc[1])
        row("all else", l[0], lc[0], b[0], bc[0])
        row("total", l[0] + l[1], lc[0] + lc[1], b[0] + b[1], bc[0] + bc[1])
        exit !(100 * (lc[0] + lc[1]) >= least_lines * (l[0] + l[1]) && 100 * bc[0] >= least_branches * b[0])
    }' || {
    echo "coverage: less than $least_lines % of all lines or $least_branches % of the branches outside of inlined kernels" >&2
    status=1
}

# Nothing is left out unseen: the files of which nothing was compiled here.
find src -name '*.[ch]' | sort | while read -r file; do
    grep -q "^$file," "$folder/coverage.csv" || echo "no code here: $file"
done
exit "$status"
