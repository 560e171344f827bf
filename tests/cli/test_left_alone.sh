#!/usr/bin/env bash
# A run that is left alone in the background: nohup's wish counts, --save-every saves when it says, the run's files are its
# own, and how to go on can be pasted into any shell. $1 is the program.
set -u
cnn=$(realpath "$1")
work=$(mktemp -d)
trap 'kill -KILL $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 1
export OMP_NUM_THREADS=1
run=(train --data data --arch 'flatten dense:100,tanh dense:10,softmax' --verbose 0)

# 32,000 black images, 1,000 steps, all of class 0: something to be busy with.
mkdir data
{ printf '\0\0\010\003\0\0\175\0\0\0\0\010\0\0\0\010' && head -c 2048000 /dev/zero; } >data/train-images-idx3-ubyte
{ printf '\0\0\010\001\0\0\175\0' && head -c 32000 /dev/zero; } >data/train-labels-idx1-ubyte

fail() {
    echo "FAILED: $*"
    exit 1
}

# until_true COMMAND...: waits until it is; not for ever.
until_true() {
    for ((i = 0; i < 6000; i++)); do
        "$@" 2>/dev/null && return
        sleep 0.01
    done
    fail "waited in vain for: $*"
}

# ---- what is ignored at the start is ignored: SIGHUP under nohup, SIGINT and SIGTERM where a script asks for that
for signal in HUP INT TERM; do
    rm -f run.csv
    (trap '' "$signal" && exec "$cnn" "${run[@]}" --epochs 8 --model run.npz --history run.csv) &
    process=$!
    until_true test -s run.csv
    kill -"$signal" $process || fail "the run ended before SIG$signal came; nothing is shown"
    wait $process || fail "a run that was started with SIG$signal ignored ended with status $?"
    [ "$(wc -l <run.csv)" -eq 9 ] || fail "SIG$signal: expected 8 epochs, found $(wc -l <run.csv) lines of history"
done

# ---- a closed terminal sends SIGHUP twice, and who ends a service may say so again: the run is saved all the same
for case in 'HUP 129' 'TERM 143'; do
    read -r signal status <<<"$case"
    rm -f run.npz run.csv
    "$cnn" "${run[@]}" --epochs 100000 --batch-size 4000 --model run.npz --history run.csv 2>stopped.err &
    process=$!
    until_true test -s run.csv
    while kill -"$signal" $process 2>/dev/null; do :; done
    wait $process
    found=$?
    [ $found -eq "$status" ] || fail "SIG$signal again and again: expected status $status, found $found"
    grep -q '^stopped in epoch .*; saved in run.npz' stopped.err || fail "SIG$signal again and again: $(cat stopped.err)"
    "$cnn" summary --model run.npz >/dev/null || fail "SIG$signal again and again: the model cannot be read"
done

# ---- a limit on the size of files: told, not killed by SIGXFSZ
rm -f run.npz run.csv
(ulimit -f 8 && exec "$cnn" "${run[@]}" --epochs 1 --model run.npz 2>limit.err)
found=$?
[ $found -eq 1 ] || fail "a limit on the size of files: expected status 1, found $found"
grep -q 'run.npz: cannot write: File too large' limit.err || fail "a limit on the size of files: $(cat limit.err)"
[ ! -e run.npz ] || fail "a limit on the size of files: half a model is left"

# ---- --save-every 300: within an epoch the file is of step 300, 600 or 900
rm -f run.npz
"$cnn" "${run[@]}" --epochs 1 --save-every 300 --model run.npz &
until_true test -s run.npz
kill -KILL $! 2>/dev/null
wait $! 2>/dev/null
"$cnn" train --resume run.npz --data data --verbose 2 >/dev/null 2>resumed.err &
until_true test -s resumed.err
kill -KILL $! 2>/dev/null
wait $! 2>/dev/null
grep -qE 'after step (300|600|900) of 1000|nothing is left to do' resumed.err || fail "--save-every 300: $(cat resumed.err)"

# ---- while a run lives, another one is refused before it reads anything
rm -f run.csv
"$cnn" "${run[@]}" --epochs 100000 --model run.npz --history run.csv &
process=$!
until_true test -s run.csv
for other in '--model run.npz' '--resume run.npz'; do
    # shellcheck disable=SC2086 # two words
    said=$("$cnn" train $other --data nowhere 2>&1) && fail "$other: not refused"
    [[ $said == *"process $process is training"* ]] || fail "$other: expected to be told of process $process, found: $said"
done
kill -TERM $process
wait $process 2>/dev/null

# ---- the command to go on with can be pasted into any shell, also where a name holds an apostrophe
name="it's; touch hidden; '.npz"
rm -f run.csv
"$cnn" "${run[@]}" --epochs 100000 --model "$name" --history run.csv 2>stopped.err &
process=$!
until_true test -s run.csv
kill -TERM $process
wait $process
go_on=$(sed -n 's/^go on with: cnn //p' stopped.err)
[ -n "$go_on" ] || fail "not told how to go on: $(cat stopped.err)"
said=$(sh -c "'$cnn' ${go_on/train/train --epochs 1}" 2>&1)
[[ $said == *"left to do"* || $said == *"done already"* ]] || fail "pasted: $go_on: $said"
[ ! -e hidden ] || fail "pasted, it runs what a name holds: $go_on"
echo "all as expected"
