#include "tools/jig/choice.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char dots[] = "...";
static const char special[] = "*?[]{}\\";

/* ---- one pattern ------------------------------------------------------------------------- */

/* A pattern taken apart: `!`, `...`, a glob, `...`. */
struct pattern {
    bool negated;
    bool importers; /* `...` before it */
    bool imports;   /* `...` after it */
    const char *glob;
    size_t length;
};

static struct pattern take_apart(const char *text)
{
    enum { DOTS = sizeof dots - 1 };
    struct pattern pattern = {.glob = text};
    pattern.negated = *text == '!';
    pattern.glob += pattern.negated;
    pattern.importers = strncmp(pattern.glob, dots, DOTS) == 0;
    pattern.glob += pattern.importers ? DOTS : 0;
    pattern.length = strlen(pattern.glob);
    pattern.imports =
        pattern.length >= DOTS && strcmp(pattern.glob + pattern.length - DOTS, dots) == 0;
    pattern.length -= pattern.imports ? DOTS : 0;
    return pattern;
}

/* Appends a path so that a glob matches it and nothing else. */
static void append_escaped(struct buf *out, const char *path)
{
    for (; *path; path++) {
        if (strchr(special, *path))
            buf_append_char(out, '\\');
        buf_append_char(out, *path);
    }
}

/* Whether a path as place_spell makes it leads out of the root. */
static bool is_outside(const char *path)
{
    return *path == '/' || strcmp(path, "..") == 0 || strncmp(path, "../", 3) == 0;
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Appends the folder `path`, as place_spell makes it, and a slash; nothing for the root. */
static void append_folder(struct buf *out, const char *path)
{
    if (strcmp(path, ".") == 0)
        return;
    append_escaped(out, path);
    buf_append_char(out, '/');
}

/*
 * Appends a glob typed where the user stands as one from the root. The `./` and `../` that it
 * begins with are steps from there; all else may be any pattern and is left alone. False when it
 * leads out of the root.
 */
static bool append_glob(const struct place *place, const char *glob, struct buf *out)
{
    size_t root = strlen(place->root);
    if (strncmp(glob, place->root, root) == 0 && glob[root] == '/') {
        buf_append_str(out, glob + root + 1);
        return true;
    }
    if (*glob == '/')
        return false;
    size_t steps = 0;
    while (strncmp(glob + steps, "./", 2) == 0 || strncmp(glob + steps, "../", 3) == 0)
        steps += glob[steps + 1] == '/' ? 2 : 3;
    struct buf start = {0}, folder = {0};
    buf_append(&start, glob, steps);
    place_spell(place, steps ? start.data : ".", &folder);
    bool inside = !is_outside(folder.data);
    append_folder(out, folder.data);
    buf_append_str(out, glob + steps);
    buf_free(&start);
    buf_free(&folder);
    return inside;
}

enum jig_status choice_spell(const struct place *place, const char *text, struct buf *out,
                             struct jig_error *error)
{
    struct pattern pattern = take_apart(text);
    if (!pattern.length)
        return jig_fail(error, JIG_ERROR_USAGE, "'%s' is no pattern: expected a path or a glob",
                        text);
    char *glob = mem_strndup(pattern.glob, pattern.length);
    struct buf path = {0};
    place_spell(place, glob, &path);
    buf_append_str(out, pattern.negated ? "!" : "");
    buf_append_str(out, pattern.importers ? dots : "");
    bool inside = true;
    if (!is_folder(path.data)) {
        inside = append_glob(place, glob, out);
    } else {
        inside = !is_outside(path.data);
        append_folder(out, path.data);
        buf_append_str(out, "**");
    }
    buf_append_str(out, pattern.imports ? dots : "");
    buf_free(&path);
    free(glob);
    return inside ? JIG_OK
                  : jig_fail(error, JIG_ERROR_USAGE, "'%s' leads out of the root, '%s'", text,
                             place->root);
}

/* ---- a request --------------------------------------------------------------------------- */

static enum jig_status add_filter(struct choice *choice, const struct place *place,
                                  const char *text, struct jig_error *error)
{
    struct buf spelt = {0};
    enum jig_status status = choice_spell(place, text, &spelt, error);
    if (status)
        buf_free(&spelt);
    else
        vec_push(&choice->filters, spelt.data);
    return status;
}

/*
 * What is typed as a target may be a file that some job makes, which only the session knows; but
 * not what is written as a pattern, unless such a file is there, or what is a folder.
 */
static bool is_filter(const struct place *place, const char *text)
{
    struct stat st;
    struct pattern pattern = take_apart(text);
    struct buf path = {0};
    place_spell(place, text, &path);
    bool there = lstat(path.data, &st) == 0;
    bool folder = is_folder(path.data);
    buf_free(&path);
    if (there)
        return folder;
    return pattern.negated || pattern.importers || pattern.imports || strpbrk(text, special);
}

static enum jig_status add_target(struct choice *choice, const struct place *place,
                                  const char *text, struct jig_error *error)
{
    if (!*text || is_filter(place, text))
        return add_filter(choice, place, text, error);
    struct buf path = {0};
    place_spell(place, text, &path);
    vec_push(&choice->targets, path.data);
    return JIG_OK;
}

/* A request that says nothing else is about the package that the user stands in. */
static void add_package(struct choice *choice, const struct place *place)
{
    struct buf filter = {0};
    append_escaped(&filter, place->package);
    buf_append_str(&filter, "/**");
    vec_push(&choice->filters, filter.data);
    choice->of_package = true;
}

enum jig_status choice_make(struct choice *choice, const struct place *place,
                            const struct build_request *request, struct jig_error *error)
{
    enum jig_status status = JIG_OK;
    for (int i = 0; !status && i < request->target_count; i++)
        status = add_target(choice, place, request->targets[i], error);
    for (uint32_t i = 0; !status && i < request->filters.count; i++)
        status = add_filter(choice, place, request->filters.data[i], error);
    if (!request->target_count && !request->filters.count && *place->package)
        add_package(choice, place);
    if (!status && request->affected)
        status = affected_find(&choice->affected, request->affected, error);
    choice->only_affected = request->affected != NULL;
    return status;
}

enum jig_status choice_renew(struct choice *choice, const struct build_request *request,
                             struct jig_error *error)
{
    struct affected now = {0};
    if (!request->affected)
        return JIG_OK;
    enum jig_status status = affected_find(&now, request->affected, error);
    if (status) {
        affected_free(&now);
        return status;
    }
    affected_free(&choice->affected);
    choice->affected = now;
    return JIG_OK;
}

void choice_free(struct choice *choice)
{
    for (uint32_t i = 0; i < choice->filters.count; i++)
        free(choice->filters.data[i]);
    vec_free(&choice->filters);
    for (uint32_t i = 0; i < choice->targets.count; i++)
        free(choice->targets.data[i]);
    vec_free(&choice->targets);
    affected_free(&choice->affected);
}

/* ---- a choice and the graph -------------------------------------------------------------- */

static bool is_in_folder(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && path[length] == '/';
}

static bool has_jobs(const struct graph *graph, const char *package)
{
    for (job_id id = 0; id < graph->jobs.count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        const file_id *edges = graph_outputs(graph, job);
        /* Outputs and the source, which is the first input. */
        for (uint32_t i = 0; job->pipeline && i < job->out_count + (job->in_count > 0); i++) {
            if (is_in_folder(graph_path(graph, edges[i]), package))
                return true;
        }
    }
    return false;
}

bool choice_fit(struct choice *choice, const struct place *place, const struct graph *graph)
{
    bool before = choice->nothing;
    /* Without a graph nothing can be told, and nothing will be built. */
    if (choice->of_package && graph)
        choice->nothing = !has_jobs(graph, place->package);
    return choice->nothing != before;
}
