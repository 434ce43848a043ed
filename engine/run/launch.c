#include "engine/run/launch.h"

#include "engine/base/io.h"

#include <errno.h>
#include <fcntl.h>
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

static int write_script(const struct launcher *launcher, const char *command, char **script)
{
    struct buf path = {0};
    buf_printf(&path, "%s/command-XXXXXX", launcher->script_dir);
    int fd = mkostemp(path.data, O_CLOEXEC);
    if (fd < 0) {
        int errnum = errno;
        buf_free(&path);
        return errnum;
    }
    int errnum = io_write_all(fd, command, strlen(command));
    if (!errnum)
        errnum = io_write_all(fd, "\n", 1);
    if (close(fd) < 0 && !errnum)
        errnum = errno;
    *script = path.data;
    return errnum;
}

static int start_shell(struct launcher *launcher, const char *command, bool console, void *user,
                       char **script)
{
    char *arguments[] = {(char[]){SHELL}, (char[]){"-c"}, (char *)command, NULL};
    if (strlen(command) >= launcher->longest_argument) {
        int errnum = write_script(launcher, command, script);
        if (errnum)
            return errnum;
        arguments[1] = *script;
        arguments[2] = NULL;
    }
    const struct process_spec spec = {.path = SHELL,
                                      .arguments = arguments,
                                      .environment = launcher->variables,
                                      .console = console};
    return reactor_start(launcher->reactor, &spec, user);
}

int launcher_start(struct launcher *launcher, const char *command, bool console, void *user,
                   struct launch *how)
{
    *how = (struct launch){.direct = true};
    int errnum = start_directly(launcher, command, console, user);
    if (!errnum || process_is_shortage(errnum))
        return errnum;
    how->direct = false;
    errnum = start_shell(launcher, command, console, user, &how->script);
    if (errnum)
        launch_end(how);
    return errnum;
}

void launch_end(struct launch *how)
{
    if (how->script)
        unlink(how->script);
    free(how->script);
    how->script = NULL;
}
