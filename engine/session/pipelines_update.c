/*
 * An update over pipelines: the tree, the jobs, the modules and the edges follow what changed, in
 * this order, and then the stale jobs are built, round by round.
 */
#include "engine/base/io.h"
#include "engine/base/path.h"
#include "engine/manifest/pipeline/amend.h"
#include "engine/session/internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* How often what was made may make something stale again before we take it that this never ends. */
enum { SETTLING_LIMIT = 16 };

struct following {
    struct build *build;
    struct jig_session *session;
    struct pipelines *pipelines;
    struct graph *graph;
    struct amend *amend;
    VEC(char *) paths;       /* what changed, from the root; owned */
    struct file_list named;  /* files of the graph that are named, or lie in folders that are */
    struct file_list others; /* files of the graph that are no sources */
    char *why;               /* see session_try_update */
    size_t size;
};

static void refuse(struct following *following, const char *why)
{
    if (!following->why[0])
        snprintf(following->why, following->size, "%s", why);
}

/* ---- what changed -------------------------------------------------------------------------------
 */

static bool is_at_or_below(const char *path, const char *folder)
{
    size_t length = strcmp(folder, "/") == 0 ? 0 : strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* The path from the root, if it lies below it; "." if it is a folder around it; else as it is. */
static char *from_root(const char *path)
{
    if (path[0] != '/' && strncmp(path, "..", 2) != 0)
        return mem_strndup(path, strlen(path));
    char *here = getcwd(NULL, 0);
    struct buf text = {0};
    if (here && path[0] != '/')
        buf_printf(&text, "%s/", here);
    buf_append_str(&text, path);
    text.length = path_canonicalize(text.data, text.length);
    const char *result = path;
    if (here && is_at_or_below(here, text.data))
        result = ".";
    else if (here && is_at_or_below(text.data, here))
        result = text.data + strlen(here) + (here[1] != '\0');
    char *copy = mem_strndup(result, strlen(result));
    buf_free(&text);
    free(here);
    return copy;
}

/* Places that are jig's own and git's. */
static bool is_nobodys(const struct jig_session *session, const char *path)
{
    return is_at_or_below(path, session->state_directory) ||
           (is_at_or_below(path, ".git") && strcmp(path, ".git/info/exclude") != 0);
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Whether the file holds something else than when it was read, or is there and was not. */
static bool has_changed(const char *path, const struct digest *before)
{
    struct buf text = {0};
    int errnum = io_read_file(AT_FDCWD, path, &text);
    bool changed = errnum ? before != NULL
                          : !before || !digest_equal(*before, digest_of(text.data, text.length));
    buf_free(&text);
    return changed;
}

static void check_manifest(struct following *following, const char *path)
{
    const struct config *config = &following->pipelines->config;
    const struct digest *before = NULL;
    for (uint32_t i = 0; i < config->file_count; i++) {
        if (strcmp(config->files[i].path, path) == 0)
            before = &config->files[i].digest;
    }
    bool is_one = before || strcmp(name_of(path), following->session->manifest) == 0;
    if (is_one && has_changed(path, before))
        refuse(following, "the manifest changed");
}

/* Files that decide what imports mean. */
static bool decides_imports(const struct following *following, const char *path)
{
    const char *name = name_of(path);
    return discovery_is_config(following->pipelines->discovery, path) ||
           strcmp(name, "package.json") == 0 || strcmp(name, "pnpm-workspace.yaml") == 0 ||
           strncmp(name, "tsconfig", 8) == 0 || strncmp(name, "jsconfig", 8) == 0;
}

static void check_config(struct following *following, const char *path)
{
    if (decides_imports(following, path) &&
        discovery_config_changed(following->pipelines->discovery, path))
        refuse(following, "what imports are resolved by has changed");
}

/* A file that links lead to is told of under the names that the graph has for it. */
static void take_linked(void *context, file_id file)
{
    struct following *following = context;
    const char *path = graph_path(following->graph, file);
    vec_push(&following->paths, mem_strndup(path, strlen(path)));
}

static void take_changes(struct following *following, const struct jig_change_set *changes)
{
    links_fit(&following->session->links, following->graph);
    for (uint32_t i = 0; i < jig_change_set_count(changes); i++) {
        char *path = from_root(jig_change_set_at(changes, i).path);
        if (is_nobodys(following->session, path)) {
            free(path);
            continue;
        }
        vec_push(&following->paths, path);
        links_find(&following->session->links, path, take_linked, following);
        check_manifest(following, path);
        check_config(following, path);
    }
}

/* A folder stands for all that lies in it: the sources there may hold something else, and so may
 * what decides about them. */
static void take_below_folders(struct following *following)
{
    struct graph *graph = following->graph;
    const struct file_list *files = &following->named;
    uint8_t *taken = session_marks(following->session);
    uint32_t paths = following->paths.count;
    for (uint32_t i = 0; i < paths; i++) {
        const char *path = following->paths.data[i];
        file_id file = graph_find_file(graph, path, strlen(path));
        if (file != GRAPH_NONE)
            taken[file] = 1;
        else if (discovery_configs_changed_below(following->pipelines->discovery, path))
            refuse(following, "what imports are resolved by has changed");
    }
    for (uint32_t i = 0; i < files->count; i++) {
        file_id file = files->data[i];
        bool made = graph->files.data[file].producer != GRAPH_NONE;
        check_manifest(following, graph_path(graph, file));
        if (!taken[file] && !made && session_is_module(following->session, file))
            take_linked(following, file);
    }
    for (uint32_t i = 0; i < paths; i++) {
        const char *path = following->paths.data[i];
        file_id file = graph_find_file(graph, path, strlen(path));
        if (file != GRAPH_NONE)
            taken[file] = 0;
    }
}

/* ---- the tree -----------------------------------------------------------------------------------
 */

/* Whether jig has made the file, or will: it is then no source, whoever finds it. */
static bool is_made(const struct following *following, const char *path)
{
    struct graph *graph = following->graph;
    const struct history *history = following->session->history;
    file_id file = graph_find_file(graph, path, strlen(path));
    if (file == GRAPH_NONE)
        return false;
    bool made = graph->files.data[file].producer != GRAPH_NONE;
    for (uint32_t i = 0; i < history->orphans.count && !made; i++) {
        const struct orphan *orphan = &history->orphans.data[i];
        for (uint32_t o = 0; o < orphan->outs_count; o++)
            made |= history->deps.data[orphan->outs_begin + o] == file;
    }
    return made;
}

static enum jig_status refresh_tree(struct following *following, const char *const *paths,
                                    uint32_t count, struct tree_changes *changes,
                                    struct jig_error *error)
{
    enum jig_status status =
        discovery_refresh_paths(following->pipelines->discovery, paths, count, changes, error);
    following->session->folders_changed |= changes->folders;
    if (!status && changes->why)
        refuse(following, changes->why);
    return status;
}

/* Sources that came and went. */
static void tell_sources(struct following *following, const struct tree_changes *changes)
{
    struct amend *amend = following->amend;
    for (uint32_t i = 0; i < changes->list.count; i++) {
        const struct tree_change *change = &changes->list.data[i];
        check_manifest(following, change->path);
        check_config(following, change->path);
        if (amend_is_tool(amend, change->path))
            refuse(following, "a tool came or went");
        if (is_made(following, change->path))
            continue;
        if (change->kind == TREE_VANISHED)
            amend_source_went(amend, change->path);
    }
    for (uint32_t i = 0; i < changes->list.count; i++) {
        const struct tree_change *change = &changes->list.data[i];
        if (change->kind == TREE_APPEARED && !is_made(following, change->path))
            amend_source_came(amend, change->path);
    }
    if (amend_refusal(amend))
        refuse(following, amend_refusal(amend));
}

/* All that was named is to be looked at. */
static void tell_named(struct following *following)
{
    for (uint32_t i = 0; i < following->paths.count; i++)
        vec_push(&amend_changes(following->amend)->looked, following->paths.data[i]);
}

/* ---- jobs ---------------------------------------------------------------------------------------
 */

/* The records of jobs that are no more go on as orphans, which say what jig has left. */
static void orphan_unmade(struct following *following)
{
    struct jig_session *session = following->session;
    const struct graph *graph = following->graph;
    uint32_t count;
    const job_id *jobs = amend_unmade_jobs(following->amend, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct graph_job *job = &graph->jobs.data[jobs[i]];
        struct job_record *record = &session->history->jobs.data[jobs[i]];
        if (record->flags) {
            struct orphan orphan = history_make_orphan(
                session->history, record, graph_outputs(graph, job), job->out_count, NULL, 0);
            vec_push(&session->history->orphans, orphan);
        }
        *record = (struct job_record){0};
        live_drop(session, jobs[i]);
    }
}

/*
 * Takes jobs that are made no more out of the graph, and deletes what they had made. When the tree
 * is told of that it sees whatever else has happened there since, which nobody would see again.
 */
static enum jig_status retire(struct following *following, struct jig_error *error)
{
    enum jig_status status = JIG_OK;
    uint32_t count;
    while (!status && !following->why[0] &&
           (amend_unmade_jobs(following->amend, &count), count > 0)) {
        orphan_unmade(following);
        amend_retire(following->amend);
        history_fit(following->session->history, following->graph);
        session_remove_stale(following->build);
        struct discovery_changes *changes = amend_changes(following->amend);
        struct tree_changes seen = {0};
        status = refresh_tree(following, changes->unmade.data, changes->unmade.count, &seen, error);
        for (uint32_t i = 0; i < changes->unmade.count; i++) {
            if (access(changes->unmade.data[i], F_OK) == 0)
                refuse(following, "what is made no more was left there");
        }
        if (!status && !following->why[0])
            tell_sources(following, &seen);
        tree_changes_free(&seen);
    }
    return status;
}

/* A record that is kept for a job which is there again. */
static void adopt_orphan(struct jig_session *session, job_id id)
{
    struct history *history = session->history;
    file_id key = graph_job_key(session->graph, &session->graph->jobs.data[id]);
    for (uint32_t i = 0; i < history->orphans.count; i++) {
        struct orphan orphan = history->orphans.data[i];
        if (history->deps.data[orphan.outs_begin] != key)
            continue;
        history->jobs.data[id] = orphan.record;
        history->orphans.data[i] = history->orphans.data[--history->orphans.count];
        return;
    }
}

/* Jobs that are new or depend on something else are to be considered. */
static void take_changed_jobs(struct following *following)
{
    struct jig_session *session = following->session;
    uint32_t count;
    const job_id *jobs = amend_changed_jobs(following->amend, &count);
    history_fit(session->history, following->graph);
    plan_fit(&session->plan);
    for (uint32_t i = 0; i < count; i++) {
        if (!session->history->jobs.data[jobs[i]].flags)
            adopt_orphan(session, jobs[i]);
        live_want(session, jobs[i]);
    }
    uint32_t dropped_count;
    const job_id *dropped = amend_dropped_jobs(following->amend, &dropped_count);
    for (uint32_t i = 0; i < dropped_count; i++)
        live_drop(session, dropped[i]);
    const struct jig_build_options *options = following->build->options;
    if (count && (options->filter_count || options->target_count || options->only_affected))
        refuse(following, "what is selected may be something else");
}

/* ---- records ------------------------------------------------------------------------------------
 */

/* Files that are inputs now and were of no interest before. */
static void look_at_inputs(struct following *following)
{
    struct jig_session *session = following->session;
    const struct graph *graph = following->graph;
    uint8_t *listed = session_marks(session);
    uint32_t count;
    const job_id *jobs = amend_changed_jobs(following->amend, &count);
    uint32_t first = following->others.count;
    for (uint32_t i = 0; i < count; i++) {
        const struct graph_job *job = &graph->jobs.data[jobs[i]];
        const file_id *files = graph_outputs(graph, job);
        for (uint32_t f = 0; f < job->out_count + job->in_count; f++) {
            bool known = session->history->files.data[files[f]].flags & FILE_KNOWN;
            if (known && digest_is_zero(session->plan.terms[files[f]]))
                plan_refresh_term(&session->plan, files[f]);
            if (known || listed[files[f]] || graph_is_virtual(graph, files[f]))
                continue;
            listed[files[f]] = 1;
            vec_push(&following->others, files[f]);
        }
    }
    for (uint32_t i = first; i < following->others.count; i++)
        listed[following->others.data[i]] = 0;
}

/* Files of the graph that discovery does not look at: what jobs make, tools. */
static void list_others(struct following *following)
{
    const struct graph *graph = following->graph;
    for (uint32_t i = 0; i < following->named.count; i++) {
        file_id file = following->named.data[i];
        if (graph->files.data[file].producer != GRAPH_NONE ||
            !session_is_module(following->session, file))
            vec_push(&following->others, file);
    }
}

/* ---- following ----------------------------------------------------------------------------------
 */

/* Modules, and all that follows from them; the amendment has been told what happened. */
static void follow_modules(struct following *following)
{
    struct jig_session *session = following->session;
    struct discovery_updated updated = {0};
    uint32_t first_view = following->graph->views.count;
    discovery_update(following->pipelines->discovery, amend_changes(following->amend), &updated);
    if (updated.why)
        refuse(following, updated.why);
    if (!following->why[0])
        amend_follow(following->amend, &updated);
    if (amend_refusal(following->amend))
        refuse(following, amend_refusal(following->amend));
    if (!following->why[0]) {
        take_changed_jobs(following);
        session_take_updated(session, &updated, first_view);
        for (uint32_t i = 0; i < updated.modules.count; i++)
            session->folders_changed |= updated.modules.data[i].shape;
    }
    discovery_updated_free(&updated);
}

static enum jig_status follow(struct following *following, struct jig_error *error)
{
    struct tree_changes tree = {0};
    amend_begin(following->amend);
    enum jig_status status = refresh_tree(following, (const char *const *)following->paths.data,
                                          following->paths.count, &tree, error);
    if (!status && !following->why[0]) {
        tell_sources(following, &tree);
        tell_named(following);
    }
    tree_changes_free(&tree);
    if (!status && !following->why[0])
        status = retire(following, error);
    if (!status && !following->why[0])
        follow_modules(following);
    if (status || following->why[0])
        return status;
    list_others(following);
    look_at_inputs(following);
    if (following->others.count) {
        following->build->plan = session_begin_plan(following->session);
        status = session_scan(following->build, &following->others, error);
    }
    return status;
}

/* ---- building -----------------------------------------------------------------------------------
 */

/* Modules that jobs of this build have made anew are looked at again. */
static void follow_made(struct following *following, const job_id *ran, uint32_t count)
{
    const struct graph *graph = following->graph;
    amend_begin(following->amend);
    struct discovery_changes *changes = amend_changes(following->amend);
    for (uint32_t i = 0; i < count; i++) {
        const struct graph_job *job = &graph->jobs.data[ran[i]];
        for (uint32_t o = 0; o < job->out_count; o++) {
            file_id file = graph_outputs(graph, job)[o];
            if (session_is_module(following->session, file))
                vec_push(&changes->looked, graph_path(graph, file));
        }
    }
    if (changes->looked.count)
        follow_modules(following);
    look_at_inputs(following);
}

/* Whether some wanted stale job belongs to a pipeline of this round or an earlier one. */
static bool has_stale(const struct following *following, uint32_t round)
{
    const struct live *live = &following->session->live;
    const uint32_t *of = following->pipelines->rounds.of;
    bool any = false;
    for (uint32_t i = 0; i < live->stale.count && !any; i++) {
        uint32_t pipeline = following->graph->jobs.data[live->stale.data[i]].pipeline;
        any = !pipeline || of[pipeline - 1] <= round;
    }
    return any;
}

static enum jig_status build_round(struct following *following, uint32_t round,
                                   struct jig_error *error)
{
    struct build *build = following->build;
    if (!has_stale(following, round))
        return JIG_OK;
    build->round = round;
    enum jig_status status = session_build_stale(build, following->why, following->size, error);
    bool goes_on = status == JIG_ERROR_JOB && build->result->jobs_failed < build->options->failures;
    bool last = round + 1 >= following->pipelines->rounds.count;
    if ((!status || goes_on || last) && !following->why[0] && build->ran.count)
        follow_made(following, build->ran.data, build->ran.count);
    build->ran.count = 0;
    return goes_on && !last ? JIG_OK : status;
}

static enum jig_status build_rounds(struct following *following, struct jig_error *error)
{
    const struct rounds *rounds = &following->pipelines->rounds;
    for (int i = 0; i < SETTLING_LIMIT; i++) {
        uint32_t ran_before = following->build->result->jobs_run;
        enum jig_status status = JIG_OK;
        for (uint32_t round = 0; !status && !following->why[0] && round < rounds->count; round++)
            status = build_round(following, round, error);
        if (status || following->why[0] || !following->session->live.stale.count ||
            following->build->result->jobs_run == ran_before)
            return status;
    }
    return jig_fail(error, JIG_ERROR_MANIFEST,
                    "what the pipelines make changes what they depend on, each time anew");
}

/* ---- all of it ----------------------------------------------------------------------------------
 */

enum jig_status session_prepare_updates(struct jig_session *session, struct jig_error *error)
{
    struct pipelines *pipelines = session->pipelines;
    if (pipelines->amend)
        return JIG_OK;
    enum jig_status status = session_make_salts(&pipelines->config, &pipelines->salts, error);
    if (status)
        return status;
    const struct amend_options options = {
        .config = &pipelines->config,
        .lenses = &pipelines->lenses,
        .graph = session->graph,
        .discovery = pipelines->discovery,
        .rounds = &pipelines->rounds,
        .salts = (const char *const *)pipelines->salts,
    };
    pipelines->amend = amend_create(&options);
    discovery_prepare_updates(pipelines->discovery);
    session_watch_views(session);
    return JIG_OK;
}

enum jig_status session_update_pipelines(struct build *build, const struct jig_change_set *changes,
                                         char *why, size_t size, struct jig_error *error)
{
    struct jig_session *session = build->session;
    struct following following = {.build = build,
                                  .session = session,
                                  .pipelines = session->pipelines,
                                  .graph = session->graph,
                                  .why = why,
                                  .size = size};
    delta_begin(session);
    session_forget_failures(session);
    take_changes(&following, changes);
    change_files(session, changes, &following.named);
    take_below_folders(&following);
    enum jig_status status = why[0] ? JIG_OK : session_prepare_updates(session, error);
    following.amend = session->pipelines->amend;
    if (!status && !why[0] && (following.paths.count || session->live.stale.count)) {
        status = follow(&following, error);
        if (!status && !why[0])
            status = build_rounds(&following, error);
        if (!why[0])
            session_note_stamp(session);
    }
    if (why[0])
        session->pipelines->select_anew = true;
    if (!why[0]) {
        delta_finish(session);
        strays_tell(session);
    }
    for (uint32_t i = 0; i < following.paths.count; i++)
        free(following.paths.data[i]);
    vec_free(&following.paths);
    vec_free(&following.named);
    vec_free(&following.others);
    return status;
}
