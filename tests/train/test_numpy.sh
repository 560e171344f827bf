#!/usr/bin/env bash
# NumPy opens a model that cnn train saved: names, types and shapes are those of docs/model-file.md; and cnn reads what
# NumPy writes, compressed too.
# Usage: test_numpy.sh CNN   ($CNN_PYTHON: a Python that has NumPy)
set -euo pipefail
cnn=$1
source tests/numpy.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf -v pixels '%.0s\\0\\x40\\x80\\xff' {1..80}
printf -v labels '%.0s\\0\\1\\2\\3' {1..5}
printf '\0\0\x08\3\0\0\0\x14\0\0\0\4\0\0\0\4%b' "$pixels" >"$folder/train-images-idx3-ubyte"
printf '\0\0\x08\1\0\0\0\x14%b' "$labels" >"$folder/train-labels-idx1-ubyte"
"$cnn" train --data "$folder" --verbose 0 --arch "conv2d:2,3,swish flatten dense:4,softmax" --optimizer adam \
    --epochs 3 --batch-size 8 --model "$folder/model.npz"

"$python" - "$folder" <<'PYTHON'
import sys
import numpy as np

folder = sys.argv[1]
model = np.load(folder + "/model.npz")
expected = {
    "format": ("<u8", ()), "spec": (None, ()), "scale": ("<u8", ()), "seed": ("<u8", ()),
    "conv2d/kernel": ("<f4", (3, 3, 1, 2)), "conv2d/bias": ("<f4", (2,)),
    "dense/kernel": ("<f4", (8, 4)), "dense/bias": ("<f4", (4,)),
    "slot_0/dense/kernel": ("<f4", (8, 4)), "slot_1/conv2d/kernel": ("<f4", (3, 3, 1, 2)),
    "training/history": ("<f8", (3, 4)), "training/epochs_done": ("<u8", ()),
}
for name, (kind, shape) in expected.items():
    array = model[name]
    assert (kind is None or array.dtype.str == kind) and array.shape == shape, (name, array.dtype, array.shape)
assert str(model["spec"]) == "conv2d:2,3,swish flatten dense:4,softmax", model["spec"]
assert int(model["format"]) == 1 and int(model["training/epochs_done"]) == 3
assert all(np.isfinite(model[name]).all() for name in model.files if "/kernel" in name)
np.savez_compressed(folder + "/packed.npz", **{name: model[name] for name in reversed(model.files)})
np.savez(folder + "/wide.npz", **{name: np.asfortranarray(model[name].astype(">f8")) if "kernel" in name else model[name]
                                  for name in model.files})
np.savez(folder + "/other.npz", x=np.zeros(3))
PYTHON

cd "$folder"
predict() { "$cnn" predict --data . --model "$1" --first 20 --csv; }
predict model.npz >expected.csv
for file in packed wide; do
    predict $file.npz | cmp - expected.csv
done
for file in model packed wide; do
    cp $file.npz run.npz
    "$cnn" train --resume run.npz --data . --epochs 5 --verbose 0
    [[ -e whole.npz ]] || mv run.npz whole.npz
    [[ ! -e run.npz ]] || cmp run.npz whole.npz
done
if predict other.npz 2>refused.log; then
    exit 1
fi
grep -q 'not a model of this program' refused.log
