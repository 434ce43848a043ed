/*
 * The include lines that MSVC's compiler prints with /showIncludes, in the language it speaks.
 */
#include "engine/base/path.h"
#include "engine/manifest/ninja/depfile.h"
#include "engine/manifest/ninja/names.h"

#include <stdbool.h>
#include <strings.h>

static bool contains_ignoring_case(const char *text, size_t length, const char *word)
{
    size_t size = strlen(word);
    for (size_t i = 0; i + size <= length; i++) {
        if (strncasecmp(text + i, word, size) == 0)
            return true;
    }
    return false;
}

static bool ends_with_ignoring_case(const char *text, size_t length, const char *suffix)
{
    size_t size = strlen(suffix);
    return length >= size && strncasecmp(text + length - size, suffix, size) == 0;
}

/* Headers that come with the compiler or the system do not change: ninja's rule of thumb. */
static bool is_system_header(const char *path, size_t length)
{
    return contains_ignoring_case(path, length, "program files") ||
           contains_ignoring_case(path, length, "microsoft visual studio");
}

/* The compiler first prints the name of what it compiles. */
static bool is_source_name(const char *line, size_t length)
{
    static const char *const suffixes[] = {".c", ".cc", ".cxx", ".cpp", ".c++"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        if (ends_with_ignoring_case(line, length, suffixes[i]))
            return true;
    }
    return false;
}

/* The path that an include line names, *length bytes of it; NULL when it is not such a line. */
static const char *included_path(const char *line, size_t *length, const char *prefix)
{
    size_t size = strlen(prefix);
    if (*length <= size || memcmp(line, prefix, size) != 0)
        return NULL;
    while (size < *length && line[size] == ' ')
        size++;
    *length -= size;
    return *length ? line + size : NULL;
}

static void take_include(struct names *found, struct buf *path, const char *text, size_t length)
{
    buf_clear(path);
    buf_append(path, text, length);
    size_t canonical = path_canonicalize(path->data, length);
    if (!is_system_header(path->data, canonical))
        names_add(found, path->data, canonical);
}

uint32_t msvc_filter_includes(struct buf *output, const char *prefix, struct buf *inputs)
{
    if (!prefix || !*prefix)
        prefix = "Note: including file: ";
    if (!output->length)
        return 0;
    char last = output->data[output->length - 1];
    if (last != '\n' && last != '\r') /* then each line has room for a newline of its own */
        buf_append_char(output, '\n');

    struct names found = {0};
    struct buf path = {0};
    bool seen_include = false;
    size_t kept = 0;
    for (size_t at = 0; at < output->length;) {
        char *line = output->data + at;
        size_t rest = output->length - at;
        size_t length = 0;
        while (line[length] != '\n' && line[length] != '\r')
            length++;
        at += length +
              (line[length] == '\r' && length + 1 < rest && line[length + 1] == '\n' ? 2 : 1);

        size_t size = length;
        const char *include = included_path(line, &size, prefix);
        if (include) {
            seen_include = true;
            take_include(&found, &path, include, size);
        } else if (seen_include || !is_source_name(line, length)) {
            memmove(output->data + kept, line, length);
            kept += length;
            output->data[kept++] = '\n';
        }
    }
    output->length = kept;
    output->data[kept] = '\0';

    uint32_t count = found.list.count;
    buf_append(inputs, found.text.data, found.text.length);
    buf_free(&path);
    names_free(&found);
    return count;
}
