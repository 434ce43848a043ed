/*
 * Parses arbitrary manifests. An input may hold several files, parted by form feeds: the main one,
 * then those that can be included as "a", "b", and so on.
 */
#include "fuzz.h"

#include "engine/manifest/ninja/ninja.h"

#include <errno.h>
#include <string.h>

struct files {
    const uint8_t *data;
    size_t size;
};

/* The nth file of the input; NULL when there are not so many. */
static const uint8_t *find_file(const struct files *files, size_t n, size_t *length)
{
    const uint8_t *at = files->data, *end = files->data + files->size;
    for (;; n--) {
        const uint8_t *feed = at < end ? memchr(at, '\f', (size_t)(end - at)) : NULL;
        *length = (size_t)((feed ? feed : end) - at);
        if (n == 0)
            return at;
        if (!feed)
            return NULL;
        at = feed + 1;
    }
}

static int read_file(void *context, const char *path, struct buf *out)
{
    size_t n = 0, length = 0;
    if (strcmp(path, "input") != 0) {
        if (path[0] < 'a' || path[0] > 'z' || path[1])
            return ENOENT;
        n = (size_t)(path[0] - 'a') + 1;
    }
    const uint8_t *bytes = find_file(context, n, &length);
    if (!bytes)
        return ENOENT;
    buf_append(out, bytes, length);
    return 0;
}

static void warn(void *context, const struct jig_error *what)
{
    (void)context;
    FUZZ_CHECK(what->status == JIG_OK && what->message[0]);
}

static void check_error(const struct jig_error *error, enum jig_status status)
{
    struct buf text = {0};
    FUZZ_CHECK(error->status == status && error->message[0]);
    FUZZ_CHECK(error->caret <= strlen(error->excerpt));
    FUZZ_CHECK(error->column == 0 || error->line > 0);
    ninja_error_text(error, &text);
    FUZZ_CHECK(strlen(text.data) == text.length);
    buf_free(&text);
}

static void use(struct graph *graph)
{
    struct buf text = {0};
    struct file_list targets = {0};
    FUZZ_CHECK(graph_is_sound(graph));
    FUZZ_CHECK(graph->manifests.count > 0);
    for (job_id id = 0; id < graph->jobs.count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        buf_clear(&text);
        graph_rope_append(graph, job->command, &text);
        graph_rope_append(graph, job->rspfile_content, &text);
        FUZZ_CHECK(!(job->flags & GRAPH_JOB_PHONY) || text.length == 0);
        FUZZ_CHECK(job->line > 0);
    }
    graph_default_targets(graph, &targets, NULL);
    vec_free(&targets);
    buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct files files = {data, size};
    const struct ninja_options options = {
        .text_limit = 1 << 20,
        .warn = warn,
        .read_file = read_file,
        .context = &files,
    };
    struct graph *graph = graph_create();
    struct jig_error error;
    enum jig_status status = ninja_parse(graph, "input", &options, &error);
    if (status)
        check_error(&error, status);
    else
        use(graph);
    graph_destroy(graph);
    return 0;
}
