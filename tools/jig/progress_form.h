/*
 * In which form a build's progress is shown: what --progress says, or what suits where it goes.
 */
#ifndef JIG_TOOL_PROGRESS_FORM_H
#define JIG_TOOL_PROGRESS_FORM_H

#include "tools/jig/terminal.h"

enum progress_form {
    PROGRESS_AUTO,   /* as it suits; never the outcome of a choice */
    PROGRESS_AREA,   /* one line that is written over, and below it the jobs that take long */
    PROGRESS_LINE,   /* one line that is written over, or elsewhere a line a job */
    PROGRESS_SPARSE, /* no line a job; how far it is, now and then */
    PROGRESS_NONE,   /* nothing */
};

/* Reads the argument of --progress: "area", "line", "none" or "auto". False when it is none. */
bool progress_form_parse(const char *text, enum progress_form *form);

/*
 * What is shown when `asked` was asked for. `ci` is the value of the environment variable CI, NULL
 * when it is not set; logs of continuous integration are read when something fails, if at all.
 */
enum progress_form progress_form_choose(enum progress_form asked, const struct terminal *terminal,
                                        const char *ci);

#endif
