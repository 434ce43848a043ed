/*
 * The oracle: random graphs on pools of all sizes, more threads than processors, with loops and
 * submitted tasks in between, some runs stopped on the way. Every task must run exactly once and
 * after all of its predecessors; after a failure, none that depends on it.
 *
 * Everything follows from the seed, except the order of events: built a second time with
 * schedule_fuzz.c, threads are also held up at random before their atomic operations. JIG_SEED
 * and JIG_ROUNDS in the environment replace the built-in ones.
 */
#include "cmocka_all.h"

#include "jig/scheduler.h"
#include "scheduler_support.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef JIG_SCHEDULE_FUZZ
#include "schedule_fuzz.h"
#define ROUNDS 1500
#else
#define ROUNDS 3000
#endif

static uint64_t setting(const char *name, uint64_t standard)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 0) : standard;
}

/* Unlike cmocka's assertions, this works in any thread. */
#define require(condition) require_at((condition), #condition, __LINE__)

static void require_at(bool holds, const char *condition, int line)
{
    if (!holds) {
        fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, line, condition);
        abort();
    }
}

/* ---- a random graph --------------------------------------------------------------------- */

struct shape {
    uint32_t count;
    uint32_t edge_count;
    struct jig_graph_edge *edges;
    struct jig_graph_desc graph;
    uint32_t *first_in; /* [count + 1]: predecessors of t are in[first_in[t]] .. */
    uint32_t *in;
};

/* Edges lead from lower to higher numbers, or the other way round: no cycles. */
static struct shape make_shape(struct rng *rng)
{
    static const uint32_t counts[] = {1, 2, 10, 100, 1000};
    struct shape s = {.count = 1 + rng_below(rng, counts[rng_below(rng, 5)])};
    uint32_t degree = rng_below(rng, 5);          /* predecessors at most */
    uint32_t reach = 1 + rng_below(rng, s.count); /* how far apart; small: long and thin */
    bool downward = rng_below(rng, 2);
    s.edges = calloc((size_t)s.count * degree + 1, sizeof *s.edges);
    s.first_in = calloc((size_t)s.count + 1, sizeof *s.first_in);
    s.in = calloc((size_t)s.count * degree + 1, sizeof *s.in);
    for (uint32_t i = 0; i < s.count; i++) {
        uint32_t to = downward ? s.count - 1 - i : i;
        uint32_t n = i == 0 ? 0 : rng_below(rng, degree + 1);
        for (uint32_t k = 0; k < n; k++) {
            uint32_t back = 1 + rng_below(rng, i < reach ? i : reach);
            uint32_t from = downward ? s.count - 1 - (i - back) : i - back;
            s.edges[s.edge_count++] = (struct jig_graph_edge){from, to};
            s.first_in[to + 1]++;
        }
    }
    for (uint32_t t = 0; t < s.count; t++)
        s.first_in[t + 1] += s.first_in[t];
    uint32_t *at = malloc(((size_t)s.count + 1) * sizeof *at);
    memcpy(at, s.first_in, ((size_t)s.count + 1) * sizeof *at);
    for (uint32_t e = 0; e < s.edge_count; e++)
        s.in[at[s.edges[e].to]++] = s.edges[e].from;
    free(at);
    require(jig_graph_from_edges(s.count, s.edges, s.edge_count, &s.graph, NULL) == JIG_OK);
    return s;
}

static void free_shape(struct shape *s)
{
    jig_graph_free(&s->graph);
    free(s->edges);
    free(s->first_in);
    free(s->in);
}

/* ---- the oracle ------------------------------------------------------------------------- */

struct oracle {
    const struct shape *shape;
    uint8_t *times;    /* [task] plain on purpose: ThreadSanitizer then sees what is not ordered */
    uint8_t *finished; /* [task] likewise */
    uint32_t fails;    /* this task fails; UINT32_MAX: none */
    uint32_t threads;
    atomic_uint early; /* tasks that began before a predecessor had finished */
    atomic_uint wrong; /* worker numbers that do not exist */
};

static int run_task(void *context, uint32_t task, uint32_t worker)
{
    struct oracle *oracle = context;
    const struct shape *shape = oracle->shape;
    if (worker >= oracle->threads)
        atomic_fetch_add(&oracle->wrong, 1);
    oracle->times[task]++;
    for (uint32_t i = shape->first_in[task]; i < shape->first_in[task + 1]; i++)
        if (!oracle->finished[shape->in[i]])
            atomic_fetch_add(&oracle->early, 1);
    if (task == oracle->fails)
        return 1;
    oracle->finished[task] = 1;
    return 0;
}

static void run_and_check(struct jig_pool *pool, const struct shape *shape, uint32_t fails)
{
    struct oracle oracle = {.shape = shape, .fails = fails, .threads = jig_pool_threads(pool)};
    oracle.times = calloc(shape->count, 1);
    oracle.finished = calloc(shape->count, 1);
    struct jig_graph_result result;
    enum jig_status status = jig_graph_run(pool, &shape->graph, run_task, &oracle, &result, NULL);
    require(oracle.early == 0);
    require(oracle.wrong == 0);
    uint32_t ran = 0;
    for (uint32_t t = 0; t < shape->count; t++) {
        ran += oracle.times[t];
        require(oracle.times[t] == 1 || (oracle.times[t] == 0 && fails != UINT32_MAX));
    }
    require(result.ran == ran);
    require(result.failed == fails);
    require(status == (fails == UINT32_MAX ? JIG_OK : JIG_ERROR_CANCELLED));
    free(oracle.times);
    free(oracle.finished);
}

/* ---- loops and tasks in between ---------------------------------------------------------- */

static void count_range(void *context, uint32_t begin, uint32_t end, uint32_t worker)
{
    (void)worker;
    uint8_t *visits = context;
    for (uint32_t i = begin; i < end; i++)
        visits[i]++;
}

static void loop_and_check(struct jig_pool *pool, struct rng *rng)
{
    uint8_t visits[2000] = {0};
    uint32_t count = rng_below(rng, 2000);
    jig_pool_for(pool, count, 1 + rng_below(rng, 50), count_range, visits);
    for (uint32_t i = 0; i < count; i++)
        require(visits[i] == 1);
}

struct counted_task {
    struct jig_task task;
    uint32_t times; /* plain: run twice at once would be a race */
    atomic_uint *done;
};

static void count_task(struct jig_task *task, uint32_t worker)
{
    (void)worker;
    struct counted_task *counted = (struct counted_task *)task;
    counted->times++;
    atomic_fetch_add(counted->done, 1);
}

#define TASKS 300

/* A thread that submits tasks, now and then, while others make the pool run graphs and loops. */
struct submitter {
    struct jig_pool *pool;
    struct counted_task tasks[TASKS];
    atomic_uint done;
    pthread_t thread;
};

static void *submit_all(void *argument)
{
    struct submitter *submitter = argument;
    for (uint32_t i = 0; i < TASKS; i++) {
        submitter->tasks[i] = (struct counted_task){{.run = count_task}, 0, &submitter->done};
        jig_pool_submit(submitter->pool, &submitter->tasks[i].task, NULL);
        if (i % 16 == 0)
            while (atomic_load(&submitter->done) + 8 < i)
                sched_yield();
    }
    return NULL;
}

/* ---- tests ------------------------------------------------------------------------------ */

static void stress(uint64_t seed, uint64_t rounds, uint32_t threads, bool submit)
{
    struct rng rng = rng_from(seed + threads);
    struct jig_pool *pool = jig_pool_create(threads);
    static struct submitter submitters[3];
    for (uint32_t i = 0; submit && i < 3; i++) {
        submitters[i].pool = pool;
        atomic_store(&submitters[i].done, 0);
        require(pthread_create(&submitters[i].thread, NULL, submit_all, &submitters[i]) == 0);
    }
    for (uint64_t round = 0; round < rounds; round++) {
        struct shape shape = make_shape(&rng);
        uint32_t again = 1 + rng_below(&rng, 3);
        for (uint32_t i = 0; i < again; i++) {
            bool fail = rng_below(&rng, 4) == 0;
            run_and_check(pool, &shape, fail ? rng_below(&rng, shape.count) : UINT32_MAX);
        }
        free_shape(&shape);
        loop_and_check(pool, &rng);
    }
    for (uint32_t i = 0; submit && i < 3; i++)
        require(pthread_join(submitters[i].thread, NULL) == 0);
    jig_pool_destroy(pool);
    for (uint32_t i = 0; submit && i < 3; i++)
        for (uint32_t t = 0; t < TASKS; t++)
            require(submitters[i].tasks[t].times == 1);
}

static void test_graphs_on_pools_of_all_sizes(void **state)
{
    (void)state;
    static const uint32_t threads[] = {1, 2, 3, 4, 8, 17};
    uint64_t seed = setting("JIG_SEED", 1), rounds = setting("JIG_ROUNDS", ROUNDS);
    for (uint32_t i = 0; i < sizeof threads / sizeof *threads; i++)
        stress(seed, rounds / (1 + i), threads[i], false);
}

static void test_graphs_while_tasks_are_submitted(void **state)
{
    (void)state;
    static const uint32_t threads[] = {1, 2, 5};
    uint64_t seed = setting("JIG_SEED", 2), rounds = setting("JIG_ROUNDS", ROUNDS);
    for (uint32_t i = 0; i < sizeof threads / sizeof *threads; i++)
        stress(seed, rounds / 2, threads[i], true);
}

struct pool_user {
    uint64_t seed, rounds;
    pthread_t thread;
};

static void *use_a_pool(void *argument)
{
    struct pool_user *user = argument;
    stress(user->seed, user->rounds, 2 + (uint32_t)(user->seed % 3), false);
    return NULL;
}

/* Each in a thread of its own. */
static void test_many_pools_at_once(void **state)
{
    (void)state;
    struct pool_user users[4];
    uint64_t seed = setting("JIG_SEED", 3), rounds = setting("JIG_ROUNDS", ROUNDS);
    for (uint32_t i = 0; i < 4; i++) {
        users[i] = (struct pool_user){.seed = seed + i, .rounds = rounds / 4};
        require(pthread_create(&users[i].thread, NULL, use_a_pool, &users[i]) == 0);
    }
    for (uint32_t i = 0; i < 4; i++)
        require(pthread_join(users[i].thread, NULL) == 0);
}

/* A pool that lives for one small run: starting, helping and ending overlap. */
static void test_short_lived_pools(void **state)
{
    (void)state;
    uint64_t seed = setting("JIG_SEED", 4), rounds = setting("JIG_ROUNDS", ROUNDS);
    for (uint64_t i = 0; i < rounds; i++)
        stress(seed + i, 1, 1 + (uint32_t)(i % 6), false);
}

int main(void)
{
#ifdef JIG_SCHEDULE_FUZZ
    schedule_fuzz_seed(setting("JIG_SEED", 1));
#endif
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_graphs_on_pools_of_all_sizes),
        cmocka_unit_test(test_graphs_while_tasks_are_submitted),
        cmocka_unit_test(test_many_pools_at_once),
        cmocka_unit_test(test_short_lived_pools),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
