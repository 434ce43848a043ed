#include "discovery_follow_support.h"

#include "engine/base/io.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- updates ------------------------------------------------------------------------------- */

void follow_begin(struct run *run, const struct run_options *options)
{
    run_begin(run, options);
    run->discovery->definitions_live = true;
}

void put_at_once(const char *path, const char *text)
{
    static int64_t now = 1000000000;
    assert_int_equal(io_write_file(AT_FDCWD, path, text, strlen(text)), 0);
    now++;
    const struct timespec times[2] = {{.tv_sec = now}, {.tv_sec = now}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* What definitions_follow has to be told of, before a rescan. */
struct before {
    uint32_t count; /* modules */
    struct module *modules;
    struct module_facts *facts;
    struct facts_span *spans;
    struct digest *records;
    struct module_import *resolved; /* [as the column] */
};

static void *copy(const void *from, size_t count, size_t size)
{
    void *bytes = mem_array(count + 1, size);
    if (count)
        memcpy(bytes, from, count * size);
    return bytes;
}

static struct before look_before(const struct discovery *discovery)
{
    const struct generation *now = &discovery->now;
    struct before before = {.count = now->modules.count};
    before.modules = copy(now->modules.data, before.count, sizeof *before.modules);
    before.facts = copy(now->facts.data, before.count, sizeof *before.facts);
    before.spans = mem_array(before.count + 1, sizeof *before.spans);
    before.records = mem_array(before.count + 1, sizeof *before.records);
    for (module_id id = 0; id < before.count; id++) {
        before.spans[id] = module_span(now, id);
        before.records[id] = now->records.data[id].digest;
    }
    before.resolved =
        copy(discovery->resolved.data, discovery->resolved.count, sizeof *before.resolved);
    return before;
}

static void free_before(struct before *before)
{
    free(before->modules);
    free(before->facts);
    free(before->spans);
    free(before->records);
    free(before->resolved);
}

static bool imports_differ(const struct discovery *discovery, const struct before *before,
                           module_id id)
{
    const struct module *was = &before->modules[id], *is = &discovery->now.modules.data[id];
    if (was->imports_count != is->imports_count)
        return true;
    for (uint32_t i = 0; i < is->imports_count; i++) {
        const struct module_import *one = &before->resolved[was->imports_begin + i];
        const struct module_import *other = &discovery->resolved.data[is->imports_begin + i];
        if (one->target != other->target || one->resolution != other->resolution)
            return true;
    }
    return false;
}

/* Whether the module has to be told of. */
static bool find_change(const struct discovery *discovery, const struct before *before,
                        module_id id, struct definitions_changed *out)
{
    *out = (struct definitions_changed){.module = id, .is_new = id >= before->count};
    if (out->is_new)
        return true;
    struct facts_span span = module_span(&discovery->now, id);
    out->old = before->spans[id];
    out->old_shape = before->facts[id].shape;
    out->imports_changed = imports_differ(discovery, before, id);
    uint32_t flags = before->modules[id].flags ^ discovery->now.modules.data[id].flags;
    return out->imports_changed || (flags & (MODULE_MADE | MODULE_MISSING)) ||
           memcmp(&span, &out->old, sizeof span) != 0 ||
           memcmp(&before->facts[id], &discovery->now.facts.data[id], sizeof *before->facts) != 0 ||
           !digest_equal(before->records[id], discovery->now.records.data[id].digest);
}

void follow(struct run *run, const char *const *paths, uint32_t count, bool compacts)
{
    struct discovery *discovery = run->discovery;
    struct before before = look_before(discovery);
    struct definition_graph *graph = discovery->definitions;
    if (!compacts)
        *discovery->garbage.data = 0;
    uint64_t garbage = *discovery->garbage.data;
    discovery->definitions = NULL; /* or it would be forgotten */
    assert_int_equal(discovery_rescan(discovery, paths, count, NULL), JIG_OK);
    discovery->definitions = graph;

    VEC(struct definitions_changed) changed = {0};
    for (module_id id = 0; id < discovery->now.modules.count; id++) {
        struct definitions_changed change;
        if (!find_change(discovery, &before, id, &change))
            continue;
        vec_push(&changed, change);
        struct facts_span span = module_span(&discovery->now, id);
        if (!change.is_new && memcmp(&span, &change.old, sizeof span) != 0)
            garbage += facts_span_bytes(&change.old);
    }
    if (garbage && !*discovery->garbage.data)
        definitions_forget(discovery);
    else
        definitions_follow(discovery, changed.data, changed.count);
    vec_free(&changed);
    free_before(&before);
}

void put_and_follow(struct run *run, const char *path, const char *text)
{
    put_at_once(path, text);
    follow(run, &path, 1, false);
}

struct definition_graph *put_graph_aside(struct run *run)
{
    struct definition_graph *graph = run->discovery->definitions;
    run->discovery->definitions = NULL;
    run->discovery->definitions_live = false;
    return graph;
}

void put_graph_back(struct run *run, struct definition_graph *graph)
{
    definitions_forget(run->discovery);
    run->discovery->definitions = graph;
    run->discovery->definitions_live = true;
}

uint64_t solved(const struct run *run)
{
    return run->discovery->definitions ? run->discovery->definitions->solved : 0;
}

/* ---- projects ------------------------------------------------------------------------------ */

/* Marsaglia, "Xorshift RNGs", J. Stat. Softw. 8, 2003. */
uint32_t project_random(struct project *project, uint32_t below)
{
    project->random ^= project->random << 13;
    project->random ^= project->random >> 7;
    project->random ^= project->random << 17;
    return (uint32_t)(project->random >> 20) % below;
}

const char *project_name(uint32_t name)
{
    static const char *const names[PROJECT_NAMES] = {"A", "B", "C", "D", "E", "default", "*"};
    return names[name];
}

static const char *suffix_of(enum scanner_kind kind)
{
    return kind == SCANNER_PROTO ? "proto" : kind == SCANNER_GRAPHQL ? "graphql" : "ts";
}

const char *project_path(const struct project *project, uint32_t module)
{
    static char paths[PROJECT_MODULES][16];
    snprintf(paths[module], sizeof paths[module], "m%u.%s", module, suffix_of(project->kind));
    return paths[module];
}

static uint8_t pick(struct project *project, uint32_t below)
{
    return (uint8_t)project_random(project, below);
}

enum { PLAIN_NAMES = 5 }; /* those an identifier may have */

static struct project_definition random_definition(struct project *project)
{
    struct project_definition definition = {
        pick(project, PLAIN_NAMES), pick(project, 8), project_random(project, 4) > 0, 0, {0}};
    for (uint32_t i = 0; i < 3; i++)
        definition.uses[i] = project_random(project, project->sparse ? 5 : 2) == 0
                                 ? pick(project, PLAIN_NAMES)
                                 : PROJECT_NAMES;
    return definition;
}

static uint8_t pick_target(struct project *project, uint32_t module)
{
    if (!project->sparse || module + 1 >= PROJECT_MODULES)
        return pick(project, PROJECT_MODULES);
    return (uint8_t)(module + 1 + project_random(project, PROJECT_MODULES - module - 1));
}

static struct project_import random_import(struct project *project, uint32_t module)
{
    return (struct project_import){pick(project, 12), pick_target(project, module),
                                   pick(project, PLAIN_NAMES), pick(project, PLAIN_NAMES)};
}

void project_fill(struct project *project)
{
    for (uint32_t m = 0; m < PROJECT_MODULES; m++) {
        struct project_module *module = &project->modules[m];
        module->definition_count = project_random(project, PROJECT_DEFINITIONS);
        for (uint32_t i = 0; i < module->definition_count; i++)
            module->definitions[i] = random_definition(project);
        module->import_count = project_random(project, PROJECT_IMPORTS);
        for (uint32_t i = 0; i < module->import_count; i++)
            module->imports[i] = random_import(project, m);
        project->before[m] = *module;
        project_write(project, m);
    }
}

static void edit_definition(struct project *project, struct project_module *module)
{
    uint32_t count = module->definition_count;
    struct project_definition *definition = &module->definitions[count ? pick(project, count) : 0];
    switch (count ? project_random(project, 7) : 0) {
    case 0:
        if (count < PROJECT_DEFINITIONS)
            module->definitions[module->definition_count++] = random_definition(project);
        break;
    case 1:
        *definition = module->definitions[--module->definition_count];
        break;
    case 2:
        definition->name = pick(project, PLAIN_NAMES);
        break;
    case 3:
        definition->exported = !definition->exported;
        break;
    case 4:
        *definition = random_definition(project);
        break;
    default:
        definition->body++;
        break;
    }
}

static void edit_import(struct project *project, uint32_t number)
{
    struct project_module *module = &project->modules[number];
    uint32_t count = module->import_count;
    struct project_import *import = &module->imports[count ? pick(project, count) : 0];
    switch (count ? project_random(project, 5) : 0) {
    case 0:
        if (count < PROJECT_IMPORTS)
            module->imports[module->import_count++] = random_import(project, number);
        break;
    case 1:
        *import = module->imports[--module->import_count];
        break;
    case 2:
        import->target = pick_target(project, number);
        break;
    case 3:
        import->name = pick(project, PLAIN_NAMES);
        break;
    default:
        *import = random_import(project, number);
        break;
    }
}

void project_edit(struct project *project, uint32_t number)
{
    struct project_module *module = &project->modules[number];
    struct project_module was = *module;
    switch (project_random(project, 10)) {
    case 0:
        module->comment++;
        break;
    case 1:
        *module = project->before[number];
        break;
    case 2:
    case 3:
    case 4:
        edit_import(project, number);
        break;
    default:
        edit_definition(project, module);
        break;
    }
    project->before[number] = was;
    project_write(project, number);
}

/* ---- their text ---------------------------------------------------------------------------- */

static void write_typescript_import(struct buf *out, const struct project_import *import)
{
    const char *name = project_name(import->name), *local = project_name(import->local);
    const char *default_name = import->local % 2 ? "default" : name;
    uint32_t target = import->target;
    switch (import->kind) {
    case 0:
    case 1:
        buf_printf(out, "import { %s as %s } from './m%u';\n", default_name, local, target);
        break;
    case 2:
    case 3:
        buf_printf(out, "export * from './m%u';\n", target);
        break;
    case 4:
        buf_printf(out, "export { %s as %s } from './m%u';\n", name, local, target);
        break;
    case 5:
        buf_printf(out, "import * as %s from './m%u';\n", local, target);
        break;
    case 6:
        buf_printf(out, "import './m%u';\n", target);
        break;
    case 7:
        buf_printf(out, "import type { %s } from './m%u';\n", name, target);
        break;
    case 8:
        buf_printf(out, "import { type %s, %s } from './m%u';\n", name, local, target);
        break;
    case 9:
        buf_printf(out, "export * as %s from './m%u';\n", local, target);
        break;
    case 10:
        buf_printf(out, "import { %s } from 'package%u';\n", name, target);
        break;
    default:
        buf_printf(out, "export type * from './m%u';\n", target);
        break;
    }
}

static void write_uses(struct buf *out, const struct project_definition *definition,
                       const char *format)
{
    for (uint32_t i = 0; i < 3; i++) {
        if (definition->uses[i] < PROJECT_NAMES)
            buf_printf(out, format, project_name(definition->uses[i]));
    }
}

static void write_typescript_definition(struct buf *out,
                                        const struct project_definition *definition)
{
    const char *name = project_name(definition->name);
    const char *exported = definition->exported ? "export " : "";
    switch (definition->form) {
    case 0:
        buf_printf(out, "%sconst %s = [", exported, name);
        write_uses(out, definition, "%s, ");
        buf_printf(out, "%u];\n", definition->body);
        break;
    case 1:
        buf_printf(out, "%sinterface %s {", exported, name);
        write_uses(out, definition, "x: %s; ");
        buf_printf(out, "y: %u }\n", definition->body);
        break;
    case 2:
        buf_printf(out, "export default function %s() { ", name);
        write_uses(out, definition, "%s(); ");
        buf_printf(out, "return %u; }\n", definition->body);
        break;
    case 3:
        write_uses(out, definition, "export { %s };\n");
        buf_printf(out, "export { %s as B };\n", name);
        break;
    case 4:
        write_uses(out, definition, "%s();\n");
        buf_printf(out, "%s.x = %u;\n", name, definition->body);
        break;
    case 5:
        buf_printf(out, "%sfunction %s() { return import('./m%u'); }\n", exported, name,
                   definition->body % PROJECT_MODULES);
        break;
    default:
        buf_printf(out, "%sfunction %s() { ", exported, name);
        write_uses(out, definition, "%s(); ");
        buf_printf(out, "return %u; }\n", definition->body);
        break;
    }
}

static void write_proto_import(struct buf *out, const struct project_import *import)
{
    buf_printf(out, "import %s\"m%u.proto\";\n", import->kind % 2 ? "public " : "", import->target);
}

static void write_proto_definition(struct buf *out, const struct project_definition *definition)
{
    if (definition->form == 0) {
        buf_printf(out, "option x = %u;\n", definition->body);
        return;
    }
    buf_printf(out, "message %s { int32 a = %u; ", project_name(definition->name),
               definition->body);
    write_uses(out, definition, "%s b = 2; ");
    buf_append_str(out, "}\n");
}

static void write_graphql_import(struct buf *out, const struct project_import *import)
{
    buf_printf(out, "# import \"./m%u.graphql\"\n", import->target);
}

static void write_graphql_definition(struct buf *out, const struct project_definition *definition)
{
    buf_printf(out, "type %s { a%u: Int ", project_name(definition->name), definition->body);
    write_uses(out, definition, "b: %s ");
    buf_append_str(out, "}\n");
}

void project_write(const struct project *project, uint32_t number)
{
    static const struct {
        void (*import)(struct buf *, const struct project_import *);
        void (*definition)(struct buf *, const struct project_definition *);
        const char *comment;
    } languages[] = {
        [SCANNER_TYPESCRIPT] = {write_typescript_import, write_typescript_definition, "//"},
        [SCANNER_PROTO] = {write_proto_import, write_proto_definition, "//"},
        [SCANNER_GRAPHQL] = {write_graphql_import, write_graphql_definition, "#"},
    };
    const struct project_module *module = &project->modules[number];
    struct buf text = {0};
    for (uint32_t i = 0; i < module->import_count; i++)
        languages[project->kind].import(&text, &module->imports[i]);
    buf_printf(&text, "\n%s %u\n", languages[project->kind].comment, module->comment);
    for (uint32_t i = 0; i < module->definition_count; i++)
        languages[project->kind].definition(&text, &module->definitions[i]);
    put_at_once(project_path(project, number), buf_cstr(&text));
    buf_free(&text);
}
