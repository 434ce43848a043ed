#include "bench/graph_shape.h"

#include "engine/base/memory.h"

#include <stdlib.h>
#include <string.h>

static void add(struct graph_shape *shape, uint32_t from, uint32_t to)
{
    shape->edges[shape->edge_count++] = (struct jig_graph_edge){from, to};
}

static void make_chain(struct graph_shape *shape)
{
    for (uint32_t t = 1; t < shape->count; t++)
        add(shape, t - 1, t);
}

static void make_tree(struct graph_shape *shape)
{
    for (uint32_t t = 1; t < shape->count; t++)
        add(shape, (t - 1) / 2, t);
}

static void make_random(struct graph_shape *shape)
{
    uint64_t state = 1;
    for (uint32_t t = 1; t < shape->count; t++) {
        for (uint32_t i = 0; i < 4; i++) {
            /* Knuth's MMIX generator; its high bits are the good ones. */
            state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            add(shape, (uint32_t)((state >> 32) * t >> 32), t);
        }
    }
}

static void make_wavefront(struct graph_shape *shape)
{
    uint32_t side = 1;
    while ((uint64_t)(side + 1) * (side + 1) <= shape->count)
        side++;
    shape->count = side * side;
    for (uint32_t t = 0; t < shape->count; t++) {
        if (t % side > 0)
            add(shape, t - 1, t);
        if (t >= side)
            add(shape, t - side, t);
    }
}

bool graph_shape_make(const char *name, uint32_t nodes, struct graph_shape *shape)
{
    static const struct {
        const char *name;
        uint32_t degree; /* edges a task at most */
        void (*make)(struct graph_shape *);
    } makers[] = {
        {"chain", 1, make_chain},
        {"tree", 1, make_tree},
        {"random", 4, make_random},
        {"wavefront", 2, make_wavefront},
    };
    for (uint32_t i = 0; i < sizeof makers / sizeof *makers; i++) {
        if (strcmp(name, makers[i].name) != 0)
            continue;
        *shape = (struct graph_shape){.name = makers[i].name, .count = nodes};
        shape->edges = mem_array((size_t)nodes * makers[i].degree, sizeof *shape->edges);
        makers[i].make(shape);
        return true;
    }
    return false;
}

void graph_shape_free(struct graph_shape *shape)
{
    free(shape->edges);
    *shape = (struct graph_shape){0};
}
