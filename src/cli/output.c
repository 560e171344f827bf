#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "message.h"

void output_open(void)
{
    signal(SIGXFSZ, SIG_IGN); /* then a write past the limit fails and is told */
    /* The stand-in is opened the wrong way round, so that using the closed stream still fails. */
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)!open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
}

static int reason; /* errno of the first write that failed, as far as it is known */
static bool outlives;

void output_outlive_reader(void)
{
    signal(SIGPIPE, SIG_IGN);
    outlives = true;
}

/* A pipe that nobody reads any more, or a terminal that was closed; stdio does not always say why a write
 * failed. */
static bool reader_has_gone(void)
{
    struct pollfd fd = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&fd, 1, 0) > 0 && fd.revents & (POLLERR | POLLHUP);
}

/* What is written from here on goes nowhere. */
static void let_reader_go(void)
{
    int nowhere = open("/dev/null", O_WRONLY);
    if (nowhere < 0)
        return;
    dup2(nowhere, STDOUT_FILENO);
    close(nowhere);
    clearerr(stdout);
    reason = 0;
    note("standard output: its reader has gone; the work goes on");
}

void output_show(void)
{
    if (fflush(stdout) && !reason)
        reason = errno;
    if (outlives && (reason || ferror(stdout)) && reader_has_gone())
        let_reader_go();
}

void output_print(const char *text)
{
    if (fputs(text, stdout) < 0 && !reason)
        reason = errno;
}

enum cnn_status output_flush(struct cnn_error *error)
{
    output_show();
    if (!reason && !ferror(stdout))
        return CNN_OK;
    return fail(error, CNN_ERROR_IO, "standard output: cannot write%s%s", reason ? ": " : "",
                reason ? strerror(reason) : "");
}

enum cnn_status output_close(struct cnn_error *error)
{
    enum cnn_status status = output_flush(error);
    if (fclose(stdout) && status == CNN_OK)
        status = fail(error, CNN_ERROR_IO, "standard output: cannot write: %s", strerror(errno));
    return status;
}

bool output_is_terminal(void)
{
    return isatty(STDOUT_FILENO);
}

/* Source: https://no-color.org */
static bool has_colour(FILE *stream)
{
    const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");
    return isatty(fileno(stream)) && !(no_colour && *no_colour) && terminal && strcmp(terminal, "dumb") != 0;
}

const char *tone_begin(FILE *stream, enum tone tone)
{
    static const char *const escapes[] = {
        [TONE_PLAIN] = "\033[0m",        [TONE_BOLD] = "\033[1m",          [TONE_GOOD] = "\033[32m",
        [TONE_BAD] = "\033[1;31m",       [TONE_REMARK] = "\033[33m",       [TONE_SYMBOL] = "\033[38;5;33m",
        [TONE_NUMBER] = "\033[38;5;34m", [TONE_NOTHING] = "\033[38;5;45m",
    };
    return has_colour(stream) ? escapes[tone] : "";
}

static bool is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *locale = getenv(names[i]);
        if (locale && *locale)
            return strcasestr(locale, "utf-8") || strcasestr(locale, "utf8");
    }
    return false;
}

enum cnn_colours output_colours(void)
{
    const char *colours = getenv("COLORTERM");
    if (!has_colour(stdout) || !is_utf8())
        return CNN_COLOURS_NONE;
    bool all = colours && (strcmp(colours, "truecolor") == 0 || strcmp(colours, "24bit") == 0);
    return all ? CNN_COLOURS_24_BIT : CNN_COLOURS_256;
}

size_t output_columns(FILE *stream)
{
    const char *set = getenv("COLUMNS");
    long columns = set ? strtol(set, NULL, 10) : 0;
    struct winsize window;
    if (columns <= 0 && ioctl(fileno(stream), TIOCGWINSZ, &window) == 0)
        columns = window.ws_col;
    return columns > 0 ? (size_t)columns : 80;
}

const char *count_text(char text[COUNT_TEXT], uint64_t count)
{
    char digits[COUNT_TEXT];
    size_t n = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, count);
    char *end = text;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            *end++ = ',';
        *end++ = digits[i];
    }
    *end = '\0';
    return text;
}

const char *noun_text(char text[NOUN_TEXT], uint64_t count, const char *noun)
{
    char number[COUNT_TEXT];
    snprintf(text, NOUN_TEXT, "%s %s%s", count_text(number, count), noun, count == 1 ? "" : "s");
    return text;
}

const char *real_text(char text[COUNT_TEXT], double value)
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, COUNT_TEXT, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return text;
}

double clock_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

const char *confidence_text(char *text, size_t row)
{
    double from = 100 * cnn_confidence_from(row), to = 100 * cnn_confidence_from(row + 1);
    if (row == 0)
        snprintf(text, CONFIDENCE_TEXT, "below %g %%", to);
    else if (row + 1 < CNN_CONFIDENCE_ROWS)
        snprintf(text, CONFIDENCE_TEXT, "%g %% to %g %%", from, to);
    else
        snprintf(text, CONFIDENCE_TEXT, "%g %% or more", from);
    return text;
}
