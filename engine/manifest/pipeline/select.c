#include "engine/manifest/pipeline/select.h"

#include "engine/discovery/walk/glob.h"

#include <stdlib.h>

/* One pipeline's patterns, and which files it has already. */
struct matcher {
    struct glob **sources;
    struct glob **exclude;
    VEC(uint8_t) has; /* [file_id] */
};

struct selector {
    const struct config *config;
    struct graph *graph;
    struct matcher *matchers; /* [pipeline] */
    struct selection selection;
    VEC(file_id) pending; /* outputs that have not been offered to the pipelines yet */
    struct buf path;      /* scratch */
    enum jig_status status;
    struct jig_error error;
};

/* ---- errors --------------------------------------------------------------------------------- */

/* Keeps the first problem, with the place of the pipeline that has it. */
#define REFUSE(selector, pipeline_index, hint, ...)                                                \
    do {                                                                                           \
        if ((selector)->status)                                                                    \
            break;                                                                                 \
        (selector)->status = jig_fail(&(selector)->error, JIG_ERROR_MANIFEST, __VA_ARGS__);        \
        place(selector, pipeline_index, hint);                                                     \
    } while (0)

static void place(struct selector *selector, uint32_t index, const char *hint)
{
    const struct config_pipeline *pipeline = &selector->config->pipelines[index];
    struct jig_error *error = &selector->error;
    strncpy(error->file, pipeline->file, sizeof error->file - 1);
    error->line = pipeline->line;
    strncpy(error->advice, hint, sizeof error->advice - 1);
}

/* ---- making and freeing ------------------------------------------------------------------- */

static enum jig_status compile(struct selector *selector, uint32_t index,
                               const struct string_list *patterns, struct glob ***out)
{
    *out = mem_array(patterns->count + 1, sizeof **out); /* ended by NULL */
    for (uint32_t i = 0; i < patterns->count; i++) {
        struct jig_error why;
        if (glob_compile(patterns->data[i], &(*out)[i], &why))
            REFUSE(selector, index, "", "pipeline '%s': pattern '%s': %s",
                   selector->config->pipelines[index].name, patterns->data[i], why.message);
    }
    return selector->status;
}

static void add_output(struct selector *selector, uint32_t index, uint32_t output,
                       const char *source);

enum jig_status selector_create(const struct config *config, struct graph *graph,
                                struct selector **out, struct jig_error *error)
{
    enum { TOO_MANY_PIPELINES = 4096 };
    uint32_t count = config->pipeline_count;
    *out = NULL;
    if (count > TOO_MANY_PIPELINES)
        return jig_fail(error, JIG_ERROR_LIMIT, "there are %u pipelines, the limit is %d", count,
                        TOO_MANY_PIPELINES);
    struct selector *selector = mem_zalloc(sizeof *selector);
    selector->config = config;
    selector->graph = graph;
    selector->matchers = mem_array(count, sizeof *selector->matchers);
    selector->selection.feeds = mem_array(count, count);
    selector->selection.pipelines = mem_array(count, sizeof *selector->selection.pipelines);
    for (uint32_t i = 0; i < count; i++) {
        const struct config_pipeline *pipeline = &config->pipelines[i];
        compile(selector, i, &pipeline->sources, &selector->matchers[i].sources);
        compile(selector, i, &pipeline->exclude, &selector->matchers[i].exclude);
        for (uint32_t c = 0; c < pipeline->collects_count; c++)
            selector->selection.feeds[pipeline->collects[c] * count + i] = 1;
    }
    for (uint32_t i = 0; graph && i < count && !selector->status; i++) {
        const struct config_pipeline *pipeline = &config->pipelines[i];
        for (uint32_t o = 0; pipeline->collects && o < pipeline->outputs.count; o++)
            add_output(selector, i, o, NULL);
    }
    *out = selector;
    if (selector->status) {
        if (error)
            *error = selector->error;
        enum jig_status status = selector->status;
        selector_destroy(selector);
        *out = NULL;
        return status;
    }
    return JIG_OK;
}

static void free_globs(struct glob **globs)
{
    for (struct glob **glob = globs; glob && *glob; glob++)
        glob_destroy(*glob);
    free(globs);
}

void selection_free(struct selection *selection, const struct config *config)
{
    for (uint32_t i = 0; selection->pipelines && i < config->pipeline_count; i++) {
        vec_free(&selection->pipelines[i].sources);
        vec_free(&selection->pipelines[i].outputs);
    }
    free(selection->pipelines);
    free(selection->feeds);
    vec_free(&selection->makers);
    *selection = (struct selection){0};
}

void selector_destroy(struct selector *selector)
{
    if (!selector)
        return;
    for (uint32_t i = 0; i < selector->config->pipeline_count; i++) {
        free_globs(selector->matchers[i].sources);
        free_globs(selector->matchers[i].exclude);
        vec_free(&selector->matchers[i].has);
    }
    selection_free(&selector->selection, selector->config);
    free(selector->matchers);
    vec_free(&selector->pending);
    buf_free(&selector->path);
    free(selector);
}

/* ---- outputs -------------------------------------------------------------------------------- */

/* Places that are not for outputs: jig's own and git's folders, and what says what is to be done.
 */
static bool is_reserved(const struct config *config, const char *path)
{
    for (const char *part = path; part; part = strchr(part, '/') ? strchr(part, '/') + 1 : NULL) {
        size_t length = strcspn(part, "/");
        if ((length == 4 && memcmp(part, ".git", 4) == 0) || strncmp(part, ".jig", 4) == 0)
            return true;
    }
    for (uint32_t i = 0; i < config->file_count; i++) {
        if (strcmp(config->files[i].path, path) == 0)
            return true;
    }
    return false;
}

static bool escapes(const char *path)
{
    return strncmp(path, "../", 3) == 0 || strcmp(path, "..") == 0 || path[0] == '/' ||
           strcmp(path, ".") == 0;
}

bool selector_allows_output(const struct selector *selector, const char *path)
{
    return !escapes(path) && !is_reserved(selector->config, path);
}

static void fit_makers(struct selection *selection, file_id file)
{
    if (file < selection->makers.count)
        return;
    uint32_t old = selection->makers.count;
    vec_extend(&selection->makers, file + 1 - old);
    memset(selection->makers.data + old, 0xff,
           (selection->makers.count - old) * sizeof *selection->makers.data);
}

static void add_output(struct selector *selector, uint32_t index, uint32_t output,
                       const char *source)
{
    const struct config_pipeline *pipeline = &selector->config->pipelines[index];
    struct selection *selection = &selector->selection;
    buf_clear(&selector->path);
    config_output_path(pipeline, output, source, &selector->path);
    const char *path = selector->path.data;
    if (escapes(path))
        REFUSE(selector, index, "outputs lie below the folder of the root's jig.yaml",
               "pipeline '%s': output '%s' escapes the root", pipeline->name, path);
    else if (is_reserved(selector->config, path))
        REFUSE(selector, index, "choose another path in `outputs`",
               "pipeline '%s': output '%s' is not for pipelines to write", pipeline->name, path);
    file_id file = graph_add_file(selector->graph, path, selector->path.length);
    fit_makers(selection, file);
    uint32_t other = selection->makers.data[file];
    if (other == index)
        REFUSE(selector, index,
               "use {dir} as well as {stem}, or {name}, so that each source has outputs of its own",
               "pipeline '%s' would make '%s' of more than one source", pipeline->name, path);
    else if (other != SELECT_NONE)
        REFUSE(selector, index, "give one of them another `out_root` or other `outputs`",
               "'%s' would be made by pipeline '%s' and by pipeline '%s'", path,
               selector->config->pipelines[other].name, pipeline->name);
    selection->makers.data[file] = index;
    vec_push(&selection->pipelines[index].outputs, file);
    vec_push(&selector->pending, file);
}

/* ---- sources -------------------------------------------------------------------------------- */

static bool matches_any(struct glob *const *globs, const char *path, size_t length)
{
    for (; *globs; globs++) {
        if (glob_match(*globs, path, length))
            return true;
    }
    return false;
}

static bool wants(const struct matcher *matcher, const char *path, size_t length)
{
    return matches_any(matcher->sources, path, length) &&
           !matches_any(matcher->exclude, path, length);
}

bool selector_wants(const struct selector *selector, uint32_t pipeline, const char *path)
{
    return wants(&selector->matchers[pipeline], path, strlen(path));
}

/* Whether what `from` makes finds its way, through other pipelines, to `to`. */
static bool leads_to(const struct selection *selection, uint32_t count, uint32_t from, uint32_t to,
                     uint8_t *seen)
{
    if (from == to)
        return true;
    seen[from] = 1;
    for (uint32_t next = 0; next < count; next++) {
        if (selection->feeds[from * count + next] && !seen[next] &&
            leads_to(selection, count, next, to, seen))
            return true;
    }
    return false;
}

bool selection_feed(const struct selection *selection, const struct config *config, uint32_t maker,
                    uint32_t taker)
{
    uint8_t *known = &selection->feeds[maker * config->pipeline_count + taker];
    if (*known)
        return true;
    uint8_t *seen = mem_array(config->pipeline_count, 1);
    *known = !leads_to(selection, config->pipeline_count, taker, maker, seen);
    free(seen);
    return *known;
}

/* `maker`'s output `path` is a source of `taker`. Refused when that goes round in a circle. */
static void feed(struct selector *selector, uint32_t maker, uint32_t taker, const char *path)
{
    const struct config *config = selector->config;
    if (selection_feed(&selector->selection, config, maker, taker))
        return;
    if (maker == taker)
        REFUSE(selector, taker, "leave it out with `exclude`, or make outputs elsewhere",
               "pipeline '%s': its output '%s' is also one of its sources",
               config->pipelines[taker].name, path);
    else
        REFUSE(selector, taker, "leave it out with `exclude`",
               "pipeline '%s' takes '%s', which is made by '%s' from what '%s' makes",
               config->pipelines[taker].name, path, config->pipelines[maker].name,
               config->pipelines[taker].name);
}

static void add_source(struct selector *selector, uint32_t index, file_id file, const char *path)
{
    const struct config_pipeline *pipeline = &selector->config->pipelines[index];
    struct selected_pipeline *selected = &selector->selection.pipelines[index];
    struct selected_source source = {file, SELECT_NONE, selected->outputs.count};
    vec_push(&selected->sources, source);
    for (uint32_t i = 0; i < pipeline->outputs.count && !selector->status; i++)
        add_output(selector, index, i, path);
}

/* Offers one file to every pipeline; `maker` is SELECT_NONE for a file on the disk. */
static void offer(struct selector *selector, const char *path, size_t length, uint32_t maker)
{
    file_id file = GRAPH_NONE;
    for (uint32_t i = 0; i < selector->config->pipeline_count && !selector->status; i++) {
        struct matcher *matcher = &selector->matchers[i];
        if (!wants(matcher, path, length))
            continue;
        if (file == GRAPH_NONE)
            file = graph_add_file(selector->graph, path, length);
        if (maker != SELECT_NONE)
            feed(selector, maker, i, path);
        if (file >= matcher->has.count)
            vec_extend(&matcher->has, file + 1 - matcher->has.count);
        if (!matcher->has.data[file] && !selector->status)
            add_source(selector, i, file, path);
        matcher->has.data[file] = 1;
    }
}

void selector_offer(struct selector *selector, const char *path, size_t length)
{
    offer(selector, path, length, SELECT_NONE);
}

/* ---- the end -------------------------------------------------------------------------------- */

/* Offers outputs until none is a source of anything new. */
static void drain(struct selector *selector)
{
    struct buf path = {0};
    for (uint32_t i = 0; i < selector->pending.count && !selector->status; i++) {
        file_id file = selector->pending.data[i];
        buf_clear(&path); /* the graph's own text moves while files are added */
        buf_append_str(&path, graph_path(selector->graph, file));
        offer(selector, path.data, path.length, selector->selection.makers.data[file]);
    }
    buf_free(&path);
}

static int by_path(const void *a, const void *b, void *graph)
{
    return strcmp(graph_path(graph, ((const struct selected_source *)a)->file),
                  graph_path(graph, ((const struct selected_source *)b)->file));
}

enum jig_status selector_finish(struct selector *selector, struct selection *selection,
                                struct jig_error *error)
{
    drain(selector);
    for (uint32_t i = 0; i < selector->config->pipeline_count; i++) {
        struct selected_pipeline *selected = &selector->selection.pipelines[i];
        for (uint32_t s = 0; s < selected->sources.count; s++) {
            struct selected_source *source = &selected->sources.data[s];
            source->made_by = selection_maker(&selector->selection, source->file);
        }
        if (selected->sources.count)
            qsort_r(selected->sources.data, selected->sources.count, sizeof *selected->sources.data,
                    by_path, selector->graph);
    }
    *selection = selector->selection;
    selector->selection = (struct selection){0};
    if (selector->status && error)
        *error = selector->error;
    return selector->status;
}
