/*
 * jig.yaml: pipelines as the user wrote them, read, checked and completed.
 *
 * The root's `jig.yaml` and those of the folders below it (packages) make one configuration. All
 * paths and patterns of a package are relative to its folder and are given here relative to the
 * root, canonical. A pipeline's full name is `PACKAGE#NAME`, `NAME` alone in the root.
 *
 * It knows neither jobs nor modules. All memory is in the config's arena; immutable once read.
 */
#ifndef PIPELINE_CONFIG_H
#define PIPELINE_CONFIG_H

#include "engine/base/arena.h"
#include "engine/base/buf.h"
#include "engine/base/digest.h"
#include "engine/discovery/scanner/scanner.h"
#include "jig/error.h"

#include <stdbool.h>
#include <stdint.h>

struct string_list {
    const char **data;
    uint32_t count;
};

enum config_depends {
    DEPENDS_TRANSITIVE, /* everything the module imports, however far */
    DEPENDS_DIRECT,     /* what it names itself */
    DEPENDS_SELF,       /* the module alone */
};

/* What of an imported module a job depends on. */
enum config_sees {
    SEES_CONTENT,     /* every byte */
    SEES_DEFINITIONS, /* the definitions that are imported, and what they use */
};

enum config_generator_kind {
    GENERATOR_COMMAND, /* `command`: an argv list, or `shell`: text for sh */
    GENERATOR_WORKER,  /* `worker`: argv of a program that speaks the persistent worker protocol */
    GENERATOR_PLUGIN,  /* `plugin`: path of a shared object */
    GENERATOR_BUILTIN, /* `builtin`: name of one that jig has */
};

struct config_scan {
    enum scanner_kind kind;
    const char *pattern;           /* regex; else NULL */
    struct string_list roots;      /* search path, in order */
    struct string_list extensions; /* with dot */
    const char *tsconfig;          /* NULL: the nearest */
};

struct config_generator {
    enum config_generator_kind kind;
    struct string_list argv;      /* command, worker: templates */
    struct string_list arguments; /* worker: the arguments of a request; templates */
    const char *shell;            /* command: template for sh; NULL when argv is given */
    const char *plugin;           /* relative to the root */
    const char *builtin;
    const char *version; /* part of the recipe; "" */
    const char *options; /* the `options` mapping as one line of JSON, keys sorted; "{}" */
    uint32_t workers;    /* processes at most; 0: as many as there are slots */
    uint32_t multiplex;  /* requests at a time in one worker; 0 and 1: one */
};

struct config_pipeline {
    const char *name;           /* full name */
    const char *package;        /* the folder it belongs to; "" is the root */
    const char *file;           /* the jig.yaml that declares it … */
    uint32_t line;              /* … and where */
    struct string_list sources; /* patterns */
    struct string_list exclude; /* patterns */
    struct config_scan scan;
    uint32_t *collects; /* pipelines whose outputs one job takes, by index; else NULL */
    uint32_t collects_count;
    struct config_generator generate;
    struct string_list outputs; /* templates */
    const char *out_root;       /* relative to the root; "" when not given */
    struct string_list env;     /* names of variables that are part of the recipe */
    uint32_t pool;              /* index into config.pools; CONFIG_NO_POOL */
    uint32_t timeout_ms;        /* of one job; 0: none */
    const char *description;    /* template; "" */
    enum config_depends depends;
    enum config_sees sees;
};

#define CONFIG_NO_POOL UINT32_MAX

struct config_pool {
    const char *name; /* "console" owns the terminal, one job at a time */
    uint32_t depth;
};

struct config_file {
    const char *path;     /* canonical, relative to the root */
    struct digest digest; /* of the text that was read */
};

struct config {
    struct arena arena;
    struct config_pipeline *pipelines;
    uint32_t pipeline_count;
    struct config_pool *pools;
    uint32_t pool_count;
    struct config_file *files; /* all that were read; [0] is the root's */
    uint32_t file_count;
    bool no_ignore;          /* `gitignore: false` */
    bool daemon;             /* `daemon:`: a process that stays is to build */
    uint32_t daemon_idle_ms; /* `daemon: {idle: …}`: how long it stays unused; 0: as usual */
};

/*
 * Reads `paths` (relative to the current directory, which is the root; [0] is the root's jig.yaml)
 * into *config, which is zeroed before and freed by config_free in every case.
 *
 * Errors have file, line, column and the line of text; an unknown key names the nearest valid one
 * and, in advice, all that are valid there. Refused: no or an unknown `version`, names given twice
 * or with characters other than letters, digits, `-`, `_` and `.`, both or neither of `sources` and
 * `collect`, a collect that names nothing or leads in a circle, more than one generator, unknown
 * placeholders, outputs without a placeholder that tells modules apart (except for collect),
 * outputs or sources that leave the root, and what YAML itself finds. `notice` (may be NULL) gets
 * what is odd but legal. Files of 1 MiB and more, and aliases that expand beyond it, are refused.
 * O(n log n) in the text, and patterns in `collect` cost one look at every pipeline.
 */
enum jig_status config_read(struct config *config, const char *const *paths, uint32_t count,
                            void (*notice)(void *context, const struct jig_error *what),
                            void *context, struct jig_error *error);
void config_free(struct config *config);

/*
 * The same, and tells every problem instead of the first: returns how many there are. Both
 * functions may be NULL.
 */
uint32_t config_check(struct config *config, const char *const *paths, uint32_t count,
                      void (*report)(void *context, const struct jig_error *what),
                      void (*notice)(void *context, const struct jig_error *what), void *context);

/* The same from memory, for one file: what the fuzzer and the tests call. */
enum jig_status config_parse(struct config *config, const char *path, const char *text,
                             size_t length, struct jig_error *error);

/* Appends the whole configuration, defaults filled in and paths resolved, as a jig.yaml again. */
void config_show(const struct config *config, struct buf *out);

/* ---- templates ------------------------------------------------------------------------------ */

/*
 * What placeholders stand for. `{{` and `}}` are braces.
 *
 *   {source}     the module's path, relative to the root      packages/a/src/user.proto
 *   {dir}        its folder, relative to the pipeline's       src
 *                package ("." when it is that), or to the
 *                root for a source outside of the package
 *   {name}       its last component                           user.proto
 *   {stem}       the name without its last suffix             user
 *   {ext}        that suffix, with its dot                    .proto
 *   {package}    the package's folder; "." for the root       packages/a
 *   {out_root}   the pipeline's `out_root`, relative to the root
 *
 * In commands and requests only:
 *
 *   {out} {outN} the first, the N-th output
 *   {outputs}    all outputs: separate arguments when an argument is nothing else
 *   {sources}    collect: all that is collected, likewise
 *   {options}    the options as JSON; in a worker's argv too
 */
struct template_values {
    const struct config_pipeline *pipeline;
    const char *source;         /* NULL for collect */
    const char *const *outputs; /* NULL while outputs themselves are expanded */
    uint32_t output_count;
    const char *const *sources; /* collect */
    uint32_t source_count;
};

/* Appends the expansion. `quote` quotes what is put in for sh. */
void template_expand(const char *text, const struct template_values *values, bool quote,
                     struct buf *out);

/*
 * Appends output number `index` as a canonical path relative to the root. False when it leads out
 * of the root, as `{dir}/../..` may for some sources.
 */
bool config_output_path(const struct config_pipeline *pipeline, uint32_t index, const char *source,
                        struct buf *out);

/*
 * Appends the command as text for sh -c: argv words quoted, or the shell text with its placeholders
 * quoted. {sources} and {outputs} alone in a word become one word each.
 */
void config_command(const struct config_pipeline *pipeline, const struct template_values *values,
                    struct buf *out);
/* Appends a worker request's arguments, each with a NUL after it. */
void config_arguments(const struct config_pipeline *pipeline, const struct template_values *values,
                      struct buf *out);

#endif
