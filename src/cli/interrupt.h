/* A request to stop: Ctrl-C, a termination, a terminal that was closed. */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <stdbool.h>

/* From now on SIGINT, SIGTERM and SIGHUP only ask to stop, however often they come; a second SIGINT, a
 * Ctrl-C, ends the program at once. What is ignored already stays so. */
void interrupt_watch(void);

/* What is written to standard output before a second Ctrl-C ends the program; it must live on. NULL: nothing.
 */
void interrupt_last_words(const char *words);

/* The signal that asked to stop; 0: none did. */
int interrupt_asked(void);

/* The status to exit with after stopping for a signal: 128 + its number, as a shell reports it. */
int interrupt_exit_status(void);

#endif
