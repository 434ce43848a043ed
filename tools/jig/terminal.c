#include "tools/jig/terminal.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool is_on(const char *value)
{
    return value && strcmp(value, "0") != 0;
}

struct terminal terminal_decide(int fd, bool is_tty, const struct terminal_environment *env)
{
    bool smart = is_tty && env->term && strcmp(env->term, "dumb") != 0;
    bool forbidden = is_on(env->no_color);
    bool forced = is_on(env->force_color) || (!forbidden && is_on(env->clicolor_force));
    unsigned long columns = env->columns ? strtoul(env->columns, NULL, 10) : 0;
    return (struct terminal){
        .tty = is_tty,
        .smart = smart,
        .colour = forced || (smart && !forbidden),
        .fd = smart ? fd : -1,
        .columns = columns <= UINT16_MAX ? (uint32_t)columns : 0,
    };
}

struct terminal terminal_detect(int fd)
{
    const struct terminal_environment env = {
        .term = getenv("TERM"),
        .no_color = getenv("NO_COLOR"),
        .clicolor_force = getenv("CLICOLOR_FORCE"),
        .force_color = getenv("FORCE_COLOR"),
        .columns = getenv("COLUMNS"),
    };
    return terminal_decide(fd, isatty(fd), &env);
}

uint32_t terminal_columns(const struct terminal *terminal)
{
    struct winsize size;
    if (terminal->fd >= 0 && ioctl(terminal->fd, TIOCGWINSZ, &size) == 0 && size.ws_col)
        return size.ws_col;
    return terminal->columns;
}

uint32_t terminal_rows(const struct terminal *terminal)
{
    struct winsize size;
    if (terminal->fd >= 0 && ioctl(terminal->fd, TIOCGWINSZ, &size) == 0 && size.ws_row)
        return size.ws_row;
    return terminal->rows;
}
