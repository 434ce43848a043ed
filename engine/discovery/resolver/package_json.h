/*
 * Packages: folders with a package.json, or folders in node_modules, and what resolving needs of
 * them (https://nodejs.org/api/packages.html). `typesVersions` and `browser` are not looked at.
 */
#ifndef DISCOVERY_PACKAGE_JSON_H
#define DISCOVERY_PACKAGE_JSON_H

#include "engine/discovery/resolver/exports.h"
#include "engine/discovery/resolver/internal.h"

/* Immutable once resolver_prepare is over; lives as long as the resolver. */
struct package {
    const char *folder; /* where it really is, links followed; canonical; "" is the root */
    size_t folder_length;
    bool declared;    /* the workspace's own settings name it; set by workspace_read_locked */
    bool ours;        /* not below a node_modules: part of the workspace */
    const char *name; /* these are NULL when not given */
    const char *main;
    const char *types;    /* `typings`, else `types` */
    const char *tsconfig; /* what `extends` means by the bare name */
    const json_t *exports;
    const json_t *imports;
    const json_t *json; /* all of it; NULL when there is no package.json */
};

/* The package in this very folder, which need not have a package.json. Reads that once. */
const struct package *package_in(struct resolver *resolver, const char *folder, size_t length);
struct package *package_in_locked(struct resolver *resolver, const char *folder, size_t length);

/*
 * The package that `name` means in the node_modules of `holder`, at its real place when it is a
 * link; NULL when there is none.
 */
const struct package *package_installed(struct resolver *resolver, const char *holder,
                                        size_t holder_length, const char *name, size_t name_length);
const struct package *package_installed_locked(struct resolver *resolver, const char *holder,
                                               size_t holder_length, const char *name,
                                               size_t name_length);

/* Appends the target's text with what each `*` stands for; false when no path is that long. */
bool target_expand(const struct target *target, struct buf *out);

/*
 * Makes `out` the candidate that a target in the package's `exports` or `imports` stands for; false
 * when it would leave the package.
 */
bool target_candidate(const struct resolver *resolver, const struct package *package,
                      const struct target *target, struct buf *out);

/* The length of the package's name at the beginning of a bare specifier; 0 when it is none. */
size_t package_name_length(const char *specifier);

/* Whether node itself has a module of that name (https://nodejs.org/api/module.html). */
bool package_is_builtin(const char *name, size_t length);

#endif
