#include "engine/discovery/resolver/workspace.h"

#include "engine/base/path.h"
#include "engine/discovery/walk/glob.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* A pattern for folders of packages; `!x` takes back. */
struct declared {
    struct glob *glob;
    bool negative;
};

typedef VEC(struct declared) declared_list;

/* ---- what is declared ---------------------------------------------------------------------- */

static void declare(struct resolver *resolver, const char *file, const char *pattern,
                    declared_list *list)
{
    struct declared declared = {.negative = pattern[0] == '!'};
    pattern += declared.negative;
    if (strncmp(pattern, "./", 2) == 0)
        pattern += 2;
    size_t length = strlen(pattern);
    while (length > 0 && pattern[length - 1] == '/')
        length--;
    char *trimmed = mem_strndup(pattern, length);
    struct jig_error error = {0};
    if (glob_compile(trimmed, &declared.glob, &error) == JIG_OK) {
        vec_push(list, declared);
    } else {
        snprintf(error.file, sizeof error.file, "%s", file);
        error.line = error.column = 0; /* they are of the pattern */
        settings_tell(&resolver->settings, &error);
    }
    free(trimmed);
}

/* npm and yarn: `workspaces`, a list or an object with one in `packages`. */
static void declare_workspaces(struct resolver *resolver, declared_list *list)
{
    const json_t *root = package_in_locked(resolver, "", 0)->json;
    const json_t *patterns = json_object_get(root, "workspaces");
    if (json_is_object(patterns))
        patterns = json_object_get(patterns, "packages");
    for (size_t i = 0; i < json_array_size(patterns); i++) {
        const char *pattern = json_string_value(json_array_get(patterns, i));
        if (pattern)
            declare(resolver, "package.json", pattern, list);
    }
}

static const char pnpm_file[] = "pnpm-workspace.yaml";

static const char *scalar(const yaml_node_t *node)
{
    return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

static void declare_sequence(struct resolver *resolver, yaml_document_t *document,
                             const yaml_node_t *sequence, declared_list *list)
{
    if (!sequence || sequence->type != YAML_SEQUENCE_NODE)
        return;
    for (const yaml_node_item_t *item = sequence->data.sequence.items.start;
         item < sequence->data.sequence.items.top; item++) {
        const char *pattern = scalar(yaml_document_get_node(document, *item));
        if (pattern)
            declare(resolver, pnpm_file, pattern, list);
    }
}

static void tell_yaml(struct resolver *resolver, const yaml_parser_t *parser)
{
    struct jig_error error = {0};
    jig_fail(&error, JIG_ERROR_SYNTAX, "%s; the file counts as empty",
             parser->problem ? parser->problem : "is not YAML");
    snprintf(error.file, sizeof error.file, "%s", pnpm_file);
    error.line = (uint32_t)parser->problem_mark.line + 1;
    error.column = (uint32_t)parser->problem_mark.column + 1;
    settings_tell(&resolver->settings, &error);
}

/* pnpm: the list `packages` of its own file. */
static void declare_pnpm(struct resolver *resolver, const struct buf *text, declared_list *list)
{
    yaml_parser_t parser;
    yaml_document_t document;
    if (!yaml_parser_initialize(&parser))
        mem_exhausted(sizeof parser);
    yaml_parser_set_input_string(&parser, (const unsigned char *)buf_cstr(text), text->length);
    if (!yaml_parser_load(&parser, &document)) {
        tell_yaml(resolver, &parser);
        yaml_parser_delete(&parser);
        return;
    }
    const yaml_node_t *root = yaml_document_get_root_node(&document);
    if (root && root->type == YAML_MAPPING_NODE)
        for (const yaml_node_pair_t *pair = root->data.mapping.pairs.start;
             pair < root->data.mapping.pairs.top; pair++) {
            const char *key = scalar(yaml_document_get_node(&document, pair->key));
            if (key && strcmp(key, "packages") == 0)
                declare_sequence(resolver, &document,
                                 yaml_document_get_node(&document, pair->value), list);
        }
    yaml_document_delete(&document);
    yaml_parser_delete(&parser);
}

static void read_declarations(struct resolver *resolver, declared_list *list)
{
    declare_workspaces(resolver, list);
    struct buf path = {0}, text = {0};
    buf_append_str(&path, pnpm_file);
    if (candidate_is_file(resolver, &path) &&
        settings_read_text(&resolver->settings, path.data, path.length, &text))
        declare_pnpm(resolver, &text, list);
    buf_free(&path);
    buf_free(&text);
}

static bool is_declared(const declared_list *list, const struct package *package)
{
    bool yes = false;
    for (uint32_t i = 0; i < list->count; i++)
        if (glob_match(list->data[i].glob, package->folder, package->folder_length))
            yes = !list->data[i].negative;
    return yes;
}

/* ---- who has which name -------------------------------------------------------------------- */

static void tell_duplicate(struct resolver *resolver, const struct package *loser,
                           const struct package *winner)
{
    struct jig_error error = {0};
    jig_fail(&error, JIG_ERROR_MANIFEST, "is named '%.200s', and so is %.400s%spackage.json",
             loser->name, winner->folder, winner->folder_length > 0 ? "/" : "");
    snprintf(error.file, sizeof error.file, "%s%spackage.json", loser->folder,
             loser->folder_length > 0 ? "/" : "");
    snprintf(error.advice, sizeof error.advice, "imports of that name mean the latter");
    settings_tell(&resolver->settings, &error);
}

/* That one is declared and the other is not leaves no doubt which is meant. */
static void give_name(struct resolver *resolver, struct package *package)
{
    if (!package->name)
        return;
    size_t length = strlen(package->name);
    const struct package *winner = path_map_find(&resolver->workspace, package->name, length);
    if (!winner)
        path_map_insert(&resolver->workspace, &resolver->settings.arena, package->name, length,
                        package);
    else if (winner->declared == package->declared)
        tell_duplicate(resolver, package, winner);
}

void workspace_read_locked(struct resolver *resolver, const char *const *paths, uint32_t count)
{
    declared_list declared = {0};
    read_declarations(resolver, &declared);
    struct package **packages = mem_array(count, sizeof *packages);
    for (uint32_t i = 0; i < count; i++) {
        size_t length = path_dir_length(paths[i], strlen(paths[i]));
        packages[i] = package_in_locked(resolver, paths[i], length);
        packages[i]->declared = is_declared(&declared, packages[i]);
    }
    for (int declared_ones = 1; declared_ones >= 0; declared_ones--)
        for (uint32_t i = 0; i < count; i++)
            if (packages[i]->declared == declared_ones)
                give_name(resolver, packages[i]);
    for (uint32_t i = 0; i < declared.count; i++)
        glob_destroy(declared.data[i].glob);
    vec_free(&declared);
    free(packages);
}

const struct package *workspace_find(const struct resolver *resolver, const char *name,
                                     size_t length)
{
    return path_map_find(&resolver->workspace, name, length);
}
