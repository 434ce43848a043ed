/*
 * One jig.yaml as a tree of values that know where they stand.
 *
 * libyaml's parser does the reading, below the level at which libcyaml works: libcyaml fills
 * structs from a schema and tells a mistake in a log line, while here every mistake, also one that
 * only shows when all files are read, has to point at its bytes, one key may hold several shapes,
 * and `options` holds any.
 *
 * Refused, with the place: what is not YAML, not UTF-8 or holds a NUL; keys given twice, keys that
 * are no text, `<<`; tags other than !!str; more than one document; nesting deeper than 64;
 * MAX_YAML_BYTES and more of text, or of what aliases repeat; more than 256 anchors. O(n log n).
 */
#ifndef PIPELINE_YAML_FILE_H
#define PIPELINE_YAML_FILE_H

#include "engine/base/arena.h"
#include "engine/manifest/pipeline/problem.h"

#include <stdbool.h>
#include <stdint.h>

enum { MAX_YAML_BYTES = 1 << 20 };

enum yaml_kind { YAML_IS_SCALAR, YAML_IS_LIST, YAML_IS_MAPPING };

struct yaml_pair;

/* An aliased value is shared: it stands where its anchor does. */
struct yaml_value {
    enum yaml_kind kind;
    bool quoted;     /* scalar: in quotes, a block, or tagged !!str, so text whatever it says */
    uint32_t offset; /* where it begins: byte of the file's text … */
    uint32_t line;   /* … and 1-based line */
    uint32_t height; /* 1 for a scalar, else 1 more than the highest within */
    uint32_t size;   /* values and bytes of text in it, aliases expanded */
    uint32_t count;  /* scalar: bytes; list: items; mapping: pairs */
    union {
        const char *text; /* NUL-terminated; no NUL within */
        const struct yaml_value *const *items;
        const struct yaml_pair *pairs;
    };
};

struct yaml_pair {
    const struct yaml_value *key; /* a scalar */
    const struct yaml_value *value;
};

struct yaml_file {
    const char *path; /* as it is shown */
    const char *text; /* all of it; NUL-terminated */
    size_t length;
    const struct yaml_value *root; /* NULL when there is nothing but comments */
};

/*
 * Parses file->text into file->root, allocated in `arena`. False when it told a problem. Values
 * live as long as the arena.
 */
bool yaml_file_parse(struct yaml_file *file, struct arena *arena, struct problems *problems);

/* Whether a scalar is YAML 1.2's null: nothing at all, `~` or `null`, unquoted. */
bool yaml_is_null(const struct yaml_value *value);

#endif
