#!/usr/bin/env bash
# cnn summary against what real Keras printed, byte for byte: every line of summary_versions.txt is a case.
set -u
cnn=$1
here=$(dirname "$0")
ours=$(mktemp)
trap 'rm -f "$ours"' EXIT
failed=0 count=0
unset COLUMNS

while IFS= read -r line; do
  # summary_LOOK_NAME.txt: Keras 2.12.0: input (28, 28, 1): ARCHITECTURE
  if ! [[ $line =~ ^(summary_([a-z0-9.]+)_[a-z]+\.txt):\ [^:]*:\ input\ \(([0-9]+),\ ([0-9]+),\ ([0-9]+)\):\ (.*)$ ]]; then
    echo "summary_versions.txt: a line that is no case: $line"
    exit 1
  fi
  file=${BASH_REMATCH[1]} style=${BASH_REMATCH[2]} arch=${BASH_REMATCH[6]}
  input=${BASH_REMATCH[3]}x${BASH_REMATCH[4]}x${BASH_REMATCH[5]}
  count=$((count + 1))
  if ! "$cnn" summary --style "$style" --input "$input" --arch "$arch" >"$ours" || ! cmp -s "$here/$file" "$ours"; then
    echo "$file: the summary differs from that of Keras (- Keras, + ours):"
    diff -u "$here/$file" "$ours" | tail -n +3
    failed=1
  fi
done <"$here/summary_versions.txt"

"$cnn" summary >"$ours" # what comes without options is what the lesson shows
cmp "$here/summary_lesson_lesson.txt" "$ours" || failed=1

if [ "$count" -ne 52 ]; then
  echo "summary_versions.txt: expected 52 cases, found $count"
  failed=1
fi
exit $failed
