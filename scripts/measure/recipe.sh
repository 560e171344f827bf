#!/usr/bin/env bash
# The shortest way to 99 % of MNIST: `cnn train --recipe fast` with seeds 1 to 5, and the same network, batches and schedule in
# PyTorch beside it, in turns. Prints for each the accuracy on the test images, the seconds of the whole process and its CPU
# seconds, and means. PyTorch comes from PyPI into build/peers (about 5 GB), unless --venv says where it is.
# Usage: scripts/measure/recipe.sh [--threads N] [--venv DIR] [--only cnn]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
cd "$top"

threads=$(nproc)
venv=build/peers/torch
peers=(cnn torch)
while [[ $# -gt 0 ]]; do
    [[ $# -gt 1 ]] || wrong_use "$1: expected a value"
    case $1 in
    --threads) threads=$2 ;;
    --venv) venv=$2 ;;
    --only)
        [[ $2 == cnn ]] || wrong_use "--only: expected cnn, found '$2'"
        peers=(cnn)
        ;;
    *) wrong_use "unknown option '$1'" ;;
    esac
    shift 2
done

scripts/build.sh release -DBUILD_TESTING=OFF
data=${CNN_DATA:-data/mnist}
[[ -n ${CNN_DATA-} ]] || scripts/fetch-mnist.sh
if [[ ${#peers[@]} -gt 1 && ! -x $venv/bin/python ]]; then
    "${PYTHON:-python3}" -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --no-cache-dir torch==2.15.0
    touch "$venv/ready"
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# train PEER SEED: prints test accuracy in percent.
train() {
    if [[ $1 == cnn ]]; then
        build/release/cnn train --recipe fast --json --data "$data" --threads "$threads" --seed "$2" \
            --model "$scratch/model.npz" --overwrite 2>/dev/null | sed -n 's/.*"test_accuracy": \([0-9.]*\).*/\1/p'
    else
        OMP_NUM_THREADS=$threads "$venv/bin/python" -W ignore scripts/measure/peers/fast_torch.py --data "$data" \
            --threads "$threads" --seed "$2" --epochs 3 --batch-size 32 | sed -n 's/.*"accuracy": \([0-9.]*\).*/\1/p'
    fi | awk '{ printf "%.2f\n", 100 * $1 }'
}

TIMEFORMAT='%R %U %S'
printf '%-6s %5s %8s %8s %8s\n' "" seed "test %" seconds "CPU s"
for seed in 1 2 3 4 5; do
    for peer in "${peers[@]}"; do
        { time train "$peer" "$seed" >"$scratch/accuracy"; } 2>"$scratch/time"
        awk -v peer="$peer" -v seed="$seed" -v accuracy="$(cat "$scratch/accuracy")" \
            '{ printf "%-6s %5d %8.2f %8.2f %8.2f\n", peer, seed, accuracy, $1, $2 + $3 }' "$scratch/time" | tee -a "$scratch/rows"
    done
done
awk '{ n[$1]++; a[$1] += $3; s[$1] += $4; c[$1] += $5 }
    END { for (p in n) printf "%-6s  mean %8.2f %8.2f %8.2f\n", p, a[p] / n[p], s[p] / n[p], c[p] / n[p] }' "$scratch/rows"
