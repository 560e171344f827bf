#!/usr/bin/env bash
# cnn predict with pictures: what is read, from where and in which order; what goes wrong with one and not with the others;
# what is written, and what becomes of what is there. $1 is the program.
set -u
cnn=$(realpath "$1")
data=$(realpath data/digits)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export OMP_NUM_THREADS=2 LC_ALL=C COLUMNS=80
unset CNN_DATA
failed=0

fail() {
    echo "FAILED: $*"
    failed=1
}

# run COMMAND...: sets status, leaves out and err.
run() {
    "$@" >out 2>err
    status=$?
}

# expect STATUS WHAT [PATTERN in out] [PATTERN in err]: of the last run.
expect() {
    [[ $status -eq $1 ]] || fail "$2: status $status, expected $1: $(cat err)"
    [[ -z ${3-} ]] || grep -qE -- "$3" out || fail "$2: no line '$3' in: $(cat out)"
    [[ -z ${4-} ]] || grep -qE -- "$4" err || fail "$2: no line '$4' in: $(cat err)"
}

# bar WIDTH HEIGHT GROUND INK: a PGM of an upright bar of ink, which is a 1, off the middle.
bar() {
    awk -v w="$1" -v h="$2" -v ground="$3" -v ink="$4" 'BEGIN {
        print "P2", w, h, 255
        for (y = 0; y < h; y++) for (x = 0; x < w; x++)
            print (y > h / 8 && y < h * 0.7 && x > w * 0.6 && x < w * 0.68) ? ink : ground }'
}

"$cnn" train --data "$data" --arch "flatten dense:24,relu dense:10,softmax" --scale --epochs 30 --verbose 0 >/dev/null || exit 1
bar 90 100 255 0 >one.pgm
bar 60 70 0 255 >light.ppm # the ending says nothing
bar 200 220 230 190 >faint.pgm
bar 40 40 200 200 >blank.pgm
printf '\0\0\0\030ftypheic' >phone.png
printf 'P5 9 9 255\nabc' >short.pgm

# ---- a line for each in a pipe, in the order of the command line
run "$cnn" predict one.pgm light.ppm
expect 0 "two pictures" '^one.pgm: 1, probability [0-9.]+ %$'
[[ $(sed -n 's/:.*//p' out | grep -v '^ ' | tr '\n' ' ') == "one.pgm light.ppm " ]] || fail "not in order: $(cat out)"
expect 0 "a light ground" '^  inverted: dark on light \(ground 255 of 255\)'
[[ $(grep -c inverted out) -eq 1 ]] || fail "inverted is said of the wrong one: $(cat out)"
[[ $(sed 's/^light.ppm/one.pgm/' out | grep -c '^one.pgm: 1') -eq 2 ]] || fail "the same bar reads differently: $(cat out)"
run "$cnn" predict faint.pgm
expect 0 "faint" '^  faint: the ink differs from the ground by 16 %$'
run "$cnn" predict - <one.pgm
expect 0 "standard input" '^-: 1, probability'
run "$cnn" predict - light.ppm <one.pgm
[[ $(grep -c ': 1, probability' out) -eq 2 ]] || fail "standard input and a file: $(cat out)"

# ---- nothing drawn: no answer, and that is no failure
run "$cnn" predict blank.pgm
expect 0 "a blank sheet" '^blank.pgm: no answer$'
expect 0 "a blank sheet" '^  nothing is drawn'

# ---- one bad picture does not stop the others
run "$cnn" predict phone.png one.pgm missing.jpg short.pgm
expect 1 "bad ones among good" '^one.pgm: 1' 'phone.png: not a picture that is read; .*found HEIC'
expect 1 "bad ones among good" '' 'heif-convert in.heic out.jpg'
expect 1 "bad ones among good" '' 'missing.jpg: cannot open'
expect 1 "bad ones among good" '' 'short.pgm: the file is cut short'
expect 1 "bad ones among good" '' '3 of 4 pictures failed'
run "$cnn" predict phone.png
expect 1 "one bad picture" '' '^cnn predict: phone.png: not a picture'
[[ $(grep -c 'not a picture' err) -eq 1 ]] || fail "said twice: $(cat err)"

# ---- read by any number of threads: the same words in the same order, errors too
for ((i = 0; i < 24; i++)); do bar $((40 + i)) $((90 - i)) 255 $((i * 3)) >many-$((i + 10)).pgm; done
cp phone.png many-11.pgm && cp short.pgm many-20.pgm && cp blank.pgm many-30.pgm
run "$cnn" predict --threads 1 many-*.pgm
expect 1 "many pictures" '^many-10.pgm: 1' '2 of 24 pictures failed'
[[ $(grep -o 'many-[0-9]*' err | tr '\n' ' ') == "many-11 many-20 " ]] || fail "errors not in order: $(cat err)"
mv out out.1 && mv err err.1
for threads in 2 7; do
    run "$cnn" predict --threads "$threads" many-*.pgm
    { cmp out out.1 && cmp err err.1; } || fail "$threads threads say something else than one"
done

# ---- CSV: all digits; a name with a comma is quoted; no answer is empty fields
cp one.pgm 'a, "b".pgm'
run "$cnn" predict --csv 'a, "b".pgm' blank.pgm
expect 0 "csv" '^picture,predicted,p0,p1,p2,p3,p4,p5,p6,p7,p8,p9$'
expect 0 "csv" '^"a, ""b"".pgm",1,[0-9.e-]+,'
expect 0 "csv" '^blank.pgm,,,,,,,,,,,$'
# A file gets a name byte for byte, as a reader of CSV takes it back; a terminal gets nothing that it would obey.
strange=$'e\e[31m\nf\302\233.pgm'
cp one.pgm "$strange"
[ "$("$cnn" predict --csv "$strange" 2>/dev/null | sed 1d | head -n 2)" = "\"$strange\",1,$("$cnn" predict --csv one.pgm 2>/dev/null | sed '1d; s/^one.pgm,1,//')" ] ||
    fail "csv: the name is not quoted byte for byte: $("$cnn" predict --csv "$strange" | cat -v)"
if script --version >/dev/null 2>&1; then
    for options in '' --csv --json; do
        script -qec "'$cnn' predict $options \$'e\\e[31m\\nf\\302\\233.pgm' nothing\$'\\302\\233'" /dev/null </dev/null >out 2>&1
        LC_ALL=C grep -q $'\302\233\|\e\[31m' out && fail "predict $options on a terminal obeys a name: $(cat -v out)"
        grep -q 'e?\[31m?f\|e.*\[31m' out || fail "predict $options on a terminal shows no name: $(cat -v out)"
    done
fi

run "$cnn" predict --json one.pgm blank.pgm
expect 0 "json" '"picture": "blank.pgm", "probabilities": \[\], "hints": \["nothing is drawn'

# ---- what the network sees can be kept: it is cleaned already, and so comes back as it is
run "$cnn" predict one.pgm --out seen.png
expect 0 "--out"
run "$cnn" predict seen.png --out again.png
expect 0 "--out of what was cleaned"
cmp -s seen.png again.png || fail "what was cleaned changes when it is cleaned again"
run "$cnn" predict light.ppm --out seen.png
expect 0 "--out over its own"
echo "a diary" >diary.png
run "$cnn" predict one.pgm --out diary.png
expect 1 "--out over what is not ours" '' 'diary.png'
[[ $(cat diary.png) == "a diary" ]] || fail "--out destroyed a file"
[[ ! -s out ]] || fail "--out was refused after the work: $(cat out)"
run "$cnn" predict one.pgm --out diary.png --overwrite
expect 0 "--out --overwrite"

# ---- each step can be kept
run "$cnn" predict one.pgm --keep-stages steps
expect 0 "--keep-stages"
[[ $(echo steps/*) == "steps/one-1-grey.png steps/one-4-ink.png steps/one-5-digit.png" ]] || fail "stages: $(echo steps/*)"
run "$cnn" predict steps/one-5-digit.png
expect 0 "a stage as a picture" ': 1, probability'
mkdir -p other && cp one.pgm other/one.ppm
run "$cnn" predict one.pgm other/one.ppm --keep-stages steps
expect 2 "two of one name" '' 'one.pgm and other/one.ppm would both be kept as one'
run "$cnn" predict one.pgm --keep-stages /proc/steps
expect 1 "a folder that cannot be made" '' '/proc/steps: cannot make the folder'
run "$cnn" predict one.pgm --keep-stages light.ppm
expect 1 "a file where the folder is to be" '' '^cnn predict: light.ppm: cannot make the folder: a file of that name is there$'

# ---- without the clean-up: the same picture upside down in grey is another
run "$cnn" predict one.pgm --raw --out raw.png
expect 0 "--raw" '^one.pgm: ' 'scaled to 28 x 28 pixels and nothing else$'
cmp -s raw.png seen.png && fail "--raw cleans up"
"$cnn" train --data "$data" --arch "conv2d:2,3 flatten dense:12,softmax" --epochs 1 --verbose 0 --model twelve.npz >/dev/null || exit 1
run "$cnn" predict one.pgm --model twelve.npz
expect 0 "another network" '' 'and nothing else: this network was not made for digits'
grep -q inverted out && fail "cleaned up for another network: $(cat out)"
run "$cnn" predict one.pgm --model twelve.npz --clean
expect 0 "another network, cleaned up" '^  inverted'
run "$cnn" predict one.pgm --model twelve.npz --keep-stages steps
expect 2 "stages without the clean-up" '' '--keep-stages: there are none'

# ---- what does not go together
run "$cnn" predict one.pgm --first 3
expect 2 "--first" '' '--first is for images of a dataset'
run "$cnn" predict --raw
expect 2 "--raw without" '' '--raw is for pictures; expected a file, found none'
run "$cnn" predict one.pgm --raw --clean
expect 2 "--raw --clean" '' 'do not go together'
run "$cnn" predict one.pgm blank.pgm --out x.png
expect 2 "--out of two" '' 'expected one picture, found 2'
run "$cnn" predict one.pgm --out x.jpg
expect 2 "--out x.jpg" '' "ends in .png, found 'x.jpg'"
run "$cnn" predict - - <one.pgm
expect 2 "- twice" '' 'named 2 times'
[[ ! -e x.png && ! -e x.jpg ]] || fail "something was written after all"

# ---- on a terminal: what the network sees, ten bars, hints; nothing wider than 80 columns
if command -v script >/dev/null && script -qec true /dev/null >/dev/null 2>&1; then
    script -qec "LC_ALL=C.UTF-8 NO_COLOR=1 COLUMNS=80 '$cnn' predict one.pgm" /dev/null >screen </dev/null
    grep -q 'what the network sees' screen || fail "no preview: $(cat screen)"
    [[ $(grep -cE '^[0-9]  .*%' screen) -eq 10 ]] || fail "not ten bars: $(cat screen)"
    grep -q '^inverted: dark on light' screen || fail "no hints: $(cat screen)"
    awk '{ sub(/\r$/, "") } length($0) > 80 { exit 1 }' screen || fail "wider than 80 columns: $(cat screen)"
fi
exit $failed
