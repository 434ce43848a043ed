/*
 * `jig completion`.
 */
#include "tools/jig/completion.h"

#include "tools/jig/face.h"
#include "tools/jig/text.h"

#include <stdio.h>
#include <string.h>

size_t completion_options(const struct command *command, struct option_row rows[OPTION_COUNT])
{
    size_t count = 0;
    size_t all = command_options(command, rows);
    for (size_t i = 0; i < all; i++)
        if (!command_refuses(command, rows[i].option))
            rows[count++] = rows[i];
    return count;
}

void completion_fill(struct buf *out, const char *script, void (*append_lists)(struct buf *out))
{
    static const char place[] = "# @commands@\n";
    const char *at = strstr(script, place);
    buf_append(out, script, (size_t)(at - script));
    append_lists(out);
    buf_append_str(out, at + sizeof place - 1);
}

void completion_append_brief(struct buf *out, const char *text)
{
    static const char *const details[] = {";", ". ", " (", ": "};
    size_t length = strlen(text);
    for (size_t i = 0; i < sizeof details / sizeof *details; i++) {
        const char *detail = strstr(text, details[i]);
        if (detail && (size_t)(detail - text) < length)
            length = (size_t)(detail - text);
    }
    buf_append(out, text, length);
}

/* ---- the command ------------------------------------------------------------------------- */

static const struct shell {
    const char *name;
    void (*append)(struct buf *out);
} shells[] = {
    {"bash", completion_append_bash},
    {"zsh", completion_append_zsh},
    {"fish", completion_append_fish},
};

enum { SHELLS = sizeof shells / sizeof *shells };

/* NULL when it is none of them: told. */
static const struct shell *find_shell(const char *name)
{
    const char *names[SHELLS + 1] = {0};
    for (size_t i = 0; i < SHELLS; i++) {
        if (strcmp(name, shells[i].name) == 0)
            return &shells[i];
        names[i] = shells[i].name;
    }
    face_unknown_word(FACE_JIG, "jig help completion", "shell", name, names);
    return NULL;
}

static int print_script(struct build_request *request)
{
    if (request->target_count != 1)
        return face_wrong_usage(FACE_JIG, "jig help completion", "expected a shell");
    const struct shell *shell = find_shell(request->targets[0]);
    if (!shell)
        return EXIT_UNABLE;
    struct buf script = {0};
    shell->append(&script);
    fputs(buf_cstr(&script), stdout);
    buf_free(&script);
    return EXIT_DONE;
}

static int completion_main(int argc, char **argv)
{
    return command_act(&command_completion, argc, argv, print_script);
}

static const struct command_word words[] = {
    {"bash", NULL, "for ~/.bashrc: source <(jig completion bash)", COMPLETE_NOTHING, NULL},
    {"zsh", NULL, "for ~/.zshrc, after compinit: source <(jig completion zsh)", COMPLETE_NOTHING,
     NULL},
    {"fish", NULL, "for ~/.config/fish/config.fish: jig completion fish | source", COMPLETE_NOTHING,
     NULL},
    {NULL, NULL, NULL, COMPLETE_NOTHING, NULL},
};

const struct command command_completion = {
    .name = "completion",
    .summary = "print what makes a shell complete jig's command line",
    .synopsis = "bash|zsh|fish",
    .about = "Prints a script that completes commands, options with their arguments, and targets. "
             "An installed jig has put them where shells look already.",
    .words = words,
    .exit_codes = command_exits,
    .see_also = "help query",
    .run = completion_main,
};
