/* How threads that have nothing to do wait for work. */
#ifndef CLI_WAITING_H
#define CLI_WAITING_H

/* Lets them sleep after some microseconds instead of milliseconds, unless the environment has a wish of its
 * own. GNU OpenMP reads its settings before main, so the program is started anew, once, with GOMP_SPINCOUNT
 * set; that takes a millisecond. Where it cannot be, all goes on as before. Why: a thread that waits in a
 * loop on a busy machine keeps the one it waits for from running; docs/performance.md has the figures. */
void waiting_soon_sleeps(char **argv);

#endif
