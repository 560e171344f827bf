#!/usr/bin/env python3
"""Writes the golden values that tests/golden/test_golden.c compares the program with, from real Keras.

    python3.11 -m venv keras && keras/bin/pip install tensorflow-cpu==2.15.1
    keras/bin/python scripts/make/golden_keras.py

    keras3/bin/pip install tensorflow-cpu keras   # in an environment of its own
    keras/bin/python scripts/make/golden_keras.py --training; keras3/bin/python scripts/make/golden_keras.py --training

The latter write training_NAME_keras2 and _keras3 for every case of TRAINING.

Writes NAME.txt and NAME.bin for every case, from_keras*.npz, versions.txt and README.md into tests/golden, or into the folder
named as argument. Inputs and weights are not stored: stream() below and its twin in the test draw them to
the same bits. The figures are those of Keras on one thread in float32. Keras is then run again in other ways
that should give the same, in float64 among them, to see how far it differs from itself.
"""
import math
import os
import subprocess
import sys
import tempfile

import numpy as np

from golden_summary import ARCHITECTURES, LESSON, build

BATCH, SHORT_BATCH, SHOWN, IMAGES, STEPS = 32, 21, 4, 320, 100
WHOLE = 4096  # arrays up to this size are stored whole
SAMPLE = 3000  # of a larger one, about this many values, beside the sums of all its rows and columns

DEEP, DENSE = ARCHITECTURES["deep"][1], ARCHITECTURES["dense"][1]

# name: (input, architecture, divide by 255, optimizer, compat)
CASES = {
    "lesson_raw_keras2": ((28, 28), LESSON, False, "rmsprop", "keras2"),
    "lesson_raw_keras3": ((28, 28), LESSON, False, "rmsprop", "keras3"),
    "lesson_scaled_keras2": ((28, 28), LESSON, True, "rmsprop", "keras2"),
    "lesson_scaled_keras3": ((28, 28), LESSON, True, "rmsprop", "keras3"),
    "deep_scaled_keras2": ((14, 12), DEEP, True, "rmsprop", "keras2"),
    "deep_scaled_sgd": ((14, 12), DEEP, True, "sgd:0.9", "keras2"),
    "deep_scaled_adam": ((14, 12), DEEP, True, "adam", "keras3"),
    "dense_raw_keras3": ((9, 11), DENSE, False, "rmsprop", "keras3"),
    "dense_scaled_adam": ((9, 11), DENSE, True, "adam", "keras2"),
    "dense_scaled_sgd": ((9, 11), DENSE, True, "sgd", "keras3"),
}

SMALL = "conv2d:2,5,relu flatten dense:8,tanh dense:7,softmax"

# What else there is to training, each by Keras 2.15 and by Keras 3: optimizer, and options of the program by their names;
# a network, where it is not SMALL.
TRAINING = {
    "nesterov": ("sgd:0.9,nesterov", {}),
    "adamw": ("adamw", {}),
    "adamw_decay": ("adamw:0.8,0.99,0.3", {}),
    "smoothing": ("adam", {"label_smoothing": 0.1}),
    "mse": ("sgd:0.9", {"loss": "mse"}),
    "mse_sigmoid": ("sgd:0.9", {"loss": "mse"}, SMALL.replace("softmax", "sigmoid")),
    "mse_linear": ("adam", {"loss": "mse", "l2": 0.01}, SMALL.replace(",softmax", "")),
    "l2": ("sgd:0.9", {"l2": 0.01}),
    "clipnorm": ("sgd:0.9", {"clipnorm": 0.1}),
    "global_clipnorm": ("sgd:0.9", {"global_clipnorm": 0.2}),
    "ema": ("adam", {"ema": 0.9}),
    "together": ("adamw", {"label_smoothing": 0.2, "l2": 0.02, "global_clipnorm": 0.3, "ema": 0.8}),
}
TRAINING_SHAPE, TRAINING_STEPS = (9, 11), 10

# How Keras is run again: name: (float type, threads, oneDNN, seed of the order within each batch)
REPEATS = {
    "base": ("float32", 1, 1, 0),
    "float64": ("float64", 1, 1, 0),
    "2 threads": ("float32", 2, 1, 0),
    "4 threads": ("float32", 4, 1, 0),
    "no oneDNN": ("float32", 1, 0, 0),
    **{f"batch order {i}": ("float32", 1, 1, i) for i in range(1, 9)},
}


# ---- the formula: the same bits here and in the test -------------------------------------------------

STREAM_PROTOTYPES, STREAM_LABELS, STREAM_IMAGES, STREAM_ORDER, STREAM_WEIGHTS = 1, 2, 3, 4, 100


def mix(z):
    """The finish of SplitMix64, over arrays."""
    z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return z ^ z >> np.uint64(31)


def stream(number, count):
    """The first count numbers 0 .. 2^24 - 1 of a stream: SplitMix64 seeded by its number, upper 24 bits."""
    steps = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    key = mix(np.array([number], dtype=np.uint64))
    return (mix(key + steps) >> np.uint64(40)).astype(np.int64)


def draw_images(shape, classes):
    """Three strokes an image, 17 dots each, in eighths of a pixel; ends set by the class, shaken by the image."""
    height, width = shape
    size = np.array([height, width] * 6) * 8
    prototypes = stream(STREAM_PROTOTYPES, classes * 12).reshape(classes, 12) % (size * 2 // 3) + size // 6
    labels = stream(STREAM_LABELS, IMAGES) % classes
    shake = stream(STREAM_IMAGES, IMAGES * 12).reshape(IMAGES, 12) % (size // 6 + 1) - size // 12
    ends = (prototypes[labels] + shake).reshape(IMAGES, 3, 2, 2)  # image, stroke, end, (y, x)
    k = np.arange(17).reshape(17, 1)
    dots = (ends[:, :, None, 0] * (16 - k) + ends[:, :, None, 1] * k) // 16
    dots = dots.reshape(IMAGES, 51, 2)
    best = np.full((IMAGES, height, width), 1 << 20)
    for d in range(51):
        dy = np.arange(height).reshape(1, -1, 1) * 8 + 4 - dots[:, d, 0].reshape(-1, 1, 1)
        dx = np.arange(width).reshape(1, 1, -1) * 8 + 4 - dots[:, d, 1].reshape(-1, 1, 1)
        best = np.minimum(best, dy * dy + dx * dx)
    return np.clip(320 - 2 * best, 0, 255).astype(np.uint8), labels


def draw_order():
    """Fisher-Yates over the images."""
    order, numbers = np.arange(IMAGES), stream(STREAM_ORDER, IMAGES)
    for i in range(IMAGES, 1, -1):
        k = numbers[i - 1] % i
        order[i - 1], order[k] = order[k], order[i - 1]
    return order


def draw_weights(index, shape):
    """Uniform within the Glorot limit; a bias within 0.05, so that its effect is seen."""
    if len(shape) == 1:
        limit = np.float32(0.05)
    else:
        area = math.prod(shape[:-2])
        limit = np.float32(math.sqrt(6 / (area * shape[-2] + area * shape[-1])))
    whole = stream(STREAM_WEIGHTS + index, math.prod(shape)) - (1 << 23)
    return (whole.astype(np.float32) * np.float32(2**-23) * limit).reshape(shape)


# ---- one case on Keras -------------------------------------------------------------------------------


def make_optimizer(text, compat):
    import tensorflow as tf

    word, _, momentum = text.partition(":")
    module = tf.keras.optimizers.legacy if compat == "keras2" else tf.keras.optimizers
    if word == "rmsprop":
        return module.RMSprop()
    return module.SGD(momentum=float(momentum or 0)) if word == "sgd" else module.Adam()


def set_weights(model, float_type):
    model.set_weights([draw_weights(i, w.shape).astype(float_type) for i, w in enumerate(model.weights)])


def gradients_of(model, x, y):
    import tensorflow as tf

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = model.compute_loss(x, y, model(x, training=True))
        return loss, tape.gradient(loss, model.trainable_weights)

    loss, gradients = step(x, y)
    return float(loss), [g.numpy() for g in gradients]


def measure(case, repeat):
    """All figures of one case: {name: array}."""
    import tensorflow as tf

    shape, arch, scale, optimizer, compat = case
    float_type, _, _, shuffle = repeat
    pixels, labels = draw_images(shape, int(arch.split(":")[-1].split(",")[0]))
    x = pixels.astype(float_type)[..., None] / (np.array(255, float_type) if scale else np.array(1, float_type))
    y = np.eye(labels.max() + 1, dtype=float_type)[labels]

    tf.keras.backend.clear_session()
    model = build(tf.keras, shape + (1,), arch)
    model.compile(optimizer=make_optimizer(optimizer, compat), loss="categorical_crossentropy")
    set_weights(model, float_type)
    names = [w.name.split(":")[0] for w in model.weights]
    out = {}
    for layer in model.layers[1:]:
        out["forward/" + layer.name] = tf.keras.Model(model.inputs, layer.output)(x[:SHOWN]).numpy()
    logits = build(tf.keras, shape + (1,), arch.rsplit(",softmax", 1)[0])
    logits.set_weights(model.get_weights())
    out["forward/logits"] = logits(x[:SHOWN]).numpy()

    rng = np.random.default_rng(shuffle)
    mixed = (lambda rows: rng.permutation(rows)) if shuffle else (lambda rows: rows)
    for n in (BATCH, SHORT_BATCH):
        rows = mixed(np.arange(n))
        loss, gradients = gradients_of(model, x[rows], y[rows])
        out[f"loss_{n}"] = np.array([loss])
        out.update({f"gradient_{n}/{name}": g for name, g in zip(names, gradients)})

    order, losses = draw_order(), []
    for step in range(STEPS):
        rows = mixed(order[np.arange(step * BATCH, (step + 1) * BATCH) % IMAGES])
        losses.append(model.train_on_batch(x[rows], y[rows]))
        if step == 0:
            out.update({f"update/{name}": w - draw_weights(i, w.shape).astype(float_type)
                        for i, (name, w) in enumerate(zip(names, model.get_weights()))})
    out["losses"] = np.array(losses, dtype=np.float64)
    return out


def training_optimizer(keras, text, options):
    """The optimizer of the program's text and options."""
    word, _, rest = text.partition(":")
    numbers = [float(n) for n in rest.split(",") if n and n != "nesterov"]
    common = {key: options[key] for key in ("clipnorm", "global_clipnorm") if key in options}
    if "ema" in options:
        common.update(use_ema=True, ema_momentum=options["ema"])
    if word == "sgd":
        return keras.optimizers.SGD(momentum=(numbers or [0])[0], nesterov="nesterov" in text, **common)
    common.update(zip(("beta_1", "beta_2", "weight_decay"), numbers))
    return (keras.optimizers.AdamW if word == "adamw" else keras.optimizers.Adam)(**common)


def training_model(keras, optimizer, options, arch):
    regularizer = keras.regularizers.L2(options["l2"]) if "l2" in options else None
    model = build(keras, TRAINING_SHAPE + (1,), arch, kernel_regularizer=regularizer)
    loss = (keras.losses.MeanSquaredError() if options.get("loss") == "mse" else
            keras.losses.CategoricalCrossentropy(label_smoothing=options.get("label_smoothing", 0)))
    model.compile(optimizer=training_optimizer(keras, optimizer, options), loss=loss, jit_compile=False)
    set_weights(model, "float32")
    return model


def measure_training(keras, optimizer, options, arch):
    """All figures of a case of TRAINING."""
    pixels, labels = draw_images(TRAINING_SHAPE, 7)
    x, y = pixels.astype("float32")[..., None] / np.float32(255), np.eye(7, dtype="float32")[labels]
    keras.backend.clear_session()
    model = training_model(keras, optimizer, options, arch)
    names = [f"{layer.name}/{weight}" for layer in model.layers if layer.weights for weight in ("kernel", "bias")]
    before, out, losses, order = model.get_weights(), {}, [], draw_order()
    last = model.layers[-1].name
    out["forward/" + last] = model(x[:SHOWN]).numpy()
    loss, gradients = gradients_of(model, x[:BATCH], y[:BATCH])
    out[f"loss_{BATCH}"] = np.array([loss])
    out.update({f"gradient_{BATCH}/{name}": g for name, g in zip(names, gradients)})
    for step in range(TRAINING_STEPS):
        rows = order[np.arange(step * BATCH, (step + 1) * BATCH) % IMAGES]
        model.reset_metrics()
        losses.append(float(np.ravel(model.train_on_batch(x[rows], y[rows]))[0]))
        if step == 0:
            out.update({f"update/{name}": w - b for name, w, b in zip(names, model.get_weights(), before)})
    if "ema" in options:
        model.optimizer.finalize_variable_values(model.trainable_variables)  # as fit() does in the end
    out.update({f"final/{name}": w for name, w in zip(names, model.get_weights())})
    out["losses"] = np.array(losses, dtype=np.float64)
    return out


def write_training(folder):
    """The cases of TRAINING by the Keras that is installed."""
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    compat = "keras" + keras.__version__[0]
    for name, (optimizer, options, *arch) in TRAINING.items():
        case = (TRAINING_SHAPE, *(arch or [SMALL]), True, optimizer, compat)
        bounds = {check: (bound, 0, "") for check, (bound, _) in CHECKS.items()}
        figures = measure_training(tf.keras, optimizer, options, case[1])
        write_case(folder, f"training_{name}_{compat}", case, figures, bounds, options)
    with open(os.path.join(folder, f"training_{compat}.txt"), "w") as f:
        f.write(f"python {sys.version.split()[0]}\nnumpy {np.__version__}\ntensorflow {tf.__version__}\nkeras {keras.__version__}\n")


def worker(repeat_name, path):
    """Runs in a process of its own: threads, oneDNN and float type hold for a whole process."""
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")
    float_type, threads, _, _ = REPEATS[repeat_name]
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.keras.backend.set_floatx(float_type)
    np.savez(path, **{f"{name}|{key}": value for name, case in CASES.items()
                      for key, value in measure(case, REPEATS[repeat_name]).items()})


def run_all():
    """{repeat: {case: {name: array}}}"""
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for repeat, (_, _, onednn, _) in REPEATS.items():
            path = os.path.join(folder, "out.npz")
            environment = dict(os.environ, TF_ENABLE_ONEDNN_OPTS=str(onednn), TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
            subprocess.run([sys.executable, __file__, "--worker", repeat, path], check=True, env=environment)
            results[repeat] = {name: {} for name in CASES}
            for key, value in np.load(path).items():
                name, part = key.split("|")
                results[repeat][name][part] = value
            print("done:", repeat, file=sys.stderr)
    return results


def parts_of(key, array):
    """What is compared and stored of an array: [(name, stride, values)], sums in float64 under stride 0."""
    if array.size <= WHOLE or key.startswith("forward/"):
        return [(key, 1, array.ravel())]
    matrix = array.reshape(-1, array.shape[-1]).astype(np.float64)
    stride = -(-array.size // SAMPLE)
    while math.gcd(stride, array.size) > 1:
        stride += 1
    return [(key, stride, array.ravel()[::stride]),
            (key + "#rows", 0, matrix.sum(axis=1)), (key + "#columns", 0, matrix.sum(axis=0))]


def all_parts(figures):
    """Flatten is left out: it is the layer before it, seen as a vector."""
    return [part for key, array in figures.items() if key != "forward/flatten" for part in parts_of(key, array)]


# ---- distances and bounds ----------------------------------------------------------------------------


def distance(a, b):
    """|a - b| / |b| in the 2-norm."""
    b = b.astype(np.float64)
    return float(np.linalg.norm(a - b) / max(np.linalg.norm(b), 1e-300))


def spread(results, name, prefix):
    """Largest distance of any repeat from the base over the parts whose names start so: (distance, repeat)."""
    base = all_parts(results["base"][name])
    return max((distance(values, expected), repeat) for repeat in results if repeat != "base"
               for (key, _, values), (_, _, expected) in zip(all_parts(results[repeat][name]), base)
               if key.startswith(prefix))


def loss_spread(results, name, first, last):
    """The same for the losses of steps first .. last, counted from 1, each relative to the base's (or to 1e-6)."""
    base = results["base"][name]["losses"][first - 1:last]
    return max((float(np.max(np.abs(results[repeat][name]["losses"][first - 1:last] - base) / np.maximum(base, 1e-6))), repeat)
               for repeat in results if repeat != "base")


# What is compared, the bound that the comparison starts from, and how far Keras is from itself there.
CHECKS = {
    "forward": (1e-5, lambda r, n: spread(r, n, "forward/")),
    "gradient": (1e-5, lambda r, n: spread(r, n, "gradient_")),
    "update": (1e-4, lambda r, n: spread(r, n, "update/")),
    "losses": (1e-4, lambda r, n: loss_spread(r, n, 1, 10)),
}


def bounds_of(results, name):
    """{check: (bound, own distance, repeat)}: the bound is what Keras itself keeps, where that is more."""
    found = {}
    for check, (bound, measure_spread) in CHECKS.items():
        own, repeat = measure_spread(results, name)
        found[check] = (max(bound, own), own, repeat)
    return found


# ---- from Keras to here ------------------------------------------------------------------------------


def write_from_keras(folder):
    """Runs the lines of docs/model-file.md on a real model: from_keras.npz is what they write, from_keras_answers.npz some
    images and what Keras makes of them."""
    import tensorflow as tf

    with open(os.path.join(os.path.dirname(__file__), "../../docs/model-file.md")) as f:
        lines = f.read().split("## From Keras to here")[1].split("```python\n")[1].split("```")[0]
    tf.keras.backend.clear_session()
    model = build(tf.keras, (9, 8, 1), "conv2d:3,3x2,swish conv2d:2,3x3,relu flatten dense:6,tanh dense:4,softmax")
    set_weights(model, "float32")
    home = os.getcwd()
    os.chdir(folder)
    exec(lines, {"model": model})
    os.replace("keras.npz", "from_keras.npz")
    pixels, labels = draw_images((9, 8), 4)
    pixels, labels = pixels[:20], labels[:20].astype(np.uint8)
    probabilities = model(pixels[..., None].astype("float32")).numpy()
    np.savez("from_keras_answers.npz", pixels=pixels, labels=labels, probabilities=probabilities)
    os.chdir(home)


# ---- files -------------------------------------------------------------------------------------------


def figures_to_store(name, figures):
    """Forward and gradients are stored with the first case of the same network and input alone."""
    first = next(other for other in CASES if CASES[other][:3] == CASES[name][:3])
    return figures if first == name else {k: v for k, v in figures.items() if k.startswith(("update/", "losses"))}


def write_case(folder, name, case, figures, bounds, options={}):
    (height, width), arch, scale, optimizer, compat = case
    lines = [f"input {height} {width}", f"arch {arch}", f"scale {int(scale)}", f"optimizer {optimizer}", f"compat {compat}"]
    lines += [f"{key} {value}" for key, value in options.items()]
    lines += [f"bound {check} {bound:.3e}" for check, (bound, _, _) in bounds.items()]
    data = b""
    for key, stride, values in all_parts(figures):
        kind = "f8" if stride == 0 or key.startswith("loss") else "f4"
        lines.append(f"array {key} {kind} {stride} {values.size} {len(data)}")
        data += values.astype("<" + kind).tobytes()
    with open(os.path.join(folder, name + ".txt"), "w") as f:
        f.write("\n".join(lines) + "\n")
    with open(os.path.join(folder, name + ".bin"), "wb") as f:
        f.write(data)


def epsilon_of(optimizer):
    """Where RMSprop adds its epsilon, from one step with a gradient so small that it matters."""
    import tensorflow as tf

    w, g = tf.Variable([1.0], dtype=tf.float32), 1e-4
    optimizer.apply_gradients([(tf.constant([g], dtype=tf.float32), w)])
    step, v = 1 - float(w[0]), 0.1 * g * g
    outside, inside = 1e-3 * g / (math.sqrt(v) + 1e-7), 1e-3 * g / math.sqrt(v + 1e-7)
    for formula, expected in (("lr g / (sqrt(v) + 1e-7)", outside), ("lr g / sqrt(v + 1e-7)", inside)):
        if abs(step / expected - 1) < 1e-3:
            return f"w -= {formula} (a step of {step:.6e}; {expected:.6e} by the formula)"
    raise SystemExit(f"RMSprop fits no known formula: a step of {step}, {outside} or {inside} expected")


def write_versions(folder):
    import keras
    import tensorflow as tf

    with open(os.path.join(folder, "versions.txt"), "w") as f:
        f.write(f"python {sys.version.split()[0]}\nnumpy {np.__version__}\ntensorflow {tf.__version__}\nkeras {keras.__version__}\n")
        f.write("keras2: tf.keras.optimizers.legacy.RMSprop: " + epsilon_of(make_optimizer("rmsprop", "keras2")) + "\n")
        f.write("keras3: tf.keras.optimizers.RMSprop: " + epsilon_of(make_optimizer("rmsprop", "keras3")) + "\n")


README = """# Golden values from real Keras

Written by `scripts/make/golden_keras.py` (versions in `versions.txt`) and by `scripts/make/golden_summary.py` (`summary_*.txt`,
versions in `summary_versions.txt`). `test_golden.c` compares the program with them.

`NAME.txt` says what the case is, the bounds, and where each array lies in `NAME.bin` (little-endian):
`array NAME TYPE STRIDE COUNT OFFSET`. STRIDE 1: the whole array. STRIDE k: every k-th value; the sums of all rows and
columns follow as `#rows` and `#columns` (the last dimension is the column), so that every weight is in two sums.
Forward and gradients of cases that differ in the optimizer alone are stored with the first of them.

| array | what it is |
|---|---|
| `forward/LAYER` | output of every layer for the first {shown} images; `logits` is the last one before its softmax |
| `gradient_{batch}/WEIGHT`, `loss_{batch}` | gradient and loss for the first {batch} images; likewise `_{short}`, no multiple of 16 |
| `update/WEIGHT` | weights after one step less those before it |
| `losses` | losses of {steps} steps of {batch} of the {images} images, always in the same order |

`training_NAME_keras2` and `_keras3` are what Keras 2.15 and Keras 3 (`training_keras2.txt`, `training_keras3.txt`) make of ten steps of
one small network with each further loss, optimizer and option; `final/WEIGHT` are the weights in the end, as `fit` leaves them.

`layers_NAME_keras2` and `_keras3`, by `scripts/make/golden_layers.py` (`layers_keras2_version.txt`, `layers_keras3_version.txt`), are
small networks of the other layers and activations: `forward/LAYER` in training, `gradient_`, `losses` of ten steps of plain SGD, `after/WEIGHT`
then, moving averages too, and `predicted/logits`. Keras's dropout is given this program's random numbers; all else of it is its own. `test_layers.c`
compares them.

## How far Keras differs from itself

The base is float32 on one thread. The same figures were computed in float64, on 2 and 4 threads, without oneDNN, and
with the images of each batch in {orders} other orders, none of which changes the mathematics. The largest distance from the base, and
which of these gave it: for arrays in the 2-norm, relative to the norm of the array; for losses relative, of any step (relative to 1e-6
where the loss is less: the hundredth of dense_raw_keras3 is 0, so that figure only says that others are not).

| case | losses 1, 10, 100 | forward | gradients | first update | losses 1 to 10 | loss 100 |
|---|---|---|---|---|---|---|
"""

BOUNDS = """
Bounds of the test: forward and gradients 1e-5, first update and first ten losses 1e-4, except where Keras itself keeps no such
distance; there the bound is its own largest distance. RMSprop's first step is 0.00316 times the sign of the gradient, whatever
its size, so a weight whose gradient is rounding noise goes either way; later steps magnify that.

"""


def write_readme(folder, results, bounds):
    text = README.format(shown=SHOWN, batch=BATCH, short=SHORT_BATCH, steps=STEPS, images=IMAGES,
                         orders=sum("order" in repeat for repeat in REPEATS))
    for name in CASES:
        cells = [f"{own:.1e} ({repeat})" for _, own, repeat in bounds[name].values()]
        last, repeat = loss_spread(results, name, STEPS, STEPS)
        losses = ", ".join(f"{results['base'][name]['losses'][i - 1]:.4g}" for i in (1, 10, 100))
        text += f"| {name} | {losses} | " + " | ".join(cells) + f" | {last:.1e} ({repeat}) |\n"
    text += BOUNDS
    for name in CASES:
        for check, (bound, own, repeat) in bounds[name].items():
            if bound > CHECKS[check][0]:
                text += f"- {name}, {check}: {bound:.1e}, as far as Keras differs from itself ({repeat})\n"
    with open(os.path.join(folder, "README.md"), "w") as f:
        f.write(text)
    print(text)


def main():
    if sys.argv[1:2] == ["--worker"]:
        return worker(sys.argv[2], sys.argv[3])
    training = sys.argv[1:2] == ["--training"]
    if training:
        sys.argv.pop(1)
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..", "..", "tests", "golden")
    os.makedirs(folder, exist_ok=True)
    if training:
        return write_training(folder)
    write_versions(folder)
    write_from_keras(folder)
    results = run_all()
    bounds = {name: bounds_of(results, name) for name in CASES}
    for name in CASES:
        write_case(folder, name, CASES[name], figures_to_store(name, results["base"][name]), bounds[name])
    write_readme(folder, results, bounds)


if __name__ == "__main__":
    main()
