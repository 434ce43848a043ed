/*
 * What is wanted: a depth-first walk from the targets over everything they need.
 */
#include "engine/plan/plan.h"

#include <stdlib.h>

void plan_create(struct plan *plan, struct graph *graph, struct history *history)
{
    *plan = (struct plan){.graph = graph, .history = history};
    plan_fit(plan);
}

static void free_successors(struct plan *plan)
{
    free(plan->successor_offsets);
    free(plan->successors);
    plan->successor_offsets = NULL;
    plan->successors = NULL;
}

void plan_free(struct plan *plan)
{
    free(plan->jobs);
    free(plan->terms);
    free(plan->file_marks);
    free_successors(plan);
    vec_free(&plan->entered);
    vec_free(&plan->remade);
    vec_free(&plan->order);
    vec_free(&plan->files);
    vec_free(&plan->adopted);
    vec_free(&plan->ready);
    *plan = (struct plan){0};
}

void plan_begin(struct plan *plan)
{
    for (uint32_t i = 0; i < plan->entered.count; i++)
        plan->jobs[plan->entered.data[i]] = (struct plan_job){0};
    for (uint32_t i = 0; i < plan->files.count; i++)
        plan->file_marks[plan->files.data[i]] &= PLAN_FILE_ALWAYS;
    plan_forget_remade(plan);
    free_successors(plan);
    plan->entered.count = plan->order.count = plan->files.count = 0;
    plan->adopted.count = plan->ready.count = 0;
    plan->wanted_jobs = plan->unfinished = plan->to_run = 0;
    plan->scoped = false;
    plan->adoption = NULL;
    plan_fit(plan);
}

static void fit_jobs(struct plan *plan)
{
    uint32_t wanted = plan->graph->jobs.count;
    uint32_t old = plan->job_capacity;
    if (wanted <= old && plan->jobs)
        return;
    if (old)
        wanted += wanted / 4;
    plan->jobs = mem_realloc(plan->jobs, (wanted ? wanted : 1) * sizeof *plan->jobs);
    memset(plan->jobs + old, 0, (wanted - old) * sizeof *plan->jobs);
    plan->job_capacity = wanted;
}

void plan_fit(struct plan *plan)
{
    fit_jobs(plan);
    uint32_t wanted = plan->graph->files.count;
    if (wanted <= plan->file_capacity)
        return;
    uint32_t old = plan->file_capacity;
    if (old)
        wanted += wanted / 4;
    plan->terms = mem_realloc(plan->terms, wanted * sizeof *plan->terms);
    plan->file_marks = mem_realloc(plan->file_marks, wanted);
    memset(plan->terms + old, 0, (wanted - old) * sizeof *plan->terms);
    memset(plan->file_marks + old, 0, wanted - old);
    plan->file_capacity = wanted;
}

bool plan_mark_remade(struct plan *plan, file_id file)
{
    if (plan->file_marks[file] & PLAN_FILE_REMADE)
        return false;
    plan->file_marks[file] |= PLAN_FILE_REMADE;
    vec_push(&plan->remade, file);
    return true;
}

void plan_forget_remade(struct plan *plan)
{
    for (uint32_t i = 0; i < plan->remade.count; i++)
        plan->file_marks[plan->remade.data[i]] &= (uint8_t)~PLAN_FILE_REMADE;
    plan->remade.count = 0;
}

static void want_file(struct plan *plan, file_id file)
{
    if (plan->file_marks[file] & PLAN_FILE_WANTED)
        return;
    plan->file_marks[file] |= PLAN_FILE_WANTED;
    vec_push(&plan->files, file);
}

/* A job being walked: the next of its edges to follow. */
struct frame {
    job_id job;
    file_id via;   /* the output through which the walk came */
    uint32_t next; /* inputs, then order-only inputs, then discovered inputs */
};

struct walk {
    VEC(struct frame) stack;
    VEC(file_id) later; /* validations: wanted, but nobody waits for them */
};

static enum jig_status fail_cycle(const struct plan *plan, const struct walk *walk, file_id back_to,
                                  struct jig_error *error)
{
    const struct graph *graph = plan->graph;
    job_id job = graph->files.data[back_to].producer;
    uint32_t start = 0;
    while (walk->stack.data[start].job != job)
        start++;
    struct buf text = {0};
    buf_append_str(&text, graph_path(graph, back_to));
    for (uint32_t i = start + 1; i < walk->stack.count; i++)
        buf_printf(&text, " -> %s", graph_path(graph, walk->stack.data[i].via));
    buf_printf(&text, " -> %s", graph_path(graph, back_to));
    bool phony_self =
        walk->stack.count - start == 1 && (graph->jobs.data[job].flags & GRAPH_JOB_PHONY);
    enum jig_status status = jig_fail(error, JIG_ERROR_MANIFEST, "dependency cycle: %s%s",
                                      text.data, phony_self ? " [-w phonycycle=err]" : "");
    buf_free(&text);
    return status;
}

static void enter(struct plan *plan, struct walk *walk, job_id job, file_id via)
{
    const struct graph_job *entered = &plan->graph->jobs.data[job];
    if (!plan->jobs[job].in_scope)
        vec_push(&plan->entered, job);
    plan->jobs[job].verdict = PLAN_ENTERED;
    const file_id *outputs = graph_outputs(plan->graph, entered);
    for (uint32_t i = 0; i < entered->out_count; i++)
        want_file(plan, outputs[i]);
    vec_push(&walk->stack, ((struct frame){job, via, 0}));
}

static void leave(struct plan *plan, struct walk *walk)
{
    job_id job = walk->stack.data[--walk->stack.count].job;
    const struct graph_job *left = &plan->graph->jobs.data[job];
    plan->jobs[job].verdict = PLAN_UNDECIDED;
    plan->jobs[job].position = plan->order.count;
    vec_push(&plan->order, job);
    plan->wanted_jobs += !(left->flags & GRAPH_JOB_PHONY);
    for (uint32_t i = 0; !plan->scoped && i < left->validation_count; i++)
        vec_push(&walk->later, graph_validations(plan->graph, left)[i]);
}

/*
 * Follows the innermost job's edges until one leads to a job not seen yet, or all are done. A
 * declared cycle is an error. One that only a discovered input closes is not: what a compiler read
 * last time may since have turned round, and the run will tell; that edge just orders nothing.
 */
static enum jig_status advance(struct plan *plan, struct walk *walk, struct jig_error *error)
{
    struct frame *frame = &walk->stack.data[walk->stack.count - 1];
    const struct graph_job *job = &plan->graph->jobs.data[frame->job];
    const struct job_record *record = &plan->history->jobs.data[frame->job];
    const struct graph_file *files = plan->graph->files.data;
    const uint32_t declared = job->in_count + job->order_only_count;
    const file_id *inputs = graph_inputs(plan->graph, job);
    const file_id *deps = history_deps(plan->history, record);
    while (frame->next < declared + record->deps_count) {
        uint32_t at = frame->next++;
        file_id file = at < declared ? inputs[at] : deps[at - declared];
        want_file(plan, file);
        job_id producer = files[file].producer;
        if (producer == GRAPH_NONE || (plan->scoped && !plan->jobs[producer].in_scope))
            continue;
        uint8_t verdict = plan->jobs[producer].verdict;
        if (verdict == PLAN_UNWANTED) {
            enter(plan, walk, producer, file);
            return JIG_OK;
        }
        if (verdict == PLAN_ENTERED && at < declared)
            return fail_cycle(plan, walk, file, error);
    }
    leave(plan, walk);
    return JIG_OK;
}

static enum jig_status walk_job(struct plan *plan, struct walk *walk, job_id job, file_id via,
                                struct jig_error *error)
{
    if (plan->jobs[job].verdict != PLAN_UNWANTED)
        return JIG_OK;
    enter(plan, walk, job, via);
    enum jig_status status = JIG_OK;
    while (!status && walk->stack.count)
        status = advance(plan, walk, error);
    return status;
}

static enum jig_status walk_from(struct plan *plan, struct walk *walk, file_id target,
                                 struct jig_error *error)
{
    want_file(plan, target);
    job_id producer = plan->graph->files.data[target].producer;
    return producer == GRAPH_NONE ? JIG_OK : walk_job(plan, walk, producer, target, error);
}

enum jig_status plan_add_target(struct plan *plan, file_id file, struct jig_error *error)
{
    struct walk walk = {0};
    enum jig_status status = walk_from(plan, &walk, file, error);
    while (!status && walk.later.count)
        status = walk_from(plan, &walk, walk.later.data[--walk.later.count], error);
    vec_free(&walk.stack);
    vec_free(&walk.later);
    return status;
}

/* ---- scope ---------------------------------------------------------------------------------- */

static void take_into_scope(struct plan *plan, job_id job, struct plan_scope scope)
{
    if (plan->jobs[job].in_scope || !scope.has(scope.context, job))
        return;
    plan->jobs[job].in_scope = true;
    vec_push(&plan->entered, job);
}

/*
 * First the set, along the edges; then its order, by the walk that orders any plan, kept to the
 * set.
 */
enum jig_status plan_add_scope(struct plan *plan, const job_id *jobs, uint32_t count,
                               struct plan_scope scope, struct jig_error *error)
{
    plan->scoped = true;
    for (uint32_t i = 0; i < count; i++)
        take_into_scope(plan, jobs[i], scope);
    for (uint32_t next = 0; next < plan->entered.count; next++) {
        const struct graph_job *job = &plan->graph->jobs.data[plan->entered.data[next]];
        for (uint32_t i = 0; i < job->out_count; i++) {
            uint32_t reader_count;
            const job_id *reader =
                scope.readers(scope.context, graph_outputs(plan->graph, job)[i], &reader_count);
            for (uint32_t r = 0; r < reader_count; r++)
                take_into_scope(plan, reader[r], scope);
        }
    }
    struct walk walk = {0};
    enum jig_status status = JIG_OK;
    uint32_t in_scope = plan->entered.count;
    for (uint32_t i = 0; !status && i < in_scope; i++) {
        job_id id = plan->entered.data[i];
        file_id key = graph_job_key(plan->graph, &plan->graph->jobs.data[id]);
        status = walk_job(plan, &walk, id, key, error);
    }
    vec_free(&walk.stack);
    vec_free(&walk.later);
    return status;
}
