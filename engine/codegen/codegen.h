/*
 * Code generation that jig does itself or asks a worker for: plugins and built-ins run as tasks on
 * the pool, workers are processes that stay. (Commands are processes like any other job's and
 * are engine/run's.) One interface for the three:
 *
 *     codegen_create → codegen_add… (one a pipeline)
 *     codegen_start(job) …  →  [wake is called]  →  codegen_take(&result) …
 *     codegen_interrupt → codegen_take until nothing is running → codegen_destroy
 *
 * It knows no plan and no graph: a job is a number. One thread calls everything here; `wake` is
 * called on any thread, whenever there is something to take.
 *
 * What a generator returns is written by codegen: to a temporary name and renamed, so that a reader
 * never sees half a file, and not at all where the file holds the same bytes already. A worker
 * writes its files itself.
 *
 * The current directory is the root and must not change.
 */
#ifndef CODEGEN_CODEGEN_H
#define CODEGEN_CODEGEN_H

#include "engine/base/buf.h"
#include "engine/base/digest.h"
#include "jig/error.h"
#include "jig/generator.h"
#include "jig/scheduler.h"

#include <stdbool.h>
#include <stdint.h>

struct codegen;

enum codegen_kind { CODEGEN_BUILTIN, CODEGEN_PLUGIN, CODEGEN_WORKER };

struct codegen_generator {
    enum codegen_kind kind;
    const char *pipeline;    /* full name, for messages */
    const char *name;        /* builtin's name, or plugin's path */
    const char *options;     /* JSON object */
    const char *const *argv; /* worker, NULL at the end; `--persistent_worker` is appended */
    uint32_t workers;        /* processes at most; at least 1 */
    uint32_t multiplex;      /* requests at a time in one worker; at least 1 */
    uint32_t timeout_ms;     /* of a job; 0: none. Plugins and built-ins cannot be stopped */
};

struct codegen_options {
    struct jig_pool *pool;
    void (*wake)(void *context);
    void *context;
    uint32_t grace_ms; /* between telling a worker to end and SIGKILL; 0: five seconds. SIGTERM
                          comes after half of it, or half a second if that is less */
};

enum jig_status codegen_create(struct codegen **codegen, const struct codegen_options *options,
                               struct jig_error *error);
/*
 * Ends workers (closes their input, waits, kills), waits for tasks, closes and unloads plugins.
 * What nobody has taken is lost. NULL is allowed.
 */
void codegen_destroy(struct codegen *codegen);

/*
 * Adds a generator; *index numbers it. Strings are copied. Reads a built-in's options, which may
 * fail as codegen_builtin_check does; loads and starts nothing yet. Plugins of the same path are
 * one, opened with the options of the first job's.
 */
enum jig_status codegen_add(struct codegen *codegen, const struct codegen_generator *generator,
                            uint32_t *index, struct jig_error *error);

/* Whether a built-in of that name exists; NULL-terminated names of all, for messages. */
bool codegen_is_builtin(const char *name);
extern const char *const codegen_builtin_names[];
/* Whether it makes something of imports and definitions, so that these are part of its input. */
bool codegen_builtin_sees_facts(const char *name);
/*
 * Checks a built-in's options and its number of outputs before any job runs: unknown keys, wrong
 * types. JIG_ERROR_USAGE.
 */
enum jig_status codegen_builtin_check(const char *name, const char *options, uint32_t output_count,
                                      bool collect, struct jig_error *error);
/* Version of all built-ins: part of the recipe. */
#define CODEGEN_BUILTIN_VERSION "1"
/*
 * A plugin's own name and version, which are part of the recipe, found by loading it. Fails with
 * what is wrong with it: not there, no symbol, another ABI.
 */
enum jig_status codegen_plugin_version(const char *path, struct buf *out, struct jig_error *error);

/* An input for the worker protocol. */
struct codegen_input {
    const char *path;
    const char *digest; /* 32 hexadecimal digits */
};

struct codegen_job {
    uint32_t job;                            /* the caller's number; comes back in the result */
    uint32_t generator;                      /* codegen_add's index */
    const struct jig_generation *generation; /* builtin, plugin; must live until the result */
    bool imports_closed; /* plugin: the job depends on which files are imported, but not on what
                            they hold, so that it must not read them */
    const char *const *arguments;       /* worker; NULL at the end */
    const struct codegen_input *inputs; /* worker */
    uint32_t input_count;
    const char *const *outputs;
    uint32_t output_count;
};

struct codegen_result {
    uint32_t job;
    int exit_code;    /* 0: it succeeded and every output is there */
    bool interrupted; /* it ended because of codegen_interrupt */
    bool timed_out;
    struct buf output; /* what it printed, and why it failed */
    uint64_t start_ns; /* monotonic: when it got its turn */
    uint64_t end_ns;
    uint64_t user_ns; /* processor time; a worker's is shared among the jobs it had at a time */
    uint32_t written; /* outputs that were written, the others being the same already; 0 for a
                         worker, which does not tell */
    /* Sum of the digests of what the outputs were given, empty ones left out; zero for a worker. */
    struct digest contents;
};

/*
 * Starts a job, which may be queued behind others: at most `workers` x `multiplex` run at a time.
 * What `job` points at, except `generation`, is copied. Always succeeds: what goes wrong is told by
 * the job's result. A worker that crashes, hangs beyond the timeout, answers with garbage, twice,
 * or for a request nobody made fails the jobs it had with what its standard error said last, is
 * replaced, and one crash is tried again once in a fresh worker.
 */
void codegen_start(struct codegen *codegen, const struct codegen_job *job);

/* Takes one finished job; false when there is none now. The caller frees result->output. */
bool codegen_take(struct codegen *codegen, struct codegen_result *result);
uint32_t codegen_running(const struct codegen *codegen);

/*
 * Cancels: jobs that have not begun end at once, and so do later ones; workers are told (`cancel`)
 * and killed after the grace, or by a second call. A job that a worker finishes all the same
 * counts.
 */
void codegen_interrupt(struct codegen *codegen);

#endif
