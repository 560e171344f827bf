#!/usr/bin/env bash
# The rooms of the code include only what comes before them; and the check that says so sees each way to break it.
set -euo pipefail

scripts/check/include-order.sh

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

# expect_complaint FILE INCLUDE COMPLAINT: with that one line at its end, FILE is complained about.
expect_complaint() {
    local found
    rm -rf "${copy:?}"/*
    cp -r src include "$copy"
    mkdir -p "$copy/$(dirname "$1")"
    echo "#include $2" >>"$copy/$1"
    if found=$(scripts/check/include-order.sh "$copy"); then
        echo "not seen: $1 includes $2"
        exit 1
    fi
    if [[ $found != "$1:"*": $3" ]]; then
        printf 'expected %s: %s\nfound %s\n' "$1" "$3" "$found"
        exit 1
    fi
}

expect_complaint src/base/memory.c '"nn/layer.h"' 'base comes before nn, but includes nn/layer.h'
expect_complaint src/base/memory.c '"../kernels/kernels.h"' '../kernels/kernels.h is not written from src/'
expect_complaint src/kernels/planted.c '<nn/layer.h>' 'kernels comes before nn, but includes nn/layer.h'
expect_complaint src/cli/planted.c '"base/file.h"' 'the program is a client of cnn.h, but includes base/file.h'
expect_complaint src/picture/planted.c '"nn/layer.h"' 'picture comes before nn, but includes nn/layer.h'
expect_complaint src/picture/planted.c '"npz/npy.h"' 'picture knows base alone, but includes npz/npy.h'
expect_complaint src/nn/planted.c '"surprise.h"' 'there is no surprise.h'
expect_complaint include/cnn.h '"base/file.h"' 'the public header stands alone, but includes base/file.h'
