#include "engine/run/launch.h"

#include "engine/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SHELL "/bin/sh"

void launcher_init(struct launcher *launcher, struct reactor *reactor, char *const *variables,
                   const char *script_dir)
{
    *launcher = (struct launcher){
        .reactor = reactor,
        .variables = variables,
        .script_dir = script_dir,
        /* MAX_ARG_STRLEN of <linux/binfmts.h> */
        .longest_argument = 32 * (size_t)sysconf(_SC_PAGESIZE),
    };
    environment_init(&launcher->environment, variables);
}

void launcher_free(struct launcher *launcher)
{
    environment_free(&launcher->environment);
    command_line_free(&launcher->line);
}

/* Starts `command` without a shell. ENOEXEC: it needs one. */
static int start_directly(struct launcher *launcher, const char *command, bool console, void *user)
{
    struct environment *environment = &launcher->environment;
    struct command_line *line = &launcher->line;
    if (!environment->usable || !command_line_parse(line, command))
        return ENOEXEC;
    const char *directory;
    char *const *variables = environment_enter(environment, line->directory, &directory);
    const char *program = environment_find(environment, line->words.data[0]);
    if (!variables || !program)
        return ENOEXEC;
    const struct process_spec spec = {.path = program,
                                      .arguments = line->words.data,
                                      .environment = variables,
                                      .directory = directory,
                                      .console = console};
    return reactor_start(launcher->reactor, &spec, user);
}

/* Writes `command` to a new file; *script is its path, which the caller frees, or NULL. */
static int write_script(const struct launcher *launcher, const char *command, char **script)
{
    struct buf path = {0};
    buf_printf(&path, "%s/command-XXXXXX", launcher->script_dir);
    int fd = mkostemp(path.data, O_CLOEXEC);
    int errnum = fd < 0 ? errno : io_write_all(fd, command, strlen(command));
    if (fd >= 0 && close(fd) < 0 && !errnum)
        errnum = errno;
    if (errnum) {
        if (fd >= 0)
            unlink(path.data);
        buf_free(&path);
    }
    *script = path.data;
    return errnum;
}

static int start_shell(struct launcher *launcher, const char *command, const char *script,
                       bool console, void *user)
{
    const char *arguments[] = {SHELL, script ? script : "-c", script ? NULL : command, NULL};
    const struct process_spec spec = {.path = SHELL,
                                      .arguments = (char *const *)arguments,
                                      .environment = launcher->variables,
                                      .console = console};
    return reactor_start(launcher->reactor, &spec, user);
}

static enum jig_status fail_start(const char *command, int errnum, struct jig_error *error)
{
    const char *advice = "";
    if (errnum == E2BIG)
        advice = "the system limits a command and its environment together: use a response file";
    else if (errnum == EAGAIN || errnum == ENOMEM)
        advice = "run fewer jobs at a time (-j), or raise the limit of processes (ulimit -u)";
    else if (errnum == EMFILE || errnum == ENFILE)
        advice = "run fewer jobs at a time (-j), or raise the limit of open files (ulimit -n)";
    else
        advice = "commands need a working " SHELL;
    jig_fail_errno(error, errnum, "cannot start a command of %zu bytes", strlen(command));
    if (error)
        snprintf(error->advice, sizeof error->advice, "%s", advice);
    return JIG_ERROR_IO;
}

enum jig_status launcher_start(struct launcher *launcher, const char *command, bool console,
                               void *user, struct launch *how, int *errnum, struct jig_error *error)
{
    *how = (struct launch){.direct = true};
    *errnum = start_directly(launcher, command, console, user);
    if (!*errnum)
        return JIG_OK;
    if (process_is_shortage(*errnum))
        return fail_start(command, *errnum, error);
    how->direct = false;
    if (strlen(command) >= launcher->longest_argument) {
        *errnum = write_script(launcher, command, &how->script);
        if (*errnum)
            return jig_fail_errno(error, *errnum,
                                  "cannot write a command of %zu bytes to a file in '%s'",
                                  strlen(command), launcher->script_dir);
    }
    *errnum = start_shell(launcher, command, how->script, console, user);
    if (!*errnum)
        return JIG_OK;
    launch_end(how);
    return fail_start(command, *errnum, error);
}

void launch_end(struct launch *how)
{
    if (how->script)
        unlink(how->script);
    free(how->script);
    how->script = NULL;
}
