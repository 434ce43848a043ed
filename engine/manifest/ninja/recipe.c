/*
 * Recipes: what each job's rule comes to, once every variable has its final value.
 */
#include "engine/manifest/ninja/parser.h"

static enum jig_status set_flag(struct parser *parser, const struct job_view *view,
                                name_id variable, uint32_t flag, struct graph_job *job)
{
    struct view value;
    enum jig_status status = parser_evaluate_text(parser, view, variable, QUOTE_FOR_SHELL, &value);
    if (value.length)
        job->flags |= flag;
    return status;
}

static enum jig_status set_deps(struct parser *parser, const struct job_view *view,
                                struct graph_job *job)
{
    struct view deps;
    enum jig_status status = parser_evaluate_text(parser, view, NAME_DEPS, QUOTE_FOR_SHELL, &deps);
    if (status || deps.length == 0)
        return status;
    if (view_is(deps, "gcc"))
        job->flags |= GRAPH_JOB_DEPS_GCC;
    else if (view_is(deps, "msvc"))
        job->flags |= GRAPH_JOB_DEPS_MSVC;
    else
        return jig_fail(parser->error, JIG_ERROR_MANIFEST, "unknown deps type '%s'", deps.text);
    return JIG_OK;
}

static enum jig_status set_deps_prefix(struct parser *parser, const struct job_view *view,
                                       struct graph_job *job)
{
    struct view prefix;
    enum jig_status status =
        parser_evaluate_text(parser, view, NAME_MSVC_DEPS_PREFIX, QUOTE_FOR_SHELL, &prefix);
    if (status || prefix.length == 0)
        return status;
    job->msvc_deps_prefix = parser_intern(parser, prefix.text, prefix.length);
    return job->msvc_deps_prefix == GRAPH_NONE
               ? jig_fail(parser->error, JIG_ERROR_LIMIT, "too much text in msvc_deps_prefix")
               : JIG_OK;
}

static enum jig_status finish_recipe(struct parser *parser, const struct job_view *view,
                                     struct graph_job *job)
{
    const struct {
        struct graph_rope *rope;
        name_id variable;
        enum quoting quoting;
    } ropes[] = {
        {&job->command, NAME_COMMAND, QUOTE_FOR_SHELL},
        {&job->description, NAME_DESCRIPTION, QUOTE_FOR_SHELL},
        {&job->depfile, NAME_DEPFILE, QUOTE_NOTHING},
        {&job->rspfile, NAME_RSPFILE, QUOTE_NOTHING},
        {&job->rspfile_content, NAME_RSPFILE_CONTENT, QUOTE_FOR_SHELL},
    };
    for (size_t i = 0; i < sizeof ropes / sizeof *ropes; i++) {
        enum jig_status status =
            parser_evaluate_rope(parser, view, ropes[i].variable, ropes[i].quoting, ropes[i].rope);
        if (status)
            return status;
    }
    enum jig_status status = set_deps(parser, view, job);
    if (!status && (job->flags & GRAPH_JOB_DEPS_MSVC))
        status = set_deps_prefix(parser, view, job);
    if (!status)
        status = set_flag(parser, view, NAME_RESTAT, GRAPH_JOB_RESTAT, job);
    if (!status)
        status = set_flag(parser, view, NAME_GENERATOR, GRAPH_JOB_GENERATOR, job);
    return status;
}

enum jig_status parser_finish_recipes(struct parser *parser)
{
    struct graph *graph = parser->graph;
    for (job_id id = 0; id < graph->jobs.count; id++) {
        struct graph_job *job = &graph->jobs.data[id];
        if (job->flags & GRAPH_JOB_PHONY)
            continue;
        const struct pending *pending = &parser->pending.data[id];
        const struct job_view view = {
            .pending = pending,
            .outs = graph_outputs(graph, job),
            .out_count = job->explicit_out_count,
            .ins = graph_inputs(graph, job),
            .in_count = job->explicit_in_count,
        };
        parser_bind(parser, pending->bindings);
        enum jig_status status = finish_recipe(parser, &view, job);
        parser_unbind(parser, pending->bindings);
        if (status)
            return parser_blame_job(parser, status, job->manifest, job->line);
    }
    return JIG_OK;
}
