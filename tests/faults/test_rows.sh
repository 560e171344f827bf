#!/usr/bin/env bash
# Every fault of meaning.txt still applies to the code, every room has some; and the check that says so sees one that rots.
set -euo pipefail
command -v python3 >/dev/null || { echo "there is no python3 here" && exit 77; }

scripts/check/mutate.sh --check
rows=$(grep -c '^src/' tests/faults/meaning.txt)
[[ $rows -ge 40 ]] || { echo "$rows rows; expected 40 or more" && exit 1; }
for room in base npz data kernels nn train explain tools cli; do
    grep -q "^src/$room/" tests/faults/meaning.txt || { echo "no fault for src/$room" && exit 1; }
done

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
mkdir -p "$copy/tests/faults"
cp -r src scripts "$copy"

# expect_complaint COMPLAINT: about the row that is read from standard input.
expect_complaint() {
    local found
    cat >"$copy/tests/faults/meaning.txt"
    if found=$("$copy/scripts/check/mutate.sh" --check); then
        echo "not seen: $1" && exit 1
    fi
    [[ $found == *"$1"* ]] || { printf 'expected "%s", found:\n%s\n' "$1" "$found" && exit 1; }
}
expect_complaint 'src/base/hash.c: found 0 times' <<<$'src/base/hash.c\n  A sentence.\n- never_there();\n+ ;'
expect_complaint 'expected once' <<<$'src/base/hash.c\n  A sentence.\n- return\n+ break'
expect_complaint 'src/base/gone.c: is not there' <<<$'src/base/gone.c\n  A sentence.\n- return\n+ break'
expect_complaint 'without a sentence' <<<$'src/base/hash.c\n- #include "base/hash.h"\n+ ;'
