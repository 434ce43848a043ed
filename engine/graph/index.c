#include "engine/graph/index.h"

#include <stdlib.h>

enum { SMALLEST_TABLE = 1024 };

void graph_index_free(struct graph_index *index)
{
    if (!index)
        return;
    free(index->slots);
    vec_free(&index->file_of_str);
    reverse_free(&index->consumers);
    free(index);
}

static void insert(struct graph_index *index, uint64_t hash, str_id id)
{
    uint32_t mask = index->slot_count - 1;
    uint32_t at = (uint32_t)hash & mask;
    while (index->slots[at])
        at = (at + 1) & mask;
    index->slots[at] = id + 1;
}

static uint64_t hash_str(const struct graph *graph, str_id id)
{
    return XXH3_64bits(graph_str(graph, id), graph_str_length(graph, id));
}

/* Makes the table large enough for `strings` strings, moving those already in it. */
static void reserve_slots(const struct graph *graph, struct graph_index *index, uint32_t strings)
{
    uint64_t wanted = SMALLEST_TABLE;
    while (wanted < (uint64_t)strings * 2)
        wanted *= 2;
    if (wanted <= index->slot_count)
        return;
    free(index->slots);
    index->slots = mem_array(wanted, sizeof *index->slots);
    index->slot_count = (uint32_t)wanted;
    for (str_id id = 0; id < index->indexed; id++)
        insert(index, hash_str(graph, id), id);
}

static void index_files(const struct graph *graph, struct graph_index *index)
{
    uint32_t known = index->file_of_str.count;
    if (known < graph->strs.count) {
        uint32_t fresh = graph->strs.count - known;
        vec_reserve(&index->file_of_str, fresh);
        memset(index->file_of_str.data + known, 0xff, fresh * sizeof(file_id));
        index->file_of_str.count = graph->strs.count;
    }
    for (; index->files_indexed < graph->files.count; index->files_indexed++) {
        str_id path = graph->files.data[index->files_indexed].path;
        index->file_of_str.data[path] = index->files_indexed;
    }
}

void graph_index_update(struct graph *graph)
{
    if (!graph->index)
        graph->index = mem_zalloc(sizeof *graph->index);
    struct graph_index *index = graph->index;
    if (index->slots && index->indexed == graph->strs.count &&
        index->files_indexed == graph->files.count)
        return;
    reserve_slots(graph, index, graph->strs.count + 1);
    for (; index->indexed < graph->strs.count; index->indexed++)
        insert(index, hash_str(graph, index->indexed), index->indexed);
    index_files(graph, index);
}

static str_id find(const struct graph *graph, uint64_t hash, const char *text, size_t length)
{
    const struct graph_index *index = graph->index;
    uint32_t mask = index->slot_count - 1;
    for (uint32_t at = (uint32_t)hash & mask; index->slots[at]; at = (at + 1) & mask) {
        str_id id = index->slots[at] - 1;
        if (graph_str_length(graph, id) == length &&
            memcmp(graph_str(graph, id), text, length) == 0)
            return id;
    }
    return GRAPH_NONE;
}

str_id graph_find_str(struct graph *graph, const char *text, size_t length)
{
    graph_index_update(graph);
    return find(graph, XXH3_64bits(text, length), text, length);
}

str_id graph_intern(struct graph *graph, const char *text, size_t length)
{
    graph_index_update(graph);
    struct graph_index *index = graph->index;
    uint64_t hash = XXH3_64bits(text, length);
    str_id found = find(graph, hash, text, length);
    if (found != GRAPH_NONE)
        return found;

    if ((uint64_t)graph->text.count + length + 1 > UINT32_MAX)
        mem_exhausted(length);
    str_id id = graph->strs.count;
    reserve_slots(graph, index, id + 1);
    struct graph_str str = {graph->text.count, (uint32_t)length};
    vec_reserve(&graph->text, length + 1);
    memcpy(graph->text.data + str.offset, text, length);
    graph->text.data[str.offset + length] = '\0';
    graph->text.count += (uint32_t)length + 1;
    vec_push(&graph->strs, str);
    insert(index, hash, id);
    index->indexed = id + 1;
    vec_push(&index->file_of_str, GRAPH_NONE);
    return id;
}

file_id graph_find_file(struct graph *graph, const char *path, size_t length)
{
    str_id str = graph_find_str(graph, path, length);
    return str == GRAPH_NONE ? GRAPH_NONE : graph->index->file_of_str.data[str];
}

/* What a job reads or waits for: the part of its edges that makes it a consumer. */
static const file_id *read_edges(const void *context, job_id id, uint32_t *count)
{
    const struct graph *graph = context;
    const struct graph_job *job = &graph->jobs.data[id];
    *count = job->in_count + job->order_only_count;
    return graph_inputs(graph, job);
}

void graph_index_consumer(struct graph *graph, job_id job)
{
    struct graph_index *index = graph->index;
    if (!index || !index->has_consumers)
        return;
    uint32_t count;
    const file_id *read = read_edges(graph, job, &count);
    for (uint32_t i = 0; i < count; i++)
        reverse_add(&index->consumers, read[i], job);
    index->has_consumers = !reverse_is_worn(&index->consumers);
}

const job_id *graph_consumers(struct graph *graph, file_id file, uint32_t *count)
{
    graph_index_update(graph);
    struct graph_index *index = graph->index;
    if (!index->has_consumers)
        reverse_build(&index->consumers, graph->files.count, graph->jobs.count, read_edges, graph);
    index->has_consumers = true;
    return reverse_find(&index->consumers, file, count);
}
