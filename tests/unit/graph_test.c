/* The job graph: interning, lookup, ropes, reverse edges, soundness. */
#include "cmocka_all.h"

#include "engine/graph/graph.h"

#include <stdio.h>
#include <string.h>

static file_id file(struct graph *graph, const char *path)
{
    return graph_add_file(graph, path, strlen(path));
}

/* A job with one output and the given inputs. */
static job_id job(struct graph *graph, const char *command, const char *out, const char *const *ins)
{
    file_id edges[16] = {file(graph, out)};
    struct graph_job spec = {.explicit_out_count = 1,
                             .out_count = 1,
                             .rule = graph_intern(graph, "r", 1),
                             .manifest = graph_intern(graph, "build.ninja", 11),
                             .msvc_deps_prefix = GRAPH_NONE,
                             .dyndep = GRAPH_NONE};
    while (ins && ins[spec.in_count]) {
        edges[1 + spec.in_count] = file(graph, ins[spec.in_count]);
        spec.in_count++;
    }
    spec.explicit_in_count = spec.in_count;
    uint32_t mark = graph_rope_begin(graph);
    graph_rope_push(graph, graph_intern(graph, command, strlen(command)));
    spec.command = graph_rope_end(graph, mark);
    return graph_add_job(graph, &spec, edges);
}

static void test_equal_strings_have_one_id(void **state)
{
    (void)state;
    struct graph *graph = graph_create();
    str_id a = graph_intern(graph, "alpha", 5);
    assert_int_equal(a, graph_intern(graph, "alpha", 5));
    assert_int_not_equal(a, graph_intern(graph, "alphabet", 8));
    assert_int_equal(a, graph_find_str(graph, "alpha", 5));
    assert_int_equal(GRAPH_NONE, graph_find_str(graph, "alph", 4));
    assert_string_equal(graph_str(graph, a), "alpha");
    graph_destroy(graph);
}

static void test_many_files_are_found_again(void **state)
{
    (void)state;
    struct graph *graph = graph_create();
    char path[64];
    for (uint32_t i = 0; i < 20000; i++) {
        int length = snprintf(path, sizeof path, "dir%u/file%u.c", i % 97, i);
        assert_int_equal(graph_add_file(graph, path, (size_t)length), i);
    }
    for (uint32_t i = 0; i < 20000; i++) {
        int length = snprintf(path, sizeof path, "dir%u/file%u.c", i % 97, i);
        assert_int_equal(graph_find_file(graph, path, (size_t)length), i);
        assert_int_equal(graph_add_file(graph, path, (size_t)length), i);
    }
    assert_true(graph_is_sound(graph));
    graph_destroy(graph);
}

static void test_file_knows_its_directory(void **state)
{
    (void)state;
    struct graph *graph = graph_create();
    file_id nested = file(graph, "a/b/c.h");
    file_id bare = file(graph, "c.h");
    file_id root = file(graph, "/c.h");
    assert_string_equal(graph_str(graph, graph->files.data[nested].dir), "a/b");
    assert_string_equal(graph_str(graph, graph->files.data[bare].dir), "");
    assert_string_equal(graph_str(graph, graph->files.data[root].dir), "/");
    graph_destroy(graph);
}

static void test_recipe_depends_on_each_part_and_on_the_border_between_them(void **state)
{
    (void)state;
    struct graph *graph = graph_create();
    struct graph_job *jobs;
    job(graph, "cc x", "a", NULL);
    job(graph, "cc x", "b", NULL);
    job(graph, "cc y", "c", NULL);
    job(graph, "cc ", "d", NULL);
    jobs = graph->jobs.data;
    uint32_t mark = graph_rope_begin(graph);
    graph_rope_push(graph, graph_intern(graph, "x", 1));
    jobs[3].rspfile_content = graph_rope_end(graph, mark);
    graph_seal(graph, 0);
    assert_true(digest_equal(jobs[0].recipe, jobs[1].recipe));
    assert_false(digest_equal(jobs[0].recipe, jobs[2].recipe));
    assert_false(digest_equal(jobs[0].recipe, jobs[3].recipe));
    graph_destroy(graph);
}

static void test_consumers_are_ascending_and_distinct(void **state)
{
    (void)state;
    struct graph *graph = graph_create();
    job_id twice = job(graph, "x", "o1", (const char *const[]){"h", "h", NULL});
    job_id once = job(graph, "x", "o2", (const char *const[]){"g", "h", NULL});
    uint32_t count;
    const job_id *found = graph_consumers(graph, file(graph, "h"), &count);
    assert_int_equal(count, 2);
    assert_int_equal(found[0], twice);
    assert_int_equal(found[1], once);
    graph_consumers(graph, file(graph, "o1"), &count);
    assert_int_equal(count, 0);
    graph_destroy(graph);
}

static void test_default_targets_are_the_roots(void **state)
{
    (void)state;
    struct graph *graph = graph_create();
    job(graph, "x", "mid", (const char *const[]){"src", NULL});
    job(graph, "x", "top", (const char *const[]){"mid", NULL});
    struct file_list targets = {0};
    assert_int_equal(graph_default_targets(graph, &targets, NULL), JIG_OK);
    assert_int_equal(targets.count, 1);
    assert_string_equal(graph_path(graph, targets.data[0]), "top");
    vec_free(&targets);
    graph_destroy(graph);
}

static void test_no_root_is_an_error(void **state)
{
    (void)state;
    struct graph *graph = graph_create();
    job(graph, "x", "a", (const char *const[]){"b", NULL});
    job(graph, "x", "b", (const char *const[]){"a", NULL});
    struct file_list targets = {0};
    struct jig_error error;
    assert_int_equal(graph_default_targets(graph, &targets, &error), JIG_ERROR_MANIFEST);
    assert_string_equal(error.message, "could not determine root nodes of build graph");
    graph_destroy(graph);
}

static void test_spellcheck_finds_the_nearest_known_name(void **state)
{
    (void)state;
    struct graph *graph = graph_create();
    job(graph, "x", "libfoo.a", (const char *const[]){"foo.o", NULL});
    assert_string_equal(graph_spellcheck(graph, "libfo.a"), "libfoo.a");
    assert_string_equal(graph_spellcheck(graph, "fooo.o"), "foo.o");
    assert_null(graph_spellcheck(graph, "something else"));
    graph_destroy(graph);
}

static void test_a_damaged_graph_is_not_sound(void **state)
{
    (void)state;
    struct graph *graph = graph_create();
    job(graph, "x", "out", (const char *const[]){"in", NULL});
    assert_true(graph_is_sound(graph));

    graph->edges.data[1] += 1000;
    assert_false(graph_is_sound(graph));
    graph->edges.data[1] -= 1000;

    graph->jobs.data[0].in_count += 5;
    assert_false(graph_is_sound(graph));
    graph->jobs.data[0].in_count -= 5;

    graph->files.data[1].producer = 0; /* the input claims the job as its producer */
    assert_false(graph_is_sound(graph));
    graph->files.data[1].producer = GRAPH_NONE;

    graph->strs.data[2].length += 1; /* no longer ends at a NUL */
    assert_false(graph_is_sound(graph));
    graph->strs.data[2].length -= 1;
    assert_true(graph_is_sound(graph));
    graph_destroy(graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_strings_have_one_id),
        cmocka_unit_test(test_many_files_are_found_again),
        cmocka_unit_test(test_file_knows_its_directory),
        cmocka_unit_test(test_recipe_depends_on_each_part_and_on_the_border_between_them),
        cmocka_unit_test(test_consumers_are_ascending_and_distinct),
        cmocka_unit_test(test_default_targets_are_the_roots),
        cmocka_unit_test(test_no_root_is_an_error),
        cmocka_unit_test(test_spellcheck_finds_the_nearest_known_name),
        cmocka_unit_test(test_a_damaged_graph_is_not_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
