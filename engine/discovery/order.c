/*
 * The order of components while imports come one by one: by Pearce and Kelly's algorithm ("A
 * dynamic topological sort algorithm for directed acyclic graphs", ACM JEA 11, 2006). Where a new
 * import leads to something that ranks higher, only what lies between the two is looked at: what
 * the target reaches there, and what reaches the importer there, exchange their ranks.
 */
#include "engine/discovery/internal.h"

#include <stdlib.h>

struct moving {
    struct discovery *discovery;
    int64_t low, high;   /* ranks of importer and target: what lies outside does not move */
    VEC(uint32_t) below; /* components that the target reaches, itself included */
    VEC(uint32_t) above; /* components that reach the importer, itself included */
};

void order_add(struct discovery *discovery, module_id id, bool first)
{
    uint32_t component = discovery->components.ranges.count;
    lists_add(&discovery->components, &id, 1);
    vec_push(&discovery->ranks, first ? --discovery->lowest_rank : ++discovery->highest_rank);
    discovery->now.modules.data[id].component = component;
}

static uint32_t component_of(const struct discovery *discovery, module_id id)
{
    return discovery->now.modules.data[id].component;
}

static bool contains(const uint32_t *list, uint32_t count, uint32_t component)
{
    bool found = false;
    for (uint32_t i = 0; i < count && !found; i++)
        found = list[i] == component;
    return found;
}

typedef const module_id *(*neighbours)(struct discovery *discovery, module_id id, uint32_t *count);

static const module_id *imported(struct discovery *discovery, module_id id, uint32_t *count)
{
    return discovery_targets(discovery, id, count);
}

/* Appends the components next to `component`, in one direction, that lie between the ranks. */
static void look_around(struct moving *moving, uint32_t component, neighbours next, uint8_t *seen,
                        void (*found)(struct moving *moving, uint32_t component))
{
    struct discovery *discovery = moving->discovery;
    uint32_t members, count;
    const module_id *member = discovery_component(discovery, component, &members);
    for (uint32_t m = 0; m < members; m++) {
        const module_id *other = next(discovery, member[m], &count);
        for (uint32_t i = 0; i < count; i++) {
            uint32_t there = component_of(discovery, other[i]);
            int64_t rank = discovery->ranks.data[there];
            if (rank < moving->low || rank > moving->high || seen[there])
                continue;
            seen[there] = 1;
            found(moving, there);
        }
    }
}

static void found_below(struct moving *moving, uint32_t component)
{
    vec_push(&moving->below, component);
}

static void found_above(struct moving *moving, uint32_t component)
{
    vec_push(&moving->above, component);
}

static int by_rank(const void *a, const void *b, void *context)
{
    const struct discovery *discovery = context;
    int64_t one = discovery->ranks.data[*(const uint32_t *)a];
    int64_t other = discovery->ranks.data[*(const uint32_t *)b];
    return (one > other) - (one < other);
}

static int by_number(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
    return (one > other) - (one < other);
}

/* What is below gets the lower ones of all their ranks, each side in the order it had. */
static void exchange_ranks(struct moving *moving)
{
    struct discovery *discovery = moving->discovery;
    VEC(int64_t) pool = {0};
    qsort_r(moving->below.data, moving->below.count, sizeof(uint32_t), by_rank, discovery);
    qsort_r(moving->above.data, moving->above.count, sizeof(uint32_t), by_rank, discovery);
    for (uint32_t i = 0; i < moving->below.count; i++)
        vec_push(&pool, discovery->ranks.data[moving->below.data[i]]);
    for (uint32_t i = 0; i < moving->above.count; i++)
        vec_push(&pool, discovery->ranks.data[moving->above.data[i]]);
    qsort(pool.data, pool.count, sizeof *pool.data, by_number);
    for (uint32_t i = 0; i < moving->below.count; i++)
        discovery->ranks.data[moving->below.data[i]] = pool.data[i];
    for (uint32_t i = 0; i < moving->above.count; i++)
        discovery->ranks.data[moving->above.data[i]] = pool.data[moving->below.count + i];
    vec_free(&pool);
}

bool order_import(struct discovery *discovery, module_id importer, module_id target)
{
    uint32_t from = component_of(discovery, importer);
    uint32_t to = component_of(discovery, target);
    if (from == to || discovery->ranks.data[to] < discovery->ranks.data[from])
        return true;
    struct moving moving = {.discovery = discovery,
                            .low = discovery->ranks.data[from],
                            .high = discovery->ranks.data[to]};
    uint8_t *seen = mem_array(discovery->components.ranges.count, 1);
    vec_push(&moving.below, to);
    seen[to] = 1;
    for (uint32_t i = 0; i < moving.below.count; i++)
        look_around(&moving, moving.below.data[i], imported, seen, found_below);
    bool circle = contains(moving.below.data, moving.below.count, from);
    if (!circle) {
        vec_push(&moving.above, from);
        seen[from] = 1;
        for (uint32_t i = 0; i < moving.above.count; i++)
            look_around(&moving, moving.above.data[i], discovery_importers, seen, found_above);
        exchange_ranks(&moving);
    }
    free(seen);
    vec_free(&moving.below);
    vec_free(&moving.above);
    return !circle;
}
