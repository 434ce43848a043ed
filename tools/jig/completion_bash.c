/*
 * `jig completion bash`: the lists that completion.bash looks into.
 */
#include "tools/jig/completion.h"

#include <string.h>

static void append_commands(struct buf *out)
{
    for (const struct command *const *command = command_list; *command; command++)
        buf_printf(out, " %s", (*command)->name);
}

/* How the script calls it: what `offer` is set to. */
static void append_offer(struct buf *out, enum completion completion, const char *words)
{
    switch (completion) {
    case COMPLETE_NOTHING:
        return;
    case COMPLETE_FILE:
        buf_append_str(out, " offer=file");
        return;
    case COMPLETE_DIRECTORY:
        buf_append_str(out, " offer=directory");
        return;
    case COMPLETE_COMMIT:
        buf_append_str(out, " offer=commit");
        return;
    case COMPLETE_TARGET:
        buf_append_str(out, " offer=target");
        return;
    case COMPLETE_COMMAND:
        buf_append_str(out, " offer='word");
        append_commands(out);
        buf_append_char(out, '\'');
        return;
    case COMPLETE_TRACE:
        buf_append_str(out, " offer=trace");
        return;
    case COMPLETE_WORD:
        buf_printf(out, " offer='word %s'", words);
    }
}

static void append_all_commands(struct buf *out)
{
    buf_append_str(out, "_jig_commands()\n{\n    offer='word");
    append_commands(out);
    buf_append_str(out, " --help --version'\n}\n\n");
}

static void append_all_options(struct buf *out)
{
    struct option_row rows[OPTION_COUNT];
    buf_append_str(out, "# Sets `offer` to the options of a command.\n"
                        "_jig_options()\n{\n    case $1 in\n");
    for (const struct command *const *command = command_list; *command; command++) {
        size_t count = completion_options(*command, rows);
        buf_printf(out, "    %s) offer='word", (*command)->name);
        for (size_t i = 0; i < count; i++) {
            const struct option_form *form = option_form(rows[i].option);
            if (form->letter)
                buf_printf(out, " -%c", form->letter);
            if (form->name)
                buf_printf(out, " --%s", form->name);
            if (form->may_lack_argument)
                buf_printf(out, " --%s=", form->name);
        }
        buf_append_str(out, "' ;;\n");
    }
    buf_append_str(out, "    esac\n}\n\n");
}

static void append_argument(struct buf *out, const struct command *command,
                            const struct option_form *form)
{
    buf_append_str(out, "    ");
    if (form->letter)
        buf_printf(out, "'%s -%c'", command->name, form->letter);
    if (form->letter && form->name)
        buf_append_str(out, " | ");
    if (form->name)
        buf_printf(out, "'%s --%s%s'", command->name, form->name,
                   form->may_lack_argument ? "=" : "");
    buf_append_char(out, ')');
    append_offer(out, form->completion, form->words);
    buf_append_str(out, " ;;\n");
}

static void append_all_arguments(struct buf *out)
{
    struct option_row rows[OPTION_COUNT];
    buf_append_str(out, "# Sets `offer` to what follows an option of a command; fails when nothing "
                        "does.\n"
                        "_jig_argument()\n{\n    case \"$1 $2\" in\n");
    for (const struct command *const *command = command_list; *command; command++) {
        size_t count = completion_options(*command, rows);
        for (size_t i = 0; i < count; i++)
            if (option_form(rows[i].option)->argument)
                append_argument(out, *command, option_form(rows[i].option));
    }
    buf_append_str(out, "    *) return 1 ;;\n    esac\n}\n\n");
}

/* A word that is there with arguments and without is offered once. */
static bool is_repeated(const struct command_word *words, const struct command_word *word)
{
    return word > words && strcmp(word[-1].name, word->name) == 0;
}

static void append_words(struct buf *out, const struct command *command)
{
    const struct command_word *words = command->words;
    buf_printf(out, "    '%s ') offer='%sword", command->name,
               command->completion == COMPLETE_TRACE ? "trace " : "");
    for (const struct command_word *word = words; word->name; word++)
        if (!is_repeated(words, word))
            buf_printf(out, " %s", word->name);
    buf_append_str(out, "' ;;\n");
    for (const struct command_word *word = words; word->name; word++) {
        if (word->completion == COMPLETE_NOTHING)
            continue;
        buf_printf(out, "    '%s %s')", command->name, word->name);
        append_offer(out, word->completion, word->argument_words);
        buf_append_str(out, " ;;\n");
    }
}

static void append_all_words(struct buf *out)
{
    buf_append_str(out, "# Sets `offer` to what a command takes after its first word, or as that.\n"
                        "_jig_words()\n{\n    case \"$1 $2\" in\n");
    for (const struct command *const *command = command_list; *command; command++) {
        if ((*command)->words) {
            append_words(out, *command);
        } else if ((*command)->completion != COMPLETE_NOTHING) {
            buf_printf(out, "    '%s '*)", (*command)->name);
            append_offer(out, (*command)->completion, NULL);
            buf_append_str(out, " ;;\n");
        }
    }
    buf_append_str(out, "    esac\n}\n\n");
}

static void append_lists(struct buf *out)
{
    append_all_commands(out);
    append_all_options(out);
    append_all_arguments(out);
    append_all_words(out);
}

void completion_append_bash(struct buf *out)
{
    completion_fill(out, completion_bash_script, append_lists);
}
