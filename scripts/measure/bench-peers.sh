#!/usr/bin/env bash
# Trains the lesson, `pool` and `lenet5` with cnn, PyTorch, PyTorch compiled (torch.compile) and Keras in turn, in one run, and
# prints seconds an epoch, start-up (compiling goes there), peak memory and the ratios. The peers come from PyPI into virtual
# environments in build/peers (PyTorch about 5 GB, Keras 2 GB).
# Usage: scripts/measure/bench-peers.sh [--rounds N] [--epochs N] [--batch N...] [--network NAME...] [--threads N|best]
#                               [--only cnn,torch,compiled,keras]
#                               [--data DIR] [--venv PEER=DIR]... [--cnn PROGRAM]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
cd "$top"

declare -A packages=([torch]="torch==2.15.0" [keras]="tensorflow-cpu==2.15.1")
python=${PYTHON:-python3}
only=cnn,torch,compiled,keras
given=
own_program=
own_data=${CNN_DATA-}
arguments=("$@")
for ((i = 0; i < $#; i++)); do
    case ${arguments[i]} in
    --only) only=${arguments[i + 1]-} ;;
    --venv) given+=" ${arguments[i + 1]-}" ;;
    --cnn) own_program=yes ;;
    --data) own_data=yes ;;
    --rounds | --epochs | --batch | --threads | --network) ;;
    -*) wrong_use "unknown option '${arguments[i]}'" ;;
    esac
done

# make_venv PEER: fills build/peers/PEER, once.
make_venv() {
    local folder=build/peers/$1
    [[ ! -e $folder/ready ]] || return 0
    echo "bench-peers: installing ${packages[$1]} into $folder" >&2
    "$python" -m venv --clear "$folder"
    if ! "$folder/bin/pip" install --quiet --no-cache-dir "${packages[$1]}"; then
        echo "bench-peers: could not install ${packages[$1]} for $("$python" --version)" >&2
        [[ $1 != keras ]] || echo "hint: it needs Python 3.9 to 3.11: PYTHON=python3.11 $0" >&2
        exit 1
    fi
    touch "$folder/ready"
}

[[ -n $own_program ]] || scripts/build.sh release
[[ -n $own_data || -d data/mnist ]] || scripts/fetch-mnist.sh
for peer in torch keras; do
    if [[ ($peer == torch && ,$only, == *,compiled,* || ,$only, == *,$peer,*) && $given != *" $peer="* ]]; then
        make_venv "$peer"
        arguments+=(--venv "$peer=build/peers/$peer")
    fi
done
exec "$python" scripts/measure/peers/compare.py "${arguments[@]}"
