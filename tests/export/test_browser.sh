#!/usr/bin/env bash
# The page in a real browser: the same bits, drawing by mouse, touch and keyboard, policy, names, contrast, width.
# CNN_SHOTS=FOLDER keeps the screenshots.
set -euo pipefail
answers=$(dirname "$1")/tests/export_answers
for needed in /usr/bin/chromium /usr/bin/chromedriver; do
    [[ -x $needed ]] || { echo "no $needed here: scripts/setup.sh test installs Debian's chromium and chromium-driver"; exit 77; }
done
/usr/bin/python3 -c 'import selenium' 2>/dev/null || { echo "no python3-selenium here: scripts/setup.sh test installs it"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/pages" "$work/shots"
"$answers" "$work/pages" >/dev/null
mkdir "$work/named"
"$answers" "$work/named" synth 100 lesson lenet mlp >/dev/null
for kind in html json; do
    mv "$work/named/1.$kind" "$work/pages/lesson.$kind"
    mv "$work/named/2.$kind" "$work/pages/lenet.$kind"
    mv "$work/named/3.$kind" "$work/pages/mlp.$kind"
done
"$1" train --data data/digits --arch "conv2d:3,5,swish flatten dense:10,softmax" --epochs 3 --snapshots --verbose 0 --model "$work/film.npz"
"$1" export html --data data/digits --model "$work/film.npz" --out "$work/pages/film.html" >/dev/null
export HOME=$work
timeout 550 /usr/bin/python3 tests/export/browser.py "$work/pages" tests/export/strokes.json "${CNN_SHOTS:-$work/shots}"
