/*
 * What imports what, as adjacency lists, and the components: strongly connected ones, by Tarjan's
 * algorithm ("Depth-first search and linear graph algorithms", SIAM J. Comput. 1, 1972) with an
 * explicit stack, since a chain of imports may be as long as there are modules. It finishes a
 * component after all those it can reach, which is the order of the numbers.
 */
#include "engine/discovery/internal.h"

#include <stdlib.h>

static void adjacency_free(struct adjacency *adjacency)
{
    free(adjacency->offsets);
    free(adjacency->items);
    *adjacency = (struct adjacency){0};
}

void components_free(struct discovery *discovery)
{
    adjacency_free(&discovery->targets);
    adjacency_free(&discovery->importers);
    adjacency_free(&discovery->components);
    discovery->component_count = 0;
}

static int by_id(const void *a, const void *b)
{
    module_id one = *(const module_id *)a, other = *(const module_id *)b;
    return (one > other) - (one < other);
}

/* Sorts ids[0..count) and drops doubles. Mostly there are a handful. */
static uint32_t sort_unique(module_id *ids, uint32_t count)
{
    enum { BY_HAND = 16 };
    if (count > BY_HAND) {
        qsort(ids, count, sizeof *ids, by_id);
    } else {
        for (uint32_t i = 1; i < count; i++) {
            module_id id = ids[i];
            uint32_t at = i;
            for (; at > 0 && ids[at - 1] > id; at--)
                ids[at] = ids[at - 1];
            ids[at] = id;
        }
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (kept == 0 || ids[kept - 1] != ids[i])
            ids[kept++] = ids[i];
    }
    return kept;
}

static void find_targets(struct discovery *discovery)
{
    uint32_t count = discovery->now.modules.count;
    struct adjacency *targets = &discovery->targets;
    targets->offsets = mem_array((size_t)count + 1, sizeof *targets->offsets);
    size_t imports = 0;
    for (module_id id = 0; id < count; id++)
        imports += discovery->now.modules.data[id].imports_count;
    targets->items = mem_alloc(imports * sizeof *targets->items);
    uint32_t at = 0;
    for (module_id id = 0; id < count; id++) {
        const struct module_import *resolved = discovery_resolved(discovery, id);
        uint32_t found = 0;
        for (uint32_t i = 0; i < discovery->now.modules.data[id].imports_count; i++) {
            module_id target = resolved[i].target;
            if (target != MODULE_NONE && target != id)
                targets->items[at + found++] = target;
        }
        at += sort_unique(targets->items + at, found);
        targets->offsets[id + 1] = at;
    }
}

/* ---- components ---------------------------------------------------------------------------- */

/* A module whose imports are being followed. */
struct frame {
    module_id module;
    uint32_t next; /* into targets.items: the next import to follow */
};

struct tarjan {
    struct discovery *discovery;
    uint32_t *low;    /* [module]: 0 unseen; else the lowest visit number known to be reachable */
    module_id *stack; /* visited, in no component yet */
    struct frame *frames;
    uint32_t stacked, depth, visits;
};

static void enter(struct tarjan *tarjan, module_id id)
{
    tarjan->low[id] = ++tarjan->visits;
    tarjan->stack[tarjan->stacked++] = id;
    tarjan->frames[tarjan->depth++] = (struct frame){id, tarjan->discovery->targets.offsets[id]};
}

/* All that was stacked since `root` is one component. */
static void finish_component(struct tarjan *tarjan, module_id root)
{
    module_id id;
    do {
        id = tarjan->stack[--tarjan->stacked];
        tarjan->discovery->now.modules.data[id].component = tarjan->discovery->component_count;
        tarjan->low[id] = UINT32_MAX; /* done: lowers nobody's */
    } while (id != root);
    tarjan->discovery->component_count++;
}

/*
 * `low` of a module on the frames begins as its own visit number. A module is the root of its
 * component when nothing it reaches brought it lower, so that number is kept with the frame's place
 * on the stack: the visit number of a root is `low` unchanged.
 */
static void follow(struct tarjan *tarjan, module_id from, uint32_t *visited)
{
    const struct adjacency *targets = &tarjan->discovery->targets;
    enter(tarjan, from);
    visited[from] = tarjan->visits;
    while (tarjan->depth) {
        struct frame *frame = &tarjan->frames[tarjan->depth - 1];
        module_id id = frame->module;
        if (frame->next < targets->offsets[id + 1]) {
            module_id target = targets->items[frame->next++];
            if (!tarjan->low[target]) {
                enter(tarjan, target);
                visited[target] = tarjan->visits;
            } else if (tarjan->low[target] < tarjan->low[id]) {
                tarjan->low[id] = tarjan->low[target];
            }
            continue;
        }
        uint32_t low = tarjan->low[id];
        tarjan->depth--;
        if (low == visited[id])
            finish_component(tarjan, id);
        else if (low < tarjan->low[tarjan->frames[tarjan->depth - 1].module])
            tarjan->low[tarjan->frames[tarjan->depth - 1].module] = low;
    }
}

/* Counting sort of the modules by component. */
static void list_members(struct discovery *discovery)
{
    struct adjacency *components = &discovery->components;
    uint32_t count = discovery->now.modules.count;
    components->offsets = mem_array((size_t)discovery->component_count + 2, sizeof(uint32_t));
    components->items = mem_array(count, sizeof *components->items);
    for (module_id id = 0; id < count; id++)
        components->offsets[discovery->now.modules.data[id].component + 2]++;
    for (uint32_t c = 2; c < discovery->component_count + 2; c++)
        components->offsets[c] += components->offsets[c - 1];
    for (module_id id = 0; id < count; id++)
        components->items[components->offsets[discovery->now.modules.data[id].component + 1]++] =
            id;
}

void components_find(struct discovery *discovery)
{
    uint32_t count = discovery->now.modules.count;
    components_free(discovery);
    find_targets(discovery);
    struct tarjan tarjan = {
        .discovery = discovery,
        .low = mem_array(count, sizeof *tarjan.low),
        .stack = mem_alloc(count * sizeof *tarjan.stack),
        .frames = mem_alloc(count * sizeof *tarjan.frames),
    };
    uint32_t *visited = mem_alloc(count * sizeof *visited);
    for (module_id id = 0; id < count; id++) {
        if (!tarjan.low[id])
            follow(&tarjan, id, visited);
    }
    free(visited);
    free(tarjan.low);
    free(tarjan.stack);
    free(tarjan.frames);
    list_members(discovery);
}

/* ---- reading ------------------------------------------------------------------------------- */

static const module_id *list_of(const struct adjacency *adjacency, uint32_t index, uint32_t *count)
{
    uint32_t begin = adjacency->offsets[index];
    *count = adjacency->offsets[index + 1] - begin;
    return adjacency->items + begin;
}

const module_id *discovery_targets(const struct discovery *discovery, module_id id, uint32_t *count)
{
    return list_of(&discovery->targets, id, count);
}

uint32_t discovery_component_count(const struct discovery *discovery)
{
    return discovery->component_count;
}

const module_id *discovery_component(const struct discovery *discovery, uint32_t component,
                                     uint32_t *count)
{
    return list_of(&discovery->components, component, count);
}

/* The targets' lists turned round; importers come out ascending. */
static void find_importers(struct discovery *discovery)
{
    const struct adjacency *targets = &discovery->targets;
    struct adjacency *importers = &discovery->importers;
    uint32_t count = discovery->now.modules.count;
    uint32_t edges = targets->offsets[count];
    importers->offsets = mem_array((size_t)count + 2, sizeof *importers->offsets);
    importers->items = mem_array(edges, sizeof *importers->items);
    for (uint32_t i = 0; i < edges; i++)
        importers->offsets[targets->items[i] + 2]++;
    for (uint32_t i = 2; i < count + 2; i++)
        importers->offsets[i] += importers->offsets[i - 1];
    for (module_id id = 0; id < count; id++)
        for (uint32_t i = targets->offsets[id]; i < targets->offsets[id + 1]; i++)
            importers->items[importers->offsets[targets->items[i] + 1]++] = id;
}

const module_id *discovery_importers(struct discovery *discovery, module_id id, uint32_t *count)
{
    if (!discovery->importers.offsets)
        find_importers(discovery);
    return list_of(&discovery->importers, id, count);
}
