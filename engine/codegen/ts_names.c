#include "engine/codegen/ts_names.h"

#include "engine/codegen/relative.h"

#include <string.h>

/* ---- specifiers ----------------------------------------------------------------------------- */

/* What a suffix becomes in a specifier. Longer suffixes come before those they end with. */
struct suffix {
    const char *file;
    const char *none;
    const char *js;
};

static const struct suffix suffixes[] = {
    {".d.ts", "", ".js"},     {".d.mts", ".mjs", ".mjs"}, {".d.cts", ".cjs", ".cjs"},
    {".ts", "", ".js"},       {".tsx", "", ".js"},        {".mts", ".mjs", ".mjs"},
    {".cts", ".cjs", ".cjs"}, {".js", "", ".js"},         {".jsx", "", ".jsx"},
    {".mjs", ".mjs", ".mjs"}, {".cjs", ".cjs", ".cjs"},
};

static const struct suffix *find_suffix(const char *path)
{
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        size_t n = strlen(suffixes[i].file);
        if (length > n && strcmp(path + length - n, suffixes[i].file) == 0)
            return &suffixes[i];
    }
    return NULL;
}

bool ts_is_source(const char *path)
{
    return find_suffix(path) != NULL;
}

void ts_append_specifier(struct buf *out, const char *from, const char *to,
                         enum ts_extension extension)
{
    struct buf path = {0};
    relative_path(from, to, &path);
    if (path.data[0] != '/' && strncmp(path.data, "../", 3) != 0)
        buf_append_str(out, "./");
    const struct suffix *suffix = find_suffix(path.data);
    if (suffix && extension != TS_EXTENSION_TS) {
        buf_append(out, path.data, path.length - strlen(suffix->file));
        buf_append_str(out, extension == TS_EXTENSION_JS ? suffix->js : suffix->none);
    } else {
        buf_append(out, path.data, path.length);
    }
    buf_free(&path);
}

/* ---- text ----------------------------------------------------------------------------------- */

void ts_append_quoted(struct buf *out, const char *text)
{
    buf_append_char(out, '\'');
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < ' ' || c == 0x7F)
            buf_printf(out, "\\x%02x", c);
        else if (c == '\'' || c == '\\')
            buf_printf(out, "\\%c", c);
        else
            buf_append_char(out, (char)c);
    }
    buf_append_char(out, '\'');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Beyond ASCII anything is taken for a letter: file names have no operators there. */
static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

void ts_append_name(struct buf *out, const char *name)
{
    bool plain = *name && !is_digit(*name);
    for (const char *c = name; *c && plain; c++)
        plain = is_word(*c);
    if (plain)
        buf_append_str(out, name);
    else
        ts_append_quoted(out, name);
}

/* ---- names of modules ----------------------------------------------------------------------- */

/* Words that cannot name a value in a module (ECMA-262, ReservedWord and strict mode's). */
static bool is_reserved(const char *word)
{
    static const char *const words[] = {
        "arguments", "await",      "break",   "case",    "catch",      "class",     "const",
        "continue",  "debugger",   "default", "delete",  "do",         "else",      "enum",
        "eval",      "export",     "extends", "false",   "finally",    "for",       "function",
        "if",        "implements", "import",  "in",      "instanceof", "interface", "let",
        "new",       "null",       "package", "private", "protected",  "public",    "return",
        "static",    "super",      "switch",  "this",    "throw",      "true",      "try",
        "typeof",    "var",        "void",    "while",   "with",       "yield",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

static void append_camel(struct buf *out, const char *text, size_t length)
{
    size_t begin = out->length;
    bool raise = false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (!is_word(c)) {
            raise = out->length > begin;
            continue;
        }
        if (out->length == begin && is_digit(c))
            buf_append_char(out, '_');
        buf_append_char(out, raise && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
        raise = false;
    }
    if (out->length == begin)
        buf_append_str(out, "_");
    else if (is_reserved(out->data + begin))
        buf_append_char(out, '_');
}

static size_t length_without_suffix(const char *path)
{
    const struct suffix *suffix = find_suffix(path);
    return strlen(path) - (suffix ? strlen(suffix->file) : 0);
}

void ts_append_path_name(struct buf *out, const char *path)
{
    append_camel(out, path, length_without_suffix(path));
}

void ts_append_module_name(struct buf *out, const char *path)
{
    static const char index[] = "/index";
    size_t end = length_without_suffix(path);
    if (end > sizeof index - 1 && memcmp(path + end - (sizeof index - 1), index, 6) == 0)
        end -= sizeof index - 1;
    size_t begin = end;
    while (begin > 0 && path[begin - 1] != '/')
        begin--;
    append_camel(out, path + begin, end - begin);
}
