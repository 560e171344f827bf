"""Trains the lesson, and its next with pooling, with cnn and its peers in turn and compares them;
scripts/measure/bench-peers.sh prepares and calls it.

Each run is a process of its own. Seconds an epoch are the median of its epochs, without the first where there are
several (Keras plans its graph there). Start-up is what the process takes beyond its epochs. Ratios are formed within a
round, where the machine was about the same for all, and their median is shown."""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = ("cnn", "torch", "compiled", "keras")
VENVS = {"compiled": "torch"}  # the others have one of their own name


def options():
    parser = argparse.ArgumentParser(prog="scripts/measure/bench-peers.sh", description="Trains the lesson and its next with "
                                     "cnn, PyTorch and Keras in turn and prints seconds an epoch, start-up, memory and ratios.")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is run (default 3)")
    parser.add_argument("--epochs", type=int, default=2, help="epochs of each run (default 2)")
    parser.add_argument("--batch", type=int, nargs="+", default=[32, 256], help="batch sizes (default 32 256)")
    parser.add_argument("--threads", default=str(os.cpu_count()),
                        help="how many each may use; best: the faster of 1 and all, by trial (default all)")
    parser.add_argument("--only", default=",".join(PEERS),
                        help="some of cnn,torch,compiled,keras (compiled: PyTorch with torch.compile)")
    parser.add_argument("--network", nargs="+", default=["lesson", "pool", "lenet5"], choices=["lesson", "pool", "lenet5"],
                        help="which networks (default: all three)")
    parser.add_argument("--data", default=os.environ.get("CNN_DATA", "data/mnist"), help="folder of IDX files")
    parser.add_argument("--venv", action="append", default=[], metavar="PEER=DIR",
                        help="the virtual environment of torch or keras, instead of one made in build/peers")
    parser.add_argument("--cnn", default="build/release/cnn", help="the program (default build/release/cnn)")
    return parser.parse_args()


def command(peer, asked, network, batch, threads):
    common = ["--data", asked.data, "--epochs", str(asked.epochs), "--batch-size", str(batch), "--threads", str(threads)]
    if peer == "cnn":
        return [asked.cnn, "train", "--arch", network, "--model", os.path.join(asked.folder, "model.npz"), "--overwrite", *common]
    program = VENVS.get(peer, peer)
    return [os.path.join(asked.venvs[program], "bin", "python"), "-W", "ignore", os.path.join(HERE, f"lesson_{program}.py"),
            "--network", network, *common, *(["--compile"] if peer == "compiled" else [])]


def child(arguments, environment):
    """Runs a process of its own; what it printed, wall seconds, CPU seconds and peak megabytes."""
    with tempfile.TemporaryFile("w+") as words:
        start = time.perf_counter()
        process = subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, stderr=words, text=True)
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - start
        if status:
            words.seek(0)
            raise SystemExit(f"{words.read()}bench-peers: failed: {' '.join(arguments)}")
    return output, wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def run(peer, asked, network, batch, threads):
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
    output, wall_s, cpu_s, peak_mb = child(command(peer, asked, network, batch, threads), environment)
    if peer == "cnn":
        rate = float(re.search(r"speed +([\d,.]+) images/s", output).group(1).replace(",", ""))
        epochs_s = [60000 / rate] * asked.epochs
    else:
        found = json.loads(output.splitlines()[-1])
        asked.versions[peer] = found["version"]
        epochs_s = found["epochs_s"]
    result = {"epoch_s": statistics.median(epochs_s[1:] or epochs_s), "start_s": wall_s - sum(epochs_s),
              "cpu_s": cpu_s / asked.epochs, "peak_mb": peak_mb}
    print(f"  {network}, batch {batch}, {peer:8} {threads} threads: epochs {' '.join(f'{s:.2f}' for s in epochs_s)} s, "
          f"{wall_s:.2f} s in all", file=sys.stderr)
    return result


def best_threads(peer, asked, network, batch):
    """The faster of one thread and all, by one run each."""
    counts = sorted({1, os.cpu_count()})
    return min(counts, key=lambda threads: run(peer, asked, network, batch, threads)["epoch_s"])


def compare(asked, network, batch):
    threads = {peer: best_threads(peer, asked, network, batch) if asked.threads == "best" else int(asked.threads)
               for peer in asked.peers}
    rounds = []
    for i in range(asked.rounds):
        turn = asked.peers[i % len(asked.peers):] + asked.peers[:i % len(asked.peers)]
        rounds.append({peer: run(peer, asked, network, batch, threads[peer]) for peer in turn})
    print(f"\n{network}, batch {batch}, {asked.epochs} epochs, medians of {asked.rounds} rounds")
    print(f"{'':8} {'threads':>8} {'s/epoch':>8} {'CPU s':>8} {'start-up s':>11} {'peak MB':>8} {'epoch / cnn':>12} {'(each)'}")
    for peer in asked.peers:
        figures = {name: statistics.median(r[peer][name] for r in rounds) for name in rounds[0][peer]}
        ratios = [r[peer]["epoch_s"] / r["cnn"]["epoch_s"] for r in rounds] if "cnn" in asked.peers else []
        ratio = f"{statistics.median(ratios):12.1f} ({' '.join(f'{x:.1f}' for x in ratios)})" if ratios else ""
        print(f"{peer:8} {threads[peer]:8} {figures['epoch_s']:8.2f} {figures['cpu_s']:8.2f} {figures['start_s']:11.2f} "
              f"{figures['peak_mb']:8.0f} {ratio}", flush=True)


def main():
    asked = options()
    asked.peers = asked.only.split(",")
    unknown = set(asked.peers) - set(PEERS)
    if unknown:
        raise SystemExit(f"bench-peers: --only: unknown {', '.join(sorted(unknown))}; known: {', '.join(PEERS)}")
    asked.venvs = dict(pair.split("=", 1) for pair in asked.venv)
    asked.versions = {}
    with tempfile.TemporaryDirectory() as asked.folder:
        for network in asked.network:
            for batch in asked.batch:
                compare(asked, network, batch)
    version = subprocess.run([asked.cnn, "--version"], capture_output=True, text=True, check=True).stdout
    print("\n" + version + "\n".join(asked.versions.values()))


if __name__ == "__main__":
    main()
