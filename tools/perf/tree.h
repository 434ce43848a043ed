/*
 * A project to measure with, in a folder of jig-perf's own, and what a developer does to it: start
 * afresh, edit, touch. A fixture, or a copy of somebody's project; the project itself is only read.
 *
 * Which files are modules is asked of jig: the sources that go into what is built, as far as they
 * lie in the tree, were there before the first build, and are in a language in which jig-perf can
 * write a comment.
 */
#ifndef PERF_TREE_H
#define PERF_TREE_H

#include "engine/base/memory.h"
#include "tools/fixture/shape.h"
#include "tools/perf/child.h"

#include <stdbool.h>
#include <sys/types.h>

/* What is measured with. */
struct subject {
    const char *name;          /* of the fixture, or of the project's folder */
    const struct shape *shape; /* NULL: the project at `path` */
    char *path;                /* absolute, physical; NULL for a fixture */
    const char *within; /* the folder below it in which jig is run; "" for the project's own */
};

/* Finds what `--fixture` names: a size, or else a folder. The strings given stay the caller's. */
enum jig_status subject_find(struct subject *subject, const char *fixture, const char *within,
                             struct jig_error *error);
void subject_free(struct subject *subject);

struct module {
    char *path; /* from the tree's root */
    off_t size; /* without what jig-perf puts behind its end */
};

struct tree {
    const struct subject *subject;
    char *root;
    char *directory;            /* where jig is run */
    char *removed;              /* a folder for what tree_clean takes away */
    bool pipelines;             /* the manifest is a jig.yaml */
    VEC(char *) pristine;       /* all paths before the first build, by byte order */
    VEC(struct module) modules; /* by path in byte order */
    uint32_t cleaned;           /* how often tree_clean has been called */
    uint32_t edits;             /* how many edits have been made: no two are the same */
};

/*
 * Makes the tree in `folder`/`name`, which must not be there yet, without anything that builds
 * made. On failure, too, it has to be freed.
 */
enum jig_status tree_make(struct tree *tree, const struct subject *subject, const char *folder,
                          const char *name, const char *jig, struct interrupt *interrupt,
                          struct jig_error *error);
void tree_free(struct tree *tree);

/* Asks `jig` for the modules. Everything has to be built. */
enum jig_status tree_find_modules(struct tree *tree, const char *jig, struct interrupt *interrupt,
                                  struct jig_error *error);

/*
 * Takes away everything that builds made and left behind, by moving it to `removed`: ext4 looks
 * long for an inode that was not freed a moment ago, so a build after `rm -r` would measure that.
 * O(files).
 */
enum jig_status tree_clean(struct tree *tree, struct jig_error *error);

/* Puts a comment behind the end of a module, in place of an earlier one. */
enum jig_status tree_edit(struct tree *tree, uint32_t module, struct jig_error *error);
/* Does so to `count` modules, evenly spread over all of them. */
enum jig_status tree_edit_many(struct tree *tree, uint32_t count, struct jig_error *error);
/* Gives all modules the present time, and leaves their content alone. */
enum jig_status tree_touch(const struct tree *tree, struct jig_error *error);

#endif
