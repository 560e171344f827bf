/* A finished sheet, handed out as a file or as text. */
#include "base/file.h"
#include "base/memory.h"
#include "picture/curves.h"
#include "picture/png.h"

void cnn_sheet_free(struct cnn_sheet *sheet)
{
    sheet_free(sheet);
}

enum cnn_status cnn_sheet_text(const struct cnn_sheet *sheet, enum cnn_colours colours, size_t columns,
                               bool dark, char **text, struct cnn_error *error)
{
    return sheet_text(sheet, colours, columns, dark, text, error);
}

enum cnn_status cnn_sheet_screen(const struct cnn_sheet *sheet, enum cnn_colours colours, size_t columns,
                                 size_t lines, bool dark, char **text, struct cnn_error *error)
{
    return sheet_screen(sheet, colours, columns, lines, dark, text, error);
}

void cnn_text_free(char *text)
{
    memory_free(text);
}

enum cnn_status cnn_sheet_png(const struct cnn_sheet *sheet, bool dark, const char *path, bool overwrite,
                              struct cnn_error *error)
{
    const struct png_line lines[] = {/* the first is what file_kind.c knows a picture of ours by */
                                     {"Software", "cnn " CNN_VERSION},
                                     {"Title", sheet->title},
                                     {"Comment", sheet->command}};
    struct canvas canvas;
    uint8_t *bytes;
    size_t n_bytes;
    enum cnn_status status = sheet_draw(sheet, dark, &canvas, error);
    if (status != CNN_OK)
        return status;
    status = png_encode(&canvas, lines, sizeof lines / sizeof *lines, &bytes, &n_bytes, error);
    canvas_free(&canvas);
    if (status != CNN_OK)
        return status;
    status = cnn_file_write(path, CNN_FILE_PNG, overwrite, bytes, n_bytes, error);
    memory_free(bytes);
    return status;
}

enum cnn_status cnn_sheet_svg(const struct cnn_sheet *sheet, bool dark, const char *path, bool overwrite,
                              struct cnn_error *error)
{
    char *text;
    size_t n_bytes;
    enum cnn_status status = curves_svg(sheet, dark, &text, &n_bytes, error);
    if (status != CNN_OK)
        return status;
    status = cnn_file_write(path, CNN_FILE_SVG, overwrite, (const uint8_t *)text, n_bytes, error);
    memory_free(text);
    return status;
}
