/*
 * Scripts by which shells complete jig's command line.
 *
 * A script knows all commands, options and words by itself. It calls jig for what can be built, and
 * git for names of commits.
 */
#ifndef JIG_TOOL_COMPLETION_H
#define JIG_TOOL_COMPLETION_H

#include "engine/base/buf.h"
#include "tools/jig/command.h"

/* completion.bash, completion.fish and completion.zsh, which hold what is the same for all
 * commands. */
extern const char completion_bash_script[];
extern const char completion_fish_script[];
extern const char completion_zsh_script[];

/* Appends such a script, with what `append_lists` appends where it has the line "# @commands@". */
void completion_fill(struct buf *out, const char *script, void (*append_lists)(struct buf *out));

void completion_append_bash(struct buf *out);
void completion_append_fish(struct buf *out);
void completion_append_zsh(struct buf *out);

/* The options that are offered for a command: all that it takes and does not refuse. Returns how
 * many. */
size_t completion_options(const struct command *command, struct option_row rows[OPTION_COUNT]);
/* Appends what is told beside an option or a word: the text up to where it goes into detail. */
void completion_append_brief(struct buf *out, const char *text);

#endif
