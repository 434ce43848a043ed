/*
 * Which builds' traces `jig trace` is about: those that are kept, by how people name them, or
 * files.
 *
 * Only the traces are looked at: no lock is taken, no graph is needed, and for files not even a
 * manifest has to be there.
 */
#ifndef JIG_TOOL_TRACE_BUILDS_H
#define JIG_TOOL_TRACE_BUILDS_H

#include "engine/trace/keep.h"
#include "tools/jig/place.h"
#include "tools/trace/analysis.h"

struct traced_build {
    char *title; /* "build 12", or the file's name */
    struct trace_log log;
    struct trace_analysis analysis; /* empty unless `analyse` */
};

struct trace_builds {
    struct place place; /* entered, or empty when all are files */
    struct trace_keeper keeper;
    struct traced_build builds[2];
    int count;    /* of them */
    bool analyse; /* those that are read from now on */
};

/* Goes where the kept traces are, unless the words name as many files as builds are needed (0: it
 * is about all that are kept). False: told. Free with trace_builds_close in every case. */
bool trace_builds_open(struct trace_builds *builds, const struct build_request *request, int needed,
                       int count, char **words);
/* Reads the build that the word names, as the next one. False: told. */
bool trace_builds_read(struct trace_builds *builds, const char *word);
void trace_builds_close(struct trace_builds *builds);

/* Appends the path of a file that the user typed, as it is from where we are now. */
void trace_builds_spell(const struct trace_builds *builds, const char *path, struct buf *out);

/*
 * Words that count back, "-1" for the last build, look like options: in a copy of argv they are
 * spelt "~1", which trace_builds_read takes for the same. The caller frees both with
 * trace_words_free.
 */
char **trace_words_respell(int argc, char **argv);
/* Whether the word can only mean a build. */
bool trace_words_is_build(const char *word);
void trace_words_free(char **argv);

/* `jig trace list`. Returns the exit code. */
int trace_list(struct trace_builds *builds, bool json);

#endif
