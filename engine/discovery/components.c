/*
 * What imports what, as adjacency lists, and the components: strongly connected ones, by Tarjan's
 * algorithm ("Depth-first search and linear graph algorithms", SIAM J. Comput. 1, 1972) with an
 * explicit stack, since a chain of imports may be as long as there are modules. It finishes a
 * component after all those it can reach, which is the order of the numbers.
 */
#include "engine/discovery/internal.h"

#include <stdlib.h>

void components_free(struct discovery *discovery)
{
    lists_free(&discovery->targets);
    lists_free(&discovery->importers);
    lists_free(&discovery->components);
    vec_free(&discovery->ranks);
    discovery->has_importers = false;
}

int compare_modules(const void *a, const void *b)
{
    module_id one = *(const module_id *)a, other = *(const module_id *)b;
    return (one > other) - (one < other);
}

uint32_t sort_modules(module_id *ids, uint32_t count)
{
    enum { BY_HAND = 16 };
    if (count > BY_HAND) {
        qsort(ids, count, sizeof *ids, compare_modules);
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

void list_targets(const struct discovery *discovery, module_id id, struct module_list *out)
{
    const struct module_import *resolved = discovery_resolved(discovery, id);
    out->count = 0;
    for (uint32_t i = 0; i < discovery->now.modules.data[id].imports_count; i++) {
        module_id target = resolved[i].target;
        if (target != MODULE_NONE && target != id)
            vec_push(out, target);
    }
    out->count = sort_modules(out->data, out->count);
}

static void find_targets(struct discovery *discovery)
{
    struct module_list list = {0};
    for (module_id id = 0; id < discovery->now.modules.count; id++) {
        list_targets(discovery, id, &list);
        lists_add(&discovery->targets, list.data, list.count);
    }
    vec_free(&list);
}

/* ---- components ---------------------------------------------------------------------------- */

/* A module whose imports are being followed. */
struct frame {
    module_id module;
    uint32_t next; /* of its targets: the next one to follow */
};

struct tarjan {
    struct discovery *discovery;
    uint32_t *low;    /* [module]: 0 unseen; else the lowest visit number known to be reachable */
    module_id *stack; /* visited, in no component yet */
    struct frame *frames;
    uint32_t stacked, depth, visits, components;
};

static void enter(struct tarjan *tarjan, module_id id)
{
    tarjan->low[id] = ++tarjan->visits;
    tarjan->stack[tarjan->stacked++] = id;
    tarjan->frames[tarjan->depth++] = (struct frame){id, 0};
}

/* All that was stacked since `root` is one component. */
static void finish_component(struct tarjan *tarjan, module_id root)
{
    module_id id;
    do {
        id = tarjan->stack[--tarjan->stacked];
        tarjan->discovery->now.modules.data[id].component = tarjan->components;
        tarjan->low[id] = UINT32_MAX; /* done: lowers nobody's */
    } while (id != root);
    tarjan->components++;
}

/*
 * `low` of a module on the frames begins as its own visit number. A module is the root of its
 * component when nothing it reaches brought it lower, so that number is kept with the frame's place
 * on the stack: the visit number of a root is `low` unchanged.
 */
static void follow(struct tarjan *tarjan, module_id from, uint32_t *visited)
{
    const struct lists *targets = &tarjan->discovery->targets;
    enter(tarjan, from);
    visited[from] = tarjan->visits;
    while (tarjan->depth) {
        struct frame *frame = &tarjan->frames[tarjan->depth - 1];
        module_id id = frame->module;
        uint32_t count;
        const module_id *list = lists_get(targets, id, &count);
        if (frame->next < count) {
            module_id target = list[frame->next++];
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
static void list_members(struct discovery *discovery, uint32_t components)
{
    uint32_t count = discovery->now.modules.count;
    uint32_t *offsets = mem_array((size_t)components + 2, sizeof *offsets);
    module_id *members = mem_array((size_t)count + 1, sizeof *members);
    for (module_id id = 0; id < count; id++)
        offsets[discovery->now.modules.data[id].component + 2]++;
    for (uint32_t c = 2; c < components + 2; c++)
        offsets[c] += offsets[c - 1];
    for (module_id id = 0; id < count; id++)
        members[offsets[discovery->now.modules.data[id].component + 1]++] = id;
    for (uint32_t c = 0; c < components; c++) {
        lists_add(&discovery->components, members + offsets[c], offsets[c + 1] - offsets[c]);
        vec_push(&discovery->ranks, c);
    }
    discovery->lowest_rank = 0;
    discovery->highest_rank = components;
    free(offsets);
    free(members);
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
    list_members(discovery, tarjan.components);
}

/* ---- reading ------------------------------------------------------------------------------- */

const module_id *discovery_targets(const struct discovery *discovery, module_id id, uint32_t *count)
{
    return lists_get(&discovery->targets, id, count);
}

uint32_t discovery_component_count(const struct discovery *discovery)
{
    return discovery->components.ranges.count;
}

const module_id *discovery_component(const struct discovery *discovery, uint32_t component,
                                     uint32_t *count)
{
    return lists_get(&discovery->components, component, count);
}

/* The targets' lists turned round; importers come out ascending. */
static void find_importers(struct discovery *discovery)
{
    uint32_t count = discovery->now.modules.count;
    uint32_t *offsets = mem_array((size_t)count + 2, sizeof *offsets);
    uint32_t targets;
    for (module_id id = 0; id < count; id++) {
        const module_id *target = discovery_targets(discovery, id, &targets);
        for (uint32_t i = 0; i < targets; i++)
            offsets[target[i] + 2]++;
    }
    for (uint32_t i = 2; i < count + 2; i++)
        offsets[i] += offsets[i - 1];
    module_id *items = mem_array((size_t)offsets[count + 1] + 1, sizeof *items);
    for (module_id id = 0; id < count; id++) {
        const module_id *target = discovery_targets(discovery, id, &targets);
        for (uint32_t i = 0; i < targets; i++)
            items[offsets[target[i] + 1]++] = id;
    }
    for (module_id id = 0; id < count; id++)
        lists_add(&discovery->importers, items + offsets[id], offsets[id + 1] - offsets[id]);
    free(offsets);
    free(items);
    discovery->has_importers = true;
}

const module_id *discovery_importers(struct discovery *discovery, module_id id, uint32_t *count)
{
    if (!discovery->has_importers)
        find_importers(discovery);
    return lists_get(&discovery->importers, id, count);
}
