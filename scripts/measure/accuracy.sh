#!/usr/bin/env bash
# Trains the lesson's network for ten epochs on MNIST, with raw pixels (seeds 1 to 10) and with pixels divided by 255 (seeds
# 1 to 3), and prints what each seed gives beside what Keras 2.15 gave: loss of the first and the last epoch, accuracy on
# the training images in the last epoch, accuracy on the test images. Keras 2.15 adds epsilon inside the root, hence
# --compat keras3. Builds and fetches what is missing.
# Usage: scripts/measure/accuracy.sh [--threads N]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
cd "$top"

options=("$@")
[[ $# -eq 0 || ($# -eq 2 && $1 == --threads) ]] || wrong_use "unexpected '$*'; expected --threads N or nothing"

# Test accuracy in percent of real Keras 2.15 (RMSprop, batch 32, ten epochs), seeds 1, 2, ...
keras_raw=(97.33 98.07 97.62 98.17 98.22)
keras_scaled=(98.54 98.64 98.70)

scripts/build.sh release -DBUILD_TESTING=OFF
cnn=build/release/cnn
data=${CNN_DATA:-data/mnist}
[[ -n ${CNN_DATA-} ]] || scripts/fetch-mnist.sh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# score SEED [FLAG]: one run, as "first loss, last loss, training accuracy, test accuracy"; accuracies in percent.
score() {
    local test
    "$cnn" train --epochs 10 --compat keras3 --verbose 0 --data "$data" --model "$scratch/model.npz" \
        --history "$scratch/history.csv" --seed "$@" ${options[@]+"${options[@]}"}
    test=$("$cnn" evaluate --csv --data "$data" --model "$scratch/model.npz" | awk -F, '$1 == "accuracy" { print $4 }')
    awk -F, -v test="$test" '
        NR == 2 { first = $2 }
        END { printf "%.4f %.4f %.2f %.2f\n", first, $2, 100 * $3, 100 * test }' "$scratch/history.csv"
}

# series TITLE FLAG SEEDS KERAS...: a table with a row for each seed, then means, medians and spreads (standard deviation of a
# sample). There may be fewer figures of Keras than seeds.
series() {
    local title=$1 flag=$2 seeds=$3 seed theirs row
    shift 3
    printf '%s\n  seed  loss, epoch 1  epoch 10  training %%   test %%   Keras %%\n' "$title"
    for ((seed = 1; seed <= seeds; seed++)); do
        theirs=${!seed-}
        read -ra row < <(score "$seed" ${flag:+"$flag"})
        printf '%6d %14s %9s %11s %8s %9s\n' "$seed" "${row[@]}" "${theirs:--}"
        echo "${row[3]} ${theirs:--}" >>"$scratch/$title"
    done
    awk '
        { a[++n] = $1 }
        $2 != "-" { b[++m] = $2 }
        function mean(v, n,    i, sum) { for (i = 1; i <= n; i++) sum += v[i]; return sum / n }
        function spread(v, n,    i, at, sum) {
            at = mean(v, n)
            for (i = 1; i <= n; i++) sum += (v[i] - at) ^ 2
            return sqrt(sum / (n - 1))
        }
        function median(v, n,    i, k, t) { # sorts v
            for (i = 2; i <= n; i++)
                for (k = i; k > 1 && v[k - 1] > v[k]; k--) { t = v[k]; v[k] = v[k - 1]; v[k - 1] = t }
            return (v[int((n + 1) / 2)] + v[int(n / 2) + 1]) / 2
        }
        function row(name, x, y) { printf "%6s %45.2f %9.2f\n", name, x, y }
        END {
            row("mean", mean(a, n), mean(b, m))
            row("spread", spread(a, n), spread(b, m))
            difference = mean(a, n) - mean(b, m)
            row("median", median(a, n), median(b, m))
            printf "difference of means: %+.2f points\n", difference
        }' "$scratch/$title"
}

series "raw pixels, 0 to 255" "" 10 "${keras_raw[@]}"
echo
series "pixels divided by 255" --scale 3 "${keras_scaled[@]}"
