/*
 * What the resolvers share: the resolver itself, candidates and how they are tried.
 *
 * A *candidate* is a path in the caller's buffer that may be a file: canonical, relative to the
 * root where it lies below it, "" for the root itself. It is built and tried in place, so that
 * resolving allocates nothing once the buffer is large enough.
 *
 * Who may touch what: `options`, `files`, `root` and the fields set by resolver_prepare are read
 * only afterwards. `settings` and everything that is inserted into a path_map belong to `lock`;
 * looking up in a path_map needs no lock, and what is found there does not change any more.
 * Functions whose name ends in `_locked` are for who holds the lock.
 */
#ifndef DISCOVERY_RESOLVER_INTERNAL_H
#define DISCOVERY_RESOLVER_INTERNAL_H

#include "engine/discovery/resolver/path_map.h"
#include "engine/discovery/resolver/resolver.h"
#include "engine/discovery/resolver/settings.h"

#include <pthread.h>

struct tsconfig;
struct real_paths;

struct resolver {
    struct resolver_options options; /* strings are in settings.arena */
    struct resolver_files files;
    const char *root; /* the root's absolute path without a trailing slash; "" is "/" */
    size_t root_length;

    struct real_paths *real; /* has a lock of its own, which may be taken under `lock` */

    pthread_mutex_t lock;
    struct settings settings;
    struct path_map folders;   /* to struct folder */
    struct path_map packages;  /* a package's own folder, to struct package */
    struct path_map installed; /* a folder in node_modules, to struct package or package_absent */
    struct path_map tsconfigs; /* path to struct tsconfig */
    struct path_map projects;  /* path of a source file to struct project, where globs decide */
    struct path_map workspace; /* package name, to struct package; filled by prepare */
    uint32_t visits;           /* searches through references so far */
    VEC(struct tsconfig *) tsconfig_list; /* the values of `tsconfigs` */
    struct tsconfig *tsconfig;            /* options.tsconfig, read by prepare; NULL: the nearest */
};

/* ---- candidates ---------------------------------------------------------------------------- */

/* Makes `out` the candidate `path` as seen from `folder`. */
void candidate_set(const struct resolver *resolver, struct buf *out, const char *folder,
                   size_t folder_length, const char *path, size_t length);
/*
 * The same as the kernel walks: `..` goes up from where a link leads. Without a link in `path` that
 * comes before a `..`, links stay in the candidate as they are written.
 */
void candidate_walk(const struct resolver *resolver, struct buf *out, const char *folder,
                    size_t folder_length, const char *path, size_t length);
/* Makes `out`, any path, a candidate. */
void candidate_settle(const struct resolver *resolver, struct buf *out);
/* Appends a name, with a slash where one is due. */
void candidate_add(struct buf *out, const char *name);
static inline void candidate_cut(struct buf *out, size_t length)
{
    if (length < out->length) {
        out->length = length;
        out->data[length] = '\0';
    }
}
enum tree_kind candidate_kind(const struct resolver *resolver, const struct buf *out);
static inline bool candidate_is_file(const struct resolver *resolver, const struct buf *out)
{
    return candidate_kind(resolver, out) == TREE_FILE;
}
/* Whether it is the very name by which a job will make a file. */
bool candidate_is_made(const struct resolver *resolver, const struct buf *out);
/*
 * Makes a candidate that is a file the name of where that really lies, if that is in the root and
 * no job makes it under this name. With `itself`, also where the file itself is a link.
 */
void candidate_follow(const struct resolver *resolver, struct buf *out, bool itself);

/* No file system has longer ones; longer specifiers are not looked for. */
enum { SPECIFIER_MAX_BYTES = 4096 };

/* ---- one function a language --------------------------------------------------------------- */

enum resolution resolve_typescript(struct resolver *resolver, const char *from,
                                   const char *specifier, enum fact_import_kind kind,
                                   struct buf *out);
enum resolution resolve_c(const struct resolver *resolver, const char *from, const char *specifier,
                          enum fact_import_kind kind, struct buf *out);
enum resolution resolve_proto(const struct resolver *resolver, const char *specifier,
                              struct buf *out);
enum resolution resolve_plain(const struct resolver *resolver, const char *from,
                              const char *specifier, struct buf *out);

/* Reads all settings of the tree that TypeScript may ask for. Holds the lock itself. */
void typescript_prepare(struct resolver *resolver);

/* Whether it begins with a scheme, as URLs do (RFC 3986, section 3.1). */
bool specifier_is_url(const char *specifier);

#endif
