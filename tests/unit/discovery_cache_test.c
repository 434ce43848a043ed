/*
 * What is taken from the cache and what is not. Whatever is taken, the result must be that of a
 * process without a cache: every test compares.
 */
#include "discovery_support.h"

#include "engine/base/io.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char CACHE[] = ".jig/discovery";

/* Three modules in a row, and one that nothing imports. */
static struct run_options put_row(void)
{
    put("a.ts", "import { b } from './b'; export const a = b;");
    put("b.ts", "import { c } from './lib/c'; export const b = c;");
    put("lib/c.ts", "export const c = 1;");
    put("d.ts", "export const d = 1;");
    return ask("a.ts b.ts d.ts");
}

/* Asserts that a fresh process finds what one without a cache would; leaves it open. */
static const struct discovery_counts *look(struct run *run, const struct run_options *options)
{
    run_begin(run, options);
    assert_int_equal(run->notices, 0);
    assert_as_fresh(run, options, true);
    return discovery_counts(run->discovery);
}

static uint64_t size_of_cache(void)
{
    struct stat st;
    assert_int_equal(stat(CACHE, &st), 0);
    return (uint64_t)st.st_size;
}

/* ---- an unchanged tree --------------------------------------------------------------------- */

static void test_an_unchanged_tree_is_only_statted(void **state)
{
    (void)state;
    struct run_options options = put_row();
    learn(&options);
    struct run run;
    const struct discovery_counts *counts = look(&run, &options);
    assert_int_equal(counts->opened, 0);
    assert_int_equal(counts->scanned, 0);
    assert_int_equal(counts->resolved, 0);
    assert_int_equal(counts->facts_hit, 4);
    assert_int_equal(counts->tree.folders_read, 0);
    run_end(&run);
}

static void test_an_unchanged_tree_is_not_written_again(void **state)
{
    (void)state;
    struct run_options options = put_row();
    learn(&options);
    struct stat before, after;
    assert_int_equal(stat(CACHE, &before), 0);
    learn(&options);
    assert_int_equal(stat(CACHE, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
}

static void test_a_second_scan_of_one_process_takes_over_too(void **state)
{
    (void)state;
    struct run_options options = put_row();
    struct run run;
    run_begin(&run, &options);
    uint64_t opened = discovery_counts(run.discovery)->opened;
    uint64_t resolved = discovery_counts(run.discovery)->resolved;
    run_refresh(&run);
    assert_int_equal(run_scan(&run, &options, NULL), JIG_OK);
    assert_int_equal(discovery_counts(run.discovery)->opened, opened);
    assert_int_equal(discovery_counts(run.discovery)->resolved, resolved);
    assert_as_fresh(&run, &options, true);
    run_end(&run);
}

static void test_a_touched_file_is_read_and_not_scanned(void **state)
{
    (void)state;
    struct run_options options = put_row();
    learn(&options);
    assert_int_equal(utimensat(AT_FDCWD, "b.ts", NULL, 0), 0);
    struct run run;
    const struct discovery_counts *counts = look(&run, &options);
    assert_int_equal(counts->opened, 1);
    assert_int_equal(counts->scanned, 0);
    assert_int_equal(counts->resolved, 0);
    run_end(&run);
}

/* ---- changes ------------------------------------------------------------------------------- */

static void test_an_edit_of_a_body_resolves_nothing(void **state)
{
    (void)state;
    struct run_options options = put_row();
    learn(&options);
    put("b.ts", "import { c } from './lib/c'; export const b = c + 1;");
    struct run run;
    const struct discovery_counts *counts = look(&run, &options);
    assert_int_equal(counts->scanned, 1);
    assert_int_equal(counts->resolved, 0);
    run_end(&run);
}

static void test_an_edit_that_keeps_size_and_mtime_is_seen(void **state)
{
    (void)state;
    put("c2.ts", "export const c = 2;");
    struct run_options options = put_row();
    learn(&options);
    put_unnoticed("b.ts", "import { c } from './c2'   ; export const b = c;");
    struct run run;
    const struct discovery_counts *counts = look(&run, &options);
    assert_string_equal(targets_of(&run, "b.ts"), "c2.ts");
    assert_int_equal(counts->scanned, 2); /* b.ts, and c2.ts as a new module */
    assert_int_equal(discovery_find(run.discovery, "lib/c.ts", 0), MODULE_NONE);
    run_end(&run);
}

static void test_a_new_file_that_comes_first_is_found(void **state)
{
    (void)state;
    struct run_options options = put_row();
    put("lib/index.ts", "export const l = 1;");
    put("e.ts", "import './lib';");
    add_source(&options, "e.ts", 0);
    learn(&options);
    put("lib.ts", "export const l = 2;");
    struct run run;
    look(&run, &options);
    assert_string_equal(targets_of(&run, "e.ts"), "lib.ts");
    run_end(&run);
}

static void test_a_file_that_was_missed_is_found_when_it_comes(void **state)
{
    (void)state;
    put("a.ts", "import './later/b'; import pkg from 'pkg';");
    struct run_options options = ask("a.ts");
    learn(&options);
    put("later/b.ts", "export {};");
    struct run run;
    look(&run, &options);
    assert_string_equal(targets_of(&run, "a.ts"), "later/b.ts");
    run_end(&run);

    put("node_modules/pkg/package.json", "{\"name\": \"pkg\", \"types\": \"index.d.ts\"}");
    put("node_modules/pkg/index.d.ts", "export default 1;");
    look(&run, &options);
    run_end(&run);
}

static void test_what_was_missed_long_ago_is_still_watched_for(void **state)
{
    (void)state;
    /* node_modules is no part of the walk: it is watched because somebody asked for it. */
    put("node_modules/other/index.d.ts", "export {};");
    put("a.ts", "import 'pkg'; export const a = 1;");
    struct run_options options = ask("a.ts");
    learn(&options);
    put("a.ts", "import 'pkg'; export const a = 2;");
    learn(&options); /* saves, and nobody has asked again */
    put("a.ts", "import 'pkg'; export const a = 3;");
    learn(&options);
    put("node_modules/pkg/index.d.ts", "export {};");
    struct run run;
    look(&run, &options);
    assert_string_equal(targets_of(&run, "a.ts"), "node_modules/pkg/index.d.ts");
    run_end(&run);
}

static void test_a_removed_file_is_gone(void **state)
{
    (void)state;
    struct run_options options = put_row();
    learn(&options);
    take_away("lib/c.ts");
    struct run run;
    look(&run, &options);
    assert_int_equal(discovery_resolved(run.discovery, 1)->resolution, RESOLUTION_UNRESOLVED);
    run_end(&run);

    take_away("b.ts"); /* a source: still asked for */
    look(&run, &options);
    assert_true(discovery_module(run.discovery, 1)->flags & MODULE_MISSING);
    run_end(&run);
}

static void test_a_file_that_comes_back_is_as_it_was(void **state)
{
    (void)state;
    struct run_options options = put_row();
    learn(&options);
    take_away("b.ts");
    learn(&options);
    put("b.ts", "import { c } from './lib/c'; export const b = c;");
    struct run run;
    look(&run, &options);
    assert_string_equal(targets_of(&run, "b.ts"), "lib/c.ts");
    run_end(&run);
}

static void test_sources_may_come_and_go_and_change_places(void **state)
{
    (void)state;
    struct run_options options = put_row();
    learn(&options);
    static const char *const orders[] = {"d.ts b.ts a.ts", "b.ts", "lib/c.ts a.ts",
                                         "d.ts a.ts b.ts lib/c.ts", "a.ts"};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        options = ask(orders[i]);
        struct run run;
        look(&run, &options);
        run_end(&run);
    }
}

static void test_a_changed_configuration_resolves_again(void **state)
{
    (void)state;
    put("tsconfig.json", "{\"compilerOptions\": {\"paths\": {\"lib\": [\"./one.ts\"]}}}");
    put("one.ts", "export {};");
    put("two.ts", "export {};");
    put("a.ts", "import 'lib';");
    struct run_options options = ask("a.ts");
    learn(&options);
    struct run run;
    const struct discovery_counts *counts = look(&run, &options);
    assert_string_equal(targets_of(&run, "a.ts"), "one.ts");
    assert_int_equal(counts->resolved, 0);
    run_end(&run);

    put_unnoticed("tsconfig.json", "{\"compilerOptions\": {\"paths\": {\"lib\": [\"./two.ts\"]}}}");
    counts = look(&run, &options);
    assert_string_equal(targets_of(&run, "a.ts"), "two.ts");
    assert_int_equal(counts->scanned, 1); /* two.ts: all others are as they were */
    run_end(&run);

    take_away("tsconfig.json");
    look(&run, &options);
    assert_string_equal(targets_of(&run, "a.ts"), "");
    run_end(&run);
}

static void test_another_lens_keeps_the_facts_it_shares(void **state)
{
    (void)state;
    put("src/a.x", "import b\n");
    put("one/b.x", "\n");
    put("two/b.x", "\n");
    static const char *const one[] = {"one"};
    static const char *const two[] = {"two"};
    struct run_options options = ask("src/a.x");
    options.lenses[0] = (struct discovery_lens){
        .kind = SCANNER_REGEX,
        .pattern = "^import (\\S+)",
        .resolve = {.kind = SCANNER_REGEX, .roots = one, .root_count = 1},
    };
    static const char *const suffix[] = {".x"};
    options.lenses[0].resolve.extensions = suffix;
    options.lenses[0].resolve.extension_count = 1;
    learn(&options);

    options.lenses[0].resolve.roots = two;
    struct run run;
    const struct discovery_counts *counts = look(&run, &options);
    assert_string_equal(targets_of(&run, "src/a.x"), "two/b.x");
    assert_int_equal(counts->scanned, 1); /* two/b.x */
    run_end(&run);

    options.lenses[0].pattern = "^require (\\S+)";
    counts = look(&run, &options);
    assert_string_equal(targets_of(&run, "src/a.x"), "");
    assert_int_equal(counts->scanned, 1);
    run_end(&run);
}

static void test_lenses_may_change_places(void **state)
{
    (void)state;
    struct run_options options = put_row();
    options.lenses[1].kind = options.lenses[1].resolve.kind = SCANNER_C;
    options.lens_count = 2;
    put("x.c", "#include \"x.h\"\n");
    put("x.h", "int x;\n");
    add_source(&options, "x.c", 1);
    learn(&options);
    struct discovery_lens first = options.lenses[0];
    options.lenses[0] = options.lenses[1];
    options.lenses[1] = first;
    for (uint32_t i = 0; i < options.source_count; i++)
        options.sources[i].lens ^= 1;
    struct run run;
    const struct discovery_counts *counts = look(&run, &options);
    assert_int_equal(counts->opened, 0);
    assert_int_equal(counts->resolved, 0);
    run_end(&run);
}

/* ---- files that jobs make ------------------------------------------------------------------ */

static void test_a_made_file_counts_as_there(void **state)
{
    (void)state;
    put("a.ts", "import { g } from './gen/g'; export const a = g;");
    struct run_options options = ask("a.ts");
    learn(&options);
    add_made(&options, "gen/g.ts");
    struct run run;
    look(&run, &options);
    assert_string_equal(targets_of(&run, "a.ts"), "gen/g.ts");
    const struct module *made = discovery_module(run.discovery, 1);
    assert_int_equal(made->flags, MODULE_MADE | MODULE_MISSING);
    run_end(&run);

    options.made_count = 0;
    look(&run, &options);
    assert_string_equal(targets_of(&run, "a.ts"), "");
    run_end(&run);
}

static void test_a_rescan_finds_what_a_fresh_process_would(void **state)
{
    (void)state;
    put("a.ts", "import { g } from './gen/g'; export const a = g;");
    put("lib.ts", "export const l = 1;");
    struct run_options options = ask("a.ts");
    add_made(&options, "gen/g.ts");
    struct run run;
    run_begin(&run, &options);
    struct digest structure = discovery_structure(run.discovery);

    put("gen/g.ts", "import { l } from '../lib'; export const g = l;");
    const char *const paths[] = {"gen/g.ts"};
    assert_int_equal(discovery_rescan(run.discovery, paths, 1, NULL), JIG_OK);
    assert_string_equal(targets_of(&run, "gen/g.ts"), "lib.ts");
    assert_digest_not_equal(discovery_structure(run.discovery), structure);
    assert_as_fresh(&run, &options, false);
    run_end(&run);

    const struct discovery_counts *counts = look(&run, &options);
    assert_int_equal(counts->scanned, 0);
    run_end(&run);
}

static void test_a_rescan_forgets_what_nothing_leads_to(void **state)
{
    (void)state;
    struct run_options options = put_row();
    struct run run;
    run_begin(&run, &options);
    put("b.ts", "export const b = 1;");
    const char *const paths[] = {"b.ts", "nobody/knows.ts", "b.ts"};
    assert_int_equal(discovery_rescan(run.discovery, paths, 3, NULL), JIG_OK);
    assert_true(discovery_module(run.discovery, module_at(&run, "lib/c.ts"))->flags &
                MODULE_UNREACHED);
    assert_as_fresh(&run, &options, false);

    put("b.ts", "import { c } from './lib/c'; export const b = c;");
    assert_int_equal(discovery_rescan(run.discovery, paths, 1, NULL), JIG_OK);
    assert_as_fresh(&run, &options, false);
    take_away("lib/c.ts");
    const char *const gone[] = {"lib/c.ts"};
    assert_int_equal(discovery_rescan(run.discovery, gone, 1, NULL), JIG_OK);
    assert_true(discovery_module(run.discovery, module_at(&run, "lib/c.ts"))->flags &
                MODULE_MISSING);
    run_end(&run);
    look(&run, &options);
    run_end(&run);
}

static void test_a_rescan_of_a_configuration_resolves_again(void **state)
{
    (void)state;
    put("tsconfig.json", "{\"compilerOptions\": {\"paths\": {\"lib\": [\"./one.ts\"]}}}");
    put("one.ts", "export {};");
    put("two.ts", "export {};");
    put("a.ts", "import 'lib';");
    struct run_options options = ask("a.ts");
    learn(&options);
    struct run run;
    run_begin(&run, &options); /* all from the cache: no resolver has read anything yet */
    put("tsconfig.json", "{\"compilerOptions\": {\"paths\": {\"lib\": [\"./two.ts\"]}}}");
    const char *const paths[] = {"tsconfig.json"};
    assert_int_equal(discovery_rescan(run.discovery, paths, 1, NULL), JIG_OK);
    assert_string_equal(targets_of(&run, "a.ts"), "two.ts");
    assert_as_fresh(&run, &options, false);
    run_end(&run);
}

/* ---- the file itself ----------------------------------------------------------------------- */

static void test_without_a_cache_nothing_is_written(void **state)
{
    (void)state;
    struct run_options options = put_row();
    options.read_only = true;
    learn(&options);
    assert_int_equal(access(CACHE, F_OK), -1);
    options.cache = NULL;
    options.read_only = false;
    learn(&options);
    assert_int_equal(access(CACHE, F_OK), -1);
}

static void test_facts_of_earlier_contents_do_not_pile_up(void **state)
{
    (void)state;
    struct run_options options = put_row();
    learn(&options);
    uint64_t size = size_of_cache();
    for (int i = 0; i < 40; i++) {
        char text[128];
        snprintf(text, sizeof text, "import { c } from './lib/c'; export const b = c + %d;", i);
        put("b.ts", text);
        struct run run;
        look(&run, &options);
        run_end(&run);
    }
    assert_true(size_of_cache() < 2 * size);
}

static void test_paths_do_not_pile_up_either(void **state)
{
    (void)state;
    put("tsconfig.json", "{}");
    put("package.json", "{}");
    struct run_options options = put_row();
    learn(&options);
    uint64_t size = size_of_cache();
    for (int i = 0; i < 60; i++) {
        if (i % 2)
            take_away("new.ts");
        else
            put("new.ts", "export {};");
        struct run run;
        look(&run, &options);
        assert_true(discovery_counts(run.discovery)->resolved > 0);
        run_end(&run);
    }
    assert_true(size_of_cache() < 2 * size);
}

static void test_a_file_that_a_job_begins_to_make_is_looked_at_again(void **state)
{
    (void)state;
    put("a.ts", "");
    struct run_options options = ask("a.ts");
    learn(&options);
    add_made(&options, "a.ts");
    struct run run;
    look(&run, &options);
    run_end(&run);
}

static void test_modules_that_are_not_needed_any_more_are_dropped(void **state)
{
    (void)state;
    static char names[60][16];
    struct run_options options = ask("");
    for (int i = 0; i < 60; i++) {
        snprintf(names[i], sizeof names[i], "m%d.ts", i);
        put(names[i], "export function f(a: number) { return a; } export class C {}");
        add_source(&options, names[i], 0);
    }
    learn(&options);
    uint64_t size = size_of_cache();
    options.source_count = 2;
    learn(&options);
    assert_true(size_of_cache() < size / 2);
    struct run run;
    look(&run, &options);
    run_end(&run);
}

/* A damaged cache is told once, and then it is as if there were none. */
static void assert_ignored(const struct run_options *options, const char *why)
{
    struct run run;
    run_begin(&run, options);
    assert_int_equal(run.notices, 1);
    assert_int_equal(run.notice.status, JIG_ERROR_CORRUPT);
    assert_non_null(strstr(run.notice.message, why));
    assert_true(discovery_counts(run.discovery)->scanned > 0);
    assert_as_fresh(&run, options, true);
    run_end(&run);
}

static struct buf read_cache(void)
{
    struct buf bytes = {0};
    assert_int_equal(io_read_file(AT_FDCWD, CACHE, &bytes), 0);
    return bytes;
}

static void write_cache(const void *bytes, size_t length)
{
    assert_int_equal(io_write_file(AT_FDCWD, CACHE, bytes, length), 0);
}

static void test_a_cache_cut_anywhere_is_ignored(void **state)
{
    (void)state;
    struct run_options options = put_row();
    learn(&options);
    struct buf cache = read_cache();
    for (size_t length = 0; length < cache.length; length += 1 + cache.length / 60) {
        write_cache(cache.data, length);
        assert_ignored(&options, CACHE);
    }
    buf_free(&cache);
}

static void test_a_cache_with_a_flipped_bit_is_ignored(void **state)
{
    (void)state;
    struct run_options options = put_row();
    learn(&options);
    struct buf cache = read_cache();
    for (size_t at = 0; at < cache.length; at += 1 + cache.length / 100) {
        cache.data[at] ^= 0x10;
        write_cache(cache.data, cache.length);
        assert_ignored(&options, CACHE);
        cache.data[at] ^= 0x10;
    }
    buf_free(&cache);
}

static void test_a_cache_of_another_version_is_ignored(void **state)
{
    (void)state;
    enum { VERSION_AT = 3 + 1 + 13 + 1 }; /* array 16, fixstr "jig discovery", uint 32 */
    struct run_options options = put_row();
    learn(&options);
    struct buf cache = read_cache();
    cache.data[VERSION_AT + 3] ^= 0x40;
    write_cache(cache.data, cache.length);
    assert_ignored(&options, "format version");
    buf_free(&cache);
    struct run run;
    look(&run, &options); /* a good one has taken its place */
    run_end(&run);
}

static void test_what_is_no_cache_is_ignored(void **state)
{
    (void)state;
    struct run_options options = put_row();
    write_cache("hello", 5);
    assert_ignored(&options, "it is not a jig discovery");
    assert_int_equal(unlink(CACHE), 0);
    assert_int_equal(mkfifo(CACHE, 0644), 0);
    assert_ignored(&options, "it is not a file");
}

static void test_a_cache_that_cannot_be_written_is_an_error(void **state)
{
    (void)state;
    struct run_options options = put_row();
    put("file", "in the way");
    options.cache = "file/discovery";
    struct run run;
    run_open(&run, &options);
    run_refresh(&run);
    assert_int_equal(run_scan(&run, &options, NULL), JIG_OK);
    struct jig_error error;
    assert_int_equal(discovery_save(run.discovery, &error), JIG_ERROR_IO);
    assert_non_null(strstr(error.message, "file/discovery"));
    discovery_destroy(run.discovery);
    jig_pool_destroy(run.pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE_TEST(test_an_unchanged_tree_is_only_statted),
        PLACE_TEST(test_an_unchanged_tree_is_not_written_again),
        PLACE_TEST(test_a_second_scan_of_one_process_takes_over_too),
        PLACE_TEST(test_a_touched_file_is_read_and_not_scanned),
        PLACE_TEST(test_an_edit_of_a_body_resolves_nothing),
        PLACE_TEST(test_an_edit_that_keeps_size_and_mtime_is_seen),
        PLACE_TEST(test_a_new_file_that_comes_first_is_found),
        PLACE_TEST(test_a_file_that_was_missed_is_found_when_it_comes),
        PLACE_TEST(test_what_was_missed_long_ago_is_still_watched_for),
        PLACE_TEST(test_a_removed_file_is_gone),
        PLACE_TEST(test_a_file_that_comes_back_is_as_it_was),
        PLACE_TEST(test_sources_may_come_and_go_and_change_places),
        PLACE_TEST(test_a_changed_configuration_resolves_again),
        PLACE_TEST(test_another_lens_keeps_the_facts_it_shares),
        PLACE_TEST(test_lenses_may_change_places),
        PLACE_TEST(test_a_made_file_counts_as_there),
        PLACE_TEST(test_a_rescan_finds_what_a_fresh_process_would),
        PLACE_TEST(test_a_rescan_forgets_what_nothing_leads_to),
        PLACE_TEST(test_a_rescan_of_a_configuration_resolves_again),
        PLACE_TEST(test_without_a_cache_nothing_is_written),
        PLACE_TEST(test_facts_of_earlier_contents_do_not_pile_up),
        PLACE_TEST(test_paths_do_not_pile_up_either),
        PLACE_TEST(test_a_file_that_a_job_begins_to_make_is_looked_at_again),
        PLACE_TEST(test_modules_that_are_not_needed_any_more_are_dropped),
        PLACE_TEST(test_a_cache_cut_anywhere_is_ignored),
        PLACE_TEST(test_a_cache_with_a_flipped_bit_is_ignored),
        PLACE_TEST(test_a_cache_of_another_version_is_ignored),
        PLACE_TEST(test_what_is_no_cache_is_ignored),
        PLACE_TEST(test_a_cache_that_cannot_be_written_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
