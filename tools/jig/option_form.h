/*
 * What each option looks like: its letter, its name, its argument and how a shell completes that.
 *
 * Which options a command takes, and what they do there, is told in its `struct command`. From both
 * together come the parser, `--help`, the man pages and the completion of shells, so that none of
 * them knows an option that another does not.
 */
#ifndef JIG_TOOL_OPTION_FORM_H
#define JIG_TOOL_OPTION_FORM_H

#include <stdbool.h>

enum option_id {
    OPTION_END, /* ends a list */
    OPTION_DIRECTORY,
    OPTION_MANIFEST,
    OPTION_JOBS,
    OPTION_FAILURES,
    OPTION_LOAD,
    OPTION_DRY_RUN,
    OPTION_VERBOSE,
    OPTION_QUIET,
    OPTION_EXPLAIN,
    OPTION_STATS,
    OPTION_SHOW_CACHE,
    OPTION_CACHE_DIR,
    OPTION_DAEMON,
    OPTION_NO_DAEMON,
    OPTION_TRACE,
    OPTION_STATUS,
    OPTION_PROGRESS,
    OPTION_DEBUG,
    OPTION_WARNING,
    OPTION_TOOL,
    OPTION_FILTER,
    OPTION_DEPTH,
    OPTION_AFFECTED,
    OPTION_WRITE_DELTA,
    OPTION_NO_CACHE,
    OPTION_WATCH,
    OPTION_ON_CHANGE,
    OPTION_DEBOUNCE,
    OPTION_POLL,
    OPTION_GENERATED,
    OPTION_OUTPUT,
    OPTION_JSON,
    OPTION_MAN,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_COUNT,
};

/* What a shell offers at a place of the command line. */
enum completion {
    COMPLETE_NOTHING,
    COMPLETE_FILE,
    COMPLETE_DIRECTORY,
    COMPLETE_COMMIT, /* a branch, a tag, or another name that git has for a commit */
    COMPLETE_TARGET, /* what `jig query targets` lists */
    COMPLETE_COMMAND,
    COMPLETE_TRACE, /* a file that ends in .trace */
    COMPLETE_WORD,  /* one of a few; which ones is said beside it */
};

/* All text is static. */
struct option_form {
    char letter;                /* as in -C; '\0': has none */
    const char *name;           /* as in --cache-dir, without the dashes; NULL: has none */
    const char *argument;       /* what help calls it; NULL: takes none */
    const char *words;          /* those that COMPLETE_WORD means, a space between two */
    enum completion completion; /* of the argument */
    bool may_lack_argument;     /* --name, or --name=ARGUMENT, but not --name ARGUMENT */
    bool repeats;               /* each time it is given says something more */
};

/* The form of an option; lives for ever. `id` is neither OPTION_END nor OPTION_COUNT. */
const struct option_form *option_form(enum option_id id);

#endif
