#!/usr/bin/env bash
# Trains the lesson's network for ten epochs on MNIST, with raw pixels (seeds 1 to 5) and with pixels divided by 255 (seeds
# 1 to 3), and prints what each seed gives beside what Keras 2.15 gave: loss of the first and the last epoch, accuracy on
# the training images in the last epoch, accuracy on the test images. Builds and fetches what is missing.
# Usage: scripts/accuracy.sh [OPTION OF cnn train...]   such as --threads 1
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Test accuracy in percent of real Keras 2.15 (RMSprop, batch 32, ten epochs), seeds 1, 2, ...
keras_raw=(97.33 98.07 97.62 98.17 98.22)
keras_scaled=(98.54 98.64 98.70)

case ${1-} in
-h | --help)
    sed -n '2,5s/^# //p' "${BASH_SOURCE[0]}"
    exit
    ;;
esac

scripts/build.sh release -DBUILD_TESTING=OFF
cnn=build/release/cnn
data=${CNN_DATA:-data/mnist}
[[ -n ${CNN_DATA-} ]] || scripts/fetch-mnist.sh
options=("$@")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# score SEED [FLAG]: one run, as "first loss, last loss, training accuracy, test accuracy"; accuracies in percent.
score() {
    local test
    "$cnn" train --epochs 10 --verbose 0 --data "$data" --model "$scratch/model.npz" \
        --history "$scratch/history.csv" --seed "$@" ${options[@]+"${options[@]}"}
    test=$("$cnn" evaluate --csv --data "$data" --model "$scratch/model.npz" | awk -F, '$1 == "accuracy" { print $4 }')
    awk -F, -v test="$test" '
        NR == 2 { first = $2 }
        END { printf "%.4f %.4f %.2f %.2f\n", first, $2, 100 * $3, 100 * test }' "$scratch/history.csv"
}

# series TITLE FLAG KERAS...: a table with a row for each seed, then means and spreads (standard deviation of a sample).
series() {
    local title=$1 flag=$2 seed=0 theirs row
    shift 2
    printf '%s\n  seed  loss, epoch 1  epoch 10  training %%   test %%   Keras %%\n' "$title"
    for theirs in "$@"; do
        seed=$((seed + 1))
        read -ra row < <(score "$seed" ${flag:+"$flag"})
        printf '%6d %14s %9s %11s %8s %9s\n' "$seed" "${row[@]}" "$theirs"
        echo "${row[3]} $theirs" >>"$scratch/$title"
    done
    awk '
        { n++; a += $1; b += $2; aa += $1 * $1; bb += $2 * $2 }
        function spread(sum, squares) { return sqrt((squares - sum * sum / n) / (n - 1)) }
        END {
            printf "%6s %45.2f %9.2f\n%6s %45.2f %9.2f\n", "mean", a / n, b / n, "spread", spread(a, aa), spread(b, bb)
            printf "difference of means: %+.2f points\n", (a - b) / n
        }' "$scratch/$title"
}

series "raw pixels, 0 to 255" "" "${keras_raw[@]}"
echo
series "pixels divided by 255" --scale "${keras_scaled[@]}"
