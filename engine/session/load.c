/*
 * From manifest or image to graph and history.
 */
#include "engine/base/io.h"
#include "engine/manifest/ninja/ninja.h"
#include "engine/session/internal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>

/* A manifest that changes while it is parsed is parsed again, so often. */
enum { PARSE_ATTEMPTS = 4 };

/*
 * Whether the loaded graph was made from this manifest as it is now: same main file, and every
 * file that was read has the digest it had then.
 */
static bool graph_is_current(struct jig_session *session)
{
    struct graph *graph = session->graph;
    if (!graph->manifests.count || graph->manifest_digests.count != graph->manifests.count ||
        strcmp(graph_path(graph, graph->manifests.data[0]), session->manifest) != 0)
        return false;
    for (uint32_t i = 0; i < graph->manifests.count; i++) {
        file_id file = graph->manifests.data[i];
        struct file_record *record = &session->history->files.data[file];
        struct fingerprint_counts counts = {0};
        uint64_t tick = history_tick(session->history);
        if (fingerprint_graph_file(graph, file, session->clock, tick, record, &counts) ||
            !digest_equal(graph->manifest_digests.data[i], record->digest))
            return false;
        if (counts.misses && !session->options.read_only)
            state_record_file(session->state, graph, session->history, file, NULL);
    }
    return true;
}

int64_t coarse_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Fingerprints what was parsed. True if none of it can have changed since `parse_start_ns`. */
static bool stamp_manifests(struct jig_session *session, struct graph *graph,
                            struct history *history, int64_t parse_start_ns)
{
    struct fingerprint_counts counts = {0};
    bool steady = true;
    for (uint32_t i = 0; i < graph->manifests.count; i++) {
        file_id file = graph->manifests.data[i];
        struct file_record *record = &history->files.data[file];
        uint64_t tick = history_tick(history);
        int errnum = fingerprint_graph_file(graph, file, session->clock, tick, record, &counts);
        steady &= !errnum && record->ctime_ns < parse_start_ns + session->clock.offset_ns;
        vec_push(&graph->manifest_digests, record->digest);
    }
    return steady;
}

/* Parses the manifest into a fresh graph and carries over what the old history knows. */
static enum jig_status parse(struct jig_session *session, struct jig_error *error)
{
    struct ninja_options options = {.phony_cycle_error = session->options.phony_cycle_error,
                                    .warn = event_notice_callback,
                                    .context = session};
    for (int attempt = 1;; attempt++) {
        int64_t start_ns = coarse_now_ns();
        struct graph *graph = graph_create();
        enum jig_status status = ninja_parse(graph, session->manifest, &options, error);
        if (status) {
            graph_destroy(graph);
            return status;
        }
        struct history *history = session->graph
                                      ? history_rebind(session->history, session->graph, graph)
                                      : history_create(graph);
        if (!stamp_manifests(session, graph, history, start_ns) && attempt < PARSE_ATTEMPTS) {
            graph_destroy(graph);
            history_destroy(history);
            options.warn = NULL; /* told already */
            continue;
        }
        session_unload(session);
        session->graph = graph;
        session->history = history;
        session->unsaved = true;
        return JIG_OK;
    }
}

enum jig_status session_load(struct jig_session *session, struct jig_error *error)
{
    uint64_t start_ns = record_stage(session, "load");
    uint64_t discovery_ns = session_discovery_ns(session);
    struct state_loaded loaded = {0};
    session->loaded = false;
    session_unload(session);
    if (!session->options.no_cache)
        state_load(session->state, &loaded);
    session->graph = loaded.graph;
    session->history = loaded.history;
    enum jig_status status = JIG_OK;
    if (session->pipelines) {
        status = session_load_pipelines(session, error);
    } else {
        session->graph_reused = session->graph && graph_is_current(session);
        status = session->graph_reused ? JIG_OK : parse(session, error);
        if (!status)
            session_adopt_foreign(session);
    }
    session->loaded = !status;
    session->just_loaded = true;
    uint64_t whole_ns = clock_monotonic_ns() - start_ns;
    session->load_ns = whole_ns - (session_discovery_ns(session) - discovery_ns);
    record_slice(session, "parse", session->graph_reused ? "load image" : "parse manifest",
                 start_ns);
    return status;
}

enum jig_status session_load_again(struct jig_session *session, struct jig_error *error)
{
    bool stands = session->just_loaded || (session->loaded && graph_is_current(session));
    enum jig_status status = stands ? JIG_OK : session_load(session, error);
    session->just_loaded = false;
    return status;
}

void session_unload(struct jig_session *session)
{
    live_forget(session);
    graph_destroy(session->graph);
    history_destroy(session->history);
    session->graph = NULL;
    session->history = NULL;
    vec_free(&session->dyndeps_read);
    vec_free(&session->adoption);
    session->files_counted = session->real_files = 0;
}

enum jig_status session_save(struct jig_session *session, struct jig_error *error)
{
    enum jig_status status = JIG_OK;
    if (session->options.read_only || session->options.no_cache)
        return JIG_OK;
    if (session->pipelines)
        session_record_views(session);
    if (session->unsaved || state_wants_fold(session->state))
        status = state_fold(session->state, session->graph, session->history, error);
    if (status)
        return status;
    session->unsaved = false;
    session->deferred = false;
    return session->pipelines ? session_save_discovery(session, error) : JIG_OK;
}

void session_save_late(struct jig_session *session)
{
    if (session->deferred && session->graph)
        session_save(session, NULL);
}

enum jig_status session_save_little(struct jig_session *session, struct jig_error *error)
{
    uint64_t image_bytes, journal_bytes;
    state_sizes(session->state, &image_bytes, &journal_bytes);
    return journal_bytes > image_bytes && state_wants_fold(session->state)
               ? session_save(session, error)
               : JIG_OK;
}
