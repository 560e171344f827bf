#!/usr/bin/env bash
# Gets the four MNIST files, from a folder or from public mirrors in turn, and puts them into data/mnist. Each is checked by
# the SHA-256 of what is inside, and put in place only when it is whole; unpacked, because they are read faster so.
# Usage: scripts/fetch-mnist.sh [--from DIR] [--to DIR]
#
#   --from DIR  take them from this folder (raw or .gz, both spellings); nothing is downloaded
#   --to DIR    put them there instead
#
# Without --from, ../shared/mnist beside the project is used when it is there, else the mirrors in turn;
# CNN_MNIST_MIRRORS, a list of addresses with blanks between, stands in for the known ones.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

fail() {
    printf 'fetch-mnist: %s\n' "$1" >&2
    exit 1
}

say() {
    printf 'fetch-mnist: %s\n' "$1" >&2
}

root=$top
from=
to=$root/data/mnist
while [ $# -gt 0 ]; do
    case $1 in
    --from | --to)
        [ -n "${2-}" ] || wrong_use "$1 needs a folder"
        if [ "$1" = --from ]; then from=$2; else to=$2; fi
        shift 2
        ;;
    *) wrong_use "unknown option: $1" ;;
    esac
done

mirrors=${CNN_MNIST_MIRRORS-https://ossci-datasets.s3.amazonaws.com/mnist
https://storage.googleapis.com/cvdf-datasets/mnist
https://raw.githubusercontent.com/fgnt/mnist/master}

# name, bytes and SHA-256 of the content
files='train-images-idx3-ubyte 47040016 ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db
train-labels-idx1-ubyte 60008 65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5
t10k-images-idx3-ubyte 7840016 0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7
t10k-labels-idx1-ubyte 10008 ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2'

sha256() {
    if command -v sha256sum >/dev/null; then
        sha256sum
    else
        shasum -a 256
    fi | cut -d ' ' -f 1
}

is_gzip() {
    [ "$(head -c 2 "$1" | od -An -tx1 | tr -d ' \n')" = 1f8b ]
}

content() {
    if is_gzip "$1"; then
        gzip -dc <"$1"
    else
        cat -- "$1"
    fi
}

# check FILE BYTES SHA: prints what is wrong with it, nothing when all is well
check() {
    local size sum
    if [ ! -f "$1" ]; then
        echo 'there is no such file'
    elif [ ! -s "$1" ]; then
        echo 'the file is empty'
    elif head -c 64 "$1" | tr -d '\000' | grep -q '^[[:space:]]*<'; then
        echo 'a web page in place of the file'
    elif sum=$(content "$1" 2>/dev/null | sha256) && [ "$sum" = "$3" ]; then
        return 0
    elif ! content "$1" >/dev/null 2>&1; then
        echo 'the gzip file is damaged or cut short'
    else
        size=$(content "$1" | wc -c | tr -d ' ')
        if [ "$size" != "$2" ]; then
            echo "wrong length inside: expected $2 bytes, found $size"
        else
            echo "wrong content: expected SHA-256 $3, found $sum"
        fi
    fi
}

spellings() {
    printf '%s\n' "$1.gz" "$1" "${1/-idx/.idx}.gz" "${1/-idx/.idx}"
}

# held NAME BYTES SHA: whether the folder has that file, unpacked
held() {
    [ -e "$to/$1" ] && ! is_gzip "$to/$1" && [ -z "$(check "$to/$1" "$2" "$3")" ]
}

# from_there NAME BYTES SHA: takes what the folder has packed, or under the other spelling
from_there() {
    local spelling
    while read -r spelling; do
        if [ -e "$to/$spelling" ] && [ -z "$(check "$to/$spelling" "$2" "$3")" ]; then
            cp -- "$to/$spelling" "$temporary"
            return
        fi
    done < <(spellings "$1")
    return 1
}

# place FILE NAME: moves a checked file into the folder, unpacked; a wrong one of that name is kept
place() {
    if is_gzip "$1"; then
        content "$1" >"$unpacked"
        mv -f -- "$unpacked" "$1"
    fi
    if [ -e "$to/$2" ]; then
        mv -f -- "$to/$2" "$to/$2.old"
        say "$to/$2 was something else; it is now $2.old"
    fi
    chmod 644 "$1"
    mv -f -- "$1" "$to/$2"
}

# download ADDRESS FILE: prints why it failed; status 2: the server cannot be reached at all
download() {
    if command -v curl >/dev/null; then
        curl -fsSL --connect-timeout 15 --speed-time 30 --speed-limit 1000 -o "$2" -- "$1" 2>&1 || case $? in
        5 | 6 | 7) return 2 ;;
        *) return 1 ;;
        esac
    elif command -v wget >/dev/null; then
        wget -q --timeout=30 --tries=1 -O "$2" -- "$1" 2>&1 || {
            echo 'wget could not get it'
            return 1
        }
    else
        fail 'neither curl nor wget is installed; install one, or use --from DIR'
    fi
}

from_folder() {
    local name=$1 bytes=$2 sum=$3 spelling wrong
    local reason="no $name there, nor another spelling of it"
    while read -r spelling; do
        [ -e "$from/$spelling" ] || continue
        wrong=$(check "$from/$spelling" "$bytes" "$sum")
        if [ -z "$wrong" ]; then
            cp -- "$from/$spelling" "$temporary"
            return
        fi
        reason="$spelling: $wrong"
    done < <(spellings "$name")
    say "$from: $reason"
    return 1
}

# A server that cannot be reached is not asked again for the other files.
from_mirrors() {
    local name=$1 bytes=$2 sum=$3 mirror wrong status reached=
    for mirror in $mirrors; do
        status=0
        wrong=$(download "$mirror/$name.gz" "$temporary") || status=$?
        if [ $status -eq 2 ]; then
            unreached="$unreached${unreached:+; }$mirror: ${wrong#curl: }"
            continue
        fi
        reached="$reached $mirror"
        [ $status -ne 0 ] || wrong=$(check "$temporary" "$bytes" "$sum")
        if [ $status -eq 0 ] && [ -z "$wrong" ]; then return; fi
        say "$mirror: $name.gz: ${wrong:-the download failed}"
    done
    mirrors=$reached
    return 1
}

if [ -z "$from" ] && [ -z "${CNN_MNIST_MIRRORS-}" ] && [ -d "$root/../shared/mnist" ]; then
    from=$(cd "$root/../shared/mnist" && pwd)
fi
[ -z "$from" ] || [ -d "$from" ] || fail "$from: no such folder"
mkdir -p -- "$to" || fail "$to: cannot make the folder"

temporary=$(mktemp "$to/.fetch.XXXXXX") || fail "$to: cannot write there"
unpacked=$temporary.raw
unreached=
trap 'rm -f -- "$temporary" "$unpacked"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

get=from_mirrors
if [ -n "$from" ]; then get=from_folder; fi
missing=0
fetched=0
unpacked_here=0
while read -r name bytes sum; do
    if held "$name" "$bytes" "$sum"; then
        continue
    fi
    if from_there "$name" "$bytes" "$sum"; then
        place "$temporary" "$name"
        unpacked_here=$((unpacked_here + 1))
    elif "$get" "$name" "$bytes" "$sum"; then
        place "$temporary" "$name"
        fetched=$((fetched + 1))
    else
        missing=$((missing + 1))
    fi
done <<<"$files"

if [ -n "$unreached" ]; then say "not reached: $unreached"; fi
if [ "$missing" -gt 0 ]; then
    say "$missing of 4 files could not be had; what stood in $to before is untouched"
    fail 'get them elsewhere and use --from DIR; without MNIST, cnn draws its own digits (--data synth)'
fi
if [ "$fetched" -eq 0 ] && [ "$unpacked_here" -gt 0 ]; then
    echo "MNIST is in $to: $unpacked_here files unpacked there, checked"
elif [ "$fetched" -eq 0 ]; then
    echo "MNIST is already in $to, whole and right"
else
    echo "MNIST is in $to: $fetched files from ${from:-the mirrors}, checked"
fi
