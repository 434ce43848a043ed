#include "engine/graph/graph.h"

#include "engine/base/path.h"
#include "engine/graph/index.h"

#include <stdlib.h>

struct graph *graph_create(void)
{
    struct graph *graph = mem_zalloc(sizeof *graph);
    str_id unnamed = graph_intern(graph, "", 0);
    str_id console = graph_intern(graph, "console", 7);
    vec_push(&graph->pools, ((struct graph_pool){unnamed, 0}));
    vec_push(&graph->pools, ((struct graph_pool){console, 1}));
    return graph;
}

void graph_destroy(struct graph *graph)
{
    if (!graph)
        return;
    graph_index_free(graph->index);
    vec_free(&graph->text);
    vec_free(&graph->strs);
    vec_free(&graph->files);
    vec_free(&graph->jobs);
    vec_free(&graph->edges);
    vec_free(&graph->pieces);
    vec_free(&graph->pools);
    vec_free(&graph->defaults);
    vec_free(&graph->manifests);
    vec_free(&graph->manifest_digests);
    vec_free(&graph->views);
    vec_free(&graph->modules);
    free(graph);
}

void graph_columns(struct graph *graph, struct column out[GRAPH_COLUMN_COUNT])
{
    const struct column columns[GRAPH_COLUMN_COUNT] = {
        COLUMN("text", &graph->text),
        COLUMN("strs", &graph->strs),
        COLUMN("files", &graph->files),
        COLUMN("jobs", &graph->jobs),
        COLUMN("edges", &graph->edges),
        COLUMN("pieces", &graph->pieces),
        COLUMN("pools", &graph->pools),
        COLUMN("defaults", &graph->defaults),
        COLUMN("manifests", &graph->manifests),
        COLUMN("manifest_digests", &graph->manifest_digests),
        COLUMN("views", &graph->views),
        COLUMN("modules", &graph->modules),
    };
    memcpy(out, columns, sizeof columns);
}

file_id graph_add_file(struct graph *graph, const char *path, size_t length)
{
    str_id str = graph_intern(graph, path, length);
    struct graph_index *index = graph->index;
    if (index->file_of_str.data[str] != GRAPH_NONE)
        return index->file_of_str.data[str];
    str_id dir = graph_intern(graph, path, path_dir_length(path, length));
    file_id file = graph->files.count;
    vec_push(&graph->files, ((struct graph_file){str, dir, GRAPH_NONE, 0}));
    index->file_of_str.data[str] = file;
    index->files_indexed = graph->files.count;
    return file;
}

/* Gives the job's edges a place of their own, and its outputs their producer. */
static struct graph_job place_edges(struct graph *graph, job_id id, const struct graph_job *job,
                                    const file_id *edges)
{
    struct graph_job placed = *job;
    placed.edges = graph->edges.count;
    uint32_t count = job->out_count + job->in_count + job->order_only_count + job->validation_count;
    vec_reserve(&graph->edges, count);
    memcpy(graph->edges.data + placed.edges, edges, count * sizeof *edges);
    placed.edge_room = count;
    graph->edges.count += count;
    for (uint32_t i = 0; i < job->out_count; i++)
        graph->files.data[edges[i]].producer = id;
    return placed;
}

job_id graph_add_job(struct graph *graph, const struct graph_job *job, const file_id *edges)
{
    job_id id = graph->jobs.count;
    struct graph_job added = place_edges(graph, id, job, edges);
    vec_push(&graph->jobs, added);
    graph_index_consumer(graph, id);
    return id;
}

uint32_t graph_rope_begin(const struct graph *graph)
{
    return graph->pieces.count;
}

void graph_rope_push(struct graph *graph, str_id piece)
{
    vec_push(&graph->pieces, piece);
}

struct graph_rope graph_rope_end(const struct graph *graph, uint32_t mark)
{
    return (struct graph_rope){mark, graph->pieces.count - mark};
}

void graph_rope_append(const struct graph *graph, struct graph_rope rope, struct buf *out)
{
    for (uint32_t i = 0; i < rope.count; i++) {
        str_id piece = graph->pieces.data[rope.begin + i];
        buf_append(out, graph_str(graph, piece), graph_str_length(graph, piece));
    }
}

/*
 * The recipe: command and response file, and how inputs are discovered, since a change there
 * means that the recorded discovered inputs were found under other rules. Parts are separated
 * by NUL, which no part contains, so that text cannot move from one to the next unnoticed.
 */
static struct digest recipe_digest(const struct graph *graph, const struct graph_job *job,
                                   struct buf *scratch)
{
    const uint32_t discovery =
        job->flags & (GRAPH_JOB_DEPS_GCC | GRAPH_JOB_DEPS_MSVC | GRAPH_JOB_DYNDEP);
    buf_clear(scratch);
    graph_rope_append(graph, job->command, scratch);
    buf_append_char(scratch, '\0');
    graph_rope_append(graph, job->rspfile_content, scratch);
    buf_append_char(scratch, '\0');
    graph_rope_append(graph, job->depfile, scratch);
    buf_append_char(scratch, '\0');
    buf_append(scratch, &discovery, sizeof discovery);
    buf_append(scratch, graph_str(graph, job->salt), graph_str_length(graph, job->salt));
    return digest_of(scratch->data, scratch->length);
}

void graph_append_path(const struct graph *graph, file_id file, struct buf *out)
{
    const char *path = graph_path(graph, file);
    const char *part = graph_is_virtual(graph, file) ? strstr(path, "//") : NULL;
    if (part) {
        /* What comes after the next slash tells it from others, but nothing to people. */
        const char *name = part + strspn(part, "/");
        buf_printf(out, "%.*s#%.*s", (int)(part - path), path, (int)strcspn(name, "/"), name);
    } else
        buf_append_str(out, path);
}

/* ---- amending ---------------------------------------------------------------------------------
 */

void graph_seal_job(struct graph *graph, job_id id)
{
    struct buf scratch = {0};
    struct graph_job *job = &graph->jobs.data[id];
    if (!(job->flags & GRAPH_JOB_PHONY))
        job->recipe = recipe_digest(graph, job, &scratch);
    buf_free(&scratch);
}

void graph_set_inputs(struct graph *graph, job_id id, const file_id *inputs, uint32_t count,
                      uint32_t explicit_count)
{
    struct graph_job *job = &graph->jobs.data[id];
    uint32_t wanted = job->out_count + count;
    if (wanted > job->edge_room) {
        uint32_t moved = graph->edges.count;
        uint32_t room = wanted + wanted / 4;
        vec_extend(&graph->edges, room);
        memcpy(graph->edges.data + moved, graph->edges.data + job->edges,
               job->out_count * sizeof(file_id));
        job->edges = moved;
        job->edge_room = room;
    }
    if (count)
        memcpy(graph->edges.data + job->edges + job->out_count, inputs, count * sizeof *inputs);
    job->in_count = count;
    job->explicit_in_count = explicit_count;
    graph_index_consumer(graph, id);
}

static void disown_outputs(struct graph *graph, const struct graph_job *job)
{
    for (uint32_t i = 0; i < job->out_count; i++)
        graph->files.data[graph_outputs(graph, job)[i]].producer = GRAPH_NONE;
}

void graph_retire_job(struct graph *graph, job_id id)
{
    struct buf name = {0};
    disown_outputs(graph, &graph->jobs.data[id]);
    buf_printf(&name, "///retired/%u", id);
    file_id file = graph_add_file(graph, name.data, name.length);
    buf_free(&name);
    graph->files.data[file].flags |= GRAPH_FILE_VIRTUAL;
    graph->files.data[file].producer = id;
    struct graph_job *job = &graph->jobs.data[id];
    graph->edges.data[job->edges] = file;
    *job = (struct graph_job){.edges = job->edges,
                              .edge_room = job->edge_room,
                              .explicit_out_count = 1,
                              .out_count = 1,
                              .flags = GRAPH_JOB_PHONY,
                              .rule = job->rule,
                              .manifest = job->manifest,
                              .msvc_deps_prefix = GRAPH_NONE,
                              .dyndep = GRAPH_NONE};
}

void graph_replace_job(struct graph *graph, job_id id, const struct graph_job *job,
                       const file_id *edges)
{
    disown_outputs(graph, &graph->jobs.data[id]);
    struct graph_job placed = place_edges(graph, id, job, edges);
    graph->jobs.data[id] = placed;
    graph_index_consumer(graph, id);
    graph_seal_job(graph, id);
}

/* ---- sealing ----------------------------------------------------------------------------------
 */

void graph_seal(struct graph *graph, job_id first)
{
    struct buf scratch = {0};
    for (job_id id = first; id < graph->jobs.count; id++) {
        struct graph_job *job = &graph->jobs.data[id];
        if (!(job->flags & GRAPH_JOB_PHONY))
            job->recipe = recipe_digest(graph, job, &scratch);
    }
    buf_free(&scratch);
}
