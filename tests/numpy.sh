# shellcheck shell=bash
# To be sourced: sets python to one that has NumPy ($CNN_PYTHON, the first python3, or the system's, which is the one that a
# package manager fills), or skips the test.
for python in "${CNN_PYTHON:-python3}" python3 /usr/bin/python3 ""; do
    [[ -n $python ]] || { echo "skipped: no python3 here has NumPy" && exit 77; }
    ! "$python" -c 'import numpy' 2>/dev/null || break
done
