/*
 * What `jig help COMMAND` and `jig COMMAND --help` print.
 */
#ifndef JIG_TOOL_USAGE_H
#define JIG_TOOL_USAGE_H

#include "engine/base/buf.h"
#include "tools/jig/command.h"

/* No line of help is longer, so that it fits the smallest terminal. */
enum { USAGE_COLUMNS = 80 };

/* Appends the help of a command. O(length). */
void usage_append(const struct command *command, struct buf *out);
/* Prints it. */
void usage_print(const struct command *command);

/* Appends an option as it is typed: "-v, --verbose", "-C DIR", "--poll[=MS]". */
void usage_append_option(const struct option_form *form, struct buf *out);

#endif
