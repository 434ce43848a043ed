/*
 * From imports to modules. What an earlier pass found is taken over where nothing that it depended
 * on has changed; the rest is asked of the resolvers, on the pool. Files that are no modules yet
 * become some, sorted by path.
 */
#include "engine/discovery/internal.h"

#include "engine/base/io.h"

#include <stdlib.h>
#include <time.h>

enum { GRAIN = 32, CONFIG_GRAIN = 64 };

/* An import to ask about. */
struct question {
    module_id module;
    uint32_t import; /* in facts.imports */
};

/* What it is called; the resolution itself goes straight to discovery.resolved. */
struct answer {
    uint32_t worker;
    uint32_t offset, length; /* of the path, in the worker's text */
};

/* An import of a file that is no module yet. */
struct wanted {
    const char *path; /* NULL: that of `old` */
    module_id old;    /* in the old generation */
    uint32_t lens;
    uint32_t import;
};

struct asking {
    struct discovery *discovery;
    VEC(struct question) questions;
    struct answer *answers; /* [question] */
    struct buf *paths;      /* [worker]: each path with its NUL */
    VEC(struct wanted) wanted;
};

/* ---- asking -------------------------------------------------------------------------------- */

static void tell(void *context, const struct jig_error *what)
{
    struct discovery *discovery = context;
    if (discovery->options.notice)
        discovery->options.notice(discovery->options.context, what);
}

static enum tree_kind kind_of(void *context, const char *path, size_t length)
{
    struct discovery *discovery = context;
    enum tree_kind made = made_set_kind(&discovery->made, path, length);
    return made != TREE_MISSING ? made : tree_kind(discovery->tree, path, length);
}

static enum tree_kind made_kind(void *context, const char *path, size_t length)
{
    const struct discovery *discovery = context;
    return made_set_kind(&discovery->made, path, length);
}

/* The kernel's clock for file times, in the file system's terms. */
static int64_t file_time_now(const struct discovery *discovery)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return now.tv_sec * 1000000000 + now.tv_nsec + discovery->options.clock.offset_ns;
}

static void prepare(struct discovery *discovery, struct lens *lens)
{
    if (lens->resolver)
        return;
    if (!discovery->resolving_since_ns)
        discovery->resolving_since_ns = file_time_now(discovery);
    const struct resolver_files files = {kind_of, discovery, discovery->tree,
                                         discovery->made.paths.count ? made_kind : NULL};
    lens->resolver = resolver_create(&lens->resolve, &files);
    resolver_prepare(lens->resolver, tell, discovery);
}

void resolve_tell_late(struct discovery *discovery)
{
    for (uint32_t i = 0; i < discovery->lenses.count; i++) {
        if (discovery->lenses.lenses[i].resolver)
            resolver_each_late_notice(discovery->lenses.lenses[i].resolver, tell, discovery);
    }
}

static void ask_range(void *context, uint32_t begin, uint32_t end, uint32_t worker)
{
    struct asking *asking = context;
    struct discovery *discovery = asking->discovery;
    struct buf path = {0};
    for (uint32_t i = begin; i < end; i++) {
        struct question question = asking->questions.data[i];
        const struct fact_import *import = &discovery->facts.imports.data[question.import];
        const struct module *module = &discovery->now.modules.data[question.module];
        buf_clear(&path);
        enum resolution resolution = resolver_resolve(
            discovery->lenses.lenses[module->lens].resolver, discovery->paths.data + module->path,
            facts_text(&discovery->facts, import->specifier), import->kind, &path);
        discovery->resolved.data[question.import] = (struct module_import){resolution, MODULE_NONE};
        if (resolution != RESOLUTION_FILE)
            continue;
        struct buf *paths = &asking->paths[worker];
        asking->answers[i] =
            (struct answer){worker, (uint32_t)paths->length, (uint32_t)path.length};
        buf_append(paths, buf_cstr(&path), path.length + 1);
    }
    buf_free(&path);
}

/* A module's imports become questions; a computed one has no answer. */
static void put_questions(struct asking *asking, module_id id)
{
    struct discovery *discovery = asking->discovery;
    const struct module *module = &discovery->now.modules.data[id];
    for (uint32_t i = 0; i < module->imports_count; i++) {
        uint32_t import = module->imports_begin + i;
        if (discovery->facts.imports.data[import].kind == IMPORT_COMPUTED) {
            discovery->resolved.data[import] =
                (struct module_import){RESOLUTION_UNRESOLVED, MODULE_NONE};
        } else {
            prepare(discovery, &discovery->lenses.lenses[module->lens]);
            vec_push(&asking->questions, ((struct question){id, import}));
        }
    }
}

/* ---- targets ------------------------------------------------------------------------------- */

/* From ids of the old generation to ids of this one. */
static void translate(struct pass *pass, struct asking *asking, module_id id)
{
    struct discovery *discovery = pass->discovery;
    const struct module *module = &discovery->now.modules.data[id];
    for (uint32_t i = 0; i < module->imports_count; i++) {
        uint32_t import = module->imports_begin + i;
        struct module_import *resolved = &discovery->resolved.data[import];
        if (resolved->resolution != RESOLUTION_FILE)
            continue;
        module_id target = pass->new_of[resolved->target];
        if (target == MODULE_NONE)
            vec_push(&asking->wanted,
                     ((struct wanted){NULL, resolved->target, module->lens, import}));
        else if (target != resolved->target)
            resolved->target = target; /* otherwise the page stays the cache's */
    }
}

static void take_answers(struct asking *asking)
{
    struct discovery *discovery = asking->discovery;
    for (uint32_t i = 0; i < asking->questions.count; i++) {
        struct question question = asking->questions.data[i];
        struct module_import *resolved = &discovery->resolved.data[question.import];
        if (resolved->resolution != RESOLUTION_FILE)
            continue;
        struct answer answer = asking->answers[i];
        const char *path = asking->paths[answer.worker].data + answer.offset;
        uint32_t lens = discovery->now.modules.data[question.module].lens;
        resolved->target =
            generation_find(&discovery->now, discovery->paths.data, path, answer.length, lens);
        if (resolved->target == MODULE_NONE)
            vec_push(&asking->wanted, ((struct wanted){path, MODULE_NONE, lens, question.import}));
    }
}

static int by_path_and_lens(const void *a, const void *b)
{
    const struct wanted *one = a, *other = b;
    int order = strcmp(one->path, other->path);
    return order ? order : (one->lens > other->lens) - (one->lens < other->lens);
}

/* Makes room for all paths that may be added, so that those known already stay where they are. */
static void settle_paths(struct pass *pass, struct asking *asking)
{
    struct discovery *discovery = pass->discovery;
    size_t bytes = 0;
    for (uint32_t i = 0; i < asking->wanted.count; i++) {
        const char *path = asking->wanted.data[i].path;
        bytes += path ? strlen(path) + 1 : 0;
    }
    vec_reserve(&discovery->paths, bytes);
    for (uint32_t i = 0; i < asking->wanted.count; i++) {
        struct wanted *wanted = &asking->wanted.data[i];
        if (!wanted->path)
            wanted->path = discovery->paths.data + pass->old->modules.data[wanted->old].path;
    }
}

/* Adds what is wanted, each path and lens once, sorted; and says so to who wants it. */
static void add_wanted(struct pass *pass, struct asking *asking)
{
    if (!asking->wanted.count)
        return;
    struct wanted *wanted = asking->wanted.data;
    settle_paths(pass, asking);
    qsort(wanted, asking->wanted.count, sizeof *wanted, by_path_and_lens);
    for (uint32_t i = 0; i < asking->wanted.count; i++)
        pass->discovery->resolved.data[wanted[i].import].target =
            pass_add_module(pass, wanted[i].path, strlen(wanted[i].path), wanted[i].lens, 0);
}

void resolve_modules(struct pass *pass, const module_id *ids, uint32_t count)
{
    struct discovery *discovery = pass->discovery;
    struct jig_pool *pool = discovery->options.pool;
    uint32_t workers = jig_pool_threads(pool);
    uint64_t start_ns = clock_monotonic_ns();
    struct asking asking = {.discovery = discovery};
    for (uint32_t i = 0; i < count; i++) {
        if (pass->ask.data[ids[i]] || pass->resolve_anew[discovery->now.modules.data[ids[i]].lens])
            put_questions(&asking, ids[i]);
        else if (pass->old)
            translate(pass, &asking, ids[i]);
    }
    if (asking.questions.count) {
        asking.answers = mem_array(asking.questions.count, sizeof *asking.answers);
        asking.paths = mem_array(workers, sizeof *asking.paths);
        jig_pool_for(pool, asking.questions.count, GRAIN, ask_range, &asking);
        take_answers(&asking);
        discovery->counts.resolved += asking.questions.count;
        discovery->dirty = true;
        pass->imports_changed = true;
    }
    add_wanted(pass, &asking);
    for (uint32_t w = 0; asking.paths && w < workers; w++)
        buf_free(&asking.paths[w]);
    free(asking.paths);
    free(asking.answers);
    vec_free(&asking.questions);
    vec_free(&asking.wanted);
    discovery->counts.resolve_ns += clock_monotonic_ns() - start_ns;
}
