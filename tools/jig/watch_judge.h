/*
 * Which changes are a reason to build, while builds change files themselves.
 *
 * A session takes every change there is and finds out what it comes to. But a build that is to be
 * stopped because of a change, or tried again though it failed, must have been given a reason by
 * somebody else: what its own jobs write would stop it, or start it, for ever. A change is a reason
 *
 * - of a known file that no job makes, or of a folder that has such files;
 * - of a new file that a pipeline takes for a source;
 * - of another new name, if files lie in its folder and jobs make none of these.
 *
 * Not thread-safe; a judge may look at a session's graph whenever the session's events are told.
 */
#ifndef JIG_TOOL_WATCH_JUDGE_H
#define JIG_TOOL_WATCH_JUDGE_H

#include "engine/session/internal.h"

enum change_origin {
    CHANGE_IS_REASON,
    CHANGE_IS_OUTPUT,  /* of a file that a job makes */
    CHANGE_IS_UNKNOWN, /* may be a temporary file of a job; certainly of no job's input */
};

/* Zero-initialised is ready. */
struct watch_judge {
    struct graph *graph; /* that what follows is about; NULL: about none */
    uint32_t files;      /* that it had when it was looked through … */
    uint32_t strs;       /* … and texts */
    uint8_t *folders;    /* [str_id] what lies in a folder */
    VEC(struct glob *) sources;
};

/*
 * The origin of a change of `path`, canonical and as the session spells it. O(length), and once for
 * each graph O(files).
 */
enum change_origin watch_judge_path(struct watch_judge *judge, const struct jig_session *session,
                                    const char *path);

/* Forgets what it knows of the graph: before each build, and in the end. */
void watch_judge_forget(struct watch_judge *judge);

#endif
