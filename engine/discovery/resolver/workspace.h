/*
 * The workspace: the packages that lie in the tree, by name. One that pnpm-workspace.yaml or the
 * root's package.json `workspaces` declare goes before one of the same name that just lies there;
 * else the first in byte order of the folders does.
 */
#ifndef DISCOVERY_WORKSPACE_H
#define DISCOVERY_WORKSPACE_H

#include "engine/discovery/resolver/package_json.h"

/* Fills resolver->workspace from the package.json files in `paths`, which are in byte order. */
void workspace_read_locked(struct resolver *resolver, const char *const *paths, uint32_t count);

/* The package of that name, or NULL. Any thread. */
const struct package *workspace_find(const struct resolver *resolver, const char *name,
                                     size_t length);

#endif
