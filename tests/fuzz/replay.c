/* The fuzz targets without a fuzzer: each file that is named, and each in a folder that is named, is an
 * input. Usage: fuzz_NAME FILE|FOLDER... */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>

enum { MOST_BYTES = 1 << 20 };

static size_t n_inputs;

static void replay_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *bytes = malloc(MOST_BYTES);
    REQUIRE(f && bytes);
    size_t n = fread(bytes, 1, MOST_BYTES, f);
    REQUIRE(feof(f));
    fclose(f);
    uint8_t *exact = malloc(n ? n : 1); /* so that a read past the end is seen */
    REQUIRE(exact);
    memcpy(exact, bytes, n);
    free(bytes);
    fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
    n_inputs++;
}

static void replay(const char *path)
{
    DIR *folder = opendir(path);
    if (!folder) {
        REQUIRE(errno == ENOTDIR);
        replay_file(path);
        return;
    }
    for (struct dirent *entry; (entry = readdir(folder));) {
        char name[1024];
        if (entry->d_name[0] == '.')
            continue;
        REQUIRE((size_t)snprintf(name, sizeof name, "%s/%s", path, entry->d_name) < sizeof name);
        replay_file(name);
    }
    closedir(folder);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        replay(argv[i]);
    printf("%zu inputs\n", n_inputs);
    return n_inputs == 0;
}
