/*
 * The loop over jobs: whose turn it is, starting them, and taking in what they left.
 */
#include "engine/base/io.h"
#include "engine/run/jobserver.h"
#include "engine/session/internal.h"
#include "engine/session/job_queue.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* What a shell and a build tool exit with when they were interrupted: 128 + SIGINT. */
enum { EXIT_INTERRUPTED = 130 };

/* A job that has a process, or a generator at work for it. */
struct running {
    struct job_start start;
    struct file_record *before; /* [output] what was there; NULL: nobody asks */
    uint64_t start_ns;          /* monotonic */
};

/* Where lanes for jobs without a process begin when there is no limit on those with one. */
enum { FIRST_LANE_OF_GENERATED = 1 << 30 };

/* Why no further job is started. */
enum stop_cause { STOP_NOT, STOP_FAILURES, STOP_ERROR, STOP_INTERRUPTED, STOP_CANCELLED };

struct execution {
    struct build *build;
    struct job_queue *queue;
    struct run *run;
    struct jig_jobserver *jobserver; /* whose token each job needs, all but one; NULL: none does */
    bool lacks_token;                /* a job could start, were there a token for it */
    struct running *running;         /* [position in the plan] */
    struct generate *generate;       /* NULL until a job needs it */
    uint32_t generating;             /* jobs it has */
    uint8_t *skip;                   /* [job_id] it failed in an earlier round; NULL: none did */
    VEC(uint64_t) lanes;             /* of generators: when the last job of each ended, monotonic */
    struct job_text text;            /* of the event being told */
    enum stop_cause stop;
    enum jig_status status; /* of the engine, not of the jobs */
    struct jig_error *error;
};

static struct running *running_of(const struct execution *ex, job_id id)
{
    return &ex->running[ex->build->plan->jobs[id].position];
}

/* ---- turns ---------------------------------------------------------------------------------- */

static void take_turns(struct execution *ex)
{
    struct build *build = ex->build;
    job_id job;
    while (plan_take_ready(build->plan, &job)) {
        bool phony = build->session->graph->jobs.data[job].flags & GRAPH_JOB_PHONY;
        record_turn(build, job);
        if (!phony && !build->options->dry_run && build->plan->jobs[job].verdict == PLAN_MAYBE)
            session_look_at_sources(build, job);
        if (plan_turn(build->plan, job) == PLAN_TURN_RUN) {
            if (ex->skip && ex->skip[job]) {
                plan_fail(build->plan, job);
                progress_pass(build, job);
                continue;
            }
            job_queue_push(ex->queue, job, build->plan->jobs[job].weight);
        } else if (!phony) {
            build->result->jobs_passed++;
            progress_pass(build, job);
            struct jig_job_view view = event_view(build, job, &ex->text);
            event_emit(build, JIG_EVENT_JOB_PASSED, &view, NULL);
        }
    }
}

/* ---- starting ------------------------------------------------------------------------------- */

static int make_output_dirs(const struct graph *graph, const struct graph_job *job)
{
    str_id made = GRAPH_NONE;
    for (uint32_t i = 0; i < job->out_count; i++) {
        file_id file = graph_outputs(graph, job)[i];
        str_id dir = graph->files.data[file].dir;
        int errnum = dir == made ? 0 : io_make_parent_dirs(graph_path(graph, file));
        if (errnum)
            return errnum;
        made = dir;
    }
    if (!job->depfile.count)
        return 0;
    struct buf depfile = {0};
    graph_rope_append(graph, job->depfile, &depfile);
    int errnum = io_make_parent_dirs(depfile.data);
    buf_free(&depfile);
    return errnum;
}

static void stop(struct execution *ex, enum stop_cause cause, enum jig_status status)
{
    bool asked = cause == STOP_INTERRUPTED || cause == STOP_CANCELLED;
    if (ex->stop == STOP_NOT || (asked && ex->stop < STOP_ERROR))
        ex->stop = cause;
    if (status && !ex->status)
        ex->status = status;
}

/* A dry run pretends: the outputs become other ones, and what depends on them follows. */
static void pretend(struct execution *ex, job_id id)
{
    struct build *build = ex->build;
    const struct graph *graph = build->session->graph;
    const struct graph_job *job = &graph->jobs.data[id];
    uint64_t tick = history_tick(build->session->history);
    for (uint32_t i = 0; i < job->out_count; i++) {
        file_id file = graph_outputs(graph, job)[i];
        build->plan->terms[file].low += 1;
        build->session->history->files.data[file].changed_tick = tick;
    }
    struct jig_job_view view = event_view(build, id, &ex->text);
    struct jig_job_outcome outcome = {.text = ""};
    progress_start(build, id, 0, true);
    build->progress.running--; /* nobody waits for it */
    event_emit(build, JIG_EVENT_JOB_STARTED, &view, NULL);
    build->progress.running++;
    progress_finish(build, id, 0, 0, false);
    build->result->jobs_run++;
    event_emit(build, JIG_EVENT_JOB_FINISHED, &view, &outcome);
    job_queue_release(ex->queue, id);
    plan_finish(build->plan, id);
}

/* Starts `id`. False when it has to wait for another job to end first; it is queued again. */
/* What the job's outputs are now, for pipelines: one that stays the same keeps its time. */
static struct file_record *note_outputs(const struct build *build, const struct graph_job *job)
{
    const struct jig_session *session = build->session;
    if (!session->pipelines)
        return NULL;
    struct file_record *before = mem_array(job->out_count, sizeof *before);
    for (uint32_t i = 0; i < job->out_count; i++)
        before[i] = session->history->files.data[graph_outputs(session->graph, job)[i]];
    return before;
}

/*
 * Whether a job may start as far as make is concerned. Jobs without a process need tokens as well:
 * what they compute, here or in a worker, is the work that make counts.
 */
static bool take_token(struct execution *ex)
{
    ex->lacks_token = ex->jobserver && !jobserver_begin(ex->jobserver);
    return !ex->lacks_token;
}

static void return_token(struct execution *ex)
{
    if (ex->jobserver)
        jobserver_end(ex->jobserver);
}

/* The job could not be started after all. */
static void take_back(struct execution *ex, job_id id)
{
    struct build *build = ex->build;
    *build_span(build, id) = (struct job_span){0};
    progress_take_back(build, id);
    free(running_of(ex, id)->before);
    running_of(ex, id)->before = NULL;
    job_queue_release(ex->queue, id);
    return_token(ex);
}

static void wake(void *run)
{
    run_wake(run);
}

static void finish_job(struct execution *ex, struct run_result *result);

/* A job whose source cannot be read is not started: whatever came of it would be wrong. */
static void fail_unread(struct execution *ex, job_id id)
{
    const struct graph *graph = ex->build->session->graph;
    file_id source = graph_inputs(graph, &graph->jobs.data[id])[0];
    struct run_result result = {.kind = RUN_FINISHED,
                                .job = id,
                                .exit_code = 1,
                                .start_ns = running_of(ex, id)->start_ns,
                                .end_ns = clock_monotonic_ns()};
    buf_printf(&result.output, "cannot read '%s'\n", graph_path(graph, source));
    finish_job(ex, &result);
    run_result_free(&result);
}

/* Hands the job to a worker, a plugin or a built-in. */
static bool start_generating(struct execution *ex, job_id id)
{
    enum jig_status status = JIG_OK;
    if (!ex->generate)
        status = generate_create(&ex->generate, ex->build, wake, ex->run, ex->error);
    if (!status)
        status = generate_start(ex->generate, id, ex->error);
    if (!status) {
        ex->generating++;
        return true;
    }
    take_back(ex, id);
    stop(ex, STOP_ERROR, status);
    return true;
}

static bool start_job(struct execution *ex, job_id id)
{
    struct build *build = ex->build;
    const struct graph *graph = build->session->graph;
    const struct graph_job *job = &graph->jobs.data[id];
    struct jig_job_view view = event_view(build, id, &ex->text);
    event_emit(build, JIG_EVENT_EXPLAIN, &view, NULL);
    if (build->session->adoption.count)
        build->session->adoption.data[id] = 0; /* no log vouches for what this run leaves */
    if (build->options->dry_run) {
        pretend(ex, id);
        return true;
    }
    int errnum = generate_makes_folders(build, id) ? 0 : make_output_dirs(graph, job);
    if (errnum) {
        stop(ex, STOP_ERROR,
             jig_fail_errno(ex->error, errnum, "cannot make the directory of '%s'", view.output));
        job_queue_release(ex->queue, id);
        return_token(ex);
        return true;
    }
    struct buf rspfile = {0};
    struct buf rspfile_content = {0};
    graph_rope_append(graph, job->rspfile, &rspfile);
    graph_rope_append(graph, job->rspfile_content, &rspfile_content);
    const struct run_job what = {.job = id,
                                 .command = view.command,
                                 .console = view.console,
                                 .rspfile = rspfile.length ? rspfile.data : NULL,
                                 .rspfile_content = buf_cstr(&rspfile_content),
                                 .rspfile_length = rspfile_content.length,
                                 .timeout_ms = job->timeout_ms};
    struct job_start start = {
        .job = id,
        .start_ns = clock_realtime_ns() + build->session->clock.offset_ns,
        .tick_ns = coarse_now_ns() + build->session->clock.offset_ns,
    };
    /* Told before the process exists, so that a console job's own output comes after the line. */
    view.start_ns = clock_monotonic_ns();
    progress_start(build, id, view.start_ns, generate_is_for(build, id));
    *build_span(build, id) = (struct job_span){.start_ns = view.start_ns};
    *running_of(ex, id) = (struct running){start, note_outputs(build, job), view.start_ns};
    delta_note(build, id);
    event_emit(build, JIG_EVENT_JOB_STARTED, &view, NULL);
    if (generate_source_is_unreadable(build, id)) {
        fail_unread(ex, id);
        return true;
    }
    if (job->pipeline && !generate_makes_folders(build, id)) {
        strays_watch(build->session, id);
        session_record_intent(build, id);
    }
    if (generate_is_for(build, id))
        return start_generating(ex, id);
    uint32_t slot;
    struct jig_error error;
    enum jig_status status = run_start(ex->run, &what, &slot, &errnum, &error);
    buf_free(&rspfile);
    buf_free(&rspfile_content);
    if (!status)
        return true;
    take_back(ex, id);
    if (run_is_shortage(errnum) && build->progress.running) {
        job_queue_push(ex->queue, id, build->plan->jobs[id].weight);
        return false;
    }
    if (ex->error)
        *ex->error = error;
    stop(ex, STOP_ERROR, status);
    return true;
}

/*
 * Whether another job may be started. Those without a process wait in the pool's queue, a few for
 * each slot, so that no thread has to wait for this one.
 */
static bool has_room(const struct execution *ex)
{
    enum { QUEUED_EACH = 16 };
    uint32_t slots = ex->build->options->slots;
    if (ex->build->options->dry_run)
        return true;
    if (slots != JIG_UNLIMITED && slots > 1 && ex->generating / QUEUED_EACH >= slots)
        return false;
    if (slots == 1 && ex->generating)
        return false;
    return run_has_slot(ex->run);
}

/* Whether a job can start now. If so a token has been taken for it, where tokens are needed. */
static bool may_start(struct execution *ex)
{
    ex->lacks_token = false;
    return ex->stop == STOP_NOT && has_room(ex) && job_queue_has(ex->queue) && take_token(ex);
}

static void start_jobs(struct execution *ex)
{
    job_id id;
    while (may_start(ex) && job_queue_take(ex->queue, &id)) {
        if (!start_job(ex, id))
            return;
        take_turns(ex); /* a dry run has just released successors */
    }
}

/* ---- ends ----------------------------------------------------------------------------------- */

/* Takes in what a job that succeeded left. A malformed depfile makes it a failed one. */
static void collect(struct execution *ex, const struct running *running, struct run_result *result)
{
    struct jig_error error;
    const struct job_cost cost = {
        .duration_ms = (uint32_t)((result->end_ns - running->start_ns) / 1000000),
        .processor_ms = (uint32_t)((result->user_ns + result->system_ns) / 1000000),
        .peak_kib = (uint32_t)(result->peak_rss / 1024),
    };
    if (session_collect(ex->build, &running->start, running->before, cost, &result->output,
                        &error)) {
        result->exit_code = 1;
        if (result->output.length && result->output.data[result->output.length - 1] != '\n')
            buf_append_char(&result->output, '\n');
        buf_append_str(&result->output, error.message);
    }
}

static void tell_finished(struct execution *ex, const struct running *running,
                          const struct run_result *result)
{
    struct jig_job_view view = event_view(ex->build, running->start.job, &ex->text);
    view.start_ns = running->start_ns;
    if (result->interrupted)
        return;
    const struct jig_job_outcome outcome = {
        .exit_code = result->exit_code,
        .text = buf_cstr(&result->output),
        .text_length = result->output.length,
        .end_ns = result->end_ns,
        .user_ns = result->user_ns,
        .system_ns = result->system_ns,
        .peak_rss = result->peak_rss,
        .read_bytes = result->read_bytes,
        .written_bytes = result->written_bytes,
        .slot = result->slot,
    };
    event_emit(ex->build, JIG_EVENT_JOB_FINISHED, &view, &outcome);
}

static void remove_rspfile(const struct build *build, const struct graph_job *job)
{
    if (!job->rspfile.count || build->options->keep_rspfile)
        return;
    struct buf path = {0};
    graph_rope_append(build->session->graph, job->rspfile, &path);
    unlink(path.data);
    buf_free(&path);
}

/* So that a later round of this build does not try it again. */
static void note_failure(struct build *build, const struct graph_job *job)
{
    const struct graph *graph = build->session->graph;
    const char *key = graph_path(graph, graph_job_key(graph, job));
    if (build->session->pipelines)
        vec_push(&build->session->pipelines->failed, mem_strndup(key, strlen(key)));
}

/* Marks the jobs that failed in earlier rounds: by path, for the graph may be another one. */
static uint8_t *mark_failed(struct jig_session *session)
{
    struct graph *graph = session->graph;
    if (!session->pipelines || !session->pipelines->failed.count)
        return NULL;
    uint8_t *marks = mem_array(graph->jobs.count, 1);
    for (uint32_t i = 0; i < session->pipelines->failed.count; i++) {
        const char *key = session->pipelines->failed.data[i];
        file_id file = graph_find_file(graph, key, strlen(key));
        if (file != GRAPH_NONE && graph->files.data[file].producer != GRAPH_NONE)
            marks[graph->files.data[file].producer] = 1;
    }
    return marks;
}

static void finish_job(struct execution *ex, struct run_result *result)
{
    struct build *build = ex->build;
    job_id id = result->job;
    struct running running = *running_of(ex, id);
    running_of(ex, id)->before = NULL;
    build_span(build, id)->end_ns = result->end_ns;
    record_machine(build);
    return_token(ex);
    const struct graph_job *job = &build->session->graph->jobs.data[id];
    if (result->exit_code == EXIT_INTERRUPTED && !result->interrupted) {
        /* It was told to stop, and says so: whoever told it means the build. */
        result->interrupted = true;
        run_interrupt(ex->run, SIGINT);
    }
    record_job(build, result, running.start_ns,
               build->session->history->jobs.data[id].cost.duration_ms);
    if (result->interrupted) {
        stop(ex, STOP_INTERRUPTED, JIG_OK);
        session_remove_half_written(build, id, running.before);
    } else if (result->exit_code == 0) {
        collect(ex, &running, result);
    } else if (job->flags & GRAPH_JOB_DEPS_MSVC) {
        session_hide_includes(build->session->graph, job, &result->output);
    }
    bool good = result->exit_code == 0 && !result->interrupted;

    build->result->jobs_run++;
    progress_finish(build, id, result->end_ns - running.start_ns,
                    result->user_ns + result->system_ns, !good && !result->interrupted);
    job_queue_release(ex->queue, id);
    if (good) {
        remove_rspfile(build, job);
        plan_finish(build->plan, id);
    } else {
        if (job->pipeline && !result->interrupted)
            session_remove_half_written(build, id, running.before);
        else if (!result->interrupted)
            session_look_at_failed(build, id);
        if (job->pipeline && !generate_makes_folders(build, id))
            session_withdraw_intent(build, id);
        plan_fail(build->plan, id);
    }
    free(running.before);
    tell_finished(ex, &running, result);
    if (good || result->interrupted)
        return;
    build->result->jobs_failed++;
    build->result->exit_code = result->exit_code;
    note_failure(build, job);
    if (build->options->failures != JIG_UNLIMITED &&
        build->result->jobs_failed >= build->options->failures)
        stop(ex, STOP_FAILURES, JIG_OK);
}

/* The first lane on which nothing happened since the job began. */
static uint32_t lane_for(struct execution *ex, const struct run_result *result)
{
    uint32_t lane = 0;
    while (lane < ex->lanes.count && ex->lanes.data[lane] > result->start_ns)
        lane++;
    if (lane == ex->lanes.count)
        vec_push(&ex->lanes, 0);
    ex->lanes.data[lane] = result->end_ns;
    uint32_t slots = ex->build->options->slots;
    return lane + (slots < FIRST_LANE_OF_GENERATED ? slots : FIRST_LANE_OF_GENERATED);
}

/* Takes in all jobs that generators have done. */
static void take_generated(struct execution *ex)
{
    struct run_result result;
    struct digest contents;
    while (generate_take(ex->generate, &result, &contents)) {
        ex->generating--;
        result.slot = lane_for(ex, &result);
        running_of(ex, result.job)->start.contents = contents;
        running_of(ex, result.job)->start_ns = result.start_ns; /* before, it was only queued */
        finish_job(ex, &result);
        run_result_free(&result);
    }
}

/* Stops what runs, once, if somebody asked for that. */
static void heed_cancellation(struct execution *ex)
{
    if (ex->stop == STOP_CANCELLED || !session_is_cancelled(ex->build->session))
        return;
    stop(ex, STOP_CANCELLED, JIG_OK);
    if (ex->run)
        run_interrupt(ex->run, 0);
    generate_interrupt(ex->generate);
}

/* As run_wait; a token that a job waits for ends it, too. */
static enum jig_status wait_for_result(struct execution *ex, struct run_result *result)
{
    enum jig_status status = JIG_OK;
    if (ex->lacks_token && jobserver_fd(ex->jobserver) >= 0)
        status = run_await(ex->run, jobserver_fd(ex->jobserver), ex->error);
    return status ? status : run_wait(ex->run, ex->build->options->tick_ms, result, ex->error);
}

/* Waits until something happens, and deals with it. */
static void wait_for_job(struct execution *ex)
{
    struct run_result result = {0};
    uint64_t since_ns = clock_monotonic_ns();
    enum jig_status status = wait_for_result(ex, &result);
    uint64_t now_ns = clock_monotonic_ns();
    uint64_t heaviest_ms = 0;
    ex->build->waited_ns += now_ns - since_ns;
    if (ex->lacks_token)
        ex->build->result->token_wait_ns += now_ns - since_ns;
    if (forecast_is_due(&ex->build->forecast, now_ns)) /* looking for it costs time */
        heaviest_ms = job_queue_heaviest(ex->queue);
    progress_foretell(ex->build, now_ns, heaviest_ms);
    if (status) {
        stop(ex, STOP_ERROR, status);
        ex->build->progress.running = 0; /* run_destroy kills what is left */
        return;
    }
    switch (result.kind) {
    case RUN_FINISHED:
        finish_job(ex, &result);
        break;
    case RUN_SIGNAL:
        stop(ex, STOP_INTERRUPTED, JIG_OK);
        run_interrupt(ex->run, result.signal);
        generate_interrupt(ex->generate);
        break;
    case RUN_READY:
        break; /* start_jobs looks whether the token is still there */
    case RUN_TIMEOUT:
        event_emit(ex->build, JIG_EVENT_TICK, NULL, NULL);
        break;
    case RUN_WOKEN:
        heed_cancellation(ex);
        take_generated(ex);
        break;
    }
    run_result_free(&result);
}

static enum jig_status outcome_of(const struct execution *ex)
{
    struct build *build = ex->build;
    if (ex->stop == STOP_INTERRUPTED) {
        build->result->exit_code = EXIT_INTERRUPTED;
        return jig_fail(ex->error, JIG_ERROR_INTERRUPTED, "interrupted by user");
    }
    if (ex->stop == STOP_CANCELLED) {
        build->result->exit_code = EXIT_INTERRUPTED;
        return jig_fail(ex->error, JIG_ERROR_CANCELLED, "cancelled");
    }
    if (ex->status)
        return ex->status;
    if (!build->result->jobs_failed)
        return JIG_OK;
    const char *message = ex->stop != STOP_FAILURES ? "cannot make progress due to previous errors"
                          : build->options->failures > 1 ? "subcommands failed"
                                                         : "subcommand failed";
    return jig_fail(ex->error, JIG_ERROR_JOB, "%s", message);
}

enum jig_status session_execute(struct build *build, struct jig_error *error)
{
    struct execution ex = {.build = build, .error = error};
    const struct run_options options = {
        .slots = build->options->slots,
        .max_load = build->options->max_load,
        .wake_fd = build->session->cancel_fd,
        .script_dir = build->session->options.no_cache ? NULL : build->session->state_directory};
    if (!build->options->dry_run) {
        enum jig_status status = run_create(&ex.run, &options, error);
        if (status)
            return status;
        ex.jobserver = build->options->jobserver;
    }
    build->spans = mem_array(build->plan->order.count, sizeof *build->spans);
    record_plan_begin(build);
    ex.running = mem_array(build->plan->order.count, sizeof *ex.running);
    ex.skip = mark_failed(build->session);
    ex.queue = job_queue_create(build->session->graph);
    heed_cancellation(&ex);
    take_turns(&ex);
    start_jobs(&ex);
    while (build->progress.running) {
        wait_for_job(&ex);
        take_turns(&ex);
        start_jobs(&ex);
    }
    job_queue_destroy(ex.queue);
    generate_destroy(ex.generate); /* first: its tasks wake the run */
    run_destroy(ex.run);
    if (ex.jobserver)
        jobserver_end_all(ex.jobserver);
    vec_free(&ex.lanes);
    free(ex.skip);
    free(ex.running);
    free(build->spans);
    build->spans = NULL;
    record_plan_end(build);
    job_text_free(&ex.text);
    return outcome_of(&ex);
}
