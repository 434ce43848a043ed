/*
 * Reads arbitrary bytes as a depfile, and as the output of a compiler with /showIncludes.
 */
#include "fuzz.h"

#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "engine/manifest/ninja/depfile.h"

#include <string.h>

/* Paths must be as many as told, canonical, and none empty. */
static void check_paths(const struct buf *paths, uint32_t count)
{
    const char *path = buf_cstr(paths), *end = path + paths->length;
    for (; count > 0; count--) {
        FUZZ_CHECK(path < end && *path);
        size_t length = strlen(path);
        char *copy = mem_strndup(path, length);
        FUZZ_CHECK(path_canonicalize(copy, length) == length && strcmp(copy, path) == 0);
        free(copy);
        path += length + 1;
    }
    FUZZ_CHECK(path == end);
}

static void parse(const uint8_t *data, size_t size)
{
    char *text = mem_strndup((const char *)data, size);
    struct depfile depfile = {0};
    struct jig_error error;
    enum jig_status status = depfile_parse("x.d", text, size, &depfile, &error);
    FUZZ_CHECK(status == JIG_OK || (status == error.status && error.message[0]));
    check_paths(&depfile.inputs, depfile.input_count);
    check_paths(&depfile.targets, depfile.target_count);
    depfile_free(&depfile);
    free(text);
}

static void filter(const uint8_t *data, size_t size)
{
    struct buf output = {0}, inputs = {0};
    buf_append(&output, data, size);
    uint32_t count = msvc_filter_includes(&output, NULL, &inputs);
    FUZZ_CHECK(output.length <= size + 1);
    FUZZ_CHECK(output.length == 0 || output.data[output.length - 1] == '\n');
    FUZZ_CHECK((count == 0) == (inputs.length == 0));
    buf_free(&output);
    buf_free(&inputs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    parse(data, size);
    filter(data, size);
    return 0;
}
