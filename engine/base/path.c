#include "engine/base/path.h"

#include <stdbool.h>
#include <string.h>

/* Drops the last component of out[base..length); the bytes before `base` are untouchable. */
static size_t drop_component(const char *out, size_t base, size_t length)
{
    length--; /* the slash that ends it */
    while (length > base && out[length - 1] != '/')
        length--;
    return length;
}

size_t path_canonicalize(char *path, size_t length)
{
    if (length == 0)
        return 0;
    bool absolute = path[0] == '/';
    size_t root = absolute ? 1 : 0;
    size_t base = root; /* components before here are leading ".." and stay */
    size_t out = root;
    size_t in = root;
    while (in < length) {
        if (path[in] == '/') {
            in++;
            continue;
        }
        const char *slash = memchr(path + in, '/', length - in);
        size_t end = slash ? (size_t)(slash - path) : length;
        size_t size = end - in;
        if (size == 1 && path[in] == '.') {
            in = end;
            continue;
        }
        bool up = size == 2 && path[in] == '.' && path[in + 1] == '.';
        if (up && out > base) {
            out = drop_component(path, base, out);
            in = end;
            continue;
        }
        if (up && absolute) { /* "/.." is "/" */
            in = end;
            continue;
        }
        memmove(path + out, path + in, size);
        out += size;
        path[out++] = '/'; /* after the last component this may be the spare byte */
        if (up)
            base = out;
        in = end;
    }
    if (out > root)
        out--; /* the slash after the last component */
    if (out == 0)
        path[out++] = '.';
    path[out] = '\0';
    return out;
}

size_t path_dir_length(const char *path, size_t length)
{
    while (length > 0 && path[length - 1] != '/')
        length--;
    if (length <= 1)
        return length;
    return length - 1;
}
