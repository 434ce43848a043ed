/* The queue of ready jobs: heaviest first, equals by number. */
#include "cmocka_all.h"

#include "engine/run/ready_queue.h"

#include <stdlib.h>

static void test_heaviest_first(void **state)
{
    (void)state;
    struct ready_queue queue = {0};
    const uint64_t weights[] = {3, UINT64_MAX, 0, 7, 5};
    const uint32_t order[] = {1, 3, 4, 0, 2};
    for (uint32_t job = 0; job < 5; job++)
        ready_queue_push(&queue, weights[job], job);
    for (uint32_t i = 0; i < 5; i++) {
        uint64_t weight, seen_weight;
        uint32_t job, seen;
        assert_true(ready_queue_peek(&queue, &seen_weight, &seen));
        assert_true(ready_queue_pop(&queue, &weight, &job));
        assert_int_equal(job, order[i]);
        assert_int_equal(weight, weights[job]);
        assert_true(seen == job && seen_weight == weight);
    }
    ready_queue_free(&queue);
}

static void test_equals_by_number(void **state)
{
    (void)state;
    struct ready_queue queue = {0};
    for (uint32_t i = 0; i < 100; i++)
        ready_queue_push(&queue, 1, i * 37 % 100);
    for (uint32_t i = 0; i < 100; i++) {
        uint32_t job;
        assert_true(ready_queue_pop(&queue, NULL, &job));
        assert_int_equal(job, i);
    }
    ready_queue_free(&queue);
}

static void test_empty(void **state)
{
    (void)state;
    struct ready_queue queue = {0};
    assert_false(ready_queue_peek(&queue, NULL, NULL));
    assert_false(ready_queue_pop(&queue, NULL, NULL));
    ready_queue_push(&queue, 1, 1);
    assert_true(ready_queue_pop(&queue, NULL, NULL));
    assert_false(ready_queue_pop(&queue, NULL, NULL));
    ready_queue_free(&queue);
}

static int compare(const void *a, const void *b)
{
    const struct ready_job *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight < y->weight ? 1 : -1;
    return x->job < y->job ? -1 : x->job > y->job;
}

/* Against sorting what is in it, with pushes and pops in any order. */
static void test_pushes_and_pops_mixed(void **state)
{
    (void)state;
    enum { STEPS = 4000 };
    struct ready_job *model = calloc(STEPS, sizeof *model);
    uint32_t count = 0;
    struct ready_queue queue = {0};
    uint32_t random = 12345;
    for (uint32_t step = 0; step < STEPS; step++) {
        random = random * 1664525 + 1013904223; /* Knuth, TAOCP 2, 3.3.4 */
        if (random >> 31 || count == 0) {
            model[count++] = (struct ready_job){random >> 20 & 63, step};
            ready_queue_push(&queue, random >> 20 & 63, step);
        } else {
            uint32_t job;
            qsort(model, count, sizeof *model, compare);
            assert_true(ready_queue_pop(&queue, NULL, &job));
            assert_int_equal(job, model[0].job);
            model[0] = model[--count];
        }
    }
    assert_int_equal(queue.heap.count, count);
    ready_queue_free(&queue);
    free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heaviest_first),
        cmocka_unit_test(test_equals_by_number),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_pushes_and_pops_mixed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
