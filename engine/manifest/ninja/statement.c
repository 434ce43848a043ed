/*
 * Manifest files and their statements, but for build statements (build.c).
 */
#include "engine/manifest/ninja/parser.h"

#include <limits.h>
#include <stdlib.h>

enum { DEEPEST_INCLUDE = 100 };

static enum jig_status check_required_version(struct source *source, struct view value)
{
    const struct version have =
        version_parse(NINJA_LANGUAGE_VERSION, sizeof NINJA_LANGUAGE_VERSION - 1);
    const struct version want = version_parse(value.text, value.length);
    const struct ninja_options *options = source->parser->options;
    source->lexer.required_major = want.major;
    source->lexer.required_minor = want.minor;
    if (have.major > want.major && options->warn) {
        struct jig_error warning;
        lexer_fail_as(&source->lexer, &warning, JIG_OK,
                      "ninja executable version (%s) greater than build file "
                      "ninja_required_version (%.*s); versions may be incompatible.",
                      NINJA_COMPAT_VERSION, VIEW_ARG(value));
        options->warn(options->context, &warning);
    }
    if (have.major < want.major || (have.major == want.major && have.minor < want.minor))
        return lexer_fail_as(&source->lexer, source->parser->error, JIG_ERROR_MANIFEST,
                             "ninja version (%s) incompatible with build file "
                             "ninja_required_version version (%.*s).",
                             NINJA_COMPAT_VERSION, VIEW_ARG(value));
    return JIG_OK;
}

/* Reads `name = value` and evaluates the value where it stands. */
static enum jig_status read_let(struct source *source, struct view *name, struct view *value)
{
    struct parser *parser = source->parser;
    parser->parts.count = 0;
    enum jig_status status = lexer_read_let(&source->lexer, name, &parser->parts, parser->error);
    return status ? status
                  : source_evaluate(source, parser->parts.data, parser->parts.count, value);
}

enum jig_status parser_read_variable(struct source *source)
{
    struct parser *parser = source->parser;
    struct view name, value;
    enum jig_status status = read_let(source, &name, &value);
    if (!status && view_is(name, "ninja_required_version"))
        status = check_required_version(source, value);
    if (status)
        return status;
    str_id text = parser_intern(parser, value.text, value.length);
    if (text == GRAPH_NONE)
        return source_fail_limit(source);
    name_id id = names_add(&parser->names, name.text, name.length);
    scope_set(&parser->variables, source->scope, id, text);
    return JIG_OK;
}

/* A pool's depth: decimal digits only, no more than fits an int. -1 when it is anything else. */
static int parse_depth(struct view text)
{
    int64_t depth = text.length ? 0 : -1;
    for (size_t i = 0; i < text.length; i++) {
        if (text.text[i] < '0' || text.text[i] > '9')
            return -1;
        depth = depth * 10 + (text.text[i] - '0');
        if (depth > INT_MAX)
            return -1;
    }
    return (int)depth;
}

static enum jig_status read_pool(struct source *source)
{
    struct parser *parser = source->parser;
    struct view name;
    if (!lexer_read_name(&source->lexer, &name))
        return source_fail(source, "expected pool name");
    enum jig_status status = lexer_expect(&source->lexer, TOKEN_NEWLINE, parser->error);
    if (status)
        return status;
    name_id id = names_add(&parser->names, name.text, name.length);
    if (scope_get_here(&parser->pool_ids, OUTERMOST_SCOPE, id) != SCOPE_NOTHING)
        return source_fail(source, "duplicate pool '%.*s'", VIEW_ARG(name));
    int depth = -1;
    while (lexer_accept(&source->lexer, TOKEN_INDENT)) {
        struct view key, value;
        if ((status = read_let(source, &key, &value)))
            return status;
        if (!view_is(key, "depth"))
            return source_fail(source, "unexpected variable '%.*s'", VIEW_ARG(key));
        depth = parse_depth(value);
        if (depth < 0)
            return source_fail(source, "invalid pool depth");
    }
    if (depth < 0)
        return source_fail(source, "expected 'depth =' line");
    str_id text = parser_intern(parser, name.text, name.length);
    if (text == GRAPH_NONE)
        return source_fail_limit(source);
    scope_set(&parser->pool_ids, OUTERMOST_SCOPE, id, parser->graph->pools.count);
    vec_push(&parser->graph->pools, ((struct graph_pool){text, (uint32_t)depth}));
    return JIG_OK;
}

/* Keeps parts[..] as the value of a rule's variable; runs of plain text become one piece. */
static enum jig_status keep_rule_variable(struct source *source, struct span *out)
{
    struct parser *parser = source->parser;
    const struct parts *parts = &parser->parts;
    *out = (struct span){parser->rule_parts.count, 0};
    for (uint32_t i = 0; i < parts->count;) {
        struct rule_part kept = {0};
        if (parts->data[i].is_variable) {
            kept.is_variable = true;
            kept.id = names_add(&parser->names, parts->data[i].text, parts->data[i].length);
            i++;
        } else {
            uint32_t end = i;
            while (end < parts->count && !parts->data[end].is_variable)
                end++;
            struct view text;
            enum jig_status status = source_evaluate(source, parts->data + i, end - i, &text);
            if (status)
                return status;
            kept.id = parser_intern(parser, text.text, text.length);
            if (kept.id == GRAPH_NONE)
                return source_fail_limit(source);
            i = end;
        }
        vec_push(&parser->rule_parts, kept);
    }
    out->count = parser->rule_parts.count - out->begin;
    return JIG_OK;
}

static enum jig_status read_rule_variable(struct source *source, struct rule *rule)
{
    struct parser *parser = source->parser;
    struct view key;
    parser->parts.count = 0;
    enum jig_status status = lexer_read_let(&source->lexer, &key, &parser->parts, parser->error);
    if (status)
        return status;
    name_id name = names_find(&parser->names, key.text, key.length);
    if (name >= RULE_VARIABLES)
        return source_fail(source, "unexpected variable '%.*s'", VIEW_ARG(key));
    rule->defined |= 1u << name;
    return keep_rule_variable(source, &rule->variables[name]);
}

static enum jig_status read_rule(struct source *source)
{
    struct parser *parser = source->parser;
    struct view name;
    if (!lexer_read_name(&source->lexer, &name))
        return source_fail(source, "expected rule name");
    enum jig_status status = lexer_expect(&source->lexer, TOKEN_NEWLINE, parser->error);
    if (status)
        return status;
    name_id id = names_add(&parser->names, name.text, name.length);
    if (scope_get_here(&parser->rule_ids, source->scope, id) != SCOPE_NOTHING)
        return source_fail(source, "duplicate rule '%.*s'", VIEW_ARG(name));

    /* These three always count as the rule's own, so that a file's variable cannot stand in. */
    struct rule rule = {
        .name = parser_intern(parser, name.text, name.length),
        .defined = 1u << NAME_COMMAND | 1u << NAME_RSPFILE | 1u << NAME_RSPFILE_CONTENT,
    };
    if (rule.name == GRAPH_NONE)
        return source_fail_limit(source);
    while (lexer_accept(&source->lexer, TOKEN_INDENT)) {
        if ((status = read_rule_variable(source, &rule)))
            return status;
    }
    if (!rule.variables[NAME_RSPFILE].count != !rule.variables[NAME_RSPFILE_CONTENT].count)
        return source_fail(source, "rspfile and rspfile_content need to be both specified");
    if (!rule.variables[NAME_COMMAND].count)
        return source_fail(source, "expected 'command =' line");
    scope_set(&parser->rule_ids, source->scope, id, parser->rules.count);
    vec_push(&parser->rules, rule);
    return JIG_OK;
}

static enum jig_status read_default(struct source *source)
{
    struct parser *parser = source->parser;
    struct lexer *lexer = &source->lexer;
    for (bool first = true;; first = false) {
        parser->parts.count = 0;
        enum jig_status status = lexer_read_path(lexer, &parser->parts, parser->error);
        if (status)
            return status;
        if (parser->parts.count == 0)
            return first ? source_fail(source, "expected target name")
                         : lexer_expect(lexer, TOKEN_NEWLINE, parser->error);
        struct view path;
        status = source_evaluate(source, parser->parts.data, parser->parts.count, &path);
        if (status)
            return status;
        if (path.length == 0)
            return source_fail(source, "empty path");
        path = parser_canonical(parser, path.text, path.length);
        file_id file = graph_find_file(parser->graph, path.text, path.length);
        if (file == GRAPH_NONE)
            return lexer_fail_as(lexer, parser->error, JIG_ERROR_MANIFEST, "unknown target '%s'",
                                 path.text);
        vec_push(&parser->graph->defaults, file);
    }
}

static enum jig_status read_include(struct source *source, bool new_scope)
{
    struct parser *parser = source->parser;
    parser->parts.count = 0;
    enum jig_status status = lexer_read_path(&source->lexer, &parser->parts, parser->error);
    struct view view;
    if (!status)
        status = source_evaluate(source, parser->parts.data, parser->parts.count, &view);
    if (status)
        return status;
    scope_id scope = new_scope ? scope_open(&parser->scopes, source->scope) : source->scope;
    char *path = mem_strndup(view.text, view.length);
    status = parser_read_file(parser, path, scope, source);
    free(path);
    return status ? status : lexer_expect(&source->lexer, TOKEN_NEWLINE, parser->error);
}

static enum jig_status read_statements(struct source *source)
{
    struct lexer *lexer = &source->lexer;
    for (;;) {
        enum jig_status status = JIG_OK;
        enum token token = lexer_read(lexer);
        switch (token) {
        case TOKEN_BUILD:
            status = parser_read_build(source);
            break;
        case TOKEN_NAME:
            lexer_unread(lexer);
            status = parser_read_variable(source);
            break;
        case TOKEN_RULE:
            status = read_rule(source);
            break;
        case TOKEN_POOL:
            status = read_pool(source);
            break;
        case TOKEN_DEFAULT:
            status = read_default(source);
            break;
        case TOKEN_INCLUDE:
        case TOKEN_SUBNINJA:
            status = read_include(source, token == TOKEN_SUBNINJA);
            break;
        case TOKEN_NEWLINE:
            break;
        case TOKEN_EOF:
            return JIG_OK;
        case TOKEN_ERROR:
            return source_fail(source, "%s", lexer_describe_error(lexer));
        default:
            return source_fail(source, "unexpected %s", lexer_token_name(token));
        }
        if (status)
            return status;
    }
}

/* Notes the file among those the graph was made from, once. */
static enum jig_status note_manifest(struct source *source)
{
    struct parser *parser = source->parser;
    source->path = parser_intern(parser, source->lexer.path, strlen(source->lexer.path));
    if (source->path == GRAPH_NONE)
        return source_fail_limit(source);
    struct view path = parser_canonical(parser, source->lexer.path, strlen(source->lexer.path));
    names_add(&parser->manifests, path.text, path.length);
    return JIG_OK;
}

static enum jig_status fail_loading(int failed, const char *path, const struct lexer *parent,
                                    struct jig_error *error)
{
    if (!parent)
        return jig_fail_errno(error, failed, "loading '%s'", path);
    return lexer_fail_as(parent, error, JIG_ERROR_IO, "loading '%s': %s", path, strerror(failed));
}

enum jig_status manifest_open(struct text *text, const char *path,
                              const struct ninja_options *options, const struct lexer *parent,
                              struct jig_error *error)
{
    int failed;
    if (options && options->read_file) {
        struct buf bytes = {0};
        failed = options->read_file(options->context, path, &bytes);
        text_open_bytes(text, bytes);
    } else {
        failed = text_open(text, path);
    }
    return failed ? fail_loading(failed, path, parent, error) : JIG_OK;
}

static enum jig_status read_windows(struct source *source, struct text *text,
                                    const struct lexer *parent)
{
    struct parser *parser = source->parser;
    const char *start;
    size_t length;
    int failed;
    while (text_next(text, &start, &length, &failed)) {
        if (length >= UINT32_MAX)
            return jig_fail(parser->error, JIG_ERROR_LIMIT,
                            "loading '%s': a statement of more than 4 GiB", source->lexer.path);
        lexer_feed(&source->lexer, start, length);
        enum jig_status status = read_statements(source);
        if (status)
            return status;
        lexer_finish(&source->lexer);
    }
    return failed ? fail_loading(failed, source->lexer.path, parent, parser->error) : JIG_OK;
}

enum jig_status parser_read_file(struct parser *parser, const char *path, scope_id scope,
                                 struct source *parent)
{
    const struct lexer *above = parent ? &parent->lexer : NULL;
    if (parser->depth == DEEPEST_INCLUDE)
        return lexer_fail_as(above, parser->error, JIG_ERROR_LIMIT,
                             "loading '%s': files include each other more than %d deep", path,
                             DEEPEST_INCLUDE);
    struct text text;
    enum jig_status status = manifest_open(&text, path, parser->options, above, parser->error);
    if (!status) {
        struct source source = {.parser = parser, .scope = scope};
        lexer_start(&source.lexer, path);
        if (above) {
            source.lexer.required_major = above->required_major;
            source.lexer.required_minor = above->required_minor;
        }
        parser->depth++;
        status = note_manifest(&source);
        if (!status)
            status = read_windows(&source, &text, above);
        parser->depth--;
    }
    text_close(&text);
    return status;
}
