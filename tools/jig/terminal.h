/*
 * What the output is connected to: a terminal whose last line can be written over, or a file.
 *
 * The rules are ninja's: a terminal is smart unless TERM is unset or "dumb". Colour follows from
 * that, except that NO_COLOR forbids it, CLICOLOR_FORCE demands it when NO_COLOR is not there,
 * and FORCE_COLOR demands it always. The value "0" is as good as unset.
 */
#ifndef JIG_TOOL_TERMINAL_H
#define JIG_TOOL_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

struct terminal {
    bool tty;         /* it is a terminal, of whatever kind */
    bool smart;       /* the last line can be written over */
    bool colour;      /* control sequences may pass */
    int fd;           /* the terminal to ask for its width; -1: `columns` is the width */
    uint32_t columns; /* when it cannot be asked; 0: unknown */
    uint32_t rows;    /* likewise */
};

/* The environment variables that matter; NULL is unset. */
struct terminal_environment {
    const char *term;
    const char *no_color;
    const char *clicolor_force;
    const char *force_color;
    const char *columns;
};

/* What `fd` is connected to, going by this process' environment. */
struct terminal terminal_detect(int fd);
/* The same with everything given: pure. */
struct terminal terminal_decide(int fd, bool is_tty, const struct terminal_environment *env);

/* The width now, since it changes as people drag windows; 0 when unknown. One system call. */
uint32_t terminal_columns(const struct terminal *terminal);
/* The height, likewise. */
uint32_t terminal_rows(const struct terminal *terminal);

#endif
