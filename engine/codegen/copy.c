/*
 * copy: the output is the module, byte for byte. The mode is not copied: content alone decides
 * whether a job is up to date.
 */
#include "engine/codegen/builtin.h"

static const struct option options[] = {{.key = NULL}};

static void generate(const void *values, struct generation *generation)
{
    (void)values;
    size_t length;
    const char *content = generation_read(generation, generation->job->modules[0].path, &length);
    if (content)
        generation_write_read(generation, 0, content, length);
}

const struct builtin builtin_copy = {
    .name = "copy",
    .options = options,
    .outputs = 1,
    .generate = generate,
};
