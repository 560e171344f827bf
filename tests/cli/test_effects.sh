#!/usr/bin/env bash
# Each option of train that should have a say in the weights has one, and no other. $1 is the program.
set -u
cnn=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export OMP_NUM_THREADS=2
failed=0

fail() {
    echo "FAILED: $*"
    failed=1
}

# 160 images of 6 x 6, the pixels of each all alike, of ten classes; in another folder the labels are others.
mkdir data other
# shellcheck disable=SC2059 # the bytes are the format
for folder in data other; do
    printf "$(awk 'BEGIN { printf "\\0\\0\\010\\003\\0\\0\\0\\240\\0\\0\\0\\006\\0\\0\\0\\006"
        for (i = 0; i < 5760; i++) printf "\\%03o", (i * i * 31 + int(i / 36) * 17) % 251 }')" >$folder/train-images-idx3-ubyte
    printf "$(awk -v other=$folder 'BEGIN { printf "\\0\\0\\010\\001\\0\\0\\0\\240"
        for (i = 0; i < 160; i++) printf "\\%03o", (i + (other == "other")) % 10 }')" >$folder/train-labels-idx1-ubyte
done

fingerprint() {
    rm -f m.npz
    "$cnn" train --data data --epochs 3 --arch 'flatten dense:10,softmax' --model m.npz --verbose 2 "$@" 2>said |
        sed -n 's/^fingerprint *//p'
    # shellcheck disable=SC2015 # only one of the two can fail
    [ "${PIPESTATUS[0]}" -eq 0 ] || fail "$*: $(cat said)"
}

base=$(fingerprint)
[ -n "$base" ] || fail "no fingerprint: $(cat said)"

seen=" $base "
for option in '--seed 2' '--seed 4294967297' '--compat keras3' --scale '--learning-rate 0.002' '--optimizer adam' \
    '--optimizer rmsprop:0.8' '--optimizer sgd' '--optimizer sgd:0.9' '--schedule step:1,0.5' '--schedule cosine' \
    '--optimizer sgd:0.9,nesterov' '--optimizer adamw' '--optimizer adamw:0.9,0.999,0.1' '--optimizer adam:0.9,0.9' '--loss mse' \
    '--label-smoothing 0.1' '--l2 0.01' '--clipnorm 0.01' '--global-clipnorm 0.01' '--ema 0.9' '--ema 0.5' '--compat keras3 --ema 0.9' \
    '--schedule onecycle' '--batch-size 31' '--epochs 2' '--validation-split 0.1' '--validation-split 0.2' '--data other'; do
    # shellcheck disable=SC2086 # words
    found=$(fingerprint $option)
    [[ -n $found && $seen != *" $found "* ]] || fail "$option: has no say, or the same as another: ${found:-$(cat said)}"
    seen+="$found "
done
for option in '--loss categorical_crossentropy' '--l2 0' '--clipnorm 1e9' '--seed 1' '--compat keras2' '--learning-rate 0.001' '--optimizer rmsprop:0.9' '--schedule constant' '--batch-size 32' \
    '--threads 1' '--threads 3' '--save-every 2' '--history h.csv' '--validation-data other' '--early-stopping loss:100'; do
    # shellcheck disable=SC2086
    found=$(fingerprint $option)
    [ "$found" = "$base" ] || fail "$option: expected $base as without it, found ${found:-$(cat said)}"
done

[ $failed -eq 0 ] && echo "all as expected"
exit $failed
