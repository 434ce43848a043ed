/*
 * Compiles arbitrary bytes as a glob and matches arbitrary paths with it: the input is a pattern,
 * and after each newline a path.
 */
#include "fuzz.h"

#include "engine/base/memory.h"
#include "engine/discovery/walk/glob.h"

#include <string.h>

/* What holds for every pattern and every path, whatever they mean. */
static void check_match(const struct glob *glob, const char *path, size_t length)
{
    if (!glob_match(glob, path, length))
        return;
    const char *base = glob_base(glob);
    size_t base_length = strlen(base);
    FUZZ_CHECK(base_length == 0 || (length > base_length && path[base_length] == '/' &&
                                    memcmp(path, base, base_length) == 0));
    FUZZ_CHECK(glob_may_match_below(glob, "", 0));
    for (size_t i = 1; i < length; i++) {
        if (path[i] == '/')
            FUZZ_CHECK(glob_may_match_below(glob, path, i));
    }
}

/* Canonical, as paths of a tree are: no component is empty. */
static bool is_path(const char *path, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (path[i] == '/' && (i == 0 || i + 1 == length || path[i + 1] == '/'))
            return false;
    }
    return length > 0;
}

static void match_lines(const struct glob *glob, const char *text, const char *end)
{
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *line_end = newline ? newline : end;
        if (is_path(text, (size_t)(line_end - text)))
            check_match(glob, text, (size_t)(line_end - text));
        text = line_end + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_strndup((const char *)data, size);
    char *newline = memchr(text, '\n', size);
    struct glob *glob;
    struct jig_error error = {0};
    if (newline)
        *newline = '\0';
    size_t length = strlen(text);
    enum jig_status status = glob_compile(text, &glob, &error);
    if (status == JIG_OK) {
        if (newline)
            match_lines(glob, newline + 1, text + size);
        glob_destroy(glob);
    } else {
        FUZZ_CHECK(status == JIG_ERROR_SYNTAX && error.message[0]);
        FUZZ_CHECK(error.column > 0 && error.column <= length + 1 && !glob);
    }
    free(text);
    return 0;
}
