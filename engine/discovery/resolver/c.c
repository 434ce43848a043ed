/*
 * #include: as GCC's manual has it under "Search Path", with the roots as -I.
 * One difference: `x/..` goes without a look at whether x exists.
 */
#include "engine/base/path.h"
#include "engine/discovery/resolver/internal.h"

#include <string.h>

enum resolution resolve_c(const struct resolver *resolver, const char *from, const char *specifier,
                          enum fact_import_kind kind, struct buf *out)
{
    const struct resolver_options *options = &resolver->options;
    size_t length = strlen(specifier);
    if (kind == IMPORT_COMPUTED)
        return RESOLUTION_UNRESOLVED;
    if (kind != IMPORT_ANGLED) {
        candidate_walk(resolver, out, from, path_dir_length(from, strlen(from)), specifier, length);
        if (candidate_is_file(resolver, out))
            return RESOLUTION_FILE;
    }
    for (uint32_t i = 0; i < options->root_count; i++) {
        candidate_walk(resolver, out, options->roots[i], strlen(options->roots[i]), specifier,
                       length);
        if (candidate_is_file(resolver, out))
            return RESOLUTION_FILE;
    }
    return RESOLUTION_EXTERNAL;
}
