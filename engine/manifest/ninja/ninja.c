#include "engine/manifest/ninja/ninja.h"

#include "engine/manifest/ninja/parser.h"

#include <fcntl.h>
#include <unistd.h>

enum { PEEK_BYTES = 64 * 1024 };

static void add_known_names(struct parser *parser)
{
    static const char *const known[] = {
        [NAME_COMMAND] = "command",
        [NAME_DEPFILE] = "depfile",
        [NAME_DEPS] = "deps",
        [NAME_DESCRIPTION] = "description",
        [NAME_DYNDEP] = "dyndep",
        [NAME_GENERATOR] = "generator",
        [NAME_MSVC_DEPS_PREFIX] = "msvc_deps_prefix",
        [NAME_POOL] = "pool",
        [NAME_RESTAT] = "restat",
        [NAME_RSPFILE] = "rspfile",
        [NAME_RSPFILE_CONTENT] = "rspfile_content",
        [NAME_IN] = "in",
        [NAME_IN_NEWLINE] = "in_newline",
        [NAME_OUT] = "out",
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        names_add(&parser->names, known[i], strlen(known[i]));
}

void parser_init(struct parser *parser, struct graph *graph, const struct ninja_options *options,
                 struct jig_error *error)
{
    static const struct ninja_options defaults = {0};
    *parser = (struct parser){
        .graph = graph,
        .options = options ? options : &defaults,
        .error = error,
    };
    uint32_t limit = parser->options->text_limit;
    parser->text_limit = limit ? limit : UINT32_MAX;
    parser->space = graph_intern(graph, " ", 1);
    parser->newline = graph_intern(graph, "\n", 1);

    add_known_names(parser);
    scope_open(&parser->scopes, SCOPE_NONE);
    for (uint32_t i = 0; i < graph->pools.count; i++) {
        str_id name = graph->pools.data[i].name;
        name_id id =
            names_add(&parser->names, graph_str(graph, name), graph_str_length(graph, name));
        scope_set(&parser->pool_ids, OUTERMOST_SCOPE, id, i);
    }
    struct rule phony = {.name = graph_intern(graph, "phony", 5), .is_phony = true};
    scope_set(&parser->rule_ids, OUTERMOST_SCOPE, names_add(&parser->names, "phony", 5), 0);
    vec_push(&parser->rules, phony);
}

void parser_free(struct parser *parser)
{
    names_free(&parser->names);
    vec_free(&parser->scopes.parents);
    scope_table_free(&parser->variables);
    scope_table_free(&parser->rule_ids);
    scope_table_free(&parser->pool_ids);
    vec_free(&parser->rules);
    vec_free(&parser->rule_parts);
    vec_free(&parser->bindings);
    vec_free(&parser->pending);
    names_free(&parser->manifests);
    vec_free(&parser->job_values);
    vec_free(&parser->parts);
    vec_free(&parser->paths);
    vec_free(&parser->edges);
    buf_free(&parser->text);
    buf_free(&parser->path);
    vec_free(&parser->quoted);
}

/* The manifest files become files of the graph, known from reading unless a statement named them.
 */
static void add_manifests(struct parser *parser)
{
    struct graph *graph = parser->graph;
    for (name_id id = 0; id < parser->manifests.list.count; id++) {
        uint32_t known = graph->files.count;
        file_id file = graph_add_file(graph, names_text(&parser->manifests, id),
                                      parser->manifests.list.data[id].length);
        if (graph->files.count > known)
            graph->files.data[file].flags |= GRAPH_FILE_DISCOVERED;
        vec_push(&graph->manifests, file);
    }
}

enum jig_status ninja_parse(struct graph *graph, const char *path,
                            const struct ninja_options *options, struct jig_error *error)
{
    struct parser parser;
    parser_init(&parser, graph, options, error);
    enum jig_status status = parser_read_file(&parser, path, OUTERMOST_SCOPE, NULL);
    if (!status)
        status = parser_finish_recipes(&parser);
    if (!status) {
        add_manifests(&parser);
        graph_seal(graph, 0);
    }
    parser_free(&parser);
    return status;
}

/* Skips the indented lines below a rule or pool. */
static enum jig_status skip_block(struct source *source)
{
    struct view name;
    if (!lexer_read_name(&source->lexer, &name))
        return JIG_ERROR_SYNTAX;
    enum jig_status status = lexer_expect(&source->lexer, TOKEN_NEWLINE, NULL);
    while (!status && lexer_accept(&source->lexer, TOKEN_INDENT)) {
        source->parser->parts.count = 0;
        status = lexer_read_let(&source->lexer, &name, &source->parser->parts, NULL);
    }
    return status;
}

/* Reads variables up to whatever can no longer be skipped. */
static void peek_variables(struct source *source)
{
    for (enum jig_status status = JIG_OK; !status;) {
        source->parser->parts.count = 0;
        switch (lexer_read(&source->lexer)) {
        case TOKEN_NAME:
            lexer_unread(&source->lexer);
            status = parser_read_variable(source);
            break;
        case TOKEN_RULE:
        case TOKEN_POOL:
            status = skip_block(source);
            break;
        case TOKEN_INCLUDE:
            status = lexer_read_path(&source->lexer, &source->parser->parts, NULL);
            break;
        case TOKEN_NEWLINE:
            break;
        default:
            return;
        }
    }
}

/* The first PEEK_BYTES of a file, without a line that is cut off, and padded for the lexer. */
static bool read_start(const char *path, struct buf *text)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    char *to = buf_reserve(text, PEEK_BYTES + SCAN_PADDING);
    ssize_t n = 1;
    while (n > 0 && text->length < PEEK_BYTES) {
        n = read(fd, to + text->length, PEEK_BYTES - text->length);
        text->length += n > 0 ? (size_t)n : 0;
    }
    close(fd);
    while (text->length > 0 && to[text->length - 1] != '\n')
        text->length--;
    memset(to + text->length, 0, SCAN_PADDING);
    return true;
}

void ninja_peek_builddir(const char *path, struct buf *out)
{
    struct buf text = {0};
    if (!read_start(path, &text)) {
        buf_free(&text);
        return;
    }
    struct graph *graph = graph_create();
    struct parser parser;
    parser_init(&parser, graph, NULL, NULL);
    struct source source = {.parser = &parser, .scope = OUTERMOST_SCOPE};
    lexer_start(&source.lexer, path);
    lexer_feed(&source.lexer, text.data, text.length);
    peek_variables(&source);

    name_id name = names_find(&parser.names, "builddir", strlen("builddir"));
    str_id value =
        name == NAME_NONE ? GRAPH_NONE : scope_get_here(&parser.variables, OUTERMOST_SCOPE, name);
    if (value != GRAPH_NONE)
        buf_append(out, graph_str(graph, value), graph_str_length(graph, value));
    parser_free(&parser);
    graph_destroy(graph);
    buf_free(&text);
}

void ninja_error_text(const struct jig_error *error, struct buf *out)
{
    enum { SHOWN_COLUMNS = 72 };
    if (error->file[0])
        buf_append_str(out, error->file);
    if (error->file[0] && error->line)
        buf_printf(out, ":%u", error->line);
    if (error->file[0])
        buf_append_str(out, ": ");
    buf_append_str(out, error->message);
    if (error->column == 0)
        return;
    buf_append_char(out, '\n');
    if (error->column > 1 && error->column <= SHOWN_COLUMNS)
        buf_printf(out, "%s\n%*s^ near here", error->excerpt, (int)error->caret, "");
}
