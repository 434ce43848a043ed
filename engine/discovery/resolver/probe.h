/*
 * Probing: which file a module path means when its extension is missing or is that of the output.
 * The rules are TypeScript's (moduleNameResolver.ts, and
 * https://www.typescriptlang.org/docs/handbook/modules/reference.html#file-extension-substitution).
 *
 * Each function tries names in place: on success the candidate is the file, else it is what it was.
 */
#ifndef DISCOVERY_PROBE_H
#define DISCOVERY_PROBE_H

#include "engine/discovery/resolver/internal.h"

/* What kinds of file will do. */
enum probe {
    PROBE_TS = 1u << 0,          /* .ts .tsx .mts .cts */
    PROBE_DECLARATION = 1u << 1, /* .d.ts .d.mts .d.cts .d.EXT.ts */
    PROBE_JS = 1u << 2,          /* .js .jsx .mjs .cjs */
    PROBE_JSON = 1u << 3,
    PROBE_ANY = 1u << 4, /* the very file that is named, whatever it is */

    PROBE_TYPED = PROBE_TS | PROBE_DECLARATION,
    PROBE_PLAIN = PROBE_JS | PROBE_JSON,
};

/* The name as it is but for its extension: `./x.js` is x.ts, x.tsx, x.d.ts, x.js … */
bool probe_replaced(const struct resolver *resolver, struct buf *out, unsigned mask);

/* That, and the name with an extension added. */
bool probe_module(const struct resolver *resolver, struct buf *out, unsigned mask);

/* A file named in package.json: an exact TypeScript name, or one whose extension is replaced. */
bool probe_named(const struct resolver *resolver, struct buf *out, unsigned mask);

/* The very file, if its extension is one that TypeScript knows. */
bool probe_written(const struct resolver *resolver, const struct buf *out);

/* The extensions that bundlers add and TypeScript does not: .mts .cts .mjs .cjs .json. */
bool probe_more(const struct resolver *resolver, struct buf *out);

#endif
