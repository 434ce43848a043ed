/*
 * `jig query why`: a dry run, and from each target the chain of reasons down to what began it.
 */
#include "engine/base/arena.h"
#include "tools/jig/query.h"

#include <stdio.h>
#include <stdlib.h>

/* Why a job would run. */
struct cause {
    char *reason; /* as a person reads it; NULL: the job would not run. Owned */
    file_id file; /* the file that the reason names, or GRAPH_NONE */
    bool depends; /* it would run only if `file`, made anew, comes out different */
    bool told;
};

struct inquiry {
    struct jig_session *session;
    const struct graph *graph; /* the session's, once the dry run has ended: it may make it */
    VEC(struct cause) causes;  /* [job_id] of those that would run; the last of these is the last */
};

static void on_event(void *context, const struct jig_event *event)
{
    struct inquiry *inquiry = context;
    if (event->kind == JIG_EVENT_NOTICE)
        face_notice(FACE_JIG, event->notice);
    if (event->kind != JIG_EVENT_EXPLAIN)
        return;
    const struct jig_job_view *job = event->job;
    if (job->id >= inquiry->causes.count)
        vec_extend(&inquiry->causes, job->id + 1 - inquiry->causes.count);
    struct cause *cause = &inquiry->causes.data[job->id];
    free(cause->reason);
    cause->reason = mem_strndup(job->reason, strlen(job->reason));
    cause->file = *job->reason_file ? graph_find_file(inquiry->session->graph, job->reason_file,
                                                      strlen(job->reason_file))
                                    : GRAPH_NONE;
    cause->depends = strcmp(job->reason_word, "input-changed") == 0;
}

/* ---- telling ----------------------------------------------------------------------------- */

static bool would_run(const struct inquiry *inquiry, job_id job)
{
    return job < inquiry->causes.count && inquiry->causes.data[job].reason;
}

/* Tells why `job` would run, then why what it waits for would, and so on. */
static void tell_chain(struct inquiry *inquiry, job_id job)
{
    const struct graph *graph = inquiry->graph;
    while (would_run(inquiry, job) && !inquiry->causes.data[job].told) {
        struct cause *cause = &inquiry->causes.data[job];
        cause->told = true;
        const char *path = graph_path(graph, graph_job_key(graph, &graph->jobs.data[job]));
        job_id next =
            cause->file == GRAPH_NONE ? GRAPH_NONE : graph->files.data[cause->file].producer;
        if (next != job && cause->depends && would_run(inquiry, next))
            printf("  %s: input may change: %s\n", path, graph_path(graph, cause->file));
        else
            printf("  %s: %s\n", path, cause->reason);
        job = next;
    }
}

/* Appends the jobs that `file` stands for: its maker, or those behind a phony name. */
static void find_makers(const struct graph *graph, file_id file, uint8_t *seen,
                        struct file_list *out)
{
    struct file_list todo = {0};
    vec_push(&todo, file);
    while (todo.count) {
        job_id id = graph->files.data[todo.data[--todo.count]].producer;
        if (id == GRAPH_NONE || seen[id]++)
            continue;
        const struct graph_job *job = &graph->jobs.data[id];
        if (!(job->flags & GRAPH_JOB_PHONY)) {
            vec_push(out, id);
            continue;
        }
        for (uint32_t i = job->in_count + job->order_only_count; i-- > 0;)
            vec_push(&todo, graph_inputs(graph, job)[i]);
    }
    vec_free(&todo);
}

/*
 * Tells why jobs would run on which `file` depends by its order only, as far as anything else does:
 * what they make changes nothing about it.
 */
static void tell_earlier(struct inquiry *inquiry, file_id file)
{
    const struct graph *graph = inquiry->graph;
    uint8_t *seen = mem_array(graph->jobs.count, 1);
    struct file_list todo = {0};
    bool headed = false;
    vec_push(&todo, file);
    while (todo.count) {
        job_id id = graph->files.data[todo.data[--todo.count]].producer;
        if (id == GRAPH_NONE || seen[id]++)
            continue;
        if (would_run(inquiry, id)) {
            if (!headed)
                printf("building it would run others that only have to come before:\n");
            headed = true;
            tell_chain(inquiry, id);
        }
        const struct graph_job *job = &graph->jobs.data[id];
        for (uint32_t i = job->in_count + job->order_only_count; i-- > 0;)
            vec_push(&todo, graph_inputs(graph, job)[i]);
    }
    vec_free(&todo);
    free(seen);
}

static void tell(struct inquiry *inquiry, file_id file)
{
    const struct graph *graph = inquiry->graph;
    const char *path = graph_path(graph, file);
    if (graph->files.data[file].producer == GRAPH_NONE) {
        printf("%s is a source: no job makes it\n", path);
        return;
    }
    uint8_t *seen = mem_array(graph->jobs.count, 1);
    struct file_list makers = {0};
    find_makers(graph, file, seen, &makers);
    bool headed = false;
    for (uint32_t i = 0; i < makers.count; i++) {
        if (!would_run(inquiry, makers.data[i]))
            continue;
        if (!headed)
            printf("%s is not up to date:\n", path);
        headed = true;
        tell_chain(inquiry, makers.data[i]);
    }
    if (!headed) {
        printf("%s is up to date\n", path);
        tell_earlier(inquiry, file);
    }
    vec_free(&makers);
    free(seen);
}

/* Whether `file`, or a file that it stands for, would be made anew. */
static bool would_be_made(const struct inquiry *inquiry, file_id file)
{
    uint8_t *seen = mem_array(inquiry->graph->jobs.count, 1);
    struct file_list makers = {0};
    bool would = false;
    find_makers(inquiry->graph, file, seen, &makers);
    for (uint32_t i = 0; i < makers.count; i++)
        would |= would_run(inquiry, makers.data[i]);
    vec_free(&makers);
    free(seen);
    return would;
}

static void tell_all(struct inquiry *inquiry, const struct file_list *files)
{
    file_id manifest = inquiry->graph->manifests.data[0];
    if (would_be_made(inquiry, manifest)) {
        printf("the manifest would be made anew first, which may change the answers\n");
        tell(inquiry, manifest);
    }
    for (uint32_t i = 0; i < files->count; i++) {
        for (job_id id = 0; id < inquiry->causes.count; id++)
            inquiry->causes.data[id].told = false;
        tell(inquiry, files->data[i]);
    }
}

/* ---- asking ------------------------------------------------------------------------------ */

static enum jig_status dry_run(struct inquiry *inquiry, const struct place *place, int count,
                               char **words, struct jig_error *error)
{
    const char **targets = mem_array((size_t)count, sizeof *targets);
    struct arena arena = {0};
    for (int i = 0; i < count; i++) {
        struct buf path = {0};
        place_spell(place, words[i], &path);
        targets[i] = arena_strndup(&arena, buf_cstr(&path), path.length);
        buf_free(&path);
    }
    struct jig_build_options options = JIG_BUILD_OPTIONS;
    options.targets = targets;
    options.target_count = (uint32_t)count;
    options.dry_run = true;
    enum jig_status status = jig_session_build(inquiry->session, &options, NULL, error);
    arena_free(&arena);
    free(targets);
    return status;
}

static enum jig_status open_session(struct inquiry *inquiry, const struct place *place,
                                    struct jig_error *error)
{
    struct jig_session_options options = JIG_SESSION_OPTIONS;
    options.manifest = place->manifest;
    options.state_dir = place->state_dir;
    options.read_only = true;
    options.on_event = on_event;
    options.context = inquiry;
    return jig_session_open(&options, &inquiry->session, error);
}

/* After the dry run: tells of the files that the words name. */
static bool answer(struct inquiry *inquiry, const struct tool *asked, int count, char **words)
{
    struct tool tool = *asked;
    struct file_list files = {0};
    tool.session = inquiry->session;
    tool.graph = inquiry->session->graph;
    inquiry->graph = tool.graph;
    bool found = tool_targets(&tool, count, words, &files);
    if (found)
        tell_all(inquiry, &files);
    vec_free(&files);
    return found;
}

int query_why(const struct tool *tool, int count, char **words)
{
    struct inquiry inquiry = {0};
    struct jig_error error;
    enum jig_status status = open_session(&inquiry, tool->place, &error);
    if (!status)
        status = dry_run(&inquiry, tool->place, count, words, &error);
    if (status)
        face_error(FACE_JIG, &error);
    bool answered = !status && answer(&inquiry, tool, count, words);
    for (job_id id = 0; id < inquiry.causes.count; id++)
        free(inquiry.causes.data[id].reason);
    vec_free(&inquiry.causes);
    jig_session_close(inquiry.session);
    return answered ? EXIT_DONE : EXIT_UNABLE;
}
