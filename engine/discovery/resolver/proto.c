/*
 * import "x.proto": as protoc has it, with the roots as --proto_path, in their order. The root of
 * the tree is the only one when none is given.
 */
#include "engine/discovery/resolver/internal.h"

#include <string.h>

/* protoc refuses paths that could name one file in two ways. */
static bool is_virtual_path(const char *path)
{
    if (*path == '\0' || *path == '/' || strchr(path, '\\') || strstr(path, "//"))
        return false;
    for (const char *at = path; at; at = strchr(at, '/')) {
        at += *at == '/';
        size_t length = strcspn(at, "/");
        if ((length == 1 && at[0] == '.') || (length == 2 && at[0] == '.' && at[1] == '.'))
            return false;
    }
    return true;
}

enum resolution resolve_proto(const struct resolver *resolver, const char *specifier,
                              struct buf *out)
{
    const struct resolver_options *options = &resolver->options;
    if (!is_virtual_path(specifier))
        return RESOLUTION_UNRESOLVED;
    for (uint32_t i = 0; i == 0 || i < options->root_count; i++) {
        const char *root = options->root_count > 0 ? options->roots[i] : "";
        candidate_set(resolver, out, root, strlen(root), specifier, strlen(specifier));
        if (candidate_is_file(resolver, out))
            return RESOLUTION_FILE;
    }
    bool bundled = strncmp(specifier, "google/protobuf/", strlen("google/protobuf/")) == 0;
    return bundled ? RESOLUTION_EXTERNAL : RESOLUTION_UNRESOLVED;
}
