#!/usr/bin/env bash
# The whole lesson: installs what is missing, builds, gets the data, trains for ten epochs, and shows the model and its
# first five predictions. May be run again: what is there is not made anew, only the training is. Nothing is fetched where CNN_DATA
# says which data to take.
# Usage: scripts/quickstart.sh
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$top"
takes_no_words "$@"

cnn=build/release/cnn

show() {
    printf '\n$ cnn %s\n' "$*"
    "$cnn" "$@"
}

scripts/setup.sh run
echo "quickstart: building $cnn"
scripts/build.sh release -DBUILD_TESTING=OFF
[[ -n ${CNN_DATA-} ]] || scripts/fetch-mnist.sh ||
    echo "quickstart: MNIST could not be fetched; going on with the digits that cnn draws by itself"
show summary
show train --epochs 10
show predict --first 5
