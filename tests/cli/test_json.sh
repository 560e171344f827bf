#!/usr/bin/env bash
# What --json writes is JSON to Python's own reader, line by line, says what --csv says, and survives names that are hard to quote.
# Usage: test_json.sh CNN
set -u
cnn=$(realpath "$1")
command -v python3 >/dev/null || { echo "skipped: there is no python3 here" && exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export OMP_NUM_THREADS=1
failed=0
complain() { echo "$*" >&2; failed=1; }

# 60 + 20 images of 6 x 6, of three classes.
split() {
    local i k n labels='' pixels=''
    printf -v n '\\x%02x' "$2"
    for ((i = 0; i < $2; i++)); do
        printf -v labels '%s\\x%02x' "$labels" $((i % 3))
        for ((k = 0; k < 36; k++)); do printf -v pixels '%s\\x%02x' "$pixels" $(((k % 3 == i % 3) * 150 + (i * k) % 50)); done
    done
    printf '%b' "\\0\\0\\x08\\x03\\0\\0\\0$n\\0\\0\\0\\x06\\0\\0\\0\\x06$pixels" >"$1-images-idx3-ubyte"
    printf '%b' "\\0\\0\\x08\\x01\\0\\0\\0$n$labels" >"$1-labels-idx1-ubyte"
}
hard=$'a"b\\c\td\xffe\xc3\xa9.npz' # a quote, a backslash, a tab, a byte that is not UTF-8, an e with an accent
split train 60
split t10k 20

# read_as PYTHON COMMAND...: the lines it writes, each read as JSON into the list j, have to make the expression true.
read_as() {
    local truth=$1
    shift
    "$cnn" "$@" >out 2>err || true
    python3 - "$truth" <<'END' || complain "cnn $*: expected $truth in: $(cat out err)"
import json, math, sys
def strict(name): raise ValueError(name)
j = [json.loads(line, parse_constant=strict) for line in open("out", encoding="utf-8", newline="\n")]
sys.exit(not eval("(" + sys.argv[1] + ")", globals()))
END
}

train=(train --data . --arch 'flatten dense:10,softmax' --scale --epochs 3 --validation-split 0.1 --json --model "$hard")
read_as 'len(j) == 4 and [e["epoch"] for e in j[:3]] == [1, 2, 3] and all(e["event"] == "epoch" and e["epochs"] == 3 and
    e["loss"] > 0 and 0 <= e["val_accuracy"] <= 1 and e["learning_rate"] == 0.001 for e in j[:3])' "${train[@]}" --history h.csv
python3 - <<'END' || complain "train --json and --history differ"
import csv, json
rows = list(csv.DictReader(open("h.csv")))
lines = [json.loads(line) for line in open("out", encoding="utf-8")]
assert all(float(row[k]) == line[k] for row, line in zip(rows, lines) for k in ("loss", "accuracy", "val_loss", "val_accuracy"))
END
read_as 'j[3]["event"] == "result" and j[3]["saved"] == "a\"b\\c\td\ufffdeé.npz" and j[3]["test_images"] == 20 and
    len(j[3]["fingerprint"]) == 16' "${train[@]}"
read_as 'len(j) == 4 and 1 <= j[3]["best_epoch"] <= 3' "${train[@]}" --early-stopping val_loss:5 --model best.npz
! grep -q '^best epoch' out || complain "a line of --json is for people"

read_as 'len(j) == 1 and j[0]["model"] == "a\"b\\c\td\ufffdeé.npz" and sum(map(sum, j[0]["confusion"])) == j[0]["images"] == 20 and
    sum(j[0]["confusion"][k][k] for k in range(10)) == round(j[0]["accuracy"] * 20) and len(j[0]["classes"]) == 10' \
    evaluate --data . --model "$hard" --json
"$cnn" evaluate --data . --model "$hard" --csv >csv 2>/dev/null
for name in loss accuracy precision recall f1; do
    value=$(awk -F, -v name=$name '$1 == name && $2 == "" { print $4 }' csv)
    python3 -c 'import json, sys; sys.exit(json.load(open("out"))[sys.argv[1]] != float(sys.argv[2]))' $name "$value" ||
        complain "evaluate: $name of --json and --csv differ"
done
read_as 'len(j[0]["predictions"]) == 4 and all(abs(sum(p["probabilities"]) - 1) < 1e-5 and p["truth"] == i % 3 and p["image"] == i and
    p["probabilities"][p["predicted"]] == max(p["probabilities"]) for i, p in enumerate(j[0]["predictions"]))' \
    predict --data . --model "$hard" --first 4 --json
read_as '[l["parameters"] for l in j[0]["layers"]] == [0, 78, 456, 0, 201684, 850] and j[0]["layers"][1]["output_shape"] ==
    [None, 24, 24, 3] and j[0]["layers"][3]["activation"] is None and j[0]["parameters"] == j[0]["trainable"] == 203068 and
    j[0]["non_trainable"] == 0' summary --json
read_as 'len(j[0]["findings"]) > 5 and j[0]["faults"] == [f["verdict"] for f in j[0]["findings"]].count("fault")' doctor --data . --model "$hard" --json
read_as 'j[0]["faults"] >= 1 and any(f["verdict"] == "fault" and f["advice"] for f in j[0]["findings"])' \
    doctor --data nowhere --json
read_as 'j[0]["input"] == [6, 6, 1] and len(j[0]["results"]) > 3' bench --arch 'flatten dense:3,softmax' --input 6x6x1 --batch 2 \
    --threads 1 --seconds 0.01 --json

for command in evaluate predict; do
    "$cnn" $command --csv --json 2>&1 | grep -q -- '--csv and --json do not go together' || complain "$command: --csv and --json"
done
exit $failed
