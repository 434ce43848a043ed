#include "tools/jig/results.h"

#include "tools/jig/overview.h"

static void take_delta(struct results *results, const struct build_request *request,
                       const struct place *place, const struct jig_session *session,
                       enum jig_status status)
{
    uint32_t count = 0;
    const struct jig_delta_entry *entries = session ? jig_session_delta(session, &count) : NULL;
    results->delta = delta_count(entries, count);
    if (!request->delta)
        return;
    struct jig_error error;
    struct buf path = {0};
    place_spell(place, request->delta, &path);
    results->delta_lost = delta_write(path.data, entries, count, status == JIG_OK, &error);
    if (results->delta_lost)
        face_error(FACE_JIG, &error);
    buf_free(&path);
}

/* Nobody misses a tally: if it cannot be written, counting goes on some other time. */
static void add_to_tally(const struct jig_session *session, const struct jig_build_result *result)
{
    struct tally tally = tally_read(session->state_directory);
    tally_add(&tally, result);
    tally_write(&tally, session->state_directory, NULL);
}

static void take_cache(struct results *results, const struct build_request *request,
                       const struct jig_session *session)
{
    struct overview overview = {0};
    overview_take(&overview, session);
    if (request->stats == STATS_JSON)
        overview_append_json(&overview, &results->cache);
    else
        overview_append_text(&overview, &results->cache);
    overview_free(&overview);
}

void results_take(struct results *results, const struct build_request *request,
                  const struct place *place, const struct jig_session *session,
                  enum jig_status status)
{
    bool ran = !status || status == JIG_ERROR_JOB || status == JIG_ERROR_INTERRUPTED;
    if (place->pipelines)
        take_delta(results, request, place, session, status);
    if (session && ran && !session->options.read_only && !request->no_cache)
        add_to_tally(session, &results->build);
    if (session && request->show_cache)
        take_cache(results, request, session);
}

void results_free(struct results *results)
{
    buf_free(&results->cache);
}
