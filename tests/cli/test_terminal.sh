#!/usr/bin/env bash
# On a terminal the progress line is redrawn in place and ends as Keras ends it.
set -u
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
if ! script --version >/dev/null 2>&1; then
    echo "skipped: there is no script(1), which makes a terminal"
    exit 77
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

# 60 images of 8 x 8, of one class.
mkdir data
{ printf '\0\0\010\003\0\0\0\074\0\0\0\010\0\0\0\010' && head -c 3840 /dev/zero; } >data/train-images-idx3-ubyte
{ printf '\0\0\010\001\0\0\0\074' && head -c 60 /dev/zero; } >data/train-labels-idx1-ubyte

complain() { echo "$*" >&2; tr '\r' '\n' <out >&2; failed=1; }

# run COLUMNS OPTION...: trains two epochs on a terminal of that width; the output is in ./out.
run() {
    script -qec "env COLUMNS=$1 '$program' train --data data --arch 'flatten dense:10,softmax' --scale --epochs 2 ${*:2}" \
        /dev/null </dev/null >out 2>&1 || complain "exit status $?"
    sed -i 's/\r$//' out # the terminal ends lines so
}

bar='\[[=>.]*\]'
metrics='loss: [0-9.e-]* - accuracy: [0-9.]*'

run 100 --batch-size 2
[ "$(grep -c '^Epoch [12]/2$' out)" -eq 2 ] || complain "expected two headings"
last=$(grep -c "$(printf '\r')30/30 \[=\{30\}\] - [0-9]*s [0-9]*[mu]*s/step - $metrics *\$" out)
[ "$last" -eq 2 ] || complain "expected two epochs that end as in Keras, found $last"
tr '\r' '\n' <out | grep '^ *[0-9]*/30' | grep -vq "^ *[0-9]*/30 $bar - \(ETA: [0-9:]*s\{0,1\}\|[0-9]*s [0-9]*[mu]*s/step\) - $metrics *\$" &&
    complain "a line looks otherwise"
LC_ALL=C grep -q "$(printf '[\033\b]')" out && complain "expected no control characters but the carriage return"

# Every width from 20 on: no line that is drawn is wider, the first one, on standard error, neither.
cat >widths <<'END'
for columns in $(seq 20 120); do
    stty cols $columns
    echo "width $columns"
    "$program" train --data data --arch 'flatten dense:10,softmax' --epochs 2 --batch-size 2 --validation-split 0.1
done
END
program=$program script -qec 'bash widths' /dev/null </dev/null >out 2>&1 || complain "widths: exit status $?"
tr '\r' '\n' <out | awk '
    /^width / { columns = $2; part = "before"; next }
    /^Epoch/ { part = "training" }
    /^test accuracy|^no test score/ { part = "after" }
    part != "after" && length($0) > columns { print "on " columns " columns: " $0; wide = 1 }
    part == "training" && /[0-9]\.[0-9]/ { lines++ }
    END { if (lines < 202) { print lines " lines of progress"; wide = 1 }; exit wide }' >&2 || complain "wider than the terminal"

# --verbose says what is shown, whatever the terminal.
run 80 --batch-size 6 --verbose 2
grep -q "^10/10 - [0-9]*s - $metrics - [0-9]*[mu]*s/epoch - [0-9]*[mu]*s/step\$" out || complain "--verbose 2: expected lines"
grep -q "$(printf '\r')" out && complain "--verbose 2: expected no redrawing"
"$program" train --data data --arch 'flatten dense:10,softmax' --epochs 2 --batch-size 2 2>/dev/null >out
[ "$(grep -c '^30/30 \[=\{30\}\] - ' out)" -eq 2 ] || complain "in a pipe: expected the last bar of each epoch, 30 cells wide"
run 80 --batch-size 6 --verbose 0
[ -s out ] && complain "--verbose 0: expected nothing"

# Colour: where Keras 3 has it, and where a terminal can show it. on ENVIRONMENT COMMAND...: its output on a terminal.
on() { script -qec "env $1 '$program' ${*:2}" /dev/null </dev/null 2>&1; }
escape=$(printf '\033')
on TERM=xterm summary --arch lesson --style keras3 | grep -q "$escape\[38;5;34m203,068$escape\[0m" || complain "keras3: expected colour"
for plain in 'NO_COLOR=1 TERM=xterm' TERM=dumb '-u TERM'; do
    on "$plain" summary --style keras3 | grep -q "$escape" && complain "$plain: expected no colour"
done
for style in lesson keras2 keras2.15; do
    on TERM=xterm summary --style $style | grep -q "$escape" && complain "$style: expected no colour"
done
"$program" summary --style keras3 | grep -q "$escape" && complain "in a pipe: expected no colour"
on TERM=xterm summary --style keras3 | sed "s/$escape\[[0-9;]*m//g; s/\r\$//" | cmp - <(COLUMNS=80 "$program" summary --style keras3) ||
    complain "keras3: the colours change the text"
# Errors are broken to the width behind punctuation, never within a path; a pipe gets them as they are.
for columns in 20 40 80 200; do
    on "TERM=dumb COLUMNS=$columns" summary --arch flaten | sed 's/\r$//' >lines
    [ "$(tr '\n' ' ' <lines)" = "$("$program" summary --arch flaten 2>&1 | tr '\n' ' ')" ] || complain "$columns columns: other words"
    awk -v columns=$columns '{ sub(/ *$/, "") } length > (columns < 40 ? 40 : columns) { exit 1 }' lines || complain "$columns columns: a line is wider"
    [ "$columns" -ge 200 ] || [ "$(wc -l <lines)" -gt 2 ] || complain "$columns columns: expected more lines"
done
on 'TERM=dumb COLUMNS=40' summary --model "'a very long name with many blanks in it.npz'" | grep -q 'a very long name with many blanks in it.npz' ||
    complain "a path was broken"
exit $failed
