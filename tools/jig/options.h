/*
 * What the options of a command line ask for, whichever command they are given to.
 */
#ifndef JIG_TOOL_OPTIONS_H
#define JIG_TOOL_OPTIONS_H

#include "engine/base/memory.h"
#include "tools/jig/face.h"
#include "tools/jig/progress_form.h"

#include <stdint.h>

/* Whether a daemon is to do the build: --daemon, --no-daemon. */
enum daemon_wish { DAEMON_UNSAID, DAEMON_ASKED, DAEMON_REFUSES };

struct command; /* tools/jig/command.h */

enum stats_form { STATS_NONE, STATS_TABLE, STATS_JSON };
/* What a change comes to while a build goes on. */
enum on_change { ON_CHANGE_QUEUE, ON_CHANGE_RESTART };

/* Text belongs to argv. */
struct build_request {
    const char *command;   /* its name, for where to read more; NULL: jig's, or ninja */
    const char *directory; /* -C; NULL: stay here */
    const char *manifest;  /* -f; NULL: found by place_enter */
    const char *cache_dir; /* --cache-dir; NULL: the manifest's own `.jig` */
    const char *status;    /* --status; NULL: $NINJA_STATUS or the default */
    const char *trace;     /* --trace; NULL: off */
    const char *tool;      /* -t; NULL: build. `targets` are then the tool's arguments */
    char **targets;
    int target_count;
    char **arguments;  /* all of argv, as far as it was permuted */
    uint32_t slots;    /* -j; 0: not given; JIG_UNLIMITED */
    uint32_t failures; /* -k; JIG_UNLIMITED */
    double max_load;   /* -l; 0: off */
    bool dry_run;
    bool verbose;
    bool quiet;
    bool explain;
    bool keep_rspfile;
    bool keep_depfile;
    bool phony_cycle_error;
    bool generated; /* jig clean -g */
    enum stats_form stats;
    enum progress_form progress; /* --progress */

    /* Of pipelines only. */
    VEC(const char *) filters; /* --filter, as typed */
    uint32_t depth;            /* --depth; JIG_UNLIMITED */
    const char *affected;      /* --affected: a commit; NULL: off */
    const char *delta;         /* --write-delta; NULL: off */
    bool no_cache;
    bool show_cache;

    enum daemon_wish daemon;

    bool watch;
    enum on_change on_change; /* --on-change */
    uint32_t quiet_ms;        /* --debounce; 0: not given */
    bool poll;                /* --poll … */
    uint32_t poll_ms;         /* … =MS; 0: not given */
    const char *watch_option; /* the last of these three that was given; NULL: none was */

    bool json; /* --json: for programs */
    bool man;  /* --man of jig help */

    const char *output; /* -o of jig trace; NULL: not given */
};

enum options_outcome {
    OPTIONS_GO,      /* do what the request says */
    OPTIONS_HELP,    /* -h */
    OPTIONS_VERSION, /* --version */
    OPTIONS_LISTED,  /* -d list, -w list: has been printed */
    OPTIONS_WRONG,   /* an argument makes no sense */
    OPTIONS_UNKNOWN, /* there is no such option */
};

/*
 * Parses argv[1] on into *request, by the options that command_options names. Options and targets
 * may be mixed; ninja's `-t TOOL` ends the options. `argv` is permuted. What is wrong has been told
 * when it returns. Whatever the outcome, the request is freed with build_request_free.
 */
enum options_outcome options_parse(const struct command *command, int argc, char **argv,
                                   struct build_request *request);
void build_request_free(struct build_request *request);

/* The argument of -j: a number of jobs, 0 for JIG_UNLIMITED. False when it is none. */
bool options_parse_slots(const char *text, uint32_t *slots);
/* The argument of -k: a number of failures, 0 or less for JIG_UNLIMITED. */
bool options_parse_failures(const char *text, uint32_t *failures);
/* The argument of -l. */
bool options_parse_load(const char *text, double *load);

#endif
