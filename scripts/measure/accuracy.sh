#!/usr/bin/env bash
# Trains the lesson's network for ten epochs on MNIST's raw pixels, with seeds 301 to 315 and both rules of RMSprop, and prints
# what each seed gives beside what real Keras gave with the same seed: loss of the first and the last epoch, accuracy on the
# training images in the last epoch, accuracy on the test images. Seeds mean other numbers there, so that rows cannot be
# compared, only means. Builds and fetches what is missing; takes some minutes.
# Usage: scripts/measure/accuracy.sh [--threads N]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
cd "$top"

options=("$@")
[[ $# -eq 0 || ($# -eq 2 && $1 == --threads) ]] || wrong_use "unexpected '$*'; expected --threads N or nothing"

# Test accuracy in percent of Keras 2.15 (TensorFlow 2.15.1): the lesson's network, raw pixels, batch 32, ten epochs, after
# keras.utils.set_random_seed(301), 302 ... 315. The seeds were fixed beforehand, and none was left out.
seeds=(301 302 303 304 305 306 307 308 309 310 311 312 313 314 315)
# tf.keras.optimizers.legacy.RMSprop, the rule of Keras up to 2.10: epsilon outside the root
keras2=(98.15 97.65 97.07 97.88 97.64 98.02 98.19 97.70 98.24 97.73 97.68 97.96 97.61 97.32 97.62)
# tf.keras.optimizers.RMSprop, the rule of 2.11 and later: epsilon inside
keras3=(98.17 97.47 97.88 98.07 97.82 97.79 97.75 97.75 97.98 97.88 97.92 97.96 97.78 97.37 97.91)

scripts/build.sh release -DBUILD_TESTING=OFF
cnn=build/release/cnn
data=${CNN_DATA:-data/mnist}
[[ -n ${CNN_DATA-} ]] || scripts/fetch-mnist.sh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# score COMPAT SEED: one run, as "first loss, last loss, training accuracy, test accuracy"; accuracies in percent.
score() {
    local test
    "$cnn" train --epochs 10 --compat "$1" --verbose 0 --data "$data" --model "$scratch/model.npz" --overwrite \
        --history "$scratch/history.csv" --seed "$2" ${options[@]+"${options[@]}"}
    test=$("$cnn" evaluate --csv --data "$data" --model "$scratch/model.npz" | awk -F, '$1 == "accuracy" { print $4 }')
    awk -F, -v test="$test" '
        NR == 2 { first = $2 }
        END { printf "%.4f %.4f %.2f %.2f\n", first, $2, 100 * $3, 100 * test }' "$scratch/history.csv"
}

# series COMPAT KERAS...: a table with a row for each seed, then means, spreads (standard deviation of a sample) and medians.
series() {
    local compat=$1 seed row
    shift
    printf '%s\n  seed  loss, epoch 1  epoch 10  training %%   test %%   Keras %%\n' "--compat $compat"
    for seed in "${seeds[@]}"; do
        read -ra row < <(score "$compat" "$seed")
        printf '%6d %14s %9s %11s %8s %9s\n' "$seed" "${row[@]}" "$1"
        echo "${row[3]} $1" >>"$scratch/$compat"
        shift
    done
    awk '
        { a[++n] = $1 }
        { b[++m] = $2 }
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
            error = sqrt((spread(a, n) ^ 2 + spread(b, m) ^ 2) / n) # before median sorts them
            row("median", median(a, n), median(b, m))
            printf "difference of means: %+.2f percentage points, standard error %.2f\n", difference, error
        }' "$scratch/$compat"
}

series keras2 "${keras2[@]}"
echo
series keras3 "${keras3[@]}"
