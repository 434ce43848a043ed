/*
 * Parses arbitrary bytes as an ignore file and judges paths by it: the input is paths, one a line,
 * up to an empty line, and then the ignore file.
 */
#include "fuzz.h"

#include "engine/base/memory.h"
#include "engine/discovery/walk/ignore.h"

#include <string.h>

/* A folder is judged by all rules, a file by some of them. */
static void judge(const struct ignore_file *file, const struct ignore_file *taken_back,
                  const char *path, size_t length)
{
    for (int is_folder = 0; is_folder < 2; is_folder++) {
        enum ignore_verdict verdict = ignore_match(file, path, length, is_folder);
        FUZZ_CHECK(verdict == IGNORE_SILENT || verdict == IGNORE_YES || verdict == IGNORE_NO);
        /* A last rule that takes everything back does. */
        FUZZ_CHECK(ignore_match(taken_back, path, length, is_folder) == IGNORE_NO);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char everything[] = "\n!*\n";
    char *text = mem_alloc(size + sizeof everything);
    memcpy(text, data, size);
    const char *rules = memmem(text, size, "\n\n", 2);
    rules = rules ? rules + 2 : text + size;
    size_t rules_length = (size_t)(text + size - rules);
    struct ignore_file *file = ignore_parse(rules, rules_length);
    memcpy(text + size, everything, sizeof everything);
    struct ignore_file *taken_back = ignore_parse(rules, rules_length + sizeof everything - 1);
    for (const char *line = text; line < rules;) {
        const char *end = memchr(line, '\n', (size_t)(rules - line));
        if (!end)
            break;
        if (end > line && end[-1] != '/')
            judge(file, taken_back, line, (size_t)(end - line));
        line = end + 1;
    }
    ignore_destroy(file);
    ignore_destroy(taken_back);
    free(text);
    return 0;
}
