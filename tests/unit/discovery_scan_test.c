/* From sources to modules: what is found, in which order, and what is done about trouble. */
#include "discovery_support.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- what is found ------------------------------------------------------------------------- */

static void test_sources_come_first_then_what_they_import_level_by_level(void **state)
{
    (void)state;
    put("z.ts", "import { q } from './lib/q'; import { b } from './lib/b';");
    put("a.ts", "export const a = 1;");
    put("lib/q.ts", "export { c as q } from './c';");
    put("lib/b.ts", "export const b = 1;");
    put("lib/c.ts", "export const c = 1;");
    struct run_options options = ask("z.ts a.ts");
    struct run run;
    run_begin(&run, &options);
    static const char *const expected[] = {"z.ts", "a.ts", "lib/b.ts", "lib/q.ts", "lib/c.ts"};
    assert_int_equal(discovery_module_count(run.discovery), 5);
    for (module_id id = 0; id < 5; id++)
        assert_string_equal(discovery_path(run.discovery, id), expected[id]);
    assert_true(discovery_module(run.discovery, 0)->flags & MODULE_SOURCE);
    assert_false(discovery_module(run.discovery, 2)->flags & MODULE_SOURCE);
    run_end(&run);
}

static void test_ids_do_not_depend_on_threads(void **state)
{
    (void)state;
    char path[32], text[64];
    struct run_options options = ask("");
    static char names[64][16];
    for (int i = 0; i < 60; i++) {
        snprintf(text, sizeof text, "import './d%d/x%d'; export const v = %d;", i % 7, i * 7 % 60,
                 i);
        snprintf(names[i], sizeof names[i], "m%d.ts", i);
        put(names[i], text);
        snprintf(path, sizeof path, "d%d/x%d.ts", i % 7, i * 7 % 60);
        put(path, "export {};");
        add_source(&options, names[i], 0);
    }
    options.threads = 4;
    struct run run;
    run_begin(&run, &options);
    assert_as_fresh(&run, &options, true);
    run_end(&run);
}

static void test_each_module_knows_what_it_imports_and_what_imports_it(void **state)
{
    (void)state;
    put("a.ts", "import { c } from './c'; import * as again from './c'; import './b';");
    put("b.ts", "import { c } from './c';");
    put("c.ts", "import self from './c'; export const c = 1;");
    struct run_options options = ask("a.ts b.ts c.ts");
    struct run run;
    run_begin(&run, &options);
    assert_string_equal(targets_of(&run, "a.ts"), "b.ts c.ts");
    assert_string_equal(targets_of(&run, "c.ts"), "");
    uint32_t count;
    const module_id *importers =
        discovery_importers(run.discovery, module_at(&run, "c.ts"), &count);
    assert_int_equal(count, 2);
    assert_string_equal(discovery_path(run.discovery, importers[0]), "a.ts");
    assert_string_equal(discovery_path(run.discovery, importers[1]), "b.ts");
    run_end(&run);
}

static void test_what_leads_to_no_file_is_recorded(void **state)
{
    (void)state;
    put("a.ts", "import 'left-pad'; import './nowhere';");
    struct run_options options = ask("a.ts");
    struct run run;
    run_begin(&run, &options);
    const struct module_import *resolved = discovery_resolved(run.discovery, 0);
    assert_int_equal(resolved[0].resolution, RESOLUTION_EXTERNAL);
    assert_int_equal(resolved[1].resolution, RESOLUTION_UNRESOLVED);
    assert_int_equal(resolved[1].target, MODULE_NONE);
    run_end(&run);
}

static void test_one_file_seen_through_two_lenses_is_two_modules(void **state)
{
    (void)state;
    put("a.ts", "import './b';");
    put("b.ts", "export {};");
    struct run_options options = ask("a.ts");
    options.lenses[1].kind = SCANNER_NONE;
    options.lens_count = 2;
    add_source(&options, "a.ts", 1);
    struct run run;
    run_begin(&run, &options);
    assert_int_equal(discovery_module_count(run.discovery), 3);
    assert_int_equal(discovery_module(run.discovery, 1)->imports_count, 0);
    assert_int_not_equal(discovery_find(run.discovery, "b.ts", 0), MODULE_NONE);
    assert_int_equal(discovery_find(run.discovery, "b.ts", 1), MODULE_NONE);
    run_end(&run);
}

static void test_a_source_named_twice_is_one_module(void **state)
{
    (void)state;
    put("a.ts", "export {};");
    struct run_options options = ask("a.ts a.ts");
    struct run run;
    run_begin(&run, &options);
    assert_int_equal(discovery_module_count(run.discovery), 1);
    run_end(&run);
}

static void test_nothing_asked_is_nothing_found(void **state)
{
    (void)state;
    struct run_options options = ask("");
    options.lens_count = 0;
    struct run run;
    run_begin(&run, &options);
    assert_int_equal(discovery_module_count(run.discovery), 0);
    assert_int_equal(discovery_component_count(run.discovery), 0);
    run_end(&run);
}

/* ---- components ---------------------------------------------------------------------------- */

static void test_a_circle_is_one_component_between_its_neighbours(void **state)
{
    (void)state;
    put("top.ts", "import './one';");
    put("one.ts", "import './two';");
    put("two.ts", "import './three'; import './leaf';");
    put("three.ts", "import './one';");
    put("leaf.ts", "export {};");
    struct run_options options = ask("top.ts one.ts two.ts three.ts leaf.ts");
    struct run run;
    run_begin(&run, &options);
    assert_int_equal(discovery_component_count(run.discovery), 3);
    const struct module *top = discovery_module(run.discovery, 0);
    const struct module *one = discovery_module(run.discovery, 1);
    const struct module *leaf = discovery_module(run.discovery, 4);
    assert_int_equal(leaf->component, 0);
    assert_int_equal(one->component, 1);
    assert_int_equal(top->component, 2);
    uint32_t count;
    const module_id *members = discovery_component(run.discovery, 1, &count);
    assert_int_equal(count, 3);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(members[i], i + 1);
    run_end(&run);
}

static void test_components_ascend_from_imported_to_importer(void **state)
{
    (void)state;
    /* Every module imports two others; some of these edges close circles. */
    static char names[40][16];
    struct run_options options = ask("");
    for (int i = 0; i < 40; i++) {
        char text[96];
        snprintf(text, sizeof text, "import './m%d'; import './m%d';", i * 7 % 40, (i + 3) % 37);
        snprintf(names[i], sizeof names[i], "m%d.ts", i);
        put(names[i], text);
        add_source(&options, names[i], 0);
    }
    struct run run;
    run_begin(&run, &options);
    uint32_t total = 0;
    for (uint32_t c = 0; c < discovery_component_count(run.discovery); c++) {
        uint32_t count;
        discovery_component(run.discovery, c, &count);
        total += count;
    }
    assert_int_equal(total, 40);
    for (module_id id = 0; id < 40; id++) {
        uint32_t count;
        const module_id *targets = discovery_targets(run.discovery, id, &count);
        for (uint32_t i = 0; i < count; i++)
            assert_true(discovery_module(run.discovery, targets[i])->component <=
                        discovery_module(run.discovery, id)->component);
    }
    run_end(&run);
}

static void test_a_long_chain_is_followed_to_its_end(void **state)
{
    (void)state;
    enum { LENGTH = 20000 };
    assert_int_equal(mkdir("c", 0755), 0);
    int folder = open("c", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < LENGTH; i++) {
        char name[16], text[64];
        snprintf(name, sizeof name, "%d.ts", i);
        int length =
            snprintf(text, sizeof text, i + 1 < LENGTH ? "import './%d';" : "export {};", i + 1);
        int fd = openat(folder, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        assert_int_equal(write(fd, text, (size_t)length), length);
        close(fd);
    }
    close(folder);
    struct run_options options = ask("c/0.ts");
    struct run run;
    run_begin(&run, &options);
    assert_int_equal(discovery_module_count(run.discovery), LENGTH);
    assert_int_equal(discovery_component_count(run.discovery), LENGTH);
    assert_int_equal(discovery_module(run.discovery, 0)->component, LENGTH - 1);
    assert_false(digest_is_zero(definition(&run, "c/0.ts", "*")));
    run_end(&run);

    run_begin(&run, &options);
    assert_int_equal(discovery_module_count(run.discovery), LENGTH);
    assert_int_equal(discovery_counts(run.discovery)->opened, 0);
    assert_int_equal(discovery_counts(run.discovery)->resolved, 0);
    run_end(&run);
}

/* ---- trouble ------------------------------------------------------------------------------- */

static void test_a_source_that_is_not_there_is_marked(void **state)
{
    (void)state;
    put("a.ts", "export {};");
    struct run_options options = ask("a.ts gone.ts");
    struct run run;
    run_begin(&run, &options);
    assert_true(discovery_module(run.discovery, 1)->flags & MODULE_MISSING);
    assert_int_equal(discovery_module(run.discovery, 1)->imports_count, 0);
    run_end(&run);
}

static void test_a_file_that_goes_between_walk_and_scan_is_marked(void **state)
{
    (void)state;
    put("a.ts", "import './b';");
    put("b.ts", "import './c';");
    put("c.ts", "export {};");
    struct run_options options = ask("a.ts");
    struct run run;
    run_open(&run, &options);
    run_refresh(&run);
    take_away("b.ts"); /* the tree still says that it is there */
    assert_int_equal(run_scan(&run, &options, NULL), JIG_OK);
    assert_true(discovery_module(run.discovery, module_at(&run, "b.ts"))->flags & MODULE_MISSING);
    run_end(&run);

    run_begin(&run, &options); /* and the next process does not believe it */
    assert_as_fresh(&run, &options, true);
    run_end(&run);
}

/* Root may read anything, so it becomes somebody else for as long as it takes. */
static void become(uid_t user)
{
    if (getuid() == 0)
        assert_int_equal(seteuid(user), 0);
}

static void test_a_file_that_may_not_be_read_is_marked_until_it_may(void **state)
{
    (void)state;
    enum { NOBODY = 65534 };
    put("a.ts", "import './b';");
    put("b.ts", "export {};");
    assert_int_equal(chmod("a.ts", 0), 0);
    struct run_options options = ask("a.ts");
    options.cache = NULL;
    struct run run;
    become(NOBODY);
    run_begin(&run, &options);
    become(0);
    assert_int_equal(discovery_module(run.discovery, 0)->flags, MODULE_SOURCE | MODULE_UNREADABLE);
    assert_int_equal(discovery_module_count(run.discovery), 1);

    assert_int_equal(chmod("a.ts", 0644), 0);
    run_refresh(&run);
    assert_int_equal(run_scan(&run, &options, NULL), JIG_OK);
    assert_as_fresh(&run, &options, true);
    assert_int_equal(discovery_module_count(run.discovery), 2);
    run_end(&run);
}

static void test_a_file_that_may_not_be_read_stays_marked_in_the_cache(void **state)
{
    (void)state;
    enum { NOBODY = 65534 };
    put("a.ts", "import './b';");
    put("b.ts", "export {};");
    put("c.ts", "import './a';");
    struct run_options options = ask("a.ts c.ts");
    learn(&options);
    assert_int_equal(chmod("a.ts", 0), 0);
    for (int i = 0; i < 2; i++) { /* found out, and known */
        struct run run;
        become(NOBODY);
        run_begin(&run, &options);
        become(0);
        module_id id = module_at(&run, "a.ts");
        assert_int_equal(discovery_module(run.discovery, id)->flags,
                         MODULE_SOURCE | MODULE_UNREADABLE);
        assert_string_equal(targets_of(&run, "a.ts"), "");
        assert_string_equal(targets_of(&run, "c.ts"), "a.ts");
        run_end(&run);
    }
    assert_int_equal(chmod("a.ts", 0644), 0);
    struct run run;
    run_begin(&run, &options);
    assert_string_equal(targets_of(&run, "a.ts"), "b.ts");
    assert_as_fresh(&run, &options, false);
    run_end(&run);
}

static void test_another_user_may_read_what_one_may_not(void **state)
{
    (void)state;
    enum { NOBODY = 65534 };
    if (getuid() != 0)
        skip();
    put("a.ts", "export const a = 1;");
    assert_int_equal(chmod("a.ts", 0600), 0);
    struct run_options options = ask("a.ts");
    struct run run;
    become(NOBODY);
    run_begin(&run, &options);
    become(0);
    run_end(&run);
    run_begin(&run, &options);
    assert_as_fresh(&run, &options, true);
    assert_int_equal(discovery_module(run.discovery, 0)->flags, MODULE_SOURCE);
    run_end(&run);
}

static void test_what_is_no_file_cannot_be_read(void **state)
{
    (void)state;
    assert_int_equal(mkdir("folder.ts", 0755), 0);
    assert_int_equal(mkfifo("pipe.ts", 0644), 0);
    struct run_options options = ask("folder.ts pipe.ts");
    struct run run;
    run_begin(&run, &options);
    assert_true(discovery_module(run.discovery, 0)->flags & MODULE_UNREADABLE);
    assert_true(discovery_module(run.discovery, 1)->flags & MODULE_UNREADABLE);
    run_end(&run);
}

static void test_any_bytes_are_tolerated(void **state)
{
    (void)state;
    static const char text[] = "import './b\xff';\0import './c';\xc3\xff\xfe";
    put_bytes("a.ts", text, sizeof text - 1);
    put("b\xff.ts", "export {};");
    struct run_options options = ask("a.ts b\xff.ts");
    struct run run;
    run_begin(&run, &options);
    assert_string_equal(discovery_path(run.discovery, 1), "b\xff.ts");
    run_end(&run);
    run_begin(&run, &options);
    assert_int_equal(discovery_counts(run.discovery)->opened, 0);
    assert_as_fresh(&run, &options, true);
    run_end(&run);
}

static void test_a_huge_file_is_digested_and_not_scanned(void **state)
{
    (void)state;
    put("huge.ts", "import './b';");
    put("b.ts", "export {};");
    assert_int_equal(truncate("huge.ts", 65 * 1024 * 1024), 0);
    struct run_options options = ask("huge.ts");
    struct run run;
    run_begin(&run, &options);
    assert_int_equal(run.notices, 1);
    assert_non_null(strstr(run.notice.message, "'huge.ts' has more than 64 MiB"));
    assert_int_equal(discovery_module_count(run.discovery), 1);
    assert_false(digest_is_zero(discovery_record(run.discovery, 0)->digest));
    assert_int_equal(discovery_counts(run.discovery)->scanned, 0);
    run_end(&run);

    run_begin(&run, &options);
    assert_int_equal(run.notices, 0);
    assert_int_equal(discovery_counts(run.discovery)->opened, 0);
    run_end(&run);
}

static struct run_options ask_c(const char *sources)
{
    struct run_options options = ask(sources);
    options.lenses[0] = (struct discovery_lens){.kind = SCANNER_C, .resolve = {.kind = SCANNER_C}};
    return options;
}

static uint32_t notices_of(const struct run_options *options, struct jig_error *notice)
{
    struct run run;
    run_begin(&run, options);
    uint32_t notices = run.notices;
    if (notice)
        *notice = run.notice;
    run_end(&run);
    return notices;
}

static void test_an_include_that_cannot_be_followed_is_told_once_a_file(void **state)
{
    (void)state;
    put("a.c", "int a;\n#include CONFIG_H\n#include OTHER_H\n");
    struct run_options options = ask_c("a.c");
    struct jig_error notice;
    assert_int_equal(notices_of(&options, &notice), 1);
    assert_string_equal(notice.file, "a.c");
    assert_int_equal(notice.line, 2);
    assert_non_null(strstr(notice.message, "`#include CONFIG_H`"));
    assert_int_equal(notices_of(&options, NULL), 0);
    put("a.c", "int more;\n#include CONFIG_H\n");
    assert_int_equal(notices_of(&options, NULL), 1);
}

static void test_a_file_that_two_lenses_see_is_told_once(void **state)
{
    (void)state;
    put("a.c", "#include CONFIG_H\n");
    struct run_options options = ask_c("a.c");
    static const char *const roots[] = {"include"};
    options.lenses[1] = options.lenses[0];
    options.lenses[1].resolve.roots = roots;
    options.lenses[1].resolve.root_count = 1;
    options.lens_count = 2;
    add_source(&options, "a.c", 1);
    assert_int_equal(notices_of(&options, NULL), 1);
}

static void test_what_is_no_include_or_not_c_is_not_told(void **state)
{
    (void)state;
    put("a.c", "#include \"b.h\"\n#include <stdio.h>\n#include \"open\n#include\n");
    put("a.ts", "import(name); require(name);");
    struct run_options options = ask_c("a.c");
    assert_int_equal(notices_of(&options, NULL), 0);
    options = ask("a.ts");
    assert_int_equal(notices_of(&options, NULL), 0);
}

static void test_a_bad_pattern_is_an_error_and_changes_nothing(void **state)
{
    (void)state;
    put("a.ts", "import './b';");
    put("b.ts", "export {};");
    struct run_options options = ask("a.ts");
    struct run run;
    run_begin(&run, &options);
    struct run_options bad = options;
    bad.lenses[1] = (struct discovery_lens){.kind = SCANNER_REGEX, .pattern = "("};
    bad.lens_count = 2;
    struct jig_error error;
    assert_int_equal(run_scan(&run, &bad, &error), JIG_ERROR_SYNTAX);
    assert_int_equal(discovery_module_count(run.discovery), 2);
    assert_as_fresh(&run, &options, true);
    run_end(&run);
}

/* ---- structure ----------------------------------------------------------------------------- */

static struct digest structure_of(const struct run_options *options)
{
    struct run run;
    run_begin(&run, options);
    struct digest structure = discovery_structure(run.discovery);
    run_end(&run);
    return structure;
}

static void test_structure_is_independent_of_order_and_bodies(void **state)
{
    (void)state;
    put("a.ts", "import { b } from './b'; export const a = b + 1;");
    put("b.ts", "export const b = 1;");
    struct run_options options = ask("a.ts b.ts");
    struct digest structure = structure_of(&options);
    put("b.ts", "export const b = 2 + 2; // another body");
    assert_digest_equal(structure_of(&options), structure);
    options = ask("b.ts a.ts");
    assert_digest_equal(structure_of(&options), structure);
}

static void test_structure_tells_imports_names_and_modules_apart(void **state)
{
    (void)state;
    put("a.ts", "import { b } from './b'; export const a = b + 1;");
    put("b.ts", "export const b = 1, c = 2;");
    struct run_options options = ask("a.ts b.ts");
    struct digest structure = structure_of(&options);
    put("a.ts", "import { c } from './b'; export const a = c + 1;");
    assert_digest_not_equal(structure_of(&options), structure);
    put("a.ts", "import { b } from './b'; export const z = b + 1;");
    assert_digest_not_equal(structure_of(&options), structure);
    put("a.ts", "import { b } from './b'; export const a = b + 1;");
    assert_digest_equal(structure_of(&options), structure);
    put("b.tsx", "export const b = 1, c = 2;");
    take_away("b.ts");
    assert_digest_not_equal(structure_of(&options), structure);
    options = ask("a.ts");
    assert_digest_not_equal(structure_of(&options), structure);
}

static void test_structure_tells_where_imports_lead(void **state)
{
    (void)state;
    put("tsconfig.json", "{\"compilerOptions\": {\"paths\": {\"lib\": [\"./one.ts\"]}}}");
    put("one.ts", "export {};");
    put("two.ts", "export {};");
    put("a.ts", "import 'lib';");
    struct run_options options = ask("a.ts one.ts two.ts");
    struct digest structure = structure_of(&options);
    put("tsconfig.json", "{\"compilerOptions\": {\"paths\": {\"lib\": [\"./two.ts\"]}}}");
    assert_digest_not_equal(structure_of(&options), structure);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE_TEST(test_sources_come_first_then_what_they_import_level_by_level),
        PLACE_TEST(test_ids_do_not_depend_on_threads),
        PLACE_TEST(test_each_module_knows_what_it_imports_and_what_imports_it),
        PLACE_TEST(test_what_leads_to_no_file_is_recorded),
        PLACE_TEST(test_one_file_seen_through_two_lenses_is_two_modules),
        PLACE_TEST(test_a_source_named_twice_is_one_module),
        PLACE_TEST(test_nothing_asked_is_nothing_found),
        PLACE_TEST(test_a_circle_is_one_component_between_its_neighbours),
        PLACE_TEST(test_components_ascend_from_imported_to_importer),
        PLACE_TEST(test_a_long_chain_is_followed_to_its_end),
        PLACE_TEST(test_a_source_that_is_not_there_is_marked),
        PLACE_TEST(test_a_file_that_goes_between_walk_and_scan_is_marked),
        PLACE_TEST(test_a_file_that_may_not_be_read_is_marked_until_it_may),
        PLACE_TEST(test_a_file_that_may_not_be_read_stays_marked_in_the_cache),
        PLACE_TEST(test_another_user_may_read_what_one_may_not),
        PLACE_TEST(test_what_is_no_file_cannot_be_read),
        PLACE_TEST(test_any_bytes_are_tolerated),
        PLACE_TEST(test_a_huge_file_is_digested_and_not_scanned),
        PLACE_TEST(test_an_include_that_cannot_be_followed_is_told_once_a_file),
        PLACE_TEST(test_a_file_that_two_lenses_see_is_told_once),
        PLACE_TEST(test_what_is_no_include_or_not_c_is_not_told),
        PLACE_TEST(test_a_bad_pattern_is_an_error_and_changes_nothing),
        PLACE_TEST(test_structure_is_independent_of_order_and_bodies),
        PLACE_TEST(test_structure_tells_imports_names_and_modules_apart),
        PLACE_TEST(test_structure_tells_where_imports_lead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
