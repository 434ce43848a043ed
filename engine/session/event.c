/*
 * Telling the caller what happens. The engine never prints.
 */
#include "engine/session/internal.h"

struct jig_job_view event_view(struct build *build, job_id id, struct job_text *text)
{
    const struct graph *graph = build->session->graph;
    const struct graph_job *job = &graph->jobs.data[id];
    buf_clear(&text->description);
    buf_clear(&text->command);
    buf_clear(&text->outputs);
    buf_clear(&text->reason);
    graph_rope_append(graph, job->description, &text->description);
    graph_rope_append(graph, job->command, &text->command);
    for (uint32_t i = 0; i < job->out_count; i++) {
        if (i)
            buf_append_char(&text->outputs, ' ');
        buf_append_str(&text->outputs, graph_path(graph, graph_outputs(graph, job)[i]));
    }
    struct plan_reason reason = build->plan->jobs[id].reason;
    plan_reason_text(graph, reason, &text->reason);
    return (struct jig_job_view){
        .id = id,
        .rule = graph_str(graph, job->rule),
        .description = buf_cstr(&text->description),
        .command = buf_cstr(&text->command),
        .outputs = buf_cstr(&text->outputs),
        .output = graph_path(graph, graph_job_key(graph, job)),
        .reason = buf_cstr(&text->reason),
        .reason_word = plan_reason_word(reason.kind),
        .reason_file = reason.file == GRAPH_NONE ? "" : graph_path(graph, reason.file),
        .console = job->pool == GRAPH_POOL_CONSOLE,
    };
}

void job_text_free(struct job_text *text)
{
    buf_free(&text->description);
    buf_free(&text->command);
    buf_free(&text->outputs);
    buf_free(&text->reason);
}

void event_emit(struct build *build, enum jig_event_kind kind, const struct jig_job_view *job,
                const struct jig_job_outcome *outcome)
{
    const struct jig_session_options *options = &build->session->options;
    if (!options->on_event)
        return;
    struct jig_event event = {
        .kind = kind, .progress = &build->progress, .job = job, .outcome = outcome};
    options->on_event(options->context, &event);
}

void event_notice(struct jig_session *session, const struct jig_error *what)
{
    static const struct jig_progress idle;
    if (!session->options.on_event)
        return;
    struct jig_event event = {.kind = JIG_EVENT_NOTICE, .progress = &idle, .notice = what};
    session->options.on_event(session->options.context, &event);
}

void event_notice_callback(void *session, const struct jig_error *what)
{
    event_notice(session, what);
}
