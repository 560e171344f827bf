#!/usr/bin/env bash
# Makes the pictures of README in docs/pictures, of drawn digits alone, and prints the commands that made them. They are the
# same on every machine, but for the two of the page, page.png and walk.png: they are a browser's, and stay as they are where there is
# none (Debian's chromium, chromium-driver and python3-selenium, and fonts-nanum for the Korean one).
# Usage: scripts/make/pictures.sh [PROGRAM]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
[[ $# -lt 2 ]] || wrong_use "unexpected '$2'"
cd "$top"

program=${1:-build/release/cnn}
[[ $program != -* ]] || wrong_use "unexpected '$program'; expected a program"
[[ -x $program ]] || { echo "pictures: no program at $program; scripts/build.sh release makes one" >&2 && exit 1; }
program=$(realpath "$program")
tool=$(dirname "$program")/tests/picture_readme
[[ -x $tool ]] || { echo "pictures: no program at $tool; scripts/build.sh release makes one" >&2 && exit 1; }
mkdir -p docs/pictures
folder=$PWD/docs/pictures
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/bin" && ln -s "$program" "$scratch/bin/cnn"
export PATH=$scratch/bin:$PATH
cd "$scratch"

# show COMMAND...: prints it and runs it.
show() {
    echo "\$ $*"
    "$@"
}

show cnn train --data synth --epochs 5 --snapshots --history run.csv
show cnn show maps --data synth --split test --index 8 --out maps.png
show cnn show filters --out filters.png
show cnn show patches --data synth --first 2000 --out patches.png
show cnn show fool --data synth --out fool.png
show cnn show mistakes --data synth --first 5000 --most 24 --out mistakes.png
show cnn show occlusion --data synth --split test --index 1 --out occlusion.png
show cnn show history run.csv --out history.svg
show cnn show timelapse --out timelapse.png
show cnn export html --data synth --out page.html
if [[ -x /usr/bin/chromedriver ]] && /usr/bin/python3 -c 'import selenium' 2>/dev/null && [[ -n $(fc-list :lang=ko) ]]; then
    HOME=$scratch /usr/bin/python3 "$top/scripts/make/page_pictures.py" "$scratch/page.html" "$scratch"
else
    echo "no browser with a Korean font here: page.png and walk.png stay as they are"
fi
"$tool" photo.jpg
show cnn predict photo.jpg --out photo-seen.png
"$tool" photo-seen.png photo-seen.png # enlarged, so that a page shows its pixels
cp ./*.png ./*.svg ./*.jpg "$folder"

bytes=$(cat "$folder"/* | wc -c)
[[ -z $(find "$folder" -size +150000c) ]] || { echo "pictures: one is larger than 150,000 bytes" >&2 && exit 1; }
echo "$bytes bytes in docs/pictures"
[[ $bytes -le 600000 ]] || { echo "pictures: more than 600,000 bytes" >&2 && exit 1; }
