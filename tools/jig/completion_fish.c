/*
 * `jig completion fish`: what is offered where, by the functions of completion.fish.
 */
#include "tools/jig/completion.h"

#include <string.h>

static void append_quoted(struct buf *out, const char *text)
{
    buf_append_char(out, '\'');
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            buf_append_char(out, '\\');
        buf_append_char(out, *text);
    }
    buf_append_char(out, '\'');
}

static void append_brief(struct buf *out, const char *text)
{
    struct buf brief = {0};
    completion_append_brief(&brief, text);
    buf_append_str(out, " -d ");
    append_quoted(out, buf_cstr(&brief));
    buf_append_char(out, '\n');
    buf_free(&brief);
}

static void append_commands(struct buf *out)
{
    for (const struct command *const *command = command_list; *command; command++)
        buf_printf(out, "%s%s", command == command_list ? "" : " ", (*command)->name);
}

/* The options of `complete` that say what is offered. */
static void append_offer(struct buf *out, enum completion completion, const char *words)
{
    switch (completion) {
    case COMPLETE_NOTHING:
        return;
    case COMPLETE_FILE:
        buf_append_str(out, " -F");
        return;
    case COMPLETE_DIRECTORY:
        buf_append_str(out, " -a '(__fish_complete_directories)'");
        return;
    case COMPLETE_COMMIT:
        buf_append_str(out, " -a '(__jig_commits)'");
        return;
    case COMPLETE_TARGET:
        buf_append_str(out, " -a '(__jig_targets)'");
        return;
    case COMPLETE_COMMAND:
        buf_append_str(out, " -a '");
        append_commands(out);
        buf_append_char(out, '\'');
        return;
    case COMPLETE_TRACE:
        buf_append_str(out, " -a '(__jig_traces)'");
        return;
    case COMPLETE_WORD:
        buf_printf(out, " -a '%s'", words);
    }
}

static void append_option(struct buf *out, const struct command *command,
                          const struct option_row *row)
{
    const struct option_form *form = option_form(row->option);
    buf_printf(out, "complete -c jig -n '__jig_in %s'", command->name);
    if (form->letter)
        buf_printf(out, " -s %c", form->letter);
    if (form->name)
        buf_printf(out, " -l %s", form->name);
    if (form->argument && !form->may_lack_argument)
        buf_append_str(out, form->completion == COMPLETE_FILE ? " -r" : " -x"); /* -x: no files */
    if (form->argument)
        append_offer(out, form->completion, form->words);
    append_brief(out, row->text);
}

static void append_words(struct buf *out, const struct command *command)
{
    if (command->completion != COMPLETE_NOTHING) {
        buf_printf(out, "complete -c jig -n '__jig_after %s'", command->name);
        append_offer(out, command->completion, NULL);
        buf_append_char(out, '\n');
    }
    for (const struct command_word *word = command->words; word->name; word++) {
        if (word == command->words || strcmp(word[-1].name, word->name) != 0) {
            buf_printf(out, "complete -c jig -n '__jig_after %s' -a %s", command->name, word->name);
            append_brief(out, word->text);
        }
        if (word->completion == COMPLETE_NOTHING)
            continue;
        buf_printf(out, "complete -c jig -n '__jig_in %s %s'", command->name, word->name);
        append_offer(out, word->completion, word->argument_words);
        buf_append_char(out, '\n');
    }
}

static void append_command(struct buf *out, const struct command *command)
{
    struct option_row rows[OPTION_COUNT];
    size_t count = completion_options(command, rows);
    buf_printf(out, "\ncomplete -c jig -n __jig_after -a %s", command->name);
    append_brief(out, command->summary);
    for (size_t i = 0; i < count; i++)
        append_option(out, command, &rows[i]);
    if (command->words) {
        append_words(out, command);
    } else if (command->completion != COMPLETE_NOTHING) {
        buf_printf(out, "complete -c jig -n '__jig_in %s'", command->name);
        append_offer(out, command->completion, NULL);
        buf_append_char(out, '\n');
    }
}

/* All options that some command takes and that are followed by a word of their own. */
static void append_takes_argument(struct buf *out)
{
    buf_append_str(out, "# Whether the next word belongs to this one.\n"
                        "function __jig_takes_argument\n"
                        "    contains -- $argv[1]");
    for (int id = OPTION_END + 1; id < OPTION_COUNT; id++) {
        const struct option_form *form = option_form((enum option_id)id);
        if (!form->argument || form->may_lack_argument)
            continue;
        if (form->letter)
            buf_printf(out, " -%c", form->letter);
        if (form->name)
            buf_printf(out, " --%s", form->name);
    }
    buf_append_str(out, "\nend\n\n");
}

static void append_lists(struct buf *out)
{
    append_takes_argument(out);
    for (const struct command *const *command = command_list; *command; command++)
        append_command(out, *command);
}

void completion_append_fish(struct buf *out)
{
    completion_fill(out, completion_fish_script, append_lists);
}
