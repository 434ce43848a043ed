/*
 * Where to watch: the folders in which a change can matter.
 */
#include "engine/base/path.h"
#include "engine/session/internal.h"

#include <stdlib.h>

struct telling {
    void (*folder)(void *context, const char *path);
    void *context;
    struct buf path;
};

/* The folders around the graph's files, each once. */
static void tell_folders_of_files(const struct graph *graph, const struct telling *telling)
{
    uint8_t *told = mem_array(graph->strs.count, 1);
    for (file_id id = 0; id < graph->files.count; id++) {
        str_id dir = graph->files.data[id].dir;
        if (graph_is_virtual(graph, id) || told[dir]++)
            continue;
        const char *path = graph_str(graph, dir);
        telling->folder(telling->context, *path ? path : ".");
    }
    free(told);
}

static void tell_tree_folder(void *context, const char *path, size_t length)
{
    struct telling *telling = context;
    buf_clear(&telling->path);
    buf_append(&telling->path, path, length);
    telling->folder(telling->context, length ? telling->path.data : ".");
}

void jig_session_each_folder(struct jig_session *session,
                             void (*folder)(void *context, const char *path), void *context)
{
    struct telling telling = {.folder = folder, .context = context};
    /* Whoever asks will watch from now on: what was found before that may have changed since. */
    session->just_loaded = false;
    /* Also when it cannot be read: somebody will mend it. */
    size_t length = path_dir_length(session->manifest, strlen(session->manifest));
    buf_append(&telling.path, session->manifest, length);
    folder(context, length ? telling.path.data : ".");
    if (session->graph)
        tell_folders_of_files(session->graph, &telling);
    if (session->graph && !session->options.once)
        links_fit(&session->links, session->graph);
    for (uint32_t i = 0; i < session->links.elsewhere.count; i++)
        folder(context, session->links.elsewhere.data[i]);
    if (session->pipelines)
        tree_each_watched(discovery_tree(session->pipelines->discovery), tell_tree_folder,
                          &telling);
    buf_free(&telling.path);
}
