/*
 * `jig completion zsh`: a function for each command, which completion.zsh calls.
 */
#include "tools/jig/completion.h"

#include <string.h>

/* Text inside single quotes; in a specification, `special` begin or end something. */
static void append_quoted(struct buf *out, const char *text, const char *special)
{
    for (; *text; text++) {
        if (*text == '\'') {
            buf_append_str(out, "'\\''");
            continue;
        }
        if (strchr(special, *text))
            buf_append_char(out, '\\');
        buf_append_char(out, *text);
    }
}

static void append_brief(struct buf *out, const char *text, const char *special)
{
    struct buf brief = {0};
    completion_append_brief(&brief, text);
    append_quoted(out, buf_cstr(&brief), special);
    buf_free(&brief);
}

/* What completes it, as an action of _arguments. */
static void append_action(struct buf *out, enum completion completion, const char *words)
{
    switch (completion) {
    case COMPLETE_NOTHING:
        return;
    case COMPLETE_FILE:
        buf_append_str(out, "_files");
        return;
    case COMPLETE_DIRECTORY:
        buf_append_str(out, "_files -/");
        return;
    case COMPLETE_COMMIT:
        buf_append_str(out, "_jig_commits");
        return;
    case COMPLETE_TARGET:
        buf_append_str(out, "_jig_targets");
        return;
    case COMPLETE_COMMAND:
        buf_append_str(out, "_jig_commands");
        return;
    case COMPLETE_TRACE:
        buf_append_str(out, "_jig_traces");
        return;
    case COMPLETE_WORD:
        buf_append_char(out, '(');
        buf_append_str(out, words ? words : "");
        buf_append_char(out, ')');
    }
}

/* `'NAME[WHAT IT DOES]:ARGUMENT:ACTION' \`, and what excludes what. */
static void append_option(struct buf *out, const struct option_row *row)
{
    const struct option_form *form = option_form(row->option);
    buf_append_str(out, "        ");
    if (form->letter && form->name)
        buf_printf(out, "'(-%c --%s)'{-%c,--%s}'", form->letter, form->name, form->letter,
                   form->name);
    else if (form->letter)
        buf_printf(out, "'%s-%c%s", form->repeats ? "*" : "", form->letter,
                   form->argument ? "+" : "");
    else
        buf_printf(out, "'%s--%s%s", form->repeats ? "*" : "", form->name,
                   form->may_lack_argument ? "=-"
                   : form->argument        ? "="
                                           : "");
    buf_append_char(out, '[');
    append_brief(out, row->text, "[]\\");
    buf_append_char(out, ']');
    if (form->argument) {
        buf_printf(out, form->may_lack_argument ? "::%s:" : ":%s:", form->argument);
        append_action(out, form->completion, form->words);
    }
    buf_append_str(out, "' \\\n");
}

static void append_words(struct buf *out, const struct command *command)
{
    buf_printf(out, "_jig_words_of_%s() {\n    local -a offered=(\n", command->name);
    for (const struct command_word *word = command->words; word->name; word++) {
        if (word > command->words && strcmp(word[-1].name, word->name) == 0)
            continue; /* the same with arguments */
        buf_printf(out, "        '%s:", word->name);
        append_brief(out, word->text, "\\");
        buf_append_str(out, "'\n");
    }
    buf_printf(out, "    )\n    _describe -t words word offered%s\n}\n\n",
               command->completion == COMPLETE_TRACE ? "\n    _jig_traces $?" : "");
    buf_printf(out, "_jig_after_words_of_%s() {\n    case $line[1] in\n", command->name);
    for (const struct command_word *word = command->words; word->name; word++) {
        if (word->completion == COMPLETE_NOTHING)
            continue;
        buf_printf(out, "    %s) ", word->name);
        if (word->completion == COMPLETE_WORD)
            buf_printf(out, "compadd %s", word->argument_words);
        else
            append_action(out, word->completion, NULL);
        buf_append_str(out, " ;;\n");
    }
    buf_append_str(out, "    esac\n}\n\n");
}

static void append_command(struct buf *out, const struct command *command)
{
    struct option_row rows[OPTION_COUNT];
    size_t count = completion_options(command, rows);
    if (command->words)
        append_words(out, command);
    buf_printf(out, "_jig_of_%s() {\n    _arguments -s -S \\\n", command->name);
    for (size_t i = 0; i < count; i++)
        append_option(out, &rows[i]);
    if (command->words) {
        buf_printf(out,
                   "        '1:word:_jig_words_of_%s' \\\n"
                   "        '*: :_jig_after_words_of_%s'\n}\n\n",
                   command->name, command->name);
        return;
    }
    buf_append_str(out, "        '*: :");
    append_action(out, command->completion, NULL);
    buf_append_str(out, "'\n}\n\n");
}

static void append_commands(struct buf *out)
{
    buf_append_str(out, "_jig_commands() {\n    local -a commands=(\n");
    for (const struct command *const *command = command_list; *command; command++) {
        buf_printf(out, "        '%s:", (*command)->name);
        append_quoted(out, (*command)->summary, "\\");
        buf_append_str(out, "'\n");
    }
    buf_append_str(out, "    )\n    _describe -t commands command commands\n}\n\n");
}

static void append_lists(struct buf *out)
{
    append_commands(out);
    for (const struct command *const *command = command_list; *command; command++)
        append_command(out, *command);
}

void completion_append_zsh(struct buf *out)
{
    completion_fill(out, completion_zsh_script, append_lists);
}
