/*
 * What imports may mean: which modules have to be resolved again when a file appears. Internal to
 * engine/discovery.
 *
 * Resolvers try many names for an import, but nearly all of them keep the last name of what is
 * written, up to its first dot: `./user`, `@app/model/user.js`, `user.h` may mean a file called
 * `user.` something, in whatever folder; or a folder `user` with an `index.` something in it. So
 * modules are indexed by these *stems*, and an appearing file asks for those that have its stem, or
 * for an index file also that of its folder.
 *
 * What maps names to others, `paths` of a tsconfig and the entries of a package.json, can make an
 * import mean a file of any name. Such a file is told apart by asking whether some configuration
 * file mentions it (meanings_is_entry); when one appears, everything is resolved again.
 */
#ifndef DISCOVERY_MEANINGS_H
#define DISCOVERY_MEANINGS_H

#include "engine/discovery/internal.h"

struct meanings;

/* Made of all modules. O(imports). */
struct meanings *meanings_make(const struct discovery *discovery);
void meanings_free(struct meanings *meanings);
/* The module's imports are others than before. */
void meanings_add(struct meanings *meanings, const struct discovery *discovery, module_id id);
/* It has grown old, and is to be made anew. */
bool meanings_are_worn(const struct meanings *meanings);

/* Appends the modules with an import that may mean the file, some of them in vain or twice. */
void meanings_list(struct meanings *meanings, const struct discovery *discovery, const char *path,
                   struct module_list *out);
/* Whether a configuration file may lead an import there whatever it is called. */
bool meanings_is_entry(struct meanings *meanings, const char *path);

#endif
