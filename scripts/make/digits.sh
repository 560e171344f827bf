#!/usr/bin/env bash
# Writes data/digits: the first 200 training and the first 100 test images that the program draws from seed 1, as IDX files
# packed by gzip. The same bytes come out wherever zlib packs alike; what is in them is the same everywhere.
# Usage: scripts/make/digits.sh [FOLDER]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
[[ $# -le 1 ]] || wrong_use "unexpected '$2'; expected one folder"
[[ ${1-} != -* ]] || wrong_use "unknown option '$1'"
folder=$(realpath -m -- "${1:-$top/data/digits}")
cd "$top"
scripts/build.sh gcc
mkdir -p -- "$folder"
build/gcc/tests/data_test_digits --write "$folder"
echo "written: $(cd "$folder" && echo *-ubyte.gz) in $folder"
