#!/usr/bin/env bash
# A run of cnn train that is stopped, resumed, refused, or ends early. $1 is the program.
set -u
cnn=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'kill -CONT $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 1
export OMP_NUM_THREADS=1
failed=0

fail() {
    echo "FAILED: $*"
    failed=1
}

# expect STATUS TEXT COMMAND...: its exit status, and a text somewhere in what it says.
expect() {
    local status=$1 text=$2 said found
    shift 2
    said=$("$@" 2>&1)
    found=$?
    [ "$found" -eq "$status" ] || fail "$*: expected exit status $status, found $found: $said"
    case $said in
    *"$text"*) ;;
    *) fail "$*: expected \"$text\", found: $said" ;;
    esac
}

# bytes COUNT SEED BELOW: that many bytes of a generator of our own, the same on every machine.
# Source: Park and Miller, "Random number generators: good ones are hard to find", 1988.
bytes() {
    printf '%b' "$(awk -v n="$1" -v x="$2" -v below="$3" \
        'BEGIN { for (i = 0; i < n; i++) { x = x * 16807 % 2147483647; printf "\\0%03o", int(x / 2147483647 * below) } }')"
}

# draw_data FOLDER SEED: 600 images of 8 x 8 random pixels with random labels: nothing to learn, but something to train on.
draw_data() {
    mkdir "$1"
    { printf '\0\0\010\003\0\0\002\130\0\0\0\010\0\0\0\010' && bytes 38400 "$2" 256; } >"$1/train-images-idx3-ubyte"
    { printf '\0\0\010\001\0\0\002\130' && bytes 600 "$2"7 10; } >"$1/train-labels-idx1-ubyte"
}
draw_data data 1
draw_data other 2

arch='conv2d:4,3,relu flatten dense:300,swish dense:300,swish dense:10,softmax'
run=(train --data data --scale --arch "$arch" --validation-split 0.1)

fingerprint() {
    sed -n 's/^fingerprint *//p'
}

# ---- stopped by a signal and resumed: the same bits, the same history
whole=$("$cnn" "${run[@]}" --epochs 12 --model whole.npz --history whole.csv 2>/dev/null | fingerprint)
[ -n "$whole" ] || fail "the uninterrupted run printed no fingerprint"

# stop SIGNAL STATUS COMMAND...: sends it as soon as a first epoch is saved.
stop() {
    local signal=$1 status=$2
    shift 2
    rm -f stopped.csv
    "$@" >stopped.out 2>stopped.err &
    local process=$!
    until [ -s stopped.csv ] || ! kill -0 $process 2>/dev/null; do sleep 0.01; done
    kill -"$signal" $process
    wait $process
    local found=$?
    [ $found -eq "$status" ] || fail "$signal: expected exit status $status, found $found: $(cat stopped.err)"
}
for case in 'TERM 143' 'HUP 129'; do
    read -r signal status <<<"$case"
    rm -f stopped.npz
    stop "$signal" "$status" "$cnn" "${run[@]}" --epochs 12 --model stopped.npz --history stopped.csv
    grep -q '^go on with: cnn train --resume' stopped.err || fail "$signal: did not say how to go on: $(cat stopped.err)"
    go_on=$(sed -n 's/^go on with: cnn //p' stopped.err)
    resumed=$(eval "$cnn $go_on" 2>/dev/null | fingerprint)
    [ "$resumed" = "$whole" ] || fail "$signal: resumed to $resumed, not to $whole"
    cmp -s whole.csv stopped.csv || fail "$signal: the histories differ: $(diff whole.csv stopped.csv)"
done
# Without --history it goes on in the same file, from another folder too; where that is gone or another's, that is said.
stop TERM 143 "$cnn" "${run[@]}" --epochs 12 --model stopped.npz --history stopped.csv --overwrite --verbose 2 --threads 1
grep -q "^go on with: cnn train --resume 'stopped.npz' --data 'data' --history 'stopped.csv' --verbose 2 --threads 1\$" stopped.err ||
    fail "the command to go on with is another: $(cat stopped.err)"
cp stopped.npz moved.npz
cp stopped.csv moved.csv
mkdir elsewhere
[ "$(cd elsewhere && "$cnn" train --resume ../stopped.npz 2>../stopped.err | fingerprint)" = "$whole" ] || fail "from another folder: $(cat stopped.err)"
grep -q "^the history goes on in $(pwd -P)/stopped.csv" stopped.err || fail "does not say where the history goes on: $(cat stopped.err)"
cmp -s whole.csv stopped.csv || fail "the history does not go on without --history"
[ -z "$(ls -A elsewhere)" ] || fail "files in another folder: $(ls -A elsewhere)"
for other in 'rm stopped.csv' 'sed -i 2s/^1,./1,7/ stopped.csv'; do
    cp moved.csv stopped.csv
    $other
    before=$(cat stopped.csv 2>/dev/null)
    cp moved.npz once.npz
    expect 0 'stopped.csv; --history FILE writes all of it' "$cnn" train --resume once.npz
    [ "$(cat stopped.csv 2>/dev/null)" = "$before" ] || fail "$other: a history that is not the run's was written"
done
rm -f once*
# Ctrl-C: a shell ignores SIGINT for what it runs in the background, so a new one is asked to.
rm -f stopped.npz stopped.csv
timeout --preserve-status -s INT 60 true || fail "timeout cannot send SIGINT here"
if command -v python3 >/dev/null; then
    PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 python3 - "$cnn" "${run[@]}" --epochs 100000 --model stopped.npz --history stopped.csv <<'END' || fail "SIGINT"
import os, signal, subprocess, sys, time
from terminal import Terminal
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                           preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
while not os.path.exists("stopped.csv") and process.poll() is None:
    time.sleep(0.01)
process.send_signal(signal.SIGINT)
said = process.communicate()[1].decode()
if process.returncode != 130 or "go on with: cnn train --resume" not in said:
    sys.exit(f"SIGINT: exit status {process.returncode}: {said}")

# A second one on the keyboard leaves at once, within the step; one that a program sends, timeout(1) twice, does not, nor does the
# first one after a SIGHUP.
def keyboard(terminal):
    terminal.send("\x03")
def program(terminal):
    terminal.signal(signal.SIGINT)
def hangup(terminal):
    terminal.signal(signal.SIGHUP)
signal.signal(signal.SIGINT, signal.SIG_DFL)
for senders, saved in ((keyboard, keyboard), False), ((program, program), True), ((hangup, keyboard), True):
    terminal = Terminal(24, 200, [sys.argv[1], "train", "--data", "data", "--batch-size", "600", "--epochs", "1000", "--model",
                                  "at-once.npz", "--overwrite", "--arch", "flatten dense:1500,relu dense:1500,relu dense:10,softmax"])
    terminal.until(lambda: b"Epoch 1" in terminal.bytes)
    for send in senders:
        send(terminal)
        end = time.monotonic() + 0.01
        while time.monotonic() < end:
            terminal.read(0.001)
    while not saved and terminal.read(0.01):
        terminal.send("\x03")
    status = terminal.finish()
    said = terminal.bytes.decode()
    if status not in (129, 130) or ("go on with" in said) != saved:
        sys.exit(f"{[send.__name__ for send in senders]}: exit status {status}: {said}")

# A terminal that is closed: the run is saved, and its status is that of SIGHUP, whichever write met the closed terminal first.
for _ in range(4):
    terminal = Terminal(24, 80, [sys.argv[1], "train", "--data", "data", "--batch-size", "1", "--epochs", "1000", "--model",
                                 "closed.npz", "--overwrite", "--arch", "flatten dense:500,relu dense:10,softmax"])
    terminal.until(lambda: b"/600 [" in terminal.bytes)
    os.close(terminal.fd)
    status = os.waitpid(terminal.pid, 0)[1]
    if not os.WIFEXITED(status) or os.WEXITSTATUS(status) != 129 or not os.path.exists("closed.npz"):
        sys.exit(f"a closed terminal: wait status {status}")
END
fi

# ---- stopped while the images are read, before the first step: nothing was moved, and no lock is left
mkdir early
for case in 'INT 130' 'TERM 143' 'HUP 129'; do
    read -r signal status <<<"$case"
    cp whole.npz early/model.npz
    env --default-signal=INT "$cnn" train --data synth --epochs 1000 --model early/model.npz --history early/run.csv >early.out 2>&1 &
    process=$!
    until [ -e early/.run.csv.cnn-lock ] || ! kill -0 $process 2>/dev/null; do :; done
    kill -"$signal" $process
    wait $process
    found=$?
    [ $found -eq "$status" ] || fail "$signal while reading: expected exit status $status, found $found: $(cat early.out)"
    [ "$(cat early.out)" = 'stopped before the first step; nothing was saved' ] || fail "$signal while reading: $(cat early.out)"
    [ "$(ls -A early)" = model.npz ] || fail "$signal while reading: there is now $(ls -A early)"
done
mkfifo early/pipe && expect 1 'not a file but a device or pipe; expected an IDX file' timeout 20 "$cnn" train --data early/pipe

# ---- a second run on the same model is refused while the first lives
"$cnn" "${run[@]}" --epochs 100000 --model busy.npz --history busy.csv >/dev/null 2>&1 &
first=$!
until [ -s busy.csv ] || ! kill -0 $first 2>/dev/null; do sleep 0.01; done
expect 1 busy.npz "$cnn" "${run[@]}" --epochs 1 --model busy.npz
kill -TERM $first
wait $first
expect 0 fingerprint "$cnn" "${run[@]}" --epochs 1 --model busy.npz

# ---- a new run keeps what an old one left under its name
cp whole.npz again.npz
expect 0 'again.npz is of another run: kept as again.1.npz' "$cnn" "${run[@]}" --epochs 1 --model again.npz
cmp whole.npz again.1.npz || fail "the old model was not kept"
expect 0 'goes on in epoch 2 of 2' "$cnn" train --resume again.npz --data data --epochs 2
cmp whole.npz again.1.npz || fail "a resumed run replaced the old model"
[ ! -e again.2.npz ] || fail "a resumed run keeps what it made itself"

# ---- a resume that does not fit
expect 1 'other training data' "$cnn" train --resume whole.npz --data other --epochs 13
expect 1 'its seed is 1, not 2' "$cnn" train --resume whole.npz --data data --seed 2
expect 1 'its network is' "$cnn" train --resume whole.npz --data data --arch 'flatten dense:10,softmax'
expect 1 'its batch size is 32, not 16' "$cnn" train --resume whole.npz --data data --batch-size 16
expect 1 'its optimizer is rmsprop:0.9, not adam' "$cnn" train --resume whole.npz --data data --optimizer adam
expect 1 'its early stopping is none' "$cnn" train --resume whole.npz --data data --early-stopping val_loss:2
expect 2 '12 epochs are done already' "$cnn" train --resume whole.npz --data data --epochs 3
expect 2 'cannot go with it' "$cnn" train --resume whole.npz --model other.npz --data data
expect 1 'cannot open' "$cnn" train --resume missing.npz --data data
expect 0 'nothing is left to do; a larger --epochs goes on' "$cnn" train --resume whole.npz --data data --seed 1 --scale --arch "$arch"
expect 0 'Epoch 13/13' "$cnn" train --resume whole.npz --data data --epochs 13

# ---- early stopping, schedules, validation images
expect 2 'needs validation images' "$cnn" train --data data --arch mlp --early-stopping val_loss:2
expect 2 'unknown metric' "$cnn" train --data data --arch mlp --early-stopping f1:2
expect 2 'METRIC:PATIENCE' "$cnn" train --data data --arch mlp --early-stopping loss:x
expect 2 'unknown schedule' "$cnn" train --data data --arch mlp --schedule linear
expect 2 'expected one of them' "$cnn" train --data data --validation-data other --validation-split 0.1
expect 0 'val_loss' "$cnn" train --data data --scale --arch mlp --epochs 1 --validation-data other --model v.npz
expect 1 'other validation data' "$cnn" train --resume v.npz --data data --validation-data data --epochs 2
expect 0 'restored; the last is in best.last.npz' \
    "$cnn" "${run[@]}" --epochs 40 --early-stopping val_loss:2 --schedule step:5,0.5 --model best.npz --history best.csv
epochs=$(($(wc -l <best.csv) - 1))
best=$(awk -F, 'NR == 2 || NR > 2 && $4 < least { least = $4; epoch = $1 } END { print epoch }' best.csv)
[ "$epochs" -eq $((best + 2)) ] || fail "stopped after $epochs epochs, the best was $best"
expect 0 'best.npz is the best model of the run in best.last.npz' "$cnn" train --resume best.npz --data data
cp best.npz alone.npz
expect 1 'no training run to go on with' "$cnn" train --resume alone.npz --data data
cp v.npz alone.last.npz
expect 1 'no training run to go on with' "$cnn" train --resume alone.npz --data data
expect 0 'nothing is left to do; early stopping ended this run' "$cnn" train --resume best.last.npz --data data
expect 1 'cannot go on to' bash -c "'$cnn' train --data data --arch mlp --epochs 1 --schedule cosine --model c.npz >/dev/null 2>&1 &&
    '$cnn' train --data data --resume c.npz --epochs 2"

# ---- numbers that run away, and a network that learns nothing
expect 1 'is not finite' "$cnn" train --data data --arch "$arch" --optimizer sgd --learning-rate 1000 --epochs 2 --model nan.npz
expect 0 'the commonest answer' "$cnn" train --data data --arch "$arch" --learning-rate 0.5 --epochs 1 --model stuck.npz
[ ! -e nan.npz ] || fail "a model that is not finite was saved"

[ $failed -eq 0 ] && echo "all as expected"
exit $failed
