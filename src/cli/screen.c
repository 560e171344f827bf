#include "screen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "interrupt.h"
#include "message.h"
#include "output.h"

/* Source: ECMA-48, and xterm's control sequences: 1049 is the other screen, 25 the cursor, 7 going on to a
 * new line. What stands between 2026 h and l is shown at once by terminals that know it, and the others pass
 * it over. */
#define ENTER "\033[?1049h\033[?25l\033[?7l"
#define BEGIN "\033[?2026h\033[H"
#define END "\033[J\033[?2026l"
#define LEAVE "\033[?2026l\033[0m\033[?7h\033[?25h\033[?1049l"

/* ---- what there is ------------------------------------------------------------------------------ */

enum cnn_status screen_check(const char *option, struct cnn_error *error)
{
    const char *terminal = getenv("TERM");
    if (!output_is_terminal())
        fail(error, CNN_ERROR_USAGE, "%s draws on a terminal, but standard output is a file or a pipe",
             option);
    else if (!terminal || !*terminal || strcmp(terminal, "dumb") == 0)
        fail(error, CNN_ERROR_USAGE, "%s draws all over the terminal, but TERM says that this one is %s",
             option, terminal && *terminal ? "dumb" : "unknown");
    else
        return CNN_OK;
    return fail_hint(error, "leave it out; cnn show filters and cnn show maps show a trained model anywhere");
}

void screen_size(size_t *lines, size_t *columns)
{
    const char *set = getenv("LINES");
    long n = set ? strtol(set, NULL, 10) : 0;
    struct winsize window;
    if (n <= 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0)
        n = window.ws_row;
    *lines = n > 0 ? (size_t)n : 24;
    *columns = output_columns(stdout);
}

/* ---- sending ------------------------------------------------------------------------------------ */

/* What the terminal takes at once. One that is gone gets nothing any more. */
static void send_some(struct screen *screen)
{
    while (screen->fd >= 0 && screen->sent < screen->n_bytes) {
        ssize_t n = write(screen->fd, screen->text + screen->sent, screen->n_bytes - screen->sent);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0 && errno != EINTR) {
            close(screen->fd);
            screen->fd = -1;
        }
        screen->sent += n > 0 ? (size_t)n : 0;
    }
}

static bool is_sent(struct screen *screen)
{
    send_some(screen);
    return screen->sent == screen->n_bytes;
}

/* A program in the background shares the terminal with what is typed to another. */
static bool is_ours(void)
{
    pid_t front = tcgetpgrp(STDOUT_FILENO);
    return front < 0 || front == getpgrp();
}

bool screen_is_ready(struct screen *screen)
{
    return is_sent(screen) && screen->fd >= 0 && is_ours();
}

static void send_all(struct screen *screen)
{
    while (!is_sent(screen) && screen->fd >= 0) {
        struct pollfd terminal = {.fd = screen->fd, .events = POLLOUT};
        poll(&terminal, 1, -1);
    }
}

void screen_draw(struct screen *screen, const char *text)
{
    char *made = NULL;
    size_t n_bytes = 0, length, lines, columns;
    screen_size(&lines, &columns);
    FILE *to = open_memstream(&made, &n_bytes);
    if (!to)
        return;
    fputs(screen->shown ? BEGIN : ENTER BEGIN, to);
    for (size_t line = 0; *text && line < lines; line++, text += length + 1) {
        length = strcspn(text, "\n");
        fprintf(to, "%s%.*s\033[K", line ? "\r\n" : "", (int)length, text);
    }
    fputs(END, to);
    if (fclose(to)) {
        free(made);
        return;
    }
    free(screen->text);
    screen->text = made;
    screen->n_bytes = n_bytes;
    screen->sent = 0;
    screen->shown = true;
    interrupt_last_words(LEAVE);
    send_some(screen);
}

void screen_leave(struct screen *screen)
{
    if (!screen->shown)
        return;
    send_all(screen);
    free(screen->text);
    screen->text = strdup(LEAVE);
    screen->n_bytes = screen->text ? strlen(LEAVE) : 0;
    screen->sent = 0;
    send_all(screen);
    screen->shown = false;
    interrupt_last_words(NULL);
}

/* ---- waiting ------------------------------------------------------------------------------------ */

static volatile sig_atomic_t asked_to_wait;

static void ask_to_wait(int number)
{
    (void)number;
    asked_to_wait = 1;
}

static void answer_stop_by(void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, before;
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGTSTP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(SIGTSTP, &action, NULL);
}

/* A description of its own for the terminal, so that not waiting for it is nobody else's matter. Where that
 * is not to be had, standard output is written to, and waited for. */
void screen_open(struct screen *screen)
{
    const char *name = ttyname(STDOUT_FILENO);
    *screen = (struct screen){.fd = name ? open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1};
    if (screen->fd < 0)
        screen->fd = dup(STDOUT_FILENO);
    answer_stop_by(ask_to_wait);
}

void screen_close(struct screen *screen)
{
    screen_leave(screen);
    if (screen->fd >= 0)
        close(screen->fd);
    screen->fd = -1;
    free(screen->text);
    screen->text = NULL;
    answer_stop_by(SIG_DFL);
}

bool screen_asked_to_wait(void)
{
    return asked_to_wait;
}

void screen_wait(void)
{
    asked_to_wait = 0;
    answer_stop_by(SIG_DFL);
    raise(SIGTSTP);
    answer_stop_by(ask_to_wait);
}
