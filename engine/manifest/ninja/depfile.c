#include "engine/manifest/ninja/depfile.h"

#include "engine/base/path.h"
#include "engine/manifest/ninja/names.h"

#include <stdbool.h>
#include <stdio.h>

/* What ended a path. */
enum ending { END_OF_PATH, END_OF_RULE };

struct reader {
    char *in;      /* next byte to read */
    char *out;     /* where the path at hand, without its escapes, ends; never past `in` */
    uint32_t line; /* of `in`, 1-based */
};

/* Bytes that are part of a path without further ado. */
static bool is_plain(char c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
        return true;
    switch (c) {
    case '+':
    case '?':
    case '"':
    case '\'':
    case '&':
    case ',':
    case '/':
    case '_':
    case ':':
    case '.':
    case '~':
    case '(':
    case ')':
    case '}':
    case '{':
    case '%':
    case '=':
    case '@':
    case '[':
    case ']':
    case '!':
    case '-':
        return true;
    default:
        return (unsigned char)c >= 0x80;
    }
}

static bool ends_target(char c)
{
    return c == '\0' || c == ' ' || c == '\r' || c == '\n' || c == '\t';
}

static void keep(struct reader *reader, const char *from, size_t length)
{
    memmove(reader->out, from, length);
    reader->out += length;
}

static enum ending end_line(struct reader *reader, size_t length, enum ending ending)
{
    reader->in += length;
    reader->line++;
    return ending;
}

/*
 * Reads the run of backslashes at reader->in with what it escapes. True when that ended the path,
 * with *ending set.
 */
static bool read_backslashes(struct reader *reader, enum ending *ending)
{
    const char *start = reader->in;
    size_t count = strspn(start, "\\");
    const char *p = start + count;
    *ending = END_OF_PATH;
    switch (*p) {
    case ' ':
        reader->in += count + 1;
        if (count % 2 == 0) {
            keep(reader, start, count);
            return true;
        }
        keep(reader, start, count / 2);
        keep(reader, " ", 1);
        return false;
    case ':':
        if (ends_target(p[1])) { /* the backslash belongs to a target's name */
            bool newline = p[1] == '\n';
            keep(reader, start, count + 1);
            reader->in += count + 2;
            reader->line += newline;
            *ending = newline ? END_OF_RULE : END_OF_PATH;
            return true;
        }
        /* fall through */
    case '#':
        reader->in += count + 1;
        keep(reader, start, count - 1);
        keep(reader, p, 1);
        return false;
    case '\n':
    case '\r':
    case '\0':
        if (count > 1) {
            reader->in += count;
            keep(reader, start, count);
            return false;
        }
        if (*p == '\n')
            end_line(reader, 2, END_OF_PATH);
        else if (p[0] == '\r' && p[1] == '\n')
            end_line(reader, 3, END_OF_PATH);
        else
            reader->in++;
        return true;
    default:
        reader->in += count + 1;
        keep(reader, start, count + 1);
        return false;
    }
}

/* Reads one path, perhaps empty, and the byte or bytes that end it. */
static enum ending read_path(struct reader *reader)
{
    reader->out = reader->in;
    for (;;) {
        const char *p = reader->in;
        enum ending ending;
        switch (*p) {
        case '\\':
            if (read_backslashes(reader, &ending))
                return ending;
            continue;
        case '$':
            if (p[1] != '$')
                break;
            reader->in += 2;
            keep(reader, "$", 1);
            continue;
        case '\n':
            return end_line(reader, 1, END_OF_RULE);
        case '\r':
            if (p[1] == '\n')
                return end_line(reader, 2, END_OF_RULE);
            break;
        default:
            while (is_plain(*reader->in))
                reader->in++;
            if (reader->in == p)
                break;
            keep(reader, p, (size_t)(reader->in - p));
            continue;
        }
        reader->in++; /* a blank, or what no path contains */
        return END_OF_PATH;
    }
}

struct rules {
    struct names inputs, targets; /* canonical */
    struct names spelled;         /* the inputs as they were written: a rule of -MP repeats that */
    bool in_targets;              /* left of the colon */
    bool is_about_input;          /* the rule at hand has an input for a target */
    bool has_target;              /* some rule had a colon */
    bool has_path;
};

/* Takes path[0..length), which is not empty and has a byte to spare. False: it must not be here. */
static bool take_path(struct rules *rules, char *path, size_t length, bool is_input)
{
    rules->has_path = true;
    if (names_find(&rules->spelled, path, length) != NAME_NONE) {
        rules->is_about_input |= !is_input;
        return true;
    }
    if (is_input && rules->is_about_input)
        return false;
    if (is_input)
        names_add(&rules->spelled, path, length);
    length = path_canonicalize(path, length);
    names_add(is_input ? &rules->inputs : &rules->targets, path, length);
    return true;
}

static enum jig_status fail(struct jig_error *error, const char *path, uint32_t line,
                            const char *message)
{
    jig_fail(error, JIG_ERROR_SYNTAX, "%s", message);
    if (error) {
        snprintf(error->file, sizeof error->file, "%s", path);
        error->line = line;
    }
    return JIG_ERROR_SYNTAX;
}

static enum jig_status parse(struct rules *rules, const char *path, char *text, size_t length,
                             struct jig_error *error)
{
    struct reader reader = {.in = text, .line = 1};
    const char *end = text + length;
    rules->in_targets = true;
    while (reader.in < end) {
        char *start = reader.in;
        uint32_t line = reader.line;
        enum ending ending = read_path(&reader);
        size_t size = (size_t)(reader.out - start);
        bool is_input = !rules->in_targets;
        if (size > 0 && start[size - 1] == ':') {
            size--;
            rules->in_targets = false;
            rules->has_target = true;
        }
        if (size > 0 && !take_path(rules, start, size, is_input))
            return fail(error, path, line, "inputs may not also have inputs");
        if (ending == END_OF_RULE) {
            rules->in_targets = true;
            rules->is_about_input = false;
        }
    }
    if (rules->has_path && !rules->has_target)
        return fail(error, path, 0, "expected ':' in depfile");
    return JIG_OK;
}

/* The list of names as it lies in memory; the rest of `names` is freed. */
static uint32_t take_list(struct names *names, struct buf *out)
{
    uint32_t count = names->list.count;
    *out = names->text;
    names->text = (struct buf){0};
    names_free(names);
    return count;
}

enum jig_status depfile_parse(const char *path, char *text, size_t length, struct depfile *out,
                              struct jig_error *error)
{
    struct rules rules = {0};
    enum jig_status status = parse(&rules, path, text, length, error);
    names_free(&rules.spelled);
    out->input_count = take_list(&rules.inputs, &out->inputs);
    out->target_count = take_list(&rules.targets, &out->targets);
    return status;
}

void depfile_free(struct depfile *depfile)
{
    buf_free(&depfile->inputs);
    buf_free(&depfile->targets);
    *depfile = (struct depfile){0};
}
