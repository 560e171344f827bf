#!/usr/bin/env python3
"""Captures what model.summary() of a real Keras prints, into tests/golden/summary_LOOK_*.txt.

    python3.11 -m venv keras212 && keras212/bin/pip install tensorflow-cpu==2.12.0
    keras212/bin/python scripts/make/golden_summary.py lesson
    keras212/bin/python scripts/make/golden_summary.py keras2
    python3.11 -m venv keras215 && keras215/bin/pip install tensorflow-cpu==2.15.1
    keras215/bin/python scripts/make/golden_summary.py keras2.15
    python3.11 -m venv keras3 && keras3/bin/pip install keras==3.5.0 jax
    KERAS_BACKEND=jax keras3/bin/python scripts/make/golden_summary.py keras3

lesson is the look of Keras up to 2.6, which TensorFlow 2.12 still ships as tensorflow.python.keras. Every file has a
line in summary_versions.txt: its name, input, architecture and the Keras that printed it.
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
    # a shape too long for its column: cut, or the row goes on in the next line
    "wider": ((10000, 1000, 100), "conv2d:1,2x1000,relu flatten dense:3,softmax"),
    "wide": ((10000, 100, 100), "conv2d:1,100,relu flatten dense:3,softmax"),
}


def build(keras, shape, arch, **weighted):
    """The model of an architecture text, as a reader of the Keras manual would write it; weighted: of layers with weights."""
    x = first = keras.Input(shape)
    for word in arch.split():
        kind, _, rest = word.partition(":")
        fields = rest.split(",")
        if kind == "flatten":
            x = keras.layers.Flatten()(x)
        elif kind == "conv2d":
            size = [int(n) for n in fields[1].split("x")]
            x = keras.layers.Conv2D(int(fields[0]), size if len(size) > 1 else size[0],
                                    activation=(fields[2:] or [None])[0], **weighted)(x)
        else:
            x = keras.layers.Dense(int(fields[0]), activation=(fields[1:] or [None])[0], **weighted)(x)
    return keras.Model(first, x)


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


def the_keras(look):
    """The Keras of a look and its version."""
    if look == "lesson":
        import tensorflow
        from tensorflow.python import keras
        return keras, f"of TensorFlow {tensorflow.__version__}, tensorflow.python.keras"
    import keras
    return keras, keras.__version__


def main():
    here = os.path.dirname(__file__)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("look", choices=["lesson", "keras2", "keras2.15", "keras3"], help="the middle of the file names")
    parser.add_argument("folder", nargs="?", default=os.path.join(here, "..", "..", "tests", "golden"), help="written to")
    arguments = parser.parse_args()
    keras, version = the_keras(arguments.look)
    os.makedirs(arguments.folder, exist_ok=True)
    for name, (shape, arch) in ARCHITECTURES.items():
        path = os.path.join(arguments.folder, f"summary_{arguments.look}_{name}.txt")
        with open(path, "w", encoding="utf-8") as f:
            f.write(capture(keras, shape, arch))
    record(os.path.join(arguments.folder, "summary_versions.txt"), arguments.look, version)


if __name__ == "__main__":
    main()
