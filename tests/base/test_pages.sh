#!/usr/bin/env bash
# The pages say what is so: what they link to is there, headings too; and the commands in them have the options that they are shown with.
set -euo pipefail
export LC_ALL=C.UTF-8
cnn=$1
failed=0

complain() {
    echo "$1"
    failed=1
}

# anchors PAGE: its headings as GitHub spells them in an address.
anchors() {
    sed -n 's/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' | sed 's/[^[:alnum:] _-]//g; s/ /-/g'
}

# link PAGE TARGET: FILE, FILE#HEADING or #HEADING, as PAGE sees it.
link() {
    local file=${2%%#*} heading=
    [[ $2 != *'#'* ]] || heading=${2#*#}
    file=${file:+$(dirname "$1")/$file}
    file=${file:-$1}
    if [[ ! -e $file ]]; then
        complain "$1: there is no $2"
    elif [[ -n $heading ]] && ! anchors "$file" | grep -qxF -- "$heading"; then
        complain "$1: $file has no heading #$heading"
    fi
}

# options PAGE LINE: a line that begins with a command's name.
options() {
    local help option
    help=$("$cnn" "${2%% *}" --help)
    while read -r option; do
        grep -qE -- " $option([^a-z-]|\$)" <<<"$help" || complain "$1: cnn ${2%% *} has no $option"
    done < <(grep -oE -- '--[a-z][a-z-]*' <<<"$2")
}

verbs=$("$cnn" help | sed -n '/^Commands:/,/^  cnn /s/^  \([a-z]\{1,\}\)\( .*\|\)$/\1/p' | grep -v '^cnn' | paste -sd '|')
links=0 commands=0
for page in *.md data/README.md docs/*.md; do
    while read -r target; do
        links=$((links + 1))
        link "$page" "$target"
    done < <(grep -oE '\]\([^):]+\)' "$page" | sed 's/^](//; s/)$//')
    while read -r _ line; do
        commands=$((commands + 1))
        options "$page" "$line"
    done < <(grep -oE "\\bcnn ($verbs) [^\`|;#>)]*" "$page")
done
((links > 60 && commands > 60)) || complain "found only $links links and $commands commands"
((failed)) || echo "$links links, $commands commands: all well"
exit "$failed"
