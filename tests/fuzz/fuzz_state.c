#include "fuzz_state.h"

#include "engine/base/io.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the scratch directory -------------------------------------------------------------- */

static void remove_dir(void)
{
    const struct fuzz_dir *dir = fuzz_dir();
    unlink(dir->lock);
    unlink(dir->image);
    unlink(dir->journal);
    rmdir(dir->path);
}

const struct fuzz_dir *fuzz_dir(void)
{
    static struct fuzz_dir dir;
    if (dir.path[0])
        return &dir;
    /* In memory where there is such a place: images are fsynced. */
    const char *root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(dir.path, sizeof dir.path, "%s/jig-fuzz-XXXXXX", root);
    FUZZ_CHECK(mkdtemp(dir.path) != NULL);
    snprintf(dir.image, sizeof dir.image, "%s/image", dir.path);
    snprintf(dir.image_temporary, sizeof dir.image_temporary, "%s/image.tmp", dir.path);
    snprintf(dir.journal, sizeof dir.journal, "%s/journal", dir.path);
    snprintf(dir.journal_temporary, sizeof dir.journal_temporary, "%s/journal.tmp", dir.path);
    snprintf(dir.lock, sizeof dir.lock, "%s/lock", dir.path);
    atexit(remove_dir);
    return &dir;
}

void fuzz_write_file(const char *path, const void *bytes, size_t length)
{
    FUZZ_CHECK(io_write_file(AT_FDCWD, path, bytes, length) == 0);
}

/* ---- input ------------------------------------------------------------------------------ */

uint32_t fuzz_take(struct fuzz_input *input, unsigned bytes)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < bytes && input->left > 0; i++) {
        value |= (uint32_t)*input->data++ << 8 * i;
        input->left--;
    }
    return value;
}

void fuzz_edit(struct buf *file, struct fuzz_input *input)
{
    size_t length = fuzz_take(input, 2);
    if (length < file->length && length > 0)
        file->length = length;
    while (input->left > 0) {
        size_t offset = fuzz_take(input, 2);
        char byte = (char)fuzz_take(input, 1);
        if (offset < file->length)
            file->data[offset] = byte;
    }
}

/* ---- a small state ---------------------------------------------------------------------- */

static void add_job(struct state_loaded *to, const char *out, const char *in, const char *dep)
{
    struct graph *graph = to->graph;
    const file_id edges[] = {graph_add_file(graph, out, strlen(out)),
                             graph_add_file(graph, in, strlen(in))};
    const file_id discovered = graph_add_file(graph, dep, strlen(dep));
    struct graph_job job = {.explicit_out_count = 1,
                            .out_count = 1,
                            .explicit_in_count = 1,
                            .in_count = 1,
                            .rule = graph_intern(graph, "cc", 2),
                            .manifest = graph_intern(graph, "build.ninja", 11),
                            .msvc_deps_prefix = GRAPH_NONE,
                            .dyndep = GRAPH_NONE};
    uint32_t mark = graph_rope_begin(graph);
    graph_rope_push(graph, graph_intern(graph, in, strlen(in)));
    job.command = graph_rope_end(graph, mark);
    job_id id = graph_add_job(graph, &job, edges);
    graph_seal(graph, id);
    history_fit(to->history, graph);
    const struct job_record record = {.recipe = graph->jobs.data[id].recipe,
                                      .tick = history_tick(to->history),
                                      .cost.duration_ms = 1,
                                      .flags = JOB_RECORDED};
    history_set_job(to->history, id, &record, &discovered, 1);
    to->history->files.data[edges[0]] = (struct file_record){.size = 1, .flags = FILE_KNOWN};
}

struct state_loaded fuzz_small_state(void)
{
    struct state_loaded made = {.graph = graph_create()};
    made.history = history_create(made.graph);
    add_job(&made, "a.o", "a.c", "x.h");
    add_job(&made, "b.o", "b.c", "y.h");
    add_job(&made, "prog", "a.o", "x.h");
    return made;
}

void fuzz_free(struct state_loaded *loaded)
{
    graph_destroy(loaded->graph);
    history_destroy(loaded->history);
    *loaded = (struct state_loaded){0};
}

/* ---- using what was loaded --------------------------------------------------------------- */

static void use_strings(const struct graph *graph)
{
    struct buf text = {0};
    for (file_id file = 0; file < graph->files.count; file++)
        buf_append_str(&text, graph_path(graph, file));
    for (job_id id = 0; id < graph->jobs.count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        graph_rope_append(graph, job->command, &text);
        graph_rope_append(graph, job->rspfile_content, &text);
        buf_append_str(&text, graph_str(graph, job->rule));
    }
    buf_free(&text);
}

static void use_edges(struct graph *graph)
{
    uint32_t count, total = 0;
    for (file_id file = 0; file < graph->files.count; file++) {
        graph_consumers(graph, file, &count);
        total += count;
    }
    struct file_list targets = {0};
    graph_default_targets(graph, &targets, NULL);
    FUZZ_CHECK(targets.count <= graph->files.count + graph->defaults.count + total);
    vec_free(&targets);
}

/* Reads every record by carrying all of them to an empty graph. */
static void use_history(const struct history *history, const struct graph *graph)
{
    struct graph *other = graph_create();
    struct history *carried = history_rebind(history, graph, other);
    FUZZ_CHECK(graph_is_sound(other));
    FUZZ_CHECK(history_is_sound(carried, other));
    history_destroy(carried);
    graph_destroy(other);
}

static void count_notice(void *context, const struct jig_error *what)
{
    FUZZ_CHECK(what->status != JIG_OK && what->message[0]);
    ++*(uint32_t *)context;
}

uint32_t fuzz_load_and_use(bool read_only)
{
    uint32_t notices = 0;
    const struct state_options options = {.directory = fuzz_dir()->path,
                                          .read_only = read_only,
                                          .notice = count_notice,
                                          .context = &notices};
    struct state *state;
    FUZZ_CHECK(state_open(&options, &state, NULL) == JIG_OK);
    struct state_loaded loaded;
    state_load(state, &loaded);
    FUZZ_CHECK(notices <= 1);
    FUZZ_CHECK(!loaded.graph == !loaded.history);
    if (loaded.graph) {
        FUZZ_CHECK(graph_is_sound(loaded.graph));
        FUZZ_CHECK(history_is_sound(loaded.history, loaded.graph));
        use_strings(loaded.graph);
        use_edges(loaded.graph);
        use_history(loaded.history, loaded.graph);
    }
    fuzz_free(&loaded);
    state_close(state);
    return notices;
}
