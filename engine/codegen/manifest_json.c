/*
 * manifest-json: what a pipeline knows of its modules, as JSON for other tools. Made of facts
 * alone; no file is read.
 *
 *     {
 *       "version": 1,
 *       "pipeline": "proto",
 *       "modules": [
 *         {
 *           "path": "a.proto",
 *           "digest": "…",
 *           "imports": [
 *             {"specifier": "b.proto", "path": "b.proto", "resolution": "file"}
 *           ],
 *           "exports": [
 *             {"name": "A", "kind": "type"}
 *           ],
 *           "outputs": [
 *             {"path": "gen/a.pb.h", "digest": "…"}
 *           ]
 *         }
 *       ]
 *     }
 *
 * `path` of an import is null unless `resolution` is "file"; otherwise that is "external" or
 * "unresolved". Lists are in byte order and hold nothing twice, so that the text depends on what
 * the modules mean and not on how they are laid out; for the same reason there are no line numbers.
 */
#include "engine/codegen/builtin.h"
#include "engine/codegen/json_text.h"

#include <stdlib.h>

struct manifest_options {
    bool digests, imports, exports, outputs; /* what is told of a module */
};

static const struct option options[] = {
    {"digests", OPTION_FLAG, offsetof(struct manifest_options, digests), NULL},
    {"imports", OPTION_FLAG, offsetof(struct manifest_options, imports), NULL},
    {"exports", OPTION_FLAG, offsetof(struct manifest_options, exports), NULL},
    {"outputs", OPTION_FLAG, offsetof(struct manifest_options, outputs), NULL},
    {.key = NULL},
};

/* ---- lists ---------------------------------------------------------------------------------- */

/* One line of a list, as its text; lines are sorted and written once each. */
typedef VEC(char *) line_list;

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void append_text(struct buf *out, const char *key, const char *value)
{
    buf_append_char(out, '"');
    buf_append_str(out, key);
    buf_append_str(out, "\": ");
    json_text_append(out, value);
}

/* Appends the list as the member `key` of a module, and empties it. */
static void append_list(struct buf *out, const char *key, line_list *lines)
{
    if (lines->count > 1)
        qsort(lines->data, lines->count, sizeof *lines->data, compare_lines);
    buf_append_str(out, ",\n      \"");
    buf_append_str(out, key);
    buf_append_str(out, "\": [");
    const char *before = NULL;
    for (uint32_t i = 0; i < lines->count; i++) {
        if (!before || strcmp(before, lines->data[i]) != 0) {
            buf_append_str(out, before ? ",\n        " : "\n        ");
            buf_append_str(out, lines->data[i]);
        }
        before = lines->data[i];
    }
    buf_append_str(out, before ? "\n      ]" : "]");
    for (uint32_t i = 0; i < lines->count; i++)
        free(lines->data[i]);
    lines->count = 0;
}

static void append_imports(struct buf *out, const struct jig_generation_module *module,
                           line_list *lines)
{
    for (size_t i = 0; i < module->import_count; i++) {
        const struct jig_generation_import *import = &module->imports[i];
        struct buf line = {0};
        buf_append_char(&line, '{');
        append_text(&line, "specifier", import->specifier);
        if (import->path) {
            buf_append_str(&line, ", ");
            append_text(&line, "path", import->path);
        } else {
            buf_append_str(&line, ", \"path\": null");
        }
        buf_append_str(&line, ", \"resolution\": \"");
        buf_append_str(&line, import->path         ? "file"
                              : import->unresolved ? "unresolved"
                                                   : "external");
        buf_append_str(&line, "\"}");
        vec_push(lines, line.data);
    }
    append_list(out, "imports", lines);
}

static void append_exports(struct buf *out, const struct jig_generation_module *module,
                           line_list *lines)
{
    for (size_t i = 0; i < module->definition_count; i++) {
        const struct jig_generation_definition *definition = &module->definitions[i];
        if (!definition->exported)
            continue;
        struct buf line = {0};
        buf_append_char(&line, '{');
        append_text(&line, "name", definition->name);
        buf_append_str(&line, ", ");
        append_text(&line, "kind", definition->kind);
        buf_append_char(&line, '}');
        vec_push(lines, line.data);
    }
    append_list(out, "exports", lines);
}

static void append_outputs(struct buf *out, const struct manifest_options *values,
                           const struct jig_generation_module *module, line_list *lines)
{
    for (size_t i = 0; i < module->output_count; i++) {
        struct buf line = {0};
        buf_append_char(&line, '{');
        append_text(&line, "path", module->outputs[i]);
        if (values->digests) {
            buf_append_str(&line, ", ");
            append_text(&line, "digest", module->output_digests[i]);
        }
        buf_append_char(&line, '}');
        vec_push(lines, line.data);
    }
    append_list(out, "outputs", lines);
}

/* ---- the generator -------------------------------------------------------------------------- */

static void append_module(struct buf *out, const struct manifest_options *values,
                          const struct jig_generation_module *module, line_list *lines)
{
    buf_append_str(out, "    {\n      ");
    append_text(out, "path", module->path);
    if (values->digests) {
        buf_append_str(out, ",\n      ");
        append_text(out, "digest", module->digest);
    }
    if (values->imports)
        append_imports(out, module, lines);
    if (values->exports)
        append_exports(out, module, lines);
    if (values->outputs && module->outputs)
        append_outputs(out, values, module, lines);
    buf_append_str(out, "\n    }");
}

static void generate(const void *values, struct generation *generation)
{
    const struct jig_generation *job = generation->job;
    struct buf text = {0};
    line_list lines = {0};
    buf_append_str(&text, "{\n  \"version\": 1,\n  ");
    append_text(&text, "pipeline", job->pipeline);
    buf_append_str(&text, ",\n  \"modules\": [");
    for (size_t i = 0; i < job->module_count; i++) {
        buf_append_str(&text, i ? ",\n" : "\n");
        append_module(&text, values, &job->modules[i], &lines);
    }
    buf_append_str(&text, job->module_count ? "\n  ]\n}\n" : "]\n}\n");
    vec_free(&lines);
    generation_write_buf(generation, 0, &text);
}

const struct builtin builtin_manifest_json = {
    .name = "manifest-json",
    .options = options,
    .defaults = &(const struct manifest_options){true, true, true, true},
    .options_size = sizeof(struct manifest_options),
    .outputs = 1,
    .collects = true,
    .sees_facts = true,
    .generate = generate,
};
