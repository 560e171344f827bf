#!/usr/bin/env bash
# Asks the tests whether they would notice: plants some 120 small faults (a sign, an index, a bound, a constant, a
# comparison, a line that is gone), one at a time and the same ones each time, in a copy of the tree, and runs the tests
# until one fails. Prints who caught each, the share that was caught, and the faults that no test noticed;
# docs/reliability.md says of those why. What a plain build does not catch, one with the address and undefined behaviour
# sanitizers may, as in the suite. Without AVX-512, whose code is the same; tests of the fault's own row of the code first,
# quick ones before slow ones. Takes about half an hour.
# Usage: scripts/mutate.sh [--list] [--only PART-OF-PATH] [--part I/N] [--longest SECONDS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case ${1-} in
-h | --help)
    sed -n '2,8s/^# //p' "${BASH_SOURCE[0]}"
    exit
    ;;
--list) exec python3 scripts/mutate.py . "" "" "$@" ;;
esac

tree=$PWD/build/mutation/tree folder=$PWD/build/mutation
rm -rf "$tree"
mkdir -p "$tree"
git ls-files -z | tar --create --null --files-from=- | tar --extract --directory="$tree"
# One object compiled and one library linked for each fault.
sed -i 's/add_library(cnn_core STATIC/add_library(cnn_core SHARED/' "$tree/CMakeLists.txt"
printf '%s\n' '#include "kernels/sets.h"' 'const struct kernels *const kernels_avx512 = NULL;' >"$tree/src/kernels/isa_avx512.c"

# build NAME SANITIZERS
build() {
    if ! { cmake -S "$tree" -B "$folder/$1" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG=-O1 -DCMAKE_LINK_DEPENDS_NO_SHARED=ON \
        "-DCNN_SANITIZE=$2" && ninja -C "$folder/$1"; } >"$folder/build.log" 2>&1; then
        cat "$folder/build.log" >&2
        exit 1
    fi
}
build plain ""
build sanitize address,undefined

export OMP_WAIT_POLICY=passive ASAN_OPTIONS=allocator_may_return_null=1:detect_stack_use_after_return=1
exec python3 scripts/mutate.py "$tree" "$folder/plain" "$folder/sanitize" "$@"
