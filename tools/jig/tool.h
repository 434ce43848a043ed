/*
 * What the tools stand on that look at a build or tidy up after it: an open session whose graph
 * and history they may read.
 */
#ifndef JIG_TOOL_TOOL_H
#define JIG_TOOL_TOOL_H

#include "engine/session/internal.h"
#include "tools/jig/place.h"

struct tool {
    enum face face;
    const struct build_request *request;
    const struct place *place;   /* entered */
    struct jig_session *session; /* NULL for tools that need none */
    struct graph *graph;         /* the session's */
    struct history *history;     /* the session's */
};

/*
 * Opens the session of the request's manifest. When that fails it has been told and false is
 * returned. The manifest is taken as it is, not generated anew first.
 *
 * The session only reads, so that tools work beside a build and inside one: CMake's target `clean`
 * is a job that calls `ninja -t clean`, which would wait for ever for the build it is part of.
 */
bool tool_open(struct tool *tool);
void tool_close(struct tool *tool);

/*
 * The files that `count` words, typed at the place, name, as a build would take them; with none,
 * the default targets. False when a word names nothing; told. The caller frees the list, always.
 */
bool tool_targets(struct tool *tool, int count, char **words, struct file_list *files);

#endif
