/*
 * The graph of definitions after a change: what makes a digest another, whom it is told, what is
 * left alone, and what it costs.
 */
#include "discovery_follow_support.h"

#include <sys/stat.h>

/* ---- what is told -------------------------------------------------------------------------- */

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
    watch_name(&run, "a.ts", "b", 7);
    watch_name(&run, "a.ts", "a", 5);
    watch_name(&run, "a.ts", "a", 7);
    uint32_t links = run.discovery->definitions->links_used;
    watch_name(&run, "a.ts", "a", 5);
    watch_name(&run, "a.ts", "a", 7);
    assert_int_equal(run.discovery->definitions->links_used, links);
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
    run.discovery->definitions_live = true;
    watch_name(&run, "a.ts", "a", 1);
    assert_string_equal(told(&run), "all"); /* the first time was in vain */
    run.discovery->definitions_live = false;
    put_and_follow(&run, "a.ts", "export const a = 3;");
    assert_string_equal(told(&run), "all");
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
    for (uint32_t i = 0; i < 1500; i++) {
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
    assert_int_equal(graph->rounds, 1500);
    assert_true(graph->nodes.count <= nodes + 4);
    assert_true(graph->links.count < 10000);
    assert_true(graph->lookups.count < 6000);
    run_end(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
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
