#include "run_support.h"

#include "engine/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- directories and files ------------------------------------------------------------------ */

int enter_temp_dir(void **state)
{
    static const char template[] = "/tmp/jig-run-XXXXXX";
    *state = malloc(sizeof template);
    memcpy(*state, template, sizeof template);
    return mkdtemp(*state) && chdir(*state) == 0 ? 0 : -1;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

int leave_temp_dir(void **state)
{
    int result = chdir("/") == 0 ? nftw(*state, remove_entry, 16, FTW_DEPTH | FTW_PHYS) : -1;
    free(*state);
    return result;
}

void put_file(const char *path, const char *content, unsigned mode)
{
    assert_int_equal(io_write_file(AT_FDCWD, path, content, strlen(content)), 0);
    assert_int_equal(chmod(path, mode), 0);
}

/* ---- pipes ---------------------------------------------------------------------------------- */

static struct pass pass_end(int passed)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(fcntl(ends[passed], F_SETFD, 0), 0);
    return (struct pass){.passed = ends[passed], .kept = ends[1 - passed]};
}

struct pass pass_writing_end(void)
{
    return pass_end(1);
}

struct pass pass_reading_end(void)
{
    return pass_end(0);
}

void read_bytes(int fd, size_t count)
{
    char byte;
    while (count--)
        assert_int_equal(read(fd, &byte, 1), 1);
}

bool is_at_end(int fd)
{
    char byte;
    return read(fd, &byte, 1) == 0;
}

/* ---- reactors ------------------------------------------------------------------------------- */

struct reactor *make_reactor(void)
{
    struct reactor *reactor;
    assert_int_equal(reactor_create(&reactor, false), 0);
    return reactor;
}

struct reactor_event wait_exit(struct reactor *reactor)
{
    struct reactor_event event;
    assert_int_equal(reactor_wait(reactor, -1, &event), 0);
    assert_int_equal(event.kind, REACTOR_EXITED);
    return event;
}

void start_probe(struct reactor *reactor, void *user, char *const *arguments)
{
    char *all[8] = {(char *)RUN_PROBE};
    for (size_t i = 0; i < 6 && arguments[i]; i++)
        all[i + 1] = arguments[i];
    const struct process_spec spec = {.path = RUN_PROBE, .arguments = all, .environment = environ};
    assert_int_equal(reactor_start(reactor, &spec, user), 0);
}

/* ---- runs ----------------------------------------------------------------------------------- */

struct run *make_run(const struct run_options *options)
{
    struct run *run;
    struct jig_error error;
    if (run_create(&run, options, &error))
        fail_msg("%s", error.message);
    return run;
}

uint32_t start_command(struct run *run, uint32_t job, const char *command)
{
    const struct run_job what = {.job = job, .command = command};
    uint32_t slot;
    struct jig_error error;
    assert_true(run_has_slot(run));
    if (run_start(run, &what, &slot, NULL, &error))
        fail_msg("%s", error.message);
    return slot;
}

struct run_result wait_result(struct run *run)
{
    struct run_result result;
    struct jig_error error;
    if (run_wait(run, 0, &result, &error))
        fail_msg("%s", error.message);
    assert_int_equal(result.kind, RUN_FINISHED);
    return result;
}

struct run_result run_command(const char *command)
{
    char *environment[] = {(char *)"PATH=/usr/bin:/bin", NULL};
    struct run *run = make_run(
        &(struct run_options){.slots = 1, .environment = environment, .leave_signals = true});
    start_command(run, 0, command);
    struct run_result result = wait_result(run);
    run_destroy(run);
    return result;
}
