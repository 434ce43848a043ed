/*
 * What the parts of the manifest parser share. Internal to engine/manifest/ninja.
 *
 * Reading goes in two steps, because ninja evaluates in two: paths, variables, pools and the
 * bindings of build statements have their value where they stand (statement.c, build.c), but the
 * variables of a rule are evaluated for each job with what the file's variables are at the end of
 * the whole manifest (recipe.c). Between the two a job is kept as a `struct pending`.
 *
 * Values are interned in the graph as soon as they are known, so that a command is put together by
 * listing the ids of its pieces, and the text of a file can go as soon as it has been read.
 */
#ifndef MANIFEST_NINJA_PARSER_H
#define MANIFEST_NINJA_PARSER_H

#include "engine/graph/graph.h"
#include "engine/manifest/ninja/lexer.h"
#include "engine/manifest/ninja/names.h"
#include "engine/manifest/ninja/ninja.h"
#include "engine/manifest/ninja/scope.h"
#include "engine/manifest/ninja/text.h"

/* The variables a rule may set, and the built-in ones; their name_ids in every parser. */
enum known_name {
    NAME_COMMAND,
    NAME_DEPFILE,
    NAME_DEPS,
    NAME_DESCRIPTION,
    NAME_DYNDEP,
    NAME_GENERATOR,
    NAME_MSVC_DEPS_PREFIX,
    NAME_POOL,
    NAME_RESTAT,
    NAME_RSPFILE,
    NAME_RSPFILE_CONTENT,
    RULE_VARIABLES, /* how many there are: a lower name_id is one of them */
    NAME_IN = RULE_VARIABLES,
    NAME_IN_NEWLINE,
    NAME_OUT,
};

/* The scope of the main manifest file, into which pools go from wherever they are declared. */
enum { OUTERMOST_SCOPE = 0 };

struct span {
    uint32_t begin, count;
};

/* A piece of a rule's variable: interned text, or the name of another variable. */
struct rule_part {
    uint32_t id; /* str_id or name_id */
    bool is_variable;
};

struct rule {
    str_id name;
    bool is_phony;                         /* the built-in rule without a command */
    uint32_t defined;                      /* bit v: variables[v] counts, even when empty */
    struct span variables[RULE_VARIABLES]; /* in parser.rule_parts */
};

/* A variable set by a build statement. */
struct binding {
    name_id name;
    str_id value;
};

/* What else is needed to evaluate a job's recipe once the whole manifest is read. */
struct pending {
    uint32_t rule;
    scope_id scope;       /* that of the file the build statement stands in */
    struct span bindings; /* in parser.bindings */
    /*
     * Whether the statement sets variables at all. If not, ninja evaluates in the file's own
     * scope, and then variables set there come before the rule's; it matters only to a file
     * that sets a variable named like a rule's.
     */
    bool has_bindings;
};

/* A path of the build statement being read. */
struct statement_path {
    file_id file;      /* known already when the path holds no variable, else GRAPH_NONE */
    struct span parts; /* in parser.parts */
};

struct parser {
    struct graph *graph;
    const struct ninja_options *options;
    struct jig_error *error;
    uint64_t text_limit;

    struct names names;
    struct scopes scopes;
    struct scope_table variables; /* values are str_id */
    struct scope_table rule_ids;  /* values index `rules` */
    struct scope_table pool_ids;  /* values index graph->pools; all in the outermost scope */
    VEC(struct rule) rules;
    VEC(struct rule_part) rule_parts;
    VEC(struct binding) bindings;
    VEC(struct pending) pending; /* [job_id] */
    struct names manifests;      /* canonical paths of the files read */
    uint32_t depth;              /* of nested files, the main one counting 1 */

    /* Of the job being read or evaluated: the values its statement sets, else GRAPH_NONE. */
    VEC(str_id) job_values; /* [name_id] */

    /* Reused from one statement to the next. */
    struct parts parts;
    VEC(struct statement_path) paths;
    VEC(file_id) edges;
    struct buf text; /* an evaluated string */
    struct buf path; /* a path being canonicalised */

    VEC(str_id) quoted; /* [file_id]: the path as a shell word, or GRAPH_NONE: not yet known */
    str_id space, newline;
};

/* A manifest file being read. */
struct source {
    struct parser *parser;
    struct lexer lexer;
    scope_id scope;
    str_id path; /* as it was spelled */
};

/* Fails at the lexer's place. */
#define source_fail(source, ...) lexer_fail(&(source)->lexer, (source)->parser->error, __VA_ARGS__)

void parser_init(struct parser *parser, struct graph *graph, const struct ninja_options *options,
                 struct jig_error *error);
void parser_free(struct parser *parser);

/* statement.c: reads `path` and what it includes into `scope`; `parent` is NULL for the first. */
enum jig_status parser_read_file(struct parser *parser, const char *path, scope_id scope,
                                 struct source *parent);
/*
 * statement.c: opens a file as the options tell, to be closed with text_close whatever comes of
 * it. An error is placed at `parent`, the lexer of the file that includes it, if there is one.
 */
enum jig_status manifest_open(struct text *text, const char *path,
                              const struct ninja_options *options, const struct lexer *parent,
                              struct jig_error *error);
/* statement.c: reads the rest of `name = value` into the file's scope. */
enum jig_status parser_read_variable(struct source *source);
/* build.c: reads a build statement, whose keyword has been read. */
enum jig_status parser_read_build(struct source *source);
/* recipe.c: evaluates the recipes of all jobs. */
enum jig_status parser_finish_recipes(struct parser *parser);

/* evaluate.c ---------------------------------------------------------------------------------- */

/* Interns text, or returns GRAPH_NONE when the graph would hold more text than it may. */
str_id parser_intern(struct parser *parser, const char *text, size_t length);
/* The canonical form of a path, in parser->path until the next call. */
struct view parser_canonical(struct parser *parser, const char *text, size_t length);
/* Adds the file text[0..length), canonicalising it; GRAPH_NONE as above. `text` is not empty. */
file_id parser_add_file(struct parser *parser, const char *text, size_t length);
/* Reports such a GRAPH_NONE at the lexer's place. */
enum jig_status source_fail_limit(struct source *source);

/* The value of the variable where it stands: job_values, then the file's scope and its parents. */
str_id parser_variable(const struct parser *parser, scope_id scope, name_id name);
/*
 * Evaluates parts[0..count) where they stand. The view is of the file's text if it can be, else
 * of parser->text; it is valid until the next evaluation.
 */
enum jig_status source_evaluate(struct source *source, const struct part *parts, uint32_t count,
                                struct view *out);

/* Puts the bindings into job_values, where later ones of the same name win; and takes them out. */
void parser_bind(struct parser *parser, struct span bindings);
void parser_unbind(struct parser *parser, struct span bindings);

/* A job as the variables of its rule see it. Its bindings must be bound. */
struct job_view {
    const struct pending *pending;
    const file_id *outs, *ins; /* the explicit ones: $out and $in */
    uint32_t out_count, in_count;
};

enum quoting { QUOTE_FOR_SHELL, QUOTE_NOTHING };

/*
 * Evaluates a rule variable for a job as a rope. Errors (a cycle of variables, too much text) have
 * a message but no place.
 */
enum jig_status parser_evaluate_rope(struct parser *parser, const struct job_view *job,
                                     name_id variable, enum quoting quoting,
                                     struct graph_rope *out);
/* The same as plain text, in parser->text until the next evaluation. */
enum jig_status parser_evaluate_text(struct parser *parser, const struct job_view *job,
                                     name_id variable, enum quoting quoting, struct view *out);
/* Gives an error without a place that of a job. */
enum jig_status parser_blame_job(struct parser *parser, enum jig_status status, str_id manifest,
                                 uint32_t line);

/* version.c ----------------------------------------------------------------------------------- */

struct version {
    int major, minor;
};

/* Reads "MAJOR.MINOR…" leniently: what is no number counts as 0. */
struct version version_parse(const char *text, size_t length);

#endif
