/*
 * What the files of discovery share. Internal to engine/discovery.
 *
 * A *generation* is the modules of one discovery_scan, by dense id. The next scan makes a new one
 * and takes over what still holds; so does a fresh process from the cache, whose columns are simply
 * the generation that the last process left.
 *
 * A scan is a wave over levels: the sources, what they newly import, what these import, … Each
 * level is read on the pool, merged in the order of ids, resolved on the pool, and its new targets
 * are sorted by path. So ids depend on the tree and the request alone, never on timing.
 */
#ifndef DISCOVERY_INTERNAL_H
#define DISCOVERY_INTERNAL_H

#include "engine/base/arena.h"
#include "engine/discovery/discovery.h"
#include "engine/discovery/facts_store.h"
#include "engine/discovery/lists.h"
#include "engine/discovery/made.h"
#include "engine/state/image.h"

/* ---- modules ------------------------------------------------------------------------------- */

/* What makes two lenses see the same: one digest for each kind of result. */
struct lens_key {
    struct digest scanner;  /* kind, pattern, and the scanners' version */
    struct digest resolver; /* its options, and the resolvers' version */
};

/* Open addressing with linear probing over module ids; slots hold id + 1, 0 is empty. */
struct module_index {
    uint32_t *slots;
    uint32_t slot_count; /* a power of two, at least twice the modules indexed */
    uint32_t count;      /* modules [0, count) are in it */
};

struct generation {
    VEC(struct module) modules;
    VEC(struct file_record) records; /* [module] */
    VEC(struct module_facts) facts;  /* [module] */
    VEC(struct lens_key) lenses;     /* [module.lens] */
    VEC(uint64_t) path_hashes;       /* [module]; filled with the index; not kept */
    struct module_index index;       /* not kept */
};

/* Raised with every change of a column's layout, or of what its values mean. */
enum { DISCOVERY_CACHE_VERSION = 3 };

void generation_free(struct generation *generation);
/* Makes room for so many modules at once. */
void generation_reserve(struct generation *generation, uint32_t modules);
/* Puts modules that were added into the index. */
void generation_index(struct generation *generation, const char *paths);
module_id generation_find(const struct generation *generation, const char *paths, const char *path,
                          size_t length, uint32_t lens);

/* ---- lenses -------------------------------------------------------------------------------- */

/* A lens of the present request, in use. */
struct lens {
    struct lens_key key;
    enum scanner_kind kind;
    struct scanner *scanner;
    struct resolver_options resolve; /* its strings are in lens_set.arena */
    struct resolver *resolver;       /* NULL until something has to be resolved */
};

struct lens_set {
    struct arena arena;
    struct lens *lenses;
    uint32_t count;
};

enum jig_status lens_set_open(struct lens_set *set, const struct discovery_lens *lenses,
                              uint32_t count, struct jig_error *error);
void lens_set_close(struct lens_set *set);

/* ---- configuration ------------------------------------------------------------------------- */

/* A file that resolving depended on, as it was when it was read. */
struct config_record {
    uint32_t path; /* into discovery.paths */
    uint32_t unused;
    struct file_record record; /* not FILE_KNOWN: it may have changed while it was read */
};

/* What the resolutions in the columns were made in. One element, as a column. */
struct environment {
    struct digest made; /* of the set of made paths */
    struct digest mark; /* the caller's; see discovery_mark */
    uint64_t tick;      /* for changed_tick of the records */
    uint64_t trusted;   /* 0: the tree has changed since, so they hold no more */
};

/* ---- discovery ----------------------------------------------------------------------------- */

struct module_list {
    module_id *data;
    uint32_t count, capacity;
};

struct definition_graph;

struct discovery {
    struct discovery_options options; /* its strings are owned */
    struct tree *tree;
    struct image image; /* the cache, mapped; borrowed columns lie in it */

    /* Kept between runs, with the columns of `now` and of the tree. */
    VEC(char) paths; /* of modules and configuration files, each NUL-terminated */
    struct facts facts;
    VEC(struct module_import) resolved; /* [as facts.imports] */
    VEC(struct config_record) configs;
    VEC(struct environment) environment;
    VEC(uint64_t) garbage; /* one element: bytes of facts that no module has any more */

    struct generation now;
    struct lens_set lenses;
    struct made_set made;
    bool dirty;                 /* something is not in the cache */
    bool asked_all;             /* no resolution of another session is left */
    int64_t resolving_since_ns; /* when configuration may first have been read; 0: not yet */

    struct lists targets;   /* [module]: what it imports */
    struct lists importers; /* [module]; filled when first asked for */
    bool has_importers;
    struct lists components; /* [component]: its modules */
    /* [component] ascending from imported to importer, no two alike. As long as nothing is updated,
     * the components' own numbers are. */
    VEC(int64_t) ranks;
    int64_t lowest_rank, highest_rank; /* given so far */
    struct digest structure;
    struct definition_graph *definitions; /* NULL until asked for */
    struct meanings *meanings;            /* NULL until an update needs it; see meanings.h */
    bool definitions_live; /* the graph is to be one that definitions_follow can correct */
    bool definitions_lost; /* a graph that had tokens is gone, and its callers were not told yet */

    struct discovery_counts counts;
};

static inline const char *module_path(const struct discovery *discovery, module_id id)
{
    return discovery->paths.data + discovery->now.modules.data[id].path;
}

/* Appends a path; returns its offset. */
uint32_t paths_add(struct discovery *discovery, const char *path, size_t length);
/* Drops paths that nothing has any more, once they are more than half of all. O(modules). */
void compact_paths(struct discovery *discovery);

/* Drops all columns and the tree's; begin_empty then makes those that are never empty. */
void discovery_forget(struct discovery *discovery);
void discovery_begin_empty(struct discovery *discovery);
void discovery_add_counts(struct discovery *discovery, const struct fingerprint_counts *counts);

/* ---- the cache file ------------------------------------------------------------------------ */

enum { CACHE_COLUMNS = 14 + TREE_COLUMN_COUNT };
struct header_kind cache_kind(void);
void cache_columns(struct discovery *discovery, struct column out[CACHE_COLUMNS]);

/* ---- a pass -------------------------------------------------------------------------------- */

/* One discovery_scan or discovery_rescan under way. */
struct pass {
    struct discovery *discovery;
    struct generation *old; /* NULL in a rescan: the modules stay who they are */
    uint32_t *old_lens;     /* [lens]: which of the old ones it was; UINT32_MAX */
    module_id *new_of;      /* [old module]; MODULE_NONE */
    module_id last_old;     /* the last one that was found again */
    bool *resolve_anew;     /* [lens]: no earlier resolution holds */
    VEC(bool) ask;          /* [module]: its imports are not what they were */
    VEC(module_id) next;    /* modules that were added, for the next level */
    bool facts_changed;     /* out: some module was scanned, came, or went */
    bool imports_changed;   /* out: some module's imports, or what they came to */
};

/* The module of a path in a lens, added if there is none. `path` is NUL-terminated, and copied. */
module_id pass_add_module(struct pass *pass, const char *path, size_t length, uint32_t lens,
                          uint32_t flags);

/* The modules of this level, and all levels that follow from it. */
void discovery_run_levels(struct pass *pass);
void pass_free(struct pass *pass);

/* ---- stages of a level --------------------------------------------------------------------- */

/* A module that was scanned anew: its facts are still in its worker's scratch. */
struct reading {
    module_id module;
    uint32_t worker;
    struct facts_span span;
    struct digest of; /* the content */
    bool known;       /* false: there is nothing that could be scanned */
};

struct readings {
    VEC(struct reading) list; /* ascending by module */
    struct facts *scratch;    /* [worker] */
    uint32_t workers;         /* length of `scratch` */
};

/* Fingerprints the modules on the pool, and scans those whose facts do not stand. */
void read_modules(struct pass *pass, const module_id *ids, uint32_t count, struct readings *out);
/* Moves what was scanned into the columns, and frees it. */
void merge_readings(struct pass *pass, struct readings *readings);
/* Drops facts that no module has any more, once they are more than half of all. Whether it did:
 * then what remains has moved. */
bool compact_facts(struct discovery *discovery);
/* Where a module's facts lie. */
struct facts_span module_span(const struct generation *generation, module_id id);

/* Tells what resolvers found wrong with files that they read on the way. */
void resolve_tell_late(struct discovery *discovery);
/* Gives the imports of these modules their targets, adding modules that are new. */
void resolve_modules(struct pass *pass, const module_id *ids, uint32_t count);

/* Whether the files that resolving depended on hold what they did. */
bool configs_stand(struct discovery *discovery);
/* Whether one of these paths is such a file. */
bool configs_contain(const struct discovery *discovery, const char *const *paths, uint32_t count);
/* Remembers what the resolvers have read since. */
void configs_collect(struct discovery *discovery);

/* ---- found from the whole ------------------------------------------------------------------ */

void components_find(struct discovery *discovery);
void components_free(struct discovery *discovery);
/* Makes `out` the modules that a module imports, from what its imports resolved to. */
void list_targets(const struct discovery *discovery, module_id id, struct module_list *out);
/* Sorts ids[0..count) and drops doubles; returns how many are left. */
uint32_t sort_modules(module_id *ids, uint32_t count);
/* For qsort and bsearch. */
int compare_modules(const void *a, const void *b);
void structure_find(struct discovery *discovery);
/* A module's share in the structure's digest. */
struct digest structure_term(const struct discovery *discovery, module_id id, struct buf *scratch);

/* ---- order.c: components in their order, as imports come ------------------------------------- */

/* A component of its own for a module that is new, before or after all others. */
void order_add(struct discovery *discovery, module_id id, bool first);
/*
 * Sees to it that the component of `target` ranks before that of `importer`, which now imports it.
 * False when `target` reaches `importer`, so that they are one component; then nothing has moved.
 * Costs what lies between the two.
 */
bool order_import(struct discovery *discovery, module_id importer, module_id target);

/* ---- the graph of definitions -------------------------------------------------------------- */

/* A module whose facts are not what they were, or that is not what it was. */
struct definitions_changed {
    module_id module;
    struct facts_span old;   /* where its facts lay; still there, though nobody's */
    struct digest old_shape; /* module_facts.shape */
    bool imports_changed;    /* an import leads elsewhere, or they are others */
    bool is_new;             /* there was no such module; `old` and `old_shape` say nothing */
    bool gone; /* there is no such module any more; the number may be another's later */
};

/*
 * Corrects the graph after a change in place: of each module once that was scanned again, whose
 * imports lead elsewhere, whose MADE or MISSING flag or `known` is another, or that has no
 * definitions and another record. Facts, resolutions and records are those of now, and ids in
 * `old` have not moved: after compact_facts there is only definitions_forget. Costs the names of
 * the modules given, the lookups of names that moved, and the digests that hold no more. A graph
 * that is not live is forgotten.
 */
void definitions_follow(struct discovery *discovery, const struct definitions_changed *changed,
                        uint32_t count);
/* Throws the graph away: it is made anew when something is asked. */
void definitions_forget(struct discovery *discovery);

#endif
