#include "engine/manifest/ninja/dyndep.h"

#include "engine/base/path.h"
#include "engine/manifest/ninja/names.h"
#include "engine/manifest/ninja/parser.h"

struct reader {
    struct graph *graph;
    struct lexer lexer;
    struct jig_error *error;
    struct dyndep *out;
    struct parts parts;     /* of the string read last */
    struct buf text;        /* that string, its escapes resolved */
    struct names mentioned; /* outputs this file adds */
    bool has_version;
    VEC(bool) seen; /* [job_id]: the file has a statement for it */
};

#define reader_fail(reader, ...) lexer_fail(&(reader)->lexer, (reader)->error, __VA_ARGS__)

/* A dyndep file has no variables of its own, so whatever it refers to is empty. */
static void join_text(struct reader *reader)
{
    buf_clear(&reader->text);
    for (uint32_t i = 0; i < reader->parts.count; i++) {
        const struct part *part = &reader->parts.data[i];
        if (!part->is_variable)
            buf_append(&reader->text, part->text, part->length);
    }
}

static enum jig_status fail_version(struct reader *reader)
{
    return reader_fail(reader, "expected 'ninja_dyndep_version = ...'");
}

static enum jig_status read_version(struct reader *reader)
{
    struct view name;
    reader->parts.count = 0;
    enum jig_status status = lexer_read_let(&reader->lexer, &name, &reader->parts, reader->error);
    if (status)
        return status;
    if (!view_is(name, "ninja_dyndep_version"))
        return fail_version(reader);
    join_text(reader);
    struct version version = version_parse(buf_cstr(&reader->text), reader->text.length);
    if (version.major != 1 || version.minor != 0)
        return reader_fail(reader, "unsupported 'ninja_dyndep_version = %s'",
                           buf_cstr(&reader->text));
    return JIG_OK;
}

/* Reads a path into reader->text. *found is false when there is none before the delimiter. */
static enum jig_status read_path(struct reader *reader, bool *found)
{
    reader->parts.count = 0;
    enum jig_status status = lexer_read_path(&reader->lexer, &reader->parts, reader->error);
    *found = !status && reader->parts.count > 0;
    if (*found)
        join_text(reader);
    return status;
}

static enum jig_status expect_no_path(struct reader *reader, const char *message)
{
    bool found;
    enum jig_status status = read_path(reader, &found);
    return found ? reader_fail(reader, "%s", message) : status;
}

/*
 * Reads paths into dyndep.paths. That one of them is empty is reported only when the statement
 * has been read, since that is where ninja reports it: *has_empty.
 */
static enum jig_status read_paths(struct reader *reader, uint32_t *count, bool *has_empty)
{
    struct buf *paths = &reader->out->paths;
    for (*count = 0;; (*count)++) {
        bool found;
        enum jig_status status = read_path(reader, &found);
        if (status || !found)
            return status;
        *has_empty |= reader->text.length == 0;
        buf_append(paths, reader->text.data, reader->text.length);
        char *path = paths->data + paths->length - reader->text.length;
        paths->length -= reader->text.length;
        paths->length += path_canonicalize(path, reader->text.length);
        buf_append_char(paths, '\0');
    }
}

/* Reads the output that says which job this is about. */
static enum jig_status read_job(struct reader *reader, job_id *job)
{
    bool found;
    enum jig_status status = read_path(reader, &found);
    if (status)
        return status;
    if (!found)
        return reader_fail(reader, "expected path");
    if (reader->text.length == 0)
        return reader_fail(reader, "empty path");
    size_t length = path_canonicalize(reader->text.data, reader->text.length);
    const char *path = reader->text.data;
    file_id file = graph_find_file(reader->graph, path, length);
    *job = file == GRAPH_NONE ? GRAPH_NONE : reader->graph->files.data[file].producer;
    if (*job == GRAPH_NONE)
        return reader_fail(reader, "no build statement exists for '%s'", path);
    if (reader->seen.data[*job])
        return reader_fail(reader, "multiple statements for '%s'", path);
    reader->seen.data[*job] = true;
    return JIG_OK;
}

static enum jig_status read_restat(struct reader *reader, bool *restat)
{
    struct view name;
    reader->parts.count = 0;
    enum jig_status status = lexer_read_let(&reader->lexer, &name, &reader->parts, reader->error);
    if (status)
        return status;
    if (!view_is(name, "restat"))
        return reader_fail(reader, "binding is not 'restat'");
    join_text(reader);
    *restat = reader->text.length > 0;
    return JIG_OK;
}

static enum jig_status read_build(struct reader *reader)
{
    struct lexer *lexer = &reader->lexer;
    struct dyndep_job job = {.paths = reader->out->paths.length};
    struct view rule;
    bool has_empty = false;
    enum jig_status status;
    if ((status = read_job(reader, &job.job)) ||
        (status = expect_no_path(reader, "explicit outputs not supported")))
        return status;
    if (lexer_accept(lexer, TOKEN_PIPE) &&
        (status = read_paths(reader, &job.output_count, &has_empty)))
        return status;
    if ((status = lexer_expect(lexer, TOKEN_COLON, reader->error)))
        return status;
    if (!lexer_read_name(lexer, &rule) || !view_is(rule, "dyndep"))
        return reader_fail(reader, "expected build command name 'dyndep'");
    if ((status = expect_no_path(reader, "explicit inputs not supported")))
        return status;
    if (lexer_accept(lexer, TOKEN_PIPE) &&
        (status = read_paths(reader, &job.input_count, &has_empty)))
        return status;
    if (lexer_accept(lexer, TOKEN_PIPE2))
        return reader_fail(reader, "order-only inputs not supported");
    if ((status = lexer_expect(lexer, TOKEN_NEWLINE, reader->error)))
        return status;
    if (lexer_accept(lexer, TOKEN_INDENT) && (status = read_restat(reader, &job.restat)))
        return status;
    if (has_empty)
        return reader_fail(reader, "empty path");
    vec_push(&reader->out->jobs, job);
    return JIG_OK;
}

static enum jig_status read_statements(struct reader *reader)
{
    struct lexer *lexer = &reader->lexer;
    for (;;) {
        enum jig_status status = JIG_OK;
        enum token token = lexer_read(lexer);
        switch (token) {
        case TOKEN_BUILD:
            status = reader->has_version ? read_build(reader) : fail_version(reader);
            break;
        case TOKEN_NAME:
            lexer_unread(lexer);
            if (reader->has_version)
                return reader_fail(reader, "unexpected %s", lexer_token_name(token));
            status = read_version(reader);
            reader->has_version = true;
            break;
        case TOKEN_NEWLINE:
            break;
        case TOKEN_EOF:
            return JIG_OK;
        case TOKEN_ERROR:
            return reader_fail(reader, "%s", lexer_describe_error(lexer));
        default:
            return reader_fail(reader, "unexpected %s", lexer_token_name(token));
        }
        if (status)
            return status;
    }
}

static enum jig_status read_windows(struct reader *reader, struct text *text)
{
    const char *start;
    size_t length;
    int failed;
    while (text_next(text, &start, &length, &failed)) {
        lexer_feed(&reader->lexer, start, length);
        enum jig_status status = read_statements(reader);
        if (status)
            return status;
        lexer_finish(&reader->lexer);
    }
    if (failed)
        return jig_fail_errno(reader->error, failed, "loading '%s'", reader->lexer.path);
    return reader->has_version ? JIG_OK : fail_version(reader);
}

/* Every job that names the file must be in it, and no other. */
static enum jig_status check_jobs(const struct reader *reader, file_id file)
{
    struct graph *graph = reader->graph;
    uint32_t count;
    const job_id *consumers = graph_consumers(graph, file, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct graph_job *job = &graph->jobs.data[consumers[i]];
        if (job->dyndep == file && !reader->seen.data[consumers[i]])
            return jig_fail(reader->error, JIG_ERROR_MANIFEST,
                            "'%s' not mentioned in its dyndep file '%s'",
                            graph_path(graph, graph_job_key(graph, job)), graph_path(graph, file));
    }
    for (uint32_t i = 0; i < reader->out->jobs.count; i++) {
        const struct graph_job *job = &graph->jobs.data[reader->out->jobs.data[i].job];
        if (job->dyndep != file)
            return jig_fail(reader->error, JIG_ERROR_MANIFEST,
                            "dyndep file '%s' mentions output '%s' whose build statement "
                            "does not have a dyndep binding for the file",
                            graph_path(graph, file), graph_path(graph, graph_job_key(graph, job)));
    }
    return JIG_OK;
}

/* No output may have two producers, among the graph's jobs or within the file. */
static enum jig_status check_outputs(struct reader *reader)
{
    struct graph *graph = reader->graph;
    for (uint32_t i = 0; i < reader->out->jobs.count; i++) {
        const struct dyndep_job *job = &reader->out->jobs.data[i];
        const char *path = buf_cstr(&reader->out->paths) + job->paths;
        for (uint32_t k = 0; k < job->output_count; k++, path += strlen(path) + 1) {
            size_t length = strlen(path);
            file_id known = graph_find_file(graph, path, length);
            bool is_made = known != GRAPH_NONE && graph->files.data[known].producer != GRAPH_NONE;
            if (is_made || names_find(&reader->mentioned, path, length) != NAME_NONE)
                return jig_fail(reader->error, JIG_ERROR_MANIFEST, "multiple rules generate %s",
                                path);
            names_add(&reader->mentioned, path, length);
        }
    }
    return JIG_OK;
}

enum jig_status dyndep_load(struct graph *graph, file_id file, const struct ninja_options *options,
                            struct dyndep *out, struct jig_error *error)
{
    const char *path = graph_path(graph, file);
    struct text text;
    enum jig_status status = manifest_open(&text, path, options, NULL, error);
    if (!status) {
        struct reader reader = {.graph = graph, .error = error, .out = out};
        if (graph->jobs.count)
            vec_extend(&reader.seen, graph->jobs.count);
        lexer_start(&reader.lexer, path);
        status = read_windows(&reader, &text);
        if (!status)
            status = check_jobs(&reader, file);
        if (!status)
            status = check_outputs(&reader);
        vec_free(&reader.parts);
        buf_free(&reader.text);
        names_free(&reader.mentioned);
        vec_free(&reader.seen);
    }
    text_close(&text);
    return status;
}

void dyndep_free(struct dyndep *dyndep)
{
    vec_free(&dyndep->jobs);
    buf_free(&dyndep->paths);
}
