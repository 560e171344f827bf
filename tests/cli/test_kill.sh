#!/usr/bin/env bash
# cnn train is killed with SIGKILL at 200 random moments of training and saving, and resumed each time: every resume
# works, the one before is whole, and every run ends as one that was never killed: the same file, the same history.
# The moments adapt to the machine: they come later when no save was reached, earlier when the run ended first.
# Usage: test_kill.sh CNN
set -euo pipefail
cnn=$1 kills=${CNN_KILLS:-200}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
RANDOM=7

# 40 images of 6 x 6: noise, and a bright column at the label's place.
pixels='' labels=''
for ((i = 0; i < 40; i++)); do
    label=$((RANDOM % 6))
    printf -v labels '%s\\x%02x' "$labels" "$label"
    for ((k = 0; k < 36; k++)); do
        printf -v pixels '%s\\x%02x' "$pixels" $((RANDOM % 60 + (k % 6 == label) * 150))
    done
done
printf '\0\0\x08\3\0\0\0\x28\0\0\0\6\0\0\0\6%b' "$pixels" >train-images-idx3-ubyte
printf '\0\0\x08\1\0\0\0\x28%b' "$labels" >train-labels-idx1-ubyte

fail() {
    echo "$*" >&2
    exit 1
}

# begin SEED: the command of a new run. go_on: the command that resumes it. Either replaces the shell it is called in.
begin() {
    exec "$cnn" train --data . --arch 'conv2d:2,3,swish flatten dense:6,softmax' --optimizer adam --scale --seed "$1" \
        --batch-size 8 --epochs 8 --validation-split 0.1 --save-every 1 --model model.npz --history history.csv
}
go_on() { exec "$cnn" train --resume model.npz --data . --save-every 1 --history history.csv; }

# Whether a log is of a run that came to its end, now or before.
is_ended() { grep -q '^fingerprint\|^nothing is left to do' "$1"; }

# whole_run SEED: what a run ends with when it is left alone.
whole_run() {
    rm -f model.npz* history.csv
    (begin "$1") >whole.log 2>&1 || fail "an undisturbed run fails: $(cat whole.log)"
    is_ended whole.log || fail "an undisturbed run does not end"
    mv model.npz whole.npz
    mv history.csv whole.csv
    rm -f model.npz*
}

killed=0 ended=0 resumed=0 wait_ms=40 seed=1 stale=0 last=''
whole_run $seed
while ((killed < kills)); do
    if [[ -e model.npz ]]; then
        (go_on) >run.log 2>&1 &
        resumed=$((resumed + 1))
    else
        (begin $seed) >run.log 2>&1 &
    fi
    run=$!
    printf -v pause '0.%03d' $((RANDOM % wait_ms))
    sleep "$pause"
    if kill -KILL $run 2>/dev/null && ! wait $run 2>/dev/null && ! is_ended run.log; then
        killed=$((killed + 1))
        [[ ! -e model.npz.prev ]] || "$cnn" summary --model model.npz.prev >/dev/null || fail "the one before is broken"
        ! grep -q 'cnn: ' run.log || fail "kill $killed: $(cat run.log)"
        now=$(cksum model.npz 2>/dev/null || true)
        stale=$((stale + 1))
        [[ $now == "$last" ]] || stale=0
        last=$now
        ((stale < 4)) || { wait_ms=$((wait_ms < 900 ? wait_ms * 3 / 2 : 999)) stale=0; }
        continue
    fi
    wait $run 2>/dev/null || true
    is_ended run.log || fail "after $killed kills: $(cat run.log)"
    cmp model.npz whole.npz || fail "after $killed kills the run ended in another model: $(cat run.log)"
    cmp history.csv whole.csv || fail "after $killed kills the history differs: $(cat history.csv)"
    [[ ! -e .model.npz.cnn-tmp ]] || fail "a temporary file is left"
    ended=$((ended + 1)) seed=$((seed + 1)) wait_ms=$((wait_ms > 15 ? wait_ms * 2 / 3 : 10))
    whole_run $seed
done
echo "$killed kills, $resumed resumes, $ended runs ended, each as if never killed"
