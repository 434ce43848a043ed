/*
 * The keys of every mapping in a jig.yaml. The editors' schema, docs/reference/jig.schema.json,
 * lists the same; a test compares them.
 */
#include "engine/manifest/pipeline/reader.h"

#include <stddef.h>
#include <stdio.h>

/* A key and the place of its value's pointer in the struct of keys. */
struct key {
    const char *name;
    size_t offset;
};

#define KEY(keys, key)                                                                             \
    {                                                                                              \
        .name = #key, .offset = offsetof(struct keys, key)                                         \
    }

static const struct key of_file[] = {
    KEY(file_keys, version),   KEY(file_keys, pipelines), KEY(file_keys, pools),
    KEY(file_keys, gitignore), KEY(file_keys, daemon),    {0},
};

static const struct key of_daemon[] = {
    KEY(daemon_keys, idle),
    {0},
};

static const struct key of_pipeline[] = {
    KEY(pipeline_keys, name),    KEY(pipeline_keys, sources),
    KEY(pipeline_keys, exclude), KEY(pipeline_keys, collect),
    KEY(pipeline_keys, scan),    KEY(pipeline_keys, generate),
    KEY(pipeline_keys, outputs), KEY(pipeline_keys, out_root),
    KEY(pipeline_keys, env),     KEY(pipeline_keys, pool),
    KEY(pipeline_keys, timeout), KEY(pipeline_keys, description),
    KEY(pipeline_keys, depends), KEY(pipeline_keys, sees),
    KEY(pipeline_keys, package), {0},
};

static const struct key of_scan[] = {
    KEY(scan_keys, kind),
    KEY(scan_keys, roots),
    KEY(scan_keys, include_dirs),
    KEY(scan_keys, pattern),
    KEY(scan_keys, extensions),
    KEY(scan_keys, tsconfig),
    {0},
};

static const struct key of_generate[] = {
    KEY(generate_keys, command),
    KEY(generate_keys, shell),
    KEY(generate_keys, worker),
    KEY(generate_keys, plugin),
    KEY(generate_keys, builtin),
    KEY(generate_keys, arguments),
    KEY(generate_keys, version),
    KEY(generate_keys, options),
    KEY(generate_keys, workers),
    KEY(generate_keys, multiplex),
    {0},
};

enum { MAX_KEYS = 20 }; /* of one mapping */

static const struct key *find(const struct key *table, const char *name)
{
    for (; table->name; table++) {
        if (strcmp(table->name, name) == 0)
            return table;
    }
    return NULL;
}

static void tell_unknown(struct reader *reader, const struct yaml_value *key, const char *where,
                         const struct key *table)
{
    const char *names[MAX_KEYS];
    size_t count = 0;
    if (problem_is_too_many(&reader->problems))
        return;
    for (; table->name; table++)
        names[count++] = table->name;
    names[count] = NULL;

    const char *nearest = nearest_word(key->text, names);
    char advice[400] = "valid here: ";
    size_t used = strlen(advice);
    list_words(names, advice + used, sizeof advice - used);
    wrong(reader, key, advice, "unknown key '%.80s' in %s%s%s%s", key->text, where,
          nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

static bool read_keys(struct reader *reader, const struct yaml_value *value, const char *where,
                      const struct key *table, void *keys)
{
    if (value->kind != YAML_IS_MAPPING) {
        wrong(reader, value, "", "%s must be a mapping (`key: value`)", where);
        return false;
    }
    bool all_known = true;
    for (uint32_t i = 0; i < value->count; i++) {
        const struct yaml_pair *pair = &value->pairs[i];
        const struct key *key = find(table, pair->key->text);
        if (key)
            memcpy((char *)keys + key->offset, &pair->value, sizeof pair->value);
        else
            tell_unknown(reader, pair->key, where, table);
        all_known = all_known && key;
    }
    return all_known;
}

bool read_file_keys(struct reader *reader, const struct yaml_value *value, struct file_keys *keys)
{
    return read_keys(reader, value, "the file", of_file, keys);
}

bool read_daemon_keys(struct reader *reader, const struct yaml_value *value,
                      struct daemon_keys *keys)
{
    return read_keys(reader, value, "`daemon`", of_daemon, keys);
}

bool read_pipeline_keys(struct reader *reader, const struct yaml_value *value,
                        struct pipeline_keys *keys)
{
    return read_keys(reader, value, "a pipeline", of_pipeline, keys);
}

bool read_scan_keys(struct reader *reader, const struct yaml_value *value, struct scan_keys *keys)
{
    return read_keys(reader, value, "`scan`", of_scan, keys);
}

bool read_generate_keys(struct reader *reader, const struct yaml_value *value,
                        struct generate_keys *keys)
{
    return read_keys(reader, value, "`generate`", of_generate, keys);
}
