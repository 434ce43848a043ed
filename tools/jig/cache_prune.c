/*
 * `jig cache prune`: what is kept, made as if the manifest had never had anything else.
 *
 * In two steps, each of which leaves a sound state. First, without looking at the manifest, records
 * of jobs that are gone are dropped, and the graph is marked as that of no manifest. Then a session
 * reads the manifest, which gives a graph without the files that nothing names any more, and writes
 * that down.
 */
#include "tools/jig/cache.h"
#include "tools/jig/orphans.h"
#include "tools/jig/overview.h"
#include "tools/jig/text.h"

#include <inttypes.h>
#include <stdio.h>

/* Takes the numbers before; the tool's session is open for that long only. */
static bool take_stock(struct tool *tool, struct overview *overview)
{
    bool opened = tool_open(tool);
    if (opened)
        overview_take(overview, tool->session);
    tool_close(tool);
    return opened;
}

static enum jig_status drop_records(const char *directory, uint32_t *dropped,
                                    struct jig_error *error)
{
    struct state *state;
    struct state_loaded loaded;
    const struct state_options options = {.directory = directory};
    enum jig_status status = state_open(&options, &state, error);
    if (status)
        return status;
    state_load(state, &loaded);
    if (loaded.graph) {
        *dropped = orphans_drop(loaded.graph, loaded.history);
        vec_free(&loaded.graph->manifest_digests);
        status = state_fold(state, loaded.graph, loaded.history, error);
    }
    graph_destroy(loaded.graph);
    history_destroy(loaded.history);
    state_close(state);
    return status;
}

/* Reads the manifest anew and writes what is left. */
static enum jig_status write_anew(const struct tool *tool, struct overview *after,
                                  struct jig_error *error)
{
    struct jig_session_options options = JIG_SESSION_OPTIONS;
    struct jig_session *session;
    options.manifest = tool->place->manifest;
    options.state_dir = tool->place->state_dir;
    enum jig_status status = jig_session_open(&options, &session, error);
    if (status)
        return status;
    status = session_save(session, error);
    if (!status)
        overview_take(after, session);
    jig_session_close(session);
    return status;
}

static void tell(const struct overview *before, const struct overview *after, uint32_t dropped)
{
    uint32_t files =
        before->files_known > after->files_known ? before->files_known - after->files_known : 0;
    printf("jig: forgot %" PRIu32 " %s and %" PRIu32 " %s; %s: %s, was %s\n", files,
           text_plural(files, "file", "files"), dropped, text_plural(dropped, "job", "jobs"),
           after->directory, text_size(after->bytes).text, text_size(before->bytes).text);
}

int cache_prune(struct tool *tool)
{
    struct overview before = {0}, after = {0};
    struct jig_error error;
    uint32_t dropped = 0;
    int code = EXIT_UNABLE;
    if (take_stock(tool, &before)) {
        enum jig_status status = drop_records(before.directory, &dropped, &error);
        if (!status)
            status = write_anew(tool, &after, &error);
        if (status)
            face_error(FACE_JIG, &error);
        else
            tell(&before, &after, dropped);
        code = face_exit_code(FACE_JIG, status, 0);
    }
    overview_free(&before);
    overview_free(&after);
    return code;
}
