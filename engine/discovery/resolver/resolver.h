/*
 * Resolvers: from a specifier in one file to the file it means. They look at the tree only (which
 * remembers what was asked, so that a file appearing later is noticed) and at configuration files,
 * which they read once and report, so that a change of one makes everything resolve again.
 *
 * Usage: resolver_create → resolver_prepare (reads configuration; one thread) → resolver_resolve
 * (any number of threads) … → resolver_destroy. It is made anew for each discovery, in the tree's
 * root: configuration files are read relative to the current folder.
 *
 * TypeScript: as moduleResolution `bundler`, without package downloads. Relative; `rootDirs`,
 * `paths` and `baseUrl` of the nearest tsconfig.json (or jsconfig.json) with `extends` (arrays,
 * packages) and `references` (the project that covers the file); extensions (.ts .tsx .d.ts .mts
 * .cts .js .jsx .mjs .cjs .json; a `.js` specifier finds its `.ts`), index files, a folder's
 * package.json; `#imports`; a package by its own name; the packages of the workspace by name
 * through `exports` (conditions types, import, require, default and customConditions; subpaths and
 * patterns), `types`, `main`, whether declared in pnpm-workspace.yaml, in package.json
 * `workspaces`, or neither and just lying in the tree with a name; node_modules folders upwards,
 * @types included. Node's own modules, URLs, and what is nowhere to be found by bare name are
 * EXTERNAL; a relative path, a `paths` entry (but for a lone "*"), an `#import` or a package of the
 * workspace that leads nowhere is UNRESOLVED. A result is a canonical path.
 *
 * Beyond TypeScript, where that finds nothing: assets, which are the file itself; `?query`
 * suffixes; and for a package of the workspace whose package.json points at what is not built, its
 * source
 * (`./dist/x.js` is `src/x.*`, else `src/` and the package's folder are searched): as soon as the
 * built file is there, that is the answer. Not looked at: `typesVersions`, `moduleSuffixes`,
 * versioned `types@` conditions, files lying directly in node_modules, and anything above the root.
 *
 * Symbolic links: TypeScript starts from where the importing file really lies, and only where that
 * finds nothing from where its name says; the others from its folder as the kernel walks to it, so
 * that a `..` after a link goes up from where the link leads. A result is where the file really
 * lies (but for TypeScript, a link to a file is a file of its own, as for gcc), if that is in the
 * root and no job makes it under the other name.
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
    struct tree *tree; /* for workspace packages and links; NULL: none, and readlink(2) */
    /* What of `kind_of` is because jobs will make it; NULL: they make nothing. Any thread. */
    enum tree_kind (*made_kind)(void *context, const char *path, size_t length);
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

/*
 * Calls for every configuration file that was read, or named by another one (extends, references)
 * or by the options and missing; each once, in byte order. Not while others resolve. One that was
 * only looked for in passing, such as a tsconfig.json in each folder upwards, was asked of
 * `kind_of`: the tree notices when it appears.
 */
void resolver_each_config(const struct resolver *resolver,
                          void (*config)(void *context, const char *path, size_t length),
                          void *context);

/* What was wrong with files that were read since resolver_prepare; the first 16. */
void resolver_each_late_notice(const struct resolver *resolver,
                               void (*notice)(void *context, const struct jig_error *what),
                               void *context);

enum resolution {
    RESOLUTION_FILE,       /* `out` is the file, canonical, relative to the root */
    RESOLUTION_EXTERNAL,   /* not of this tree: a package, a system header */
    RESOLUTION_UNRESOLVED, /* should be here and is not */
};

/*
 * Resolves `specifier` in the file `from` (canonical); clears and fills `out`. Any thread. Some
 * look-ups by name, no allocation once `out` has room and the folder of `from` has been met.
 */
enum resolution resolver_resolve(struct resolver *resolver, const char *from, const char *specifier,
                                 enum fact_import_kind kind, struct buf *out);

/* Rises when the same tree would resolve otherwise: cached resolutions are then dropped. */
enum { RESOLVER_VERSION = 2 };

#endif
