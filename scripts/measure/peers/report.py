"""What a peer tells compare.py: one line of JSON at the end."""

import argparse
import json


def options():
    """The options that every peer is started with."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--network", default="lesson", help="lesson, pool or lenet5")
    parser.add_argument("--compile", action="store_true", help="PyTorch: with torch.compile")
    return parser.parse_args()


def write(version, epochs_s, loss, accuracy, **more):
    """epochs_s: the seconds of each epoch; loss and accuracy are the running means of the last one."""
    print(json.dumps({"version": version, "epochs_s": epochs_s, "loss": loss, "accuracy": accuracy, **more}))
