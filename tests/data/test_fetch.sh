#!/usr/bin/env bash
# scripts/fetch-mnist.sh with wrong, missing and replaced files, and without a network.
set -euo pipefail
fetch=$PWD/scripts/fetch-mnist.sh
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
failures=0

# expect STATUS TEXT COMMAND...: what it prints must hold the text
expect() {
    local status=$1 text=$2 found=0
    shift 2
    "$@" >"$work/output" 2>&1 </dev/null || found=$?
    if [ "$found" -ne "$status" ] || ! grep -qF -- "$text" "$work/output"; then
        printf 'FAILED: %s\n  expected status %s and "%s"; found status %s and:\n' "$*" "$status" "$text" "$found"
        sed 's/^/  | /' "$work/output"
        failures=$((failures + 1))
    fi
}

is_untouched() {
    if [ "$(cat "$work/to/t10k-labels-idx1-ubyte.gz")" != precious ] || [ "$(find "$work/to" -type f | wc -l)" -ne 1 ]; then
        echo "FAILED: after $1 the folder holds:"
        ls -la "$work/to"
        failures=$((failures + 1))
    fi
}

mkdir "$work/from" "$work/empty" "$work/to"
echo precious >"$work/to/t10k-labels-idx1-ubyte.gz"
echo '<!DOCTYPE html><html>Sorry</html>' >"$work/from/train-images-idx3-ubyte.gz"
: >"$work/from/train-labels-idx1-ubyte.gz"
head -c 7840016 /dev/zero | gzip -1 >"$work/from/t10k-images-idx3-ubyte.gz"
head -c 10008 /dev/urandom | gzip | head -c 5000 >"$work/from/t10k-labels-idx1-ubyte.gz"

expect 2 'unknown option: --form' "$fetch" --form x
expect 2 '--from needs a folder' "$fetch" --from
expect 0 'Usage:' "$fetch" --help
expect 1 'no such folder' "$fetch" --from "$work/nowhere" --to "$work/to"
expect 1 'no train-images-idx3-ubyte there' "$fetch" --from "$work/empty" --to "$work/to"
is_untouched 'an empty folder'
for text in 'train-images-idx3-ubyte.gz: a web page' 'train-labels-idx1-ubyte.gz: the file is empty' \
    't10k-images-idx3-ubyte.gz: wrong content: expected SHA-256 0fa7' 't10k-labels-idx1-ubyte.gz: the gzip file is damaged' \
    '4 of 4 files could not be had'; do
    expect 1 "$text" "$fetch" --from "$work/from" --to "$work/to"
done
is_untouched 'wrong files'
head -c 10007 /dev/zero | gzip >"$work/from/t10k-labels-idx1-ubyte.gz"
expect 1 'wrong length inside: expected 10008 bytes, found 10007' "$fetch" --from "$work/from" --to "$work/to"

if command -v curl >/dev/null; then
    export CNN_MNIST_MIRRORS="file://$work/empty file://$work/from"
    expect 1 "file://$work/empty: train-images-idx3-ubyte.gz: curl:" "$fetch" --to "$work/to"
    expect 1 "file://$work/from: train-images-idx3-ubyte.gz: a web page" "$fetch" --to "$work/to"
    # Servers that cannot be reached take one line, not one for each file and server.
    export CNN_MNIST_MIRRORS='http://127.0.0.1:9/mnist http://127.0.0.1:9/other http://no-such-host.invalid/mnist'
    expect 1 'not reached: http://127.0.0.1:9/mnist: (7)' "$fetch" --to "$work/to"
    expect 1 '; http://no-such-host.invalid/mnist: (' "$fetch" --to "$work/to"
    [ "$(wc -l <"$work/output")" -le 3 ] || { cat "$work/output" && failures=$((failures + 1)); }
    is_untouched 'mirrors that fail'
    unset CNN_MNIST_MIRRORS
fi

real=../shared/mnist
if [ -d "$real" ]; then
    expect 0 '4 files from' "$fetch" --from "$real" --to "$work/to"
    expect 0 'already in' "$fetch" --from "$work/empty" --to "$work/to"
    [ "$(wc -c <"$work/to/train-images-idx3-ubyte")" -eq 47040016 ] || { ls -l "$work/to" && failures=$((failures + 1)); }
    gzip -9 <"$work/to/t10k-labels-idx1-ubyte" >"$work/to/t10k-labels.idx1-ubyte.gz"
    rm "$work/to/t10k-labels-idx1-ubyte"
    expect 0 '1 files unpacked there' "$fetch" --from "$work/empty" --to "$work/to"
    echo wrong >"$work/to/t10k-labels-idx1-ubyte"
    expect 0 't10k-labels-idx1-ubyte was something else; it is now t10k-labels-idx1-ubyte.old' \
        "$fetch" --from "$real" --to "$work/to"
    [ "$(cat "$work/to/t10k-labels-idx1-ubyte.old")" = wrong ] || failures=$((failures + 1))
    if command -v curl >/dev/null; then
        mirror=$(cd "$real" && pwd)
        CNN_MNIST_MIRRORS="file://$work/empty file://$mirror" expect 0 '4 files from the mirrors' \
            "$fetch" --to "$work/new"
    fi
else
    echo 'skipped: the real files, as ../shared/mnist is not there'
fi

[ "$failures" -eq 0 ] || exit 1
echo 'all well'
