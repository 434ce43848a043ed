/*
 * The place to work in: which manifest, which directory has to be the current one for it, and how
 * to spell from there what the user typed somewhere else.
 *
 * Without -f, jig's own face takes, in the directory that -C names or else the current one,
 *
 *   1. `jig.yaml`, if the directory has one;
 *   2. `build.ninja`, if it has that;
 *   3. a `jig.yaml` further up.
 *
 * Pipelines of a monorepo make one configuration, so that of 1 and 3 is read at the *root*: the
 * topmost directory with a jig.yaml, not looking above one that has `.git`. Work is then done in
 * the root. The *package* is the directory of the nearest jig.yaml. `-f` with a .yaml says which
 * directory is the root: the one that has the file.
 *
 * As ninja, the manifest is build.ninja or what -f says, and the directory is where -C leads.
 */
#ifndef JIG_TOOL_PLACE_H
#define JIG_TOOL_PLACE_H

#include "tools/jig/options.h"

/* Zero-initialised is empty. Text is the place's own. */
struct place {
    char *manifest;  /* from the working directory */
    char *state_dir; /* --cache-dir, from there; NULL when not given */
    bool pipelines;  /* it is a jig.yaml */
    char *root;      /* absolute path of the working directory */
    char *here;      /* where the user stands, from the working directory; "" when that is it */
    char *package;   /* the package around `here`, from the root; "" for the root's own */
};

/*
 * Finds the place for the request and makes its directory the current one; with `tell` says so in
 * the line that editors look for, if that is another one than before. False when there is no place:
 * told. Free with place_free in every case.
 */
bool place_enter(enum face face, const struct build_request *request, bool tell,
                 struct place *place);
void place_free(struct place *place);
/* Makes `to`, which is empty, one with the same texts. */
void place_copy(struct place *to, const struct place *from);

/*
 * Appends a path that the user typed. For pipelines it is spelt from the working directory, "." for
 * that itself, canonical and relative if it can be. For a build.ninja, which may have any spelling,
 * it stays as it is. O(length).
 */
void place_spell(const struct place *place, const char *path, struct buf *out);
/*
 * The other way round: appends a path of the manifest as the user would have to type it where they
 * stand. O(length).
 */
void place_unspell(const struct place *place, const char *path, struct buf *out);

#endif
