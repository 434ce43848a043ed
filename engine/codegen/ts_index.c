/*
 * ts-index: a barrel, a TypeScript file that exports again what other modules export.
 *
 *     export * from './account';
 *     export type * from './ids';                       the module exports types only
 *     export { default as userCard } from './user-card';
 *     export { name } from './account';                 './user' exports a `name` too
 *
 * or, with `style: namespaces`,
 *
 *     export * as account from './account';
 *
 * Two modules that export the same name would make a barrel of stars ambiguous, which TypeScript
 * reports (TS2308). The first module in byte order of paths has it then: an export by name goes
 * before those of stars. The job prints who lost. What a module passes on by `export *` of its own
 * is not known here, and so is not looked at.
 */
#include "engine/codegen/builtin.h"
#include "engine/codegen/ts_names.h"

#include <stdlib.h>

enum subject { OF_MODULES, OF_OUTPUTS };
enum style { STYLE_STARS, STYLE_NAMESPACES };

struct index_options {
    int of;        /* enum subject: what is collected, or what its pipeline made of it */
    int style;     /* enum style */
    int extension; /* enum ts_extension */
    bool defaults; /* default exports are exported by the name of their file; stars only */
    char *below;   /* only files below this folder; NULL: all */
};

static const char *const subjects[] = {"modules", "outputs", NULL};
static const char *const styles[] = {"stars", "namespaces", NULL};
static const char *const extensions[] = {"none", "js", "ts", NULL};

static const struct option options[] = {
    {"of", OPTION_CHOICE, offsetof(struct index_options, of), subjects},
    {"style", OPTION_CHOICE, offsetof(struct index_options, style), styles},
    {"extension", OPTION_CHOICE, offsetof(struct index_options, extension), extensions},
    {"defaults", OPTION_FLAG, offsetof(struct index_options, defaults), NULL},
    {"below", OPTION_TEXT, offsetof(struct index_options, below), NULL},
    {.key = NULL},
};

/* ---- what there is -------------------------------------------------------------------------- */

/* A file that the barrel is about. */
struct entry {
    const char *path;
    const struct jig_generation_module *module; /* NULL for an output: nothing is known of it */
    char *specifier;
};

/* A name that an entry would give to the barrel. */
struct name {
    const char *name;
    uint32_t entry;
    bool is_default; /* the entry's default export, under its file's name, which is owned */
    bool is_type;    /* gone at run time */
};

struct barrel {
    const struct index_options *options;
    struct generation *generation;
    VEC(struct entry) entries; /* by path */
    VEC(struct name) names;    /* by name, then entry; first come those of values, not defaults */
    VEC(struct name) explicit; /* those to be exported by name, by entry, then name */
};

static bool is_below(const char *path, const char *folder)
{
    if (!folder)
        return true;
    size_t length = strlen(folder);
    while (length > 0 && folder[length - 1] == '/')
        length--;
    if (length == 0 || (length == 1 && *folder == '.'))
        return true;
    return strncmp(path, folder, length) == 0 && path[length] == '/';
}

static void add_entry(struct barrel *barrel, const char *path,
                      const struct jig_generation_module *module)
{
    const char *self = barrel->generation->job->outputs[0];
    if (!ts_is_source(path) || !is_below(path, barrel->options->below) || strcmp(path, self) == 0)
        return;
    struct buf specifier = {0};
    ts_append_specifier(&specifier, self, path, (enum ts_extension)barrel->options->extension);
    vec_push(&barrel->entries, ((struct entry){path, module, specifier.data}));
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    return strcmp(left->path, right->path);
}

static void list_entries(struct barrel *barrel)
{
    const struct jig_generation *job = barrel->generation->job;
    for (size_t m = 0; m < job->module_count; m++) {
        const struct jig_generation_module *module = &job->modules[m];
        if (barrel->options->of == OF_MODULES)
            add_entry(barrel, module->path, module);
        else
            for (size_t i = 0; i < module->output_count; i++)
                add_entry(barrel, module->outputs[i], NULL);
    }
    if (barrel->entries.count > 1)
        qsort(barrel->entries.data, barrel->entries.count, sizeof *barrel->entries.data,
              compare_entries);
}

/* ---- what modules export -------------------------------------------------------------------- */

/* Whether there may be an `export * from` in it, which would show in no definition. */
static bool may_pass_on(const struct jig_generation_module *module)
{
    for (size_t i = 0; i < module->import_count; i++) {
        const char *kind = module->imports[i].kind;
        if (!kind || strcmp(kind, "reexport") == 0)
            return true;
    }
    return false;
}

static bool is_named(const struct jig_generation_definition *definition)
{
    return definition->exported && *definition->name && strcmp(definition->name, "default") != 0;
}

/* What a module exports, apart from its default export. */
struct exports {
    bool any;        /* something, as far as is known */
    bool types_only; /* and all of it is gone at run time */
};

static struct exports find_exports(const struct jig_generation_module *module)
{
    if (!module || may_pass_on(module))
        return (struct exports){.any = true};
    struct exports exports = {.types_only = true};
    for (size_t i = 0; i < module->definition_count; i++) {
        if (!is_named(&module->definitions[i]))
            continue;
        exports.any = true;
        exports.types_only &= strcmp(module->definitions[i].kind, "type") == 0;
    }
    return exports;
}

/* ---- who has which name --------------------------------------------------------------------- */

static int compare_names(const void *a, const void *b)
{
    const struct name *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    if (order)
        return order;
    if (left->entry != right->entry)
        return left->entry < right->entry ? -1 : 1;
    if (left->is_default != right->is_default)
        return left->is_default ? 1 : -1;
    return (int)left->is_type - (int)right->is_type;
}

static int compare_by_entry(const void *a, const void *b)
{
    const struct name *left = a, *right = b;
    if (left->entry != right->entry)
        return left->entry < right->entry ? -1 : 1;
    return strcmp(left->name, right->name);
}

static void list_names(struct barrel *barrel)
{
    for (uint32_t e = 0; e < barrel->entries.count; e++) {
        const struct jig_generation_module *module = barrel->entries.data[e].module;
        for (size_t i = 0; module && i < module->definition_count; i++) {
            const struct jig_generation_definition *definition = &module->definitions[i];
            struct name name = {definition->name, e, false, strcmp(definition->kind, "type") == 0};
            if (is_named(definition)) {
                vec_push(&barrel->names, name);
            } else if (definition->exported && *definition->name && barrel->options->defaults) {
                struct buf own = {0};
                ts_append_module_name(&own, module->path);
                name.name = own.data;
                name.is_default = true;
                vec_push(&barrel->names, name);
            }
        }
    }
    if (barrel->names.count > 1)
        qsort(barrel->names.data, barrel->names.count, sizeof *barrel->names.data, compare_names);
}

/* Tells of a name that several entries have; `count` of them, the first being the winner. */
static void report(const struct barrel *barrel, const struct name *names, uint32_t count)
{
    const struct entry *entries = barrel->entries.data;
    generation_print(barrel->generation, "'%s' of '%s' hides that of", names->name,
                     entries[names->entry].path);
    uint32_t last = names->entry;
    const char *separator = "";
    for (uint32_t i = 1; i < count; i++) {
        if (names[i].entry == last)
            continue;
        last = names[i].entry;
        generation_print(barrel->generation, "%s '%s'", separator, entries[last].path);
        separator = ",";
    }
    generation_print(barrel->generation, "\n");
}

/* Decides about each name: what is alone comes by star, the rest and default exports by name. */
static void decide_names(struct barrel *barrel)
{
    const struct name *names = barrel->names.data;
    uint32_t count = barrel->names.count;
    for (uint32_t begin = 0, end; begin < count; begin = end) {
        for (end = begin + 1; end < count && strcmp(names[end].name, names[begin].name) == 0;)
            end++;
        bool shared = names[end - 1].entry != names[begin].entry;
        if (shared)
            report(barrel, names + begin, end - begin);
        if (shared || names[begin].is_default)
            vec_push(&barrel->explicit, names[begin]);
    }
    if (barrel->explicit.count > 1)
        qsort(barrel->explicit.data, barrel->explicit.count, sizeof *barrel->explicit.data,
              compare_by_entry);
}

/* ---- writing -------------------------------------------------------------------------------- */

static void append_export(struct buf *out, bool types_only, const char *what, const char *specifier)
{
    buf_printf(out, "export %s%s from ", types_only ? "type " : "", what);
    ts_append_quoted(out, specifier);
    buf_append_str(out, ";\n");
}

/* Appends the exports by name of an entry, from number *next on. */
static void append_explicit(struct buf *out, const struct barrel *barrel, uint32_t entry,
                            uint32_t *next)
{
    for (; *next < barrel->explicit.count && barrel->explicit.data[*next].entry == entry;
         (*next)++) {
        const struct name *name = &barrel->explicit.data[*next];
        struct buf what = {0};
        buf_append_str(&what, name->is_default ? "{ default as " : "{ ");
        ts_append_name(&what, name->name);
        buf_append_str(&what, " }");
        append_export(out, name->is_type, what.data, barrel->entries.data[entry].specifier);
        buf_free(&what);
    }
}

static void append_stars(struct buf *out, struct barrel *barrel)
{
    list_names(barrel);
    decide_names(barrel);
    uint32_t next = 0;
    for (uint32_t e = 0; e < barrel->entries.count; e++) {
        const struct entry *entry = &barrel->entries.data[e];
        struct exports exports = find_exports(entry->module);
        if (exports.any)
            append_export(out, exports.types_only, "*", entry->specifier);
        append_explicit(out, barrel, e, &next);
    }
}

static bool has_default(const struct jig_generation_module *module)
{
    for (size_t i = 0; module && i < module->definition_count; i++)
        if (module->definitions[i].exported && strcmp(module->definitions[i].name, "default") == 0)
            return true;
    return false;
}

/* How many of the entries' names from `begin` on are the same. */
static uint32_t count_same(const struct name *names, uint32_t begin, uint32_t count)
{
    uint32_t end = begin + 1;
    while (end < count && strcmp(names[end].name, names[begin].name) == 0)
        end++;
    return end - begin;
}

/* Names each entry after its file, and those whose names are the same then after their path. */
static void name_entries(struct barrel *barrel)
{
    const char *self = barrel->generation->job->outputs[0];
    for (uint32_t e = 0; e < barrel->entries.count; e++) {
        struct buf own = {0};
        ts_append_module_name(&own, barrel->entries.data[e].path);
        vec_push(&barrel->names, ((struct name){own.data, e, true, false}));
    }
    if (barrel->names.count > 1)
        qsort(barrel->names.data, barrel->names.count, sizeof *barrel->names.data, compare_names);
    uint32_t count = barrel->names.count;
    for (uint32_t i = 0, same; i < count; i += same) {
        same = count_same(barrel->names.data, i, count);
        for (uint32_t j = i; same > 1 && j < i + same; j++) {
            struct name *name = &barrel->names.data[j];
            struct buf path = {0}, longer = {0};
            ts_append_specifier(&path, self, barrel->entries.data[name->entry].path,
                                TS_EXTENSION_TS);
            ts_append_path_name(&longer, path.data);
            free((char *)name->name);
            name->name = longer.data;
            buf_free(&path);
        }
    }
}

/* Fails the job when two entries still have the same name: a-b.ts and a_b.ts, say. */
static void check_distinct(struct barrel *barrel)
{
    struct name *names = barrel->names.data;
    uint32_t count = barrel->names.count;
    if (count > 1)
        qsort(names, count, sizeof *names, compare_names);
    for (uint32_t i = 1; i < count; i++)
        if (strcmp(names[i - 1].name, names[i].name) == 0)
            generation_fail(barrel->generation, "'%s' and '%s' would both be called '%s'",
                            barrel->entries.data[names[i - 1].entry].path,
                            barrel->entries.data[names[i].entry].path, names[i].name);
    if (count > 1)
        qsort(names, count, sizeof *names, compare_by_entry);
}

static void append_namespaces(struct buf *out, struct barrel *barrel)
{
    name_entries(barrel);
    check_distinct(barrel);
    for (uint32_t e = 0; e < barrel->entries.count; e++) {
        const struct entry *entry = &barrel->entries.data[e];
        struct exports exports = find_exports(entry->module);
        if (!exports.any && !has_default(entry->module))
            continue;
        struct buf what = {0};
        buf_printf(&what, "* as %s", barrel->names.data[e].name);
        bool types_only = exports.any && exports.types_only && !has_default(entry->module);
        append_export(out, types_only, what.data, entry->specifier);
        buf_free(&what);
    }
}

/* ---- the generator -------------------------------------------------------------------------- */

static void barrel_free(struct barrel *barrel)
{
    for (uint32_t i = 0; i < barrel->entries.count; i++)
        free(barrel->entries.data[i].specifier);
    for (uint32_t i = 0; i < barrel->names.count; i++)
        if (barrel->names.data[i].is_default)
            free((char *)barrel->names.data[i].name);
    vec_free(&barrel->entries);
    vec_free(&barrel->names);
    vec_free(&barrel->explicit);
}

static void generate(const void *values, struct generation *generation)
{
    struct barrel barrel = {.options = values, .generation = generation};
    struct buf text = {0};
    buf_append_str(&text, "// Generated by jig; changes will be lost.\n/* eslint-disable */\n");
    size_t head = text.length;
    list_entries(&barrel);
    if (barrel.options->style == STYLE_STARS)
        append_stars(&text, &barrel);
    else
        append_namespaces(&text, &barrel);
    if (text.length == head)
        buf_append_str(&text, "export {};\n");
    barrel_free(&barrel);
    generation_write_buf(generation, 0, &text);
}

const struct builtin builtin_ts_index = {
    .name = "ts-index",
    .options = options,
    .defaults = &(const struct index_options){.defaults = true},
    .options_size = sizeof(struct index_options),
    .outputs = 1,
    .collects = true,
    .sees_facts = true,
    .generate = generate,
};
