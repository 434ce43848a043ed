/*
 * Internal to filling a graph: what is at hand while jobs are added.
 */
#ifndef PIPELINE_FILLING_H
#define PIPELINE_FILLING_H

#include "engine/manifest/pipeline/fill.h"
#include "engine/manifest/pipeline/rounds.h"

struct filling {
    const struct fill *fill;
    struct graph *graph;
    struct discovery *discovery;
    struct rounds rounds;
    file_id *closures; /* [component] see closures_make; GRAPH_NONE: not wanted */
    /* Amending: the closure of a component, made when there is none; else NULL. */
    file_id (*closure_of)(struct filling *filling, uint32_t component);
    VEC(uint32_t) view_of;  /* [file_id] one more than its view in graph->views; 0: none */
    VEC(uint32_t) listed;   /* [file_id] serial of the list that it was last added to */
    uint32_t serial;        /* of the list that is being made */
    struct file_list edges; /* that list: the files of a job */
    struct buf text;        /* scratch */
};

static inline const char *filling_path(const struct filling *filling, file_id file)
{
    return graph_path(filling->graph, file);
}

static inline file_id filling_file(const struct filling *filling, module_id module)
{
    return filling->graph->modules.data[module];
}

/* What all jobs of a pipeline have in common. */
struct job_pattern {
    uint32_t index;
    const struct config_pipeline *pipeline;
    struct graph_job job;
    struct file_list tools;
};

/* ---- fill.c --------------------------------------------------------------------------------- */

struct job_pattern pattern_make(struct filling *filling, uint32_t index, const char *salt);
/*
 * The job whose inputs have been listed, `explicit_count` of them explicit; `edges` become its
 * edges. `source` is NULL for one that collects.
 */
struct graph_job pattern_fill(struct filling *filling, const struct job_pattern *pattern,
                              const file_id *outputs, uint32_t explicit_count, const char *source,
                              struct file_list *edges);
/* Lists what the pipeline's job over this source depends on, but for tools. */
void edges_of_source(struct filling *filling, uint32_t pipeline, file_id source);

/* ---- edges.c -------------------------------------------------------------------------------- */

/* Begins the list of another job's files. */
void edges_begin(struct filling *filling);
/* Adds a file to the list, unless it is in it. */
void edges_add(struct filling *filling, file_id file);
/* Adds what `module` imports, as far and as closely as the pipeline depends on it. */
void edges_add_imports(struct filling *filling, uint32_t pipeline, module_id module);
/* Whether that comes to whole files. */
bool edges_see_content(const struct filling *filling, uint32_t pipeline, module_id module);
/* Adds the virtual file that says what the module's imports lead to. */
void edges_add_import_list(struct filling *filling, module_id module);
/* The same for all modules of the pipeline `of`. */
void edges_add_module_list(struct filling *filling, uint32_t of);
/* ---- tools.c ------------------------------------------------------------------------------------
 */

/* Whether the path is a word of the pipeline's command, or its plugin. */
bool tools_name(const struct config_pipeline *pipeline, const char *path);
/* Adds the files of the tree that the pipeline's command names, and its plugin. */
void edges_add_tools(struct filling *filling, uint32_t pipeline);

/* ---- closure.c ------------------------------------------------------------------------------ */

/*
 * Fills `closures` for all components that are wanted, and for those they reach, which become
 * wanted too. A closure's term changes when anything in the component, or in what it reaches, does:
 * it is the only file of a component that imports nothing, else a virtual file with a phony job
 * that makes it.
 */
void closures_make(struct filling *filling, uint8_t *wanted);
/* What closure.c does for one component: lists its parts; those it imports are there. */
void closure_list(struct filling *filling, uint32_t component);
/* The virtual file that its closure is, made by no job if there is none; in text. */
void closure_name(struct filling *filling, uint32_t component);
/* The job of the closure whose parts have been listed, as an addition to the graph. */
file_id closure_add(struct filling *filling, uint32_t component);
/* Marks what a job of `module` needs closures of. */
void closures_want(const struct filling *filling, module_id module, uint8_t *wanted);

/* A virtual path: `part` of the file, which no other part has, seen through `lens`. In text. */
void filling_name_part(struct filling *filling, const char *path, const char *part, uint32_t lens);

#endif
