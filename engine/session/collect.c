/*
 * What a finished job left: its discovered inputs, its outputs, and whether what it read held
 * still meanwhile.
 */
#include "engine/session/internal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- looking at files again --------------------------------------------------------------- */

static void look_again(struct build *build, file_id file, uint64_t tick)
{
    struct jig_session *session = build->session;
    struct fingerprint_counts counts = {0};
    const struct file_record *record = &session->history->files.data[file];
    bool was_known = record->flags & FILE_KNOWN;
    /* A failure leaves an empty record: nothing is believed of the file, and the next build, which
     * has to look at it, says what is wrong. */
    fingerprint_graph_file(session->graph, file, session->clock, tick,
                           &session->history->files.data[file], &counts);
    build->result->files_statted += counts.stats;
    build->result->files_hashed += counts.hashed;
    build->result->bytes_hashed += counts.hashed_bytes;
    if (record->changed_tick == tick || was_known != (record->flags & FILE_KNOWN))
        live_touch(session, file);
}

void session_record_job(struct build *build, job_id id)
{
    struct jig_session *session = build->session;
    struct jig_error error;
    if (session->options.read_only || build->save_failed)
        return;
    if (state_record_job(session->state, session->graph, session->history, id, &error)) {
        build->save_failed = true;
        event_notice(session, &error);
    }
}

void session_record_intent(struct build *build, job_id id)
{
    struct job_record *record = &build->session->history->jobs.data[id];
    const struct job_record before = *record;
    *record = (struct job_record){.tick = history_tick(build->session->history),
                                  .cost.duration_ms = 1,
                                  .flags = JOB_UNSTEADY};
    session_record_job(build, id);
    *record = before;
}

void session_withdraw_intent(struct build *build, job_id id)
{
    struct jig_session *session = build->session;
    struct jig_error error;
    if (session->history->jobs.data[id].flags) {
        session_record_job(build, id);
    } else if (!session->options.read_only && !build->save_failed &&
               state_withdraw_job(session->state, session->graph, id, &error)) {
        build->save_failed = true;
        event_notice(session, &error);
    }
}

/*
 * Whether the file may have been written after the job started. Its ctime tells, if it is exact; it
 * is when somebody had looked at the file before it was written and the file system is of the exact
 * kind. Where stamps tick, one of the tick in which the job started may be from before or after.
 * For a file we knew before, it counts as after. For one that this very job made us know it counts
 * as before: it will be what an earlier job of this build made without declaring it.
 */
static bool written_since(const struct job_start *start, struct fingerprint_clock clock,
                          const struct file_record *record, bool was_known)
{
    bool exact = clock.fine || !was_known;
    return record->ctime_ns >= (exact ? start->start_ns : start->tick_ns);
}

/*
 * The same for a source that does not hold what it held when we looked. A write is stamped before
 * its data can be read, and in between it may wait, for the file system's journal, say: so one that
 * was stamped shortly before the job started may not have been there for it. Who builds as soon as
 * something changes, as a watch does, meets with writes that are not over. Other builds of a
 * manifest seldom do, but have jobs that write sources without telling, just before others read
 * them; there the stamp counts as it is.
 */
static bool source_written_since(const struct build *build, const struct job_start *start,
                                 const struct file_record *before, const struct file_record *after)
{
    const int64_t longest_write_ns = 1000000000;
    bool was_known = before->flags & FILE_KNOWN;
    struct job_start earlier = *start;
    if (was_known && !digest_equal(before->digest, after->digest) &&
        (build->plan->scoped || build->session->pipelines)) {
        earlier.start_ns -= longest_write_ns;
        earlier.tick_ns -= longest_write_ns;
    }
    return written_since(&earlier, build->session->clock, after, was_known);
}

/*
 * Whether the file, which holds what it held, has not been written since it was looked at: only its
 * change time has moved, as it does when it gets another name (a job may copy by a hard link) or
 * other permissions. Where stamps tick, its time of writing has to be from before the tick in which
 * the job started, lest another writing in the same one goes unseen.
 */
static bool is_same_writing(const struct job_start *start, struct fingerprint_clock clock,
                            const struct file_record *before, const struct file_record *after)
{
    return before->inode == after->inode && before->device == after->device &&
           before->size == after->size && before->mtime_ns == after->mtime_ns &&
           after->mtime_ns < (clock.fine ? start->start_ns : start->tick_ns);
}

/*
 * Looks again at one input of a job that has just ended. Returns false when the job may have read
 * something else than what is there now.
 *
 * A change from well before the job started was there for the job to read, so the new content is
 * what it saw. A later change, to a source, leaves that open. So does one to a generated file if
 * another job that may write it ran at the same time; if none did, the job itself has rewritten it.
 */
static bool input_held_still(struct build *build, const struct job_start *start, file_id file,
                             bool was_unsteady, uint64_t tick)
{
    struct jig_session *session = build->session;
    if (graph_is_virtual(session->graph, file))
        return true;
    job_id producer = session->graph->files.data[file].producer;
    bool generated = producer != GRAPH_NONE;
    if (generated && (session->graph->jobs.data[producer].flags & GRAPH_JOB_PHONY))
        return true; /* its term is that of what it stands for */
    const struct file_record before = session->history->files.data[file];
    bool was_known = before.flags & FILE_KNOWN;
    look_again(build, file, tick);
    const struct file_record *after = &session->history->files.data[file];
    bool same_digest = was_known && digest_equal(before.digest, after->digest);
    const struct digest term_before = build->plan->terms[file];
    if (!same_digest || digest_is_zero(term_before))
        plan_refresh_term(build->plan, file); /* zero: known, but not to this plan */
    if (generated) {
        /* Pipelines' jobs write what they declare, so this was somebody else. */
        if (session->pipelines)
            return same_digest;
        if (was_known && !same_digest)
            session_follow_rewrite(build, start->job, file, term_before);
        return !written_since(start, session->clock, after, was_known) ||
               !session_another_may_write(build, start->job, file) || (same_digest && was_unsteady);
    }
    if (after->flags & FILE_MISSING)
        return !was_known || same_digest;
    if (same_digest && is_same_writing(start, session->clock, &before, after))
        return true;
    bool changed = !same_digest || before.ctime_ns != after->ctime_ns ||
                   before.inode != after->inode || before.size != after->size;
    if (!changed || !source_written_since(build, start, &before, after))
        return true;
    /* The same happened last time, with the same content: the job touches its own source. */
    return same_digest && was_unsteady;
}

static bool inputs_held_still(struct build *build, const struct job_start *start,
                              const struct file_list *deps, uint64_t tick, file_id *culprit)
{
    const struct graph *graph = build->session->graph;
    const struct graph_job *job = &graph->jobs.data[start->job];
    bool was_unsteady = build->session->history->jobs.data[start->job].flags & JOB_UNSTEADY;
    bool still = true;
    /* In an update over pipelines, nobody but their jobs writes what jobs make. */
    bool only_sources = build->session->pipelines && build->plan->scoped;
    for (uint32_t i = 0; i < job->in_count + deps->count; i++) {
        file_id file =
            i < job->in_count ? graph_inputs(graph, job)[i] : deps->data[i - job->in_count];
        if (only_sources && graph->files.data[file].producer != GRAPH_NONE)
            continue;
        if (!input_held_still(build, start, file, was_unsteady, tick)) {
            still = false;
            *culprit = file;
        }
    }
    for (uint32_t i = 0; !only_sources && i < job->order_only_count; i++) {
        file_id file = graph_order_only(graph, job)[i];
        if (graph->files.data[file].producer != GRAPH_NONE)
            input_held_still(build, start, file, was_unsteady, tick);
    }
    return still;
}

static void notice_unsteady(struct build *build, job_id id, file_id culprit)
{
    const struct graph *graph = build->session->graph;
    file_id made = graph_job_key(graph, &graph->jobs.data[id]);
    struct jig_error what;
    if (culprit == made)
        jig_fail(&what, JIG_OK,
                 "'%s' was changed when it had just been made; it will be made again",
                 graph_path(graph, made));
    else
        jig_fail(&what, JIG_OK,
                 "'%s' changed while '%s' was being made from it; it will be made again",
                 graph_path(graph, culprit), graph_path(graph, made));
    event_notice(build->session, &what);
}

void session_look_at_sources(struct build *build, job_id id)
{
    struct jig_session *session = build->session;
    const struct graph_job *job = &session->graph->jobs.data[id];
    const struct job_record *record = &session->history->jobs.data[id];
    const file_id *deps = history_deps(session->history, record);
    uint64_t tick = history_tick(session->history);
    for (uint32_t i = 0; i < job->in_count + record->deps_count; i++) {
        file_id file =
            i < job->in_count ? graph_inputs(session->graph, job)[i] : deps[i - job->in_count];
        if (session->graph->files.data[file].producer != GRAPH_NONE ||
            graph_is_virtual(session->graph, file))
            continue;
        look_again(build, file, tick);
        plan_refresh_term(build->plan, file);
    }
}

/* ---- the record --------------------------------------------------------------------------- */

static void set_record(struct build *build, job_id id, const struct file_list *deps,
                       struct job_cost cost, uint32_t flags)
{
    struct jig_session *session = build->session;
    const struct graph_job *job = &session->graph->jobs.data[id];
    struct job_record record = {
        .recipe = job->recipe,
        .inputs = plan_inputs_digest(build->plan, job, deps->data, deps->count),
        .outputs = plan_outputs_digest(build->plan, job),
        .tick = history_tick(session->history),
        .flags = flags,
        .cost = cost,
    };
    if (!cost.duration_ms)
        record.cost.duration_ms = 1;
    history_set_job(session->history, id, &record, deps->data, deps->count);
    live_note_discovered(session, id, deps->data, deps->count);
    session_record_job(build, id);
}

/* Sets the file's mtime back to what it was. What is in it is the same, so nobody misses anything.
 */
static void restore_mtime(const char *path, const struct file_record *before)
{
    if (before->mtime_ns < 0 || before->mtime_ns == INT64_MAX)
        return; /* nobody relies on a time like that */
    const struct timespec times[] = {
        {.tv_nsec = UTIME_OMIT},
        {.tv_sec = before->mtime_ns / 1000000000, .tv_nsec = before->mtime_ns % 1000000000},
    };
    utimensat(AT_FDCWD, path, times, 0);
}

static bool holds_the_same(const struct file_record *before, const struct file_record *now)
{
    const uint32_t not_a_file = FILE_MISSING | FILE_DIRECTORY;
    if (!(before->flags & FILE_KNOWN) || ((before->flags | now->flags) & not_a_file))
        return false;
    return digest_equal(before->digest, now->digest) || (before->size == 0 && now->size == 0);
}

/*
 * A pipeline's job has to leave all its outputs. One that holds what it held gets its old mtime
 * back, so that who watches it sees no change.
 */
static enum jig_status check_output(struct build *build, file_id file,
                                    const struct file_record *before, struct jig_error *error)
{
    struct jig_session *session = build->session;
    const char *path = graph_path(session->graph, file);
    const struct file_record *now = &session->history->files.data[file];
    if (now->flags & FILE_MISSING)
        return jig_fail(error, JIG_ERROR_JOB, "it did not write '%s', one of its outputs\n", path);
    if (now->flags & FILE_DIRECTORY)
        return jig_fail(error, JIG_ERROR_JOB, "its output '%s' is a folder\n", path);
    if (!holds_the_same(before, now))
        return JIG_OK;
    build->result->outputs_kept++;
    if (now->mtime_ns == before->mtime_ns)
        return JIG_OK;
    restore_mtime(path, before);
    look_again(build, file, history_tick(session->history));
    return JIG_OK;
}

/* `before`: what they were, for a pipeline's job; else NULL. */
static enum jig_status look_at_outputs(struct build *build, job_id id, uint64_t tick,
                                       const struct file_record *before, struct jig_error *error)
{
    const struct graph *graph = build->session->graph;
    const struct graph_job *job = &graph->jobs.data[id];
    enum jig_status status = JIG_OK;
    for (uint32_t i = 0; i < job->out_count && !status; i++) {
        file_id file = graph_outputs(graph, job)[i];
        look_again(build, file, tick);
        if (before)
            status = check_output(build, file, &before[i], error);
        plan_refresh_term(build->plan, file);
        uint32_t flags = build->session->history->files.data[file].flags;
        if (flags & (FILE_MISSING | FILE_DIRECTORY))
            session_mark_remade(build, file);
    }
    return status;
}

/* Whether the outputs hold what we wrote, and not what somebody else has written since. */
static bool outputs_hold(const struct jig_session *session, const struct job_start *start)
{
    const struct graph_job *job = &session->graph->jobs.data[start->job];
    struct digest sum = {0};
    for (uint32_t i = 0; i < job->out_count; i++) {
        file_id file = graph_outputs(session->graph, job)[i];
        if (session->history->files.data[file].size)
            sum = digest_add(sum, session->history->files.data[file].digest);
    }
    return digest_is_zero(start->contents) || digest_equal(sum, start->contents);
}

enum jig_status session_collect(struct build *build, const struct job_start *start,
                                const struct file_record *before, struct job_cost cost,
                                struct buf *output, struct jig_error *error)
{
    struct file_list deps = {0};
    enum jig_status status = session_discover(build->session, start->job,
                                              build->options->keep_depfile, output, &deps, error);
    uint64_t tick = history_tick(build->session->history);
    if (!status) {
        plan_fit(build->plan);
        status = look_at_outputs(build, start->job, tick, before, error);
    }
    if (!status) {
        file_id culprit =
            graph_job_key(build->session->graph, &build->session->graph->jobs.data[start->job]);
        bool still = outputs_hold(build->session, start);
        still &= inputs_held_still(build, start, &deps, tick, &culprit);
        if (!still)
            notice_unsteady(build, start->job, culprit);
        set_record(build, start->job, &deps, cost, still ? JOB_RECORDED : JOB_UNSTEADY);
        vec_push(&build->ran, start->job);
    }
    vec_free(&deps);
    return status;
}

void session_adopt(struct build *build, job_id id)
{
    const struct job_record *old = &build->session->history->jobs.data[id];
    struct job_cost cost = old->cost;
    struct file_list deps = {0};
    for (uint32_t i = 0; i < old->deps_count; i++)
        vec_push(&deps, history_deps(build->session->history, old)[i]);
    set_record(build, id, &deps, cost, JOB_RECORDED);
    vec_free(&deps);
}

void session_look_at_failed(struct build *build, job_id id)
{
    const struct graph *graph = build->session->graph;
    const struct graph_job *job = &graph->jobs.data[id];
    uint64_t tick = history_tick(build->session->history);
    for (uint32_t i = 0; i < job->out_count; i++) {
        look_again(build, graph_outputs(graph, job)[i], tick);
        plan_refresh_term(build->plan, graph_outputs(graph, job)[i]);
    }
}

void session_remove_half_written(struct build *build, job_id id, const struct file_record *before)
{
    struct jig_session *session = build->session;
    struct graph *graph = session->graph;
    const struct graph_job *job = &graph->jobs.data[id];
    for (uint32_t i = 0; i < job->out_count; i++) {
        file_id file = graph_outputs(graph, job)[i];
        const struct file_record was = before ? before[i] : session->history->files.data[file];
        struct file_record *record = &session->history->files.data[file];
        look_again(build, file, history_tick(session->history));
        bool touched = record->ctime_ns != was.ctime_ns || record->inode != was.inode;
        if (!touched || (record->flags & (FILE_MISSING | FILE_DIRECTORY)) ||
            unlink(graph_path(graph, file)) < 0)
            continue;
        *record = (struct file_record){.flags = FILE_KNOWN | FILE_MISSING,
                                       .changed_tick = history_tick(session->history)};
        plan_refresh_term(build->plan, file);
        live_touch(session, file);
    }
    if (job->depfile.count) {
        struct buf path = {0};
        graph_rope_append(graph, job->depfile, &path);
        unlink(path.data);
        buf_free(&path);
    }
}

void session_settle(struct build *build)
{
    struct jig_session *session = build->session;
    struct graph *graph = session->graph;
    struct file_list files = {0};
    uint8_t *listed = session_marks(session);
    for (uint32_t i = 0; i < build->ran.count; i++) {
        const struct graph_job *job = &graph->jobs.data[build->ran.data[i]];
        for (uint32_t o = 0; o < job->out_count; o++) {
            file_id file = graph_outputs(graph, job)[o];
            if (!listed[file]++)
                vec_push(&files, file);
        }
    }
    for (uint32_t i = 0; i < build->plan->files.count; i++) {
        file_id file = build->plan->files.data[i];
        if (fingerprint_can_settle(&session->history->files.data[file], session->clock) &&
            !listed[file]++)
            vec_push(&files, file);
    }
    for (uint32_t i = 0; i < files.count; i++)
        listed[files.data[i]] = 0;
    if (files.count)
        session_scan(build, &files, NULL);
    vec_free(&files);

    for (uint32_t i = 0; i < build->ran.count; i++) {
        job_id id = build->ran.data[i];
        struct job_record *record = &session->history->jobs.data[id];
        const struct graph_job *job = &graph->jobs.data[id];
        struct digest outputs = plan_outputs_digest(build->plan, job);
        if (digest_equal(outputs, record->outputs))
            continue;
        if (session->pipelines)
            continue; /* not by a job: the next build makes it again */
        record->outputs = outputs;
        session_record_job(build, id);
    }
}
