#!/usr/bin/env bash
# make install into a scratch folder gives a library that a stranger finds by pkg-config and by CMake, links statically
# and dynamically, from C and from C++, and runs, also after the folder moved: only names in cnn_ leave it, and nothing in
# it names this machine. And the program and its manual page.
set -euo pipefail

build=$(cd "$(dirname "$1")" && pwd)
source=$PWD
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() { echo "$*" && exit 1; }

# cached NAME: a value that the build was configured with.
cached() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }

[[ $(cached CNN_INSTALL) == ON ]] || { echo "skipped: built without what is installed" && exit 77; }
DESTDIR=$scratch/stage cmake --install "$build" >"$scratch/log" || fail "$(cat "$scratch/log")"
prefix=$scratch/moved
mv "$scratch/stage$(cached CMAKE_INSTALL_PREFIX)" "$prefix"
libraries=$(dirname "$(find "$prefix" -name libcnn.a)")
export PKG_CONFIG_PATH=$libraries/pkgconfig LD_LIBRARY_PATH=$libraries

"$prefix/bin/cnn" --version >/dev/null
for file in bash-completion/completions/cnn zsh/site-functions/_cnn fish/vendor_completions.d/cnn.fish; do
    grep -q epochs "$prefix/share/$file" || fail "no completion in $file"
done
[[ ! -e docs/cnn.1 || -e $prefix/share/man/man1/cnn.1 ]] || fail "no manual page"

# Counters and sanitizers have names and needs of their own.
sanitizers=$(cached CNN_SANITIZE)
flags=()
[[ -z $sanitizers ]] || flags+=("-fsanitize=$sanitizers")
[[ $(cached CMAKE_C_FLAGS_DEBUG) != *--coverage* ]] || flags+=(--coverage)

if [[ ${#flags[@]} -eq 0 ]]; then
    for list in "nm --extern-only --defined-only $libraries/libcnn.a" "nm --dynamic --defined-only $libraries/libcnn.so"; do
        names=$($list | awk 'NF == 3 && $2 != "A" { print $3 }')
        grep -q '^cnn_model_predict$' <<<"$names" || fail "$list: does not list cnn_model_predict"
        # .gomp_...: clang's own, and no name in C
        ! grep -v '^cnn_\|^\.' <<<"$names" || fail "$list: these should not leave the library"
    done
fi
! grep -rnE -e "$source|$build|[-=\"; ][LI]?/[a-z]" "$libraries/pkgconfig" "$libraries/cmake" ||
    fail "a path of this machine is installed"
version=$(pkg-config --modversion cnn)

# A stranger's program, with functions of its own under names that the library has inside.
cat >"$scratch/client.c" <<'TEXT'
#include <cnn.h>
#include <stdio.h>
#include <string.h>

int file_exists(void) { return 1; }
int error_set(void) { return 2; }
int engine_step(void) { return 3; }
int memory_alloc(void) { return 4; }

int main(void)
{
    struct cnn_model *model;
    struct cnn_error error;
    static struct cnn_model_options options; /* zeros: the default of everything */
    char version[64];
    options.arch = "flatten dense:2,softmax";
    options.height = 2;
    options.width = 3;
    if (cnn_model_create(&options, &model, &error) != CNN_OK)
        return fprintf(stderr, "%s\n", error.message), 1;
    sprintf(version, "%d.%d.%d", CNN_VERSION_MAJOR, CNN_VERSION_MINOR, CNN_VERSION_PATCH);
    if (strcmp(version, CNN_VERSION) != 0 || strcmp(version, cnn_version()) != 0)
        return fprintf(stderr, "versions: %s %s %s\n", version, CNN_VERSION, cnn_version()), 1;
    printf("cnn %s: %d parameters\n", version, (int)cnn_model_info(model).parameters);
    cnn_model_free(model);
    return file_exists() + error_set() + engine_step() + memory_alloc() - 10;
}
TEXT
expected="cnn $version: 14 parameters"
example=$PWD/examples/stripes.c
learned=

# client COMMAND...: compiles with it and runs.
client() {
    "$@" -o "$scratch/client" || fail "does not compile: $*"
    local printed
    printed=$("$scratch/client") || fail "does not run: $*"
    [[ $printed == "$expected" ]] || fail "expected $expected, found $printed: $*"
}

# example COMMAND...: the same for the example, which says the same whatever it was compiled and linked with.
example() {
    "$@" -o "$scratch/example" || fail "does not compile: $*"
    local printed
    printed=$("$scratch/example") || fail "does not run: $*"
    [[ $printed == "cnn $version"*"epoch 20: accuracy 1.00"*"lying 0.9"* ]] || fail "has not learned: $printed: $*"
    learned=${learned:-$printed}
    [[ $printed == "$learned" ]] || fail "other numbers: expected $learned, found $printed: $*"
}

read -ra include < <(pkg-config --cflags cnn)
read -ra shared < <(pkg-config --libs cnn)
read -ra static < <(pkg-config --static --libs cnn)
static=("${static[@]/#-lcnn/"$libraries/libcnn.a"}")
compilers=("$(cached CMAKE_C_COMPILER) -std=c11")
if [[ ${#flags[@]} -eq 0 ]]; then
    compilers+=("gcc -std=c99" "clang -std=c11" "g++ -x c++ -std=c++11" "clang++ -x c++ -std=c++17")
fi
for compiler in "${compilers[@]}"; do
    read -ra compiler <<<"$compiler"
    command -v "${compiler[0]}" >/dev/null || continue
    before=("${compiler[@]}" -Wall -Wextra -Wpedantic -Werror "${flags[@]}" "${include[@]}")
    client "${before[@]}" "$scratch/client.c" -x none "${shared[@]}"
    example "${before[@]}" "$example" -x none "${shared[@]}"
    # gcc does not know clang's OpenMP
    [[ " ${static[*]} " != *" -fopenmp "* || ${compiler[0]} == *clang* ]] || continue
    client "${before[@]}" "$scratch/client.c" -x none "${static[@]}"
    example "${before[@]}" "$example" -x none "${static[@]}"
    ! ldd "$scratch/client" | grep libcnn || fail "linked statically, it still wants the shared library"
done

# By CMake, of the version asked for and of no later one.
cat >"$scratch/CMakeLists.txt" <<'TEXT'
cmake_minimum_required(VERSION 3.20)
project(stranger LANGUAGES C)
find_package(cnn ${WANTED} REQUIRED COMPONENTS static)
foreach(library cnn static)
  add_executable(with_${library} client.c)
  target_link_libraries(with_${library} cnn::${library})
endforeach()
TEXT
configure() {
    cmake -S "$scratch" -B "$scratch/by-cmake" "-DCMAKE_C_COMPILER=$(cached CMAKE_C_COMPILER)" "-DCMAKE_C_FLAGS=${flags[*]}" \
        "-DCMAKE_PREFIX_PATH=$prefix" "-DWANTED=$1" >"$scratch/log" 2>&1
}
configure "${version%.*}" || fail "$(cat "$scratch/log")"
cmake --build "$scratch/by-cmake" >"$scratch/log" 2>&1 || fail "$(cat "$scratch/log")"
for library in cnn static; do
    [[ $("$scratch/by-cmake/with_$library") == "$expected" ]] || fail "by CMake, $library: does not run"
done
! configure 99 || fail "CMake takes version $version for 99"
