#!/usr/bin/env python3
"""Writes the golden values of single layers and activations, from real Keras, that tests/golden/test_layers.c reads.

    python3.11 -m venv keras2 && keras2/bin/pip install tensorflow-cpu==2.15.1
    keras2/bin/python scripts/make/golden_layers.py keras2
    python3.11 -m venv keras3 && keras3/bin/pip install tensorflow-cpu keras
    keras3/bin/python scripts/make/golden_layers.py keras3

For each network below: in training the output of every layer, the loss and all gradients for 32 and for 21 images;
then ten steps of plain SGD, all weights after them (moving averages too), and what the network then predicts. Images and
weights are drawn as in golden_keras.py, but for gammas and moving variances, which are 1 more. Keras cannot draw the masks of this
program's dropout, so it is given their random numbers in place of its own; all else of its dropout is its own.
"""
import argparse
import os

os.environ.update(CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="3")

import numpy as np

from golden_keras import BATCH, IMAGES, SHORT_BATCH, SHOWN, draw_images, draw_order, draw_weights

STEPS = 10
SHAPE = (9, 8)

# name: (architecture, versions)
BOTH = ("keras2", "keras3")
ACTIVATIONS = ("leaky_relu", "elu", "gelu", "softplus", "softsign", "hard_sigmoid")
CASES = {
    **{name: (f"conv2d:2,3,{name} flatten dense:6,{name} dense:5,softmax", BOTH) for name in ACTIVATIONS},
    "hard_swish": ("conv2d:2,3,hard_swish flatten dense:6,hard_swish dense:5,softmax", ("keras3",)),
    "same": ("conv2d:4,3,same,tanh conv2d:3,4,stride=2,same,swish avgpool2d:2,same flatten dense:5,softmax", BOTH),
    "stride": ("conv2d:4,3,stride=2x1,relu maxpool2d:2,same conv2d:5,2,same,tanh globalavgpool2d dense:5,softmax", BOTH),
    "average": ("conv2d:3,2,same,tanh avgpool2d:3x2,stride=2,same avgpool2d:2,stride=1 flatten dense:5,softmax", BOTH),
    # so few numbers in a channel that the unbiased variance is another
    "batchnorm_few": ("conv2d:4,5,stride=4 batchnorm activation:relu flatten dense:5,softmax", BOTH),
    "dropout": ("conv2d:3,2,relu dropout:0.25 maxpool2d:2 flatten dropout:0.5 dense:5,tanh dropout:0.875 dense:5,softmax", BOTH),
    "batchnorm": ("conv2d:4,3 batchnorm activation:relu flatten dense:6 batchnorm activation:tanh dense:5,softmax", BOTH),
}


# ---- dropout: src/base/random.c and src/nn/layer.c -----------------------------------------------------


def random_words(stream, count):
    """The first count 64-bit numbers of a stream of the seed 0."""
    mask, words = (1 << 64) - 1, []

    def splitmix(x):
        x = (x + 0x9E3779B97F4A7C15) & mask
        z = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & mask
        z = (z ^ z >> 27) * 0x94D049BB133111EB & mask
        return x, z ^ z >> 31

    turn = lambda x, k: (x << k | x >> (64 - k)) & mask
    x, s = splitmix(0)[1] ^ stream, []
    for _ in range(4):
        x, z = splitmix(x)
        s.append(z)
    for _ in range(count):
        words.append(turn(s[1] * 5 & mask, 7) * 9 & mask)
        t = s[1] << 17 & mask
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = turn(s[3], 45)
    return words


def uniforms(number, image, count):
    """The numbers from 0 to 1 by which layer `number` drops some of an image's in epoch 0: halves of words, the upper first."""
    words = random_words((1 << 63) + (number << 52) + image, -(-count // 2))
    return np.array([half / 2**32 for w in words for half in (w >> 32, w & 0xFFFFFFFF)][:count])


class Masks:
    """Whose numbers TensorFlow's dropout draws next: of which layer, and of which images (None: nobody's)."""
    number, rows = 0, None


def take_over_dropout():
    """TensorFlow's own dropout, by numbers of this program."""
    from tensorflow.python.ops import nn_ops
    import tensorflow as tf

    original = nn_ops._dropout

    def dropout(x, rate, noise_shape, uniform_sampler, *rest, **named):
        def sample(shape, dtype=tf.float32):
            if Masks.rows is None:
                return uniform_sampler(shape=shape, dtype=dtype)
            size = int(np.prod(x.shape[1:]))
            drawn = np.stack([uniforms(Masks.number, int(image), size) for image in Masks.rows])
            return tf.constant(np.where(drawn >= rate, 1.0, 0.0).reshape(x.shape), dtype)  # kept: not below the rate

        return original(x, rate, noise_shape, sample, *rest, **named)

    nn_ops._dropout = dropout


def dropout_of(keras, number, rate):
    class Dropout(keras.layers.Dropout):
        def call(self, inputs, training=None):
            Masks.number = number
            return super().call(inputs, training=training)

    return Dropout(rate)


# ---- networks ------------------------------------------------------------------------------------------


def activation_of(keras, names):
    """Keras 2 has no leaky_relu that it knows by name, but the function."""
    import tensorflow as tf

    name = (names or [None])[0]
    return tf.nn.leaky_relu if name == "leaky_relu" and keras.__name__ != "keras._tf_keras.keras" else name


def layer_of(keras, word, number):
    kind, _, rest = word.partition(":")
    fields = rest.split(",") if rest else []
    options = {f.split("=")[0]: f.partition("=")[2] for f in fields if f == "same" or "=" in f}
    plain = [f for f in fields if f != "same" and "=" not in f]
    size = lambda text: tuple(int(n) for n in (text.split("x") * 2)[:2])
    padding = "same" if "same" in options else "valid"
    layers = keras.layers
    if kind == "conv2d":
        return layers.Conv2D(int(plain[0]), size(plain[1]), strides=size(options.get("stride", "1")), padding=padding,
                             activation=activation_of(keras, plain[2:]))
    if kind in ("maxpool2d", "avgpool2d"):
        pool = layers.MaxPooling2D if kind == "maxpool2d" else layers.AveragePooling2D
        return pool(size(plain[0]), strides=size(options["stride"]) if "stride" in options else None, padding=padding)
    if kind == "dense":
        return layers.Dense(int(plain[0]), activation=activation_of(keras, plain[1:]))
    if kind == "activation":
        return layers.Activation(plain[0])
    if kind == "dropout":
        return dropout_of(keras, number, float(plain[0]))
    return {"flatten": layers.Flatten, "globalavgpool2d": layers.GlobalAveragePooling2D,
            "batchnorm": layers.BatchNormalization}[kind]()


def build(keras, arch):
    """The network up to the logits, and the names that this program gives its layers."""
    x = first = keras.Input(SHAPE + (1,))
    words, seen, names, layers = arch.rsplit(",softmax", 1)[0].split(), {}, [], []
    for number, word in enumerate(words):
        layer = layer_of(keras, word, number)
        base = keras_name(type(layer).__name__)
        names.append(base + (f"_{seen[base]}" if base in seen else ""))
        seen[base] = seen.get(base, 0) + 1
        layers.append(layer)
        x = layer(x)
    return keras.Model(first, x), layers, names


def keras_name(class_name):
    return {"Conv2D": "conv2d", "MaxPooling2D": "max_pooling2d", "AveragePooling2D": "average_pooling2d",
            "GlobalAveragePooling2D": "global_average_pooling2d", "BatchNormalization": "batch_normalization",
            "Flatten": "flatten", "Dense": "dense", "Activation": "activation", "Dropout": "dropout"}[class_name]


def measure(keras, tf, arch):
    """{name: array} of one network."""
    pixels, labels = draw_images(SHAPE, 5)
    x = (pixels.astype(np.float32) / np.float32(255))[..., None]
    y = np.eye(5, dtype=np.float32)[labels]
    model, layers, names = build(keras, arch)
    weights, index = [], 0
    for layer, name in zip(layers, names):
        values = []
        for w in layer.weights:
            part = w.name.split("/")[-1].split(":")[0]
            value = draw_weights(index, tuple(w.shape))
            values.append(value + np.float32(1) if part in ("gamma", "moving_variance") else value)
            weights.append((f"{name}/{part}", w))
            index += 1
        layer.set_weights(values)
    outputs = keras.Model(model.inputs, [layer.output for layer in layers])
    trained = [(n, w) for n, w in weights if "moving" not in n]
    loss_of = keras.losses.CategoricalCrossentropy(from_logits=True)
    variables = model.trainable_weights
    order = {id(v): i for i, v in enumerate(variables)}

    def gradient(rows):
        moving = [(w, w.numpy()) for n, w in weights if "moving" in n]
        Masks.rows = rows
        with tf.GradientTape() as tape:
            all_outputs = outputs(x[rows], training=True)
            loss = loss_of(y[rows], all_outputs[-1])
        found = tape.gradient(loss, variables)
        moved = [(w, w.numpy()) for w, _ in moving]
        for w, before in moving:
            w.assign(before)
        return float(loss), [found[order[id(w)]] for _, w in trained], all_outputs, moved

    out = {}
    for n in (BATCH, SHORT_BATCH):
        loss, gradients, all_outputs, _ = gradient(np.arange(n))
        out[f"loss_{n}"] = np.array([loss])
        for (name, _), g in zip(trained, gradients):
            out[f"gradient_{n}/{name}"] = g.numpy()
        if n == BATCH:
            for name, value in zip(names, all_outputs):
                if name != "flatten":
                    out["forward/" + name] = value.numpy()[:SHOWN]
    losses, rate, rows = [], np.float32(0.01), draw_order()
    for step in range(STEPS):
        loss, gradients, _, moved = gradient(rows[np.arange(step * BATCH, (step + 1) * BATCH) % IMAGES])
        losses.append(loss)
        for (_, w), g in zip(trained, gradients):
            w.assign(w.numpy() - rate * g.numpy())
        for w, value in moved:
            w.assign(value)
    out["losses"] = np.array(losses)
    for name, w in weights:
        out["after/" + name] = w.numpy()
    out["predicted/logits"] = model(x[:SHOWN], training=False).numpy()
    return out


def write_case(folder, name, arch, compat, figures):
    lines = [f"input {SHAPE[0]} {SHAPE[1]}", f"arch {arch}", "scale 1", "optimizer sgd", f"compat {compat}"]
    data = b""
    for key, values in figures.items():
        kind = "f8" if key.startswith("loss") else "f4"
        lines.append(f"array {key} {kind} 1 {values.size} {len(data)}")
        data += np.ascontiguousarray(values).ravel().astype("<" + kind).tobytes()
    with open(os.path.join(folder, name + ".txt"), "w") as f:
        f.write("\n".join(lines) + "\n")
    with open(os.path.join(folder, name + ".bin"), "wb") as f:
        f.write(data)


def main():
    import tensorflow as tf

    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("compat", choices=BOTH)
    options.add_argument("folder", nargs="?", default=os.path.join(os.path.dirname(__file__), "..", "..", "tests", "golden"))
    options = options.parse_args()
    keras = tf.keras
    take_over_dropout()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    version = keras.__version__ if hasattr(keras, "__version__") else __import__("keras").__version__
    if not version.startswith("2." if options.compat == "keras2" else "3."):
        raise SystemExit(f"this is Keras {version}, not {options.compat}")
    for name, (arch, versions) in CASES.items():
        if options.compat in versions:
            keras.backend.clear_session()
            write_case(options.folder, f"layers_{name}_{options.compat}", arch, options.compat, measure(keras, tf, arch))
    with open(os.path.join(options.folder, f"layers_{options.compat}_version.txt"), "w") as f:
        f.write(f"tensorflow {tf.__version__}\nkeras {version}\n")


if __name__ == "__main__":
    main()
