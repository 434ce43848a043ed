/*
 * Loading: from a folder, or a package and a subpath, to the file that is meant. What TypeScript's
 * moduleNameResolver calls nodeLoadModuleByRelativePath and loadModuleFromSpecificNodeModules…
 *
 * On success `out` is the file; otherwise its content is undefined.
 */
#ifndef DISCOVERY_LOAD_H
#define DISCOVERY_LOAD_H

#include "engine/discovery/resolver/folder.h"
#include "engine/discovery/resolver/probe.h"

/* One import on its way. */
struct request {
    struct resolver *resolver;
    const struct folder *folder;   /* of the importing file */
    const struct project *project; /* NULL: no tsconfig */
    struct conditions conditions;
    struct buf *out;
    bool loose;     /* what only bundlers know will do, where TypeScript has found nothing */
    uint32_t *hops; /* how often `imports` may still lead to another name, all branches counted */
};

/* The candidate in `out`, a path with or without an extension, or a folder. */
bool load_path(const struct request *request, bool folder_only);

/* `rest` is what follows the package's name in the specifier: "" or "/…". */
bool load_package(const struct request *request, const struct package *package, const char *rest,
                  unsigned mask);

/*
 * The source that a package of the workspace will be built from, when what its package.json points
 * at is not there: `./dist/x.js` is `src/x.*`; else a subpath, or `index`, is looked for in `src`
 * and beside the package.json. What `exports` does not let out stays inside.
 */
bool load_source(const struct request *request, const struct package *package, const char *rest);

/* The package's `exports`, for who imports it by the name it has itself. */
bool load_exports(const struct request *request, const struct package *package, const char *rest,
                  unsigned mask);

#endif
