#!/usr/bin/env bash
# The lines of numpy that data/README.md shows write what the program reads; its checksums are those of fetch-mnist.sh.
set -euo pipefail
cnn=$1
readme=$PWD/data/README.md
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT

while read -r name _ sum; do
    if ! grep -qF "| \`$name\` |" "$readme" || ! grep -qF "$sum" "$readme"; then
        echo "data/README.md lacks $name or $sum"
        exit 1
    fi
done < <(sed -n "s/^files='//; s/'\$//; /^t.*-ubyte [0-9]* [0-9a-f]*\$/p" scripts/fetch-mnist.sh)
# shellcheck disable=SC2016 # the ticks are of Markdown
[[ $(grep -c '^| `t.*-ubyte` |' "$readme") == 4 ]] || { echo 'expected four files in data/README.md' && exit 1; }

"$cnn" train --data data/digits --scale --epochs 3 --verbose 0 --model "$scratch/digits.npz"
"$cnn" evaluate --data data/digits --model "$scratch/digits.npz" | grep -q '^data  *data/digits, 100 test images' ||
    { echo 'data/digits cannot be used' && exit 1; }

python=
for candidate in python3 /usr/bin/python3; do
    if "$candidate" -c 'import numpy' 2>/dev/null; then python=$candidate && break; fi
done
[[ -n $python ]] || { echo 'skipped: no python3 has numpy' && exit 77; }

{
    echo 'import numpy as np'
    echo 'rng = np.random.RandomState(7)'
    echo 'labels = np.arange(40) % 4'
    echo 'images = rng.randint(0, 50, (40, 6, 5, 3)) + 60 * labels[:, None, None, None]'
    # shellcheck disable=SC2016 # the ticks are of Markdown
    sed -n '/^```python/,/^```/{/^```/d; p}' "$readme"
    grep -o 'np\.savez_compressed([^`]*)' "$readme" | sed 's/=images/=images.astype("uint8")/'
} >"$scratch/write.py"
(cd "$scratch" && "$python" write.py)
for data in "$scratch" "$scratch/mine.npz"; do
    "$cnn" doctor --data "$data" --model "$scratch/none.npz" | grep -F '40 images of 6 x 5 x 3 in 10 classes' ||
        { "$cnn" doctor --data "$data" && exit 1; }
    "$cnn" train --data "$data" --arch 'flatten dense:10,softmax' --scale --epochs 2 --model "$scratch/run.npz" 2>&1 |
        grep '^fingerprint' >>"$scratch/prints"
    rm -f "$scratch/run.npz"
done
[[ $(sort -u "$scratch/prints" | wc -l) == 1 && $(wc -l <"$scratch/prints") == 2 ]] ||
    { cat "$scratch/prints" && echo 'the folder and mine.npz train other models' && exit 1; }
echo 'all well'
