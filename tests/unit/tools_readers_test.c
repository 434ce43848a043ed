/* Which jobs' results depend on a file. */
#include "cmocka_all.h"

#include "tools/jig/readers.h"

#include <string.h>

struct fixture {
    struct graph *graph;
    struct history *history;
};

static file_id file(struct fixture *f, const char *path)
{
    return graph_add_file(f->graph, path, strlen(path));
}

static file_id virtual_file(struct fixture *f, const char *path)
{
    file_id id = file(f, path);
    f->graph->files.data[id].flags |= GRAPH_FILE_VIRTUAL;
    return id;
}

/* A job of pipeline 1 that makes `out` from `in`, and from `after` by order only unless NULL. */
static job_id add_job(struct fixture *f, file_id out, file_id in, const char *after)
{
    file_id edges[3] = {out, in};
    struct graph_job job = {.explicit_out_count = 1,
                            .out_count = 1,
                            .explicit_in_count = 1,
                            .in_count = 1,
                            .pipeline = 1,
                            .dyndep = GRAPH_NONE};
    if (graph_is_virtual(f->graph, out)) {
        job.flags = GRAPH_JOB_PHONY;
        job.pipeline = 0;
    }
    if (after) {
        edges[2] = file(f, after);
        job.order_only_count = 1;
    }
    return graph_add_job(f->graph, &job, edges);
}

/* A part of `of` that is no file, or, without one, what stands for all modules of pipeline 1. */
static file_id add_view(struct fixture *f, const char *path, enum graph_view_kind kind, file_id of)
{
    file_id part = virtual_file(f, path);
    const struct graph_view view = {.file = part,
                                    .kind = kind,
                                    .of = of,
                                    .pipeline = of == GRAPH_NONE,
                                    .name = graph_intern(f->graph, "", 0)};
    vec_push(&f->graph->views, view);
    return part;
}

static struct fixture setup(void)
{
    return (struct fixture){.graph = graph_create()};
}

/* `expected` is what the readers of `path` make, each with how it needs the file. */
static void finish(struct fixture *f, const char *path, const char *expected)
{
    static const char *const kinds[] = {"declared", "discovered", "order-only"};
    if (!f->history)
        f->history = history_create(f->graph);
    struct readers readers = {.graph = f->graph, .history = f->history};
    struct buf found = {0};
    readers_find(&readers, file(f, path));
    for (uint32_t i = 0; i < readers.all.count; i++) {
        const struct graph_job *job = &f->graph->jobs.data[readers.all.data[i].job];
        buf_printf(&found, "%s%s %s", i ? ", " : "", kinds[readers.all.data[i].kind],
                   graph_path(f->graph, graph_job_key(f->graph, job)));
    }
    assert_string_equal(buf_cstr(&found), expected);
    readers_free(&readers);
    buf_free(&found);
    history_destroy(f->history);
    graph_destroy(f->graph);
}

static void test_those_that_name_it(void **state)
{
    (void)state;
    struct fixture f = setup();
    add_job(&f, file(&f, "a"), file(&f, "src"), NULL);
    add_job(&f, file(&f, "b"), file(&f, "a"), "src");
    add_job(&f, file(&f, "c"), file(&f, "b"), NULL);
    finish(&f, "src", "declared a, order-only b");
}

static void test_those_that_were_found_to_read_it(void **state)
{
    (void)state;
    struct fixture f = setup();
    file_id header = file(&f, "header");
    job_id a = add_job(&f, file(&f, "a"), file(&f, "src"), "header");
    f.history = history_create(f.graph);
    const struct job_record record = {.cost.duration_ms = 1, .flags = JOB_RECORDED};
    history_set_job(f.history, a, &record, &header, 1);
    finish(&f, "header", "discovered a");
}

static void test_those_behind_groups_of_groups(void **state)
{
    (void)state;
    struct fixture f = setup();
    file_id inner = virtual_file(&f, "x//inner");
    file_id outer = virtual_file(&f, "y//outer");
    add_job(&f, inner, file(&f, "x"), NULL);
    add_job(&f, outer, inner, NULL);
    add_job(&f, file(&f, "out"), outer, NULL);
    finish(&f, "x", "declared out");
}

static void test_those_that_need_a_part_of_it(void **state)
{
    (void)state;
    struct fixture f = setup();
    file_id user = file(&f, "user.ts");
    add_job(&f, file(&f, "page"), add_view(&f, "user.ts//User", GRAPH_VIEW_DEFINITION, user), NULL);
    add_job(&f, file(&f, "other"),
            add_view(&f, "id.ts//Id", GRAPH_VIEW_DEFINITION, file(&f, "id.ts")), NULL);
    finish(&f, "user.ts", "declared page");
}

static void test_those_that_need_all_modules_of_its_pipeline(void **state)
{
    (void)state;
    struct fixture f = setup();
    add_job(&f, file(&f, "user.json"), file(&f, "user.ts"), NULL);
    add_job(&f, file(&f, "registry"), add_view(&f, "p//modules", GRAPH_VIEW_MODULES, GRAPH_NONE),
            NULL);
    finish(&f, "user.ts", "declared user.json, declared registry");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_those_that_name_it),
        cmocka_unit_test(test_those_that_were_found_to_read_it),
        cmocka_unit_test(test_those_behind_groups_of_groups),
        cmocka_unit_test(test_those_that_need_a_part_of_it),
        cmocka_unit_test(test_those_that_need_all_modules_of_its_pipeline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
