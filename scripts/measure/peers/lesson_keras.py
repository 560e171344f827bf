"""The lesson in Keras, as the lesson has it: model.fit with everything at its default. Or its next, with pooling."""

import os
import time
from importlib import metadata

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy
import tensorflow
from tensorflow import keras

import mnist
import report


class EpochTimes(keras.callbacks.Callback):
    """The seconds of each epoch."""

    def __init__(self):
        super().__init__()
        self.epochs_s = []

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.epochs_s.append(time.perf_counter() - self.start)


# Filters and padding of each convolution, whether pooling follows, and units.
NETWORKS = {
    "lesson": ([(3, "valid"), (6, "valid")], False, [84]),
    "pool": ([(3, "valid"), (6, "valid")], True, [84]),
    "lenet5": ([(6, "same"), (16, "valid")], True, [120, 84]),
}


def model(name):
    convolutions, pooling, units = NETWORKS[name]
    h = x = keras.Input((28, 28, 1))
    for filters, padding in convolutions:
        h = keras.layers.Conv2D(filters, kernel_size=5, padding=padding, activation="swish")(h)
        h = keras.layers.MaxPooling2D(2)(h) if pooling else h
    h = keras.layers.Flatten()(h)
    for n in units:
        h = keras.layers.Dense(n, activation="swish")(h)
    y = keras.layers.Dense(10, activation="softmax")(h)
    network = keras.Model(x, y)
    network.compile(optimizer=keras.optimizers.legacy.RMSprop(), loss="categorical_crossentropy", metrics=["accuracy"])
    return network


def train(options):
    pixels, labels, n = mnist.read(options.data, "train")
    x = numpy.frombuffer(pixels, numpy.uint8).reshape(n, 28, 28, 1)
    y = keras.utils.to_categorical(numpy.frombuffer(labels, numpy.uint8), 10)
    times = EpochTimes()
    history = model(options.network).fit(x, y, epochs=options.epochs, batch_size=options.batch_size, callbacks=[times], verbose=0)
    report.write(f"Keras {metadata.version('keras')}, TensorFlow {tensorflow.__version__}", times.epochs_s,
                 history.history["loss"][-1], history.history["accuracy"][-1])


if __name__ == "__main__":
    asked = report.options()
    tensorflow.config.threading.set_intra_op_parallelism_threads(asked.threads)
    tensorflow.config.threading.set_inter_op_parallelism_threads(asked.threads)
    keras.utils.set_random_seed(1)
    train(asked)
