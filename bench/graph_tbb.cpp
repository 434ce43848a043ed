#include "graph_peer.h"

#include <oneapi/tbb/flow_graph.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

#include <deque>
#include <memory>
#include <vector>

namespace
{
namespace flow = oneapi::tbb::flow;
using node = flow::continue_node<flow::continue_msg>;

struct graph {
    flow::graph flow;
    std::deque<node> nodes; /* a node cannot be moved; a deque never moves one */
    std::vector<node *> roots;
};

struct peer {
    oneapi::tbb::global_control limit;
    std::unique_ptr<graph> built;

    explicit peer(uint32_t threads)
        : limit(oneapi::tbb::global_control::max_allowed_parallelism, threads)
    {
    }
};
} // namespace

void *tbb_start(uint32_t threads)
{
    return new peer(threads);
}

void tbb_build(void *handle, uint32_t count, const struct jig_graph_edge *edges,
               uint32_t edge_count, jig_graph_fn run, void *context)
{
    peer *p = static_cast<peer *>(handle);
    p->built = std::make_unique<graph>();
    graph &g = *p->built;
    for (uint32_t t = 0; t < count; t++)
        g.nodes.emplace_back(g.flow, [run, context, t](const flow::continue_msg &) {
            run(context, t, 0);
            return flow::continue_msg();
        });
    std::vector<bool> has_predecessor(count);
    for (uint32_t e = 0; e < edge_count; e++) {
        flow::make_edge(g.nodes[edges[e].from], g.nodes[edges[e].to]);
        has_predecessor[edges[e].to] = true;
    }
    for (uint32_t t = 0; t < count; t++)
        if (!has_predecessor[t])
            g.roots.push_back(&g.nodes[t]);
}

void tbb_run(void *handle)
{
    peer *p = static_cast<peer *>(handle);
    for (node *root : p->built->roots)
        root->try_put(flow::continue_msg());
    p->built->flow.wait_for_all();
}

void tbb_free(void *handle)
{
    static_cast<peer *>(handle)->built.reset();
}

void tbb_stop(void *handle)
{
    delete static_cast<peer *>(handle);
}
