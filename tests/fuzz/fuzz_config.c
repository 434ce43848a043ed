/*
 * Reads arbitrary bytes as a jig.yaml. What is accepted must be shown as a jig.yaml that reads back
 * to the same, its templates must expand, and what is refused must say where.
 */
#include "fuzz.h"

#include "engine/base/path.h"
#include "engine/manifest/pipeline/config.h"

#include <string.h>

static void check_error(const struct jig_error *error, enum jig_status status)
{
    FUZZ_CHECK(status == error->status && error->message[0]);
    FUZZ_CHECK(strcmp(error->file, "p/jig.yaml") == 0);
    FUZZ_CHECK(error->line > 0 && error->column > 0);
    FUZZ_CHECK(error->caret <= strlen(error->excerpt));
}

static void check_canonical(const char *path)
{
    struct buf copy = {0};
    buf_append_str(&copy, path);
    FUZZ_CHECK(path_canonicalize(copy.data, copy.length) == copy.length);
    FUZZ_CHECK(strcmp(copy.data, path) == 0);
    buf_free(&copy);
}

static void expand_all(const struct config_pipeline *pipeline)
{
    static const char *const files[] = {"p/a b.x", "c"};
    const struct template_values values = {
        pipeline, pipeline->collects ? NULL : "p/src/it's.x", files, 2, files, 2};
    struct buf out = {0};
    for (uint32_t i = 0; i < pipeline->outputs.count; i++) {
        buf_clear(&out);
        bool inside = config_output_path(pipeline, i, values.source, &out);
        check_canonical(out.data);
        FUZZ_CHECK(!inside || (strcmp(out.data, "..") != 0 && strncmp(out.data, "../", 3) != 0 &&
                               out.data[0] != '/'));
    }
    template_expand(pipeline->description, &values, false, &out);
    config_command(pipeline, &values, &out);
    config_arguments(pipeline, &values, &out);
    buf_free(&out);
}

static void check_pipeline(const struct config *config, const struct config_pipeline *pipeline)
{
    FUZZ_CHECK(pipeline->name[0] && pipeline->line > 0);
    FUZZ_CHECK((pipeline->collects != NULL) != (pipeline->sources.count > 0));
    FUZZ_CHECK(pipeline->outputs.count > 0);
    FUZZ_CHECK(pipeline->pool == CONFIG_NO_POOL || pipeline->pool < config->pool_count);
    for (uint32_t i = 0; i < pipeline->collects_count; i++)
        FUZZ_CHECK(pipeline->collects[i] < config->pipeline_count);
    if (pipeline->out_root[0])
        check_canonical(pipeline->out_root);
    expand_all(pipeline);
}

static void check_shows_as_itself(const struct config *config)
{
    struct buf shown = {0}, again = {0};
    struct config read;
    struct jig_error error;
    config_show(config, &shown);
    enum jig_status status = config_parse(&read, "jig.yaml", shown.data, shown.length, &error);
    /* With all that is understood, text may grow beyond the limit. */
    if (status != JIG_ERROR_LIMIT) {
        if (status != JIG_OK)
            fprintf(stderr, "%u:%u: %s\n%s", error.line, error.column, error.message, shown.data);
        FUZZ_CHECK(status == JIG_OK);
        config_show(&read, &again);
        FUZZ_CHECK(strcmp(shown.data, again.data) == 0);
    }
    config_free(&read);
    buf_free(&shown);
    buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config config;
    struct jig_error error;
    enum jig_status status = config_parse(&config, "p/jig.yaml", (const char *)data, size, &error);
    if (status != JIG_OK) {
        check_error(&error, status);
    } else {
        for (uint32_t i = 0; i < config.pipeline_count; i++)
            check_pipeline(&config, &config.pipelines[i]);
        check_shows_as_itself(&config);
    }
    config_free(&config);
    return 0;
}
