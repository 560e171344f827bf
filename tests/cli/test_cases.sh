#!/usr/bin/env bash
# Runs the command lines of cases/*.txt and compares what they give.
#   $ COMMAND    run by bash in a fresh folder per file; what it gives follows:
#   > LINE       of standard output
#   ! LINE       of standard error
#   ? N          its exit status, where that is not 0
# Other lines are remarks. "test_cases.sh PROGRAM --write" puts what the program gives into the files.
# In the folder: tiny/, 40 + 20 images of 8 x 8 in IDX files. $golden is the folder of captured output.
set -u
here=$(cd "$(dirname "$0")" && pwd)
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
mode=${2:-compare}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" && ln -s "$program" "$work/bin/cnn"
unset CNN_DATA CNN_CPU OMP_NUM_THREADS POSIXLY_CORRECT
export PATH=$work/bin:$PATH LC_ALL=C COLUMNS=80 golden=$here/../golden

# The four bytes of a number, the most significant first, as an escape for printf.
big_endian() { printf '\\x%02x\\x%02x\\x%02x\\x%02x' $(($1 >> 24 & 255)) $(($1 >> 16 & 255)) $(($1 >> 8 & 255)) $(($1 & 255)); }

# tiny_split NAME COUNT: class i % 10 has a bright row and a bright column where no other has both.
tiny_split() {
    local images labels i y x
    images=$(big_endian 2051)$(big_endian "$2")$(big_endian 8)$(big_endian 8)
    labels=$(big_endian 2049)$(big_endian "$2")
    for ((i = 0; i < $2; i++)); do
        labels+=$(printf '\\x%02x' $((i % 10)))
        for ((y = 0; y < 8; y++)); do
            for ((x = 0; x < 8; x++)); do
                if ((y == i % 10 % 8 || x == i % 10 / 2)); then images+='\xc8'; else images+="\\x0$((i * (x + y) % 7))"; fi
            done
        done
    done
    printf '%b' "$images" >"$1-images-idx3-ubyte"
    printf '%b' "$labels" >"$1-labels-idx1-ubyte"
}
mkdir "$work/tiny" && (cd "$work/tiny" && tiny_split train 40 && tiny_split t10k 20) || exit 1

# Runs the commands of file $1 and writes the file as it should be.
run_file() {
    local line status
    while IFS= read -r line; do
        case $line in
        '$ '*)
            echo "$line"
            timeout 100 bash -c "${line#\$ }" >"$work/out" 2>"$work/err" </dev/null
            status=$?
            sed 's/^/> /; s/^> $/>/' "$work/out"
            sed 's/^/! /; s/^! $/!/' "$work/err"
            [ $status -eq 0 ] || echo "? $status"
            ;;
        '> '* | '! '* | '? '* | '>' | '!') ;;
        *) echo "$line" ;;
        esac
    done <"$1"
}

failed=0
for file in "$here"/cases/*.txt; do
    folder=$work/$(basename "$file" .txt)
    mkdir "$folder" && cp -r "$work/tiny" "$folder/"
    (cd "$folder" && run_file "$file") >"$work/found"
    if [ "$mode" = --write ]; then
        cp "$work/found" "$file"
    elif ! diff -u "$file" "$work/found" >&2; then
        echo "cases/$(basename "$file"): differs as above, lines with + were found" >&2
        failed=1
    fi
done
exit $failed
