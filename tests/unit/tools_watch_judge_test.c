/* Which changes are a reason to build. */
#include "cmocka_all.h"

#include "tools/jig/watch_judge.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const folders[] = {"src", "src/new", "out", "out/sub", "out/sub/deep", "both"};
enum { FOLDERS = sizeof folders / sizeof *folders };

struct fixture {
    char root[64];
    struct jig_session session;
    struct watch_judge judge;
};

static file_id file(struct fixture *f, const char *path)
{
    return graph_add_file(f->session.graph, path, strlen(path));
}

static void add_job(struct fixture *f, const char *out, const char *in, uint32_t flags)
{
    const file_id edges[] = {file(f, out), file(f, in)};
    const struct graph_job job = {.explicit_out_count = 1,
                                  .out_count = 1,
                                  .explicit_in_count = 1,
                                  .in_count = 1,
                                  .flags = flags,
                                  .dyndep = GRAPH_NONE};
    graph_add_job(f->session.graph, &job, edges);
}

static void create(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
}

/* out/a.o and out/sub/deep/b.o from src, both/c.out from both/c.in. */
static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    strcpy(f->root, "/tmp/jig-judge-XXXXXX");
    assert_non_null(mkdtemp(f->root));
    assert_int_equal(chdir(f->root), 0);
    for (int i = 0; i < FOLDERS; i++)
        assert_int_equal(mkdir(folders[i], 0700), 0);
    f->session.graph = graph_create();
    add_job(f, "out/a.o", "src/a.c", 0);
    add_job(f, "out/sub/deep/b.o", "src/b.c", 0);
    add_job(f, "both/c.out", "both/c.in", 0);
    add_job(f, "all", "out/a.o", GRAPH_JOB_PHONY);
    vec_push(&f->session.graph->manifests, file(f, "build.ninja"));
    f->session.history = history_create(f->session.graph);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    char command[96];
    watch_judge_forget(&f->judge);
    live_free(&f->session);
    history_destroy(f->session.history);
    graph_destroy(f->session.graph);
    snprintf(command, sizeof command, "rm -r %s", f->root);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(system(command), 0);
    free(f);
    return 0;
}

static enum change_origin judge(struct fixture *f, const char *path)
{
    return watch_judge_path(&f->judge, &f->session, path);
}

static void test_files_of_the_graph(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(judge(f, "src/a.c"), CHANGE_OF_SOURCE);
    assert_int_equal(judge(f, "build.ninja"), CHANGE_OF_SOURCE);
    assert_int_equal(judge(f, "out/a.o"), CHANGE_OF_OUTPUT);
    assert_int_equal(judge(f, "both/c.in"), CHANGE_OF_SOURCE);
    assert_int_equal(judge(f, "both/c.out"), CHANGE_OF_OUTPUT);
}

static void test_what_a_compiler_told_of_is_a_source(void **state)
{
    struct fixture *f = *state;
    const struct job_record record = {.flags = JOB_RECORDED};
    const file_id header = file(f, "src/a.h");
    assert_int_not_equal(judge(f, "src/a.h"), CHANGE_OF_SOURCE);
    history_fit(f->session.history, f->session.graph);
    history_set_job(f->session.history, 0, &record, &header, 1);
    f->session.live.readers_made = false;
    assert_int_equal(judge(f, "src/a.h"), CHANGE_OF_SOURCE);
}

static void test_an_output_of_a_job_that_is_no_more(void **state)
{
    struct fixture *f = *state;
    file(f, "out/old.o");
    assert_int_equal(judge(f, "out/old.o"), CHANGE_OF_NOTHING);
    create("out/old.o");
    assert_int_equal(judge(f, "out/old.o"), CHANGE_OF_UNKNOWN);
}

static void test_new_names_where_sources_lie(void **state)
{
    struct fixture *f = *state;
    create("src/new.h");
    create("src/.new.h.swp");
    assert_int_equal(judge(f, "src/new.h"), CHANGE_OF_NEWCOMER);
    assert_int_equal(judge(f, "src/new"), CHANGE_OF_NEWCOMER);
    assert_int_equal(judge(f, "src/.new.h.swp"), CHANGE_OF_NOTHING);
    assert_int_equal(judge(f, "src/4913"), CHANGE_OF_NOTHING);
}

static void test_a_pipe_is_no_newcomer(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(mkfifo("src/pipe", 0600), 0);
    assert_int_equal(judge(f, "src/pipe"), CHANGE_OF_UNKNOWN);
}

static void test_new_names_where_jobs_write(void **state)
{
    struct fixture *f = *state;
    create("out/a.o.tmp");
    create("both/c.log");
    assert_int_equal(judge(f, "out/a.o.tmp"), CHANGE_OF_UNKNOWN);
    assert_int_equal(judge(f, "both/c.log"), CHANGE_OF_UNKNOWN);
}

static void test_folders(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(judge(f, "src"), CHANGE_OF_SOURCE);
    assert_int_equal(judge(f, "both"), CHANGE_OF_SOURCE);
    /* The folder of the manifest has the others in it, and jobs make these. */
    assert_int_equal(judge(f, "out"), CHANGE_OF_UNKNOWN);
    assert_int_equal(judge(f, "out/sub"), CHANGE_OF_UNKNOWN);
    assert_int_equal(judge(f, "out/sub/deep"), CHANGE_OF_UNKNOWN);
}

static void test_a_graph_that_grew(void **state)
{
    struct fixture *f = *state;
    create("out/note");
    create("fresh");
    assert_int_equal(judge(f, "fresh"), CHANGE_OF_NEWCOMER);
    add_job(f, "made.txt", "src/a.c", 0);
    history_fit(f->session.history, f->session.graph);
    assert_int_equal(judge(f, "fresh"), CHANGE_OF_UNKNOWN);
}

static void test_without_a_graph_anything_is_a_reason(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(watch_judge_path(&f->judge, NULL, "src/4913"), CHANGE_OF_SOURCE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_files_of_the_graph),
        TEST(test_what_a_compiler_told_of_is_a_source),
        TEST(test_an_output_of_a_job_that_is_no_more),
        TEST(test_new_names_where_sources_lie),
        TEST(test_a_pipe_is_no_newcomer),
        TEST(test_new_names_where_jobs_write),
        TEST(test_folders),
        TEST(test_a_graph_that_grew),
        TEST(test_without_a_graph_anything_is_a_reason),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
