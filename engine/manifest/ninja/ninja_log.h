/*
 * What an existing build directory remembers of ninja: .ninja_log and .ninja_deps.
 *
 * Read once, to adopt the directory instead of building everything again. Nothing here looks at
 * the files that are named. Both readers take any bytes: what is malformed is left out, and they
 * use memory in proportion to the input.
 *
 * The formats are those of ninja's build_log.h and deps_log.h.
 */
#ifndef MANIFEST_NINJA_NINJA_LOG_H
#define MANIFEST_NINJA_NINJA_LOG_H

#include "engine/manifest/ninja/names.h"
#include "jig/error.h"

#include <stdbool.h>

/* The last run of the command that made an output. */
struct ninja_log_entry {
    int64_t mtime;         /* of the output, in ns since 1970; in s when written before ninja 1.9 */
    uint64_t command_hash; /* see command_hash.h */
    uint32_t start_ms;     /* since the start of that build … */
    uint32_t end_ms;       /* … and so their difference is how long it took */
};

struct ninja_log {
    int version;                         /* 5 to 7 */
    struct names outputs;                /* canonical paths */
    VEC(struct ninja_log_entry) entries; /* [name_id of outputs] */
};

/*
 * Reads the content of a .ninja_log. Of several lines for one output the last counts; lines that
 * are malformed, or torn off at the end, do not. Another version, or no log at all, is
 * JIG_ERROR_CORRUPT. Fills `out` (zeroed by the caller, freed with ninja_log_free, also after an
 * error). O(length).
 */
enum jig_status ninja_log_parse(const char *text, size_t length, struct ninja_log *out,
                                struct jig_error *error);
void ninja_log_free(struct ninja_log *log);

/* What the command that made an output was found to read. */
struct ninja_deps_record {
    name_id output;
    int64_t mtime;  /* of the output then; unit as above */
    uint32_t begin; /* first input, in ninja_deps.inputs */
    uint32_t count;
};

struct ninja_deps {
    int version;        /* 3 or 4 */
    bool is_cut;        /* the content ended, or stopped making sense, before its end */
    struct names paths; /* canonical */
    VEC(struct ninja_deps_record) records; /* one an output, the last one written */
    VEC(name_id) inputs;
};

/*
 * Reads the content of a .ninja_deps, as far as it makes sense. Another version, or no such file
 * at all, is JIG_ERROR_CORRUPT. Fills `out` (zeroed by the caller, freed with ninja_deps_free, also
 * after an error). O(length).
 */
enum jig_status ninja_deps_parse(const void *bytes, size_t length, struct ninja_deps *out,
                                 struct jig_error *error);
void ninja_deps_free(struct ninja_deps *deps);

#endif
