#!/usr/bin/env bash
# The page in a real browser: the same bits, drawing by mouse, touch and keyboard, policy, names, motion, contrast, width.
# CNN_SHOTS=FOLDER keeps the screenshots; CNN_IMAGES=N compares the bits of N images of each network, not of 200 (1,000: a quarter of a minute).
set -euo pipefail
answers=$(dirname "$1")/tests/export_answers
for needed in /usr/bin/chromium /usr/bin/chromedriver; do
    [[ -x $needed ]] || { echo "no $needed here: scripts/setup.sh test installs Debian's chromium and chromium-driver"; exit 77; }
done
/usr/bin/python3 -c 'import selenium' 2>/dev/null || { echo "no python3-selenium here: scripts/setup.sh test installs it"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/pages" "$work/shots" "$work/table" "$work/named"

# Every layer in one network, and every activation that the program lists; and the networks that have a name.
mapfile -t activations < <("$1" help activations | sed -n 's/^  \([a-z][a-z0-9_]*\) .*/\1/p' | grep -v '^softmax$')
every="conv2d:3,5,swish batchnorm activation:elu maxpool2d:2 dropout:0.2 conv2d:4,3,relu avgpool2d:2 conv2d:8,3,gelu globalavgpool2d
    flatten ${activations[*]/#/dense:24,} dense:10,softmax"
names=(lesson pool lenet5 mlp every)
"$answers" "$work/named" synth "${CNN_IMAGES:-200}" "${names[@]:0:4}" "$every" >/dev/null
for i in "${!names[@]}"; do
    for kind in html json; do
        mv "$work/named/$((i + 1)).$kind" "$work/pages/${names[i]}.$kind"
    done
done

# Of the table's pages one, whose images nobody draws; all of them where Node does not compare them (test_bits.sh).
"$answers" "$work/table" >/dev/null
pages=1
command -v node >/dev/null || pages='*'
# shellcheck disable=SC2086 # a pattern
mv "$work/table"/$pages.{html,json} "$work/pages"

"$1" train --data data/digits --arch "conv2d:3,5,swish flatten dense:10,softmax" --epochs 3 --snapshots --verbose 0 --model "$work/film.npz"
"$1" export html --data data/digits --model "$work/film.npz" --out "$work/pages/film.html" >/dev/null
export HOME=$work
timeout 550 /usr/bin/python3 -B tests/export/browser.py "$work/pages" tests/export/strokes.json "${CNN_SHOTS:-$work/shots}"
