/*
 * Outputs that a later job rewrites in place: strip, ranlib, a code signer. What earlier jobs have
 * on record of such a file is no longer what lies there, and without more they would look
 * overwritten, or their input changed, in every build from now on.
 */
#include "engine/session/internal.h"

#include <stdlib.h>

static bool has_valid_record(const struct build *build, job_id id)
{
    uint8_t verdict = build->plan->jobs[id].verdict;
    return (verdict == PLAN_CLEAN || verdict == PLAN_DONE) &&
           (build->session->history->jobs.data[id].flags & JOB_RECORDED);
}

static void commit(struct build *build, job_id id)
{
    build->session->history->jobs.data[id].tick = history_tick(build->session->history);
    session_record_job(build, id);
}

/* The job made the file: what it left is now what the rewriter left. */
static void follow_as_output(struct build *build, job_id id)
{
    if (!has_valid_record(build, id))
        return;
    const struct graph_job *job = &build->session->graph->jobs.data[id];
    build->session->history->jobs.data[id].outputs = plan_outputs_digest(build->plan, job);
    commit(build, id);
}

/* The job read the file before it was rewritten, as it will in every build. */
static void follow_as_input(struct build *build, job_id id, file_id file, struct digest old_term)
{
    const struct graph_job *job = &build->session->graph->jobs.data[id];
    struct job_record *record = &build->session->history->jobs.data[id];
    bool reads = false;
    for (uint32_t i = 0; i < job->in_count; i++) {
        if (graph_inputs(build->session->graph, job)[i] != file)
            continue;
        record->inputs = digest_subtract(record->inputs, old_term);
        record->inputs = digest_add(record->inputs, build->plan->terms[file]);
        reads = true;
    }
    if (reads)
        commit(build, id);
}

/* Marks every job that has to end before `id` starts: O(edges of those). */
static uint8_t *mark_ancestors(const struct graph *graph, job_id id)
{
    uint8_t *marked = mem_array(graph->jobs.count, 1);
    VEC(job_id) left = {0};
    vec_push(&left, id);
    while (left.count) {
        const struct graph_job *job = &graph->jobs.data[left.data[--left.count]];
        for (uint32_t i = 0; i < job->in_count + job->order_only_count; i++) {
            job_id producer = graph->files.data[graph_inputs(graph, job)[i]].producer;
            if (producer != GRAPH_NONE && !marked[producer]) {
                marked[producer] = 1;
                vec_push(&left, producer);
            }
        }
    }
    vec_free(&left);
    return marked;
}

/*
 * Other readers that the rewriter does not wait for may or may not have read it before; they run
 * again in the next build, as they would with ninja.
 */
void session_follow_rewrite(struct build *build, job_id rewriter, file_id file,
                            struct digest old_term)
{
    struct graph *graph = build->session->graph;
    follow_as_output(build, graph->files.data[file].producer);
    uint32_t count;
    const job_id *consumers = graph_consumers(graph, file, &count);
    if (count <= 1)
        return; /* the rewriter itself, usually */
    uint8_t *earlier = mark_ancestors(graph, rewriter);
    for (uint32_t i = 0; i < count; i++) {
        if (consumers[i] != rewriter && earlier[consumers[i]] &&
            has_valid_record(build, consumers[i]))
            follow_as_input(build, consumers[i], file, old_term);
    }
    free(earlier);
}

/* Whether the job was running at some time since `start_ns`, or still is. */
static bool ran_since(const struct build *build, job_id id, uint64_t start_ns)
{
    if (build->plan->jobs[id].verdict == PLAN_UNWANTED)
        return false;
    struct job_span span = *build_span(build, id);
    return span.start_ns && (!span.end_ns || span.end_ns > start_ns);
}

bool session_another_may_write(struct build *build, job_id id, file_id file)
{
    struct graph *graph = build->session->graph;
    uint64_t start_ns = build_span(build, id)->start_ns;
    job_id producer = graph->files.data[file].producer;
    if (producer != id && ran_since(build, producer, start_ns))
        return true;
    uint32_t count;
    const job_id *consumers = graph_consumers(graph, file, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (consumers[i] != id && ran_since(build, consumers[i], start_ns))
            return true;
    }
    return false;
}

/* Takes back the records of all that read the file, through phony jobs too. */
static void withdraw_readers(struct build *build, file_id file)
{
    struct graph *graph = build->session->graph;
    uint32_t count;
    const job_id *consumers = graph_consumers(graph, file, &count);
    for (uint32_t c = 0; c < count; c++) {
        const struct graph_job *job = &graph->jobs.data[consumers[c]];
        struct job_record *record = &build->session->history->jobs.data[consumers[c]];
        bool counts = false; /* order-only readers do not */
        for (uint32_t i = 0; i < job->in_count && !counts; i++)
            counts = graph_inputs(graph, job)[i] == file;
        if (!counts)
            continue;
        if (job->flags & GRAPH_JOB_PHONY) {
            for (uint32_t i = 0; i < job->out_count; i++)
                session_mark_remade(build, graph_outputs(graph, job)[i]);
        } else if (record->flags & JOB_RECORDED) {
            record->flags = JOB_UNSTEADY;
            live_add_stale(build->session, consumers[c]);
            session_record_job(build, consumers[c]);
        }
    }
}

void session_mark_remade(struct build *build, file_id file)
{
    if (!plan_mark_remade(build->plan, file))
        return;
    /* Should a reader fail in this build, or not be wanted, the next one has to know. */
    withdraw_readers(build, file);
}
