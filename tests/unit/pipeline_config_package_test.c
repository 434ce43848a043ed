/* Several jig.yaml, one a package: what their paths and names mean, and how they come together. */
#include "cmocka_all.h"

#include "engine/base/io.h"
#include "pipeline_config_support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A fresh folder, which is the current one, for each test. */
struct fixture {
    char folder[64];
    struct config config;
    struct jig_error error;
    struct buf notices; /* one a line */
};

static int enter(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    snprintf(f->folder, sizeof f->folder, "/tmp/jig-config-XXXXXX");
    *state = f;
    return mkdtemp(f->folder) && chdir(f->folder) == 0 ? 0 : -1;
}

static int leave(void **state)
{
    struct fixture *f = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", f->folder);
    config_free(&f->config);
    buf_free(&f->notices);
    int status = chdir("/") == 0 ? system(command) : -1;
    free(f);
    return status;
}

static void write_file(const char *path, const char *text)
{
    assert_int_equal(io_make_parent_dirs(path), 0);
    assert_int_equal(io_write_file(AT_FDCWD, path, text, strlen(text)), 0);
}

static void note(void *context, const struct jig_error *what)
{
    struct fixture *f = context;
    buf_printf(&f->notices, "%s:%u:%u: %s\n", what->file, what->line, what->column, what->message);
}

/* Reads the root's file and those of packages `a` and `b/c`, as far as there are such. */
static enum jig_status read_all(struct fixture *f)
{
    static const char *const all[] = {"jig.yaml", "a/jig.yaml", "b/c/jig.yaml"};
    const char *paths[3];
    uint32_t count = 0;
    for (int i = 0; i < 3; i++) {
        if (access(all[i], F_OK) == 0)
            paths[count++] = all[i];
    }
    config_free(&f->config);
    return config_read(&f->config, paths, count, note, f, &f->error);
}

static void assert_read(struct fixture *f)
{
    if (read_all(f) != JIG_OK)
        fail_msg("%s:%u:%u: %s", f->error.file, f->error.line, f->error.column, f->error.message);
    assert_shows_as_itself(&f->config);
}

static void assert_refused(struct fixture *f, const char *where, const char *message)
{
    assert_int_equal(read_all(f), JIG_ERROR_MANIFEST);
    char place[600];
    snprintf(place, sizeof place, "%s:%u:%u", f->error.file, f->error.line, f->error.column);
    assert_string_equal(place, where);
    assert_string_equal(f->error.message, message);
}

#define PIPELINE(name, sources, outputs)                                                           \
    "  - name: " name "\n    sources: " sources "\n    outputs: " outputs                          \
    "\n    generate: { shell: x }\n"
#define COLLECT(name, collect)                                                                     \
    "  - name: " name "\n    collect: " collect "\n    outputs: " name                             \
    ".json\n    generate: { shell: x }\n"
#define FILE_OF "version: 1\npipelines:\n"

static void test_paths_of_a_package_are_relative_to_its_folder(void **state)
{
    struct fixture *f = *state;
    write_file("jig.yaml", "version: 1\n");
    write_file("b/c/jig.yaml",
               FILE_OF PIPELINE("p", "['*.x', ../../top/*.x, './**/*.x']",
                                "['o/{stem}', '{out_root}/{stem}', '../d/{stem}', '{dir}/{name}.o',"
                                " '{source}.o', './{package}/{stem}']") "    out_root: ../gen\n");
    assert_read(f);
    const struct config_pipeline *p = &f->config.pipelines[0];
    assert_string_equal(p->name, "b/c#p");
    assert_string_equal(p->package, "b/c");
    assert_string_equal(p->file, "b/c/jig.yaml");
    assert_list(&p->sources, "b/c/*.x top/*.x b/c/**/*.x");
    assert_string_equal(p->out_root, "b/gen");
    assert_list(&p->outputs, "b/c/o/{stem} {out_root}/{stem} b/d/{stem} b/c/{dir}/{name}.o"
                             " {source}.o {package}/{stem}");
}

static void test_a_folder_whose_name_looks_like_a_pattern_stands_for_itself(void **state)
{
    struct fixture *f = *state;
    struct config config;
    parse_as(&config, "[a]{b}*/jig.yaml", FILE_OF PIPELINE("p", "'*.x'", "'{stem}'"));
    assert_list(&config.pipelines[0].sources, "\\[a\\]\\{b\\}\\*/*.x");
    assert_list(&config.pipelines[0].outputs, "[a]{{b}}*/{stem}");
    struct buf path = {0};
    assert_true(config_output_path(&config.pipelines[0], 0, "[a]{b}*/q.x", &path));
    assert_string_equal(path.data, "[a]{b}*/q");
    buf_free(&path);
    assert_shows_as_itself(&config);
    config_free(&config);
    (void)f;
}

static void test_all_files_are_told(void **state)
{
    struct fixture *f = *state;
    write_file("jig.yaml", "version: 1\n");
    write_file("a/jig.yaml", "version: 1 # a\n");
    assert_read(f);
    assert_int_equal(f->config.file_count, 2);
    assert_string_equal(f->config.files[0].path, "jig.yaml");
    assert_string_equal(f->config.files[1].path, "a/jig.yaml");
    assert_true(digest_equal(f->config.files[1].digest, digest_of("version: 1 # a\n", 15)));
}

static void assert_collects(const struct config *config, const char *name, const char *names)
{
    struct buf got = {0};
    for (uint32_t i = 0; i < config->pipeline_count; i++) {
        const struct config_pipeline *pipeline = &config->pipelines[i];
        for (uint32_t c = 0; c < pipeline->collects_count; c++) {
            if (strcmp(pipeline->name, name) == 0)
                buf_printf(&got, "%s ", config->pipelines[pipeline->collects[c]].name);
        }
    }
    assert_string_equal(buf_cstr(&got), names);
    buf_free(&got);
}

static void test_collect_finds_pipelines_of_this_package_the_root_and_others(void **state)
{
    struct fixture *f = *state;
    write_file("jig.yaml", FILE_OF PIPELINE("p", "'*.x'", "'{stem}'") COLLECT("own", "p")
                               COLLECT("one", "a#p") COLLECT("some", "'*#p'")
                                   COLLECT("deep", "'b/**#p'") COLLECT("all", "['**#p', p, a#p]"));
    write_file("a/jig.yaml", FILE_OF PIPELINE("p", "'*.x'", "'{stem}'") COLLECT("own", "p")
                                 COLLECT("top", "'#p'") COLLECT("mixed", "['{a,b/c}#p', '#own']"));
    write_file("b/c/jig.yaml", FILE_OF PIPELINE("p", "'*.x'", "'{stem}'"));
    assert_read(f);
    assert_collects(&f->config, "own", "p ");
    assert_collects(&f->config, "one", "a#p ");
    assert_collects(&f->config, "some", "a#p ");
    assert_collects(&f->config, "deep", "b/c#p ");
    assert_collects(&f->config, "all", "p a#p b/c#p ");
    assert_collects(&f->config, "a#own", "a#p ");
    assert_collects(&f->config, "a#top", "p ");
    assert_collects(&f->config, "a#mixed", "a#p b/c#p own ");
}

static void test_a_circle_through_packages_is_refused(void **state)
{
    struct fixture *f = *state;
    write_file("jig.yaml", FILE_OF COLLECT("p", "a#q"));
    write_file("a/jig.yaml", FILE_OF COLLECT("q", "b/c#r"));
    write_file("b/c/jig.yaml", FILE_OF COLLECT("r", "'#p'"));
    assert_refused(f, "jig.yaml:4:14", "`collect` leads in a circle: p → a#q → b/c#r → p");
}

static void test_the_same_name_in_two_packages_is_two_names(void **state)
{
    struct fixture *f = *state;
    write_file("jig.yaml", FILE_OF PIPELINE("p", "'*.x'", "'{stem}'"));
    write_file("a/jig.yaml", FILE_OF PIPELINE("p", "'*.x'", "'{stem}'"));
    assert_read(f);
    assert_string_equal(f->config.pipelines[0].name, "p");
    assert_string_equal(f->config.pipelines[1].name, "a#p");
}

static void test_one_pool_of_two_files_has_one_depth(void **state)
{
    struct fixture *f = *state;
    write_file("jig.yaml", "version: 1\npools: { z: 1, heavy: 2 }\n");
    write_file("a/jig.yaml", "version: 1\npools: { b: 4, heavy: 2 }\n");
    assert_read(f);
    assert_int_equal(f->config.pool_count, 3);

    write_file("a/jig.yaml", "version: 1\npools:\n  b: 4\n  heavy: 3\n");
    assert_refused(f, "a/jig.yaml:4:3", "the pool 'heavy' has depth 3 here and 2 at jig.yaml:2");
}

static void test_a_package_uses_pools_of_the_root(void **state)
{
    struct fixture *f = *state;
    write_file("jig.yaml", "version: 1\npools: { heavy: 2 }\n");
    write_file("a/jig.yaml", FILE_OF PIPELINE("p", "'*.x'", "'{stem}'") "    pool: heavy\n");
    assert_read(f);
    assert_int_equal(f->config.pipelines[0].pool, 0);
}

static void test_settings_of_a_package_count_for_nothing_and_this_is_told(void **state)
{
    struct fixture *f = *state;
    write_file("jig.yaml", "version: 1\n");
    write_file("a/jig.yaml", "version: 1\ngitignore: false\n");
    assert_read(f);
    assert_false(f->config.no_ignore);
    assert_string_equal(buf_cstr(&f->notices),
                        "a/jig.yaml:2:12: `gitignore` counts in the root's jig.yaml only\n");
}

static void test_what_means_nothing_is_told_and_legal(void **state)
{
    struct fixture *f = *state;
    write_file("jig.yaml",
               FILE_OF PIPELINE("p", "['*.ts', '*.proto']", "'{name}'") PIPELINE(
                   "q", "'*.ts'",
                   "'q/{name}'") "    scan: { roots: ., pattern: x, extensions: [.x] "
                                 "}\n" COLLECT("r", "p") "    exclude: x\n    scan: none\n    "
                                                         "depends: self\n    sees: content\n");
    assert_read(f);
    assert_string_equal(
        buf_cstr(&f->notices),
        "jig.yaml:4:14: sources of different languages are not scanned for imports\n"
        "jig.yaml:11:20: `roots` means nothing to a scan of kind typescript\n"
        "jig.yaml:11:32: `pattern` means nothing to a scan of kind typescript\n"
        "jig.yaml:11:47: `extensions` means nothing to a scan of kind typescript\n"
        "jig.yaml:16:14: `exclude` means nothing to a pipeline with `collect`\n"
        "jig.yaml:17:11: `scan` means nothing to a pipeline with `collect`\n"
        "jig.yaml:18:14: `depends` means nothing to a pipeline with `collect`\n"
        "jig.yaml:19:11: `sees` means nothing to a pipeline with `collect`\n");
}

static void assert_unreadable(struct fixture *f, const char *path, enum jig_status status,
                              const char *message)
{
    assert_int_equal(config_read(&f->config, &path, 1, NULL, NULL, &f->error), status);
    assert_string_equal(f->error.file, path);
    assert_string_equal(f->error.message, message);
    config_free(&f->config);
}

static void test_files_that_cannot_be_read(void **state)
{
    struct fixture *f = *state;
    assert_unreadable(f, "none.yaml", JIG_ERROR_IO, "cannot be read: No such file or directory");
    assert_int_equal(mkdir("folder.yaml", 0755), 0);
    assert_unreadable(f, "folder.yaml", JIG_ERROR_IO, "cannot be read: Is a directory");
    assert_int_equal(mkfifo("pipe.yaml", 0644), 0);
    assert_unreadable(f, "pipe.yaml", JIG_ERROR_IO, "cannot be read: Invalid argument");
    write_file("huge.yaml", "");
    assert_int_equal(truncate("huge.yaml", (off_t)1 << 40), 0);
    assert_unreadable(f, "huge.yaml", JIG_ERROR_LIMIT, "1 MiB or more: too large for a jig.yaml");
}

static void test_without_a_place_for_the_error_the_status_tells(void **state)
{
    (void)state;
    struct config config;
    const char *text = "version: 2\n";
    assert_int_equal(config_parse(&config, "jig.yaml", text, strlen(text), NULL),
                     JIG_ERROR_MANIFEST);
    config_free(&config);
    config_free(&config);
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(test_paths_of_a_package_are_relative_to_its_folder),
        IN_A_FOLDER(test_a_folder_whose_name_looks_like_a_pattern_stands_for_itself),
        IN_A_FOLDER(test_all_files_are_told),
        IN_A_FOLDER(test_collect_finds_pipelines_of_this_package_the_root_and_others),
        IN_A_FOLDER(test_a_circle_through_packages_is_refused),
        IN_A_FOLDER(test_the_same_name_in_two_packages_is_two_names),
        IN_A_FOLDER(test_one_pool_of_two_files_has_one_depth),
        IN_A_FOLDER(test_a_package_uses_pools_of_the_root),
        IN_A_FOLDER(test_settings_of_a_package_count_for_nothing_and_this_is_told),
        IN_A_FOLDER(test_what_means_nothing_is_told_and_legal),
        IN_A_FOLDER(test_files_that_cannot_be_read),
        cmocka_unit_test(test_without_a_place_for_the_error_the_status_tells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
