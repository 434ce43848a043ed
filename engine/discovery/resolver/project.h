/*
 * Projects: what a tsconfig means for resolving, made ready for use.
 */
#ifndef DISCOVERY_PROJECT_H
#define DISCOVERY_PROJECT_H

#include "engine/discovery/resolver/exports.h"
#include "engine/discovery/resolver/tsconfig.h"
#include "engine/discovery/walk/glob.h"

struct strings {
    const char *const *data;
    uint32_t count;
};

/* One entry of `paths`: `prefix*suffix`, or an exact name. */
struct mapping {
    const char *prefix, *suffix;
    size_t prefix_length, suffix_length;
    bool star;
    struct strings targets; /* candidates, with a `*` where the key has one */
    struct mapping *next;   /* the next pattern with the same prefix */
    struct mapping *last;   /* of the first one: the last such pattern */
};

struct globs {
    struct glob **data; /* owned */
    uint32_t count;
};

/* Which files belong to a project: `files`, `include` and `exclude`. */
struct coverage {
    struct strings files;
    struct globs include, exclude;
};

struct project {
    const char *base_url;         /* a folder; NULL: none */
    struct path_map exact;        /* specifiers to mappings without a star */
    struct path_map by_prefix;    /* to the first mapping with that prefix */
    const size_t *prefix_lengths; /* the different ones, longest first */
    uint32_t prefix_length_count;
    struct strings root_dirs;
    struct strings conditions;
    struct coverage coverage;
};

/* What a tsconfig that was read means; made once. */
struct project *project_make_locked(struct resolver *resolver, struct tsconfig *tsconfig);
/* Frees what is not in the resolver's arena. */
void project_free(struct project *project);

/*
 * The project that the file `path` belongs to, when the nearest tsconfig has `references`: that one
 * if it covers the file, else the first covering one it refers to, however indirectly; else it all
 * the same. Found out once a file. Any thread.
 */
const struct project *project_of_file(struct resolver *resolver, struct tsconfig *nearest,
                                      const char *path, size_t length);

/*
 * The entry of `paths` that the specifier matches: the exact one, else the one with the longest
 * prefix; NULL when there is none. *star is what the `*` stands for. O(different prefix lengths).
 */
const struct mapping *project_mapping(const struct project *project, const char *specifier,
                                      size_t length, const char **star, size_t *star_length);

/* What a tsconfig covers; under the lock. Only who has `references` above him is ever asked. */
void coverage_make(struct coverage *coverage, struct resolver *resolver,
                   const struct tsconfig *tsconfig);
bool coverage_has(const struct coverage *coverage, const char *path, size_t length);
void coverage_free(struct coverage *coverage);

#endif
