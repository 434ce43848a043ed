/*
 * The graph of definitions, corrected after each change instead of made anew. On random projects,
 * every digest has to be that of a graph that knows no past, and whoever has another one has to be
 * told. Then, one by one, what makes a digest another, and what has to be left alone.
 */
#include "discovery_follow_support.h"

#include <sys/stat.h>

/* ---- random projects ----------------------------------------------------------------------- */

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

static void set_language(struct run_options *options, enum scanner_kind kind)
{
    static const char *const roots[] = {"."};
    options->lenses[0] = (struct discovery_lens){.kind = kind, .resolve = {.kind = kind}};
    if (kind == SCANNER_PROTO) {
        options->lenses[0].resolve.roots = roots;
        options->lenses[0].resolve.root_count = 1;
    }
}

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

/* ---- what is told -------------------------------------------------------------------------- */

/* Watches "a" in a.ts, and others: tokens are numbers, told as "1 2", "all", or "" for nothing. */
static const char *told(struct run *run)
{
    static char text[256];
    uint32_t count;
    bool all;
    const uint32_t *tokens = discovery_touched_definitions(run->discovery, &count, &all);
    snprintf(text, sizeof text, "%s", all ? "all" : "");
    for (uint32_t i = 0; i < count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%u", i ? " " : "", tokens[i]);
    return text;
}

static struct digest watch_name(struct run *run, const char *path, const char *name, uint32_t token)
{
    return discovery_watch_definition(run->discovery, module_at(run, path), name, token);
}

/* Changes a file, and asserts which tokens are told. */
static void change(struct run *run, const char *path, const char *text, const char *tokens)
{
    put_and_follow(run, path, text);
    assert_string_equal(told(run), tokens);
    module_id id = module_at(run, path);
    struct digest all = discovery_definition_digest(run->discovery, id, "*");
    struct definition_graph *graph = put_graph_aside(run);
    assert_digest_equal(all, discovery_definition_digest(run->discovery, id, "*"));
    put_graph_back(run, graph);
}

static void test_what_uses_it_is_told(void **state)
{
    (void)state;
    put("a.ts", "import { m } from './m'; export function a() { return b(m); } "
                "function b(x) { return x; } export const c = 1;");
    put("m.ts", "export const m = 1; export const n = 1;");
    struct run_options options = ask("a.ts");
    struct run run;
    follow_begin(&run, &options);
    watch_name(&run, "a.ts", "a", 1);
    watch_name(&run, "a.ts", "c", 2);
    watch_name(&run, "m.ts", "n", 3);
    change(&run, "m.ts", "/* new */ export const m = 1; export const n = 1;", "");
    change(&run, "m.ts", "export const m = 2; export const n = 1;", "1");
    watch_name(&run, "a.ts", "a", 1);
    change(&run, "m.ts", "export const m = 2; export const n = 2;", "3");
    change(&run, "a.ts",
           "import { m } from './m'; export function a() { return b(m); } "
           "function b(x) { return -x; } export const c = 1;",
           "1");
    run_end(&run);
}

static void test_each_token_is_told_once(void **state)
{
    (void)state;
    put("a.ts", "export const a = 1; export const b = a;");
    struct run_options options = ask("a.ts");
    struct run run;
    follow_begin(&run, &options);
    watch_name(&run, "a.ts", "a", 7);
    watch_name(&run, "a.ts", "a", 7);
    watch_name(&run, "a.ts", "b", 7);
    watch_name(&run, "a.ts", "a", 5);
    change(&run, "a.ts", "export const a = 2; export const b = a;", "5 7");
    change(&run, "a.ts", "export const a = 3; export const b = a;", "");
    watch_name(&run, "a.ts", "a", 5);
    put_and_follow(&run, "a.ts", "export const a = 4; export const b = a;");
    change(&run, "a.ts", "export const a = 5; export const b = a;", "5");
    run_end(&run);
}

static void test_names_that_nobody_asked_for_may_come_and_go(void **state)
{
    (void)state;
    put("a.ts", "import { m } from './b'; export const a = m; export const c = 1;");
    put("b.ts", "export * from './m'; export * from './n';");
    put("m.ts", "export const m = 1;");
    put("n.ts", "export const n = 1;");
    struct run_options options = ask("a.ts");
    struct run run;
    follow_begin(&run, &options);
    watch_name(&run, "a.ts", "a", 1);
    watch_name(&run, "b.ts", "m", 2);
    watch_name(&run, "b.ts", "*", 3);
    change(&run, "m.ts", "export const m = 1; const k = 1;", "");
    change(&run, "m.ts", "import './q'; export function l() {} export const m = 1; const k = 1;",
           "1 2 3"); /* what it imports for no name counts for everything in it */
    watch_name(&run, "a.ts", "a", 1);
    watch_name(&run, "b.ts", "m", 2);
    watch_name(&run, "b.ts", "*", 3);
    change(&run, "m.ts", "import './q'; export function k() {} export const m = 1;", "3");
    change(&run, "b.ts", "export * from './n'; export * from './m';", "");
    change(&run, "a.ts",
           "import { m, k } from './b'; export const a = m; export const c = 1; const d = k;", "");
    run_end(&run);
}

static void test_a_name_may_move_behind_a_barrel(void **state)
{
    (void)state;
    put("a.ts", "import { x } from './b'; export const a = x;");
    put("b.ts", "export * from './c';");
    put("c.ts", "export * from './m'; export * from './n';");
    put("m.ts", "export const x = 1;");
    put("n.ts", "const x = 1;");
    struct run_options options = ask("a.ts");
    struct run run;
    follow_begin(&run, &options);
    static const struct {
        const char *path, *text;
    } steps[] = {
        {"n.ts", "export const x = 1;"},                      /* either may be meant */
        {"m.ts", "const x = 1;"},                             /* it is n's now */
        {"c.ts", "export * from './m';"},                     /* nobody's */
        {"m.ts", "const x = 1; export { x };"},               /* m's again */
        {"c.ts", "export const x = 2; export * from './m';"}, /* c's own */
        {"b.ts", "export { x } from './m';"},                 /* by name */
        {"b.ts", "export { y as x } from './m';"},            /* by another */
    };
    for (uint32_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        watch_name(&run, "a.ts", "a", 1);
        watch_name(&run, "b.ts", "x", 2);
        change(&run, steps[i].path, steps[i].text, "1 2");
    }
    run_end(&run);
}

static void test_a_name_that_is_not_there_may_come(void **state)
{
    (void)state;
    put("a.ts", "export * from './b';");
    put("b.ts", "export * from './m';");
    put("m.ts", "export const other = 1;");
    struct run_options options = ask("a.ts");
    struct run run;
    follow_begin(&run, &options);
    struct digest all = watch_name(&run, "a.ts", "x", 1);
    assert_digest_equal(all, watch_name(&run, "a.ts", "*", 2));
    change(&run, "m.ts", "export const other = 1; export const x = 1;", "1 2");
    struct digest x = watch_name(&run, "a.ts", "x", 1);
    change(&run, "m.ts", "export const other = 2; export const x = 1;", "");
    assert_digest_equal(x, watch_name(&run, "a.ts", "x", 1));
    change(&run, "m.ts", "export const other = 2;", "1");
    run_end(&run);
}

static void test_two_of_a_name_may_come_at_once(void **state)
{
    (void)state;
    put("a.proto", "import \"b.proto\"; message A { X x = 1; }");
    put("b.proto", "import public \"m.proto\"; import public \"n.proto\";");
    put("m.proto", "message Y {}");
    put("n.proto", "message Z {}");
    struct run_options options = ask("a.proto");
    set_language(&options, SCANNER_PROTO);
    struct run run;
    follow_begin(&run, &options);
    watch_name(&run, "a.proto", "A", 1);
    put_at_once("m.proto", "message X {}");
    put_at_once("n.proto", "message X {}");
    const char *const paths[] = {"m.proto", "n.proto"};
    follow(&run, paths, 2, false);
    assert_string_equal(told(&run), "1");
    run_end(&run);
}

/* What it is found through is remembered even where it leads to the same. */
static void test_the_way_to_a_definition_may_change(void **state)
{
    (void)state;
    put("a.ts", "import { x } from './m'; export const a = x;");
    put("b.ts", "export * from './m';");
    put("m.ts", "export const x = 1;");
    put("n.ts", "export const x = 2;");
    struct run_options options = ask("a.ts b.ts n.ts");
    struct run run;
    follow_begin(&run, &options);
    watch_name(&run, "a.ts", "a", 1);
    put_and_follow(&run, "a.ts", "import { x } from './b'; export const a = x;");
    told(&run);
    watch_name(&run, "a.ts", "a", 1);
    change(&run, "b.ts", "export * from './n';", "1");
    run_end(&run);
}

/* No fact changes: what is exported again is resolved to another file. */
static void test_an_import_may_lead_elsewhere(void **state)
{
    (void)state;
    static const char tsconfig[] = "{ \"compilerOptions\": { \"paths\": { \"x\": [\"./%s\"] } } }";
    char text[128];
    snprintf(text, sizeof text, tsconfig, "m.ts");
    put("tsconfig.json", text);
    put("a.ts", "import { x } from './b'; export const a = x;");
    put("b.ts", "export * from 'x';");
    put("m.ts", "export const x = 1;");
    put("n.ts", "export const x = 2;");
    struct run_options options = ask("a.ts b.ts n.ts");
    struct run run;
    follow_begin(&run, &options);
    watch_name(&run, "a.ts", "a", 1);
    watch_name(&run, "b.ts", "x", 2);
    snprintf(text, sizeof text, tsconfig, "n.ts");
    put("tsconfig.json", text);
    const char *const paths[] = {"tsconfig.json"};
    follow(&run, paths, 1, false);
    assert_string_equal(told(&run), "1 2");
    run_end(&run);
}

/* Its facts have the shape they had. */
static void test_the_way_of_an_import_may_change(void **state)
{
    (void)state;
    put("a.ts", "import { x } from './m'; export const a = x;");
    put("m.ts", "export const x = 1;");
    struct run_options options = ask("a.ts");
    struct run run;
    follow_begin(&run, &options);
    watch_name(&run, "a.ts", "a", 1);
    change(&run, "a.ts", "import { type x } from './m'; export const a = x;", "1");
    watch_name(&run, "a.ts", "a", 1);
    change(&run, "a.ts", "import { type x } from './m' with { type: 'json' }; export const a = x;",
           "1");
    run_end(&run);
}

static void test_a_circle_may_close_and_open(void **state)
{
    (void)state;
    put("a.ts", "import { b } from './b'; export function a() { return b(); }");
    put("b.ts", "import { a } from './a'; export function b() { return 1; } export const c = 1;");
    struct run_options options = ask("a.ts");
    struct run run;
    follow_begin(&run, &options);
    watch_name(&run, "a.ts", "a", 1);
    watch_name(&run, "b.ts", "b", 2);
    watch_name(&run, "b.ts", "c", 3);
    change(&run, "b.ts",
           "import { a } from './a'; export function b() { return a(); } export const c = 1;",
           "1 2");
    watch_name(&run, "a.ts", "a", 1);
    watch_name(&run, "b.ts", "b", 2);
    change(&run, "a.ts", "import { b } from './b'; export function a() { return !b(); }", "1 2");
    watch_name(&run, "a.ts", "a", 1);
    watch_name(&run, "b.ts", "b", 2);
    change(&run, "a.ts", "import { b } from './b'; export function a() { return 1; }", "1 2");
    run_end(&run);
}

static void test_a_file_may_be_made(void **state)
{
    (void)state;
    put("a.ts", "import { g } from './gen/g'; export const a = g; export const b = 1;");
    struct run_options options = ask("a.ts");
    add_made(&options, "gen/g.ts");
    struct run run;
    follow_begin(&run, &options);
    assert_true(digest_is_zero(watch_name(&run, "a.ts", "a", 1)));
    assert_true(digest_is_zero(watch_name(&run, "gen/g.ts", "g", 2)));
    watch_name(&run, "a.ts", "b", 3);
    assert_int_equal(mkdir("gen", 0755), 0);
    change(&run, "gen/g.ts", "export const g = 1;", "1 2");
    assert_false(digest_is_zero(watch_name(&run, "a.ts", "a", 1)));
    assert_false(digest_is_zero(watch_name(&run, "gen/g.ts", "g", 2)));
    take_away("gen/g.ts");
    const char *const paths[] = {"gen/g.ts"};
    follow(&run, paths, 1, false);
    assert_string_equal(told(&run), "1 2");
    assert_true(digest_is_zero(watch_name(&run, "a.ts", "a", 1)));
    run_end(&run);
}

/* The number of a module that is gone may be given to another one. */
static void test_a_module_may_be_another(void **state)
{
    (void)state;
    put("a.ts", "import { m } from './b'; export const a = m;");
    put("b.ts", "export * from './m'");
    put("m.ts", "export const m = 1;");
    struct run_options options = ask("a.ts gone.ts");
    struct run run;
    follow_begin(&run, &options);
    for (int round = 0; round < 4; round++) {
        struct digest a = watch_name(&run, "a.ts", "a", 1);
        watch_name(&run, "m.ts", "m", 2);
        watch_name(&run, "m.ts", "nothing", 3);
        watch_name(&run, "gone.ts", "*", 4); /* without a fact */
        const struct definitions_changed changed[] = {
            {.module = module_at(&run, "m.ts"), .is_new = round % 2, .gone = !(round % 2)},
            {.module = module_at(&run, "gone.ts"), .is_new = round % 2, .gone = !(round % 2)},
        };
        definitions_follow(run.discovery, changed, 2);
        assert_string_equal(told(&run), "1 2 3 4");
        assert_digest_equal(a, definition(&run, "a.ts", "a"));
    }
    run_end(&run);
}

/* ---- when nothing is known ----------------------------------------------------------------- */

static void test_a_graph_that_is_gone_has_lost_its_tokens(void **state)
{
    (void)state;
    put("a.ts", "export const a = 1;");
    struct run_options options = ask("a.ts");
    struct run run;
    follow_begin(&run, &options);
    assert_string_equal(told(&run), "");
    definition(&run, "a.ts", "a");
    assert_int_equal(run_scan(&run, &options, NULL), JIG_OK);
    assert_string_equal(told(&run), ""); /* nobody wanted to know */
    watch_name(&run, "a.ts", "a", 1);
    assert_int_equal(run_scan(&run, &options, NULL), JIG_OK);
    assert_string_equal(told(&run), "all");
    assert_string_equal(told(&run), "");
    watch_name(&run, "a.ts", "a", 1);
    change(&run, "a.ts", "export const a = 2;", "1");
    run_end(&run);
}

static void test_a_graph_that_is_not_live_knows_nobody(void **state)
{
    (void)state;
    put("a.ts", "export const a = 1;");
    struct run_options options = ask("a.ts");
    struct run run;
    run_begin(&run, &options);
    struct digest before = watch_name(&run, "a.ts", "a", 1);
    assert_int_equal(run.discovery->definitions->links.count, 0);
    assert_int_equal(run.discovery->definitions->node_traces.count, 0);
    put_and_follow(&run, "a.ts", "export const a = 2;");
    assert_string_equal(told(&run), "all");
    assert_digest_not_equal(before, watch_name(&run, "a.ts", "a", 1));
    run_end(&run);
}

/* ---- what it costs ------------------------------------------------------------------------- */

enum { MANY = 2000 };

/* Module i uses module i / 2, and hub.ts uses every one of them in a definition of its own. */
static void put_many(void)
{
    struct buf hub = {0};
    for (uint32_t i = 1; i <= MANY; i++) {
        char path[32], text[256];
        snprintf(path, sizeof path, "m%u.ts", i);
        snprintf(text, sizeof text,
                 "import { f as g } from './m%u'; export function f() { return g() + %u; } "
                 "export function alone() { return %u; }",
                 i / 2, i, i);
        put_at_once(path, text);
        buf_printf(&hub, "import { f as f%u } from './m%u'; export const h%u = f%u;\n", i, i, i, i);
    }
    put_at_once("m0.ts", "export function f() { return 0; }");
    put_at_once("hub.ts", buf_cstr(&hub));
    buf_free(&hub);
}

static void solve_all(struct run *run)
{
    struct discovery *discovery = run->discovery;
    for (module_id id = 0; id < discovery_module_count(discovery); id++) {
        const struct fact_definition *definitions = discovery_definitions(discovery, id);
        for (uint32_t i = 0; i < discovery_module(discovery, id)->definitions_count; i++)
            discovery_definition_digest(discovery, id,
                                        discovery_fact_text(discovery, definitions[i].name));
        discovery_definition_digest(discovery, id, "*");
    }
}

/* How many digests a change of a file makes it necessary to make again. */
static uint64_t cost_of(struct run *run, const char *path, const char *text)
{
    uint64_t before = solved(run);
    put_and_follow(run, path, text);
    solve_all(run);
    return solved(run) - before;
}

static void test_only_what_uses_it_is_solved_again(void **state)
{
    (void)state;
    put_many();
    struct run_options options = ask("hub.ts");
    struct run run;
    follow_begin(&run, &options);
    solve_all(&run);
    assert_true(solved(&run) > 5 * MANY);
    solve_all(&run);
    /* f and "*" of m1500; of the hub, what uses it and "*". */
    assert_int_equal(cost_of(&run, "m1500.ts",
                             "import { f as g } from './m750'; export function f() { return g(); } "
                             "export function alone() { return 1500; }"),
                     4);
    /* Nobody uses it but "*". */
    assert_int_equal(cost_of(&run, "m1500.ts",
                             "import { f as g } from './m750'; export function f() { return g(); } "
                             "export function alone() { return 1; }"),
                     2);
    assert_int_equal(cost_of(&run, "m1500.ts",
                             "import { f as g } from './m750'; export function f() { return g(); } "
                             "// hello\nexport function alone() { return 1; }"),
                     0);
    /* m500, m1000, m1001, m2000; each f and "*", what the hub makes of it, and the hub's "*". */
    assert_int_equal(cost_of(&run, "m500.ts",
                             "import { f as g } from './m250'; export function f() { return g(); } "
                             "export function alone() { return 500; }"),
                     4 * 3 + 1);
    /* A new name in a module that all depend on: the definition, and "*". */
    assert_int_equal(
        cost_of(&run, "m0.ts", "export function f() { return 0; } export function fresh() {}"), 2);
    run_end(&run);
}

static void test_a_graph_does_not_grow_with_changes(void **state)
{
    (void)state;
    put("a.ts", "import { m1 } from './b'; export const a = m1;");
    put("b.ts", "export * from './m'; export * from './n';");
    put("m.ts", "export function m1() { return n; } const n = 1;");
    put("n.ts", "export const other = 1;");
    struct run_options options = ask("a.ts");
    options.threads = 1;
    struct run run;
    follow_begin(&run, &options);
    uint32_t nodes = 0;
    for (uint32_t i = 0; i < 3000; i++) {
        char text[256];
        watch_name(&run, "a.ts", "a", i);
        watch_name(&run, "b.ts", "other", 1000000 + i);
        const char *const paths[] = {"a.ts", "m.ts", "n.ts"};
        snprintf(text, sizeof text, "import { m%u } from './b'; export const a = m%u;", i, i);
        put_at_once("a.ts", text);
        snprintf(text, sizeof text, "export function m%u() { return n; } const n = %u;", i, i);
        put_at_once("m.ts", text);
        snprintf(text, sizeof text, "export const other = %u;", i);
        put_at_once("n.ts", text);
        follow(&run, paths, 3, false);
        told(&run);
        solve_all(&run);
        if (!nodes)
            nodes = run.discovery->definitions->nodes.count;
    }
    const struct definition_graph *graph = run.discovery->definitions;
    assert_int_equal(graph->rounds, 3000);
    assert_true(graph->nodes.count <= nodes + 4);
    assert_true(graph->links.count < 15000);
    assert_true(graph->lookups.count < 10000);
    run_end(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE_TEST(test_random_typescript),
        PLACE_TEST(test_random_typescript_that_is_sparse),
        PLACE_TEST(test_random_typescript_that_is_compacted),
        PLACE_TEST(test_random_proto),
        PLACE_TEST(test_random_graphql),
        PLACE_TEST(test_what_uses_it_is_told),
        PLACE_TEST(test_each_token_is_told_once),
        PLACE_TEST(test_names_that_nobody_asked_for_may_come_and_go),
        PLACE_TEST(test_a_name_may_move_behind_a_barrel),
        PLACE_TEST(test_a_name_that_is_not_there_may_come),
        PLACE_TEST(test_two_of_a_name_may_come_at_once),
        PLACE_TEST(test_the_way_to_a_definition_may_change),
        PLACE_TEST(test_an_import_may_lead_elsewhere),
        PLACE_TEST(test_the_way_of_an_import_may_change),
        PLACE_TEST(test_a_circle_may_close_and_open),
        PLACE_TEST(test_a_file_may_be_made),
        PLACE_TEST(test_a_module_may_be_another),
        PLACE_TEST(test_a_graph_that_is_gone_has_lost_its_tokens),
        PLACE_TEST(test_a_graph_that_is_not_live_knows_nobody),
        PLACE_TEST(test_only_what_uses_it_is_solved_again),
        PLACE_TEST(test_a_graph_does_not_grow_with_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
