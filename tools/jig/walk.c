#include "tools/jig/walk.h"

#include <stdlib.h>

/* A file on the way from the start, and how many of its inputs were gone into. */
struct walk_step {
    file_id file;
    uint32_t next_input;
};

void walk_begin(struct walk *walk)
{
    walk->seen = mem_array(walk->graph->files.count, 1);
}

void walk_free(struct walk *walk)
{
    free(walk->seen);
    vec_free(&walk->path);
}

static void enter(struct walk *walk, file_id file)
{
    if (walk->seen[file])
        return;
    walk->seen[file] = 1;
    if (walk->enter)
        walk->enter(walk->context, file);
    struct walk_step step = {.file = file};
    vec_push(&walk->path, step);
}

/* The next input of the step's file, or GRAPH_NONE. */
static file_id next_input(const struct graph *graph, struct walk_step *step)
{
    job_id producer = graph->files.data[step->file].producer;
    if (producer == GRAPH_NONE)
        return GRAPH_NONE;
    const struct graph_job *job = &graph->jobs.data[producer];
    if (step->next_input == job->in_count + job->order_only_count)
        return GRAPH_NONE;
    return graph_inputs(graph, job)[step->next_input++];
}

void walk_from(struct walk *walk, file_id start)
{
    enter(walk, start);
    while (walk->path.count) {
        struct walk_step *step = &walk->path.data[walk->path.count - 1];
        file_id input = next_input(walk->graph, step);
        if (input != GRAPH_NONE) {
            enter(walk, input);
            continue;
        }
        file_id done = step->file;
        walk->path.count--;
        if (walk->leave)
            walk->leave(walk->context, done);
    }
}

void walk_from_inputs(struct walk *walk, file_id file)
{
    struct walk_step step = {.file = file};
    file_id input;
    while ((input = next_input(walk->graph, &step)) != GRAPH_NONE)
        walk_from(walk, input);
}
