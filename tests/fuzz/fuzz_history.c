/* Histories: read from a file, drawn in every way. */
#include "fuzz.h"

#include "base/memory.h"
#include "picture/curves.h"

static void draw(const struct cnn_sheet *sheet)
{
    struct cnn_error error = {0};
    struct canvas canvas;
    char *text;
    size_t n;
    enum cnn_status status = cnn_sheet_text(sheet, CNN_COLOURS_256, 80, false, &text, &error);
    fuzz_check_error(status, &error);
    REQUIRE(status == CNN_OK);
    cnn_text_free(text);
    REQUIRE(curves_svg(sheet, true, &text, &n, &error) == CNN_OK);
    REQUIRE(strlen(text) == n && strcmp(text + n - 7, "</svg>\n") == 0);
    memory_free(text);
    REQUIRE(sheet_draw(sheet, false, &canvas, &error) == CNN_OK);
    canvas_free(&canvas);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct cnn_error error = {0};
    struct cnn_sheet *sheet;
    char path[32];
    FILE *file = tmpfile();
    REQUIRE(file && fwrite(bytes, 1, n_bytes, file) == n_bytes && fflush(file) == 0);
    snprintf(path, sizeof path, "/dev/fd/%d", fileno(file));
    const char *paths[] = {path, path};
    enum cnn_status status = cnn_show_history(paths, 2, NULL, &sheet, &error);
    fuzz_check_error(status, &error);
    if (status == CNN_OK) {
        draw(sheet);
        cnn_sheet_free(sheet);
    }
    fclose(file);
    return 0;
}
