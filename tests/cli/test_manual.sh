#!/usr/bin/env bash
# Every option of every command is in the manual page and in some command's help, and the page has no warnings.
set -u
program=$1
page=docs/cnn.1
failed=0
complain() { echo "$*" >&2; failed=1; }

commands=$("$program" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
[ "$(echo "$commands" | wc -l)" -ge 4 ] || complain "cnn --help lists no commands: $commands"
in_help=$(for command in $commands; do "$program" "$command" --help; done |
    sed -n 's/^      --\([a-z0-9-]*\).*/\1/p' | sort -u)
in_page=$(sed 's/\\-/-/g' "$page" | sed -n 's/^\.BI\{0,1\}R\{0,1\} --\([a-z0-9-]*\).*/\1/p' | sort -u | grep -v '^version$\|^help$')
[ "$(echo "$in_help" | wc -l)" -ge 20 ] || complain "the help lists too few options: $in_help"

for command in $commands; do
    grep -q "^\.B $command\$" "$page" || complain "$page: command $command is missing"
    cmp -s <("$program" "$command" --help) <("$program" help "$command") ||
        complain "cnn help $command and cnn $command --help differ"
    "$program" "$command" --help | awk -v command="$command" 'length($0) > 80 && !/^  cnn / {
        print "cnn " command " --help: wider than 80 columns: " $0; wide = 1 } END { exit wide }' >&2 || failed=1
done
difference=$(diff <(echo "$in_help") <(echo "$in_page")) ||
    complain "options of the help (<) and of $page (>) differ:"$'\n'"$difference"

if man --version >/dev/null 2>&1 && [ -n "$(man --warnings -l "$page" 2>&1 >/dev/null)" ]; then
    man --warnings -l "$page" >/dev/null
    complain "$page: man warns"
fi
exit $failed
