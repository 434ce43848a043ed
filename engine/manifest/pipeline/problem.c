#include "engine/manifest/pipeline/problem.h"

#include "engine/base/edit_distance.h"
#include "engine/manifest/pipeline/yaml_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    EXCERPT_BYTES = 100, /* so much of the line is shown … */
    EXCERPT_BEFORE = 60, /* … and so much of it before a place further on */
};

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* Control characters, which a terminal might obey, become a blank or a question mark. */
static void make_printable(char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\t')
            text[i] = ' ';
        else if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            text[i] = '?';
    }
}

/* Takes the line at `line` into the error, whose column is set; characters are not cut. */
static void take_excerpt(struct jig_error *error, const char *line, const char *end)
{
    const char *place = line + (error->column - 1);
    const char *from = place - line < EXCERPT_BYTES ? line : place - EXCERPT_BEFORE;
    while (from < place && is_continuation(*from))
        from++;
    const char *to = end - from > EXCERPT_BYTES ? from + EXCERPT_BYTES : end;
    while (to > from && to < end && is_continuation(*to))
        to--;
    const char *dots = from > line ? "..." : "";
    char shown[EXCERPT_BYTES];
    memcpy(shown, from, (size_t)(to - from));
    make_printable(shown, (size_t)(to - from));
    snprintf(error->excerpt, sizeof error->excerpt, "%s%.*s%s", dots, (int)(to - from), shown,
             to < end ? "..." : "");
    error->caret = (uint32_t)(strlen(dots) + (size_t)(place - from));
}

static void locate(struct jig_error *error, struct place place)
{
    const struct yaml_file *file = place.file;
    snprintf(error->file, sizeof error->file, "%s", file->path);
    const char *at = file->text + place.offset;
    const char *line = file->text, *newline;
    error->line = 1;
    while ((newline = memchr(line, '\n', (size_t)(at - line)))) {
        line = newline + 1;
        error->line++;
    }
    size_t rest = file->length - (size_t)(line - file->text);
    const char *end = memchr(line, '\n', rest);
    end = end ? end : line + rest;
    if (end > at && end[-1] == '\r')
        end--;
    error->column = (uint32_t)(at - line) + 1;
    take_excerpt(error, line, end);
}

static void describe(struct jig_error *error, struct place place, enum jig_status status,
                     const char *advice, const char *format, va_list args)
{
    char message[sizeof error->message];
    vsnprintf(message, sizeof message, format, args);
    make_printable(message, strlen(message));
    jig_fail(error, status, "%s", message);
    snprintf(error->advice, sizeof error->advice, "%s", advice);
    locate(error, place);
}

void problem_add(struct problems *problems, const struct jig_error *error)
{
    if (problems->count++ == 0)
        problems->first = *error;
    if (problems->report)
        problems->report(problems->context, error);
}

bool problem_is_too_many(struct problems *problems)
{
    if (problems->count < MAX_PROBLEMS)
        return false;
    problems->count++;
    return true;
}

void problem(struct problems *problems, struct place place, enum jig_status status,
             const char *advice, const char *format, ...)
{
    if (problem_is_too_many(problems))
        return;
    struct jig_error error;
    va_list args;
    va_start(args, format);
    describe(&error, place, status, advice, format, args);
    va_end(args);
    problem_add(problems, &error);
}

void oddity(struct problems *problems, struct place place, const char *advice, const char *format,
            ...)
{
    if (!problems->notice)
        return;
    struct jig_error error;
    va_list args;
    va_start(args, format);
    describe(&error, place, JIG_OK, advice, format, args);
    va_end(args);
    problems->notice(problems->context, &error);
}

const char *nearest_word(const char *word, const char *const *words)
{
    size_t length = strlen(word);
    if (length > 64)
        return NULL;
    /* A short word is like any other when all of its letters may be wrong. */
    uint32_t limit = length <= 2 ? 1 : length <= 5 ? 2 : 3;
    const char *nearest = NULL;
    for (; *words; words++) {
        uint32_t distance = edit_distance(word, length, *words, strlen(*words), limit);
        if (distance <= limit) {
            nearest = *words;
            if (distance == 0)
                break;
            limit = distance - 1;
        }
    }
    return nearest;
}

void list_words(const char *const *words, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (; *words && used < size; words++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", used ? ", " : "", *words);
}
