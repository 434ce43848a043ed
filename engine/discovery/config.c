/*
 * Files that resolving depended on: as long as they hold what they did, and the tree is what it
 * was, an import that reads the same leads to the same file.
 */
#include "engine/discovery/internal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { GRAIN = 64 };

struct look {
    struct discovery *discovery;
    uint32_t begin;                    /* the first record to look at */
    struct fingerprint_counts *counts; /* [worker] */
    bool *changed;                     /* [worker] */
};

static void look_range(void *context, uint32_t begin, uint32_t end, uint32_t worker)
{
    struct look *look = context;
    struct discovery *discovery = look->discovery;
    for (uint32_t i = look->begin + begin; i < look->begin + end; i++) {
        struct config_record *config = &discovery->configs.data[i];
        const struct file_record before = config->record;
        fingerprint_file(AT_FDCWD, discovery->paths.data + config->path, discovery->options.clock,
                         discovery->environment.data->tick, &config->record, &look->counts[worker]);
        look->changed[worker] |= !(before.flags & config->record.flags & FILE_KNOWN) ||
                                 !digest_equal(before.digest, config->record.digest);
    }
}

/* Fingerprints the records from `begin` on. Whether one is not what it was. */
static bool look_from(struct discovery *discovery, uint32_t begin)
{
    uint32_t workers = jig_pool_threads(discovery->options.pool);
    struct look look = {discovery, begin, mem_array(workers, sizeof *look.counts),
                        mem_array(workers, sizeof *look.changed)};
    jig_pool_for(discovery->options.pool, discovery->configs.count - begin, GRAIN, look_range,
                 &look);
    bool changed = false;
    for (uint32_t w = 0; w < workers; w++) {
        discovery_add_counts(discovery, &look.counts[w]);
        changed |= look.changed[w];
        discovery->dirty |= look.counts[w].misses > 0;
    }
    free(look.counts);
    free(look.changed);
    return changed;
}

bool configs_stand(struct discovery *discovery)
{
    return !look_from(discovery, 0);
}

/* ---- collecting ---------------------------------------------------------------------------- */

struct names {
    VEC(const char *) list;
    struct arena arena;
};

static void collect_name(void *context, const char *path, size_t length)
{
    struct names *names = context;
    vec_push(&names->list, arena_strndup(&names->arena, path, length));
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort(struct names *names)
{
    if (names->list.count)
        qsort(names->list.data, names->list.count, sizeof *names->list.data, by_text);
}

static bool contains(const struct names *names, const char *name)
{
    return names->list.count &&
           bsearch(&name, names->list.data, names->list.count, sizeof *names->list.data, by_text);
}

static void free_names(struct names *names)
{
    vec_free(&names->list);
    arena_free(&names->arena);
}

static struct names known_names(const struct discovery *discovery)
{
    struct names known = {0};
    for (uint32_t i = 0; i < discovery->configs.count; i++)
        vec_push(&known.list, discovery->paths.data + discovery->configs.data[i].path);
    sort(&known);
    return known;
}

bool configs_contain(const struct discovery *discovery, const char *const *paths, uint32_t count)
{
    struct names known = known_names(discovery);
    bool found = false;
    for (uint32_t i = 0; i < count && !found; i++)
        found = contains(&known, paths[i]);
    free_names(&known);
    return found;
}

/* The names of `found` that have no record yet get one, each once. */
static void add_unknown(struct discovery *discovery, const struct names *found)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < found->list.count; i++)
        bytes += strlen(found->list.data[i]) + 1;
    vec_reserve(&discovery->paths, bytes); /* so that the known ones stay where they are */
    struct names known = known_names(discovery);
    for (uint32_t i = 0; i < found->list.count; i++) {
        const char *name = found->list.data[i];
        if ((i > 0 && strcmp(name, found->list.data[i - 1]) == 0) || contains(&known, name))
            continue;
        uint32_t path = paths_add(discovery, name, strlen(name));
        vec_push(&discovery->configs, ((struct config_record){.path = path}));
    }
    free_names(&known);
}

/*
 * The resolvers read these files some time ago. One that may have changed since is not known to be
 * what they saw: its record stays empty, so that the next scan resolves everything again.
 */
static void distrust_young(struct discovery *discovery, uint32_t begin)
{
    for (uint32_t i = begin; i < discovery->configs.count; i++) {
        struct file_record *record = &discovery->configs.data[i].record;
        if (!(record->flags & FILE_MISSING) && record->ctime_ns >= discovery->resolving_since_ns)
            *record = (struct file_record){0};
    }
}

void configs_collect(struct discovery *discovery)
{
    struct names found = {0};
    for (uint32_t i = 0; i < discovery->lenses.count; i++) {
        const struct resolver *resolver = discovery->lenses.lenses[i].resolver;
        if (resolver)
            resolver_each_config(resolver, collect_name, &found);
    }
    sort(&found);
    uint32_t begin = discovery->configs.count;
    add_unknown(discovery, &found);
    look_from(discovery, begin);
    distrust_young(discovery, begin);
    free_names(&found);
}

/* ---- one of them ------------------------------------------------------------------------------
 */

static bool any_lens_has_configs(const struct discovery *discovery)
{
    bool any = false;
    for (uint32_t i = 0; i < discovery->lenses.count && !any; i++)
        any = discovery->lenses.lenses[i].kind == SCANNER_TYPESCRIPT;
    return any;
}

bool discovery_config_changed(const struct discovery *discovery, const char *path)
{
    for (uint32_t i = 0; i < discovery->configs.count; i++) {
        const struct config_record *config = &discovery->configs.data[i];
        if (strcmp(discovery->paths.data + config->path, path) != 0)
            continue;
        struct file_record now = config->record;
        struct fingerprint_counts counts = {0};
        int errnum = fingerprint_file(AT_FDCWD, path, discovery->options.clock,
                                      discovery->environment.data->tick, &now, &counts);
        return errnum || !(config->record.flags & FILE_KNOWN) ||
               !digest_equal(now.digest, config->record.digest);
    }
    return any_lens_has_configs(discovery) && access(path, F_OK) == 0;
}
