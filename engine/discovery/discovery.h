/*
 * Discovery: which files are sources, what they import, and what each of them depends on. It puts
 * tree, scanners and resolvers together, on the pool, and keeps what it learned between runs, so
 * that an unchanged file is never opened again.
 *
 * A *module* is one file seen through one *lens* (how it is scanned and how its imports are
 * resolved). Its imports lead to other modules of the same lens, wherever these lie: an import
 * outside every pattern is followed all the same.
 *
 *     discovery_create → discovery_load → discovery_refresh (walk)
 *         → discovery_scan(sources) → modules, structure
 *     … jobs make some of the files … → discovery_rescan(those) → modules, structure
 *     → discovery_save
 *
 * It knows no jobs: a file that a job will make is a path marked `made`, which counts as being
 * there for resolving, and is scanned once it is.
 *
 * Import cycles are legal. Modules that import each other form a *component*; components are
 * numbered so that every one comes after those it imports.
 *
 * One thread; it uses the pool. Reading modules is safe for any thread while nothing is changed.
 */
#ifndef DISCOVERY_DISCOVERY_H
#define DISCOVERY_DISCOVERY_H

#include "engine/base/column.h"
#include "engine/discovery/resolver/resolver.h"
#include "engine/discovery/scanner/facts.h"
#include "engine/discovery/scanner/scanner.h"
#include "engine/discovery/walk/tree.h"
#include "engine/fingerprint/fingerprint.h"
#include "jig/scheduler.h"

typedef uint32_t module_id;

#define MODULE_NONE UINT32_MAX

/* How files are scanned and imports resolved. Pipelines with equal lenses share one. */
struct discovery_lens {
    enum scanner_kind kind;
    const char *pattern; /* SCANNER_REGEX; else NULL */
    struct resolver_options resolve;
};

struct discovery_options {
    const char *root;  /* "." */
    const char *cache; /* path of the cache file, e.g. ".jig/discovery"; NULL: keep nothing */
    struct jig_pool *pool;
    struct fingerprint_clock clock;
    bool read_only; /* do not write the cache */
    bool no_ignore;
    void (*notice)(void *context, const struct jig_error *what);
    void *context;
};

/* What discovery cost: since discovery_create. */
struct discovery_counts {
    struct tree_counts tree;         /* of the last walk alone */
    struct fingerprint_counts files; /* of modules and configuration files */
    uint64_t opened;                 /* files whose content was read, for whatever reason */
    uint64_t scanned;                /* files a scanner saw */
    uint64_t scanned_bytes;
    uint64_t facts_hit; /* modules whose cached facts stood */
    uint64_t resolved;  /* imports that were resolved (not taken from the cache) */
    uint64_t walk_ns;
    uint64_t scan_ns;
    uint64_t resolve_ns;
};

struct discovery;

struct discovery *discovery_create(const struct discovery_options *options);
void discovery_destroy(struct discovery *discovery);

/* Maps the cache. What does not verify is told and ignored. Never fails. */
void discovery_load(struct discovery *discovery);

/*
 * A digest that the caller keeps in the cache, zero at first: of what it made of the tree that the
 * cache has. If that is not there any more, the caller cannot rely on `changed` below.
 */
struct digest discovery_mark(const struct discovery *discovery);
void discovery_set_mark(struct discovery *discovery, struct digest mark);

/* Brings the tree up to date with the disk. *changed: see tree_refresh. */
enum jig_status discovery_refresh(struct discovery *discovery, bool *changed,
                                  struct jig_error *error);
struct tree *discovery_tree(struct discovery *discovery);

struct discovery_source {
    const char *path; /* canonical, relative to the root */
    uint32_t lens;    /* index into the request's lenses */
    bool made;        /* some job makes it: it need not be there yet */
};

struct discovery_request {
    const struct discovery_lens *lenses;
    uint32_t lens_count;
    const struct discovery_source *sources; /* each pair of path and lens once */
    uint32_t source_count;
    const char *const *made; /* every path that some job makes: counts as there when resolving */
    uint32_t made_count;
};

/*
 * Fingerprints and scans the sources and everything they import, resolves the imports, and finds
 * the components. Strings of the request are copied. What stood in the cache is taken from it: with
 * an unchanged tree, unchanged configuration and unchanged lenses nothing is resolved again.
 * A source that vanished, or cannot be read, is a module without facts, marked. JIG_ERROR_SYNTAX
 * for a lens' pattern. O(files) stats, O(changed files) reads.
 */
enum jig_status discovery_scan(struct discovery *discovery, const struct discovery_request *request,
                               struct jig_error *error);

/*
 * Looks again at these modules (by path, in every lens), because a job has made them or something
 * said they changed, and at what they newly import. The cost is that of the files given, plus, when
 * any module's imports changed, one pass over components and definitions.
 */
enum jig_status discovery_rescan(struct discovery *discovery, const char *const *paths,
                                 uint32_t count, struct jig_error *error);

/* ---- updating ------------------------------------------------------------------------------ */

/* What has happened since the last scan, rescan or update; the tree has been told already. */
struct discovery_changes {
    VEC(const char *) looked; /* files that may hold something else */
    VEC(const char *)
    appeared; /* paths that count as files now and did not: on the disk, or made */
    VEC(const char *) vanished; /* the other way round */
    VEC(const char *) made;     /* what jobs now make and did not */
    VEC(const char *) unmade;
    VEC(struct discovery_source) sources; /* that are sources now and were not */
    VEC(struct discovery_source) dropped; /* the other way round */
};

/* One module that is not what it was. */
struct discovery_update {
    module_id id;
    bool is_new;
    bool content; /* the file holds something else */
    struct digest before;
    bool shape; /* what it imports or defines is something else, or what its imports lead to */
    uint32_t flags_before;
    bool targets;  /* it imports other modules */
    bool was_leaf; /* it imported no module */
};

/* Zero-initialised is empty; free with discovery_updated_free. */
struct discovery_updated {
    VEC(struct discovery_update) modules; /* each once */
    /* Static text: it cannot be done in place, and everything has to be scanned; else NULL. */
    const char *why;
};

/*
 * Brings modules, imports, components and structure up to date in place; modules keep their
 * numbers, and components that come up are numbered in no order. Costs what the files named, the
 * modules that import them or may mean them, and those newly imported cost; and O(modules) bytes of
 * memory set to zero. When out->why is set, discovery is not to be used before the next
 * discovery_refresh and discovery_scan.
 */
void discovery_update(struct discovery *discovery, const struct discovery_changes *changes,
                      struct discovery_updated *out);
/* Makes what updates need, so that the first one need not. O(modules + imports). */
void discovery_prepare_updates(struct discovery *discovery);
void discovery_updated_free(struct discovery_updated *updated);

/* As discovery_refresh, for changes at these paths; see tree_refresh_paths. */
enum jig_status discovery_refresh_paths(struct discovery *discovery, const char *const *paths,
                                        uint32_t count, struct tree_changes *out,
                                        struct jig_error *error);

/* Writes the cache if something in it is new (temporary file, rename). */
enum jig_status discovery_save(struct discovery *discovery, struct jig_error *error);

/* ---- what was found ------------------------------------------------------------------------ */

enum module_flag {
    MODULE_SOURCE = 1u << 0,     /* named by the request */
    MODULE_MADE = 1u << 1,       /* some job makes it */
    MODULE_MISSING = 1u << 2,    /* there is no such file (now) */
    MODULE_UNREADABLE = 1u << 3, /* it is there and cannot be read */
    MODULE_UNREACHED = 1u << 4,  /* since a rescan no source leads to it; the next scan drops it */
    MODULE_FLAGS = (1u << 5) - 1,
};

struct module {
    uint32_t path; /* into the module text; see discovery_path */
    uint32_t lens;
    uint32_t flags;     /* enum module_flag */
    uint32_t component; /* number; ascending from imported to importer */
    uint32_t imports_begin, imports_count;
    uint32_t definitions_begin, definitions_count;
};

/* What an import came to; parallel to the module's fact_imports. */
struct module_import {
    uint32_t resolution; /* enum resolution */
    module_id target;    /* MODULE_NONE unless RESOLUTION_FILE */
};

/* Whether resolving depended on this file: a tsconfig, a package.json, what these extend. */
bool discovery_is_config(const struct discovery *discovery, const char *path);

/*
 * Whether a file that resolving depends on, or would if it were there, holds something else than it
 * did, or came, or went. One look at the disk.
 */
bool discovery_config_changed(const struct discovery *discovery, const char *path);

/* Makes updates possible, from the next scan on; costs some memory. */
void discovery_live(struct discovery *discovery);

uint32_t discovery_module_count(const struct discovery *discovery);
const struct module *discovery_module(const struct discovery *discovery, module_id id);
/* Valid until the next scan, or until a rescan finds new modules. */
const char *discovery_path(const struct discovery *discovery, module_id id);
/* The module of a path in a lens, or MODULE_NONE. */
module_id discovery_find(const struct discovery *discovery, const char *path, uint32_t lens);
/* Its fingerprint: for the plan's history, so that the file is not looked at twice. */
const struct file_record *discovery_record(const struct discovery *discovery, module_id id);

/* A module's facts; strings by discovery_fact_text. Valid until the next scan, rescan or load. */
const struct fact_import *discovery_imports(const struct discovery *discovery, module_id id);
const struct module_import *discovery_resolved(const struct discovery *discovery, module_id id);
const struct fact_name *discovery_import_names(const struct discovery *discovery,
                                               const struct fact_import *import);
const struct fact_definition *discovery_definitions(const struct discovery *discovery,
                                                    module_id id);
const char *discovery_fact_text(const struct discovery *discovery, uint32_t offset);

/* The modules it imports, each once, without itself, ascending; valid as the facts are. */
const module_id *discovery_targets(const struct discovery *discovery, module_id id,
                                   uint32_t *count);
/* The modules that import it. The first call after a change costs O(imports), later ones O(1). */
const module_id *discovery_importers(struct discovery *discovery, module_id id, uint32_t *count);

uint32_t discovery_component_count(const struct discovery *discovery);
/* Its modules, ascending. */
const module_id *discovery_component(const struct discovery *discovery, uint32_t component,
                                     uint32_t *count);

/*
 * The digest of a definition together with all it uses, in its own module and through imports in
 * others, however far: two trees in which it is equal define the same thing under that name. It
 * follows `export *` and renamings. For "*", and where names do not say (no list of names, a name
 * that is not found), it is that of all the module exports. Zero when the module, or one that the
 * definition depends on, is MADE and has not been scanned yet: then nothing can be said before the
 * file is there. Cached: O(1) when nothing it depends on has changed since the last call.
 */
struct digest discovery_definition_digest(struct discovery *discovery, module_id id,
                                          const char *name);

/*
 * As discovery_definition_digest, and the caller will be told once when the digest may be another:
 * `token` is any number of the caller's.
 */
struct digest discovery_watch_definition(struct discovery *discovery, module_id id,
                                         const char *name, uint32_t token);
/*
 * The tokens of digests that may be others than when they were asked for, since the last call, each
 * once, ascending; to be told again, they have to be watched again. *all: it is not known which,
 * and everything has to be asked again. Valid until the next call or change. O(tokens given).
 */
const uint32_t *discovery_touched_definitions(struct discovery *discovery, uint32_t *count,
                                              bool *all);

/*
 * A digest of everything above but content: which modules there are, in which lens, with which
 * flags (not MISSING of made ones), what each import resolved to, which names are imported and
 * defined. Equal: a graph made from the one is right for the other.
 */
struct digest discovery_structure(const struct discovery *discovery);

const struct discovery_counts *discovery_counts(const struct discovery *discovery);

#endif
