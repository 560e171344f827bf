#!/usr/bin/env bash
# The rooms of the code: base < npz < picture < data < kernels < nn < train < explain < show < export < tools < cli. A file includes
# its own room and the ones before it, and cnn.h; picture knows base alone; src/cli includes cnn.h and its own headers
# alone. Prints each #include that breaks this, as FILE:LINE: WHAT.
# Usage: scripts/check/include-order.sh [FOLDER that holds src/ and include/]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
[[ $# -lt 2 && -d ${1:-$top}/src ]] || wrong_use "unexpected '$*'; expected a folder that holds src/"
cd "${1:-$top}"

rooms=(base npz picture data kernels nn train explain show export tools cli)

# room_number WORD: sets number to its place in the rooms, to "" for a word that is none.
room_number() {
    local i
    number=
    for i in "${!rooms[@]}"; do
        [[ ${rooms[i]} != "$1" ]] || number=$i
    done
}

# judge FILE NAME: sets what to what is wrong with FILE including NAME, to "" if all is well.
judge() {
    local file=$1 name=$2 own other target=src/$2 own_number
    what=
    [[ $name != cnn.h ]] || return 0
    [[ $file == src/* ]] || { what="the public header stands alone, but includes $name" && return; }
    [[ $name != *..* ]] || { what="$name is not written from src/" && return; }
    [[ ! -e ${file%/*}/$name ]] || target=${file%/*}/$name # a name without a room means the same folder
    own=${file#src/} own=${own%%/*}
    other=${target#src/} other=${other%%/*}
    room_number "$own" && own_number=$number
    room_number "$other"
    if [[ -z $number || ! -e $target ]]; then
        what="there is no $name"
    elif [[ $own == cli && $other != cli ]]; then
        what="the program is a client of cnn.h, but includes $name"
    elif [[ $own == picture && $other == npz ]]; then
        what="picture knows base alone, but includes $name"
    elif [[ $number -gt $own_number ]]; then
        what="$own comes before $other, but includes $name"
    fi
}

broken=0
while IFS=: read -r file line text; do
    name=${text#*[\"<]} name=${name%%[\">]*}
    judge "$file" "$name"
    [[ -n $what ]] || continue
    echo "$file:$line: $what"
    broken=1
done < <(grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*("|<(base|npz|picture|data|kernels|nn|train|explain|show|export|tools|cli)/)' src include)
exit "$broken"
