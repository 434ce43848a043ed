/*
 * Which changes are a reason to build, while builds change files themselves.
 *
 * A session takes every change there is and finds out what it comes to. But a build that is to be
 * stopped because of a change, or tried again though it failed, must have been given a reason by
 * somebody else: what its own jobs write would stop it, or start it, for ever.
 *
 * Not thread-safe; a judge may look at a session's graph whenever the session's events are told.
 */
#ifndef JIG_TOOL_WATCH_JUDGE_H
#define JIG_TOOL_WATCH_JUDGE_H

#include "engine/session/internal.h"

/* What a change is of, the best reason to build first. */
enum change_origin {
    CHANGE_OF_SOURCE, /* a file that is known and that no job makes, or a folder with such files, or
                         a new file that a pipeline takes for a source */
    CHANGE_OF_NEWCOMER, /* another new name where files lie and jobs make none of them */
    CHANGE_OF_OUTPUT,   /* a file that a job makes */
    CHANGE_OF_UNKNOWN,  /* may well be something that a job leaves behind */
    CHANGE_OF_NOTHING,  /* an unknown name that is hidden, or gone: what editors leave */
};

/* Whether it is one that jobs make no more than by chance. */
static inline bool change_is_reason(enum change_origin origin)
{
    return origin <= CHANGE_OF_NEWCOMER;
}

/* Zero-initialised is ready. */
struct watch_judge {
    struct graph *graph; /* that what follows is about; NULL: about none */
    uint32_t files;      /* that it had when it was looked through … */
    uint32_t strs;       /* … and texts */
    uint8_t *folders;    /* [str_id] what lies in a folder */
    VEC(struct glob *) sources;
};

/*
 * The origin of a change of `path`, canonical and as the session spells it. O(length); for the
 * first one that is not in the graph O(files). Looks at the disk for those.
 */
enum change_origin watch_judge_path(struct watch_judge *judge, struct jig_session *session,
                                    const char *path);

/* Forgets what it knows of the graph: before each build, and in the end. */
void watch_judge_forget(struct watch_judge *judge);

#endif
