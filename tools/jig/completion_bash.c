/*
 * `jig completion bash`: needs bash 4.4 and nothing else.
 */
#include "tools/jig/completion.h"

#include <string.h>

/*
 * bash splits words at '=' and ':' and replaces only what follows the last of these; so words are
 * put together again before they are looked at, and replies lose what bash keeps anyway.
 * What is typed is never evaluated, and neither are names of targets and commits.
 */
static const char beginning[] =
    "# Completes jig's command line in bash. Printed by 'jig completion bash'.\n"
    "\n"
    "# Sets `words` to the words up to the cursor as jig would get them, and `kept` to what of "
    "the\n"
    "# last one bash keeps when it inserts a reply.\n"
    "_jig_split()\n"
    "{\n"
    "    local line=${COMP_LINE:0:COMP_POINT} rest i\n"
    "    words=() kept=\n"
    "    for ((i = 0; i <= COMP_CWORD; i++)); do\n"
    "        rest=${line#\"${line%%[![:space:]]*}\"}\n"
    "        if [[ ${#words[@]} -eq 0 || $rest != \"$line\" ]]; then\n"
    "            words+=('')\n"
    "        fi\n"
    "        kept=${words[-1]}\n"
    "        if ((i < COMP_CWORD)); then\n"
    "            words[-1]+=${COMP_WORDS[i]}\n"
    "            line=${rest#\"${COMP_WORDS[i]}\"}\n"
    "        else\n"
    "            words[-1]+=$rest\n"
    "            [[ $rest != [=:] ]] || kept=${words[-1]}\n"
    "        fi\n"
    "    done\n"
    "}\n"
    "\n";

static const char ending[] =
    "# Adds the lines of standard input that begin with `current`, as they have to be typed.\n"
    "_jig_lines()\n"
    "{\n"
    "    local line typed=${current//\\\\/}\n"
    "    while IFS= read -r line; do\n"
    "        [[ $line != \"$typed\"* ]] || printf -v 'COMPREPLY[${#COMPREPLY[@]}]' %q \"$line\"\n"
    "    done\n"
    "}\n"
    "\n"
    "# Sets COMPREPLY to what `offer` means and begins with `current`.\n"
    "_jig_reply()\n"
    "{\n"
    "    case $offer in\n"
    "    file) compopt -o default ;;\n"
    "    directory) compopt -o dirnames ;;\n"
    "    commit)\n"
    "        _jig_lines < <(git \"${folder[@]}\" for-each-ref --format='%(refname:short)' "
    "2>/dev/null\n"
    "            echo HEAD)\n"
    "        ;;\n"
    "    target)\n"
    "        _jig_lines < <(\"${words[0]/#~\\//$HOME/}\" query targets \"${place[@]}\" "
    "2>/dev/null </dev/null)\n"
    "        ;;\n"
    "    word\\ *) _jig_lines < <(printf '%s\\n' ${offer#word }) ;;\n"
    "    esac 2>/dev/null\n"
    "}\n"
    "\n"
    "_jig()\n"
    "{\n"
    "    local words kept current command first= pending= ended= prefix= offer=\n"
    "    local word i place=() folder=()\n"
    "    COMPREPLY=()\n"
    "    _jig_split\n"
    "    current=${words[-1]} command=${words[1]}\n"
    "    for ((i = 2; i < ${#words[@]} - 1; i++)); do\n"
    "        word=${words[i]/#~\\//$HOME/} word=${word//\\\\/}\n"
    "        if [[ $pending ]]; then\n"
    "            case $pending in\n"
    "            -C) place+=(-C \"$word\") folder+=(-C \"$word\") ;;\n"
    "            -f | --cache-dir) place+=(\"$pending\" \"$word\") ;;\n"
    "            esac\n"
    "            pending=\n"
    "        elif [[ $word != -* || $ended ]]; then\n"
    "            [[ $first ]] || first=$word\n"
    "        elif [[ $word = -- ]]; then\n"
    "            ended=yes\n"
    "        elif _jig_argument \"$command\" \"$word\"; then\n"
    "            pending=$word\n"
    "        else\n"
    "            case $word in\n"
    "            -C?*) place+=(\"$word\") folder+=(\"$word\") ;;\n"
    "            -f?* | --cache-dir=*) place+=(\"$word\") ;;\n"
    "            esac\n"
    "        fi\n"
    "    done\n"
    "    offer=\n"
    "    if ((${#words[@]} <= 2)); then\n"
    "        _jig_commands\n"
    "    elif [[ $pending ]]; then\n"
    "        _jig_argument \"$command\" \"$pending\"\n"
    "    elif [[ $current = --*=* && -z $ended ]]; then\n"
    "        prefix=${current%%=*}= current=${current#*=}\n"
    "        _jig_argument \"$command\" \"${prefix%=}\" || _jig_argument \"$command\" \"$prefix\"\n"
    "    elif [[ $current = -* && -z $ended ]]; then\n"
    "        _jig_options \"$command\"\n"
    "    else\n"
    "        _jig_words \"$command\" \"$first\"\n"
    "    fi\n"
    "    _jig_reply\n"
    "    [[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != --*= ]] || compopt -o nospace "
    "2>/dev/null\n"
    "    for i in \"${!COMPREPLY[@]}\"; do\n"
    "        word=$prefix${COMPREPLY[i]}\n"
    "        COMPREPLY[i]=${word#\"$kept\"}\n"
    "    done\n"
    "}\n"
    "\n"
    "complete -F _jig jig\n";

/* ---- what there is ----------------------------------------------------------------------- */

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
    buf_printf(out, "    '%s ') offer='word", command->name);
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

void completion_append_bash(struct buf *out)
{
    buf_append_str(out, beginning);
    append_all_commands(out);
    append_all_options(out);
    append_all_arguments(out);
    append_all_words(out);
    buf_append_str(out, ending);
}
