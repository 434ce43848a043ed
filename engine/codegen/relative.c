#include "engine/codegen/relative.h"

#include "engine/base/path.h"

#include <string.h>

void relative_path(const char *from, const char *to, struct buf *out)
{
    if (*to == '/') {
        buf_append_str(out, to);
        return;
    }
    size_t folder = path_dir_length(from, strlen(from));
    size_t shared = 0; /* bytes of the folders that both begin with, slashes included */
    for (size_t i = 0; i < folder && from[i] == to[i]; i++)
        if (from[i] == '/')
            shared = i + 1;
    if (folder > shared && strncmp(from, to, folder) == 0 && to[folder] == '/')
        shared = folder + 1;
    for (size_t i = shared; i < folder; i++)
        if (i == shared || from[i - 1] == '/')
            buf_append_str(out, "../");
    buf_append_str(out, to + shared);
}
