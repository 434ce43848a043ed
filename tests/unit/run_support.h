/*
 * What the tests of processes share: an empty current directory, and commands run to their end.
 */
#ifndef TESTS_UNIT_RUN_SUPPORT_H
#define TESTS_UNIT_RUN_SUPPORT_H

#include "cmocka_all.h"

#include "engine/run/run.h"
#include "scheduler/reactor.h"

/* cmocka setup and teardown: the current directory is a new one in /tmp, then gone. */
int enter_temp_dir(void **state);
int leave_temp_dir(void **state);

/* A file with this content and mode. */
void put_file(const char *path, const char *content, unsigned mode);

/* A pipe whose end `passed` children inherit and whose other end they do not. */
struct pass {
    int passed;
    int kept;
};
struct pass pass_writing_end(void);
struct pass pass_reading_end(void);
/* Reads exactly `count` bytes, waiting for them. */
void read_bytes(int fd, size_t count);
/* True when the other end was closed by everyone; waits for that. */
bool is_at_end(int fd);

/* A reactor that leaves signals alone. */
struct reactor *make_reactor(void);
/* Waits for a child to end; any other event fails the test. The caller frees event.output. */
struct reactor_event wait_exit(struct reactor *reactor);
/* Starts the probe with these arguments, ended by NULL, captured. */
void start_probe(struct reactor *reactor, void *user, char *const *arguments);

struct run *make_run(const struct run_options *options);
/* Starts a command in a free slot, which is returned. */
uint32_t start_command(struct run *run, uint32_t job, const char *command);
/* Waits for a job to end; anything else fails the test. */
struct run_result wait_result(struct run *run);
/* Runs one command alone, with nothing but a plain PATH. The caller frees the result. */
struct run_result run_command(const char *command);

#endif
