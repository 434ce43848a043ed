/*
 * What reading a configuration keeps until it is done, and the helpers that take values out of
 * YAML. Each helper tells its own problems and leaves a harmless value behind, so that its caller
 * goes on and later mistakes are told as well.
 */
#ifndef PIPELINE_READER_H
#define PIPELINE_READER_H

#include "engine/base/memory.h"
#include "engine/manifest/pipeline/config.h"
#include "engine/manifest/pipeline/problem.h"
#include "engine/manifest/pipeline/yaml_file.h"

/* Where each key's value of a mapping is; NULL for a key that is not given. The valid keys are
 * those of these structs: see keys.c. */
struct file_keys {
    const struct yaml_value *version, *pipelines, *pools, *gitignore, *daemon;
};

struct daemon_keys {
    const struct yaml_value *idle;
};

struct pipeline_keys {
    const struct yaml_value *name, *package, *sources, *exclude, *collect, *scan, *generate,
        *outputs, *out_root, *env, *pool, *timeout, *description, *depends, *sees;
};

struct scan_keys {
    const struct yaml_value *kind, *roots, *include_dirs, *pattern, *extensions, *tsconfig;
};

struct generate_keys {
    const struct yaml_value *command, *shell, *worker, *plugin, *builtin, *arguments, *version,
        *options, *workers, *multiplex;
};

/* A pipeline that is being read, with what can be checked only when all are. */
struct draft {
    struct config_pipeline pipeline;
    const struct yaml_file *file;
    const struct yaml_value *self;
    struct pipeline_keys keys;
    bool all_known; /* no other key was given: one that is missing is not one that is misspelt */
};

struct pool_draft {
    struct config_pool pool;
    const struct yaml_file *file;
    const struct yaml_value *name;
    uint32_t order; /* of reading */
};

struct reader {
    struct config *config; /* its arena holds what stays */
    struct arena arena;    /* what goes when reading is done: files, trees */
    struct problems problems;
    const struct yaml_file *file; /* the one being read … */
    const char *folder;           /* … and its folder; "" is the root */
    VEC(struct draft) drafts;
    VEC(struct pool_draft) pools;
};

/* ---- problems (value.c) ---------------------------------------------------------------------- */

/* A problem at a value of the current file; status JIG_ERROR_MANIFEST. */
#define wrong(reader, value, advice, ...)                                                          \
    problem(&(reader)->problems, (struct place){(reader)->file, (value)->offset},                  \
            JIG_ERROR_MANIFEST, (advice), __VA_ARGS__)
#define odd(reader, value, advice, ...)                                                            \
    oddity(&(reader)->problems, (struct place){(reader)->file, (value)->offset}, (advice),         \
           __VA_ARGS__)

/* The place of byte `index` of a scalar's text, where the file has the text as it is; else the
 * scalar's. */
struct place place_within(const struct reader *reader, const struct yaml_value *value,
                          size_t index);

/* ---- mappings (keys.c) ----------------------------------------------------------------------- */

/* Each takes the keys that are valid in `value`; false when it told a problem. */
bool read_file_keys(struct reader *reader, const struct yaml_value *value, struct file_keys *keys);
bool read_daemon_keys(struct reader *reader, const struct yaml_value *value,
                      struct daemon_keys *keys);
bool read_pipeline_keys(struct reader *reader, const struct yaml_value *value,
                        struct pipeline_keys *keys);
bool read_scan_keys(struct reader *reader, const struct yaml_value *value, struct scan_keys *keys);
bool read_generate_keys(struct reader *reader, const struct yaml_value *value,
                        struct generate_keys *keys);

/* ---- values (value.c) ------------------------------------------------------------------------ */

/* `key` is for messages. Strings are copied into the config's arena. */

/* Any scalar's text, but not null and not empty; NULL after a problem. */
const char *read_text(struct reader *reader, const struct yaml_value *value, const char *key);
/* `true` or `false`; `otherwise` after a problem. */
bool read_bool(struct reader *reader, const struct yaml_value *value, const char *key,
               bool otherwise);
/* A whole number from `least` to `most`; `least` after a problem. */
uint32_t read_number(struct reader *reader, const struct yaml_value *value, const char *key,
                     uint32_t least, uint32_t most);
/* One of `words` (ended by NULL), by index; 0 after a problem. */
uint32_t read_choice(struct reader *reader, const struct yaml_value *value, const char *key,
                     const char *const *words);
/* A duration in ms: `500ms`, `30s`, `2m`, `1h` or a number of seconds. */
uint32_t read_duration(struct reader *reader, const struct yaml_value *value, const char *key);

/* A list, or one value that stands for a list of one: items by index. Not for mappings. */
uint32_t list_count(const struct yaml_value *value);
const struct yaml_value *list_item(const struct yaml_value *value, uint32_t index);
/* Turns each item into a string with `read_item`, leaving those out for which it returns NULL. */
typedef const char *read_item(struct reader *reader, const struct yaml_value *item,
                              const char *key);
struct string_list read_list(struct reader *reader, const struct yaml_value *value, const char *key,
                             read_item *read);

/* Any mapping as one line of JSON with sorted keys (options.c). */
const char *read_options(struct reader *reader, const struct yaml_value *value, const char *key);

/* ---- paths (location.c) ---------------------------------------------------------------------- */

/* As the file has them, relative to its folder; as the config has them, relative to the root. */
read_item read_path, read_pattern, read_output;

/* ---- parts of a pipeline --------------------------------------------------------------------- */

/* One item of `pipelines` into a new draft (read_pipeline.c). */
void read_pipeline(struct reader *reader, const struct yaml_value *value);
/* Tells that a key is missing, unless one may just be misspelt. */
void tell_missing(struct reader *reader, const struct draft *draft, const char *what);
/* draft->pipeline.scan and .generate from draft->keys. */
void read_scan(struct reader *reader, struct draft *draft);
void read_generate(struct reader *reader, struct draft *draft);
/* Which templates may say what (read_template.c): tells unknown placeholders and open braces. */
enum template_place {
    TEMPLATE_OF_OUTPUT,  /* outputs, description: what is known before the outputs are */
    TEMPLATE_OF_COMMAND, /* argv, shell, a request's arguments: everything */
    TEMPLATE_OF_WORKER,  /* a worker's argv: nothing of a job */
};
void check_template(struct reader *reader, const struct draft *draft,
                    const struct yaml_value *value, const char *key, enum template_place place);

/* What spans pipelines and files: names, collects, pools (check.c). Fills config from the drafts.
 */
void check_all(struct reader *reader);

#endif
