/*
 * The job graph: files, jobs and the edges between them, as dense ids and flat columns.
 *
 * A manifest fills it (graph_add_file, graph_add_job, …), graph_seal finishes it, and from then
 * on stages read it; only files discovered while building are still added. It knows nothing of
 * the disk, of processes or of any manifest language.
 *
 * Ids are dense, stable for the life of the graph, and index parallel columns elsewhere
 * (history, plan). Every column is pointer-free, so the whole graph is written to the image and
 * mapped back as it is. All strings live in `text`, NUL-terminated, interned: equal strings
 * have equal ids.
 *
 * Long recipe texts are ropes: lists of interned pieces, because thousands of commands share
 * their flags. `graph_rope_append` joins one.
 *
 * Not thread-safe while being changed; any number of threads may read a graph nobody changes.
 */
#ifndef GRAPH_GRAPH_H
#define GRAPH_GRAPH_H

#include "engine/base/buf.h"
#include "engine/base/column.h"
#include "engine/base/digest.h"
#include "engine/base/memory.h"
#include "jig/error.h"

#include <stdbool.h>

typedef uint32_t file_id;
typedef uint32_t job_id;
typedef uint32_t str_id;

/* "No such id", for any of the three. */
#define GRAPH_NONE UINT32_MAX

struct graph_str {
    uint32_t offset; /* into graph.text */
    uint32_t length; /* bytes, without the NUL */
};

struct graph_rope {
    uint32_t begin; /* first piece, in graph.pieces */
    uint32_t count;
};

struct graph_file {
    str_id path;     /* canonical, as the manifest spells it */
    str_id dir;      /* directory part of the path; "" when it has none */
    job_id producer; /* the job that makes this file; GRAPH_NONE for a source */
    uint32_t flags;  /* enum graph_file_flag */
};

enum graph_file_flag {
    GRAPH_FILE_DISCOVERED = 1u << 0, /* not named by the manifest; known from a run only */
    /*
     * Stands for something that is not a file, such as one definition in one. Whoever fills the
     * graph also keeps its record in the history; nobody looks on the disk. Its path has `//` in
     * it, which no canonical path has, and people read that as `#`: `src/user.ts#User`; what
     * follows after one more slash is not for people.
     */
    GRAPH_FILE_VIRTUAL = 1u << 1,
};

enum graph_job_flag {
    GRAPH_JOB_PHONY = 1u << 0,     /* a name for its inputs; has no command and is never run */
    GRAPH_JOB_GENERATOR = 1u << 1, /* rewrites the manifest: its recipe does not count */
    GRAPH_JOB_RESTAT = 1u << 2,    /* declared that outputs may stay as they are */
    GRAPH_JOB_DEPS_GCC = 1u << 3,  /* the depfile is read, recorded and removed */
    GRAPH_JOB_DEPS_MSVC = 1u << 4, /* inputs are found in the output's include lines */
    GRAPH_JOB_DYNDEP = 1u << 5,    /* one of its inputs tells more inputs and outputs */
};

/*
 * One job. Its files lie together in graph.edges from `edges` on, in this order: explicit
 * outputs, implicit outputs, explicit inputs, implicit inputs, order-only inputs, validations.
 */
struct graph_job {
    uint32_t edges;
    uint32_t explicit_out_count;
    uint32_t out_count; /* explicit and implicit */
    uint32_t explicit_in_count;
    uint32_t in_count; /* explicit and implicit: those whose content counts */
    uint32_t order_only_count;
    uint32_t validation_count;
    uint32_t flags;       /* enum graph_job_flag */
    struct digest recipe; /* of all that makes the same inputs give other outputs */
    uint32_t pool;        /* index into graph.pools */
    str_id rule;          /* the rule's name, for people */
    str_id manifest;      /* the manifest file that declares the job … */
    uint32_t line;        /* … and the line there */
    struct graph_rope command;
    struct graph_rope description;
    struct graph_rope depfile; /* empty: none */
    struct graph_rope rspfile; /* empty: none */
    struct graph_rope rspfile_content;
    str_id msvc_deps_prefix;   /* GRAPH_NONE: the compiler's usual one */
    file_id dyndep;            /* the dyndep file, one of the inputs; GRAPH_NONE: none */
    uint32_t edge_room;        /* edges that have a place from `edges` on; at least those in use */
    uint32_t dyndep_out_count; /* the last so many outputs, */
    uint32_t dyndep_in_count;  /* and the last so many inputs, are from the dyndep file */
    uint32_t pipeline;         /* 1-based number of the pipeline it belongs to; 0: of none */
    str_id salt;               /* what else makes its recipe: generator, version, options; "" */
    uint32_t timeout_ms;       /* 0: none */
};

struct graph_pool {
    str_id name;
    uint32_t depth; /* jobs at a time; 0 is unlimited */
};

enum {
    GRAPH_POOL_DEFAULT = 0, /* named "", unlimited */
    GRAPH_POOL_CONSOLE = 1, /* named "console", depth 1, owns the terminal */
};

/*
 * What a virtual file stands for. The graph only keeps it, for whoever filled it and has to say
 * anew what its digest is.
 */
struct graph_view {
    file_id file;      /* the virtual file */
    uint32_t kind;     /* enum graph_view_kind */
    file_id of;        /* the file it is a part of; GRAPH_NONE: of none */
    str_id name;       /* which part */
    uint32_t lens;     /* through which lens */
    uint32_t pipeline; /* 1-based, for GRAPH_VIEW_MODULES; else 0 */
};

enum graph_view_kind {
    GRAPH_VIEW_DEFINITION, /* one definition with all it uses; "*": all that the file exports */
    GRAPH_VIEW_IMPORTS,    /* what the file's imports lead to */
    GRAPH_VIEW_MODULES,    /* the same for all modules of a pipeline */
    GRAPH_VIEW_DISCOVERY,  /* all that was discovered: when its digest stands, so do all others */
};

struct graph {
    VEC(char) text;
    VEC(struct graph_str) strs;
    VEC(struct graph_file) files;
    VEC(struct graph_job) jobs;
    VEC(file_id) edges;
    VEC(str_id) pieces; /* of ropes */
    VEC(struct graph_pool) pools;
    VEC(file_id) defaults;  /* of the manifest's default statements, in their order */
    VEC(file_id) manifests; /* every manifest file that was read; [0] is the main one */
    VEC(struct digest) manifest_digests; /* [as manifests] their content when they were parsed */
    VEC(struct graph_view) views;        /* of virtual files that no job makes */
    VEC(file_id) modules;                /* [module] its file, as discovery numbers modules */

    /* Found again from the columns on demand; never persisted. */
    struct graph_index *index;
};

enum { GRAPH_COLUMN_COUNT = 12 };

/* An empty graph with its two built-in pools. Free with graph_destroy. */
struct graph *graph_create(void);
void graph_destroy(struct graph *graph);

/* Describes every persisted column, for the state. A graph to be loaded starts zeroed. */
void graph_columns(struct graph *graph, struct column out[GRAPH_COLUMN_COUNT]);

/*
 * Checks that every id and offset of a loaded graph lies inside its column, so that no later
 * stage can be led outside by a damaged image. O(size of the graph).
 */
bool graph_is_sound(const struct graph *graph);

/* The id of an interned copy of text[0..length). O(length). */
str_id graph_intern(struct graph *graph, const char *text, size_t length);
/* The id of an already interned string, or GRAPH_NONE. */
str_id graph_find_str(struct graph *graph, const char *text, size_t length);

/*
 * The file with this canonical path, added when new. `path` may not point into the graph's own
 * text. O(length) amortised.
 */
file_id graph_add_file(struct graph *graph, const char *path, size_t length);
/* The file with this canonical path, or GRAPH_NONE. */
file_id graph_find_file(struct graph *graph, const char *path, size_t length);

/*
 * Adds a job. The caller has filled counts, flags, ropes and names; `edges` holds its files in
 * struct graph_job's order and is copied. Sets the job's `edges` and the outputs' `producer`:
 * the caller has made sure that no output has one yet. `recipe` is computed by graph_seal.
 */
job_id graph_add_job(struct graph *graph, const struct graph_job *job, const file_id *edges);

/*
 * Amending a graph in place, for who keeps it for long. Ids stay what they are; what was replaced
 * is garbage until the graph is made anew.
 *
 * graph_set_inputs replaces all inputs of a job that has no other edges than outputs and inputs.
 * graph_retire_job takes a job out: its outputs have no producer any more, and in its place stands
 * a phony job that makes a virtual file which nobody reads. graph_replace_job gives such a place to
 * another job, as graph_add_job would; its recipe is computed. All: O(edges of the job).
 */
void graph_set_inputs(struct graph *graph, job_id job, const file_id *inputs, uint32_t count,
                      uint32_t explicit_count);
void graph_retire_job(struct graph *graph, job_id job);
void graph_replace_job(struct graph *graph, job_id id, const struct graph_job *job,
                       const file_id *edges);
/* Computes one job's recipe digest again, after its ropes changed. */
void graph_seal_job(struct graph *graph, job_id job);

/*
 * What a dyndep file tells of one job. graph_set_dyndep replaces what an earlier one told; it fails
 * with JIG_ERROR_MANIFEST when another job makes one of the outputs, and the job then has no
 * extra files at all. O(edges of the job).
 */
struct graph_dyndep {
    const file_id *outs; /* implicit outputs */
    uint32_t out_count;
    const file_id *ins; /* implicit inputs */
    uint32_t in_count;
};
enum jig_status graph_set_dyndep(struct graph *graph, job_id job, const struct graph_dyndep *extra,
                                 struct jig_error *error);
void graph_clear_dyndep(struct graph *graph, job_id job);

/* Ropes: mark = graph_rope_begin(g); graph_rope_push(g, piece)…; rope = graph_rope_end(g, mark). */
uint32_t graph_rope_begin(const struct graph *graph);
void graph_rope_push(struct graph *graph, str_id piece);
struct graph_rope graph_rope_end(const struct graph *graph, uint32_t mark);
void graph_rope_append(const struct graph *graph, struct graph_rope rope, struct buf *out);

/* Computes the recipe digest of every job from `first` on. Call once all ropes are in place. */
void graph_seal(struct graph *graph, job_id first);

/*
 * The default targets: those of default statements, or else every output that no job reads.
 * Appends to `out`. Fails with ninja's message when there are jobs but no root.
 */
struct file_list {
    file_id *data;
    uint32_t count, capacity;
};
enum jig_status graph_default_targets(const struct graph *graph, struct file_list *out,
                                      struct jig_error *error);

/*
 * Jobs that read `file` (explicit, implicit or order-only), each once, ascending as long as the
 * graph has not been amended; after that some may be among them that read it no more. Count in
 * *count. Valid until the next call. The first call builds the reverse edges of the whole graph,
 * O(edges); later ones are O(1), or O(count) where jobs were added.
 */
const job_id *graph_consumers(struct graph *graph, file_id file, uint32_t *count);

/* The known file name most like `path` that a job makes or reads, or NULL: for "did you mean". */
const char *graph_spellcheck(const struct graph *graph, const char *path);

static inline const char *graph_str(const struct graph *graph, str_id id)
{
    return graph->text.data + graph->strs.data[id].offset;
}

static inline uint32_t graph_str_length(const struct graph *graph, str_id id)
{
    return graph->strs.data[id].length;
}

static inline const char *graph_path(const struct graph *graph, file_id file)
{
    return graph_str(graph, graph->files.data[file].path);
}

static inline bool graph_is_virtual(const struct graph *graph, file_id file)
{
    return graph->files.data[file].flags & GRAPH_FILE_VIRTUAL;
}

/* Appends a file's path as people read it. */
void graph_append_path(const struct graph *graph, file_id file, struct buf *out);

static inline const file_id *graph_outputs(const struct graph *graph, const struct graph_job *job)
{
    return graph->edges.data + job->edges;
}

static inline const file_id *graph_inputs(const struct graph *graph, const struct graph_job *job)
{
    return graph->edges.data + job->edges + job->out_count;
}

static inline const file_id *graph_order_only(const struct graph *graph,
                                              const struct graph_job *job)
{
    return graph_inputs(graph, job) + job->in_count;
}

static inline const file_id *graph_validations(const struct graph *graph,
                                               const struct graph_job *job)
{
    return graph_order_only(graph, job) + job->order_only_count;
}

/* The output that stands for a job between runs: its first. Every job has one. */
static inline file_id graph_job_key(const struct graph *graph, const struct graph_job *job)
{
    return graph->edges.data[job->edges];
}

#endif
