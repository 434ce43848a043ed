/*
 * jig-bench-graph: what it costs to schedule a task, on graphs of several shapes whose tasks do
 * nothing; against oneTBB's flow graph where that was found.
 *
 * "run" is running a graph that has been built; "total" is building it from its edge list, running
 * it, and freeing it. Threads exist beforehand in both libraries. The two take turns, so that
 * whatever else the machine does meets both.
 */
#include "bench/graph_peer.h"
#include "bench/graph_shape.h"

#include "engine/base/io.h"
#include "engine/base/memory.h"

#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
    const char *shape;
    uint32_t nodes;
    uint32_t threads;
    uint32_t iterations;
    bool json;
};

/* ---- one measurement --------------------------------------------------------------------- */

/* Sets marks[task] if there are any: to see, once, that everything is run. */
static int run_task(void *marks, uint32_t task, uint32_t worker)
{
    (void)worker;
    if (marks)
        ((uint8_t *)marks)[task]++;
    return 0;
}

struct sample {
    double run_ns; /* a task */
    double total_ns;
};

static struct sample sample_of(uint64_t begin, uint64_t built, uint64_t ran, uint64_t end,
                               uint32_t count)
{
    return (struct sample){(double)(ran - built) / count, (double)(end - begin) / count};
}

static struct sample measure_jig(void *pool, const struct graph_shape *shape, uint8_t *marks)
{
    struct jig_error error;
    struct jig_graph_desc graph;
    uint64_t begin = clock_monotonic_ns();
    if (jig_graph_from_edges(shape->count, shape->edges, shape->edge_count, &graph, &error)) {
        fprintf(stderr, "jig-bench-graph: %s\n", error.message);
        exit(1);
    }
    uint64_t built = clock_monotonic_ns();
    if (jig_graph_run(pool, &graph, run_task, marks, NULL, &error)) {
        fprintf(stderr, "jig-bench-graph: %s\n", error.message);
        exit(1);
    }
    uint64_t ran = clock_monotonic_ns();
    jig_graph_free(&graph);
    return sample_of(begin, built, ran, clock_monotonic_ns(), shape->count);
}

#ifdef HAVE_TBB
static struct sample measure_tbb(void *peer, const struct graph_shape *shape, uint8_t *marks)
{
    uint64_t begin = clock_monotonic_ns();
    tbb_build(peer, shape->count, shape->edges, shape->edge_count, run_task, marks);
    uint64_t built = clock_monotonic_ns();
    tbb_run(peer);
    uint64_t ran = clock_monotonic_ns();
    tbb_free(peer);
    return sample_of(begin, built, ran, clock_monotonic_ns(), shape->count);
}
#endif

/* ---- contestants ------------------------------------------------------------------------ */

struct contestant {
    const char *name;
    struct sample (*measure)(void *handle, const struct graph_shape *shape, uint8_t *marks);
    void *handle;
    struct sample *samples; /* [iterations] */
};

static void check_marks(const struct contestant *who, const struct graph_shape *shape)
{
    uint8_t *marks = mem_array(shape->count, 1);
    who->measure(who->handle, shape, marks);
    for (uint32_t t = 0; t < shape->count; t++) {
        if (marks[t] != 1) {
            fprintf(stderr, "jig-bench-graph: %s ran task %u of %s %u times\n", who->name, t,
                    shape->name, marks[t]);
            exit(1);
        }
    }
    free(marks);
}

/* ---- reporting -------------------------------------------------------------------------- */

struct spread {
    double median, min, max;
};

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static struct spread spread_of(const struct contestant *who, uint32_t iterations, bool total)
{
    double *values = mem_array(iterations, sizeof *values);
    for (uint32_t i = 0; i < iterations; i++)
        values[i] = total ? who->samples[i].total_ns : who->samples[i].run_ns;
    qsort(values, iterations, sizeof *values, ascending);
    struct spread spread = {values[iterations / 2], values[0], values[iterations - 1]};
    free(values);
    return spread;
}

static void report_json(const struct options *options, const struct graph_shape *shape,
                        const struct contestant *who)
{
    struct spread run = spread_of(who, options->iterations, false);
    struct spread total = spread_of(who, options->iterations, true);
    printf("{\"benchmark\":\"graph\",\"name\":\"%s\",\"shape\":\"%s\",\"nodes\":%u,"
           "\"edges\":%u,\"threads\":%u,\"iterations\":%u,"
           "\"run_ns\":{\"median\":%.2f,\"min\":%.2f,\"max\":%.2f},"
           "\"total_ns\":{\"median\":%.2f,\"min\":%.2f,\"max\":%.2f}}\n",
           who->name, shape->name, shape->count, shape->edge_count, options->threads,
           options->iterations, run.median, run.min, run.max, total.median, total.min, total.max);
}

static void report_row(const struct options *options, const struct graph_shape *shape,
                       const struct contestant *who, const struct contestant *first)
{
    struct spread run = spread_of(who, options->iterations, false);
    struct spread total = spread_of(who, options->iterations, true);
    printf("%-10s %8u  %-7s %7.1f %7.1f %7.1f   %7.1f %7.1f %7.1f", shape->name, shape->count,
           who->name, run.median, run.min, run.max, total.median, total.min, total.max);
    if (who != first)
        printf("   jig is %.3f and %.3f of it",
               spread_of(first, options->iterations, false).median / run.median,
               spread_of(first, options->iterations, true).median / total.median);
    printf("\n");
}

/* ---- the program ------------------------------------------------------------------------ */

static void measure_shape(const struct options *options, const char *name, uint32_t nodes)
{
    struct graph_shape shape;
    if (!graph_shape_make(name, nodes, &shape)) {
        fprintf(stderr, "jig-bench-graph: no shape is called %s\n", name);
        exit(2);
    }
    struct contestant contestants[] = {
        {"jig", measure_jig, jig_pool_create(options->threads), NULL},
#ifdef HAVE_TBB
        {"oneTBB", measure_tbb, tbb_start(options->threads), NULL},
#endif
    };
    uint32_t count = sizeof contestants / sizeof *contestants;
    for (uint32_t c = 0; c < count; c++) {
        contestants[c].samples = mem_array(options->iterations, sizeof(struct sample));
        check_marks(&contestants[c], &shape);
    }
    for (uint32_t i = 0; i < options->iterations; i++)
        for (uint32_t c = 0; c < count; c++)
            contestants[c].samples[i] = contestants[c].measure(contestants[c].handle, &shape, NULL);
    for (uint32_t c = 0; c < count; c++) {
        if (options->json)
            report_json(options, &shape, &contestants[c]);
        else
            report_row(options, &shape, &contestants[c], &contestants[0]);
    }
    fflush(stdout);

    for (uint32_t c = 0; c < count; c++)
        free(contestants[c].samples);
    jig_pool_destroy(contestants[0].handle);
#ifdef HAVE_TBB
    tbb_stop(contestants[1].handle);
#endif
    graph_shape_free(&shape);
}

static uint32_t processors(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (uint32_t)CPU_COUNT(&set) : 1;
}

static _Noreturn void usage(void)
{
    fputs("usage: jig-bench-graph [--shape chain|tree|random|wavefront|all] [--nodes N]\n"
          "                       [--threads N] [--iterations N] [--json]\n",
          stderr);
    exit(2);
}

static struct options parse(int argc, char **argv)
{
    static const struct option longs[] = {
        {"shape", required_argument, NULL, 's'},   {"nodes", required_argument, NULL, 'n'},
        {"threads", required_argument, NULL, 't'}, {"iterations", required_argument, NULL, 'i'},
        {"json", no_argument, NULL, 'j'},          {0}};
    struct options options = {.shape = "all", .threads = processors(), .iterations = 7};
    int c;
    while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        uint32_t number = optarg ? (uint32_t)strtoul(optarg, NULL, 10) : 0;
        if (c == 's' && optarg)
            options.shape = optarg;
        else if (c == 'n' && number > 0)
            options.nodes = number;
        else if (c == 't' && number > 0)
            options.threads = number;
        else if (c == 'i' && number > 0)
            options.iterations = number;
        else if (c == 'j')
            options.json = true;
        else
            usage();
    }
    if (optind < argc)
        usage();
    return options;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        uint32_t nodes;
    } standard[] = {{"chain", 1000000},
                    {"tree", 1 << 17},
                    {"random", 100000},
                    {"random", 1000000},
                    {"wavefront", 1000000}};
    struct options options = parse(argc, argv);
    if (!options.json)
        printf("%u threads, %u iterations, ns a task: median, min, max\n"
               "%-10s %8s  %-7s %23s   %23s\n",
               options.threads, options.iterations, "shape", "nodes", "", "run", "total");
    if (strcmp(options.shape, "all") != 0) {
        measure_shape(&options, options.shape, options.nodes ? options.nodes : 1000000);
        return 0;
    }
    for (uint32_t i = 0; i < sizeof standard / sizeof *standard; i++)
        measure_shape(&options, standard[i].name,
                      options.nodes ? options.nodes : standard[i].nodes);
    return 0;
}
