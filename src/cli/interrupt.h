/* A request to stop: Ctrl-C, a termination, a terminal that was closed. */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <stdbool.h>

/* From now on the first SIGINT, SIGTERM or SIGHUP only asks to stop; a second one ends the program at once.
 */
void interrupt_watch(void);

/* The signal that asked to stop; 0: none did. */
int interrupt_asked(void);

/* The status to exit with after stopping for a signal: 128 + its number, as a shell reports it. */
int interrupt_exit_status(void);

#endif
