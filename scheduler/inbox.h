/*
 * The inbox: tasks submitted from anywhere, taken by the pool's threads in order of arrival.
 *
 * Putting in is lock-free: one compare-and-swap on a stack (Concurrency Kit's ck_stack). Taking
 * out drains the stack whole, which leaves no room for ABA, turns it round into a queue, and
 * serves from that; those who take do so under a lock, which putting in never touches. A task
 * costs microseconds at least, the lock a fraction of one.
 */
#ifndef SCHEDULER_INBOX_H
#define SCHEDULER_INBOX_H

#include "jig/scheduler.h"
#include "scheduler/atomics.h"
#include "scheduler/ck_or_c11.h"

#include <pthread.h>
#include <stdbool.h>

#if SCHEDULER_USES_CK
#include <ck_stack.h>
typedef struct ck_stack_entry inbox_link;
#else
typedef struct inbox_link {
    struct inbox_link *next;
} inbox_link;
#endif

struct inbox {
    /* Newest first. Anyone pushes; who holds `lock` takes it whole. All seq_cst. */
#if SCHEDULER_USES_CK
    alignas(LINE) struct ck_stack arrived;
#else
    alignas(LINE) ATOMIC(inbox_link *) arrived;
#endif
    alignas(LINE) pthread_mutex_t lock;
    /* Oldest first. Written under `lock`, seq_cst; read by anyone. */
    ATOMIC(inbox_link *) waiting;
};

void inbox_init(struct inbox *inbox);
void inbox_destroy(struct inbox *inbox);
/* Any thread. A full barrier: comes before a look for sleepers. */
void inbox_put(struct inbox *inbox, struct jig_task *task);
/* Any thread. Whether there is nothing to take; takes part in the total order of seq_cst. */
bool inbox_is_empty(struct inbox *inbox);
/* Any worker. NULL when there is none. */
struct jig_task *inbox_take(struct inbox *inbox);

#endif
