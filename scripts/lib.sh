# Sourced by the scripts of this folder and of those in it, with the words they were given: answers -h and --help with
# the comment at the head of the script, and has what several of them say.
# shellcheck shell=bash

script=$(basename "$0" .sh)
# shellcheck disable=SC2034 # for the scripts
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# The comment at the head of the script, and what its function more_help adds, where it has one.
print_help() {
    sed -n '2,${/^#/!q; s/^# \{0,1\}//p}' "$0"
    ! declare -F more_help >/dev/null || more_help
}

# wrong_use WHAT: the script was called as it cannot be.
wrong_use() {
    echo "$script: $1" >&2
    echo "hint: $0 --help says more" >&2
    exit 2
}

# takes_no_words "$@": for a script that takes none.
takes_no_words() {
    [[ $# -eq 0 ]] || wrong_use "unexpected '$1'; expected nothing"
}

case ${1-} in
-h | --help)
    print_help
    exit
    ;;
esac
