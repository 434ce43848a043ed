/*
 * Languages without rules of their own (graphql, regex): beside the file, then in the roots; in
 * each place the name as written, then with each of the extensions.
 */
#include "engine/base/path.h"
#include "engine/discovery/resolver/internal.h"

#include <string.h>

static bool try_in(const struct resolver *resolver, const char *folder, size_t folder_length,
                   const char *specifier, struct buf *out)
{
    const struct resolver_options *options = &resolver->options;
    candidate_walk(resolver, out, folder, folder_length, specifier, strlen(specifier));
    if (candidate_is_file(resolver, out))
        return true;
    size_t stem = out->length;
    for (uint32_t i = 0; stem > 0 && i < options->extension_count; i++) {
        candidate_cut(out, stem);
        buf_append_str(out, options->extensions[i]);
        if (candidate_is_file(resolver, out))
            return true;
    }
    return false;
}

enum resolution resolve_plain(const struct resolver *resolver, const char *from,
                              const char *specifier, struct buf *out)
{
    const struct resolver_options *options = &resolver->options;
    if (specifier_is_url(specifier))
        return RESOLUTION_EXTERNAL;
    if (try_in(resolver, from, path_dir_length(from, strlen(from)), specifier, out))
        return RESOLUTION_FILE;
    for (uint32_t i = 0; i < options->root_count; i++)
        if (try_in(resolver, options->roots[i], strlen(options->roots[i]), specifier, out))
            return RESOLUTION_FILE;
    return RESOLUTION_UNRESOLVED;
}
