/*
 * Resolvers: from a specifier in one file to the file it means. They look at the tree only (which
 * remembers what was asked, so that a file appearing later is noticed) and at configuration files,
 * which they read once and report, so that a change of one makes everything resolve again.
 *
 * Usage: resolver_create → resolver_prepare (reads configuration; one thread) → resolver_resolve
 * (any number of threads) … → resolver_destroy. It is made anew for each discovery.
 *
 * TypeScript: as moduleResolution `bundler` and `node16` do where they agree, without package
 * downloads. Relative; `paths` and `baseUrl` of the nearest tsconfig.json (or jsconfig.json) with
 * `extends` (arrays, packages) and `references`; extensions (.ts .tsx .d.ts .mts .cts .js .jsx .mjs
 * .cjs .json; a `.js` specifier finds its `.ts`), index files, a folder's package.json; `#imports`;
 * the packages of the workspace by name through `exports` (conditions types, import, require,
 * default; subpaths and patterns), `types`, `main`, whether declared in pnpm-workspace.yaml, in
 * package.json `workspaces`, or neither and just lying in the tree with a name; node_modules
 * folders upwards. Node's own modules and what is nowhere to be found by bare name are EXTERNAL; a
 * relative path or a `paths` entry that leads nowhere is UNRESOLVED. A result is a canonical path;
 * links of workspace packages in node_modules lead to the package itself.
 *
 * C: quoted includes beside the includer and then in the roots; angled ones in the roots only;
 * otherwise EXTERNAL. Proto: in the roots in their order; `google/protobuf/…` not found there is
 * EXTERNAL. GraphQL and regex: relative to the file, then in the roots; with the extensions given.
 */
#ifndef DISCOVERY_RESOLVER_H
#define DISCOVERY_RESOLVER_H

#include "engine/base/buf.h"
#include "engine/discovery/scanner/facts.h"
#include "engine/discovery/scanner/scanner.h"
#include "engine/discovery/walk/tree.h"

struct resolver_options {
    enum scanner_kind kind;
    const char *const *roots; /* canonical, relative to the tree's root; proto and c: search path */
    uint32_t root_count;
    const char *const *extensions; /* regex, graphql: tried after the name as written; with dot */
    uint32_t extension_count;
    const char *tsconfig; /* NULL: the nearest one above each file */
};

/* Files that jobs will make count as being there, in `kind_of` below. */
struct resolver_files {
    enum tree_kind (*kind_of)(void *context, const char *path, size_t length); /* any thread */
    void *context;
    struct tree *tree; /* to find workspace packages with tree_each_file */
};

struct resolver;

struct resolver *resolver_create(const struct resolver_options *options,
                                 const struct resolver_files *files);
void resolver_destroy(struct resolver *resolver);

/*
 * Reads the configuration that is known to matter (tsconfig files, package.json of the workspace).
 * Malformed ones are told through `notice` with file, line and column, and count as empty. More may
 * be read later, under a lock, when a file in an unexpected place asks.
 */
void resolver_prepare(struct resolver *resolver,
                      void (*notice)(void *context, const struct jig_error *what), void *context);

/* Calls for every configuration file that was read or looked for, each once, in byte order. */
void resolver_each_config(const struct resolver *resolver,
                          void (*config)(void *context, const char *path, size_t length),
                          void *context);

/* What was wrong with files that were read after resolver_prepare, at most 16 of them. */
void resolver_each_late_notice(const struct resolver *resolver,
                               void (*notice)(void *context, const struct jig_error *what),
                               void *context);

enum resolution {
    RESOLUTION_FILE,       /* `out` is the file, canonical, relative to the root */
    RESOLUTION_EXTERNAL,   /* not of this tree: a package, a system header */
    RESOLUTION_UNRESOLVED, /* should be here and is not */
};

/* Resolves `specifier` in the file `from`; clears and fills `out`. */
enum resolution resolver_resolve(struct resolver *resolver, const char *from, const char *specifier,
                                 enum fact_import_kind kind, struct buf *out);

/* Rises when the same tree would resolve otherwise: cached resolutions are then dropped. */
enum { RESOLVER_VERSION = 1 };

#endif
