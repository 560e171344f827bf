#!/usr/bin/env bash
# make install into a scratch folder gives a library that a stranger's program finds by pkg-config, links and runs, also
# after the folder moved; and the program and its manual page.
set -euo pipefail

build=$(cd "$(dirname "$1")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# cached NAME: a value that the build was configured with.
cached() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }

DESTDIR=$scratch/stage cmake --install "$build" >"$scratch/log" || { cat "$scratch/log" && exit 1; }
mv "$scratch/stage$(cached CMAKE_INSTALL_PREFIX)" "$scratch/moved"

cat >"$scratch/client.c" <<'TEXT'
#include <cnn.h>
#include <stdio.h>

int main(void)
{
    struct cnn_model *model;
    struct cnn_error error;
    struct cnn_model_options options = {.arch = "flatten dense:2,softmax", .height = 2, .width = 3, .channels = 1};
    if (cnn_model_create(&options, &model, &error) != CNN_OK)
        return fprintf(stderr, "%s\n", error.message), 1;
    printf("cnn %s: %zu parameters\n", cnn_version(), cnn_model_info(model).parameters);
    cnn_model_free(model);
    return 0;
}
TEXT
PKG_CONFIG_PATH=$(dirname "$(find "$scratch/moved" -name cnn.pc)")
export PKG_CONFIG_PATH
flags=(-std=c11)
sanitizers=$(cached CNN_SANITIZE)
[[ -z $sanitizers ]] || flags+=("-fsanitize=$sanitizers")
read -ra found < <(pkg-config --cflags --libs cnn)
"$(cached CMAKE_C_COMPILER)" "${flags[@]}" "$scratch/client.c" "${found[@]}" -o "$scratch/client"

printed=$("$scratch/client")
expected="cnn $(pkg-config --modversion cnn): 14 parameters"
[[ $printed == "$expected" ]] || { printf 'expected %s\nfound %s\n' "$expected" "$printed" && exit 1; }
"$scratch/moved/bin/cnn" --version >/dev/null
[[ ! -e docs/cnn.1 || -e $scratch/moved/share/man/man1/cnn.1 ]] || { echo "no manual page" && exit 1; }
