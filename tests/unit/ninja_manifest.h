/*
 * Manifests in memory, for the tests of the ninja language.
 *
 * A `struct manifest` holds the files (the main one is called "input", as in ninja's own tests),
 * what parsing them gave, and the warnings.
 */
#ifndef TESTS_UNIT_NINJA_MANIFEST_H
#define TESTS_UNIT_NINJA_MANIFEST_H

#include "cmocka_all.h"

#include "engine/manifest/ninja/ninja.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { MANIFEST_FILES = 128 };

struct manifest {
    struct {
        const char *name, *text;
        size_t length;
    } files[MANIFEST_FILES];
    int file_count;
    struct ninja_options options;
    struct graph *graph;
    struct jig_error error;
    struct buf warnings; /* a line each */
    struct buf text;     /* of the last answer */
};

static inline int manifest_read_file(void *context, const char *path, struct buf *out)
{
    const struct manifest *manifest = context;
    for (int i = 0; i < manifest->file_count; i++) {
        if (strcmp(manifest->files[i].name, path) == 0) {
            buf_append(out, manifest->files[i].text, manifest->files[i].length);
            return 0;
        }
    }
    return ENOENT;
}

static inline void manifest_warn(void *context, const struct jig_error *what)
{
    struct manifest *manifest = context;
    buf_append_str(&manifest->warnings, what->message);
    buf_append_char(&manifest->warnings, '\n');
}

static inline void manifest_add_bytes(struct manifest *manifest, const char *name,
                                      const char *bytes, size_t length)
{
    assert_in_range(manifest->file_count, 0, MANIFEST_FILES - 1);
    manifest->files[manifest->file_count].name = name;
    manifest->files[manifest->file_count].text = bytes;
    manifest->files[manifest->file_count++].length = length;
}

static inline void manifest_add(struct manifest *manifest, const char *name, const char *text)
{
    manifest_add_bytes(manifest, name, text, strlen(text));
}

/* Parses the files added so far, of which the first is the main one. */
static inline enum jig_status manifest_parse(struct manifest *manifest)
{
    manifest->options.read_file = manifest_read_file;
    manifest->options.warn = manifest_warn;
    manifest->options.context = manifest;
    manifest->graph = graph_create();
    return ninja_parse(manifest->graph, manifest->files[0].name, &manifest->options,
                       &manifest->error);
}

static inline void manifest_free(struct manifest *manifest)
{
    graph_destroy(manifest->graph);
    buf_free(&manifest->warnings);
    buf_free(&manifest->text);
    *manifest = (struct manifest){0};
}

/* The error in ninja's format. */
static inline const char *manifest_error_text(struct manifest *manifest)
{
    buf_clear(&manifest->text);
    ninja_error_text(&manifest->error, &manifest->text);
    return buf_cstr(&manifest->text);
}

/* Parses the files, which must succeed and give a sound graph. */
static inline void manifest_must_parse(struct manifest *manifest)
{
    if (manifest_parse(manifest))
        fail_msg("%s", manifest_error_text(manifest));
    assert_true(graph_is_sound(manifest->graph));
}

static inline void manifest_must_parse_text(struct manifest *manifest, const char *text)
{
    manifest_add(manifest, "input", text);
    manifest_must_parse(manifest);
}

static inline const struct graph_job *manifest_job(const struct manifest *manifest,
                                                   const char *output)
{
    file_id file = graph_find_file(manifest->graph, output, strlen(output));
    if (file == GRAPH_NONE || manifest->graph->files.data[file].producer == GRAPH_NONE)
        fail_msg("nothing makes '%s'", output);
    return &manifest->graph->jobs.data[manifest->graph->files.data[file].producer];
}

static inline const char *manifest_rope(struct manifest *manifest, struct graph_rope rope)
{
    buf_clear(&manifest->text);
    graph_rope_append(manifest->graph, rope, &manifest->text);
    return buf_cstr(&manifest->text);
}

static inline const char *manifest_command(struct manifest *manifest, const char *output)
{
    return manifest_rope(manifest, manifest_job(manifest, output)->command);
}

static inline void manifest_append_paths(struct manifest *manifest, const char *mark,
                                         const file_id *files, uint32_t count)
{
    if (count)
        buf_append_str(&manifest->text, mark);
    for (uint32_t i = 0; i < count; i++)
        buf_printf(&manifest->text, " %s", graph_path(manifest->graph, files[i]));
}

/* The job that makes `output` as a build statement would say it, with all its places. */
static inline const char *manifest_statement(struct manifest *manifest, const char *output)
{
    const struct graph *graph = manifest->graph;
    const struct graph_job *job = manifest_job(manifest, output);
    const file_id *outs = graph_outputs(graph, job);
    const file_id *ins = graph_inputs(graph, job);
    buf_clear(&manifest->text);
    manifest_append_paths(manifest, "build", outs, job->explicit_out_count);
    manifest_append_paths(manifest, job->explicit_out_count ? " |" : "build |",
                          outs + job->explicit_out_count, job->out_count - job->explicit_out_count);
    buf_printf(&manifest->text, ": %s", graph_str(graph, job->rule));
    manifest_append_paths(manifest, "", ins, job->explicit_in_count);
    manifest_append_paths(manifest, " |", ins + job->explicit_in_count,
                          job->in_count - job->explicit_in_count);
    manifest_append_paths(manifest, " ||", graph_order_only(graph, job), job->order_only_count);
    manifest_append_paths(manifest, " |@", graph_validations(graph, job), job->validation_count);
    return buf_cstr(&manifest->text);
}

/* Parsing `text` as the main file must fail with exactly this, in ninja's format. */
static inline void assert_manifest_error(const char *text, const char *expected)
{
    struct manifest manifest = {0};
    manifest_add(&manifest, "input", text);
    if (!manifest_parse(&manifest))
        fail_msg("should not parse: %s", text);
    assert_string_equal(manifest_error_text(&manifest), expected);
    manifest_free(&manifest);
}

#endif
