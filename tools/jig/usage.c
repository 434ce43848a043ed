#include "tools/jig/usage.h"

#include "jig/session.h"

#include <stdio.h>
#include <string.h>

enum {
    MARGIN = 2,
    GAP = 2,             /* at least, between what is typed and what it means */
    LONGEST_INDENT = 23, /* of what it means; what is typed may be longer, and moves it then */
    LETTER_COLUMNS = 4,  /* "-v, " */
    LIST_INDENT = 28,    /* in the list of examples */
};

/* ---- flowing ----------------------------------------------------------------------------- */

static void append_spaces(struct buf *out, size_t count)
{
    buf_printf(out, "%*s", (int)count, "");
}

/*
 * Appends `text` as lines of at most USAGE_COLUMNS, the cursor being at `column` and further lines
 * beginning at `indent`. Ends with a newline.
 */
static void flow(struct buf *out, size_t column, size_t indent, const char *text)
{
    bool first = true; /* word of a line */
    for (;;) {
        size_t length = strcspn(text, " \n");
        if (!first && column + 1 + length > USAGE_COLUMNS) {
            buf_append_char(out, '\n');
            append_spaces(out, indent);
            column = indent;
        } else if (!first) {
            buf_append_char(out, ' ');
            column++;
        }
        buf_append(out, text, length);
        column += length;
        first = false;
        text += length;
        while (*text == '\n') {
            buf_append_char(out, '\n');
            if (text[1] != '\n')
                append_spaces(out, indent);
            column = indent;
            first = true;
            text++;
        }
        if (!*text)
            break;
        text += *text == ' ';
    }
    buf_append_char(out, '\n');
}

static void append_paragraphs(struct buf *out, const char *text)
{
    if (!text)
        return;
    buf_append_char(out, '\n');
    flow(out, 0, 0, text);
}

/* What is typed and what it means, which begins at `indent`. */
static void append_entry(struct buf *out, const char *typed, size_t indent, const char *meaning)
{
    size_t column = MARGIN + strlen(typed);
    append_spaces(out, MARGIN);
    buf_append_str(out, typed);
    size_t gap = column + GAP > indent ? GAP : indent - column;
    append_spaces(out, gap);
    flow(out, column + gap, indent, meaning);
}

/* ---- options ----------------------------------------------------------------------------- */

void usage_append_option(const struct option_form *form, struct buf *out)
{
    if (form->letter)
        buf_printf(out, "-%c", form->letter);
    if (form->letter && form->name)
        buf_append_str(out, ", ");
    if (form->name)
        buf_printf(out, "--%s", form->name);
    if (!form->argument)
        return;
    if (form->may_lack_argument)
        buf_printf(out, "[=%s]", form->argument);
    else
        buf_printf(out, form->name && form->completion == COMPLETE_WORD ? "=%s" : " %s",
                   form->argument);
}

/* Names without a letter stand below those with one. */
static void option_as_typed(enum option_id id, struct buf *typed)
{
    const struct option_form *form = option_form(id);
    buf_clear(typed);
    if (!form->letter)
        append_spaces(typed, LETTER_COLUMNS);
    usage_append_option(form, typed);
}

static void word_as_typed(const struct command_word *word, struct buf *typed)
{
    buf_clear(typed);
    buf_append_str(typed, word->name);
    if (word->arguments)
        buf_printf(typed, " %s", word->arguments);
}

static void widen(size_t *widest, const struct buf *typed)
{
    if (typed->length > *widest && MARGIN + typed->length + GAP <= LONGEST_INDENT)
        *widest = typed->length;
}

/* Where meanings begin: as far to the left as most of what is typed allows. */
static size_t find_indent(const struct command *command)
{
    struct buf typed = {0};
    size_t widest = 0;
    for (const struct command_word *word = command->words; word && word->name; word++) {
        word_as_typed(word, &typed);
        widen(&widest, &typed);
    }
    for (const struct option_group *group = command->options; group->rows; group++)
        for (const struct option_row *row = group->rows; row->option != OPTION_END; row++) {
            option_as_typed(row->option, &typed);
            widen(&widest, &typed);
        }
    for (const struct option_row *row = command_common_options; row->option != OPTION_END; row++) {
        option_as_typed(row->option, &typed);
        widen(&widest, &typed);
    }
    buf_free(&typed);
    return MARGIN + widest + GAP;
}

static void append_rows(struct buf *out, size_t indent, const struct option_row *rows)
{
    struct buf typed = {0};
    for (; rows->option != OPTION_END; rows++) {
        option_as_typed(rows->option, &typed);
        append_entry(out, buf_cstr(&typed), indent, rows->text);
    }
    buf_free(&typed);
}

/* The common ones come last of those without a heading. */
static void append_options(struct buf *out, size_t indent, const struct command *command)
{
    const struct option_group *group = command->options;
    buf_append_char(out, '\n');
    if (group->rows && !group->heading)
        append_rows(out, indent, group++->rows);
    append_rows(out, indent, command_common_options);
    for (; group->rows; group++) {
        buf_printf(out, "\n%s\n", group->heading);
        append_rows(out, indent, group->rows);
    }
}

/* ---- a command --------------------------------------------------------------------------- */

static void append_synopsis(struct buf *out, const struct command *command)
{
    const char *before = "usage: ";
    for (const char *way = command->synopsis; *way;) {
        size_t length = strcspn(way, "\n");
        buf_printf(out, "%sjig %s %.*s\n", before, command->name, (int)length, way);
        before = "       ";
        way += length + (way[length] == '\n');
    }
}

static void append_words(struct buf *out, size_t indent, const struct command_word *words)
{
    struct buf typed = {0};
    buf_append_char(out, '\n');
    for (; words->name; words++) {
        word_as_typed(words, &typed);
        append_entry(out, buf_cstr(&typed), indent, words->text);
    }
    buf_free(&typed);
}

/* What there is, with examples instead of options. */
static void append_overview(struct buf *out, const struct command *jig)
{
    buf_printf(out, "jig %s, %s\n\nusage: jig %s\n\n", jig_version(), jig->summary, jig->synopsis);
    size_t widest = 0;
    for (const struct command *const *command = command_list; *command; command++)
        if (strlen((*command)->name) > widest)
            widest = strlen((*command)->name);
    for (const struct command *const *command = command_list; *command; command++)
        append_entry(out, (*command)->name, MARGIN + widest + GAP, (*command)->summary);
    buf_append_char(out, '\n');
    for (const struct term *example = jig->examples; example->name; example++) {
        if (MARGIN + strlen(example->name) + GAP > LIST_INDENT) {
            buf_printf(out, "  %s\n", example->name);
            append_spaces(out, LIST_INDENT);
            flow(out, LIST_INDENT, LIST_INDENT, example->text);
        } else {
            append_entry(out, example->name, LIST_INDENT, example->text);
        }
    }
    append_paragraphs(out, "exit code: 0 done, 1 a job failed, 2 wrong usage or manifest, 130 "
                           "interrupted");
}

void usage_append(const struct command *command, struct buf *out)
{
    if (!command->name) {
        append_overview(out, command);
        return;
    }
    size_t indent = find_indent(command);
    append_synopsis(out, command);
    append_paragraphs(out, command->about);
    if (command->words)
        append_words(out, indent, command->words);
    append_options(out, indent, command);
    append_paragraphs(out, command->notes);
}

void usage_print(const struct command *command)
{
    struct buf text = {0};
    usage_append(command, &text);
    fputs(buf_cstr(&text), stdout);
    buf_free(&text);
}
