#!/usr/bin/env bash
# What evaluate and predict say, counted once more from the label files and the probabilities: which split, which image,
# the first of equal answers, the last class, confusion, precision, recall, F1, loss. $1 is the program.
set -u
cnn=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export OMP_NUM_THREADS=2 LC_ALL=C
failed=0

fail() {
    echo "FAILED: $*"
    failed=1
}

# shellcheck disable=SC2059 # the bytes are the format
bytes() { printf "$(awk "$@")"; }

# draw FOLDER SPLIT COUNT CLASSES SEED: images 6 high and 10 wide: noise, and a bright column at the label's place.
draw() {
    mkdir -p "$1"
    local program='
        function byte(n) { printf "\\%03o", n }
        function number(n) { byte(int(n / 16777216)); byte(int(n / 65536) % 256); byte(int(n / 256) % 256); byte(n % 256) }
        function next_below(n) { seed = (seed * 1103515245 + 12345) % 2147483648; return int(seed / 65536) % n }
        function label(i) { return int(i * 7 + i / 11) % classes }
        BEGIN { byte(0); byte(0); byte(8)'
    bytes -v count="$3" -v classes="$4" -v seed="$5" "$program
        byte(3); number(count); number(6); number(10)
        for (i = 0; i < count; i++)
            for (k = 0; k < 60; k++)
                byte(next_below(150) + (k % 10 == label(i) ? 60 : 0)) }" >"$1/$2-images-idx3-ubyte"
    bytes -v count="$3" -v classes="$4" "$program
        byte(1); number(count)
        for (i = 0; i < count; i++) byte(label(i)) }" >"$1/$2-labels-idx1-ubyte"
}

# The labels of a split, one a line.
labels() { tail -c +9 "$1/$2-labels-idx1-ubyte" | od -An -v -tu1 -w1 | tr -d ' '; }

# From rows "image,truth,predicted,p0,..": the lines of evaluate --csv, rounded.
# shellcheck disable=SC2016 # awk's, not the shell's
count_again='
    NR > 1 {
        n++; confusion[$2, $3]++; images[$2]++; predictions[$3]++; right += $2 == $3; loss -= log($(4 + $2))
        sure = $(4 + $3)
        for (row = split("0 0.5 0.7 0.9 0.99 0.999", from, " "); row > 1 && sure < from[row]; row--) ;
        answers[row]++; so_right[row] += $2 == $3
        classes = NF - 3
    }
    END {
        printf "images,,,%d\nloss,,,%.5f\naccuracy,,,%.5f\n", n, loss / n, right / n
        for (i = 0; i < classes; i++) {
            precision[i] = predictions[i] ? confusion[i, i] / predictions[i] : 0
            recall[i] = images[i] ? confusion[i, i] / images[i] : 0
            f1[i] = precision[i] + recall[i] ? 2 * precision[i] * recall[i] / (precision[i] + recall[i]) : 0
            occur += predictions[i] || images[i]
            p += precision[i]; r += recall[i]; f += f1[i]
        }
        printf "precision,,,%.5f\nrecall,,,%.5f\nf1,,,%.5f\n", p / occur, r / occur, f / occur
        for (i = 0; i < classes; i++)
            printf "precision,%d,,%.5f\nrecall,%d,,%.5f\nf1,%d,,%.5f\n", i, precision[i], i, recall[i], i, f1[i]
        for (row = 1; row <= 6; row++)
            printf "images_from_%s,,,%d\nright_from_%s,,,%d\n", from[row], answers[row], from[row], so_right[row]
        for (i = 0; i < classes; i++)
            for (k = 0; k < classes; k++)
                printf "confusion,%d,%d,%d\n", i, k, confusion[i, k]
    }'
# shellcheck disable=SC2016
rounded='NR > 1 { $4 = /^images|^right|^confusion/ ? $4 : sprintf("%.5f", $4); print }'

# check SPLIT FILES COUNT: what is said of a whole split.
check() {
    local split=$1 files=$2 count=$3
    "$cnn" predict --data data --model m.npz --split "$split" --first "$count" --csv >predictions.csv || fail "predict $split"
    [ "$(tail -n +2 predictions.csv | cut -d, -f1)" = "$(seq 0 $((count - 1)))" ] || fail "$split: images are not numbered 0 on"
    [ "$(tail -n +2 predictions.csv | cut -d, -f2)" = "$(labels data "$files")" ] || fail "$split: truth is not what the labels say"
    awk -F, 'NR > 1 { best = 4; sum = 0; for (c = 4; c <= NF; c++) { if ($c > $best) best = c; sum += $c }
        if (best - 4 != $3 || sum < 0.99999 || sum > 1.00001) exit 1 }' predictions.csv || fail "$split: not the largest of probabilities"
    cut -d, -f3 predictions.csv | grep -qx 9 || fail "$split: the last class is never the answer; nothing is shown of it"
    "$cnn" evaluate --data data --model m.npz --split "$split" --csv | awk -F, -v OFS=, "$rounded" >found.csv
    awk -F, "$count_again" predictions.csv >expected.csv
    cmp -s expected.csv found.csv || fail "evaluate $split: $(diff expected.csv found.csv | head -6)"
}

# 203 and 77 images: neither is a whole number of blocks of 16. Of 11 outputs one has no image at all.
draw data train 203 10 1
draw data t10k 77 10 2
said=$("$cnn" train --data data --scale --arch 'flatten dense:11,softmax' --learning-rate 0.01 --epochs 3 --validation-split 0.1 --model m.npz --verbose 2 2>&1) ||
    fail "train: $said"
check test t10k 77
accuracy=$(sed -n 's/^accuracy,,,//p' expected.csv)
[ "$(sed -n 's/^test accuracy  \([0-9.]*\),.*/\1/p' <<<"$said")" = "$(printf '%.4f' "$accuracy")" ] ||
    fail "train ends with another test accuracy than $accuracy: $said"
check train train 203
[ "$(sed -n 's/^accuracy,,,//p' expected.csv)" != "$accuracy" ] || fail "both splits have one accuracy; nothing is shown of --split"
"$cnn" predict --data data --model m.npz --split train --index 150 --csv | tail -n +2 >one.csv
sed -n '152p' predictions.csv | cmp -s - one.csv || fail "--index 150 is $(cat one.csv)"
"$cnn" predict --data data --model m.npz --split train --index 150 | grep -q '^image 150: ' || fail "--index 150 is not called image 150"

# ---- early stopping: the model is the best epoch's, NAME.last.npz the last one's, by what they score now
draw more train 90 10 3
"$cnn" train --data data --scale --arch 'flatten dense:10,softmax' --learning-rate 0.05 --epochs 40 --validation-data more \
    --early-stopping val_loss:3 --model best.npz --history best.csv --verbose 0 2>/dev/null || fail "early stopping"
score() { "$cnn" evaluate --data more --split train --model "$1" --csv | awk -F, '/^loss|^accuracy/ { printf "%.6f ", $4 }'; }
best=$(awk -F, 'NR > 1 && (NR == 2 || $4 < least) { least = $4; row = sprintf("%.6f %.6f ", $4, $5) } END { print row }' best.csv)
last=$(awk -F, 'END { printf "%.6f %.6f ", $4, $5 }' best.csv)
[ "$best" != "$last" ] || fail "the best epoch is the last; nothing is shown"
[ "$(score best.npz)" = "$best" ] || fail "the model saved scores $(score best.npz), the best epoch $best"
[ "$(score best.last.npz)" = "$last" ] || fail "the last model scores $(score best.last.npz), the last epoch $last"

# ---- equals: black images of two classes in one batch. Biases stay 0, and every answer is half sure: the first one.
mkdir even
printf '\0\0\010\003\0\0\0\002\0\0\0\002\0\0\0\002\0\0\0\0\0\0\0\0' >even/train-images-idx3-ubyte
printf '\0\0\010\001\0\0\0\002\0\001' >even/train-labels-idx1-ubyte
"$cnn" train --data even --arch 'flatten dense:2,softmax' --epochs 2 --model even.npz --history even.csv --verbose 0 2>/dev/null || fail "even"
[ "$(tail -1 even.csv | cut -d, -f3)" = 0.5 ] || fail "of equal answers, not the first counts while training: $(tail -1 even.csv)"
[ "$("$cnn" predict --data even --model even.npz --first 2 --csv | tail -n +2)" = $'0,0,0,0.5,0.5\n1,1,0,0.5,0.5' ] ||
    fail "of equal answers, predict does not take the first: $("$cnn" predict --data even --model even.npz --first 2 --csv)"
"$cnn" evaluate --data even --model even.npz --split train --csv | grep -qx 'confusion,1,0,1' || fail "of equal answers, evaluate does not take the first"

[ $failed -eq 0 ] && echo "all as expected"
exit $failed
