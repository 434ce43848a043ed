#include "engine/codegen/codegen.h"

#include "engine/base/io.h"
#include "engine/codegen/builtin.h"
#include "engine/codegen/finished.h"
#include "engine/codegen/plugin.h"
#include "engine/codegen/workers.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

/* What one pipeline's jobs run. */
struct generator {
    char *options;                 /* JSON */
    const struct builtin *builtin; /* NULL unless it is one */
    void *values;                  /* its options, read */
    struct plugin *plugin;         /* NULL unless it is one; shared by all of the same path */
    struct worker_group *group;    /* NULL unless it is a worker */
};

struct codegen {
    struct jig_pool *pool;
    struct finished finished;
    struct workers *workers;
    VEC(struct generator *) generators; /* in memory of their own: tasks point at them */
    VEC(struct plugin *) plugins;
    uint32_t running;        /* started and not taken */
    atomic_bool interrupted; /* written by the caller's thread, read by tasks */
};

/* ---- life ----------------------------------------------------------------------------------- */

enum jig_status codegen_create(struct codegen **out, const struct codegen_options *options,
                               struct jig_error *error)
{
    struct codegen *codegen = mem_zalloc(sizeof *codegen);
    codegen->pool = options->pool;
    finished_init(&codegen->finished, options->wake, options->context);
    int errnum = workers_create(&codegen->workers, &codegen->finished, options->grace_ms);
    if (errnum) {
        finished_destroy(&codegen->finished);
        free(codegen);
        *out = NULL;
        return jig_fail_errno(error, errnum, "cannot prepare for workers");
    }
    *out = codegen;
    return JIG_OK;
}

static void generator_free(struct generator *generator)
{
    if (generator->builtin)
        builtin_free_options(generator->builtin, generator->values);
    free(generator->options);
    free(generator);
}

void codegen_destroy(struct codegen *codegen)
{
    if (!codegen)
        return;
    atomic_store_explicit(&codegen->interrupted, true, memory_order_relaxed);
    workers_destroy(codegen->workers);
    finished_wait(&codegen->finished);
    for (uint32_t i = 0; i < codegen->plugins.count; i++)
        plugin_destroy(codegen->plugins.data[i]);
    vec_free(&codegen->plugins);
    for (uint32_t i = 0; i < codegen->generators.count; i++)
        generator_free(codegen->generators.data[i]);
    vec_free(&codegen->generators);
    finished_destroy(&codegen->finished);
    free(codegen);
}

/* ---- generators ----------------------------------------------------------------------------- */

static struct plugin *find_plugin(struct codegen *codegen, const char *path)
{
    for (uint32_t i = 0; i < codegen->plugins.count; i++)
        if (strcmp(plugin_path(codegen->plugins.data[i]), path) == 0)
            return codegen->plugins.data[i];
    struct plugin *plugin = plugin_create(path);
    vec_push(&codegen->plugins, plugin);
    return plugin;
}

static enum jig_status set_up(struct codegen *codegen, struct generator *generator,
                              const struct codegen_generator *from, struct jig_error *error)
{
    switch (from->kind) {
    case CODEGEN_BUILTIN:
        generator->builtin = builtin_find(from->name);
        if (!generator->builtin)
            return jig_fail(error, JIG_ERROR_USAGE, "there is no built-in generator '%s'",
                            from->name);
        return builtin_read_options(generator->builtin, from->options, &generator->values, error);
    case CODEGEN_PLUGIN:
        generator->plugin = find_plugin(codegen, from->name);
        return JIG_OK;
    case CODEGEN_WORKER:
        generator->group = workers_add_group(codegen->workers, from);
        return JIG_OK;
    }
    return JIG_OK;
}

enum jig_status codegen_add(struct codegen *codegen, const struct codegen_generator *from,
                            uint32_t *index, struct jig_error *error)
{
    const char *options = from->options ? from->options : "{}";
    struct generator *generator = mem_zalloc(sizeof *generator);
    generator->options = mem_strndup(options, strlen(options));
    enum jig_status status = set_up(codegen, generator, from, error);
    if (status) {
        generator_free(generator);
        return status;
    }
    *index = codegen->generators.count;
    vec_push(&codegen->generators, generator);
    return JIG_OK;
}

/* ---- jobs of plugins and built-ins ---------------------------------------------------------- */

/* One such job on its way through the pool. Freed by the thread that ran it. */
struct task {
    struct jig_task base; /* first: the pool knows a task by it */
    struct codegen *codegen;
    const struct generator *generator;
    const struct jig_generation *generation;
    bool imports_closed;
    uint32_t job;
};

static uint64_t thread_time_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Runs the generator; returns the exit code. */
static int run_generator(const struct generator *generator, struct generation *generation)
{
    if (generator->builtin) {
        generator->builtin->generate(generator->values, generation);
        return generation->failed;
    }
    int code = plugin_generate(generator->plugin, generation);
    if (code != 0 && generation->printed.length == 0)
        generation_fail(generation, "plugin '%s' returned %d", plugin_path(generator->plugin),
                        code);
    return code == 0 || (code > 0 && code < 256) ? code : 1;
}

static void run_generation(const struct task *task, struct codegen_result *result)
{
    uint64_t begin = thread_time_ns();
    struct generation generation;
    generation_begin(&generation, task->generation, task->imports_closed);
    result->exit_code = run_generator(task->generator, &generation);
    if (result->exit_code == 0 && !generation_commit(&generation, result))
        result->exit_code = 1;
    generation_end(&generation);
    result->output = generation.printed;
    result->user_ns = thread_time_ns() - begin;
}

static void run_task(struct jig_task *base, uint32_t worker)
{
    (void)worker;
    struct task *task = (struct task *)base;
    struct codegen *codegen = task->codegen;
    struct codegen_result result = {.job = task->job, .start_ns = clock_monotonic_ns()};
    if (atomic_load_explicit(&codegen->interrupted, memory_order_relaxed)) {
        result.interrupted = true;
        result.exit_code = CODEGEN_INTERRUPTED;
        if (task->generator->plugin)
            plugin_release(task->generator->plugin);
    } else {
        run_generation(task, &result);
    }
    result.end_ns = clock_monotonic_ns();
    free(task);
    finished_put(&codegen->finished, &result);
}

/* ---- starting and taking -------------------------------------------------------------------- */

/* Ends a job that could not be started. It is announced. */
static void fail_to_start(struct codegen *codegen, uint32_t job, const struct jig_error *error)
{
    uint64_t now = clock_monotonic_ns();
    struct codegen_result result = {.job = job, .exit_code = 1, .start_ns = now, .end_ns = now};
    buf_printf(&result.output, "%s\n", error->message);
    finished_put(&codegen->finished, &result);
}

static void start_task(struct codegen *codegen, const struct generator *generator,
                       const struct codegen_job *job)
{
    struct jig_error error;
    if (generator->plugin) {
        if (plugin_ready(generator->plugin, generator->options, &error)) {
            fail_to_start(codegen, job->job, &error);
            return;
        }
        plugin_hold(generator->plugin);
    }
    struct task *task = mem_alloc(sizeof *task);
    *task = (struct task){
        .base = {.run = run_task},
        .codegen = codegen,
        .generator = generator,
        .generation = job->generation,
        .imports_closed = job->imports_closed,
        .job = job->job,
    };
    if (jig_pool_submit(codegen->pool, &task->base, &error)) {
        if (generator->plugin)
            plugin_release(generator->plugin);
        free(task);
        fail_to_start(codegen, job->job, &error);
    }
}

void codegen_start(struct codegen *codegen, const struct codegen_job *job)
{
    const struct generator *generator = codegen->generators.data[job->generator];
    codegen->running++;
    finished_announce(&codegen->finished);
    if (generator->group)
        workers_start(codegen->workers, generator->group, job);
    else
        start_task(codegen, generator, job);
}

bool codegen_take(struct codegen *codegen, struct codegen_result *result)
{
    if (!finished_take(&codegen->finished, result))
        return false;
    codegen->running--;
    return true;
}

uint32_t codegen_running(const struct codegen *codegen)
{
    return codegen->running;
}

void codegen_interrupt(struct codegen *codegen)
{
    atomic_store_explicit(&codegen->interrupted, true, memory_order_relaxed);
    workers_interrupt(codegen->workers);
}
