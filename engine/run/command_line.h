/*
 * How a command runs: directly, or by the shell.
 *
 * Starting a shell costs as much as starting a short program, and most commands a generator writes
 * are plain words. This reads a command as POSIX sh does (Shell Command Language, 2.2 quoting, 2.3
 * token recognition, 2.9.1 simple commands) as far as it has no effect but to run one program, and
 * hands everything else to the shell. In doubt it says shell, so what it accepts is:
 *
 *   words of plain characters, '…', "…" without expansions, and \c;
 *   a first word that is no reserved word, builtin, assignment or pattern;
 *   around that command the forms that CMake writes: `: && CMD && :`, `cd DIR && CMD [&& :]`.
 *
 * It is text to text. Where programs are found and what `cd` comes to is environment.h's part.
 */
#ifndef RUN_COMMAND_LINE_H
#define RUN_COMMAND_LINE_H

#include "engine/base/buf.h"
#include "engine/base/memory.h"

#include <stdbool.h>

/* A command as words. Zero-initialised is ready; used again and again it stops allocating. */
struct command_line {
    VEC(char *) words;     /* the program and its arguments; a NULL follows the last */
    const char *directory; /* the operand of cd, or NULL */
    struct buf text;       /* what words and directory point into */
};

/*
 * True when `command` can run directly: `line` then says how, until the next call with it. False
 * when it needs the shell. O(length).
 */
bool command_line_parse(struct command_line *line, const char *command);
void command_line_free(struct command_line *line);

#endif
