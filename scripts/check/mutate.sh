#!/usr/bin/env bash
# Asks the tests whether they would notice: plants faults, one at a time and the same ones each time, in a copy of the tree,
# and runs the tests until one fails. There are two sorts. Faults of meaning are written by hand, each with a sentence that
# says what goes wrong: tests/faults/meaning.txt. Small ones are made here, some 120 of them: a sign, an index, a bound, a
# constant, a comparison, a line that is gone. Prints who caught each, the shares that were caught, and what no test noticed;
# docs/reliability.md says of those why. What a plain build does not catch, one with the address and undefined behaviour
# sanitizers may, as in the suite. Without AVX-512, whose code is the same; tests of the fault's own room first, quick ones
# before slow ones; a test that takes far longer than it did has caught the fault, and is ended. Takes about an hour.
#
# Usage: scripts/check/mutate.sh [OPTION...]
#   --sort meaning|small   one sort alone
#   --only PATTERN         faults with this regular expression in "path: sentence"
#   --jobs N               N at once, each in a copy of its own (1)
#   --longest SECONDS      leave out tests that work for longer (20)
#   --list                 print the faults, plant none
#   --check                see whether each row of tests/faults/meaning.txt still applies, plant none (needs no build)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
cd "$top"
exec python3 scripts/check/mutate.py "$@"
