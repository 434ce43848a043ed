/*
 * `/// <reference path="x" />` and `types="x"`, in the comments before the first token.
 * https://www.typescriptlang.org/docs/handbook/triple-slash-directives.html.
 */
#include "engine/discovery/scanner/typescript.h"

#include "engine/discovery/scanner/typescript_text.h"

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && ts_is(*p, TS_BLANK))
        p++;
    return p;
}

static bool begins_with(const char *p, const char *end, const char *text)
{
    size_t length = strlen(text);
    return (size_t)(end - p) >= length && memcmp(p, text, length) == 0;
}

/* A path is relative to the file, also where no "./" says so. */
static void add(struct facts *facts, const char *from, const char *to, bool path, uint32_t line)
{
    bool bare = path && from < to && *from != '.' && *from != '/';
    uint32_t specifier = facts->text.count;
    if (bare) {
        facts_add_text(facts, "./", 2);
        facts->text.count--;
    }
    facts_add_text(facts, from, (size_t)(to - from));
    vec_push(&facts->imports, ((struct fact_import){.specifier = specifier,
                                                    .line = line,
                                                    .kind = IMPORT_TYPE,
                                                    .all = 1,
                                                    .names_begin = facts->names.count}));
}

/* The attributes of one directive: name = "value", with either quote. */
static void read_directive(struct facts *facts, const char *p, const char *end, uint32_t line)
{
    while (p < end) {
        const char *name = p = skip_blanks(p, end);
        while (p < end && ts_is(*p, TS_WORD_PART | TS_DIGIT))
            p++;
        size_t length = (size_t)(p - name);
        p = skip_blanks(p, end);
        if (length == 0 || p == end || *p != '=')
            return;
        p = skip_blanks(p + 1, end);
        if (p == end || (*p != '"' && *p != '\''))
            return;
        const char *value = p + 1, *close = memchr(value, *p, (size_t)(end - value));
        if (!close)
            return;
        if (length == 4 && memcmp(name, "path", 4) == 0)
            add(facts, value, close, true, line);
        else if (length == 5 && memcmp(name, "types", 5) == 0)
            add(facts, value, close, false, line);
        p = close + 1;
    }
}

static void read_comment(struct facts *facts, const char *p, const char *end, uint32_t line)
{
    if (!begins_with(p, end, "///"))
        return;
    p = skip_blanks(p + 3, end);
    if (begins_with(p, end, "<reference") && end - p > 10 && ts_is(p[10], TS_BLANK))
        read_directive(facts, p + 10, end, line);
}

void ts_read_references(struct facts *facts, const char *text, size_t length)
{
    const char *p = text, *end = text + length;
    uint32_t line = 1;
    while (p < end) {
        if (begins_with(p, end, "//")) {
            const char *comment = p;
            p = ts_skip_line(p, end);
            read_comment(facts, comment, p, line);
        } else if (begins_with(p, end, "/*")) {
            const char *comment = p;
            const char *close = memmem(p + 2, (size_t)(end - p) - 2, "*/", 2);
            p = close ? close + 2 : end;
            for (; comment < p; comment++)
                line += *comment == '\n';
        } else if (ts_is(*p, TS_BLANK | TS_LINE_END)) {
            line += *p++ == '\n';
        } else {
            bool newline = false;
            size_t space = ts_unicode_space(p, end, &newline);
            if (!space)
                return;
            p += space;
        }
    }
}
