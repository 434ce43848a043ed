/* The walk from files to all they need. */
#include "cmocka_all.h"

#include "tools/jig/walk.h"

#include <stdio.h>
#include <string.h>

struct fixture {
    struct graph *graph;
    struct buf trail; /* names of files, as they were told */
};

static file_id file(struct graph *graph, const char *path)
{
    return graph_add_file(graph, path, strlen(path));
}

/* A job that makes `out` from up to two inputs, the second of them order-only. */
static void add_job(struct graph *graph, const char *out, const char *in, const char *after)
{
    file_id edges[3] = {file(graph, out)};
    struct graph_job job = {.explicit_out_count = 1, .out_count = 1, .dyndep = GRAPH_NONE};
    uint32_t count = 1;
    if (in) {
        edges[count++] = file(graph, in);
        job.explicit_in_count = job.in_count = 1;
    }
    if (after) {
        edges[count++] = file(graph, after);
        job.order_only_count = 1;
    }
    graph_add_job(graph, &job, edges);
}

static void note(void *context, file_id id)
{
    struct fixture *f = context;
    if (f->trail.length)
        buf_append_char(&f->trail, ' ');
    buf_append_str(&f->trail, graph_path(f->graph, id));
}

/* app from lib and then tool; both from src. */
static void setup(struct fixture *f)
{
    *f = (struct fixture){.graph = graph_create()};
    add_job(f->graph, "lib", "src", NULL);
    add_job(f->graph, "tool", "src", NULL);
    add_job(f->graph, "app", "lib", "tool");
}

static void finish(struct fixture *f, struct walk *walk, const char *expected)
{
    assert_string_equal(buf_cstr(&f->trail), expected);
    walk_free(walk);
    buf_free(&f->trail);
    graph_destroy(f->graph);
}

static void test_leaving_comes_after_what_is_needed(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    struct walk walk = {.graph = f.graph, .leave = note, .context = &f};
    walk_begin(&walk);
    walk_from(&walk, file(f.graph, "app"));
    finish(&f, &walk, "src lib tool app");
}

static void test_entering_comes_before(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    struct walk walk = {.graph = f.graph, .enter = note, .context = &f};
    walk_begin(&walk);
    walk_from(&walk, file(f.graph, "app"));
    finish(&f, &walk, "app lib src tool");
}

static void test_each_file_once_over_all_walks(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    struct walk walk = {.graph = f.graph, .leave = note, .context = &f};
    walk_begin(&walk);
    walk_from(&walk, file(f.graph, "lib"));
    walk_from(&walk, file(f.graph, "app"));
    walk_from(&walk, file(f.graph, "lib"));
    finish(&f, &walk, "src lib tool app");
}

static void test_from_inputs_leaves_the_start_out(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    struct walk walk = {.graph = f.graph, .leave = note, .context = &f};
    walk_begin(&walk);
    walk_from_inputs(&walk, file(f.graph, "lib"));
    walk_from_inputs(&walk, file(f.graph, "src"));
    walk_from_inputs(&walk, file(f.graph, "app")); /* which needs lib: now it is told */
    finish(&f, &walk, "src lib tool");
}

static void test_long_chains_need_no_stack(void **state)
{
    (void)state;
    enum { LENGTH = 300000 };
    struct fixture f = {.graph = graph_create()};
    char out[32];
    char in[32] = "f0";
    for (int i = 1; i < LENGTH; i++) {
        snprintf(out, sizeof out, "f%d", i);
        add_job(f.graph, out, in, NULL);
        memcpy(in, out, sizeof in);
    }
    struct walk walk = {.graph = f.graph};
    walk_begin(&walk);
    walk_from(&walk, file(f.graph, in));
    assert_int_equal(walk.seen[file(f.graph, "f0")], 1);
    finish(&f, &walk, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_leaving_comes_after_what_is_needed),
        cmocka_unit_test(test_entering_comes_before),
        cmocka_unit_test(test_each_file_once_over_all_walks),
        cmocka_unit_test(test_from_inputs_leaves_the_start_out),
        cmocka_unit_test(test_long_chains_need_no_stack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
