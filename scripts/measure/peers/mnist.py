"""MNIST from a folder of IDX files, raw or gzip, as bytes."""

import gzip
import os


def read(folder, split):
    """Images and labels of "train" or "t10k": the bytes behind the header, and how many images there are."""
    parts = []
    for kind, header in (("images-idx3", 16), ("labels-idx1", 8)):
        parts.append(_open(folder, f"{split}-{kind}-ubyte")[header:])
    return parts[0], parts[1], len(parts[1])


def _open(folder, name):
    for spelling in (name, name.replace("-idx", ".idx")):
        path = os.path.join(folder, spelling)
        if os.path.exists(path):
            with open(path, "rb") as file:
                return bytearray(file.read())
        if os.path.exists(path + ".gz"):
            with gzip.open(path + ".gz") as file:
                return bytearray(file.read())
    raise SystemExit(f"{folder}: no {name}, raw or .gz")
