#include "interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

enum { SIGNAL_STATUS = 128 };

static volatile sig_atomic_t asked, times_interrupted;
static const char *volatile last_words;

/* A terminal that is closed sends SIGHUP twice, by its shell and by the system; who stops a service may send
 * SIGTERM again; timeout(1) sends its signal to the program and then to its group. Only a second Ctrl-C on
 * the keyboard, which the kernel sends and no process, means that the user will not wait. */
static void ask(int number, siginfo_t *info, void *context)
{
    (void)context;
    if (number == SIGINT && info->si_code > 0 && ++times_interrupted > 1) {
        const char *words = last_words;
        if (words)
            (void)!write(STDOUT_FILENO, words, strlen(words));
        _exit(SIGNAL_STATUS + number);
    }
    if (!asked)
        asked = number;
}

void interrupt_watch(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_sigaction = ask, .sa_flags = SA_RESTART | SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction before;
        if (sigaction(numbers[i], NULL, &before) == 0 &&
            before.sa_handler != SIG_IGN) /* nohup's wish counts */
            sigaction(numbers[i], &action, NULL);
    }
}

void interrupt_last_words(const char *words)
{
    last_words = words;
}

int interrupt_asked(void)
{
    return asked;
}

int interrupt_exit_status(void)
{
    return SIGNAL_STATUS + asked;
}
