#!/usr/bin/env bash
# Every script answers -h and --help at once, with how it is called, and refuses a word it does not know with status 2;
# neither makes, builds or fetches anything.
set -u
failed=0
complain() { echo "$*" >&2; failed=1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# A copy, so that nothing that is built already hides that a script would build it.
mkdir "$scratch/tree"
cp -r scripts CMakePresets.json tests/fuzz "$scratch/tree"
mkdir -p "$scratch/tree/src" "$scratch/tree/include" "$scratch/tree/tests"
mv "$scratch/tree/fuzz" "$scratch/tree/tests/fuzz"
cd "$scratch/tree" || exit 1

# called STATUS SCRIPT WORD...: runs it into out; a network, a compiler or a package manager is out of its reach.
called() {
    local status=$1 found=0
    shift
    find . | sort >"$scratch/before"
    PATH=/usr/bin:/bin timeout 20 bash "$@" >"$scratch/out" 2>&1 </dev/null || found=$?
    [ "$found" -eq "$status" ] || complain "$*: expected status $status, found $found: $(head -5 "$scratch/out")"
    find . | sort | diff "$scratch/before" - >"$scratch/made" || complain "$*: it made $(cat "$scratch/made")"
}

n=0
for script in scripts/*.sh scripts/*/*.sh; do
    [ "$script" != scripts/lib.sh ] || continue
    n=$((n + 1))
    for help in -h --help; do
        called 0 "$script" $help
        grep -q "Usage: $script" "$scratch/out" || complain "$script $help does not say how it is called: $(cat "$scratch/out")"
    done
    called 2 "$script" --no-such-word
    grep -q "no-such-word" "$scratch/out" || complain "$script --no-such-word: does not name it: $(cat "$scratch/out")"
done
[ "$n" -ge 12 ] || complain "only $n scripts were found"

called 2 scripts/build.sh
called 2 scripts/build.sh relaese
grep -q 'unknown preset .relaese.; expected one of: .*release' "$scratch/out" || complain "build.sh relaese: $(cat "$scratch/out")"
exit $failed
