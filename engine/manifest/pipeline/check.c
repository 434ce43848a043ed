/*
 * What spans pipelines and files: names that are given twice, what `collect` and `pool` refer to,
 * and circles. Makes the config's arrays of the drafts.
 */
#include "engine/discovery/walk/glob.h"
#include "engine/manifest/pipeline/reader.h"

#include <stdlib.h>

enum { MAX_COLLECTED = 1 << 20 }; /* by all pipelines together */

struct checker {
    struct reader *reader;
    struct config_pipeline *pipelines; /* the config's */
    uint32_t count;
    uint32_t *by_name;   /* pipelines, sorted by full name, then by order */
    uint32_t file_pools; /* pools that files declare */
    uint32_t collected;
};

/* Problems from here on are told in the file of this draft. */
static struct draft *enter(struct checker *checker, uint32_t index)
{
    struct draft *draft = &checker->reader->drafts.data[index];
    checker->reader->file = draft->file;
    return draft;
}

static const struct yaml_value *name_place(const struct draft *draft)
{
    return draft->keys.name ? draft->keys.name : draft->self;
}

/* ---- names ----------------------------------------------------------------------------------- */

static int compare_names(const void *a, const void *b, void *context)
{
    const struct config_pipeline *pipelines = context;
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    int order = strcmp(pipelines[left].name, pipelines[right].name);
    return order ? order : (left > right) - (left < right);
}

static void check_names(struct checker *checker)
{
    for (uint32_t i = 0; i < checker->count; i++)
        checker->by_name[i] = i;
    qsort_r(checker->by_name, checker->count, sizeof *checker->by_name, compare_names,
            checker->pipelines);
    for (uint32_t i = 1; i < checker->count; i++) {
        const struct config_pipeline *first = &checker->pipelines[checker->by_name[i - 1]];
        const struct config_pipeline *second = &checker->pipelines[checker->by_name[i]];
        if (!*first->name || strcmp(first->name, second->name) != 0)
            continue;
        const struct draft *draft = enter(checker, checker->by_name[i]);
        wrong(checker->reader, name_place(draft), "",
              "a second pipeline with the name '%s'; the other is at %s:%u", second->name,
              first->file, first->line);
    }
}

/* The first pipeline with a full name, or `count`. */
static uint32_t find_name(const struct checker *checker, const char *name)
{
    uint32_t low = 0, high = checker->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(checker->pipelines[checker->by_name[middle]].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < checker->count && strcmp(checker->pipelines[checker->by_name[low]].name, name) == 0)
        return checker->by_name[low];
    return checker->count;
}

/* ---- pools ----------------------------------------------------------------------------------- */

static int compare_pools(const void *a, const void *b)
{
    const struct pool_draft *left = a, *right = b;
    int order = strcmp(left->pool.name, right->pool.name);
    return order ? order : (left->order > right->order) - (left->order < right->order);
}

static void add_pool(struct config *config, struct config_pool pool)
{
    config->pools[config->pool_count++] = pool;
}

static void merge_pools(struct reader *reader)
{
    struct config *config = reader->config;
    struct pool_draft *drafts = reader->pools.data;
    uint32_t count = reader->pools.count;
    config->pools = arena_alloc(&config->arena, (count + 1) * sizeof *config->pools);
    if (!drafts)
        return;
    qsort(drafts, count, sizeof *drafts, compare_pools);
    for (uint32_t i = 0; i < count; i++) {
        const struct pool_draft *draft = &drafts[i];
        const struct pool_draft *before = i > 0 ? draft - 1 : NULL;
        if (!before || strcmp(before->pool.name, draft->pool.name) != 0) {
            add_pool(config, draft->pool);
        } else if (before->pool.depth != draft->pool.depth) {
            reader->file = draft->file;
            wrong(reader, draft->name, "", "the pool '%s' has depth %u here and %u at %s:%u",
                  draft->pool.name, draft->pool.depth, before->pool.depth, before->file->path,
                  before->name->line);
        }
    }
}

static int compare_pool_name(const void *name, const void *pool)
{
    return strcmp(name, ((const struct config_pool *)pool)->name);
}

/* The index of a pool of the files, which are sorted; `console`, once somebody asked, is behind
 * them. CONFIG_NO_POOL when there is none. */
static uint32_t find_pool(const struct checker *checker, const char *name)
{
    struct config *config = checker->reader->config;
    const struct config_pool *pool =
        bsearch(name, config->pools, checker->file_pools, sizeof *config->pools, compare_pool_name);
    if (pool)
        return (uint32_t)(pool - config->pools);
    if (strcmp(name, "console") != 0)
        return CONFIG_NO_POOL;
    if (config->pool_count == checker->file_pools)
        add_pool(config, (struct config_pool){"console", 1}); /* merge_pools left room */
    return checker->file_pools;
}

static void tell_unknown_pool(struct reader *reader, const struct yaml_value *value,
                              const char *name)
{
    const struct config *config = reader->config;
    if (problem_is_too_many(&reader->problems))
        return;
    const char **names = mem_array(config->pool_count + 2, sizeof *names);
    names[0] = "console";
    for (uint32_t i = 0; i < config->pool_count; i++)
        names[i + 1] = config->pools[i].name;
    const char *nearest = nearest_word(name, names);
    wrong(reader, value, "give its depth under `pools` at the top level of a jig.yaml",
          "there is no pool '%.80s'%s%s%s", name, nearest ? "; did you mean '" : "",
          nearest ? nearest : "", nearest ? "'?" : "");
    free(names);
}

static void look_up_pool(struct checker *checker, uint32_t index)
{
    struct reader *reader = checker->reader;
    const struct draft *draft = enter(checker, index);
    const char *name = draft->keys.pool ? read_text(reader, draft->keys.pool, "pool") : NULL;
    if (!name)
        return;
    uint32_t pool = find_pool(checker, name);
    if (pool == CONFIG_NO_POOL)
        tell_unknown_pool(reader, draft->keys.pool, name);
    checker->pipelines[index].pool = pool;
}

/* ---- collect --------------------------------------------------------------------------------- */

/* What a collect names so far: pipelines by index, each once. */
struct selection {
    VEC(uint32_t) chosen;
    bool *is_chosen;
};

static void choose(struct selection *selection, uint32_t index)
{
    if (selection->is_chosen[index])
        return;
    selection->is_chosen[index] = true;
    vec_push(&selection->chosen, index);
}

/* Chooses the pipelines `name` of all packages that match `pattern`. Whether there was one; also
 * true after a problem. */
static bool choose_matching(struct checker *checker, const struct yaml_value *item,
                            const char *pattern, const char *name, struct selection *selection)
{
    struct glob *glob = NULL;
    struct jig_error error;
    if (glob_compile(pattern, &glob, &error) != JIG_OK) {
        wrong(checker->reader, item, error.advice, "`collect`: %s", error.message);
        return true;
    }
    bool found = false;
    for (uint32_t i = 0; i < checker->count; i++) {
        const struct config_pipeline *pipeline = &checker->pipelines[i];
        size_t package = strlen(pipeline->package);
        if (!*pipeline->name || strcmp(pipeline->name + package + (package > 0), name) != 0)
            continue;
        if (!glob_match(glob, pipeline->package, package) && strcmp(pattern, "**") != 0)
            continue;
        choose(selection, i);
        found = true;
    }
    glob_destroy(glob);
    return found;
}

/* NAME in the same package, #NAME in the root, PACKAGE#NAME with a pattern for PACKAGE. Whether
 * that names a pipeline; also true after a problem. */
static bool choose_item(struct checker *checker, const struct draft *draft,
                        const struct yaml_value *item, const char *text,
                        struct selection *selection)
{
    const char *hash = strrchr(text, '#');
    if (hash && hash > text) {
        const char *pattern = arena_strndup(&checker->reader->arena, text, (size_t)(hash - text));
        return choose_matching(checker, item, pattern, hash + 1, selection);
    }
    struct buf name = {0};
    if (!hash && *draft->pipeline.package)
        buf_printf(&name, "%s#", draft->pipeline.package);
    buf_append_str(&name, hash ? hash + 1 : text);
    uint32_t index = find_name(checker, name.data);
    buf_free(&name);
    if (index == checker->count)
        return false;
    choose(selection, index);
    return true;
}

static void tell_unknown_pipeline(struct checker *checker, const struct yaml_value *item,
                                  const char *text)
{
    if (problem_is_too_many(&checker->reader->problems))
        return;
    const char **names = mem_array(checker->count + 1, sizeof *names);
    uint32_t count = 0;
    for (uint32_t i = 0; i < checker->count; i++) {
        if (*checker->pipelines[i].name)
            names[count++] = checker->pipelines[i].name;
    }
    const char *nearest = nearest_word(text + (text[0] == '#'), names);
    wrong(checker->reader, item,
          "write NAME for one of this package, #NAME for one of the root, PACKAGE#NAME for one of "
          "another; PACKAGE may be a pattern",
          "`collect` names no pipeline: '%.80s'%s%s%s", text, nearest ? "; did you mean '" : "",
          nearest ? nearest : "", nearest ? "'?" : "");
    free(names);
}

static void look_up_collect(struct checker *checker, uint32_t index)
{
    struct reader *reader = checker->reader;
    const struct draft *draft = enter(checker, index);
    const struct yaml_value *collect = draft->keys.collect;
    if (!collect || checker->collected > MAX_COLLECTED)
        return;
    struct selection selection = {.is_chosen = mem_array(checker->count, sizeof(bool))};
    for (uint32_t i = 0; i < list_count(collect); i++) {
        const struct yaml_value *item = list_item(collect, i);
        const char *text = read_text(reader, item, "collect");
        if (text && !choose_item(checker, draft, item, text, &selection))
            tell_unknown_pipeline(checker, item, text);
    }
    uint32_t count = selection.chosen.count;
    checker->collected += count;
    if (checker->collected > MAX_COLLECTED) {
        wrong(reader, collect, "", "more than a million collected pipelines");
        count = 0;
    }
    struct config_pipeline *pipeline = &checker->pipelines[index];
    pipeline->collects = arena_alloc(&reader->config->arena, (count + 1) * sizeof(uint32_t));
    pipeline->collects_count = count;
    if (count)
        memcpy(pipeline->collects, selection.chosen.data, count * sizeof(uint32_t));
    vec_free(&selection.chosen);
    free(selection.is_chosen);
}

/* ---- circles --------------------------------------------------------------------------------- */

enum mark { UNSEEN, ON_PATH, DONE };

/* A pipeline on the path from where the search began, and which of its collects is next. */
struct step {
    uint32_t pipeline, next;
};

static void tell_circle(struct checker *checker, const struct step *path, uint32_t length,
                        uint32_t again)
{
    struct buf names = {0};
    bool in_circle = false;
    for (uint32_t i = 0; i < length && names.length < 1000; i++) {
        in_circle = in_circle || path[i].pipeline == again;
        if (in_circle)
            buf_printf(&names, "%s → ", checker->pipelines[path[i].pipeline].name);
    }
    const struct draft *draft = enter(checker, again);
    wrong(checker->reader, draft->keys.collect, "", "`collect` leads in a circle: %s%s", names.data,
          checker->pipelines[again].name);
    buf_free(&names);
}

/* Depth-first from `start`, without recursion: a chain may be as long as there are pipelines. */
static void search(struct checker *checker, uint32_t start, uint8_t *marks, struct step *path)
{
    uint32_t length = 1;
    path[0] = (struct step){start, 0};
    marks[start] = ON_PATH;
    while (length > 0) {
        struct step *step = &path[length - 1];
        const struct config_pipeline *pipeline = &checker->pipelines[step->pipeline];
        if (step->next == pipeline->collects_count) {
            marks[step->pipeline] = DONE;
            length--;
            continue;
        }
        uint32_t target = pipeline->collects[step->next++];
        if (marks[target] == ON_PATH) {
            tell_circle(checker, path, length, target);
        } else if (marks[target] == UNSEEN) {
            marks[target] = ON_PATH;
            path[length++] = (struct step){target, 0};
        }
    }
}

static void check_circles(struct checker *checker)
{
    uint8_t *marks = mem_array(checker->count, sizeof *marks);
    struct step *path = mem_array(checker->count, sizeof *path);
    for (uint32_t i = 0; i < checker->count; i++) {
        if (marks[i] == UNSEEN)
            search(checker, i, marks, path);
    }
    free(marks);
    free(path);
}

/* ---------------------------------------------------------------------------------------------- */

void check_all(struct reader *reader)
{
    struct config *config = reader->config;
    uint32_t count = reader->drafts.count;
    merge_pools(reader);
    if (count == 0)
        return;
    config->pipelines = arena_alloc(&config->arena, count * sizeof *config->pipelines);
    config->pipeline_count = count;
    for (uint32_t i = 0; i < count; i++)
        config->pipelines[i] = reader->drafts.data[i].pipeline;

    struct checker checker = {.reader = reader,
                              .pipelines = config->pipelines,
                              .count = count,
                              .file_pools = config->pool_count};
    checker.by_name = mem_array(count, sizeof *checker.by_name);
    check_names(&checker);
    for (uint32_t i = 0; i < count; i++) {
        look_up_pool(&checker, i);
        look_up_collect(&checker, i);
    }
    check_circles(&checker);
    free(checker.by_name);
}
