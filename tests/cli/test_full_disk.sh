#!/usr/bin/env bash
# A full disk: cnn train ends with status 1 and a message, and the model from before is whole. On a small file system in
# memory where one may be mounted, else under a limit on the size of files.
# Usage: test_full_disk.sh CNN
set -euo pipefail
cnn=$(realpath "$1")
folder=$(mktemp -d)
mounted=
cleanup() {
    cd /
    [[ -z $mounted ]] || umount "$folder/disk"
    rm -rf "$folder"
}
trap cleanup EXIT
cd "$folder"
mkdir disk

fail() {
    echo "$*" >&2
    exit 1
}

# 20 images of 4 x 4, all zero but for what printf gives them.
printf -v pixels '%.0s\\0\\x40\\x80\\xff' {1..80}
printf -v labels '%.0s\\0\\1\\2\\3' {1..5}
printf '\0\0\x08\3\0\0\0\x14\0\0\0\4\0\0\0\4%b' "$pixels" >train-images-idx3-ubyte
printf '\0\0\x08\1\0\0\0\x14%b' "$labels" >train-labels-idx1-ubyte

train() { "$cnn" train --data . --verbose 0 --arch "flatten dense:64,relu dense:4,softmax" --model disk/model.npz "$@"; }
summary() { "$cnn" summary --model disk/model.npz >/dev/null; }

# expect_failure HOW WORDS...: training the model anew ends with status 1 and these words.
expect_failure() {
    local how=$1 status=0
    shift
    cp disk/model.npz before.npz
    "$@" >out.log 2>&1 || status=$?
    [[ $status == 1 ]] || fail "$how: status $status, expected 1: $(cat out.log)"
    grep -q "disk/model.npz: cannot .*: \($how\)" out.log || fail "$how: $(cat out.log)"
    cmp disk/model.npz before.npz || fail "$how: the model from before has changed"
    summary || fail "$how: the model from before cannot be read"
    [[ ! -e disk/.model.npz.cnn-tmp ]] || fail "$how: a temporary file is left"
}

# The limit: a bigger network does not fit in it.
train --epochs 1
(
    ulimit -f 32
    expect_failure 'File too large' train --epochs 1 --seed 2 --arch "flatten dense:256,relu dense:4,softmax"
) || exit 1

# It is reached after some epochs: what was saved before stays, and the command says so.
(
    ulimit -f 32
    status=0
    "$cnn" train --data . --verbose 0 --arch "conv2d:64,3 flatten dense:4,softmax" --model disk/long.npz --snapshots --epochs 1000 \
        >out.log 2>&1 || status=$?
    [[ $status == 1 ]] || fail "after some epochs: status $status, expected 1: $(cat out.log)"
    grep -q '^the last good state is in disk/long.npz$' out.log || fail "where the run lies is not said: $(cat out.log)"
    grep -q "^go on with: cnn train --resume 'disk/long.npz'" out.log || fail "how to go on is not said: $(cat out.log)"
    "$cnn" summary --model disk/long.npz >/dev/null || fail "after some epochs: the model cannot be read"
) || exit 1

[[ $(id -u) == 0 ]] && mount -t tmpfs -o size=64k none disk 2>/dev/null && mounted=1
if [[ -z $mounted ]]; then
    echo "no file system may be mounted here: only the limit on the size of files was tried"
    exit 0
fi
train --epochs 1
head -c 1M /dev/zero >disk/ballast 2>/dev/null || true
expect_failure 'No space left on device' train --epochs 1 --seed 2
rm disk/ballast
train --epochs 1 --seed 2 || fail "with room again it fails"
summary
left=(disk/*)
[[ ${left[*]} == 'disk/model.1.npz disk/model.npz disk/model.npz.prev' ]] || fail "left behind: ${left[*]}"
