/*
 * Folders that hold importing files, and what lies above them: the nearest tsconfig, package and
 * node_modules. Found out once a folder, from the top down, so that an import costs one look-up.
 *
 * Nothing is looked for above the root, nor, for a file outside the root, above the topmost named
 * folder of its path: what resolves must not depend on where the tree happens to lie.
 */
#ifndef DISCOVERY_FOLDER_H
#define DISCOVERY_FOLDER_H

#include "engine/discovery/resolver/package_json.h"
#include "engine/discovery/resolver/project.h"

/* Immutable. */
struct folder {
    const char *path; /* "" is the root */
    size_t length;
    const struct folder *parent;   /* NULL at the top */
    struct tsconfig *tsconfig;     /* the nearest one, with the lock; NULL: none */
    const struct project *project; /* what it means; NULL: none */
    const struct package *scope;   /* the nearest folder with a package.json; NULL: none */
    const struct folder *modules;  /* the nearest folder, itself included, with a node_modules */
    bool refers;                   /* tsconfig has `references`: the project depends on the file */
    bool installed;                /* in a node_modules: tsconfigs that lie there do not count */
};

/* The folder path[0..length). Any thread. O(length) when it is known. */
const struct folder *folder_of(struct resolver *resolver, const char *path, size_t length);

#endif
