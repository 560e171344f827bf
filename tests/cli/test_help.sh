#!/usr/bin/env bash
# The short help of every command is one screen and names every option; the whole one has them in groups; every topic
# of cnn help shows its table of words.
# Usage: test_help.sh CNN
set -u
cnn=$(realpath "$1")
failed=0
complain() { echo "$*" >&2; failed=1; }

# fits WHAT LINES < TEXT, not in a pipe, whose end could not tell: the text has no more lines than that, and none is wider than a terminal.
fits() {
    awk -v what="$1" -v most="$2" '
        length($0) > 80 { print what ": wider than 80 columns: " $0; bad = 1 }
        END { if (NR > most) { print what ": " NR " lines, a screen has " most ": mark options .rare"; bad = 1 }; exit bad }' >&2 || failed=1
}

# The options a help text names, one a line.
options() { grep -o -- '--[a-z][a-z0-9-]*' | sort -u; }

commands=$("$cnn" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
[ -n "$commands" ] || complain "cnn --help lists no commands"
for command in $commands; do
    fits "cnn $command -h" 23 < <("$cnn" "$command" -h) # a terminal has 24 lines, and one is the prompt
    explained=$("$cnn" "$command" --help | sed -n 's/^  *\(-h, \)\{0,1\}\(--[a-z0-9-]*\).*/\2/p' | sort -u)
    missing=$(comm -23 <(echo "$explained") <("$cnn" "$command" -h | options))
    [ -z "$missing" ] || complain "cnn $command -h does not name $missing"
done
fits "cnn --help" 40 < <("$cnn" --help)

groups=$("$cnn" train --help | grep -E '^(Network|Training|Data|Files|Output|Other):$' | tr -d '\n')
[ "$groups" = Network:Training:Data:Files:Output:Other: ] || complain "cnn train --help has the groups $groups"

# topic NAME WORD: the table that cnn help NAME shows has that word.
topic() {
    "$cnn" help "$1" | grep -q "^  $2" || complain "cnn help $1 does not show $2"
    fits "cnn help $1" 60 < <("$cnn" help "$1")
}
topic layers conv2d:FILTERS
topic activations swish
topic losses categorical_crossentropy
topic optimizers rmsprop
topic schedules onecycle
topic architectures lesson
# Of a kind of picture -h names the options that it takes, and no other.
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
for kind in maps filters patches mistakes fool occlusion data timelapse history; do
    named=$("$cnn" show "$kind" -h | options | grep -v -- --help)
    for option in $("$cnn" show -h | options | grep -v -- --help); do
        value=(1)
        case $option in --each | --numbers | --dark | --overwrite) value=() ;; --split) value=(test) ;; esac
        said=$(cd "$work" && CNN_DATA=$work "$cnn" show "$kind" "$option" "${value[@]}" 2>&1)
        grep -qx -- "$option" <<<"$named" && is_named=yes || is_named=no
        [[ $said == *"has no such option"* ]] && takes=no || takes=yes
        [ "$is_named" = "$takes" ] || complain "cnn show $kind $option: named by -h: $is_named; taken: $takes: $said"
    done
done
cmp <("$cnn" show maps -h) <("$cnn" show --index 3 -h --bananas maps) || complain "where the kind stands matters"
cmp <("$cnn" train --help) <("$cnn" help train) || complain "cnn help train and cnn train --help differ"
exit $failed
