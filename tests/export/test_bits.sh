#!/usr/bin/env bash
# The page's arithmetic gives the program's bits: every layer and activation of the table, the named networks on a
# thousand images of drawn digits (and of MNIST, where it is), and strokes become the same pixels; snapshots are what they
# were; the walk says what cnn explain says. In Node.
set -euo pipefail
answers=$(dirname "$1")/tests/export_answers
command -v node >/dev/null || { echo "no node here to run the page's script; tests/export/test_browser.sh runs it in a browser"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$answers" --strokes >"$work/strokes.json"
"$answers" --fma >"$work/fma.json"
cmp "$work/strokes.json" tests/export/strokes.json || { echo "tests/export/strokes.json is not what $answers --strokes gives"; exit 1; }

# compare NAME WORDS...: what answers gives for these words, through the script.
compare() {
    mkdir "$work/$1"
    "$answers" "$work/$1" "${@:2}" >/dev/null
    node tests/export/bits.js "$work/$1" tests/export/strokes.json "$work/fma.json"
}

compare table

# The filters of a run after an epoch, and the run that ended there.
for run in "film 3 --snapshots" "second 2"; do
    read -r name epochs more <<<"$run"
    # shellcheck disable=SC2086 # one word or none
    "$1" train --data data/digits --arch "conv2d:3,5,swish conv2d:4,3,relu flatten dense:10,softmax" --epochs "$epochs" $more --verbose 0 --model "$work/$name.npz"
    "$1" export html --data data/digits --model "$work/$name.npz" --out "$work/$name.html" >/dev/null
done
node tests/export/film.js "$work/film.html" "$work/second.html"
# A thousand images of each take half a minute where nothing else runs: CNN_IMAGES=1000.
images=${CNN_IMAGES:-100}
compare outputs synth "$images" 'conv2d:2,5,swish flatten dense:10,sigmoid' 'conv2d:10,5 globalavgpool2d' 'flatten dense:10 activation:tanh'
compare drawn synth "$images" lesson pool lenet lenet5 mlp
mnist=${CNN_DATA:-data/mnist}
[[ ! -d $mnist ]] || compare mnist "$mnist" "$images" lesson
