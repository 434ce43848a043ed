/*
 * The workers of one pipeline and the requests for them: who gets what, what the answers mean, and
 * what becomes of requests whose worker did not answer.
 *
 * A worker is READY until something is wrong with it or it is not wanted any more. Its requests are
 * settled in two places only: when it answers, and when its process is gone. So a request is never
 * tried again while a process that had it may still be writing files.
 *
 *     READY ──(it closed a pipe, or is told to end)──► LEAVING ──(it takes too long)──► DOOMED
 *       └───────────────(time out, nonsense, second interrupt)──────────────────────────────▲
 *
 * Everything here belongs to one thread. Results go to `finished`. Times are monotonic ns.
 */
#ifndef CODEGEN_WORKER_GROUP_H
#define CODEGEN_WORKER_GROUP_H

#include "engine/codegen/finished.h"
#include "engine/codegen/worker_process.h"

#include <poll.h>

/* Its place among a worker's four descriptors in a poll set. */
enum worker_poll { WORKER_POLL_INPUT, WORKER_POLL_OUTPUT, WORKER_POLL_ERRORS, WORKER_POLL_END };
enum { WORKER_POLLS = 4 };

#define WORKER_NEVER UINT64_MAX

/* One job for a worker. */
struct request {
    struct request *next;
    struct codegen_result result; /* filled in as it becomes known */
    struct buf body;              /* encoded up to the number */
    struct buf outputs;           /* paths, each with a NUL after it */
    uint32_t id;                  /* of its latest sending */
    uint64_t deadline;            /* WORKER_NEVER: none */
    bool tried;                   /* it was sent before, and that worker broke down */
    bool cancelled;               /* its worker was told to give it up */
};

/* First in, first out. */
struct request_queue {
    struct request *first;
    struct request **end; /* where the next one is hung; NULL while never used */
};

enum worker_state {
    WORKER_READY,
    WORKER_LEAVING, /* gets no requests, and is listened to until it ends or its time is up */
    WORKER_DOOMED,  /* was killed, and is not listened to */
};

/* Why a worker's end is the end of its requests. */
enum worker_cause {
    CAUSE_END,     /* it ended, or closed a pipe and had to be ended */
    CAUSE_TIMEOUT, /* a request took too long */
    CAUSE_NONSENSE,
    CAUSE_INTERRUPT,
};

struct worker {
    struct worker_process process;
    enum worker_state state;
    enum worker_cause cause;
    struct buf reason;        /* of a cause, in words; empty: how its process ended says it */
    struct request *requests; /* sent and not answered, latest first */
    uint32_t busy;            /* how many */
    bool fresh;               /* it never had any */
    bool alone;               /* has a request that is tried again, and gets no others */
    uint64_t terminate_at;    /* SIGTERM; WORKER_NEVER: not planned */
    uint64_t kill_at;         /* SIGKILL */
};

struct worker_group {
    struct finished *finished;
    uint32_t *next_id; /* shared by all groups; never 0 */
    char *pipeline;
    char **argv; /* with --persistent_worker at its end, and NULL */
    uint32_t most_workers;
    uint32_t multiplex;
    uint64_t timeout; /* 0: none */
    uint64_t grace;
    bool interrupted; /* what is not running ends at once */
    struct request_queue waiting;
    VEC(struct worker *) workers;
};

struct worker_group *worker_group_create(const struct codegen_generator *from);
/* Nothing may be waiting, and no worker left. */
void worker_group_free(struct worker_group *group);

void request_free(struct request *request);
void request_queue_add(struct request_queue *queue, struct request *request);
/* NULL when there is none. */
struct request *request_queue_take(struct request_queue *queue);

/* Sends what is waiting, as far as there are workers for it, and starts these. When the group is
 * interrupted, ends what is waiting. */
void worker_group_dispatch(struct worker_group *group, uint64_t now);

/* Fills in what of a worker's descriptors is to be watched. */
void worker_watch(const struct worker *worker, struct pollfd polls[WORKER_POLLS]);
/* Deals with what poll saw. True when the worker is gone and freed; the caller unlists it. */
bool worker_handle(struct worker_group *group, struct worker *worker,
                   const struct pollfd polls[WORKER_POLLS], uint64_t now);

/* The next time at which something is due. */
uint64_t worker_group_due(const struct worker_group *group);
/* Does what is due. */
void worker_group_expire(struct worker_group *group, uint64_t now);

/* The first call cancels, the second kills. */
void worker_group_interrupt(struct worker_group *group, uint64_t now);
/* Ends all workers, those that have requests by killing them. */
void worker_group_close(struct worker_group *group, uint64_t now);

#endif
