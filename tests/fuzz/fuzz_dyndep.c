/*
 * Loads arbitrary bytes as the dyndep file of a small graph.
 */
#include "fuzz.h"

#include "engine/manifest/ninja/dyndep.h"

#include <string.h>

struct bytes {
    const uint8_t *data;
    size_t size;
};

static int read_file(void *context, const char *path, struct buf *out)
{
    static const char manifest[] = "rule r\n"
                                   "  command = c\n"
                                   "build out more: r || dd\n"
                                   "  dyndep = dd\n"
                                   "build two: r | dd\n"
                                   "  dyndep = dd\n"
                                   "build plain: r dd\n";
    const struct bytes *dyndep = context;
    if (strcmp(path, "dd") == 0)
        buf_append(out, dyndep->data, dyndep->size);
    else
        buf_append_str(out, manifest);
    return 0;
}

static void use(const struct graph *graph, const struct dyndep *dyndep)
{
    FUZZ_CHECK(dyndep->jobs.count == 2);
    size_t end = 0;
    for (uint32_t i = 0; i < dyndep->jobs.count; i++) {
        const struct dyndep_job *job = &dyndep->jobs.data[i];
        FUZZ_CHECK(graph->jobs.data[job->job].flags & GRAPH_JOB_DYNDEP);
        FUZZ_CHECK(job->paths == end);
        for (uint32_t k = 0; k < job->output_count + job->input_count; k++) {
            FUZZ_CHECK(dyndep->paths.data[end]);
            end += strlen(dyndep->paths.data + end) + 1;
        }
    }
    FUZZ_CHECK(end == dyndep->paths.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes bytes = {data, size};
    const struct ninja_options options = {.read_file = read_file, .context = &bytes};
    struct graph *graph = graph_create();
    struct dyndep dyndep = {0};
    struct jig_error error;
    FUZZ_CHECK(ninja_parse(graph, "build.ninja", &options, &error) == JIG_OK);
    file_id file = graph_find_file(graph, "dd", 2);
    enum jig_status status = dyndep_load(graph, file, &options, &dyndep, &error);
    if (status)
        FUZZ_CHECK(error.status == status && error.message[0]);
    else
        use(graph, &dyndep);
    dyndep_free(&dyndep);
    graph_destroy(graph);
    return 0;
}
