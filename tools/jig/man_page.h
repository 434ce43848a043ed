/*
 * The man page of a command, for `man`: troff with the macros of man(7).
 *
 * It tells what the help tells and more: options that help only refers to, details, examples, exit
 * codes, variables. Made of the same text, so that both say the same.
 */
#ifndef JIG_TOOL_MAN_PAGE_H
#define JIG_TOOL_MAN_PAGE_H

#include "engine/base/buf.h"
#include "tools/jig/command.h"

/* Appends the page of section 1 of a command, or of jig itself. The same text gives the same bytes:
 * there is no date in it. O(length). */
void man_page_append(const struct command *command, struct buf *out);

#endif
