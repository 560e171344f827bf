#!/usr/bin/env bash
# What cnn completion writes: each shell reads it, every command and option is in it, and bash and fish complete with it.
# Usage: test_completion.sh CNN
set -u
cnn=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
complain() { echo "$*" >&2; failed=1; }

for shell in bash zsh fish; do
    "$cnn" completion "$shell" >"script.$shell" || complain "cnn completion $shell fails"
    if command -v "$shell" >/dev/null && ! "$shell" -n "script.$shell" 2>error; then
        complain "$shell does not read it: $(cat error)"
    fi
done
commands=$("$cnn" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
for command in $commands; do
    for option in $("$cnn" "$command" --help | sed -n 's/^      --\([a-z0-9-]*\).*/\1/p'); do
        sed -n "/^    '$command '[*])/,/;;/p" script.bash | grep -q -- "--$option " || complain "bash: $command --$option is missing"
        sed -n "/^    $command)/,/;;/p" script.zsh | grep -q -- "--$option\[" || complain "zsh: $command --$option is missing"
        grep -q "from $command' -l $option " script.fish || complain "fish: $command --$option is missing"
    done
done

# completes EXPECTED WORD...: what bash offers for the last word.
touch model.npz
completes() {
    local expected=$1 found
    shift
    found=$(bash --norc -c 'source ./script.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _cnn; echo "${COMPREPLY[*]}"' bash "$@" 2>error)
    [ "$found$(cat error)" = "$expected" ] || complain "bash, $*: expected '$expected', found '$found' $(cat error)"
}
completes 'train' cnn tr
completes '--compat' cnn train --comp
completes 'keras2 keras3' cnn train --compat ''
completes 'adam adamw' cnn train --optimizer a
completes 'lesson lenet5 lenet' cnn train --arch le
completes 'model.npz' cnn predict --model mod
completes '' cnn train --epochs ''
completes 'lesson' cnn summary --style le
completes 'layers' cnn help lay
completes 'zsh' cnn completion z
left=$(bash --norc -c 'before=$(compgen -A function); source ./script.bash; COMP_WORDS=(cnn tr) COMP_CWORD=1; _cnn; compgen -A function | grep -v ^_cnn')
[ -z "$left" ] || complain "bash: functions of other names are left: $left"

if command -v fish >/dev/null; then
    offered=$(fish --no-config -c 'source ./script.fish; complete -C "cnn train --compat "' | cut -f1 | paste -sd ' ')
    [ "$offered" = 'keras2 keras3' ] || complain "fish, train --compat: found '$offered'"
    fish --no-config -c 'source ./script.fish; complete -C "cnn ev"' | grep -q ^evaluate || complain "fish does not complete cnn ev"
fi
exit $failed
