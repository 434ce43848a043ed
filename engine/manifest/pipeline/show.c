/* The configuration as a jig.yaml again, written by libyaml's emitter. */
#include "engine/base/memory.h"
#include "engine/manifest/pipeline/config.h"
#include "engine/manifest/pipeline/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum style {
    AS_IT_FITS, /* quoted when it has to be */
    QUOTED,     /* text, whatever it looks like */
    UNQUOTED,   /* a number, boolean or null */
};

/* ---- events ---------------------------------------------------------------------------------- */

/* The emitter fails only when memory runs out, or for events that make no document. */
static void emit(yaml_emitter_t *emitter, yaml_event_t *event, int initialized)
{
    if (!initialized || !yaml_emitter_emit(emitter, event))
        mem_exhausted(sizeof *event);
}

static void put(yaml_emitter_t *emitter, const char *text, enum style style)
{
    static const yaml_scalar_style_t styles[] = {
        [AS_IT_FITS] = YAML_ANY_SCALAR_STYLE,
        [QUOTED] = YAML_DOUBLE_QUOTED_SCALAR_STYLE,
        [UNQUOTED] = YAML_PLAIN_SCALAR_STYLE,
    };
    yaml_event_t event;
    emit(emitter, &event,
         yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text,
                                      (int)strlen(text), 1, 1, styles[style]));
}

/* Text that a reader might take for null is quoted. */
static void put_text(yaml_emitter_t *emitter, const char *text)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", "<<"};
    enum style style = AS_IT_FITS;
    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++) {
        if (strcmp(text, nulls[i]) == 0)
            style = QUOTED;
    }
    put(emitter, text, style);
}

static void begin_mapping(yaml_emitter_t *emitter, yaml_mapping_style_t style)
{
    yaml_event_t event;
    emit(emitter, &event, yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, style));
}

static void end_mapping(yaml_emitter_t *emitter)
{
    yaml_event_t event;
    emit(emitter, &event, yaml_mapping_end_event_initialize(&event));
}

static void begin_list(yaml_emitter_t *emitter, yaml_sequence_style_t style)
{
    yaml_event_t event;
    emit(emitter, &event, yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, style));
}

static void end_list(yaml_emitter_t *emitter)
{
    yaml_event_t event;
    emit(emitter, &event, yaml_sequence_end_event_initialize(&event));
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void text_key(yaml_emitter_t *emitter, const char *key, const char *text)
{
    put(emitter, key, UNQUOTED);
    put_text(emitter, text);
}

/* The same for what may be left out. */
static void optional_key(yaml_emitter_t *emitter, const char *key, const char *text)
{
    if (text && *text)
        text_key(emitter, key, text);
}

static void number_key(yaml_emitter_t *emitter, const char *key, uint32_t number, const char *unit)
{
    char text[32];
    snprintf(text, sizeof text, "%u%s", number, unit);
    put(emitter, key, UNQUOTED);
    put(emitter, text, UNQUOTED);
}

static void bool_key(yaml_emitter_t *emitter, const char *key, bool value)
{
    put(emitter, key, UNQUOTED);
    put(emitter, value ? "true" : "false", UNQUOTED);
}

static void list_key(yaml_emitter_t *emitter, const char *key, const struct string_list *list)
{
    put(emitter, key, UNQUOTED);
    begin_list(emitter, YAML_FLOW_SEQUENCE_STYLE);
    for (uint32_t i = 0; i < list->count; i++)
        put_text(emitter, list->data[i]);
    end_list(emitter);
}

static void optional_list_key(yaml_emitter_t *emitter, const char *key,
                              const struct string_list *list)
{
    if (list->count > 0)
        list_key(emitter, key, list);
}

/* ---- options --------------------------------------------------------------------------------- */

static void put_number(yaml_emitter_t *emitter, const json_t *json)
{
    char *text = options_text(json);
    put(emitter, text, UNQUOTED);
    free(text);
}

static void put_json(yaml_emitter_t *emitter, json_t *json)
{
    const char *key;
    json_t *value;
    size_t index;
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        begin_mapping(emitter, YAML_FLOW_MAPPING_STYLE);
        json_object_foreach(json, key, value)
        {
            put(emitter, key, QUOTED);
            put_json(emitter, value);
        }
        end_mapping(emitter);
        return;
    case JSON_ARRAY:
        begin_list(emitter, YAML_FLOW_SEQUENCE_STYLE);
        json_array_foreach(json, index, value) put_json(emitter, value);
        end_list(emitter);
        return;
    case JSON_STRING:
        put(emitter, json_string_value(json), QUOTED);
        return;
    default:
        put_number(emitter, json);
    }
}

static void options_key(yaml_emitter_t *emitter, const char *options)
{
    if (strcmp(options, "{}") == 0)
        return;
    /* Objects keep the order in which they were read, and that is sorted. */
    json_t *json = json_loads(options, 0, NULL);
    if (!json)
        mem_exhausted(strlen(options));
    put(emitter, "options", UNQUOTED);
    put_json(emitter, json);
    json_decref(json);
}

/* ---- a pipeline ------------------------------------------------------------------------------ */

/* What follows the package in a full name. */
static const char *own_name(const struct config_pipeline *pipeline)
{
    size_t package = strlen(pipeline->package);
    return pipeline->name + package + (package > 0);
}

static void show_collect(yaml_emitter_t *emitter, const struct config *config,
                         const struct config_pipeline *pipeline)
{
    struct buf name = {0};
    put(emitter, "collect", UNQUOTED);
    begin_list(emitter, YAML_FLOW_SEQUENCE_STYLE);
    for (uint32_t i = 0; i < pipeline->collects_count; i++) {
        const struct config_pipeline *target = &config->pipelines[pipeline->collects[i]];
        buf_clear(&name);
        for (const char *c = target->package; *c; c++) { /* a pattern that matches itself */
            if (strchr("*?[]{}\\", *c))
                buf_append_char(&name, '\\');
            buf_append_char(&name, *c);
        }
        buf_printf(&name, "#%s", own_name(target));
        put_text(emitter, name.data);
    }
    end_list(emitter);
    buf_free(&name);
}

static void show_scan(yaml_emitter_t *emitter, const struct config_scan *scan)
{
    put(emitter, "scan", UNQUOTED);
    begin_mapping(emitter, YAML_BLOCK_MAPPING_STYLE);
    text_key(emitter, "kind", scanner_kind_name(scan->kind));
    if (scan->kind != SCANNER_NONE && scan->kind != SCANNER_TYPESCRIPT)
        list_key(emitter, "roots", &scan->roots);
    if (scan->kind == SCANNER_GRAPHQL || scan->kind == SCANNER_REGEX)
        list_key(emitter, "extensions", &scan->extensions);
    optional_key(emitter, "pattern", scan->pattern);
    optional_key(emitter, "tsconfig", scan->tsconfig);
    end_mapping(emitter);
}

static void show_generate(yaml_emitter_t *emitter, const struct config_generator *generate)
{
    put(emitter, "generate", UNQUOTED);
    begin_mapping(emitter, YAML_BLOCK_MAPPING_STYLE);
    if (generate->kind == GENERATOR_WORKER) {
        list_key(emitter, "worker", &generate->argv);
        optional_list_key(emitter, "arguments", &generate->arguments);
        number_key(emitter, "workers", generate->workers, "");
        number_key(emitter, "multiplex", generate->multiplex, "");
    } else {
        optional_list_key(emitter, "command", &generate->argv);
        optional_key(emitter, "shell", generate->shell);
        optional_key(emitter, "plugin", generate->plugin);
        optional_key(emitter, "builtin", generate->builtin);
    }
    optional_key(emitter, "version", generate->version);
    options_key(emitter, generate->options);
    end_mapping(emitter);
}

static void show_pipeline(yaml_emitter_t *emitter, const struct config *config,
                          const struct config_pipeline *pipeline)
{
    static const char *const depends[] = {"transitive", "direct", "self"};
    static const char *const sees[] = {"content", "definitions"};
    begin_mapping(emitter, YAML_BLOCK_MAPPING_STYLE);
    text_key(emitter, "name", own_name(pipeline));
    optional_key(emitter, "package", pipeline->package);
    if (pipeline->collects) {
        show_collect(emitter, config, pipeline);
    } else {
        list_key(emitter, "sources", &pipeline->sources);
        optional_list_key(emitter, "exclude", &pipeline->exclude);
        show_scan(emitter, &pipeline->scan);
        text_key(emitter, "depends", depends[pipeline->depends]);
        text_key(emitter, "sees", sees[pipeline->sees]);
    }
    show_generate(emitter, &pipeline->generate);
    list_key(emitter, "outputs", &pipeline->outputs);
    optional_key(emitter, "out_root", pipeline->out_root);
    optional_list_key(emitter, "env", &pipeline->env);
    if (pipeline->pool != CONFIG_NO_POOL)
        text_key(emitter, "pool", config->pools[pipeline->pool].name);
    if (pipeline->timeout_ms > 0)
        number_key(emitter, "timeout", pipeline->timeout_ms, "ms");
    text_key(emitter, "description", pipeline->description);
    end_mapping(emitter);
}

/* ---- the file -------------------------------------------------------------------------------- */

static void show_pools(yaml_emitter_t *emitter, const struct config *config)
{
    put(emitter, "pools", UNQUOTED);
    begin_mapping(emitter, YAML_BLOCK_MAPPING_STYLE);
    for (uint32_t i = 0; i < config->pool_count; i++) {
        const struct config_pool *pool = &config->pools[i];
        if (strcmp(pool->name, "console") == 0)
            continue; /* always there */
        char depth[16];
        snprintf(depth, sizeof depth, "%u", pool->depth);
        put_text(emitter, pool->name);
        put(emitter, depth, UNQUOTED);
    }
    end_mapping(emitter);
}

static void show_daemon(yaml_emitter_t *emitter, const struct config *config)
{
    if (!config->daemon || !config->daemon_idle_ms) {
        bool_key(emitter, "daemon", config->daemon);
        return;
    }
    put(emitter, "daemon", UNQUOTED);
    begin_mapping(emitter, YAML_BLOCK_MAPPING_STYLE);
    number_key(emitter, "idle", config->daemon_idle_ms, "ms");
    end_mapping(emitter);
}

static void show_file(yaml_emitter_t *emitter, const struct config *config)
{
    begin_mapping(emitter, YAML_BLOCK_MAPPING_STYLE);
    number_key(emitter, "version", 1, "");
    bool_key(emitter, "gitignore", !config->no_ignore);
    show_daemon(emitter, config);
    if (config->pool_count > 0)
        show_pools(emitter, config);
    put(emitter, "pipelines", UNQUOTED);
    begin_list(emitter, YAML_BLOCK_SEQUENCE_STYLE);
    for (uint32_t i = 0; i < config->pipeline_count; i++)
        show_pipeline(emitter, config, &config->pipelines[i]);
    end_list(emitter);
    end_mapping(emitter);
}

static int write_to_buf(void *out, unsigned char *bytes, size_t length)
{
    buf_append(out, bytes, length);
    return 1;
}

void config_show(const struct config *config, struct buf *out)
{
    yaml_emitter_t emitter;
    yaml_event_t event;
    if (!yaml_emitter_initialize(&emitter))
        mem_exhausted(sizeof emitter);
    yaml_emitter_set_output(&emitter, write_to_buf, out);
    yaml_emitter_set_unicode(&emitter, 1);
    yaml_emitter_set_width(&emitter, -1);
    emit(&emitter, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));
    emit(&emitter, &event, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1));
    show_file(&emitter, config);
    emit(&emitter, &event, yaml_document_end_event_initialize(&event, 1));
    emit(&emitter, &event, yaml_stream_end_event_initialize(&event));
    yaml_emitter_delete(&emitter);
}
