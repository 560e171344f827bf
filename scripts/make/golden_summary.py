#!/usr/bin/env python3
"""Captures what model.summary() of a real Keras prints, into tests/golden/summary_LOOK_*.txt.

    python3.9 -m venv keras26 && keras26/bin/pip install tensorflow-cpu==2.6.5 keras==2.6.0 'protobuf<3.21'
    keras26/bin/python scripts/make/golden_summary.py lesson
    python3.11 -m venv keras212 && keras212/bin/pip install tensorflow-cpu==2.12.0
    keras212/bin/python scripts/make/golden_summary.py keras2
    python3.11 -m venv keras215 && keras215/bin/pip install tensorflow-cpu==2.15.1
    keras215/bin/python scripts/make/golden_summary.py keras2.15
    python3.11 -m venv keras3 && keras3/bin/pip install keras==3.5.0 jax
    KERAS_BACKEND=jax keras3/bin/python scripts/make/golden_summary.py keras3

lesson is the look of Keras up to 2.6. Every file has a line in summary_versions.txt: its name, input, architecture and the
Keras that printed it.
"""
import argparse
import contextlib
import io
import os

LESSON = "conv2d:3,5,swish conv2d:6,5,swish flatten dense:84,swish dense:10,softmax"

# name: (input, architecture)
ARCHITECTURES = {
    "lesson": ((28, 28, 1), LESSON),
    "deep": ((12, 12, 1), "conv2d:4,3,relu conv2d:8,3,tanh flatten dense:32,sigmoid dense:10,softmax"),
    "dense": ((9, 11, 1), "flatten dense:64,relu dense:32,swish dense:7,softmax"),
    "single": ((28, 28, 1), "flatten dense:10,softmax"),
    "colour": ((32, 32, 3), "conv2d:16,3,relu conv2d:16,3,relu conv2d:32,5,swish conv2d:32,5,swish flatten "
               "dense:256,tanh dense:128,relu dense:100,softmax"),
    "mlp": ((28, 28, 1), "flatten dense:128,relu dense:10,softmax"),
    "lenet": ((28, 28, 1), "conv2d:6,5,tanh conv2d:16,5,tanh flatten dense:120,tanh dense:84,tanh dense:10,softmax"),
    "oblong": ((20, 31, 2), "conv2d:5,3x7,relu conv2d:3,2x1,tanh flatten dense:4,softmax"),
    # names of two digits, and a size in MB
    "many": ((40, 40, 1), "conv2d:2,3,relu " * 12 + "flatten dense:3000,relu dense:2,softmax"),
    # every layer of the course, some twice; weights that are not trained; names that are too long for their column
    "course": ((28, 28, 1), "conv2d:8,3,same batchnorm activation:relu maxpool2d:2 dropout:0.25 conv2d:16,3,stride=2,same batchnorm "
               "activation:tanh avgpool2d:2 maxpool2d:2,same flatten dropout:0.5 dense:32 batchnorm activation:relu dense:10,softmax"),
    "global": ((32, 40, 3), "conv2d:64,3x5,stride=2x1 batchnorm avgpool2d:3x2,stride=1,same globalavgpool2d batchnorm dense:10,sigmoid"),
    # a shape too long for its column: cut, or the row goes on in the next line
    "wider": ((10000, 1000, 100), "conv2d:1,2x1000,relu flatten dense:3,softmax"),
    "wide": ((10000, 100, 100), "conv2d:1,100,relu flatten dense:3,softmax"),
}


def build(keras, shape, arch, **weighted):
    """The model of an architecture text, as a reader of the Keras manual would write it; weighted: of layers with weights."""
    x = first = keras.Input(shape)
    for word in arch.split():
        x = layer_of(keras, word, weighted)(x)
    return keras.Model(first, x)


def size_of(text):
    size = [int(n) for n in text.split("x")]
    return size if len(size) > 1 else size[0]


def layer_of(keras, word, weighted):
    kind, _, rest = word.partition(":")
    layers, fields = keras.layers, rest.split(",")
    plain = [f for f in fields if f != "same" and "=" not in f]
    options = dict(padding="same") if "same" in fields else {}
    options.update({"strides": size_of(f.partition("=")[2]) for f in fields if "=" in f})
    if kind == "conv2d":
        return layers.Conv2D(int(plain[0]), size_of(plain[1]), activation=(plain[2:] or [None])[0], **options, **weighted)
    if kind in ("maxpool2d", "avgpool2d"):
        return (layers.MaxPooling2D if kind == "maxpool2d" else layers.AveragePooling2D)(size_of(plain[0]), **options)
    if kind == "dense":
        return layers.Dense(int(plain[0]), activation=(plain[1:] or [None])[0], **weighted)
    if kind == "activation":
        return layers.Activation(plain[0])
    if kind == "dropout":
        return layers.Dropout(float(plain[0]))
    return {"flatten": layers.Flatten, "globalavgpool2d": layers.GlobalAveragePooling2D,
            "batchnorm": layers.BatchNormalization}[kind]()


def capture(keras, shape, arch):
    """What summary() writes to a stdout that is no terminal. Names start from the first number again."""
    keras.backend.clear_session()
    model = build(keras, shape, arch)
    with contextlib.redirect_stdout(io.StringIO()) as out:
        model.summary()
    return out.getvalue()


def record(path, look, version):
    """Replaces the lines of one look in the list of versions."""
    kept = [line for line in open(path) if not line.startswith("summary_" + look + "_")] if os.path.exists(path) else []
    new = [f"summary_{look}_{name}.txt: Keras {version}: input {shape}: {arch}\n"
           for name, (shape, arch) in ARCHITECTURES.items()]
    with open(path, "w") as f:
        f.writelines(sorted(kept + new))


def main():
    here = os.path.dirname(__file__)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("look", choices=["lesson", "keras2", "keras2.15", "keras3"], help="the middle of the file names")
    parser.add_argument("folder", nargs="?", default=os.path.join(here, "..", "..", "tests", "golden"), help="written to")
    arguments = parser.parse_args()
    import keras

    os.makedirs(arguments.folder, exist_ok=True)
    for name, (shape, arch) in ARCHITECTURES.items():
        path = os.path.join(arguments.folder, f"summary_{arguments.look}_{name}.txt")
        with open(path, "w", encoding="utf-8") as f:
            f.write(capture(keras, shape, arch))
    record(os.path.join(arguments.folder, "summary_versions.txt"), arguments.look, keras.__version__)


if __name__ == "__main__":
    main()
