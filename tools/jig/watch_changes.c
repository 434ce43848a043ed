#include "tools/jig/watch_changes.h"

#include "engine/base/path.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void watch_changes_init(struct watch_changes *changes, struct watch *watch)
{
    *changes = (struct watch_changes){
        .watch = watch,
        .next = jig_change_set_create(),
        .now = jig_change_set_create(),
        .raw = jig_change_set_create(),
        .best = CHANGE_OF_NOTHING,
    };
}

void watch_changes_free(struct watch_changes *changes)
{
    for (uint32_t i = 0; i < changes->own.count; i++)
        free(changes->own.data[i]);
    vec_free(&changes->own);
    vec_free(&changes->reasons);
    watch_judge_forget(&changes->judge);
    jig_change_set_destroy(changes->next);
    jig_change_set_destroy(changes->now);
    jig_change_set_destroy(changes->raw);
}

/* ---- taking ------------------------------------------------------------------------------ */

void watch_changes_disown(struct watch_changes *changes, const char *path)
{
    size_t length = strlen(path);
    char *own = mem_alloc(length + 2);
    memcpy(own, path, length + 1);
    path_canonicalize(own, length);
    if (strcmp(own, ".") == 0)
        free(own);
    else
        vec_push(&changes->own, own);
}

static bool is_own(const struct watch_changes *changes, const char *path)
{
    for (uint32_t i = 0; i < changes->own.count; i++) {
        const char *own = changes->own.data[i];
        size_t length = strlen(own);
        if (strncmp(path, own, length) == 0 && (path[length] == '/' || !path[length]))
            return true;
    }
    return false;
}

static void say(struct jig_change_set *into, struct jig_change change)
{
    switch (change.kind) {
    case JIG_CHANGE_ADDED:
        jig_change_set_add(into, change.path, NULL);
        break;
    case JIG_CHANGE_UPDATED:
        jig_change_set_updated(into, change.path, NULL);
        break;
    case JIG_CHANGE_REMOVED:
        jig_change_set_removed(into, change.path, NULL);
        break;
    }
}

bool watch_changes_take(struct watch_changes *changes, struct jig_session *session)
{
    bool any = false;
    if (!watch_take(changes->watch, changes->raw))
        return false;
    for (uint32_t i = 0; i < jig_change_set_count(changes->raw); i++) {
        struct jig_change change = jig_change_set_at(changes->raw, i);
        if (is_own(changes, change.path))
            continue;
        say(changes->next, change);
        any = true;
        if (changes->best == CHANGE_OF_SOURCE)
            continue;
        enum change_origin origin = watch_judge_path(&changes->judge, session, change.path);
        if (origin < changes->best)
            changes->best = origin;
    }
    const char *lost = jig_change_set_lost(changes->raw);
    if (lost) {
        jig_change_set_lose(changes->next, lost);
        changes->best = CHANGE_OF_SOURCE;
        any = true;
    }
    jig_change_set_clear(changes->raw);
    return any;
}

/* ---- a build ----------------------------------------------------------------------------- */

static void swap(struct watch_changes *changes)
{
    struct jig_change_set *next = changes->next;
    changes->next = changes->now;
    changes->now = next;
}

void watch_changes_begin(struct watch_changes *changes, struct jig_session *session)
{
    swap(changes);
    jig_change_set_clear(changes->next);
    changes->best = CHANGE_OF_NOTHING;
    watch_judge_forget(&changes->judge);
    vec_free(&changes->reasons);
    for (uint32_t i = 0; i < jig_change_set_count(changes->now); i++) {
        struct jig_change change = jig_change_set_at(changes->now, i);
        /* The others can be judged when the graph is the one that the build made of them. */
        bool goes = change.kind == JIG_CHANGE_REMOVED && session && session->graph;
        vec_push(&changes->reasons, goes && watch_judge_path(&changes->judge, session,
                                                             change.path) == CHANGE_OF_SOURCE);
    }
}

void watch_changes_end(struct watch_changes *changes, bool cancelled)
{
    if (!cancelled)
        return;
    /* What was new while the build went on is the later word on it. */
    jig_change_set_merge(changes->now, changes->next);
    swap(changes);
    changes->best = CHANGE_OF_SOURCE;
}

bool watch_changes_wait(const struct watch_changes *changes)
{
    return jig_change_set_count(changes->next) > 0 || jig_change_set_lost(changes->next);
}

/* ---- names ------------------------------------------------------------------------------- */

static bool is_named(struct watch_changes *changes, struct jig_session *session, uint32_t index,
                     enum change_origin origin)
{
    if (index < changes->reasons.count && changes->reasons.data[index])
        return origin == CHANGE_OF_SOURCE;
    const char *path = jig_change_set_at(changes->now, index).path;
    return watch_judge_path(&changes->judge, session, path) == origin;
}

void watch_changes_name(struct watch_changes *changes, struct jig_session *session, struct buf *out)
{
    const struct jig_change_set *set = changes->now;
    enum { MOST_NAMES = 5 };
    struct buf names = {0};
    uint32_t count = 0;
    for (int origin = CHANGE_OF_SOURCE; !count && origin <= CHANGE_OF_NOTHING; origin++) {
        for (uint32_t i = 0; i < jig_change_set_count(set); i++) {
            if (!is_named(changes, session, i, (enum change_origin)origin))
                continue;
            if (++count <= MOST_NAMES)
                buf_printf(&names, "%s%s", count > 1 ? ", " : "", jig_change_set_at(set, i).path);
        }
    }
    if (count > MOST_NAMES)
        buf_printf(&names, " and %" PRIu32 " more", count - MOST_NAMES);
    buf_printf(out, "%" PRIu32 " %s%s%s", count, count == 1 ? "change" : "changes",
               count ? ": " : "", buf_cstr(&names));
    buf_free(&names);
}
