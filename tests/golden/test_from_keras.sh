#!/usr/bin/env bash
# The lines of docs/model-file.md that bring a model from Keras: run here with NumPy on a stand-in for it, they write what
# they wrote on real Keras (from_keras.npz, by scripts/make/golden_keras.py); cnn then predicts what Keras predicted, and
# trains on from there.
# Usage: test_from_keras.sh CNN
set -euo pipefail
cnn=$(realpath "$1") golden=$PWD/tests/golden
source tests/numpy.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sed '1,/^## From Keras to here/d' docs/model-file.md | sed '1,/^```python/d; /^```/,$d' >"$folder/lines.py"

cat >"$folder/check.py" <<'PYTHON'
"""check.py write FOLDER: the archive, images and labels. check.py compare FILE.csv: probabilities are Keras's."""
import sys
import types
import numpy as np

golden, folder, what = sys.argv[1:4]
kept, answers = np.load(golden + "/from_keras.npz"), np.load(golden + "/from_keras_answers.npz")


def layer(class_name, name=None, activation=None, **fields):
    """What the lines look at in a layer of Keras."""
    weights = [kept[f"{name}/{part}"] for part in ("kernel", "bias")] if name else []
    if activation:
        fields["activation"] = types.SimpleNamespace(__name__=activation)
    return type(class_name, (), {**fields, "get_weights": lambda self: weights})()


def idx(path, array):
    with open(path, "wb") as file:
        file.write(bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes())


if what == "write":
    model = type("Model", (), {})()
    model.input_shape = (None, 9, 8, 1)
    model.layers = [layer("InputLayer"), layer("Conv2D", "conv2d", "swish", filters=3, kernel_size=(3, 2)),
                    layer("Conv2D", "conv2d_1", "relu", filters=2, kernel_size=(3, 3)), layer("Flatten"),
                    layer("Dense", "dense", "tanh", units=6), layer("Dense", "dense_1", "softmax", units=4)]
    exec(open("lines.py").read(), {"model": model})
    found = np.load("keras.npz")
    assert sorted(found.files) == sorted(kept.files), (found.files, kept.files)
    for name in kept.files:
        assert found[name].dtype == kept[name].dtype and np.array_equal(found[name], kept[name]), name
    idx("train-images-idx3-ubyte", answers["pixels"])
    idx("train-labels-idx1-ubyte", answers["labels"])
    weights = {name: kept[name] for name in kept.files if "/kernel" in name or "/bias" in name}
    np.savez("bare.npz", **weights)
    np.savez("less.npz", **{name: weights[name] for name in weights if name != "dense/bias"})
elif what == "origin":
    run = np.load(sys.argv[4])
    assert "seed" not in run.files and int(run["given_weights"]) != 0, run.files
else:
    rows = np.loadtxt(what, delimiter=",", skiprows=1)
    distance = np.abs(rows[:, -4:] - answers["probabilities"]).max()
    assert len(rows) == 20 and distance < 2e-6, distance
PYTHON
check() { "$python" check.py "$golden" "$folder" "$@"; }
predict() { "$cnn" predict --data . --first 20 --csv --model "$1" >"$1.csv" && check "$1.csv"; }

cd "$folder"
check write
predict keras.npz

# Steps so small that they change nothing: what is trained is what was given.
train() { "$cnn" train --data . --verbose 0 --epochs 1 --optimizer sgd --learning-rate 1e-9 "$@"; }
train --weights keras.npz --model on.npz
predict on.npz
check origin on.npz
train --weights bare.npz --arch "conv2d:3,3x2,swish conv2d:2,3,relu flatten dense:6,tanh dense:4,softmax" --model bare-on.npz
predict bare-on.npz
train --resume on.npz --epochs 2
check origin on.npz

# refused WORDS COMMAND...: fails, and says so.
refused() {
    if "${@:2}" 2>refused.log; then
        echo "not refused: ${*:2}" && exit 1
    fi
    grep -qF -e "$1" refused.log || { cat refused.log && exit 1; }
}
refused 'the array "dense/bias" is missing' train --weights less.npz --arch "conv2d:3,3x2,swish conv2d:2,3,relu flatten dense:6,tanh dense:4,softmax" --model no.npz
refused 'the file holds conv2d/kernel' train --weights bare.npz --arch "flatten dense:6,tanh dense:4,softmax" --model no.npz
refused 'missing are spec, scale, input/height' "$cnn" predict --data . --model bare.npz
refused '--weights cannot go with it' train --weights keras.npz --resume on.npz
[[ ! -e no.npz ]]
