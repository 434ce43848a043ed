/*
 * The graph of definitions, corrected after each of many random changes instead of made anew: every
 * digest has to be that of a graph that knows no past, and whoever has another one has to be told.
 */
#include "discovery_project.h"

/* One definition that a caller watches. */
struct watched {
    struct digest digest; /* as it was given */
    bool waiting;         /* watched, and not told yet */
};

struct trial {
    struct project project;
    struct run_options options;
    struct run run;
    struct watched watched[PROJECT_MODULES][PROJECT_NAMES]; /* [module id] */
    struct digest expected[PROJECT_MODULES][PROJECT_NAMES];
    uint64_t told, told_in_vain, lost;
};

/* Some modules are reached through imports only, so there are new ones now and then. */
static void trial_begin(struct trial *trial, enum scanner_kind kind, uint64_t seed, bool sparse)
{
    *trial = (struct trial){.options = ask("")};
    trial->project = (struct project){.kind = kind, .random = seed, .sparse = sparse};
    set_language(&trial->options, kind);
    trial->options.threads = 1;
    for (uint32_t m = 0; m < PROJECT_MODULES; m++)
        if (m % 3)
            add_source(&trial->options, project_path(&trial->project, m), 0);
    project_fill(&trial->project);
    follow_begin(&trial->run, &trial->options);
}

static void watch(struct trial *trial, module_id id, uint32_t name)
{
    struct watched *watched = &trial->watched[id][name];
    watched->digest = discovery_watch_definition(trial->run.discovery, id, project_name(name),
                                                 id * PROJECT_NAMES + name);
    watched->waiting = true;
}

/* The digests as a graph that knows no past has them. */
static void find_expected(struct trial *trial)
{
    struct discovery *discovery = trial->run.discovery;
    struct definition_graph *graph = put_graph_aside(&trial->run);
    for (module_id id = 0; id < discovery->now.modules.count; id++)
        for (uint32_t name = 0; name < PROJECT_NAMES; name++)
            trial->expected[id][name] =
                discovery_definition_digest(discovery, id, project_name(name));
    put_graph_back(&trial->run, graph);
}

/* Takes what is told; nobody is told who does not wait, and nobody twice. */
static void take_told(struct trial *trial)
{
    uint32_t count;
    bool all;
    const uint32_t *tokens = discovery_touched_definitions(trial->run.discovery, &count, &all);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t id = tokens[i] / PROJECT_NAMES, name = tokens[i] % PROJECT_NAMES;
        struct watched *watched = &trial->watched[id][name];
        assert_true(watched->waiting);
        watched->waiting = false;
        trial->told++;
        trial->told_in_vain += digest_equal(watched->digest, trial->expected[id][name]);
    }
    if (all) {
        memset(trial->watched, 0, sizeof trial->watched);
        trial->lost++;
    }
}

/* Every digest is right, and whoever was not told has the right one. */
static void check(struct trial *trial)
{
    struct discovery *discovery = trial->run.discovery;
    for (module_id id = 0; id < discovery->now.modules.count; id++) {
        for (uint32_t name = 0; name < PROJECT_NAMES; name++) {
            struct digest expected = trial->expected[id][name];
            struct watched *watched = &trial->watched[id][name];
            if (watched->waiting)
                assert_digest_equal(watched->digest, expected);
            /* Some are left alone, so that not all of the graph is solved at all times. */
            if (project_random(&trial->project, 4) == 0)
                continue;
            if (!watched->waiting && project_random(&trial->project, 2))
                watch(trial, id, name);
            assert_digest_equal(discovery_definition_digest(discovery, id, project_name(name)),
                                expected);
        }
    }
}

/* A discovery that knows no past says the same of every module that it finds. */
static void check_as_fresh(struct trial *trial)
{
    struct run_options options = trial->options;
    options.cache = NULL;
    struct run fresh;
    run_begin(&fresh, &options);
    for (module_id id = 0; id < discovery_module_count(fresh.discovery); id++) {
        const char *path = discovery_path(fresh.discovery, id);
        for (uint32_t name = 0; name < PROJECT_NAMES; name++)
            assert_digest_equal(definition(&trial->run, path, project_name(name)),
                                definition(&fresh, path, project_name(name)));
    }
    run_end(&fresh);
}

static void edit_some(struct trial *trial, bool compacts)
{
    const char *paths[4];
    uint32_t count = project_random(&trial->project, 4) ? 1 : 4;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t module = project_random(&trial->project, PROJECT_MODULES);
        project_edit(&trial->project, module);
        paths[i] = project_path(&trial->project, module);
    }
    follow(&trial->run, paths, count, compacts);
}

enum how { PLAIN, SPARSE, COMPACTS };

static void try_language(enum scanner_kind kind, uint64_t seed, uint32_t steps, enum how how)
{
    const bool sparse = how == SPARSE, compacts = how == COMPACTS;
    struct trial trial;
    trial_begin(&trial, kind, seed, sparse);
    find_expected(&trial);
    check(&trial);
    for (uint32_t step = 0; step < steps; step++) {
        edit_some(&trial, compacts);
        find_expected(&trial);
        take_told(&trial);
        check(&trial);
        if (step % 64 == 0)
            check_as_fresh(&trial);
    }
    assert_int_equal(trial.lost > 0, compacts);
    assert_true(trial.told > steps / 2);
    assert_true(trial.told_in_vain < trial.told / 20);
    run_end(&trial.run);
}

static void test_random_typescript(void **state)
{
    (void)state;
    try_language(SCANNER_TYPESCRIPT, 1, 1500, PLAIN);
}

/* Few uses, few circles: most of it is left alone by a change. */
static void test_random_typescript_that_is_sparse(void **state)
{
    (void)state;
    try_language(SCANNER_TYPESCRIPT, 7, 1500, SPARSE);
}

static void test_random_typescript_that_is_compacted(void **state)
{
    (void)state;
    try_language(SCANNER_TYPESCRIPT, 2, 300, COMPACTS);
}

static void test_random_proto(void **state)
{
    (void)state;
    try_language(SCANNER_PROTO, 3, 500, PLAIN);
    try_language(SCANNER_PROTO, 4, 500, SPARSE);
}

static void test_random_graphql(void **state)
{
    (void)state;
    try_language(SCANNER_GRAPHQL, 5, 500, PLAIN);
    try_language(SCANNER_GRAPHQL, 6, 500, SPARSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE_TEST(test_random_typescript),
        PLACE_TEST(test_random_typescript_that_is_sparse),
        PLACE_TEST(test_random_typescript_that_is_compacted),
        PLACE_TEST(test_random_proto),
        PLACE_TEST(test_random_graphql),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
