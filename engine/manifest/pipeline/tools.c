/*
 * Tools: words of a command that are files of the tree are programs, or data, that its jobs depend
 * on.
 */
#include "engine/base/path.h"
#include "engine/manifest/pipeline/filling.h"

#include <stdlib.h>

/* Calls for each word that could be a path below the root, canonical. */
static void each_word(const struct config_generator *generator,
                      void (*word)(void *context, const char *path, size_t length), void *context)
{
    static const char separators[] = " \t\n;&|<>()$`\"'=";
    struct buf words = {0}; /* each with a NUL after it */
    for (uint32_t i = 0; i < generator->argv.count; i++)
        buf_append(&words, generator->argv.data[i], strlen(generator->argv.data[i]) + 1);
    for (const char *at = generator->shell; at && *at; at += strspn(at, separators)) {
        size_t length = strcspn(at, separators);
        buf_append(&words, at, length);
        buf_append_char(&words, '\0');
        at += length;
    }
    for (size_t at = 0; at < words.length;) {
        size_t length = strlen(words.data + at);
        size_t next = at + length + 1;
        if (length && words.data[at] != '/' && !memchr(words.data + at, '{', length)) {
            char *path = mem_strndup(words.data + at, length);
            length = path_canonicalize(path, length);
            word(context, path, length);
            free(path);
        }
        at = next;
    }
    buf_free(&words);
}

struct listing {
    struct tree *tree;
    struct buf *out;
};

static void list_word(void *context, const char *path, size_t length)
{
    const struct listing *listing = context;
    if (tree_kind(listing->tree, path, length) == TREE_FILE)
        buf_append(listing->out, path, length + 1);
}

void fill_list_tools(const struct config_pipeline *pipeline, struct tree *tree, struct buf *out)
{
    struct listing listing = {tree, out};
    each_word(&pipeline->generate, list_word, &listing);
}

struct adding {
    struct filling *filling;
    uint32_t pipeline;
};

/* A tool that another pipeline makes is made first, unless that one depends on this. */
static void add_word(void *context, const char *path, size_t length)
{
    const struct adding *adding = context;
    struct filling *f = adding->filling;
    const struct fill *fill = f->fill;
    file_id known = graph_find_file(f->graph, path, length);
    uint32_t maker = known == GRAPH_NONE ? SELECT_NONE : selection_maker(&fill->selection, known);
    if (maker == SELECT_NONE) {
        if (tree_kind(discovery_tree(f->discovery), path, length) == TREE_FILE)
            edges_add(f, graph_add_file(f->graph, path, length));
    } else if (selection_feed(&fill->selection, fill->config, maker, adding->pipeline)) {
        edges_add(f, known);
    }
}

void edges_add_tools(struct filling *f, uint32_t pipeline)
{
    const struct config_generator *generator = &f->fill->config->pipelines[pipeline].generate;
    struct adding adding = {f, pipeline};
    each_word(generator, add_word, &adding);
    if (generator->plugin)
        edges_add(f, graph_add_file(f->graph, generator->plugin, strlen(generator->plugin)));
}

struct naming {
    const char *path;
    bool named;
};

static void compare_word(void *context, const char *path, size_t length)
{
    struct naming *naming = context;
    (void)length;
    naming->named |= strcmp(path, naming->path) == 0;
}

bool tools_name(const struct config_pipeline *pipeline, const char *path)
{
    struct naming naming = {.path = path};
    each_word(&pipeline->generate, compare_word, &naming);
    return naming.named ||
           (pipeline->generate.plugin && strcmp(pipeline->generate.plugin, path) == 0);
}
