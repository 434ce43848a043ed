#include "discovery_project.h"

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
