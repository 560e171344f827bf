/* JPEG, by libjpeg-turbo: baseline and progressive, grey and colour, with the orientation that EXIF tells. */
#include "base/status.h"
#include "picture/picture.h"

#ifdef CNN_JPEG

#include "picture/exif.h"

#include <setjmp.h>
#include <stdio.h>

#include <jerror.h>
#include <jpeglib.h>

enum {
    APP1 = JPEG_APP0 + 1,
    MOST_MARKER_BYTES = 0xffff,
    MOST_SCANS = 64,      /* cameras make about ten; each scan more is another walk over the whole picture */
    PIXELS_PER_BYTE = 512 /* a block of 8 x 8 takes a bit or more */
};

/* libjpeg's own handlers end the program or print; these leave by longjmp. errors comes first: libjpeg hands
 * out a pointer to it. */
struct decoder {
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf leave;
    char complaint[JMSG_LENGTH_MAX];
};

static void complain(j_common_ptr jpeg)
{
    struct decoder *d = (struct decoder *)(void *)jpeg->err;
    jpeg->err->format_message(jpeg, d->complaint);
    longjmp(d->leave, 1);
}

/* A warning says that the pixels after it are guesses, and is an error; but for what does no harm to them. */
static void warn(j_common_ptr jpeg, int level)
{
    int code = jpeg->err->msg_code;
    if (level < 0 && code != JWRN_EXTRANEOUS_DATA && code != JWRN_JFIF_MAJOR && code != JWRN_ADOBE_XFORM)
        complain(jpeg);
}

static void be_silent(j_common_ptr jpeg)
{
    (void)jpeg;
}

static void count_scans(j_common_ptr jpeg)
{
    if (((j_decompress_ptr)jpeg)->input_scan_number > MOST_SCANS)
        ERREXIT(jpeg, JERR_BAD_PROGRESSION);
}

static unsigned orientation_of(const struct jpeg_decompress_struct *jpeg)
{
    for (jpeg_saved_marker_ptr m = jpeg->marker_list; m; m = m->next) {
        unsigned orientation = exif_orientation(m->data, m->data_length);
        if (orientation != 1)
            return orientation;
    }
    return 1;
}

/* The slow integer transform and no smoothing between blocks, so that the bytes are the same with every
 * version and processor; grey is the Y that the file holds. */
static void choose(struct jpeg_decompress_struct *jpeg, size_t channels)
{
    jpeg->out_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg->dct_method = JDCT_ISLOW;
    jpeg->do_block_smoothing = FALSE;
}

/* May leave by longjmp. */
static enum cnn_status read_all(const char *name, struct jpeg_decompress_struct *jpeg, size_t n_bytes,
                                size_t channels, struct cnn_picture *picture, struct cnn_error *error)
{
    jpeg_save_markers(jpeg, APP1, MOST_MARKER_BYTES);
    jpeg_read_header(jpeg, TRUE);
    picture->orientation = orientation_of(jpeg);
    picture->lossy = true;
    if (jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK) {
        error_set(error, CNN_ERROR_FORMAT, "%s: a JPEG in printing colours; expected grey or RGB, found CMYK",
                  name);
        return error_hint(error, CNN_ERROR_FORMAT,
                          "convert it, such as with ImageMagick: convert in.jpg -colorspace sRGB out.png");
    }
    enum cnn_status status = picture_make(name, jpeg->image_height, jpeg->image_width, channels,
                                          (uint64_t)n_bytes * PIXELS_PER_BYTE, picture, error);
    if (status != CNN_OK)
        return status;
    choose(jpeg, channels);
    jpeg_start_decompress(jpeg);
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW row = picture->pixels + (size_t)jpeg->output_scanline * picture->width * channels;
        jpeg_read_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_decompress(jpeg);
    return CNN_OK;
}

enum cnn_status read_jpeg(const char *name, const uint8_t *bytes, size_t n_bytes, size_t channels,
                          struct cnn_picture *picture, struct cnn_error *error)
{
    struct jpeg_decompress_struct jpeg = {0};
    struct decoder decoder = {.progress.progress_monitor = count_scans};
    volatile enum cnn_status status = CNN_ERROR_FORMAT;
    jpeg.err = jpeg_std_error(&decoder.errors);
    decoder.errors.error_exit = complain;
    decoder.errors.emit_message = warn;
    decoder.errors.output_message = be_silent;
    if (setjmp(decoder.leave) == 0) {
        jpeg_create_decompress(&jpeg);
        jpeg.progress = &decoder.progress;
        jpeg.mem->max_memory_to_use = (long)PICTURE_MEMORY;
        jpeg_mem_src(&jpeg, bytes, (unsigned long)n_bytes);
        status = read_all(name, &jpeg, n_bytes, channels, picture, error);
    } else
        status = error_set(error, CNN_ERROR_FORMAT, "%s: the JPEG is damaged: %s", name, decoder.complaint);
    jpeg_destroy_decompress(&jpeg);
    return status;
}

#else

enum cnn_status read_jpeg(const char *name, const uint8_t *bytes, size_t n_bytes, size_t channels,
                          struct cnn_picture *picture, struct cnn_error *error)
{
    (void)bytes, (void)n_bytes, (void)channels, (void)picture;
    error_set(error, CNN_ERROR_FORMAT, "%s: a JPEG, which this program was built without", name);
    return error_hint(error, CNN_ERROR_FORMAT,
                      "build it with libjpeg-turbo (cmake -DCNN_JPEG=ON), or: djpeg in.jpg > out.ppm");
}

#endif
