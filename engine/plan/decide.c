/*
 * The rule of truth, applied to every wanted job in order.
 */
#include "engine/fingerprint/fingerprint.h"
#include "engine/plan/plan.h"

#include <stdlib.h>

static struct plan_reason reason(enum plan_reason_kind kind, file_id file)
{
    return (struct plan_reason){kind, file};
}

/* ---- sums ------------------------------------------------------------------------------- */

struct digest plan_inputs_digest(const struct plan *plan, const struct graph_job *job,
                                 const file_id *deps, uint32_t deps_count)
{
    const file_id *inputs = graph_inputs(plan->graph, job);
    const struct digest *terms = plan->terms;
    struct digest sum = {0};
    for (uint32_t i = 0; i < job->in_count; i++)
        sum = digest_add(sum, terms[inputs[i]]);
    for (uint32_t i = 0; i < deps_count; i++)
        sum = digest_add(sum, terms[deps[i]]);
    return sum;
}

/* A directory as an output only has to be there: what is in it is other jobs' business. */
static struct digest output_term(const struct plan *plan, file_id file)
{
    if (plan->history->files.data[file].flags & FILE_DIRECTORY) {
        str_id path = plan->graph->files.data[file].path;
        return fingerprint_term(graph_str(plan->graph, path), graph_str_length(plan->graph, path),
                                (struct digest){FILE_DIRECTORY, 0});
    }
    return plan->terms[file];
}

struct digest plan_outputs_digest(const struct plan *plan, const struct graph_job *job)
{
    const file_id *outputs = graph_outputs(plan->graph, job);
    struct digest sum = {0};
    for (uint32_t i = 0; i < job->out_count; i++)
        sum = digest_add(sum, output_term(plan, outputs[i]));
    return sum;
}

void plan_refresh_term(struct plan *plan, file_id file)
{
    str_id path = plan->graph->files.data[file].path;
    plan->terms[file] =
        fingerprint_term(graph_str(plan->graph, path), graph_str_length(plan->graph, path),
                         plan->history->files.data[file].digest);
}

/* ---- one job ---------------------------------------------------------------------------- */

/* Whether a file is what a search is for. */
typedef bool (*file_test)(const struct plan *plan, file_id file, int64_t limit);

/* The phony job that makes `file` stand for other files, or NULL. */
static const struct graph_job *phony_of(const struct plan *plan, file_id file)
{
    job_id producer = plan->graph->files.data[file].producer;
    if (producer == GRAPH_NONE)
        return NULL;
    const struct graph_job *job = &plan->graph->jobs.data[producer];
    return job->flags & GRAPH_JOB_PHONY ? job : NULL;
}

/*
 * The first file that passes `test` among `start` and, through phony jobs, all it stands for. Each
 * is looked at once: groups of groups reach the same files in exponentially many ways.
 */
static file_id search_through_phony(const struct plan *plan, file_id start, file_test test,
                                    int64_t limit)
{
    if (!phony_of(plan, start))
        return test(plan, start, limit) ? start : GRAPH_NONE;
    struct file_list seen = {0}; /* those before `next` have been looked at */
    file_id found = GRAPH_NONE;
    vec_push(&seen, start);
    plan->file_marks[start] |= PLAN_FILE_LISTED;
    for (uint32_t next = 0; next < seen.count && found == GRAPH_NONE; next++) {
        if (test(plan, seen.data[next], limit))
            found = seen.data[next];
        const struct graph_job *phony = phony_of(plan, seen.data[next]);
        for (uint32_t i = 0; phony && i < phony->in_count; i++) {
            file_id input = graph_inputs(plan->graph, phony)[i];
            if (plan->file_marks[input] & PLAN_FILE_LISTED)
                continue;
            plan->file_marks[input] |= PLAN_FILE_LISTED;
            vec_push(&seen, input);
        }
    }
    for (uint32_t i = 0; i < seen.count; i++)
        plan->file_marks[seen.data[i]] &= (uint8_t)~PLAN_FILE_LISTED;
    vec_free(&seen);
    return found;
}

static bool changed_since(const struct plan *plan, file_id file, int64_t tick)
{
    return plan->history->files.data[file].changed_tick > (uint64_t)tick;
}

/* The sums differ: finds the input to name. Only for people; the decision is made. */
static struct plan_reason explain_inputs(const struct plan *plan, const struct graph_job *job,
                                         const struct job_record *record)
{
    const file_id *deps = history_deps(plan->history, record);
    for (uint32_t i = 0; i < job->in_count + record->deps_count; i++) {
        file_id file =
            i < job->in_count ? graph_inputs(plan->graph, job)[i] : deps[i - job->in_count];
        file_id found = search_through_phony(plan, file, changed_since, (int64_t)record->tick);
        if (found == GRAPH_NONE)
            continue;
        bool gone = plan->history->files.data[found].flags & FILE_MISSING;
        return reason(gone ? REASON_INPUT_MISSING : REASON_INPUT_CHANGED, found);
    }
    return reason(REASON_INPUTS_DIFFER, GRAPH_NONE);
}

static struct plan_reason check_outputs(const struct plan *plan, const struct graph_job *job,
                                        const struct job_record *record)
{
    const file_id *outputs = graph_outputs(plan->graph, job);
    const struct file_record *files = plan->history->files.data;
    struct digest sum = {0};
    for (uint32_t i = 0; i < job->out_count; i++) {
        if (files[outputs[i]].flags & FILE_MISSING)
            return reason(REASON_OUTPUT_MISSING, outputs[i]);
        sum = digest_add(sum, output_term(plan, outputs[i]));
    }
    if (digest_equal(sum, record->outputs))
        return reason(REASON_NONE, GRAPH_NONE);
    for (uint32_t i = 0; i < job->out_count; i++) {
        if (files[outputs[i]].changed_tick > record->tick)
            return reason(REASON_OUTPUT_CHANGED, outputs[i]);
    }
    return reason(REASON_OUTPUT_CHANGED, outputs[0]);
}

/* What can be said without knowing the inputs' content: the job must run whatever they hold. */
static struct plan_reason check_apart_from_inputs(const struct plan *plan, job_id id)
{
    const struct graph_job *job = &plan->graph->jobs.data[id];
    const struct job_record *record = &plan->history->jobs.data[id];
    const file_id *inputs = graph_inputs(plan->graph, job);
    for (uint32_t i = 0; i < job->in_count; i++) {
        if (plan->file_marks[inputs[i]] & PLAN_FILE_ALWAYS)
            return reason(REASON_INPUT_ALWAYS, inputs[i]);
        if (plan->file_marks[inputs[i]] & PLAN_FILE_REMADE)
            return reason(REASON_INPUT_REMADE, inputs[i]);
    }
    if (!(record->flags & JOB_RECORDED)) {
        bool unfinished = (record->flags & JOB_UNSTEADY) && digest_is_zero(record->outputs);
        return reason(unfinished                     ? REASON_UNFINISHED
                      : record->flags & JOB_UNSTEADY ? REASON_INPUT_UNSTEADY
                                                     : REASON_NEVER_BUILT,
                      GRAPH_NONE);
    }
    if (!(job->flags & GRAPH_JOB_GENERATOR) && !digest_equal(job->recipe, record->recipe))
        return reason(REASON_RECIPE_CHANGED, GRAPH_NONE);
    return check_outputs(plan, job, record);
}

struct plan_reason plan_evaluate(struct plan *plan, job_id id)
{
    const struct graph_job *job = &plan->graph->jobs.data[id];
    const struct job_record *record = &plan->history->jobs.data[id];
    struct plan_reason why = check_apart_from_inputs(plan, id);
    if (!why.kind) {
        struct digest sum =
            plan_inputs_digest(plan, job, history_deps(plan->history, record), record->deps_count);
        if (!digest_equal(sum, record->inputs))
            why = explain_inputs(plan, job, record);
    }
    if (why.kind && why.kind != REASON_INPUT_ALWAYS && why.kind != REASON_INPUT_REMADE &&
        plan_adoptable(plan, id)) {
        vec_push(&plan->adopted, id);
        return reason(REASON_NONE, GRAPH_NONE);
    }
    return why;
}

/* Whether the file is newer than `limit`, or is not there and stands for nothing that could be. */
static bool is_newer(const struct plan *plan, file_id file, int64_t limit)
{
    const struct file_record *record = &plan->history->files.data[file];
    if (record->flags & FILE_MISSING)
        return !phony_of(plan, file);
    return record->mtime_ns > limit;
}

/* The newest that an input of the job may be, for it to be adopted; 0: it may not. */
static int64_t adoption_limit(const struct plan *plan, job_id id)
{
    const struct graph_job *job = &plan->graph->jobs.data[id];
    const struct job_record *record = &plan->history->jobs.data[id];
    if (plan->adoption && plan->adoption[id])
        return plan->adoption[id];
    bool discovers =
        job->depfile.count || (job->flags & (GRAPH_JOB_DEPS_GCC | GRAPH_JOB_DEPS_MSVC));
    bool knows_inputs = !discovers || (record->flags & JOB_RECORDED);
    return (job->flags & GRAPH_JOB_GENERATOR) && knows_inputs ? INT64_MAX : 0;
}

bool plan_adoptable(const struct plan *plan, job_id id)
{
    const struct graph_job *job = &plan->graph->jobs.data[id];
    const struct job_record *record = &plan->history->jobs.data[id];
    const struct file_record *files = plan->history->files.data;
    int64_t limit = adoption_limit(plan, id);
    if (!limit)
        return false;
    for (uint32_t i = 0; i < job->out_count; i++) {
        const struct file_record *file = &files[graph_outputs(plan->graph, job)[i]];
        if (file->flags & FILE_MISSING)
            return false;
        /* A restat job's outputs may rightly be older than its inputs; the log's time counts. */
        if (!(job->flags & GRAPH_JOB_RESTAT) && file->mtime_ns < limit)
            limit = file->mtime_ns;
    }
    const file_id *deps = history_deps(plan->history, record);
    for (uint32_t i = 0; i < job->in_count; i++) {
        if (search_through_phony(plan, graph_inputs(plan->graph, job)[i], is_newer, limit) !=
            GRAPH_NONE)
            return false;
    }
    for (uint32_t i = 0; i < record->deps_count; i++) {
        if (search_through_phony(plan, deps[i], is_newer, limit) != GRAPH_NONE)
            return false;
    }
    return true;
}

/* ---- phony jobs ------------------------------------------------------------------------- */

/* What is never up to date, or cannot show what changed, makes all that it is part of so. */
static void mark_phony(struct plan *plan, const struct graph_job *job)
{
    const file_id *inputs = graph_inputs(plan->graph, job);
    uint8_t marks = 0;
    for (uint32_t i = 0; i < job->in_count; i++)
        marks |= plan->file_marks[inputs[i]] & (PLAN_FILE_ALWAYS | PLAN_FILE_REMADE);
    bool no_inputs = job->in_count + job->order_only_count == 0;
    for (uint32_t i = 0; i < job->out_count; i++) {
        file_id out = graph_outputs(plan->graph, job)[i];
        bool missing = plan->history->files.data[out].flags & FILE_MISSING;
        plan->file_marks[out] &= (uint8_t)~PLAN_FILE_ALWAYS; /* it may be that of an earlier plan */
        if ((marks & PLAN_FILE_ALWAYS) || (no_inputs && missing))
            plan->file_marks[out] |= PLAN_FILE_ALWAYS;
        if (marks & PLAN_FILE_REMADE)
            plan_mark_remade(plan, out);
    }
}

void plan_pass_phony(struct plan *plan, const struct graph_job *job)
{
    const file_id *inputs = graph_inputs(plan->graph, job);
    const file_id *outputs = graph_outputs(plan->graph, job);
    struct digest sum = {0};
    for (uint32_t i = 0; i < job->in_count; i++)
        sum = digest_add(sum, plan->terms[inputs[i]]);
    for (uint32_t i = 0; i < job->out_count; i++) {
        file_id out = outputs[i];
        /* Mixed, not just added: groups of groups reach a file along many ways, and 2^128 of them
         * would cancel out what it says. */
        str_id path = plan->graph->files.data[out].path;
        struct digest own = plan->history->files.data[out].digest;
        plan->terms[out] =
            fingerprint_term(graph_str(plan->graph, path), graph_str_length(plan->graph, path),
                             digest_add(own, sum));
    }
    mark_phony(plan, job);
}

/* ---- all jobs --------------------------------------------------------------------------- */

static bool may_change(const struct plan *plan, file_id file)
{
    job_id producer = plan->graph->files.data[file].producer;
    if (producer == GRAPH_NONE)
        return false;
    uint8_t verdict = plan->jobs[producer].verdict;
    return verdict == PLAN_MAYBE || verdict == PLAN_RUN;
}

static enum jig_status check_sources(const struct plan *plan, const struct graph_job *job,
                                     struct jig_error *error)
{
    const file_id *inputs = graph_inputs(plan->graph, job);
    for (uint32_t i = 0; i < job->in_count + job->order_only_count; i++) {
        if (plan->graph->files.data[inputs[i]].producer != GRAPH_NONE ||
            !(plan->history->files.data[inputs[i]].flags & FILE_MISSING))
            continue;
        return jig_fail(error, JIG_ERROR_MANIFEST,
                        "'%s', needed by '%s', missing and no known rule to make it",
                        graph_path(plan->graph, inputs[i]),
                        graph_path(plan->graph, graph_job_key(plan->graph, job)));
    }
    return JIG_OK;
}

static void decide_job(struct plan *plan, job_id id, bool force)
{
    const struct graph_job *job = &plan->graph->jobs.data[id];
    const struct job_record *record = &plan->history->jobs.data[id];
    struct plan_job *planned = &plan->jobs[id];
    const file_id *inputs = graph_inputs(plan->graph, job);
    const file_id *deps = history_deps(plan->history, record);

    uint32_t counted = 0; /* pending edges through inputs whose content counts */
    for (uint32_t i = 0; i < job->in_count; i++)
        counted += may_change(plan, inputs[i]);
    for (uint32_t i = 0; i < record->deps_count; i++)
        counted += may_change(plan, deps[i]);
    planned->pending = counted;
    for (uint32_t i = 0; i < job->order_only_count; i++)
        planned->pending += may_change(plan, inputs[job->in_count + i]);

    if (job->flags & GRAPH_JOB_PHONY) {
        planned->verdict = planned->pending ? PLAN_MAYBE : PLAN_CLEAN;
        if (planned->pending)
            mark_phony(plan, job);
        else
            plan_pass_phony(plan, job);
    } else {
        if (force)
            planned->reason = reason(REASON_REQUESTED, GRAPH_NONE);
        else if (counted == 0)
            planned->reason = plan_evaluate(plan, id);
        else
            planned->reason = check_apart_from_inputs(plan, id);
        bool generator_may_be_adopted = counted && (job->flags & GRAPH_JOB_GENERATOR);
        if (planned->reason.kind && !generator_may_be_adopted)
            planned->verdict = PLAN_RUN;
        else
            planned->verdict = counted ? PLAN_MAYBE : PLAN_CLEAN;
    }
    if (planned->verdict == PLAN_CLEAN)
        return;
    plan->unfinished++;
    plan->to_run += !(job->flags & GRAPH_JOB_PHONY);
    if (!planned->pending)
        vec_push(&plan->ready, id);
}

/* Calls for each edge that makes `id` wait: from(producer). The same edges as decide_job counts. */
#define FOR_EACH_PENDING_EDGE(plan, id, producer_var, body)                                        \
    do {                                                                                           \
        const struct graph_job *job_ = &(plan)->graph->jobs.data[id];                              \
        const struct job_record *record_ = &(plan)->history->jobs.data[id];                        \
        const file_id *inputs_ = graph_inputs((plan)->graph, job_);                                \
        const file_id *deps_ = history_deps((plan)->history, record_);                             \
        uint32_t declared_ = job_->in_count + job_->order_only_count;                              \
        for (uint32_t i_ = 0; i_ < declared_ + record_->deps_count; i_++) {                        \
            file_id file_ = i_ < declared_ ? inputs_[i_] : deps_[i_ - declared_];                  \
            if (!may_change((plan), file_))                                                        \
                continue;                                                                          \
            job_id producer_var = (plan)->graph->files.data[file_].producer;                       \
            body                                                                                   \
        }                                                                                          \
    } while (0)

/*
 * Successor lists among the jobs that are not clean, by counting sort. An edge through a discovered
 * input whose producer comes later in the order (a cycle the walk let pass) was not counted as
 * pending, so it must not be listed: the positions tell.
 */
static void link_successors(struct plan *plan)
{
    uint32_t count = plan->order.count;
    plan->successor_offsets = mem_array((size_t)count + 2, sizeof *plan->successor_offsets);
    uint32_t *offsets = plan->successor_offsets;
    for (uint32_t i = 0; i < count; i++) {
        job_id id = plan->order.data[i];
        if (plan->jobs[id].verdict == PLAN_CLEAN)
            continue;
        FOR_EACH_PENDING_EDGE(plan, id, producer, {
            uint32_t position = plan->jobs[producer].position;
            offsets[position + 2] += position < i;
        });
    }
    for (uint32_t i = 2; i < count + 2; i++)
        offsets[i] += offsets[i - 1];
    plan->successors = mem_array(offsets[count + 1], sizeof *plan->successors);
    for (uint32_t i = 0; i < count; i++) {
        job_id id = plan->order.data[i];
        if (plan->jobs[id].verdict == PLAN_CLEAN)
            continue;
        FOR_EACH_PENDING_EDGE(plan, id, producer, {
            uint32_t position = plan->jobs[producer].position;
            if (position < i)
                plan->successors[offsets[position + 1]++] = id;
        });
    }
}

/*
 * Critical path: a job's weight is its own duration plus the heaviest of its successors'. A job
 * that never ran is taken to last as long as the mean of those that did.
 */
static void weigh(struct plan *plan)
{
    uint64_t known = 0;
    uint64_t total_ms = 0;
    for (uint32_t i = 0; i < plan->order.count; i++) {
        uint32_t ms = plan->history->jobs.data[plan->order.data[i]].cost.duration_ms;
        known += ms > 0;
        total_ms += ms;
    }
    const uint64_t mean_ms = known && total_ms > known ? total_ms / known : 1;
    plan->mean_ms = mean_ms;
    for (uint32_t i = plan->order.count; i-- > 0;) {
        job_id id = plan->order.data[i];
        struct plan_job *planned = &plan->jobs[id];
        if (planned->verdict == PLAN_CLEAN)
            continue;
        uint64_t heaviest = 0;
        for (uint32_t s = plan->successor_offsets[i]; s < plan->successor_offsets[i + 1]; s++) {
            uint64_t weight = plan->jobs[plan->successors[s]].weight;
            heaviest = weight > heaviest ? weight : heaviest;
        }
        uint32_t own_ms = plan->history->jobs.data[id].cost.duration_ms;
        bool phony = plan->graph->jobs.data[id].flags & GRAPH_JOB_PHONY;
        planned->weight = heaviest + (phony ? 0 : own_ms ? own_ms : mean_ms);
    }
}

enum jig_status plan_decide(struct plan *plan, bool force, struct jig_error *error)
{
    for (uint32_t i = 0; i < plan->order.count; i++) {
        job_id id = plan->order.data[i];
        enum jig_status status = check_sources(plan, &plan->graph->jobs.data[id], error);
        if (status)
            return status;
        decide_job(plan, id, force);
    }
    if (plan->unfinished) {
        link_successors(plan);
        weigh(plan);
    }
    return JIG_OK;
}
