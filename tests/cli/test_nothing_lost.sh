#!/usr/bin/env bash
# No run of cnn train destroys what it did not make: models, histories, files of others, names that are links.
# $1 is the program.
set -u
cnn=$(realpath "$1")
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export OMP_NUM_THREADS=1
unset CNN_DATA
failed=0

fail() {
    echo "FAILED: $*"
    failed=1
}

# expect STATUS TEXT COMMAND...: its exit status, and a text somewhere in what it says.
expect() {
    local status=$1 text=$2 said found
    shift 2
    said=$(timeout 60 "$@" 2>&1)
    found=$?
    [ "$found" -eq "$status" ] || fail "$*: expected exit status $status, found $found: $said"
    case $said in
    *"$text"*) ;;
    *) fail "$*: expected \"$text\", found: $said" ;;
    esac
}

# same FILE SUM WHY: the file still holds what it held.
same() { [ "$(cksum <"$1" 2>/dev/null)" = "$2" ] || fail "$3"; }

# 40 images of 4 x 4, three classes by brightness.
printf -v pixels '%.0s\\001\\100\\200\\377\\010\\101\\201\\370\\020\\102\\202\\360\\040\\103\\203\\340' {1..40}
printf -v labels '%.0s\\0\\1\\2\\1' {1..10}
mkdir data
printf '\0\0\010\3\0\0\0\050\0\0\0\4\0\0\0\4%b' "$pixels" >data/train-images-idx3-ubyte
printf '\0\0\010\1\0\0\0\050%b' "$labels" >data/train-labels-idx1-ubyte
mkdir bin
printf '#!/bin/sh\nexec "%s" train --data data --scale --arch "flatten dense:3,softmax" "$@"\n' "$cnn" >bin/train
chmod +x bin/train
PATH=$work/bin:$PATH

# stop_soon OPTION... MODEL: a run that is stopped as soon as it has saved.
stop_soon() {
    local before run
    before=$(cksum <"${!#}")
    train --epochs 100000 --batch-size 1 --save-every 1 "$@" >/dev/null 2>&1 &
    run=$!
    while kill -0 $run 2>/dev/null && [ "$(cksum <"${!#}")" = "$before" ]; do sleep 0.01; done
    kill -TERM $run
    wait $run
}

# ---- a trained model disappears: A, and then two runs that are stopped at once, and two short ones
train --epochs 30 >/dev/null 2>&1
a=$(cksum <cnn.npz) a_prev=$(cksum <cnn.npz.prev)
for seed in 2 3; do
    stop_soon --seed "$seed" --model cnn.npz
done
same cnn.1.npz "$a" "a model of 30 epochs is in no file after two runs that were stopped"
same cnn.1.npz.prev "$a_prev" "the one before did not go along"
expect 0 'cnn.npz is of another run: kept as cnn.3.npz (--overwrite keeps nothing)' train --epochs 1 --seed 4
expect 0 'kept as cnn.4.npz' train --epochs 1 --seed 5
same cnn.1.npz "$a" "a kept model was overwritten"
expect 0 'test score' "$cnn" train --resume cnn.1.npz --data data --epochs 31
expect 0 '30' "$cnn" evaluate --model cnn.1.npz.prev --data data --split train
said=$(train --epochs 1 --seed 6 2>&1 >/dev/null | grep -n 'kept as\|steps of' | cut -d: -f1,2)
[ "${said%%:*}" = 1 ] || fail "what is kept is not said before training: $said"
before=(cnn.*)
expect 0 fingerprint train --epochs 1 --seed 7 --overwrite
after=(cnn.*)
[ "${before[*]}" = "${after[*]}" ] || fail "--overwrite keeps all the same"
rm -f cnn.*

# ---- files of others, in every place: refused before training, untouched
for name in text.csv picture.png model.npz; do
    echo "somebody's $name" >"$name"
    sum=$(cksum <"$name")
    expect 1 "$name: is there already, and is no model of this program" train --model "$name"
    expect 1 "$name: is there already, and is no history of this program" train --history "$name"
    expect 1 'add --overwrite if it may be lost' train --history "$name"
    same "$name" "$sum" "$name was changed"
done
[ ! -e cnn.npz ] || fail "a refused run trained"
expect 0 fingerprint train --epochs 1 --model model.npz --overwrite
expect 0 dense "$cnn" summary --model model.npz
rm -f model.npz*
echo "content-hash = 1" >poetry.lock
echo notes >poetry.tmp
expect 0 fingerprint train --epochs 1 --model poetry
[ "$(cat poetry.lock poetry.tmp)" = "content-hash = 1
notes" ] || fail "poetry.lock or poetry.tmp was changed"
mkfifo .fifo.csv.cnn-tmp
expect 1 'was not left by this program' train --epochs 1 --model f.npz --history fifo.csv
echo keep >target
ln -s target .linked.csv.cnn-tmp
expect 1 'was not left by this program' train --epochs 1 --model l.npz --history linked.csv
[ "$(cat target)" = keep ] || fail "a link in a helper's place was followed"
echo 123 >old.npz.lock
expect 0 'old.npz.lock was left by an earlier version' train --epochs 1 --model old.npz
[ "$(cat old.npz.lock)" = 123 ] || fail "a leftover of an earlier version was changed"

# ---- no two names of a run are one file
ln -s one.npz link.npz
ln -s . here
for pair in 'same same' 'one.npz link.npz' 'one.npz here/one.npz' 'one.npz one.npz.prev' 'one.npz .one.npz.cnn-tmp' \
    'one.npz .one.npz.cnn-lock' 'one.npz one.last.npz' 'one.npz one.last.npz.prev' 'one.npz .one.last.npz.cnn-lock' \
    '.two.csv.cnn-tmp two.csv'; do
    read -r model history <<<"$pair"
    expect 2 'would write over each other' train --model "$model" --history "$history" --epochs 1
done
if [ -e same ] || [ -e one.npz ]; then fail "a run whose names are one file trained"; fi

# ---- a history that has the name which a kept model would get: the model gets the next one, and the run its history
train --epochs 1 --model n.npz >/dev/null 2>&1
n=$(cksum <n.npz)
expect 0 'n.npz is of another run: kept as n.2.npz' train --epochs 2 --seed 2 --model n.npz --history n.1.npz
same n.2.npz "$n" "the model was not kept"
[ "$(wc -l <n.1.npz)" -eq 3 ] || fail "the history is not where it was asked for"

# ---- histories: of this run they grow, of another they are kept; two runs have two
expect 0 fingerprint train --epochs 2 --model h.npz --history h.csv
h=$(cksum <h.csv)
expect 0 fingerprint "$cnn" train --resume h.npz --epochs 3 --history h.csv
[ ! -e h.1.csv ] || fail "a run's own history was kept aside"
[ "$(wc -l <h.csv)" -eq 4 ] || fail "the history did not grow"
expect 0 'h.csv is of another run: kept as h.1.csv' train --epochs 1 --seed 2 --model h2.npz --history h.csv
[ "$(head -3 h.1.csv | cksum)" = "$h" ] || fail "a history was lost"
train --epochs 100000 --model busy1.npz --history busy.csv >/dev/null 2>&1 &
first=$!
until [ -s busy.csv ] || ! kill -0 $first 2>/dev/null; do sleep 0.01; done
expect 1 "busy.csv: process $first is training with this file" train --epochs 1 --model busy2.npz --history busy.csv
kill -0 $first 2>/dev/null || fail "a second run with its history ended the first"
kill -TERM $first
wait $first

# ---- links are followed, the mode stays, a link and its target have one lock
mkdir far
train --epochs 1 --model far/real.npz >/dev/null 2>&1
chmod 600 far/real.npz
ln -s far/real.npz way.npz
ln -s far/new.npz dangling.npz
ln -s circle2.npz circle1.npz
ln -s circle1.npz circle2.npz
expect 0 fingerprint "$cnn" train --resume way.npz --epochs 2
expect 0 fingerprint train --epochs 1 --model dangling.npz
expect 1 'Too many levels of symbolic links' train --epochs 1 --model circle1.npz
[[ -L way.npz && -L dangling.npz && -s far/new.npz ]] || fail "a link was replaced by a file"
expect 0 'nothing is left to do' "$cnn" train --resume far/real.npz
[ "$(stat -c %a far/real.npz 2>/dev/null || stat -f %Lp far/real.npz)" = 600 ] || fail "a mode of 0600 was not kept"
expect 0 'far/real.npz is of another run: kept as ' train --epochs 1 --seed 3 --model way.npz
[ -s far/real.1.npz ] || fail "what a link leads to was not kept beside it"

# ---- early stopping: the end of the run beside the best
stopping=(--validation-split 0.2 --early-stopping loss:2 --epochs 40)
train "${stopping[@]}" --model e.npz >/dev/null 2>&1
best=$(cksum <e.npz) last=$(cksum <e.last.npz)
expect 0 'nothing is left to do' "$cnn" train --resume e.npz       # a kill at the very end leaves just this
same e.npz "$best" "finishing again changed the best model"
[ ! -e e.1.npz ] || fail "a run's own best model was kept aside"
expect 0 'e.last.npz is of another run: kept as e.1.last.npz' train "${stopping[@]}" --seed 2 --model e.npz
same e.1.npz "$best" "the best model of the run before is lost"
same e.1.last.npz "$last" "the end of the run before is lost"
train --epochs 60 --model e.npz --overwrite >/dev/null 2>&1
newer=$(cksum <e.npz)
cp e.1.last.npz e.last.npz
expect 0 'e.npz is of another run: kept as e.2.npz' "$cnn" train --resume e.last.npz --epochs 41
same e.2.npz "$newer" "resuming an old run overwrote a newer finished one"

# ---- a run that is stopped before its first step says so; one without a trained step is not kept
train --epochs 5 --model r.npz >/dev/null 2>&1
expect 0 'goes on in epoch 6 of 7' "$cnn" train --resume r.npz --epochs 7
[ ! -e r.1.npz ] || fail "a resumed run keeps what it made itself"

# ---- the way on: quoted for a shell, with the data of $CNN_DATA, from any folder
name=$'it\'s $(touch hidden) \\ *\n\033[31m.npz'
stop_quoted() {
    CNN_DATA=$work/data "$cnn" train --scale --arch 'flatten dense:3,softmax' --epochs 100000 --model "$name" \
        --history q.csv >/dev/null 2>said &
    local run=$!
    until [ -s q.csv ] || ! kill -0 $run 2>/dev/null; do sleep 0.01; done
    kill -TERM $run
    wait $run
}
stop_quoted
go_on=$(sed -n 's/^go on with: cnn //p' said)
case $go_on in
*"--data '$work/data'"*) ;;
*) fail "the data of \$CNN_DATA are not named: $go_on" ;;
esac
case $go_on in
*$'\033'*) fail "the command holds an escape" ;;
esac
said=$(eval "timeout 60 '$cnn' $go_on --seed 2" 2>&1)
[ ! -e hidden ] || fail "pasting the command ran what its name says"
case $said in
*'its seed is 1, not 2'*) ;;
*) fail "the command that was pasted did not find its run: $said" ;;
esac

# ---- a resumed run found its data by its file: those of $CNN_DATA may be others
CNN_DATA=synth "$cnn" train --resume "$name" --history q2.csv >/dev/null 2>said &
run=$!
until [ -s q2.csv ] || ! kill -0 $run 2>/dev/null; do sleep 0.01; done
sleep 0.1
kill -TERM $run
wait $run
go_on=$(sed -n 's/^go on with: cnn //p' said)
case $go_on in
*--data*) fail "other data are named than those of the run: $go_on" ;;
*--resume*) ;;
*) fail "how to go on is not said: $(cat said)" ;;
esac

mkdir elsewhere
train --epochs 1 --model p.npz >/dev/null 2>&1
(
    cd elsewhere || exit 1
    expect 0 'Epoch 2/2' "$cnn" train --resume ../p.npz --epochs 2
    expect 0 'Epoch 3/3' "$cnn" train --resume ../p.npz --epochs 3 --data data # as printed in the other folder
    mv ../data ../moved
    expect 1 'No such file or directory' "$cnn" train --resume ../p.npz --epochs 4 --data none
    expect 0 'Epoch 4/4' "$cnn" train --resume ../p.npz --epochs 4 --data ../moved
    mv ../moved ../data
    exit $failed
) || failed=1

[ $failed -eq 0 ] && echo "all as expected"
exit $failed
