/*
 * The `exports` and `imports` of a package.json: from a subpath to the targets that may be meant.
 * Keys, patterns and their order are node's (https://nodejs.org/api/esm.html#resolution-algorithm,
 * PACKAGE_EXPORTS_RESOLVE); as in TypeScript, a target that leads to no file does not end the
 * search: the next condition, or element of a list, is tried.
 */
#ifndef DISCOVERY_EXPORTS_H
#define DISCOVERY_EXPORTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conditions {
    bool require;              /* `require` holds, else `import`; `types` and `default` always */
    const char *const *custom; /* tsconfig's customConditions */
    uint32_t custom_count;
};

/* A target as it stands in package.json, and what the `*` of its key stood for. */
struct target {
    const char *text;
    const char *star; /* "" when the key has none */
    size_t star_length;
    bool pattern; /* the key has a `*`; else it ends in a slash, and `star` is to be appended */
};

/* Whether the target is the one: false has the next one tried. */
typedef bool (*target_fn)(void *context, const struct target *target);

/*
 * Offers the targets of `subpath` ("." or "./x"; for imports, "#x") in their order until one is
 * taken; returns whether one was. O(keys) when no key is literally the subpath.
 */
bool exports_match(const json_t *exports, const char *subpath, const struct conditions *conditions,
                   target_fn take, void *context);
bool imports_match(const json_t *imports, const char *name, const struct conditions *conditions,
                   target_fn take, void *context);

#endif
