#include "tools/jig/cache_file.h"

#include "tools/jig/path_json.h"
#include "tools/jig/readers.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { NS_A_SECOND = 1000000000 };

/* ---- values ------------------------------------------------------------------------------ */

static json_t *number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static json_t *digest_json(struct digest digest)
{
    char text[33];
    digest_format(digest, text);
    return json_string(text);
}

/* The name of a value that was read from a cache, and may be one we do not know. */
static json_t *name_of(const char *const *names, size_t count, uint32_t value)
{
    return json_string(value < count && names[value] ? names[value] : "unknown");
}

#define NAME_OF(names, value) name_of(names, sizeof(names) / sizeof *(names), value)

/* As in ISO 8601, in UTC, to the nanosecond. */
static json_t *time_json(int64_t ns)
{
    time_t seconds = (time_t)(ns / NS_A_SECOND);
    long rest = (long)(ns % NS_A_SECOND);
    if (rest < 0) {
        rest += NS_A_SECOND;
        seconds--;
    }
    struct tm parts;
    char day[64], text[96];
    gmtime_r(&seconds, &parts);
    strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text, sizeof text, "%s.%09ldZ", day, rest);
    return json_string(text);
}

static json_t *path_list(const struct graph *graph, const file_id *files, uint32_t count)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++) {
        struct buf path = {0};
        graph_append_path(graph, files[i], &path);
        json_array_append_new(list, path_json(buf_cstr(&path)));
        buf_free(&path);
    }
    return list;
}

/* ---- modules ----------------------------------------------------------------------------- */

static json_t *import_json(const struct discovery *discovery, const struct fact_import *import,
                           const struct module_import *resolved)
{
    static const char *const kinds[] = {
        [IMPORT_STATIC] = "static",     [IMPORT_TYPE] = "type",
        [IMPORT_DYNAMIC] = "dynamic",   [IMPORT_REQUIRE] = "require",
        [IMPORT_REEXPORT] = "reexport", [IMPORT_QUOTED] = "quoted",
        [IMPORT_ANGLED] = "angled",     [IMPORT_WEAK] = "weak",
        [IMPORT_COMPUTED] = "computed",
    };
    static const char *const resolutions[] = {
        [RESOLUTION_FILE] = "file",
        [RESOLUTION_EXTERNAL] = "external",
        [RESOLUTION_UNRESOLVED] = "unresolved",
    };
    json_t *object = json_object();
    json_object_set_new(object, "specifier",
                        path_json(discovery_fact_text(discovery, import->specifier)));
    json_object_set_new(object, "line", number(import->line));
    json_object_set_new(object, "kind", NAME_OF(kinds, import->kind));
    json_object_set_new(object, "resolution", NAME_OF(resolutions, resolved->resolution));
    if (resolved->resolution == RESOLUTION_FILE)
        path_json_set(object, "path", discovery_path(discovery, resolved->target));
    return object;
}

static json_t *definition_json(const struct discovery *discovery,
                               const struct fact_definition *definition)
{
    static const char *const kinds[] = {
        [DEFINITION_OTHER] = "other",         [DEFINITION_FUNCTION] = "function",
        [DEFINITION_CLASS] = "class",         [DEFINITION_VALUE] = "value",
        [DEFINITION_TYPE] = "type",           [DEFINITION_ENUM] = "enum",
        [DEFINITION_NAMESPACE] = "namespace", [DEFINITION_SERVICE] = "service",
        [DEFINITION_OPERATION] = "operation", [DEFINITION_FRAGMENT] = "fragment",
        [DEFINITION_ALIAS] = "alias",
    };
    json_t *object = json_object();
    json_object_set_new(object, "name",
                        path_json(discovery_fact_text(discovery, definition->name)));
    json_object_set_new(object, "kind", NAME_OF(kinds, definition->kind));
    json_object_set_new(object, "line", number(definition->line));
    json_object_set_new(object, "exported", json_boolean(definition->exported));
    return object;
}

static json_t *module_json(struct discovery *discovery, module_id id, enum scanner_kind kind)
{
    const struct module *module = discovery_module(discovery, id);
    json_t *imports = json_array(), *definitions = json_array(), *importers = json_array();
    for (uint32_t i = 0; i < module->imports_count; i++)
        json_array_append_new(imports, import_json(discovery, &discovery_imports(discovery, id)[i],
                                                   &discovery_resolved(discovery, id)[i]));
    for (uint32_t i = 0; i < module->definitions_count; i++) {
        const struct fact_definition *definition = &discovery_definitions(discovery, id)[i];
        if (*discovery_fact_text(discovery, definition->name)) /* not the text between them */
            json_array_append_new(definitions, definition_json(discovery, definition));
    }
    uint32_t count;
    const module_id *importer = discovery_importers(discovery, id, &count);
    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(importers, path_json(discovery_path(discovery, importer[i])));
    return json_pack("{s:s, s:o, s:o, s:o}", "scan", scanner_kind_name(kind), "imports", imports,
                     "definitions", definitions, "importers", importers);
}

/* The file through every lens that it is seen through. */
static json_t *modules_json(const struct jig_session *session, const char *path)
{
    json_t *list = json_array();
    const struct pipelines *pipelines = session->pipelines;
    for (uint32_t lens = 0; pipelines && lens < pipelines->lenses.all.count; lens++) {
        module_id id = discovery_find(pipelines->discovery, path, lens);
        if (id != MODULE_NONE)
            json_array_append_new(
                list, module_json(pipelines->discovery, id, pipelines->lenses.all.data[lens].kind));
    }
    return list;
}

/* ---- jobs -------------------------------------------------------------------------------- */

static json_t *job_json(const struct jig_session *session, job_id id)
{
    const struct graph *graph = session->graph;
    const struct graph_job *job = &graph->jobs.data[id];
    const struct job_record *record = &session->history->jobs.data[id];
    bool recorded = record->flags & JOB_RECORDED;
    json_t *object = json_object();
    json_object_set_new(object, "outputs",
                        path_list(graph, graph_outputs(graph, job), job->out_count));
    json_object_set_new(object, "rule", path_json(graph_str(graph, job->rule)));
    json_object_set_new(object, "recorded", json_boolean(recorded));
    if (!recorded)
        return object;
    json_object_set_new(object, "duration_ms", number(record->cost.duration_ms));
    json_object_set_new(object, "processor_ms", number(record->cost.processor_ms));
    json_object_set_new(object, "peak_kib", number(record->cost.peak_kib));
    json_object_set_new(object, "tick", number(record->tick));
    json_object_set_new(object, "recipe", digest_json(record->recipe));
    json_object_set_new(object, "inputs", digest_json(record->inputs));
    json_object_set_new(object, "outputs_digest", digest_json(record->outputs));
    json_object_set_new(
        object, "discovered",
        path_list(graph, history_deps(session->history, record), record->deps_count));
    return object;
}

static json_t *readers_json(const struct jig_session *session, file_id file)
{
    json_t *list = json_array();
    struct readers readers = {.graph = session->graph, .history = session->history};
    readers_find(&readers, file);
    for (uint32_t i = 0; i < readers.all.count; i++)
        json_array_append_new(list, job_json(session, readers.all.data[i].job));
    readers_free(&readers);
    return list;
}

json_t *cache_file_json(struct jig_session *session, file_id file)
{
    const struct graph *graph = session->graph;
    const struct file_record *record = &session->history->files.data[file];
    job_id producer = graph->files.data[file].producer;
    bool there = (record->flags & (FILE_KNOWN | FILE_MISSING)) == FILE_KNOWN;
    json_t *object = json_object();
    path_json_set(object, "path", graph_path(graph, file));
    json_object_set_new(object, "there", json_boolean(there));
    if (there) {
        json_object_set_new(object, "size", number(record->size));
        json_object_set_new(object, "modified", time_json(record->mtime_ns));
        json_object_set_new(object, "digest", digest_json(record->digest));
        json_object_set_new(object, "settled", json_boolean(!(record->flags & FILE_RACY)));
    }
    json_object_set_new(object, "changed", number(record->changed_tick));
    json_object_set_new(object, "modules", modules_json(session, graph_path(graph, file)));
    json_object_set_new(object, "made_by",
                        producer == GRAPH_NONE ? json_null() : job_json(session, producer));
    json_object_set_new(object, "read_by", readers_json(session, file));
    return object;
}
