/*
 * Evaluation: what a string with variables comes to, where it stands or in a job's recipe.
 */
#include "engine/base/path.h"
#include "engine/manifest/ninja/parser.h"

#include <stdio.h>

/* Room in the graph for `length` bytes more. A new file also interns its directory. */
static bool has_room(const struct parser *parser, size_t length)
{
    return (uint64_t)parser->graph->text.count + 2 * ((uint64_t)length + 1) <= parser->text_limit;
}

str_id parser_intern(struct parser *parser, const char *text, size_t length)
{
    return has_room(parser, length) ? graph_intern(parser->graph, text, length) : GRAPH_NONE;
}

struct view parser_canonical(struct parser *parser, const char *text, size_t length)
{
    buf_clear(&parser->path);
    buf_append(&parser->path, text, length);
    return (struct view){parser->path.data, path_canonicalize(parser->path.data, length)};
}

file_id parser_add_file(struct parser *parser, const char *text, size_t length)
{
    if (!has_room(parser, length))
        return GRAPH_NONE;
    if (scan_is_canonical(text, length))
        return graph_add_file(parser->graph, text, length);
    struct view path = parser_canonical(parser, text, length);
    return graph_add_file(parser->graph, path.text, path.length);
}

#define LIMIT_MESSAGE "too much text: variables expand to more than %llu bytes"

enum jig_status source_fail_limit(struct source *source)
{
    return lexer_fail_as(&source->lexer, source->parser->error, JIG_ERROR_LIMIT, LIMIT_MESSAGE,
                         (unsigned long long)source->parser->text_limit);
}

/* What the build statement at hand sets `name` to. */
static str_id job_value(const struct parser *parser, name_id name)
{
    return name < parser->job_values.count ? parser->job_values.data[name] : GRAPH_NONE;
}

str_id parser_variable(const struct parser *parser, scope_id scope, name_id name)
{
    str_id value = job_value(parser, name);
    if (value != GRAPH_NONE)
        return value;
    return scope_get(&parser->scopes, &parser->variables, scope, name);
}

enum jig_status source_evaluate(struct source *source, const struct part *parts, uint32_t count,
                                struct view *out)
{
    struct parser *parser = source->parser;
    if (count == 0) {
        *out = (struct view){"", 0};
        return JIG_OK;
    }
    if (count == 1 && !parts[0].is_variable) {
        *out = (struct view){parts[0].text, parts[0].length};
        return JIG_OK;
    }
    buf_clear(&parser->text);
    for (uint32_t i = 0; i < count; i++) {
        const char *text = parts[i].text;
        size_t length = parts[i].length;
        if (parts[i].is_variable) {
            name_id name = names_find(&parser->names, text, length);
            str_id value =
                name == NAME_NONE ? GRAPH_NONE : parser_variable(parser, source->scope, name);
            if (value == GRAPH_NONE)
                continue;
            text = graph_str(parser->graph, value);
            length = graph_str_length(parser->graph, value);
        }
        if (parser->text.length + length > parser->text_limit)
            return source_fail_limit(source);
        buf_append(&parser->text, text, length);
    }
    *out = (struct view){buf_cstr(&parser->text), parser->text.length};
    return JIG_OK;
}

void parser_bind(struct parser *parser, struct span bindings)
{
    if (parser->job_values.count < parser->names.list.count) {
        uint32_t known = parser->job_values.count;
        uint32_t fresh = parser->names.list.count - known;
        vec_extend(&parser->job_values, fresh);
        memset(parser->job_values.data + known, 0xff, fresh * sizeof(str_id));
    }
    for (uint32_t i = bindings.begin; i < bindings.begin + bindings.count; i++)
        parser->job_values.data[parser->bindings.data[i].name] = parser->bindings.data[i].value;
}

void parser_unbind(struct parser *parser, struct span bindings)
{
    for (uint32_t i = bindings.begin; i < bindings.begin + bindings.count; i++)
        parser->job_values.data[parser->bindings.data[i].name] = GRAPH_NONE;
}

/* One evaluation of a rule variable under way. */
struct evaluation {
    struct parser *parser;
    const struct job_view *job;
    const struct rule *rule;
    enum quoting quoting;
    uint64_t bytes; /* put out so far */
    /*
     * The rule variables being evaluated, innermost last, but for the one it began with; that is
     * how ninja's message about a cycle spells it.
     */
    name_id active[RULE_VARIABLES + 1];
    uint32_t active_count;
    bool nested; /* past the variable it began with */
};

static enum jig_status put(struct evaluation *evaluation, str_id piece)
{
    struct parser *parser = evaluation->parser;
    struct graph *graph = parser->graph;
    uint32_t length = graph_str_length(graph, piece);
    if (length == 0)
        return JIG_OK;
    evaluation->bytes += length;
    if (evaluation->bytes > parser->text_limit ||
        graph->pieces.count >= parser->text_limit / sizeof(str_id))
        return jig_fail(parser->error, JIG_ERROR_LIMIT, LIMIT_MESSAGE,
                        (unsigned long long)parser->text_limit);
    graph_rope_push(graph, piece);
    return JIG_OK;
}

/* The file's path as one word for the shell; most need no quotes and are their own word. */
static str_id shell_word(struct parser *parser, file_id file)
{
    struct graph *graph = parser->graph;
    if (parser->quoted.count < graph->files.count) {
        uint32_t known = parser->quoted.count;
        uint32_t fresh = graph->files.count - known;
        vec_extend(&parser->quoted, fresh);
        memset(parser->quoted.data + known, 0xff, fresh * sizeof(str_id));
    }
    if (parser->quoted.data[file] != GRAPH_NONE)
        return parser->quoted.data[file];
    str_id path = graph->files.data[file].path;
    const char *text = graph_str(graph, path);
    uint32_t length = graph_str_length(graph, path);
    if (!scan_is_word(text, length)) {
        buf_clear(&parser->text);
        buf_append_shell_quoted(&parser->text, text, length);
        path = parser_intern(parser, parser->text.data, parser->text.length);
    }
    return parser->quoted.data[file] = path;
}

static enum jig_status put_paths(struct evaluation *evaluation, const file_id *files,
                                 uint32_t count, str_id separator)
{
    struct parser *parser = evaluation->parser;
    for (uint32_t i = 0; i < count; i++) {
        enum jig_status status = i ? put(evaluation, separator) : JIG_OK;
        if (status)
            return status;
        str_id word = evaluation->quoting == QUOTE_FOR_SHELL
                          ? shell_word(parser, files[i])
                          : parser->graph->files.data[files[i]].path;
        if (word == GRAPH_NONE)
            return jig_fail(parser->error, JIG_ERROR_LIMIT, LIMIT_MESSAGE,
                            (unsigned long long)parser->text_limit);
        if ((status = put(evaluation, word)))
            return status;
    }
    return JIG_OK;
}

static enum jig_status fail_cycle(const struct evaluation *evaluation, uint32_t from)
{
    const struct parser *parser = evaluation->parser;
    struct buf cycle = {0};
    for (uint32_t i = from; i < evaluation->active_count; i++)
        buf_printf(&cycle, "%s -> ", names_text(&parser->names, evaluation->active[i]));
    buf_append_str(&cycle, names_text(&parser->names, evaluation->active[from]));
    enum jig_status status = jig_fail(parser->error, JIG_ERROR_MANIFEST,
                                      "cycle in rule variables: %s", buf_cstr(&cycle));
    buf_free(&cycle);
    return status;
}

static enum jig_status put_variable(struct evaluation *evaluation, name_id name);

static enum jig_status put_rule_variable(struct evaluation *evaluation, name_id name)
{
    for (uint32_t i = 0; i < evaluation->active_count; i++) {
        if (evaluation->active[i] == name)
            return fail_cycle(evaluation, i);
    }
    bool nested = evaluation->nested;
    if (nested)
        evaluation->active[evaluation->active_count++] = name;
    evaluation->nested = true;
    const struct rule_part *parts = evaluation->parser->rule_parts.data;
    struct span span = evaluation->rule->variables[name];
    enum jig_status status = JIG_OK;
    for (uint32_t i = span.begin; i < span.begin + span.count && !status; i++)
        status = parts[i].is_variable ? put_variable(evaluation, parts[i].id)
                                      : put(evaluation, parts[i].id);
    if (nested)
        evaluation->active_count--;
    return status;
}

/* Where a job's variable comes from: what it sets itself, its rule, then the files around it. */
static enum jig_status put_variable(struct evaluation *evaluation, name_id name)
{
    const struct parser *parser = evaluation->parser;
    const struct job_view *job = evaluation->job;
    switch (name) {
    case NAME_IN:
        return put_paths(evaluation, job->ins, job->in_count, parser->space);
    case NAME_IN_NEWLINE:
        return put_paths(evaluation, job->ins, job->in_count, parser->newline);
    case NAME_OUT:
        return put_paths(evaluation, job->outs, job->out_count, parser->space);
    default:
        break;
    }
    const struct pending *pending = job->pending;
    str_id value = pending->has_bindings ? job_value(parser, name)
                                         : scope_get_here(&parser->variables, pending->scope, name);
    if (value != GRAPH_NONE)
        return put(evaluation, value);
    if (name < RULE_VARIABLES && (evaluation->rule->defined & (1u << name)))
        return put_rule_variable(evaluation, name);
    value = scope_get(&parser->scopes, &parser->variables, pending->scope, name);
    return value == GRAPH_NONE ? JIG_OK : put(evaluation, value);
}

enum jig_status parser_evaluate_rope(struct parser *parser, const struct job_view *job,
                                     name_id variable, enum quoting quoting, struct graph_rope *out)
{
    struct evaluation evaluation = {
        .parser = parser,
        .job = job,
        .rule = &parser->rules.data[job->pending->rule],
        .quoting = quoting,
    };
    uint32_t mark = graph_rope_begin(parser->graph);
    enum jig_status status = put_variable(&evaluation, variable);
    *out = graph_rope_end(parser->graph, mark);
    return status;
}

enum jig_status parser_evaluate_text(struct parser *parser, const struct job_view *job,
                                     name_id variable, enum quoting quoting, struct view *out)
{
    struct graph_rope rope;
    enum jig_status status = parser_evaluate_rope(parser, job, variable, quoting, &rope);
    buf_clear(&parser->text);
    if (!status)
        graph_rope_append(parser->graph, rope, &parser->text);
    parser->graph->pieces.count = rope.begin;
    *out = (struct view){buf_cstr(&parser->text), parser->text.length};
    return status;
}

enum jig_status parser_blame_job(struct parser *parser, enum jig_status status, str_id manifest,
                                 uint32_t line)
{
    struct jig_error *error = parser->error;
    if (error) {
        snprintf(error->file, sizeof error->file, "%s", graph_str(parser->graph, manifest));
        error->line = line;
    }
    return status;
}
