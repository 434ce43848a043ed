/*
 * One worker and its requests: what is sent to it, what its answers mean, and what becomes of
 * requests that it did not answer.
 *
 * A worker is READY until something is wrong with it or it is not wanted any more. Its requests are
 * settled in two places only: when it answers, and when its process is gone. So a request is never
 * tried again while a process that had it may still be writing files.
 *
 *     READY ──(it closed a pipe, or is told to end)──► LEAVING ──(it takes too long)──► DOOMED
 *       └───────────────(time out, nonsense, second interrupt)──────────────────────────────▲
 *
 * Everything here belongs to one thread. Results go to group->finished. Times are monotonic ns.
 */
#ifndef CODEGEN_WORKER_H
#define CODEGEN_WORKER_H

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
    uint64_t charged_ns;      /* of its processor time, what requests have been charged with */
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

/* ---- requests: worker_request.c ------------------------------------------------------------- */

void request_free(struct request *request);
void request_queue_add(struct request_queue *queue, struct request *request);
void request_queue_add_first(struct request_queue *queue, struct request *request);
/* NULL when there is none. */
struct request *request_queue_take(struct request_queue *queue);

/* Each hands over its result, and frees it. The worker's standard error is part of a failure. */
void request_answered(struct worker_group *group, struct request *request,
                      const struct worker *worker);
/* `format` says what the worker did; `worker` is NULL when there was none. */
void request_failed(struct worker_group *group, struct request *request,
                    const struct worker *worker, const char *format, ...) JIG_PRINTF(4, 5);
void request_interrupted(struct worker_group *group, struct request *request);

/* ---- a worker: worker.c --------------------------------------------------------------------- */

/* Starts one and adds it to the group. Returns 0 or an errno value. */
int worker_start(struct worker_group *group, struct worker **out);
/* Whether an idle worker has kept quiet since its last answer. If not, that is dealt with. */
bool worker_is_quiet(struct worker_group *group, struct worker *worker, uint64_t now);
void worker_send(struct worker_group *group, struct worker *worker, struct request *request,
                 uint64_t now);
/* Sends on, as far as it takes it. */
void worker_flush(struct worker *worker, uint64_t now);

/* Has it end within the grace, at first by itself. */
void worker_leave(const struct worker_group *group, struct worker *worker, uint64_t now);
/* The same, and closes its input. */
void worker_dismiss(const struct worker_group *group, struct worker *worker, uint64_t now);
/* Kills it, for the cause that is known. */
void worker_kill(struct worker *worker);
/* Kills it; what it had is settled for this reason when it is gone. */
void worker_doom(struct worker *worker, enum worker_cause cause, const char *format, ...)
    JIG_PRINTF(3, 4);

/* Fills in what of a worker's descriptors is to be watched. */
void worker_watch(const struct worker *worker, struct pollfd polls[WORKER_POLLS]);
/* Deals with what poll saw. True when the worker is gone and freed; the caller unlists it. */
bool worker_handle(struct worker_group *group, struct worker *worker,
                   const struct pollfd polls[WORKER_POLLS], uint64_t now);

#endif
