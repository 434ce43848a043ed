/* One item of `pipelines`. */
#include "engine/manifest/pipeline/reader.h"
#include "engine/manifest/pipeline/template.h"

#include <stdio.h>

static const char *const depends_words[] = {"transitive", "direct", "self", NULL};
static const char *const sees_words[] = {"content", "definitions", NULL};

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

void tell_missing(struct reader *reader, const struct draft *draft, const char *what)
{
    if (draft->all_known)
        wrong(reader, draft->self, "", "%s", what);
}

/* ---- name and package ------------------------------------------------------------------------ */

static void read_package(struct reader *reader, struct draft *draft)
{
    const char *package = reader->folder;
    if (draft->keys.package) {
        const char *path = read_path(reader, draft->keys.package, "package");
        if (path)
            package = strcmp(path, ".") == 0 ? "" : path;
    }
    draft->pipeline.package = arena_strndup(&reader->config->arena, package, strlen(package));
}

static void read_name(struct reader *reader, struct draft *draft)
{
    const struct yaml_value *value = draft->keys.name;
    draft->pipeline.name = "";
    if (!value) {
        tell_missing(reader, draft, "the pipeline has no `name`");
        return;
    }
    const char *name = read_text(reader, value, "name");
    if (!name)
        return;
    for (size_t i = 0; name[i]; i++) {
        if (is_name_character(name[i]))
            continue;
        problem(&reader->problems, place_within(reader, value, i), JIG_ERROR_MANIFEST, "",
                "`name` has letters, digits, `-`, `_` and `.` only");
        return;
    }
    const char *package = draft->pipeline.package;
    struct buf full = {0};
    buf_printf(&full, "%s%s%s", package, *package ? "#" : "", name);
    draft->pipeline.name = arena_strndup(&reader->config->arena, full.data, full.length);
    buf_free(&full);
}

/* ---- sources --------------------------------------------------------------------------------- */

/* Tells of a key that is given for nothing, and forgets it. */
static void drop(struct reader *reader, const struct yaml_value **value, const char *key)
{
    if (*value)
        odd(reader, *value, "", "`%s` means nothing to a pipeline with `collect`", key);
    *value = NULL;
}

static void read_sources(struct reader *reader, struct draft *draft)
{
    struct pipeline_keys *keys = &draft->keys;
    struct config_pipeline *pipeline = &draft->pipeline;
    if (keys->sources && keys->collect) {
        wrong(reader, keys->collect, "", "a pipeline has `sources` or `collect`, not both");
        keys->collect = NULL;
    }
    if (!keys->sources && !keys->collect)
        tell_missing(reader, draft, "the pipeline has neither `sources` nor `collect`");
    if (keys->collect && list_count(keys->collect) == 0)
        wrong(reader, keys->collect, "", "`collect` is empty");
    if (keys->sources) {
        pipeline->sources = read_list(reader, keys->sources, "sources", read_pattern);
        if (list_count(keys->sources) == 0)
            wrong(reader, keys->sources, "", "`sources` is empty");
    }
    if (keys->collect) {
        drop(reader, &keys->exclude, "exclude");
        drop(reader, &keys->scan, "scan");
        drop(reader, &keys->depends, "depends");
        drop(reader, &keys->sees, "sees");
        return;
    }
    if (keys->exclude)
        pipeline->exclude = read_list(reader, keys->exclude, "exclude", read_pattern);
    read_scan(reader, draft);
}

/* ---- outputs --------------------------------------------------------------------------------- */

static bool tells_modules_apart(const char *template)
{
    struct template_piece piece;
    while (template_next(&template, &piece)) {
        if (piece.what == PLACEHOLDER_SOURCE || piece.what == PLACEHOLDER_NAME ||
            piece.what == PLACEHOLDER_STEM)
            return true;
    }
    return false;
}

static void check_output(struct reader *reader, const struct draft *draft, uint32_t index)
{
    const struct yaml_value *item = list_item(draft->keys.outputs, index);
    check_template(reader, draft, item, "outputs", TEMPLATE_OF_OUTPUT);
    if (item->kind == YAML_IS_SCALAR && !draft->keys.collect && !tells_modules_apart(item->text))
        wrong(reader, item, "put {source}, {name} or {stem} into it, mostly with {dir} before",
              "`outputs` has one path for all sources");
}

static void read_outputs(struct reader *reader, struct draft *draft)
{
    const struct yaml_value *value = draft->keys.outputs;
    draft->pipeline.out_root = "";
    if (draft->keys.out_root) {
        const char *path = read_path(reader, draft->keys.out_root, "out_root");
        draft->pipeline.out_root = path ? path : "";
    }
    if (!value) {
        tell_missing(reader, draft, "the pipeline has no `outputs`");
        return;
    }
    draft->pipeline.outputs = read_list(reader, value, "outputs", read_output);
    if (list_count(value) == 0)
        wrong(reader, value, "", "`outputs` is empty");
    for (uint32_t i = 0; i < list_count(value); i++)
        check_output(reader, draft, i);
}

/* ---- the rest -------------------------------------------------------------------------------- */

static const char *read_variable(struct reader *reader, const struct yaml_value *item,
                                 const char *key)
{
    const char *name = read_text(reader, item, key);
    if (name && strpbrk(name, "=")) {
        wrong(reader, item, "values come from the environment that jig is started in",
              "`%s` lists names of variables, not values", key);
        return NULL;
    }
    return name;
}

static void read_description(struct reader *reader, struct draft *draft)
{
    const struct yaml_value *value = draft->keys.description;
    if (value) {
        const char *text = read_text(reader, value, "description");
        check_template(reader, draft, value, "description", TEMPLATE_OF_OUTPUT);
        draft->pipeline.description = text ? text : "";
        return;
    }
    struct buf text = {0};
    for (const char *c = draft->pipeline.name; *c; c++) {
        if (*c == '{' || *c == '}') /* a package's folder may have them */
            buf_append_char(&text, *c);
        buf_append_char(&text, *c);
    }
    if (!draft->keys.collect)
        buf_append_str(&text, " {source}");
    draft->pipeline.description =
        arena_strndup(&reader->config->arena, buf_cstr(&text), text.length);
    buf_free(&text);
}

static void read_rest(struct reader *reader, struct draft *draft)
{
    const struct pipeline_keys *keys = &draft->keys;
    struct config_pipeline *pipeline = &draft->pipeline;
    pipeline->pool = CONFIG_NO_POOL; /* check.c looks it up */
    if (keys->env)
        pipeline->env = read_list(reader, keys->env, "env", read_variable);
    if (keys->timeout)
        pipeline->timeout_ms = read_duration(reader, keys->timeout, "timeout");
    if (keys->depends)
        pipeline->depends =
            (enum config_depends)read_choice(reader, keys->depends, "depends", depends_words);
    else
        pipeline->depends = pipeline->scan.kind == SCANNER_NONE ? DEPENDS_SELF : DEPENDS_TRANSITIVE;
    if (keys->sees)
        pipeline->sees = (enum config_sees)read_choice(reader, keys->sees, "sees", sees_words);
    read_description(reader, draft);
}

void read_pipeline(struct reader *reader, const struct yaml_value *value)
{
    struct draft draft = {.file = reader->file, .self = value};
    draft.all_known = read_pipeline_keys(reader, value, &draft.keys);
    if (value->kind != YAML_IS_MAPPING)
        return;
    draft.pipeline.file =
        arena_strndup(&reader->config->arena, reader->file->path, strlen(reader->file->path));
    draft.pipeline.line = value->line;
    read_package(reader, &draft);
    read_name(reader, &draft);
    read_sources(reader, &draft);
    read_outputs(reader, &draft);
    read_generate(reader, &draft);
    read_rest(reader, &draft);
    vec_push(&reader->drafts, draft);
}
