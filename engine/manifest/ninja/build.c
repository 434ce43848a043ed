/*
 * Build statements.
 *
 * The order of the steps is ninja's, since it decides which of several errors is reported: the
 * whole statement is read first, then its bindings, pool, outputs, inputs and dyndep file are
 * looked at in turn.
 */
#include "engine/manifest/ninja/parser.h"

#include <stdio.h>

/* How many paths of the statement stand in each place; the order of parser->paths. */
struct path_counts {
    uint32_t outs, implicit_outs, ins, implicit_ins, order_only, validations;
};

/* Reads paths up to the next delimiter. A path without variables becomes a file at once. */
static enum jig_status read_paths(struct source *source, uint32_t *count)
{
    struct parser *parser = source->parser;
    struct parts *parts = &parser->parts;
    for (*count = 0;; (*count)++) {
        uint32_t begin = parts->count;
        enum jig_status status = lexer_read_path(&source->lexer, parts, parser->error);
        if (status)
            return status;
        struct statement_path path = {GRAPH_NONE, {begin, parts->count - begin}};
        if (path.parts.count == 0)
            return JIG_OK;
        const struct part *part = &parts->data[begin];
        if (path.parts.count == 1 && !part->is_variable) {
            path.file = parser_add_file(parser, part->text, part->length);
            if (path.file == GRAPH_NONE)
                return source_fail_limit(source);
            parts->count = begin;
        }
        vec_push(&parser->paths, path);
    }
}

static enum jig_status read_paths_after(struct source *source, enum token token, uint32_t *count)
{
    return lexer_accept(&source->lexer, token) ? read_paths(source, count) : JIG_OK;
}

static enum jig_status read_rule_name(struct source *source, uint32_t *rule)
{
    struct parser *parser = source->parser;
    struct view name;
    if (!lexer_read_name(&source->lexer, &name))
        return source_fail(source, "expected build command name");
    name_id id = names_find(&parser->names, name.text, name.length);
    *rule = id == NAME_NONE ? SCOPE_NOTHING
                            : scope_get(&parser->scopes, &parser->rule_ids, source->scope, id);
    if (*rule == SCOPE_NOTHING)
        return source_fail(source, "unknown build rule '%.*s'", VIEW_ARG(name));
    return JIG_OK;
}

/* Reads the statement's first line. */
static enum jig_status read_head(struct source *source, struct path_counts *counts, uint32_t *rule)
{
    struct parser *parser = source->parser;
    struct lexer *lexer = &source->lexer;
    parser->parts.count = 0;
    parser->paths.count = 0;
    enum jig_status status = read_paths(source, &counts->outs);
    if (!status)
        status = read_paths_after(source, TOKEN_PIPE, &counts->implicit_outs);
    if (status)
        return status;
    if (parser->paths.count == 0)
        return source_fail(source, "expected path");
    if ((status = lexer_expect(lexer, TOKEN_COLON, parser->error)) ||
        (status = read_rule_name(source, rule)) || (status = read_paths(source, &counts->ins)) ||
        (status = read_paths_after(source, TOKEN_PIPE, &counts->implicit_ins)) ||
        (status = read_paths_after(source, TOKEN_PIPE2, &counts->order_only)) ||
        (status = read_paths_after(source, TOKEN_PIPEAT, &counts->validations)))
        return status;
    return lexer_expect(lexer, TOKEN_NEWLINE, parser->error);
}

/* Reads the variables the statement sets. They are evaluated in the file's scope, at once. */
static enum jig_status read_bindings(struct source *source, struct span *out)
{
    struct parser *parser = source->parser;
    *out = (struct span){parser->bindings.count, 0};
    uint32_t path_parts = parser->parts.count; /* of paths not yet evaluated: keep them */
    while (lexer_accept(&source->lexer, TOKEN_INDENT)) {
        struct view key, text;
        parser->parts.count = path_parts;
        enum jig_status status =
            lexer_read_let(&source->lexer, &key, &parser->parts, parser->error);
        if (!status)
            status = source_evaluate(source, parser->parts.data + path_parts,
                                     parser->parts.count - path_parts, &text);
        if (status)
            return status;
        struct binding binding = {
            .name = names_add(&parser->names, key.text, key.length),
            .value = parser_intern(parser, text.text, text.length),
        };
        if (binding.value == GRAPH_NONE)
            return source_fail_limit(source);
        vec_push(&parser->bindings, binding);
    }
    out->count = parser->bindings.count - out->begin;
    return JIG_OK;
}

/* The pool the job runs in. Neither inputs nor outputs are known to it. */
static enum jig_status find_pool(struct source *source, const struct pending *pending,
                                 struct graph_job *job)
{
    struct parser *parser = source->parser;
    const struct job_view view = {.pending = pending};
    struct view name;
    enum jig_status status = parser_evaluate_text(parser, &view, NAME_POOL, QUOTE_FOR_SHELL, &name);
    if (status)
        return parser_blame_job(parser, status, job->manifest, job->line);
    if (name.length == 0)
        return JIG_OK;
    name_id id = names_find(&parser->names, name.text, name.length);
    uint32_t pool =
        id == NAME_NONE ? SCOPE_NOTHING : scope_get_here(&parser->pool_ids, OUTERMOST_SCOPE, id);
    if (pool == SCOPE_NOTHING)
        return source_fail(source, "unknown pool name '%s'", name.text);
    job->pool = pool;
    return JIG_OK;
}

/* The statement's paths [first, first + count) as files, appended to parser->edges. */
static enum jig_status add_edges(struct source *source, uint32_t first, uint32_t count)
{
    struct parser *parser = source->parser;
    for (uint32_t i = first; i < first + count; i++) {
        const struct statement_path *path = &parser->paths.data[i];
        file_id file = path->file;
        if (file == GRAPH_NONE) {
            struct view text;
            enum jig_status status = source_evaluate(source, parser->parts.data + path->parts.begin,
                                                     path->parts.count, &text);
            if (status)
                return status;
            if (text.length == 0)
                return source_fail(source, "empty path");
            file = parser_add_file(parser, text.text, text.length);
            if (file == GRAPH_NONE)
                return source_fail_limit(source);
        }
        vec_push(&parser->edges, file);
    }
    return JIG_OK;
}

static enum jig_status fail_duplicate_output(struct source *source, file_id file)
{
    struct parser *parser = source->parser;
    const struct graph *graph = parser->graph;
    const char *path = graph_path(graph, file);
    job_id producer = graph->files.data[file].producer;
    if (producer == graph->jobs.count)
        return lexer_fail_as(&source->lexer, parser->error, JIG_ERROR_MANIFEST,
                             "%s is defined as an output multiple times", path);
    const struct graph_job *other = &graph->jobs.data[producer];
    enum jig_status status = lexer_fail_as(&source->lexer, parser->error, JIG_ERROR_MANIFEST,
                                           "multiple rules generate %s", path);
    if (parser->error)
        snprintf(parser->error->advice, sizeof parser->error->advice,
                 "it is an output of the build statement at %s:%u already",
                 graph_str(graph, other->manifest), other->line);
    return status;
}

static enum jig_status add_outputs(struct source *source, uint32_t count)
{
    struct graph *graph = source->parser->graph;
    /* Path by path, so that the first thing wrong is what is reported. */
    for (uint32_t i = 0; i < count; i++) {
        enum jig_status status = add_edges(source, i, 1);
        if (status)
            return status;
        file_id file = source->parser->edges.data[i];
        if (graph->files.data[file].producer != GRAPH_NONE)
            return fail_duplicate_output(source, file);
        graph->files.data[file].producer = graph->jobs.count; /* the id this job will get */
    }
    return JIG_OK;
}

/* Takes `file` out of edges[*at .. *at + *count), the number of which it lowers. */
static bool drop_edge(struct parser *parser, uint32_t at, uint32_t *count, file_id file)
{
    uint32_t kept = at;
    for (uint32_t i = at; i < parser->edges.count; i++) {
        bool drop = i < at + *count && parser->edges.data[i] == file;
        if (!drop)
            parser->edges.data[kept++] = parser->edges.data[i];
    }
    uint32_t dropped = parser->edges.count - kept;
    parser->edges.count = kept;
    *count -= dropped;
    return dropped > 0;
}

/*
 * CMake before 3.1 wrote phony statements that name their own output as an input. Such an input
 * is dropped; any other cycle is an error, found when planning.
 */
static void drop_self_reference(struct source *source, struct graph_job *job)
{
    struct parser *parser = source->parser;
    if (parser->options->phony_cycle_error || job->out_count != 1 || job->explicit_out_count != 1 ||
        job->in_count != job->explicit_in_count)
        return;
    file_id file = parser->edges.data[0];
    uint32_t first_in = job->out_count;
    bool dropped = drop_edge(parser, first_in, &job->in_count, file);
    job->explicit_in_count = job->in_count;
    dropped |= drop_edge(parser, first_in + job->in_count, &job->order_only_count, file);
    if (dropped && parser->options->warn) {
        struct jig_error warning;
        lexer_fail_as(&source->lexer, &warning, JIG_OK,
                      "phony target '%s' names itself as an input; "
                      "ignoring [-w phonycycle=warn]",
                      graph_path(parser->graph, file));
        parser->options->warn(parser->options->context, &warning);
    }
}

static struct job_view view_job(const struct parser *parser, const struct pending *pending,
                                const struct graph_job *job)
{
    return (struct job_view){
        .pending = pending,
        .outs = parser->edges.data,
        .out_count = job->explicit_out_count,
        .ins = parser->edges.data + job->out_count,
        .in_count = job->explicit_in_count,
    };
}

/* The dyndep file, which must be among the inputs. */
static enum jig_status find_dyndep(struct source *source, const struct pending *pending,
                                   struct graph_job *job)
{
    struct parser *parser = source->parser;
    const struct job_view view = view_job(parser, pending, job);
    struct view text;
    enum jig_status status = parser_evaluate_text(parser, &view, NAME_DYNDEP, QUOTE_NOTHING, &text);
    if (status)
        return parser_blame_job(parser, status, job->manifest, job->line);
    if (text.length == 0)
        return JIG_OK;
    struct view path = parser_canonical(parser, text.text, text.length);
    file_id file = graph_find_file(parser->graph, path.text, path.length);
    uint32_t first = job->out_count, count = job->in_count + job->order_only_count;
    for (uint32_t i = first; i < first + count; i++) {
        if (file != GRAPH_NONE && parser->edges.data[i] == file) {
            job->dyndep = file;
            job->flags |= GRAPH_JOB_DYNDEP;
            return JIG_OK;
        }
    }
    return lexer_fail_as(&source->lexer, parser->error, JIG_ERROR_MANIFEST,
                         "dyndep '%s' is not an input", path.text);
}

/* Turns the statement just read, whose bindings are bound, into a job of the graph. */
static enum jig_status add_job(struct source *source, const struct path_counts *counts,
                               const struct pending *pending, struct graph_job *job)
{
    struct parser *parser = source->parser;
    const struct rule *rule = &parser->rules.data[pending->rule];
    job->explicit_out_count = counts->outs;
    job->out_count = counts->outs + counts->implicit_outs;
    job->explicit_in_count = counts->ins;
    job->in_count = counts->ins + counts->implicit_ins;
    job->order_only_count = counts->order_only;
    job->validation_count = counts->validations;
    job->rule = rule->name;
    job->flags = rule->is_phony ? GRAPH_JOB_PHONY : 0;
    job->msvc_deps_prefix = GRAPH_NONE;
    job->dyndep = GRAPH_NONE;

    parser->edges.count = 0;
    enum jig_status status = find_pool(source, pending, job);
    if (!status)
        status = add_outputs(source, job->out_count);
    if (!status)
        status = add_edges(source, job->out_count, parser->paths.count - job->out_count);
    if (status)
        return status;
    if (rule->is_phony)
        drop_self_reference(source, job);
    if ((status = find_dyndep(source, pending, job)))
        return status;
    graph_add_job(parser->graph, job, parser->edges.data);
    vec_push(&parser->pending, *pending);
    return JIG_OK;
}

enum jig_status parser_read_build(struct source *source)
{
    struct parser *parser = source->parser;
    struct graph_job job = {.manifest = source->path, .line = lexer_line(&source->lexer)};
    struct pending pending = {.scope = source->scope};
    struct path_counts counts = {0};
    enum jig_status status = read_head(source, &counts, &pending.rule);
    if (!status)
        status = read_bindings(source, &pending.bindings);
    if (status)
        return status;
    pending.has_bindings = pending.bindings.count > 0;
    parser_bind(parser, pending.bindings);
    status = add_job(source, &counts, &pending, &job);
    parser_unbind(parser, pending.bindings);
    return status;
}
