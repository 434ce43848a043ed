/* The jobs that run, and which of them have been running longest. */
#include "cmocka_all.h"

#include "tools/jig/running_jobs.h"

enum { MOST = 3 };

static void add(struct running_jobs *running, uint32_t id, const char *name, uint64_t start_ns)
{
    const struct jig_job_view job = {.id = id, .output = name, .start_ns = start_ns};
    running_jobs_add(running, &job);
}

/* Their names, separated by spaces, with the times they began at. */
static void assert_longest(const struct running_jobs *running, uint64_t now_ns, uint64_t least_ns,
                           const char *expected)
{
    const struct running_job *longest[MOST];
    struct buf text = {0};
    uint32_t count = running_jobs_longest(running, now_ns, least_ns, longest, MOST);
    for (uint32_t i = 0; i < count; i++)
        buf_printf(&text, "%s%s@%u", i ? " " : "", longest[i]->name,
                   (unsigned)longest[i]->begin_ns);
    assert_string_equal(buf_cstr(&text), expected);
    buf_free(&text);
}

static void test_the_longest_first(void **state)
{
    (void)state;
    struct running_jobs running = {.slots = 8};
    add(&running, 1, "b", 20);
    add(&running, 2, "a", 10);
    add(&running, 3, "c", 30);
    assert_longest(&running, 100, 0, "a@10 b@20 c@30");
    running_jobs_free(&running);
}

static void test_at_most_so_many(void **state)
{
    (void)state;
    struct running_jobs running = {.slots = 8};
    add(&running, 1, "d", 40);
    add(&running, 2, "c", 30);
    add(&running, 3, "b", 20);
    add(&running, 4, "a", 10);
    add(&running, 5, "e", 50);
    assert_longest(&running, 100, 0, "a@10 b@20 c@30");
    running_jobs_free(&running);
}

static void test_of_equals_the_first_to_come(void **state)
{
    (void)state;
    struct running_jobs running = {.slots = 8};
    add(&running, 9, "a", 10);
    add(&running, 8, "b", 10);
    add(&running, 7, "c", 10);
    assert_longest(&running, 100, 0, "a@10 b@10 c@10");
    running_jobs_free(&running);
}

static void test_not_those_that_have_just_begun(void **state)
{
    (void)state;
    struct running_jobs running = {.slots = 8};
    add(&running, 1, "a", 10);
    add(&running, 2, "b", 91);
    assert_longest(&running, 100, 10, "a@10");
    assert_longest(&running, 5, 0, "");
    running_jobs_free(&running);
}

static void test_what_has_ended_is_gone(void **state)
{
    (void)state;
    struct running_jobs running = {.slots = 8};
    add(&running, 1, "a", 10);
    add(&running, 2, "b", 20);
    running_jobs_remove(&running, 1, 50);
    running_jobs_remove(&running, 77, 50);
    assert_longest(&running, 100, 0, "b@20");
    running_jobs_free(&running);
}

static void test_more_than_there_are_slots_wait(void **state)
{
    (void)state;
    struct running_jobs running = {.slots = 2};
    add(&running, 1, "a", 10);
    add(&running, 2, "b", 11);
    add(&running, 3, "c", 12);
    add(&running, 4, "d", 13);
    assert_longest(&running, 100, 0, "a@10 b@11");
    running_jobs_remove(&running, 2, 50);
    assert_longest(&running, 100, 0, "a@10 c@50");
    running_jobs_remove(&running, 1, 60);
    assert_longest(&running, 100, 0, "c@50 d@60");
    running_jobs_free(&running);
}

static void test_the_end_of_one_that_waits_begins_none(void **state)
{
    (void)state;
    struct running_jobs running = {.slots = 1};
    add(&running, 1, "a", 10);
    add(&running, 2, "b", 11);
    add(&running, 3, "c", 12);
    running_jobs_remove(&running, 2, 50);
    assert_longest(&running, 100, 0, "a@10");
    running_jobs_free(&running);
}

static void test_cleared_is_as_new(void **state)
{
    (void)state;
    struct running_jobs running = {.slots = 1};
    add(&running, 1, "a", 10);
    add(&running, 2, "b", 11);
    running_jobs_clear(&running);
    add(&running, 3, "c", 12);
    assert_longest(&running, 100, 0, "c@12");
    running_jobs_free(&running);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_longest_first),
        cmocka_unit_test(test_at_most_so_many),
        cmocka_unit_test(test_of_equals_the_first_to_come),
        cmocka_unit_test(test_not_those_that_have_just_begun),
        cmocka_unit_test(test_what_has_ended_is_gone),
        cmocka_unit_test(test_more_than_there_are_slots_wait),
        cmocka_unit_test(test_the_end_of_one_that_waits_begins_none),
        cmocka_unit_test(test_cleared_is_as_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
