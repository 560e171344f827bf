#!/usr/bin/env bash
# cnn train --watch: what is drawn is the network, at most ten times a second; the terminal is given back however the run ends; and
# the training is the same to the bit. tests/cli/watch.py has the checks.
# Usage: test_watch.sh CNN
set -u
cnn=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
command -v python3 >/dev/null || { echo "skipped: there is no python3 here" && exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export OMP_NUM_THREADS=1 CNN_DATA=$here/../../data/digits PYTHONDONTWRITEBYTECODE=1
python3 "$here/watch.py" "$cnn"
