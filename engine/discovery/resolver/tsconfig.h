/*
 * tsconfig.json and jsconfig.json: reading them with all they extend
 * (https://www.typescriptlang.org/tsconfig/#extends).
 *
 * A tsconfig is what one file says and inherits; a project (project.h) is what that means for the
 * sources below it. All of it belongs to the lock.
 */
#ifndef DISCOVERY_TSCONFIG_H
#define DISCOVERY_TSCONFIG_H

#include "engine/discovery/resolver/internal.h"

/* A value, and the file that gave it: paths in it are relative to that file's folder. */
struct tsconfig_value {
    const json_t *json; /* NULL: not given */
    const struct tsconfig *giver;
};

enum tsconfig_key {
    TSCONFIG_BASE_URL, /* these are compilerOptions … */
    TSCONFIG_PATHS,
    TSCONFIG_ROOT_DIRS,
    TSCONFIG_CUSTOM_CONDITIONS,
    TSCONFIG_OUT_DIR,
    TSCONFIG_FILES, /* … and these lie beside them */
    TSCONFIG_INCLUDE,
    TSCONFIG_EXCLUDE,
    TSCONFIG_KEY_COUNT
};

struct tsconfig {
    const char *path;
    size_t folder_length; /* of `path`, its folder: 0 is the root */
    enum { TSCONFIG_UNREAD, TSCONFIG_READING, TSCONFIG_READ } state;
    const json_t *json; /* NULL: missing or malformed, which is empty */
    struct tsconfig_value values[TSCONFIG_KEY_COUNT]; /* own ones, else inherited ones */
    struct tsconfig **references;                     /* not inherited; perhaps not read yet */
    uint32_t reference_count;
    uint32_t visit;          /* the last search that came by */
    struct project *project; /* what it means; NULL: nobody asked yet */
};

/*
 * The tsconfig in `path`, read now with everything it extends and refers to, or before. A file that
 * is missing is an empty one. Who extends himself, or what is not there, is told and goes without.
 * However long the chains are, the stack is not.
 */
struct tsconfig *tsconfig_read_locked(struct resolver *resolver, const char *path, size_t length);

#endif
