#include "tools/jig/orphans.h"

#include <stdbool.h>
#include <sys/stat.h>

static bool any_exists(const struct graph *graph, const file_id *files, uint32_t count)
{
    struct stat unused;
    for (uint32_t i = 0; i < count; i++) {
        if (lstat(graph_path(graph, files[i]), &unused) == 0)
            return true;
    }
    return false;
}

uint32_t orphans_drop(const struct graph *graph, struct history *history)
{
    uint32_t before = history->orphans.count;
    uint32_t left = 0;
    for (uint32_t i = 0; i < before; i++) {
        const struct orphan orphan = history->orphans.data[i];
        if (any_exists(graph, history->deps.data + orphan.outs_begin, orphan.outs_count))
            history->orphans.data[left++] = orphan;
    }
    history->orphans.count = left;
    return before - left;
}
