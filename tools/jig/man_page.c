#include "tools/jig/man_page.h"

#include "jig/session.h"

#include <ctype.h>
#include <string.h>

/* ---- text -------------------------------------------------------------------------------- */

/*
 * One character of text. A bare '-' may be typeset as another character, which nobody can paste
 * into a shell; and a line that begins with one of `.'` would be a request.
 */
static void append_char(struct buf *out, char c)
{
    bool begins_line = !out->length || out->data[out->length - 1] == '\n';
    if (c == '\\')
        buf_append_str(out, "\\e");
    else if (c == '-')
        buf_append_str(out, "\\-");
    else if (c == '\'')
        buf_append_str(out, "\\(aq");
    else if (c == '~')
        buf_append_str(out, "\\(ti");
    else if (c == '^')
        buf_append_str(out, "\\(ha");
    else if (c == '.' && begins_line)
        buf_append_str(out, "\\&.");
    else
        buf_append_char(out, c);
}

static void append_span(struct buf *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        append_char(out, text[i]);
}

static void append_bold(struct buf *out, const char *text, size_t length)
{
    buf_append_str(out, "\\fB");
    append_span(out, text, length);
    buf_append_str(out, "\\fR");
}

static void append_italic(struct buf *out, const char *text)
{
    buf_append_str(out, "\\fI");
    append_span(out, text, strlen(text));
    buf_append_str(out, "\\fR");
}

/* The length of what a quote at `at` encloses; 0 when it is an apostrophe. */
static size_t quoted_length(const char *text, const char *at)
{
    if (at > text && isalnum((unsigned char)at[-1]))
        return 0;
    const char *end = at + 1;
    while ((end = strchr(end, '\'')) && isalnum((unsigned char)end[1]))
        end++;
    return end ? (size_t)(end - at - 1) : 0;
}

static bool line_is_long(const struct buf *out)
{
    enum { LONG = 70 };
    return out->length > LONG && !memchr(out->data + out->length - LONG, '\n', LONG);
}

/* Flowing text. What is quoted becomes bold; a sentence begins a line, so that troff knows. */
static void append_text(struct buf *out, const char *text)
{
    for (const char *at = text; *at; at++) {
        size_t quoted = *at == '\'' ? quoted_length(text, at) : 0;
        if (quoted && at[quoted] == ' ') {
            append_span(out, at, quoted + 2); /* the space is part of it: show where it ends */
            at += quoted + 1;
        } else if (quoted) {
            append_bold(out, at + 1, quoted);
            at += quoted + 1;
        } else if (at[0] == '\n' && at[1] == '\n') {
            buf_append_str(out, "\n.PP\n");
            at++;
        } else if (*at == '\n') {
            buf_append_str(out, "\n.br\n");
        } else if (at[0] == '.' && at[1] == ' ') {
            append_char(out, '.');
            buf_append_char(out, '\n');
            at++;
        } else if (*at == ' ' && line_is_long(out)) {
            buf_append_char(out, '\n');
        } else {
            append_char(out, *at);
        }
    }
    buf_append_char(out, '\n');
}

/* ---- parts ------------------------------------------------------------------------------- */

static void append_terms(struct buf *out, const char *heading, const struct term *terms)
{
    if (!terms)
        return;
    buf_printf(out, ".SH %s\n", heading);
    for (; terms->name; terms++) {
        buf_append_str(out, ".TP\n");
        append_bold(out, terms->name, strlen(terms->name));
        buf_append_char(out, '\n');
        append_text(out, terms->text);
    }
}

static void append_option(struct buf *out, const struct option_row *row)
{
    const struct option_form *form = option_form(row->option);
    buf_append_str(out, ".TP\n");
    if (form->letter)
        buf_printf(out, "\\fB\\-%c\\fR", form->letter);
    if (form->letter && form->name)
        buf_append_str(out, ", ");
    if (form->name) {
        buf_append_str(out, "\\fB\\-\\-");
        append_span(out, form->name, strlen(form->name));
        buf_append_str(out, "\\fR");
    }
    if (form->argument) {
        bool joined = form->name && form->completion == COMPLETE_WORD;
        buf_append_str(out, form->may_lack_argument ? "[=" : joined ? "=" : " ");
        append_italic(out, form->argument);
        buf_append_str(out, form->may_lack_argument ? "]\n" : "\n");
    } else {
        buf_append_char(out, '\n');
    }
    append_text(out, row->text);
}

static void append_rows(struct buf *out, const struct command *command,
                        const struct option_row *rows)
{
    for (; rows->option != OPTION_END; rows++)
        if (!command_refuses(command, rows->option))
            append_option(out, rows);
}

static void append_borrowed(struct buf *out, const struct command *command)
{
    const struct command *lender = command->borrows;
    buf_printf(out, ".SS As of jig %s\n", lender->name);
    for (const struct option_group *group = lender->options; group->rows; group++)
        for (const struct option_row *row = group->rows; row->option != OPTION_END; row++)
            if (!command_refuses(command, row->option) && !command_has_own(command, row->option))
                append_option(out, row);
}

static void append_options(struct buf *out, const struct command *command)
{
    const struct option_group *group = command->options;
    buf_append_str(out, ".SH OPTIONS\n");
    if (group->rows && !group->heading)
        append_rows(out, command, group++->rows);
    append_rows(out, command, command_common_options);
    for (; group->rows; group++) {
        buf_append_str(out, ".SS ");
        append_text(out, group->heading);
        append_rows(out, command, group->rows);
    }
    if (command->borrows)
        append_borrowed(out, command);
}

static void append_words(struct buf *out, const struct command_word *words)
{
    for (; words->name; words++) {
        buf_append_str(out, ".TP\n");
        append_bold(out, words->name, strlen(words->name));
        if (words->arguments) {
            buf_append_char(out, ' ');
            append_italic(out, words->arguments);
        }
        buf_append_char(out, '\n');
        append_text(out, words->text);
    }
}

static void append_synopsis(struct buf *out, const struct command *command)
{
    buf_append_str(out, ".SH SYNOPSIS\n");
    for (const char *way = command->synopsis; *way;) {
        size_t length = strcspn(way, "\n");
        if (way != command->synopsis)
            buf_append_str(out, ".br\n");
        buf_append_str(out, "\\fBjig");
        if (command->name)
            buf_printf(out, " %s", command->name);
        buf_append_str(out, "\\fR ");
        append_span(out, way, length);
        buf_append_char(out, '\n');
        way += length + (way[length] == '\n');
    }
}

/* ---- a page ------------------------------------------------------------------------------ */

static void append_title(struct buf *out, const struct command *command)
{
    buf_append_str(out, ".TH JIG");
    if (command->name)
        buf_append_str(out, "\\-");
    for (const char *c = command->name; c && *c; c++)
        buf_append_char(out, (char)toupper((unsigned char)*c));
    buf_printf(out, " 1 \"\" \"jig %s\" \"User Commands\"\n.SH NAME\njig", jig_version());
    if (command->name)
        buf_printf(out, "\\-%s", command->name);
    buf_append_str(out, " \\- ");
    append_text(out, command->summary);
}

static void append_description(struct buf *out, const struct command *command)
{
    buf_append_str(out, ".SH DESCRIPTION\n");
    if (command->about) {
        append_text(out, command->about);
    } else {
        buf_append_char(out, (char)toupper((unsigned char)command->summary[0]));
        append_span(out, command->summary + 1, strlen(command->summary + 1));
        buf_append_str(out, ".\n");
    }
    if (command->words)
        append_words(out, command->words);
    for (int i = 0; i < 2; i++) {
        const char *more = i ? command->details : command->notes;
        if (more) {
            buf_append_str(out, ".PP\n");
            append_text(out, more);
        }
    }
}

static void append_commands(struct buf *out)
{
    buf_append_str(out, ".SH COMMANDS\n");
    for (const struct command *const *command = command_list; *command; command++) {
        buf_printf(out, ".TP\n\\fBjig\\-%s\\fR(1)\n", (*command)->name);
        append_text(out, (*command)->summary);
    }
}

static void append_see_also(struct buf *out, const struct command *command)
{
    if (!command->name)
        return; /* its commands are its see also */
    buf_append_str(out, ".SH SEE ALSO\n\\fBjig\\fR(1)");
    for (const char *name = command->see_also; name && *name;) {
        size_t length = strcspn(name, " ");
        buf_printf(out, ",\n\\fBjig\\-%.*s\\fR(1)", (int)length, name);
        name += length + (name[length] == ' ');
    }
    buf_append_char(out, '\n');
}

void man_page_append(const struct command *command, struct buf *out)
{
    append_title(out, command);
    append_synopsis(out, command);
    append_description(out, command);
    if (!command->name)
        append_commands(out);
    append_options(out, command);
    append_terms(out, "EXAMPLES", command->examples);
    append_terms(out, "EXIT STATUS", command->exit_codes);
    append_terms(out, "ENVIRONMENT", command->environment);
    append_see_also(out, command);
}
