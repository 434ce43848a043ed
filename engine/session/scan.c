/*
 * Looking at files, and keeping account of it: which records stood, which did not and why, and who
 * has to hear of that.
 */
#include "engine/session/internal.h"

#include <stdlib.h>

void session_keep_records(struct jig_session *session, const file_id *files, uint32_t count,
                          bool *failed)
{
    enum { TOO_MANY_TO_JOURNAL = 1000 };
    if (session->options.read_only || *failed || !count)
        return;
    if (session->unsaved || count > TOO_MANY_TO_JOURNAL) {
        session->unsaved = true; /* a new image will hold them */
        return;
    }
    for (uint32_t i = 0; i < count && !*failed; i++) {
        struct jig_error error;
        *failed = state_record_file(session->state, session->graph, session->history, files[i],
                                    &error) != JIG_OK;
        if (*failed)
            event_notice(session, &error);
    }
}

void session_count_look(struct jig_session *session, file_id file, enum look look)
{
    if (file >= session->looked.count)
        vec_extend(&session->looked, session->graph->files.count - session->looked.count);
    if (session->looked.data[file] == session->build)
        return;
    session->looked.data[file] = session->build;
    session->looks[look]++;
}

uint8_t *session_marks(struct jig_session *session)
{
    uint32_t files = session->graph->files.count;
    if (session->marks.count < files)
        vec_extend(&session->marks, files - session->marks.count);
    return session->marks.data;
}

enum look look_missed(uint32_t before, uint32_t after)
{
    return !(before & FILE_KNOWN)  ? LOOK_NEW
           : after & FILE_MISSING  ? LOOK_GONE
           : before & FILE_MISSING ? LOOK_NEW
           : before & FILE_RACY    ? LOOK_RACY
                                   : LOOK_STAT;
}

/* Files that have to be looked at; the others get their terms from what is known of them. */
static void choose_to_scan(struct build *build, const struct file_list *files,
                           struct file_list *out)
{
    const struct jig_session *session = build->session;
    const struct pipelines *pipelines = session->pipelines;
    for (uint32_t i = 0; i < files->count; i++) {
        file_id file = files->data[i];
        bool is_virtual = graph_is_virtual(session->graph, file);
        bool fresh = pipelines && file < pipelines->fresh.count && pipelines->fresh.data[file];
        /* Not written without need: records are mapped, and a page that is written is copied. */
        if (is_virtual && !(session->history->files.data[file].flags & FILE_KNOWN))
            session->history->files.data[file].flags |= FILE_KNOWN;
        if (is_virtual || fresh)
            plan_refresh_term(build->plan, file);
        else
            vec_push(out, file);
    }
}

/* Counts the looks of a scan; `flags` are those that the records had before. */
static void count_looks(struct jig_session *session, const struct file_list *scanned,
                        const struct file_list *missed, const uint8_t *flags)
{
    /* Each of them is first taken for a miss. */
    uint8_t *hit = session_marks(session);
    for (uint32_t i = 0; i < scanned->count; i++)
        hit[scanned->data[i]] = 1;
    for (uint32_t i = 0; i < missed->count; i++)
        hit[missed->data[i]] = 0;
    for (uint32_t i = 0; i < scanned->count; i++) {
        file_id file = scanned->data[i];
        uint32_t after = session->history->files.data[file].flags;
        session_count_look(session, file, hit[file] ? LOOK_HIT : look_missed(flags[i], after));
        hit[file] = 0;
    }
}

/* Tells of the files that hold something else than was known of them. `tick`: since then. */
static void touch_changed(struct jig_session *session, const struct file_list *missed,
                          uint64_t tick)
{
    for (uint32_t i = 0; i < missed->count; i++) {
        if (session->history->files.data[missed->data[i]].changed_tick >= tick)
            live_touch(session, missed->data[i]);
    }
}

enum jig_status session_scan(struct build *build, const struct file_list *files,
                             struct jig_error *error)
{
    struct jig_session *session = build->session;
    struct file_list chosen = {0};
    struct file_list missed = {0};
    choose_to_scan(build, files, &chosen);
    uint8_t *flags = mem_array(chosen.count, 1);
    for (uint32_t i = 0; i < chosen.count; i++)
        flags[i] = (uint8_t)session->history->files.data[chosen.data[i]].flags;
    uint64_t tick = history_tick(session->history);
    struct fingerprint_scan scan = {
        .graph = session->graph,
        .history = session->history,
        .pool = session->pool,
        .files = chosen.data,
        .count = chosen.count,
        .clock = session->clock,
        .tick = tick,
        .terms = build->plan->terms,
        .missed = &missed,
    };
    enum jig_status status = fingerprint_scan(&scan, error);
    build->result->files_statted += scan.counts.stats;
    build->result->files_hashed += scan.counts.hashed;
    build->result->bytes_hashed += scan.counts.hashed_bytes;
    count_looks(session, &chosen, &missed, flags);
    touch_changed(session, &missed, tick);
    session_keep_records(session, missed.data, missed.count, &build->save_failed);
    build->found_something |= missed.count > 0;
    vec_free(&missed);
    vec_free(&chosen);
    free(flags);
    return status;
}
