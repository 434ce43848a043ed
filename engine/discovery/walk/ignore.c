/*
 * Lines of an ignore file as patterns. Where gitignore(5) is silent this follows what git does: how
 * a line is cut, which trailing spaces count, which lines never match.
 */
#include "engine/discovery/walk/ignore.h"

#include "engine/base/memory.h"
#include "engine/discovery/walk/pattern.h"

#include <stdlib.h>
#include <string.h>

struct rule {
    struct pattern pattern;
    bool takes_back;   /* `!` */
    bool folders_only; /* ended in `/` */
    bool any_folder;   /* no slash in it: matches names, wherever they are */
};

struct ignore_file {
    struct arena arena;
    VEC(struct rule) rules; /* in the order of the file */
};

/* Trailing spaces do not count unless a backslash stands before them. */
static size_t without_trailing_spaces(const char *line, size_t length)
{
    size_t kept = 0;
    for (size_t i = 0; i < length; i++) {
        if (line[i] == '\\') {
            if (++i == length)
                return length;
            kept = i + 1;
        } else if (line[i] != ' ') {
            kept = i + 1;
        }
    }
    return kept;
}

static void add_rule(struct ignore_file *file, const char *line, size_t length)
{
    struct rule rule = {0};
    if (length && line[0] == '!') {
        rule.takes_back = true;
        line++;
        length--;
    }
    if (length && line[length - 1] == '/') {
        rule.folders_only = true;
        length--;
    }
    rule.any_folder = !memchr(line, '/', length);
    if (length && line[0] == '/') {
        line++;
        length--;
    }
    struct pattern_error error;
    if (length &&
        pattern_compile(&rule.pattern, PATTERN_IGNORE, &file->arena, line, length, &error))
        vec_push(&file->rules, rule);
}

static void add_line(struct ignore_file *file, const char *line, size_t length)
{
    if (length && line[length - 1] == '\r')
        length--;
    length = strnlen(line, length); /* git sees lines as C strings */
    if (length && line[0] != '#')
        add_rule(file, line, without_trailing_spaces(line, length));
}

struct ignore_file *ignore_parse(const char *text, size_t length)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    struct ignore_file *file = mem_zalloc(sizeof *file);
    const char *end = text + length;
    if (length >= 3 && memcmp(text, byte_order_mark, 3) == 0)
        text += 3;
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *line_end = newline ? newline : end;
        add_line(file, text, (size_t)(line_end - text));
        text = line_end + 1;
    }
    return file;
}

void ignore_destroy(struct ignore_file *file)
{
    if (!file)
        return;
    vec_free(&file->rules);
    arena_free(&file->arena);
    free(file);
}

enum ignore_verdict ignore_match(const struct ignore_file *file, const char *path, size_t length,
                                 bool is_folder)
{
    const char *slash = memrchr(path, '/', length);
    const char *name = slash ? slash + 1 : path;
    size_t name_length = length - (size_t)(name - path);
    for (uint32_t i = file->rules.count; i-- > 0;) {
        const struct rule *rule = &file->rules.data[i];
        if (rule->folders_only && !is_folder)
            continue;
        if (rule->any_folder ? pattern_match(&rule->pattern, name, name_length)
                             : pattern_match(&rule->pattern, path, length))
            return rule->takes_back ? IGNORE_NO : IGNORE_YES;
    }
    return IGNORE_SILENT;
}
