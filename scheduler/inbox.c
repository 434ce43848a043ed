#include "scheduler/inbox.h"

#include <stddef.h>

/*
 * The stack and the queue link tasks through their first field only as an inbox_link, never as a
 * jig_task, so that the compiler sees one type there.
 */
_Static_assert(offsetof(struct jig_task, next) == 0 && sizeof(void *) == sizeof(inbox_link),
               "a task starts with its link");

#if SCHEDULER_USES_CK

static void push(struct inbox *inbox, inbox_link *link)
{
    /*
     * ck lets only earlier stores come before its push. Whoever takes the task may write to what
     * this thread has read, so its loads have to come before as well.
     */
    ck_pr_fence_release();
    ck_stack_push_mpmc(&inbox->arrived, link);
    ck_pr_fence_memory();
}

static inbox_link *take_all(struct inbox *inbox)
{
    inbox_link *newest = ck_stack_batch_pop_mpmc(&inbox->arrived);
    ck_pr_fence_memory();
    return newest;
}

static bool none_arrived(struct inbox *inbox)
{
    ck_pr_fence_memory();
    return !ck_pr_load_ptr(&inbox->arrived.head);
}

#else

static void push(struct inbox *inbox, inbox_link *link)
{
    link->next = at_load(&inbox->arrived, relaxed);
    while (!at_cas(&inbox->arrived, &link->next, link, seq_cst))
        continue;
}

static inbox_link *take_all(struct inbox *inbox)
{
    return at_swap(&inbox->arrived, NULL, seq_cst);
}

static bool none_arrived(struct inbox *inbox)
{
    return !at_load(&inbox->arrived, seq_cst);
}

#endif

void inbox_init(struct inbox *inbox)
{
    pthread_mutex_init(&inbox->lock, NULL);
}

void inbox_destroy(struct inbox *inbox)
{
    pthread_mutex_destroy(&inbox->lock);
}

void inbox_put(struct inbox *inbox, struct jig_task *task)
{
    push(inbox, (inbox_link *)task);
}

bool inbox_is_empty(struct inbox *inbox)
{
    return none_arrived(inbox) && !at_load(&inbox->waiting, seq_cst);
}

struct jig_task *inbox_take(struct inbox *inbox)
{
    if (inbox_is_empty(inbox))
        return NULL;
    pthread_mutex_lock(&inbox->lock);
    inbox_link *first = at_load(&inbox->waiting, relaxed);
    if (!first) {
        for (inbox_link *newest = take_all(inbox), *next; newest; newest = next) {
            next = newest->next;
            newest->next = first;
            first = newest;
        }
    }
    if (first)
        at_store(&inbox->waiting, first->next, seq_cst);
    pthread_mutex_unlock(&inbox->lock);
    return (struct jig_task *)first;
}
