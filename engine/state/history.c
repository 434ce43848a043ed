#include "engine/state/history.h"

#include <assert.h>
#include <stdlib.h>

/* Records are stored as they lie in memory: another layout is another IMAGE_VERSION. */
static_assert(sizeof(struct file_record) == 72, "the layout of file records is a file format");
static_assert(sizeof(struct job_record) == 80, "the layout of job records is a file format");
static_assert(sizeof(struct orphan) == 88, "the layout of orphans is a file format");

struct history *history_create(const struct graph *graph)
{
    struct history *history = mem_zalloc(sizeof *history);
    vec_push(&history->clock, 0);
    vec_reserve(&history->deps, 1); /* never NULL, so that an empty range of it is a pointer */
    history_fit(history, graph);
    return history;
}

void history_destroy(struct history *history)
{
    if (!history)
        return;
    vec_free(&history->files);
    vec_free(&history->jobs);
    vec_free(&history->deps);
    vec_free(&history->orphans);
    vec_free(&history->clock);
    free(history);
}

void history_columns(struct history *history, struct column out[HISTORY_COLUMN_COUNT])
{
    const struct column columns[HISTORY_COLUMN_COUNT] = {
        COLUMN("file_records", &history->files), COLUMN("job_records", &history->jobs),
        COLUMN("deps", &history->deps),          COLUMN("orphans", &history->orphans),
        COLUMN("clock", &history->clock),
    };
    memcpy(out, columns, sizeof columns);
}

void history_fit(struct history *history, const struct graph *graph)
{
    if (history->files.count < graph->files.count)
        vec_extend(&history->files, graph->files.count - history->files.count);
    if (history->jobs.count < graph->jobs.count)
        vec_extend(&history->jobs, graph->jobs.count - history->jobs.count);
}

uint64_t history_tick(struct history *history)
{
    return ++history->clock.data[0];
}

/* ---- recording -------------------------------------------------------------------------- */

static uint32_t append_ids(struct history *history, const file_id *ids, uint32_t count)
{
    uint32_t begin = history->deps.count;
    if (count) {
        vec_reserve(&history->deps, count);
        memcpy(history->deps.data + begin, ids, count * sizeof *ids);
        history->deps.count += count;
    }
    return begin;
}

void history_set_job(struct history *history, job_id job, const struct job_record *record,
                     const file_id *deps, uint32_t deps_count)
{
    struct job_record *kept = &history->jobs.data[job];
    uint32_t begin = kept->deps_begin;
    /* Most runs discover what the one before did: then its range serves again. */
    bool same = deps_count && kept->deps_count == deps_count &&
                memcmp(history_deps(history, kept), deps, deps_count * sizeof *deps) == 0;
    if (!same)
        begin = append_ids(history, deps, deps_count);
    *kept = *record;
    kept->deps_begin = begin;
    kept->deps_count = deps_count;
}

struct orphan history_make_orphan(struct history *history, const struct job_record *record,
                                  const file_id *outs, uint32_t outs_count, const file_id *deps,
                                  uint32_t deps_count)
{
    struct orphan orphan = {.record = *record, .outs_count = outs_count};
    orphan.outs_begin = append_ids(history, outs, outs_count);
    orphan.record.deps_begin = append_ids(history, deps, deps_count);
    orphan.record.deps_count = deps_count;
    return orphan;
}

/* ---- compacting ------------------------------------------------------------------------- */

static uint64_t count_live_deps(const struct history *history)
{
    uint64_t live = 0;
    for (uint32_t i = 0; i < history->jobs.count; i++)
        live += history->jobs.data[i].deps_count;
    for (uint32_t i = 0; i < history->orphans.count; i++)
        live += history->orphans.data[i].record.deps_count + history->orphans.data[i].outs_count;
    return live;
}

void history_compact(struct history *history)
{
    uint64_t live = count_live_deps(history);
    if (live >= history->deps.count)
        return;
    struct history fresh = {0}; /* only its deps are used */
    vec_reserve(&fresh.deps, live + 1);
    for (uint32_t i = 0; i < history->jobs.count; i++) {
        struct job_record *record = &history->jobs.data[i];
        record->deps_begin = append_ids(&fresh, history_deps(history, record), record->deps_count);
    }
    for (uint32_t i = 0; i < history->orphans.count; i++) {
        struct orphan *orphan = &history->orphans.data[i];
        orphan->outs_begin =
            append_ids(&fresh, history->deps.data + orphan->outs_begin, orphan->outs_count);
        orphan->record.deps_begin =
            append_ids(&fresh, history_deps(history, &orphan->record), orphan->record.deps_count);
    }
    vec_free(&history->deps);
    history->deps.data = fresh.deps.data;
    history->deps.count = fresh.deps.count;
    history->deps.capacity = fresh.deps.capacity;
}

/* ---- soundness -------------------------------------------------------------------------- */

static bool range_is_sound(const struct history *history, uint32_t begin, uint32_t count)
{
    return (uint64_t)begin + count <= history->deps.count;
}

bool history_is_sound(const struct history *history, const struct graph *graph)
{
    if (history->files.count != graph->files.count || history->jobs.count != graph->jobs.count ||
        history->clock.count != 1 || history->clock.data[0] > HISTORY_LAST_TICK)
        return false;

    /* Gathered without branches: these loops run over the whole state at every start. */
    uint32_t file_flags = 0, job_flags = 0;
    bool good = true;
    for (file_id file = 0; file < history->files.count; file++)
        file_flags |= history->files.data[file].flags;
    for (job_id job = 0; job < history->jobs.count; job++) {
        const struct job_record *record = &history->jobs.data[job];
        job_flags |= record->flags;
        good &= range_is_sound(history, record->deps_begin, record->deps_count);
    }
    for (uint32_t i = 0; i < history->orphans.count; i++) {
        const struct orphan *orphan = &history->orphans.data[i];
        job_flags |= orphan->record.flags;
        good &= range_is_sound(history, orphan->record.deps_begin, orphan->record.deps_count);
        good &= range_is_sound(history, orphan->outs_begin, orphan->outs_count);
        good &= orphan->outs_count > 0;
    }
    file_id highest = 0;
    for (uint32_t i = 0; i < history->deps.count; i++)
        highest = highest > history->deps.data[i] ? highest : history->deps.data[i];
    good &= history->deps.count == 0 || highest < graph->files.count;
    return good && !(file_flags & ~(uint32_t)FILE_FLAGS) && !(job_flags & ~(uint32_t)JOB_FLAGS);
}
