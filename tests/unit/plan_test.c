/*
 * The plan, without a disk: files are what their records say. A build is simulated by running what
 * the plan says and recording what a run would have recorded.
 */
#include "cmocka_all.h"

#include "engine/plan/plan.h"

#include <stdio.h>
#include <string.h>

struct world {
    struct graph *graph;
    struct history *history;
};

static file_id file(struct world *w, const char *path)
{
    file_id id = graph_add_file(w->graph, path, strlen(path));
    history_fit(w->history, w->graph);
    return id;
}

/* Gives `path` this content; 0 removes it. */
static void put(struct world *w, const char *path, uint64_t content)
{
    file_id id = file(w, path); /* may move the records */
    struct file_record *record = &w->history->files.data[id];
    *record = (struct file_record){
        .digest = {content, content},
        .changed_tick = history_tick(w->history),
        .flags = FILE_KNOWN | (content ? 0 : FILE_MISSING),
    };
}

enum { MAX_FILES = 8 };

struct spec {
    uint32_t flags;
    const char *outs[MAX_FILES];
    const char *ins[MAX_FILES];
    const char *order_only[MAX_FILES];
    const char *validations[MAX_FILES];
};

static uint32_t push_files(struct world *w, file_id *edges, uint32_t at, const char *const *paths)
{
    uint32_t count = 0;
    for (; count < MAX_FILES && paths[count]; count++)
        edges[at + count] = file(w, paths[count]);
    return count;
}

static job_id add(struct world *w, struct spec spec)
{
    file_id edges[4 * MAX_FILES];
    struct graph_job job = {.flags = spec.flags,
                            .rule = graph_intern(w->graph, "rule", 4),
                            .manifest = graph_intern(w->graph, "build.ninja", 11),
                            .msvc_deps_prefix = GRAPH_NONE,
                            .dyndep = GRAPH_NONE};
    uint32_t at = 0;
    at += job.out_count = job.explicit_out_count = push_files(w, edges, at, spec.outs);
    at += job.in_count = job.explicit_in_count = push_files(w, edges, at, spec.ins);
    at += job.order_only_count = push_files(w, edges, at, spec.order_only);
    job.validation_count = push_files(w, edges, at, spec.validations);
    job_id id = graph_add_job(w->graph, &job, edges);
    graph_seal(w->graph, id);
    history_fit(w->history, w->graph);
    for (uint32_t i = 0; i < job.out_count; i++)
        put(w, spec.outs[i], 0);
    return id;
}

static void set_up(struct world *w)
{
    w->graph = graph_create();
    w->history = history_create(w->graph);
}

static void tear_down(struct world *w)
{
    history_destroy(w->history);
    graph_destroy(w->graph);
}

static void open_plan(struct world *w, struct plan *plan, const char *target)
{
    plan_create(plan, w->graph, w->history);
    assert_int_equal(plan_add_target(plan, file(w, target), NULL), JIG_OK);
    for (uint32_t i = 0; i < plan->files.count; i++)
        plan_refresh_term(plan, plan->files.data[i]);
}

/* What a job's outputs become: a function of its inputs, so that equal inputs give equal bytes. */
static uint64_t content_of(const struct world *w, const struct graph_job *job, uint64_t salt)
{
    uint64_t sum = salt + 77;
    for (uint32_t i = 0; i < job->in_count; i++)
        sum += w->history->files.data[graph_inputs(w->graph, job)[i]].digest.low * (i + 3);
    return sum;
}

/* Runs a job: writes its outputs and records it, as the session does. */
static void run_job(struct world *w, struct plan *plan, job_id id, uint64_t salt)
{
    const struct graph_job *job = &w->graph->jobs.data[id];
    for (uint32_t i = 0; i < job->out_count; i++) {
        file_id out = graph_outputs(w->graph, job)[i];
        struct file_record *record = &w->history->files.data[out];
        uint64_t content = content_of(w, job, salt);
        if (record->digest.low != content || (record->flags & FILE_MISSING))
            put(w, graph_path(w->graph, out), content);
        plan_refresh_term(plan, out);
    }
    const struct job_record *old = &w->history->jobs.data[id];
    file_id deps[MAX_FILES];
    uint32_t count = old->deps_count;
    memcpy(deps, history_deps(w->history, old), count * sizeof *deps);
    struct job_record record = {.recipe = job->recipe,
                                .inputs = plan_inputs_digest(plan, job, deps, count),
                                .outputs = plan_outputs_digest(plan, job),
                                .tick = history_tick(w->history),
                                .cost.duration_ms = 10,
                                .flags = JOB_RECORDED};
    history_set_job(w->history, id, &record, deps, count);
    plan_finish(plan, id);
}

/* Builds `target`; returns the first outputs of the jobs that ran, separated by spaces. */
static const char *build_salted(struct world *w, const char *target, uint64_t salt)
{
    static char ran[256];
    ran[0] = '\0';
    struct plan plan;
    open_plan(w, &plan, target);
    assert_int_equal(plan_decide(&plan, false, NULL), JIG_OK);
    job_id id;
    while (plan_take_ready(&plan, &id)) {
        if (plan_turn(&plan, id) == PLAN_TURN_PASSED)
            continue;
        if (ran[0])
            strcat(ran, " ");
        strcat(ran, graph_path(w->graph, graph_job_key(w->graph, &w->graph->jobs.data[id])));
        run_job(w, &plan, id, salt);
    }
    assert_int_equal(plan.unfinished, 0);
    plan_free(&plan);
    return ran;
}

static const char *build(struct world *w, const char *target)
{
    return build_salted(w, target, 0);
}

/* The reason why `target` itself would run. */
static struct plan_reason why(struct world *w, const char *target)
{
    struct plan plan;
    open_plan(w, &plan, target);
    assert_int_equal(plan_decide(&plan, false, NULL), JIG_OK);
    struct plan_reason reason = plan.jobs[w->graph->files.data[file(w, target)].producer].reason;
    plan_free(&plan);
    return reason;
}

static void chain(struct world *w)
{
    set_up(w);
    put(w, "src", 1);
    add(w, (struct spec){.outs = {"mid"}, .ins = {"src"}});
    add(w, (struct spec){.outs = {"top"}, .ins = {"mid"}});
}

static void test_first_build_runs_all_and_second_nothing(void **state)
{
    (void)state;
    struct world w;
    chain(&w);
    assert_int_equal(why(&w, "top").kind, REASON_NEVER_BUILT);
    assert_string_equal(build(&w, "top"), "mid top");
    assert_string_equal(build(&w, "top"), "");
    tear_down(&w);
}

static void test_changed_input_runs_its_dependents(void **state)
{
    (void)state;
    struct world w;
    chain(&w);
    build(&w, "top");
    put(&w, "src", 2);
    struct plan_reason reason = why(&w, "mid");
    assert_int_equal(reason.kind, REASON_INPUT_CHANGED);
    assert_int_equal(reason.file, file(&w, "src"));
    assert_string_equal(build(&w, "top"), "mid top");
    tear_down(&w);
}

static void test_content_put_back_runs_nothing(void **state)
{
    (void)state;
    struct world w;
    chain(&w);
    build(&w, "top");
    put(&w, "src", 2);
    put(&w, "src", 1);
    assert_string_equal(build(&w, "top"), "");
    tear_down(&w);
}

static void test_identical_output_cuts_off(void **state)
{
    (void)state;
    struct world w;
    set_up(&w);
    put(&w, "src", 1);
    put(&w, "other", 5);
    job_id mid = add(&w, (struct spec){.outs = {"mid"}, .ins = {"src"}});
    add(&w, (struct spec){.outs = {"top"}, .ins = {"mid", "other"}});
    build(&w, "top");
    w.graph->jobs.data[mid].recipe.low ^= 1;
    assert_int_equal(why(&w, "mid").kind, REASON_RECIPE_CHANGED);
    assert_string_equal(build(&w, "top"), "mid");
    assert_string_equal(build(&w, "top"), "");
    tear_down(&w);
}

static void test_generator_ignores_its_recipe(void **state)
{
    (void)state;
    struct world w;
    set_up(&w);
    put(&w, "src", 1);
    job_id id =
        add(&w, (struct spec){.flags = GRAPH_JOB_GENERATOR, .outs = {"out"}, .ins = {"src"}});
    build(&w, "out");
    w.graph->jobs.data[id].recipe.low ^= 1;
    assert_string_equal(build(&w, "out"), "");
    tear_down(&w);
}

static void test_missing_and_overwritten_outputs_run(void **state)
{
    (void)state;
    struct world w;
    set_up(&w);
    put(&w, "src", 1);
    add(&w, (struct spec){.outs = {"a", "b"}, .ins = {"src"}});
    build(&w, "a");
    put(&w, "b", 0);
    assert_int_equal(why(&w, "a").kind, REASON_OUTPUT_MISSING);
    assert_int_equal(why(&w, "a").file, file(&w, "b"));
    assert_string_equal(build(&w, "a"), "a");
    put(&w, "a", 99);
    assert_int_equal(why(&w, "a").kind, REASON_OUTPUT_CHANGED);
    assert_string_equal(build(&w, "a"), "a");
    assert_string_equal(build(&w, "a"), "");
    tear_down(&w);
}

static void test_order_only_content_does_not_count_but_orders(void **state)
{
    (void)state;
    struct world w;
    set_up(&w);
    put(&w, "src", 1);
    put(&w, "gen.in", 1);
    add(&w, (struct spec){.outs = {"gen.h"}, .ins = {"gen.in"}});
    add(&w, (struct spec){.outs = {"out"}, .ins = {"src"}, .order_only = {"gen.h"}});
    assert_string_equal(build(&w, "out"), "gen.h out");
    put(&w, "gen.in", 2);
    assert_string_equal(build(&w, "out"), "gen.h");
    tear_down(&w);
}

static void test_discovered_input_counts_and_orders(void **state)
{
    (void)state;
    struct world w;
    set_up(&w);
    put(&w, "src", 1);
    put(&w, "gen.in", 1);
    add(&w, (struct spec){.outs = {"gen.h"}, .ins = {"gen.in"}});
    job_id out = add(&w, (struct spec){.outs = {"out"}, .ins = {"src"}, .order_only = {"gen.h"}});
    file_id header = file(&w, "gen.h");
    history_set_job(w.history, out, &(struct job_record){0}, &header, 1);
    assert_string_equal(build(&w, "out"), "gen.h out");
    put(&w, "gen.in", 2);
    assert_string_equal(build(&w, "out"), "gen.h out");
    assert_string_equal(build(&w, "out"), "");
    tear_down(&w);
}

static void test_discovered_cycle_orders_nothing(void **state)
{
    (void)state;
    struct world w;
    set_up(&w);
    put(&w, "src", 1);
    job_id a = add(&w, (struct spec){.outs = {"a"}, .ins = {"src"}});
    add(&w, (struct spec){.outs = {"b"}, .ins = {"a"}});
    file_id b = file(&w, "b");
    history_set_job(w.history, a, &(struct job_record){0}, &b, 1);
    assert_string_equal(build(&w, "b"), "a b");
    tear_down(&w);
}

static void test_declared_cycle_is_told_in_full(void **state)
{
    (void)state;
    struct world w;
    set_up(&w);
    add(&w, (struct spec){.outs = {"a"}, .ins = {"b"}});
    add(&w, (struct spec){.outs = {"b"}, .ins = {"c"}});
    add(&w, (struct spec){.outs = {"c"}, .ins = {"a"}});
    struct plan plan;
    plan_create(&plan, w.graph, w.history);
    struct jig_error error;
    assert_int_equal(plan_add_target(&plan, file(&w, "a"), &error), JIG_ERROR_MANIFEST);
    assert_string_equal(error.message, "dependency cycle: a -> b -> c -> a");
    plan_free(&plan);
    tear_down(&w);
}

static void test_missing_source_is_told_with_its_dependent(void **state)
{
    (void)state;
    struct world w;
    chain(&w);
    put(&w, "src", 0);
    struct plan plan;
    open_plan(&w, &plan, "top");
    struct jig_error error;
    assert_int_equal(plan_decide(&plan, false, &error), JIG_ERROR_MANIFEST);
    assert_string_equal(error.message,
                        "'src', needed by 'mid', missing and no known rule to make it");
    plan_free(&plan);
    tear_down(&w);
}

static void test_phony_passes_its_inputs_on(void **state)
{
    (void)state;
    struct world w;
    set_up(&w);
    put(&w, "src", 1);
    add(&w, (struct spec){.flags = GRAPH_JOB_PHONY, .outs = {"alias"}, .ins = {"src"}});
    add(&w, (struct spec){.outs = {"out"}, .ins = {"alias"}});
    assert_string_equal(build(&w, "out"), "out");
    assert_string_equal(build(&w, "out"), "");
    put(&w, "src", 2);
    assert_int_equal(why(&w, "out").kind, REASON_INPUT_CHANGED);
    assert_int_equal(why(&w, "out").file, file(&w, "src"));
    assert_string_equal(build(&w, "out"), "out");
    tear_down(&w);
}

static void test_phony_without_inputs_or_file_is_never_up_to_date(void **state)
{
    (void)state;
    struct world w;
    set_up(&w);
    add(&w, (struct spec){.flags = GRAPH_JOB_PHONY, .outs = {"FORCE"}});
    add(&w, (struct spec){.flags = GRAPH_JOB_PHONY, .outs = {"via"}, .ins = {"FORCE"}});
    add(&w, (struct spec){.outs = {"out"}, .ins = {"via"}});
    add(&w, (struct spec){.outs = {"next"}, .ins = {"out"}});
    assert_string_equal(build(&w, "next"), "out next");
    assert_int_equal(why(&w, "out").kind, REASON_INPUT_ALWAYS);
    assert_string_equal(build(&w, "next"), "out");
    tear_down(&w);
}

static void test_phony_orders_what_waits_for_it(void **state)
{
    (void)state;
    struct world w;
    set_up(&w);
    put(&w, "src", 1);
    put(&w, "gen.in", 1);
    add(&w, (struct spec){.outs = {"gen.h"}, .ins = {"gen.in"}});
    add(&w, (struct spec){.flags = GRAPH_JOB_PHONY, .outs = {"gens"}, .order_only = {"gen.h"}});
    add(&w, (struct spec){.outs = {"out"}, .ins = {"src"}, .order_only = {"gens"}});
    assert_string_equal(build(&w, "out"), "gen.h out");
    tear_down(&w);
}

static void test_validation_is_built_but_not_waited_for(void **state)
{
    (void)state;
    struct world w;
    set_up(&w);
    put(&w, "src", 1);
    add(&w, (struct spec){.outs = {"check"}, .ins = {"out"}});
    add(&w, (struct spec){.outs = {"out"}, .ins = {"src"}, .validations = {"check"}});
    assert_string_equal(build(&w, "out"), "out check");
    tear_down(&w);
}

static void test_added_input_is_seen_as_another_set(void **state)
{
    (void)state;
    struct world w;
    set_up(&w);
    put(&w, "src", 1);
    put(&w, "more", 1);
    job_id id = add(&w, (struct spec){.outs = {"out"}, .ins = {"src"}});
    build(&w, "out");
    /* The same job as a later manifest would have it: one input more, same command. */
    struct graph_job *job = &w.graph->jobs.data[id];
    file_id edges[] = {file(&w, "out"), file(&w, "src"), file(&w, "more")};
    job->edges = w.graph->edges.count;
    job->in_count = 2;
    for (int i = 0; i < 3; i++)
        vec_push(&w.graph->edges, edges[i]);
    assert_string_equal(build(&w, "out"), "out");
    assert_string_equal(build(&w, "out"), "");
    tear_down(&w);
}

static void test_failure_stops_dependents_only(void **state)
{
    (void)state;
    struct world w;
    set_up(&w);
    put(&w, "s1", 1);
    put(&w, "s2", 1);
    job_id bad = add(&w, (struct spec){.outs = {"bad"}, .ins = {"s1"}});
    add(&w, (struct spec){.outs = {"needs-bad"}, .ins = {"bad"}});
    add(&w, (struct spec){.outs = {"good"}, .ins = {"s2"}});
    add(&w, (struct spec){.flags = GRAPH_JOB_PHONY, .outs = {"all"}, .ins = {"needs-bad", "good"}});
    struct plan plan;
    open_plan(&w, &plan, "all");
    assert_int_equal(plan_decide(&plan, false, NULL), JIG_OK);
    assert_int_equal(plan.to_run, 3);
    uint32_t finished = 0;
    job_id id;
    while (plan_take_ready(&plan, &id)) {
        assert_int_equal(plan_turn(&plan, id), PLAN_TURN_RUN);
        if (id == bad) {
            plan_fail(&plan, id);
        } else {
            run_job(&w, &plan, id, 0);
            finished++;
        }
    }
    assert_int_equal(finished, 1);
    assert_int_equal(plan.unfinished, 2); /* needs-bad and all */
    plan_free(&plan);
    tear_down(&w);
}

static void test_weight_is_the_critical_path(void **state)
{
    (void)state;
    struct world w;
    chain(&w);
    build(&w, "top"); /* records 10 ms each */
    put(&w, "src", 2);
    struct plan plan;
    open_plan(&w, &plan, "top");
    assert_int_equal(plan_decide(&plan, false, NULL), JIG_OK);
    assert_int_equal(plan.jobs[w.graph->files.data[file(&w, "mid")].producer].weight, 20);
    assert_int_equal(plan.jobs[w.graph->files.data[file(&w, "top")].producer].weight, 10);
    plan_free(&plan);
    tear_down(&w);
}

static void test_deep_chain_needs_no_stack(void **state)
{
    (void)state;
    enum { DEPTH = 200000 };
    struct world w;
    set_up(&w);
    put(&w, "f0", 1);
    char from[32];
    char to[32];
    for (int i = 0; i < DEPTH; i++) {
        snprintf(from, sizeof from, "f%d", i);
        snprintf(to, sizeof to, "f%d", i + 1);
        add(&w, (struct spec){.outs = {to}, .ins = {from}});
    }
    struct plan plan;
    open_plan(&w, &plan, to);
    assert_int_equal(plan_decide(&plan, false, NULL), JIG_OK);
    assert_int_equal(plan.to_run, DEPTH);
    plan_free(&plan);
    tear_down(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_build_runs_all_and_second_nothing),
        cmocka_unit_test(test_changed_input_runs_its_dependents),
        cmocka_unit_test(test_content_put_back_runs_nothing),
        cmocka_unit_test(test_identical_output_cuts_off),
        cmocka_unit_test(test_generator_ignores_its_recipe),
        cmocka_unit_test(test_missing_and_overwritten_outputs_run),
        cmocka_unit_test(test_order_only_content_does_not_count_but_orders),
        cmocka_unit_test(test_discovered_input_counts_and_orders),
        cmocka_unit_test(test_discovered_cycle_orders_nothing),
        cmocka_unit_test(test_declared_cycle_is_told_in_full),
        cmocka_unit_test(test_missing_source_is_told_with_its_dependent),
        cmocka_unit_test(test_phony_passes_its_inputs_on),
        cmocka_unit_test(test_phony_without_inputs_or_file_is_never_up_to_date),
        cmocka_unit_test(test_phony_orders_what_waits_for_it),
        cmocka_unit_test(test_validation_is_built_but_not_waited_for),
        cmocka_unit_test(test_added_input_is_seen_as_another_set),
        cmocka_unit_test(test_failure_stops_dependents_only),
        cmocka_unit_test(test_weight_is_the_critical_path),
        cmocka_unit_test(test_deep_chain_needs_no_stack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
