/*
 * Digests of definitions: what they depend on, and what they do not. Each test looks at a digest,
 * edits something, and looks again in a fresh process.
 */
#include "discovery_support.h"

#include <unistd.h>

static struct digest digest_in(const struct run_options *options, const char *path,
                               const char *name)
{
    struct run run;
    run_begin(&run, options);
    struct digest digest = definition(&run, path, name);
    run_end(&run);
    assert_false(digest_is_zero(digest));
    return digest;
}

/* Writes `text` to `file` and asserts whether `name` in `path` is still what it was. */
static void edit(const struct run_options *options, const char *file, const char *text,
                 const char *path, const char *name, bool same)
{
    struct digest before = digest_in(options, path, name);
    put(file, text);
    struct digest after = digest_in(options, path, name);
    assert_int_equal(digest_equal(before, after), same);
}

#define assert_stays(file, text)   edit(&options, file, text, "a.ts", "a", true)
#define assert_changes(file, text) edit(&options, file, text, "a.ts", "a", false)

/* ---- in one module ------------------------------------------------------------------------- */

static void test_comments_and_space_do_not_count(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("a.ts", "export function a() { return 1; }");
    assert_stays("a.ts", "// hello\nexport function a()\n{\n    return 1; /* one */\n}\n");
    assert_changes("a.ts", "export function a() { return 2; }");
}

static void test_only_neighbours_that_are_used_count(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("a.ts", "const x = 1; const y = 1; const z = y; export function a() { return x; }");
    assert_stays("a.ts",
                 "const x = 1; const y = 2; const z = y; export function a() { return x; }");
    assert_changes("a.ts",
                   "const x = 2; const y = 2; const z = y; export function a() { return x; }");
}

static void test_overloads_are_one(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("a.ts", "export function a(x: string): void; export function a(x: any) { }");
    assert_changes("a.ts", "export function a(x: number): void; export function a(x: any) { }");
}

static void test_neighbours_may_use_each_other(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("a.ts", "export function a() { return b(); } function b() { return c() || a(); } "
                "function c() { return 1; } function d() { return a(); }");
    assert_changes("a.ts", "export function a() { return b(); } function b() { return c() || a(); }"
                           " function c() { return 2; } function d() { return a(); }");
    assert_stays("a.ts", "export function a() { return b(); } function b() { return c() || a(); }"
                         " function c() { return 2; } function d() { return a() + 1; }");
    assert_changes("a.ts", "export function a() { return b(); } function b() { return c() && a(); }"
                           " function c() { return 2; } function d() { return a() + 1; }");
}

static void test_overloads_have_an_order(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("a.ts", "export function a(x: 1): 1; export function a(x: 2): 2; export function a() {}");
    assert_changes(
        "a.ts", "export function a(x: 2): 2; export function a(x: 1): 1; export function a() {}");
    put("a.ts", "export enum a { B = 1 } export enum a { C = 2 }");
    assert_changes("a.ts", "export enum a { C = 2 } export enum a { B = 1 }");
}

static void test_values_have_an_order(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("n.ts", "let i = 0; export function next() { return i++; }");
    put("a.ts", "import { next } from './n'; export const b = next(); export const a = next();");
    assert_changes("a.ts",
                   "import { next } from './n'; export const a = next(); export const b = next();");
    put("a.ts", "let i = 0; function next() { return i++; } "
                "export const b = next(); export const a = next();");
    assert_changes("a.ts", "let i = 0; function next() { return i++; } export const a = next();");
    put("a.ts", "let l = 1; export const a = l; l = 2");
    assert_changes("a.ts", "let l = 1; l = 2; export const a = l;");
}

static void test_statements_that_define_may_change_others(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("m.ts", "export const m = 1;");
    put("a.ts", "export let a = 1; function f() { a = 2; } f();");
    assert_changes("a.ts", "export let a = 1; function f() { a = 3; } f();");
    assert_changes("a.ts", "export let a = 1; function f() { a = 3; }");
    assert_changes("a.ts", "export let a = 1; export const b = Object.assign(a, { x: 1 });");
    assert_changes("a.ts", "export let a = 1; export const b = Object.assign(a, { x: 2 });");
    assert_changes("a.ts", "export let a = 1; class B { static { a.x = 1; } }");
    assert_changes("a.ts", "export let a = 1; class B { static { a.x = 2; } }");
    assert_changes("a.ts", "import { m } from './m'; export let a = 1; const b = f(a, m);");
    assert_changes("m.ts", "export const m = 2;");
}

static void test_directives_count(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("a.ts", "'use client'; export const a = 1;");
    assert_changes("a.ts", "'use server'; export const a = 1;");
    assert_changes("a.ts", "export const a = 1;");
    assert_changes("a.ts", "/** @jsx h */ export const a = 1;");
    edit(&options, "a.ts", "/** @jsx g */ export const a = 1;", "a.ts", "*", false);
}

static void test_what_is_exported_as_a_type_counts(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("a.ts", "class a {} export { a };");
    assert_changes("a.ts", "class a {} export type { a };");
}

/* ---- through imports ----------------------------------------------------------------------- */

static void test_only_imports_that_are_used_count(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("a.ts", "import { x, y } from './m'; export const a = x; export const other = y;");
    put("m.ts", "import { z } from './deep'; export const x = z; export const y = 1;");
    put("deep.ts", "export const z = 1; export const unused = 1;");
    assert_stays("m.ts", "import { z } from './deep'; export const x = z; export const y = 2;");
    assert_stays("deep.ts", "export const z = 1; export const unused = 2;");
    assert_changes("deep.ts", "export const z = 2; export const unused = 2;");
}

static void test_a_module_may_move(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("a.ts", "import { x } from './m'; export const a = x;");
    put("m.ts", "export const x = 1;");
    struct digest before = digest_in(&options, "a.ts", "a");
    put("lib/n.ts", "export const x = 1;");
    put("a.ts", "import { x } from './lib/n'; export const a = x;");
    assert_digest_equal(before, digest_in(&options, "a.ts", "a"));
}

static void test_renamed_imports_are_followed(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("a.ts", "import { x as y } from './m'; export const a = y;");
    put("m.ts", "export const x = 1; export const y = 1;");
    assert_stays("m.ts", "export const x = 1; export const y = 2;");
    assert_changes("m.ts", "export const x = 2; export const y = 2;");
}

static void test_imports_may_not_be_swapped(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("m.ts", "export const x = 1; export const y = 2;");
    put("a.ts", "import { x as p, y as q } from './m'; export const a = p - q;");
    assert_changes("a.ts", "import { y as p, x as q } from './m'; export const a = p - q;");
}

static void test_a_default_export_is_followed(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("a.ts", "import m from './m'; export const a = m;");
    put("m.ts", "function f() { return 1; } export const other = 1; export default f;");
    assert_stays("m.ts", "function f() { return 1; } export const other = 2; export default f;");
    assert_changes("m.ts", "function f() { return 2; } export const other = 2; export default f;");
}

static void test_barrels_are_seen_through(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("a.ts", "import { x } from './barrel'; export const a = x;");
    put("barrel.ts", "export * from './one'; export * from './two'; export { q as r } from './q';");
    put("one.ts", "export const w = 1;");
    put("two.ts", "export { y as x } from './three';");
    put("three.ts", "export const y = 1; export const z = 1;");
    put("q.ts", "export const q = 1;");
    assert_stays("one.ts", "export const w = 2;");
    assert_stays("q.ts", "export const q = 2;");
    assert_stays("three.ts", "export const y = 1; export const z = 2;");
    assert_changes("three.ts", "export const y = 2; export const z = 2;");
    assert_changes("one.ts", "export const w = 2; export const x = 1;"); /* now there are two */
}

static void test_a_barrel_has_no_default_of_others(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("a.ts", "import d from './barrel'; export const a = d;");
    put("barrel.ts", "export * from './m';");
    put("m.ts", "export const x = 1; export default 2;");
    /* There is no such name, so it may be anything: not just the default of m. */
    assert_changes("m.ts", "export const x = 2; export default 2;");
}

static void test_barrels_may_go_round(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("a.ts", "import { x } from './one'; export const a = x;");
    put("one.ts", "export * from './two';");
    put("two.ts", "export * from './one'; export const x = 1;");
    assert_changes("two.ts", "export * from './one'; export const x = 2;");
}

static void test_a_namespace_is_all_that_is_exported(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("a.ts", "import * as m from './m'; export const a = m.x; export const b = 1;");
    put("m.ts", "const hidden = 1; export const x = 1; export const y = 1;");
    struct digest other = digest_in(&options, "a.ts", "b");
    assert_stays("m.ts", "const hidden = 2; export const x = 1; export const y = 1;");
    assert_changes("m.ts", "const hidden = 2; export const x = 1; export const y = 2;");
    assert_digest_equal(other, digest_in(&options, "a.ts", "b"));
}

static void test_import_calls_belong_to_who_makes_them(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("a.ts", "export async function a() { return (await import('./m')).x; } "
                "export const b = 1; export const c = require('./n');");
    put("m.ts", "export const x = 1;");
    put("n.ts", "export const x = 1;");
    struct digest other = digest_in(&options, "a.ts", "b");
    assert_stays("n.ts", "export const x = 2;");
    assert_changes("m.ts", "export const x = 2;");
    assert_digest_equal(other, digest_in(&options, "a.ts", "b"));
    edit(&options, "n.ts", "export const x = 3;", "a.ts", "c", false);
}

static void test_packages_and_missing_files_count_by_name(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("a.ts", "import { x } from 'one'; export const a = x;");
    assert_changes("a.ts", "import { x } from 'two'; export const a = x;");
    assert_changes("a.ts", "import { y as x } from 'two'; export const a = x;");
    assert_changes("a.ts", "import { x } from './gone'; export const a = x;");
    assert_changes("gone.ts", "export const x = 1;");
}

static void test_a_name_that_is_not_found_is_all(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("a.ts", "import { nothing } from './m'; export const a = nothing;");
    put("m.ts", "export const x = 1;");
    assert_changes("m.ts", "export const x = 2;");
    edit(&options, "m.ts", "export const x = 3;", "m.ts", "no such name", false);
}

static void test_definitions_of_modules_in_a_circle(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts b.ts");
    put("a.ts", "import { b } from './b'; export function a() { return b(); } "
                "export const alone = 1;");
    put("b.ts", "import { a, alone } from './a'; export function b() { return a(); } "
                "export const x = alone;");
    struct digest alone = digest_in(&options, "a.ts", "alone");
    assert_changes("b.ts", "import { a, alone } from './a'; export function b() { return !a(); } "
                           "export const x = alone;");
    assert_digest_equal(alone, digest_in(&options, "a.ts", "alone"));
    struct digest x = digest_in(&options, "b.ts", "x");
    assert_digest_equal(x, digest_in(&options, "b.ts", "x"));
}

static void test_all_that_a_module_exports(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("a.ts", "export * from './m'; export const a = 1; console.log(1);");
    put("m.ts", "export const x = 1;");
    edit(&options, "m.ts", "export const x = 2;", "a.ts", "*", false);
    edit(&options, "a.ts", "export * from './m'; export const a = 1; console.log(2);", "a.ts", "*",
         false);
    assert_stays("a.ts", "export * from './m'; export const a = 1; console.log(3);");
}

/* ---- how things are imported --------------------------------------------------------------- */

/* No name can be seen in what exports by assignment: what it is asked for has to count. */
static void test_names_that_cannot_be_seen_count(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("u.cjs", "module.exports = { foo: 1, bar: 2 };");
    put("a.ts", "import { foo as x } from './u.cjs'; export const a = x;");
    assert_changes("a.ts", "import { bar as x } from './u.cjs'; export const a = x;");
    assert_changes("a.ts", "import x from './u.cjs'; export const a = x;");
    assert_changes("a.ts", "import * as x from './u.cjs'; export const a = x;");
    put("a.ts", "export { foo as a } from './u.cjs';");
    assert_changes("a.ts", "export { bar as a } from './u.cjs';");
}

static void test_the_way_of_an_import_counts(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("m.ts", "export const x = 1;");
    put("a.ts", "import { x } from './m'; export const a = x;");
    assert_changes("a.ts", "import type { x } from './m'; export const a = x;");
    assert_changes("a.ts", "import { type x } from './m'; export const a = x;");
    assert_changes("a.ts", "import { x } from './m' with { type: 'json' }; export const a = x;");
    assert_changes("a.ts", "import { x } from './m' with { type: 'css' }; export const a = x;");
    put("a.ts", "import * as x from './m'; export const a = x;");
    assert_changes("a.ts", "import defer * as x from './m'; export const a = x;");
    put("a.ts", "export { x as a } from './m';");
    assert_changes("a.ts", "export type { x as a } from './m';");
}

static void test_a_type_beside_it_does_not_count(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("m.ts", "export const x = 1; export type T = 1;");
    put("a.ts", "import { x } from './m'; export const a = x;");
    assert_stays("a.ts", "import { x, type T } from './m'; export const a = x;");
}

static void test_the_way_of_exporting_again_counts(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("a.ts", "import * as m from './m'; export const a = m;");
    put("v.ts", "export const v = 1;");
    put("m.ts", "export * from './v';");
    assert_changes("m.ts", "import './v';");
    assert_changes("m.ts", "export type * from './v';");
}

static void test_side_effects_have_an_order(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("v.ts", "f();");
    put("w.ts", "g();");
    put("a.ts", "import './v'; import './w'; export const a = h;");
    assert_changes("a.ts", "import './w'; import './v'; export const a = h;");
    assert_changes("v.ts", "f(1);");
    edit(&options, "a.ts", "import './v'; import './w'; export const a = h;", "a.ts", "*", false);
}

static void test_what_a_script_declares_counts(void **state)
{
    (void)state;
    struct run_options options = ask("a.ts");
    put("a.ts", "import './globals'; export const a: Shape = 1;");
    put("globals.d.ts", "interface Shape { x: 1 }");
    assert_changes("globals.d.ts", "interface Shape { x: 2 }");
    assert_changes("globals.d.ts", "export {}; declare global { interface Shape { x: 2 } }");
    assert_changes("globals.d.ts", "export {}; declare global { interface Shape { x: 3 } }");
}

/* ---- other languages ----------------------------------------------------------------------- */

static void test_proto_messages_depend_on_what_they_mention(void **state)
{
    (void)state;
    struct run_options options = ask("a.proto");
    static const char *const roots[] = {"."};
    options.lenses[0] = (struct discovery_lens){
        .kind = SCANNER_PROTO,
        .resolve = {.kind = SCANNER_PROTO, .roots = roots, .root_count = 1},
    };
    put("a.proto", "import \"m.proto\"; message A { X x = 1; }");
    put("m.proto", "import public \"deep.proto\"; message Y { int32 y = 1; }");
    put("deep.proto", "message X { int32 x = 1; } message Z { int32 z = 1; }");
    edit(&options, "m.proto", "import public \"deep.proto\"; message Y { int64 y = 1; }", "a.proto",
         "A", true);
    edit(&options, "deep.proto", "message X { int32 x = 1; } message Z { int64 z = 1; }", "a.proto",
         "A", true);
    edit(&options, "deep.proto", "message X { int64 x = 1; } message Z { int64 z = 1; }", "a.proto",
         "A", false);
    edit(&options, "deep.proto", "package p; message X { int64 x = 1; } message Z { int64 z = 1; }",
         "a.proto", "A", false);
}

static void test_proto_public_imports_count(void **state)
{
    (void)state;
    struct run_options options = ask("a.proto");
    static const char *const roots[] = {"."};
    options.lenses[0] = (struct discovery_lens){
        .kind = SCANNER_PROTO,
        .resolve = {.kind = SCANNER_PROTO, .roots = roots, .root_count = 1},
    };
    put("a.proto", "import \"m.proto\"; message A { int32 x = 1; }");
    put("m.proto", "import public \"deep.proto\";");
    put("deep.proto", "message X { int32 x = 1; }");
    edit(&options, "m.proto", "import \"deep.proto\";", "a.proto", "*", false);
    edit(&options, "a.proto", "import public \"m.proto\"; message A { int32 x = 1; }", "a.proto",
         "A", false);
}

static void test_c_depends_on_all_it_includes(void **state)
{
    (void)state;
    struct run_options options = ask("a.c");
    options.lenses[0] = (struct discovery_lens){.kind = SCANNER_C, .resolve = {.kind = SCANNER_C}};
    put("a.c", "#include \"a.h\"\nint a(void) { return A; }\n");
    put("a.h", "#include \"b.h\"\n");
    put("b.h", "#define A 1\n");
    edit(&options, "b.h", "#define A 2\n", "a.c", "*", false);
}

/* ---- what is kept --------------------------------------------------------------------------- */

/* Facts of all files lie one behind the other; the cache takes none that points at another's. */
static void test_facts_of_all_kinds_are_kept(void **state)
{
    (void)state;
    static const char *const suffixes[] = {"ts", "c", "proto", "graphql"};
    static const char *const texts[] = {
        "/// <reference path='./r.d.ts' />\nimport d, { e as f } from './d'; import './s';\n"
        "import g = require('./g'); export { h as i, j } from './h'; export * from './k';\n"
        "export * as l from './l'; export { f, m as n }; export default d; const m = f, o = 1;\n"
        "enum P { Q } namespace R {} function s() { return import('./t') } interface U {}\n"
        "declare module './v' { interface W {} } s(); require(x); export class Y extends d {}",
        "#include \"x.h\"\n#include <y.h>\n#include Z\nint a;\n",
        "package p; import public \"x.proto\"; message A {} enum B {} service C {}\n"
        "extend D { int32 e = 1; }",
        "# import A, B.c from \"./x.graphql\"\n#import \"y.graphql\"\ntype C { a: A }\n"
        "query D { a } fragment E on C { a } schema { query: C }",
    };
    enum { KINDS = sizeof texts / sizeof *texts, FILES = 3 };
    static char paths[KINDS * FILES][16];
    static const enum scanner_kind kinds[] = {SCANNER_TYPESCRIPT, SCANNER_C, SCANNER_PROTO,
                                              SCANNER_GRAPHQL};
    struct run_options options = ask("");
    options.lens_count = KINDS;
    options.threads = 1;
    for (uint32_t i = 0; i < KINDS * FILES; i++) {
        uint32_t lens = i % KINDS;
        options.lenses[lens] =
            (struct discovery_lens){.kind = kinds[lens], .resolve = {.kind = kinds[lens]}};
        snprintf(paths[i], sizeof paths[i], "%c.%s", 'a' + (int)i, suffixes[lens]);
        put(paths[i], texts[lens]);
        add_source(&options, paths[i], lens);
    }
    learn(&options);
    struct run run;
    run_begin(&run, &options);
    assert_int_equal(run.notices, 0);
    assert_int_equal(discovery_counts(run.discovery)->opened, 0);
    assert_int_equal(discovery_counts(run.discovery)->scanned, 0);
    assert_as_fresh(&run, &options, true);
    run_end(&run);
}

/* ---- files that jobs make ------------------------------------------------------------------ */

static void test_nothing_is_known_before_a_file_is_made(void **state)
{
    (void)state;
    put("a.ts", "import { g } from './gen/g'; export const a = g; export const b = 1;");
    struct run_options options = ask("a.ts");
    add_made(&options, "gen/g.ts");
    struct run run;
    run_begin(&run, &options);
    assert_true(digest_is_zero(definition(&run, "gen/g.ts", "g")));
    assert_true(digest_is_zero(definition(&run, "a.ts", "a")));
    assert_false(digest_is_zero(definition(&run, "a.ts", "b")));

    put("gen/g.ts", "export const g = 1;");
    const char *const paths[] = {"gen/g.ts"};
    assert_int_equal(discovery_rescan(run.discovery, paths, 1, NULL), JIG_OK);
    struct digest a = definition(&run, "a.ts", "a");
    assert_false(digest_is_zero(a));
    assert_as_fresh(&run, &options, false);

    put("gen/g.ts", "export const g = 2;");
    assert_int_equal(discovery_rescan(run.discovery, paths, 1, NULL), JIG_OK);
    assert_digest_not_equal(definition(&run, "a.ts", "a"), a);
    run_end(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE_TEST(test_comments_and_space_do_not_count),
        PLACE_TEST(test_only_neighbours_that_are_used_count),
        PLACE_TEST(test_overloads_are_one),
        PLACE_TEST(test_overloads_have_an_order),
        PLACE_TEST(test_values_have_an_order),
        PLACE_TEST(test_statements_that_define_may_change_others),
        PLACE_TEST(test_directives_count),
        PLACE_TEST(test_what_is_exported_as_a_type_counts),
        PLACE_TEST(test_neighbours_may_use_each_other),
        PLACE_TEST(test_only_imports_that_are_used_count),
        PLACE_TEST(test_a_module_may_move),
        PLACE_TEST(test_renamed_imports_are_followed),
        PLACE_TEST(test_imports_may_not_be_swapped),
        PLACE_TEST(test_a_default_export_is_followed),
        PLACE_TEST(test_barrels_are_seen_through),
        PLACE_TEST(test_a_barrel_has_no_default_of_others),
        PLACE_TEST(test_barrels_may_go_round),
        PLACE_TEST(test_a_namespace_is_all_that_is_exported),
        PLACE_TEST(test_import_calls_belong_to_who_makes_them),
        PLACE_TEST(test_packages_and_missing_files_count_by_name),
        PLACE_TEST(test_a_name_that_is_not_found_is_all),
        PLACE_TEST(test_definitions_of_modules_in_a_circle),
        PLACE_TEST(test_all_that_a_module_exports),
        PLACE_TEST(test_names_that_cannot_be_seen_count),
        PLACE_TEST(test_the_way_of_an_import_counts),
        PLACE_TEST(test_a_type_beside_it_does_not_count),
        PLACE_TEST(test_the_way_of_exporting_again_counts),
        PLACE_TEST(test_side_effects_have_an_order),
        PLACE_TEST(test_what_a_script_declares_counts),
        PLACE_TEST(test_proto_public_imports_count),
        PLACE_TEST(test_proto_messages_depend_on_what_they_mention),
        PLACE_TEST(test_c_depends_on_all_it_includes),
        PLACE_TEST(test_facts_of_all_kinds_are_kept),
        PLACE_TEST(test_nothing_is_known_before_a_file_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
