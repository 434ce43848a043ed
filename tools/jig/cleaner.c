#include "tools/jig/cleaner.h"

#include "tools/jig/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

void cleaner_begin(struct cleaner *cleaner)
{
    cleaner->seen = mem_array(cleaner->tool->graph->files.count, 1);
    cleaner->visited = mem_array(cleaner->tool->graph->jobs.count, 1);
}

void cleaner_free(struct cleaner *cleaner)
{
    free(cleaner->seen);
    free(cleaner->visited);
}

/* ---- one file ---------------------------------------------------------------------------- */

static bool remove_path(struct cleaner *cleaner, const char *path)
{
    if (cleaner->dry_run) {
        struct stat unused;
        return lstat(path, &unused) == 0;
    }
    if (remove(path) == 0)
        return true;
    if (errno != ENOENT && errno != ENOTDIR) {
        face_complain(cleaner->tool->face, "remove(%s): %s", path, strerror(errno));
        cleaner->failed = true;
    }
    return false;
}

static void clean_path(struct cleaner *cleaner, const char *path)
{
    if (!remove_path(cleaner, path))
        return;
    cleaner->removed++;
    if (cleaner->verbose)
        printf("Remove %s\n", path);
}

static void clean_file(struct cleaner *cleaner, file_id file)
{
    if (!cleaner->seen[file]++)
        clean_path(cleaner, graph_path(cleaner->tool->graph, file));
}

/* A depfile or response file. It may be declared as an output as well. */
static void clean_rope(struct cleaner *cleaner, struct graph_rope rope)
{
    if (!rope.count)
        return;
    struct graph *graph = cleaner->tool->graph;
    struct buf path = {0};
    graph_rope_append(graph, rope, &path);
    file_id known = graph_find_file(graph, buf_cstr(&path), path.length);
    if (known != GRAPH_NONE)
        clean_file(cleaner, known);
    else
        clean_path(cleaner, buf_cstr(&path));
    buf_free(&path);
}

/* ---- jobs -------------------------------------------------------------------------------- */

static void clean_job(struct cleaner *cleaner, job_id id, bool generated)
{
    const struct graph *graph = cleaner->tool->graph;
    const struct graph_job *job = &graph->jobs.data[id];
    if (cleaner->visited[id] || (job->flags & GRAPH_JOB_PHONY) ||
        ((job->flags & GRAPH_JOB_GENERATOR) && !generated))
        return;
    cleaner->visited[id] = 1;
    for (uint32_t i = 0; i < job->out_count; i++)
        clean_file(cleaner, graph_outputs(graph, job)[i]);
    clean_rope(cleaner, job->depfile);
    clean_rope(cleaner, job->rspfile);
}

void cleaner_all(struct cleaner *cleaner)
{
    for (job_id id = 0; id < cleaner->tool->graph->jobs.count; id++)
        clean_job(cleaner, id, cleaner->generated);
}

static void clean_producer(void *context, file_id file)
{
    struct cleaner *cleaner = context;
    job_id producer = cleaner->tool->graph->files.data[file].producer;
    if (producer != GRAPH_NONE)
        clean_job(cleaner, producer, cleaner->generated);
}

void cleaner_target(struct cleaner *cleaner, file_id file)
{
    struct walk walk = {.graph = cleaner->tool->graph, .enter = clean_producer, .context = cleaner};
    walk_begin(&walk);
    walk_from(&walk, file);
    walk_free(&walk);
}

bool cleaner_rule(struct cleaner *cleaner, const char *rule)
{
    const struct graph *graph = cleaner->tool->graph;
    bool known = false;
    for (job_id id = 0; id < graph->jobs.count; id++) {
        if (strcmp(graph_str(graph, graph->jobs.data[id].rule), rule) != 0)
            continue;
        known = true;
        clean_job(cleaner, id, true);
    }
    return known;
}

/* ---- what the manifest no longer has ----------------------------------------------------- */

/* Whether the manifest still names the file, as something made or read, or consists of it. */
static bool is_named(const struct graph *graph, file_id file)
{
    for (uint32_t i = 0; i < graph->manifests.count; i++) {
        if (graph->manifests.data[i] == file)
            return true;
    }
    return !(graph->files.data[file].flags & GRAPH_FILE_DISCOVERED);
}

/*
 * Whether the file still holds what the job left. A generated file that somebody replaced by one
 * of their own is theirs.
 */
static bool is_as_left(const struct jig_session *session, const struct orphan *orphan, file_id file)
{
    struct file_record record = session->history->files.data[file];
    struct fingerprint_counts counts = {0};
    uint64_t tick = history_tick(session->history);
    return !fingerprint_made_file(AT_FDCWD, graph_path(session->graph, file), session->clock, tick,
                                  &record, &counts) &&
           !(record.flags & FILE_MISSING) && record.changed_tick <= orphan->record.tick;
}

void cleaner_dead(struct cleaner *cleaner)
{
    const struct jig_session *session = cleaner->tool->session;
    const struct history *history = session->history;
    for (uint32_t i = 0; i < history->orphans.count; i++) {
        const struct orphan *orphan = &history->orphans.data[i];
        for (uint32_t o = 0; o < orphan->outs_count; o++) {
            file_id file = history->deps.data[orphan->outs_begin + o];
            if (!is_named(session->graph, file) && is_as_left(session, orphan, file))
                clean_file(cleaner, file);
        }
    }
}
