#include "tools/jig/watching.h"

#include "tools/jig/text.h"

#include <inttypes.h>

static bool is_silent(const struct watching *w)
{
    return w->request.quiet || w->request.json;
}

/* ---- a round ------------------------------------------------------------------------------- */

void watch_say_head(struct watching *w)
{
    const struct jig_change_set *changes = w->changes.now;
    const char *lost = jig_change_set_lost(changes);
    struct buf text = {0};
    if (w->headed)
        return;
    w->headed = true;
    watch_line_clear(&w->line);
    if (w->asked || is_silent(w))
        return;
    if (lost)
        buf_printf(&text, "anything may have changed: %s", lost);
    else
        watch_changes_name(&w->changes, w->work.session, &text);
    printf("jig: %s\n", buf_cstr(&text));
    fflush(stdout);
    buf_free(&text);
}

void watch_say_sum(const struct watching *w)
{
    const struct jig_build_result *result = &w->building.results.build;
    /* Pipelines sum up themselves. */
    if (w->building.place.pipelines || is_silent(w) || building_was_idle(&w->building))
        return;
    building_tell_jobs(result);
    printf("\n");
}

/* ---- between rounds ------------------------------------------------------------------------ */

void watch_say_watching(const struct watching *w)
{
    uint32_t watched, polled;
    if (is_silent(w) || w->line.terminal.smart)
        return;
    watch_count(w->watch, &watched, &polled);
    uint32_t folders = watched + polled;
    printf("jig: watching %" PRIu32 " %s", folders, text_plural(folders, "folder", "folders"));
    if (polled)
        printf(", %" PRIu32 " by polling", polled);
    printf("\n");
    fflush(stdout);
}

void watch_say_notices(struct watching *w)
{
    struct jig_error what;
    while (watch_notices_take(&w->notices, &what)) {
        watch_line_clear(&w->line);
        face_notice(FACE_JIG, &what);
    }
}

static void say_help(struct watching *w)
{
    watch_line_clear(&w->line);
    printf("jig: r looks at everything again, e says why jobs run (%s), q quits\n",
           w->request.explain ? "on" : "off");
}

static void toggle_explain(struct watching *w)
{
    w->request.explain = !w->request.explain;
    watch_line_clear(&w->line);
    if (!w->request.explain)
        printf("jig: does not say any more why jobs run\n");
    else if (!w->reasons.length)
        printf("jig: says why jobs run; the last build ran none\n");
    else
        fputs(w->reasons.data, stdout);
}

void watch_heed_key(struct watching *w, char key)
{
    switch (key) {
    case 'q':
        watching_end(w, EXIT_DONE);
        break;
    case 'r':
        w->full = w->asked = w->again = true;
        break;
    case 'e':
        if (!w->request.json)
            toggle_explain(w);
        break;
    case '?':
        if (!w->request.json)
            say_help(w);
        break;
    default:
        break;
    }
    fflush(stdout);
}
