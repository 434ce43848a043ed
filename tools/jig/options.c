#include "tools/jig/options.h"

#include "jig/session.h"
#include "tools/jig/text.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers ----------------------------------------------------------------------------- */

static bool parse_count(const char *text, long least, uint32_t *count)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (end == text || *end || value < least)
        return false;
    *count = value > 0 && value < INT_MAX ? (uint32_t)value : JIG_UNLIMITED;
    return true;
}

bool options_parse_slots(const char *text, uint32_t *slots)
{
    return parse_count(text, 0, slots);
}

bool options_parse_failures(const char *text, uint32_t *failures)
{
    return parse_count(text, LONG_MIN, failures);
}

/* How far along imports; unlike a number of jobs, none is none. */
static bool parse_depth(const char *text, uint32_t *depth)
{
    uint32_t value;
    if (!parse_count(text, 0, &value))
        return false;
    *depth = strtol(text, NULL, 10) == 0 ? 0 : value;
    return true;
}

bool options_parse_load(const char *text, double *load)
{
    char *end;
    *load = strtod(text, &end);
    return end != text;
}

/* ---- -d and -w --------------------------------------------------------------------------- */

static enum options_outcome unknown_word(enum face face, const char *what, const char *word,
                                         const char *const *known)
{
    const char *meant = text_closest(word, known);
    if (meant)
        face_complain(face, "unknown %s '%s', did you mean '%s'?", what, word, meant);
    else
        face_complain(face, "unknown %s '%s'", what, word);
    return OPTIONS_WRONG;
}

static enum options_outcome set_debug_mode(enum face face, const char *mode,
                                           struct build_request *request)
{
    static const char *const modes[] = {"stats", "explain", "keepdepfile", "keeprsp", NULL};
    if (strcmp(mode, "list") == 0) {
        printf("debugging modes:\n"
               "  stats        print operation counts/timing info\n"
               "  explain      explain what caused a command to execute\n"
               "  keepdepfile  don't delete depfiles after they're read by %s\n"
               "  keeprsp      don't delete @response files on success\n"
               "multiple modes can be enabled via -d FOO -d BAR\n",
               face_name(face));
        return OPTIONS_LISTED;
    }
    if (strcmp(mode, "stats") == 0)
        request->stats = STATS_TABLE;
    else if (strcmp(mode, "explain") == 0)
        request->explain = true;
    else if (strcmp(mode, "keepdepfile") == 0)
        request->keep_depfile = true;
    else if (strcmp(mode, "keeprsp") == 0)
        request->keep_rspfile = true;
    else if (strcmp(mode, "nostatcache") != 0) /* ninja's, for Windows; no effect elsewhere */
        return unknown_word(face, "debug setting", mode, modes);
    return OPTIONS_GO;
}

static enum options_outcome set_warning(enum face face, const char *flag,
                                        struct build_request *request)
{
    static const char *const flags[] = {"phonycycle=err", "phonycycle=warn", NULL};
    if (strcmp(flag, "list") == 0) {
        printf("warning flags:\n"
               "  phonycycle={err,warn}  phony build statement references itself\n");
        return OPTIONS_LISTED;
    }
    if (strcmp(flag, "phonycycle=err") == 0)
        request->phony_cycle_error = true;
    else if (strcmp(flag, "phonycycle=warn") == 0)
        request->phony_cycle_error = false;
    else if (strcmp(flag, "dupbuild=err") == 0 || strcmp(flag, "dupbuild=warn") == 0)
        face_warn(face, "deprecated warning 'dupbuild'");
    else if (strcmp(flag, "depfilemulti=err") == 0 || strcmp(flag, "depfilemulti=warn") == 0)
        face_warn(face, "deprecated warning 'depfilemulti'");
    else
        return unknown_word(face, "warning flag", flag, flags);
    return OPTIONS_GO;
}

/* ---- all of them ------------------------------------------------------------------------- */

enum long_option {
    LONG_VERSION = 256,
    LONG_QUIET,
    LONG_STATUS,
    LONG_EXPLAIN,
    LONG_STATS,
    LONG_TRACE,
    LONG_FILTER,
    LONG_DEPTH,
    LONG_AFFECTED,
    LONG_NO_CACHE,
    LONG_CACHE_DIR,
    LONG_SHOW_CACHE,
    LONG_WRITE_DELTA,
    LONG_WATCH,
    LONG_ON_CHANGE,
    LONG_DEBOUNCE,
    LONG_POLL,
    LONG_JSON,
    LONG_PROGRESS,
    LONG_DAEMON,
    LONG_NO_DAEMON,
};

/* A list of entries is no statement, whatever a formatter thinks. */
/* clang-format off */
#define COMMON_LONG_OPTIONS                                                                        \
    {"help", no_argument, NULL, 'h'},                                                              \
    {"version", no_argument, NULL, LONG_VERSION},                                                  \
    {"verbose", no_argument, NULL, 'v'},                                                           \
    {"quiet", no_argument, NULL, LONG_QUIET}

/* What a build can be asked for under both names. */
#define BUILD_LONG_OPTIONS                                                                         \
    COMMON_LONG_OPTIONS,                                                                           \
    {"status", required_argument, NULL, LONG_STATUS},                                              \
    {"explain", no_argument, NULL, LONG_EXPLAIN},                                                  \
    {"stats", optional_argument, NULL, LONG_STATS},                                                \
    {"trace", required_argument, NULL, LONG_TRACE}

#define STATE_LONG_OPTIONS {"cache-dir", required_argument, NULL, LONG_CACHE_DIR}
/* clang-format on */

static const struct option ninja_long_options[] = {BUILD_LONG_OPTIONS, {0}};

static const struct option build_long_options[] = {
    BUILD_LONG_OPTIONS,
    STATE_LONG_OPTIONS,
    {"filter", required_argument, NULL, LONG_FILTER},
    {"depth", required_argument, NULL, LONG_DEPTH},
    {"affected", required_argument, NULL, LONG_AFFECTED},
    {"no-cache", no_argument, NULL, LONG_NO_CACHE},
    {"show-cache", no_argument, NULL, LONG_SHOW_CACHE},
    {"write-delta", required_argument, NULL, LONG_WRITE_DELTA},
    {"daemon", no_argument, NULL, LONG_DAEMON},
    {"no-daemon", no_argument, NULL, LONG_NO_DAEMON},
    {"watch", no_argument, NULL, LONG_WATCH},
    {"on-change", required_argument, NULL, LONG_ON_CHANGE},
    {"debounce", required_argument, NULL, LONG_DEBOUNCE},
    {"poll", optional_argument, NULL, LONG_POLL},
    {"json", no_argument, NULL, LONG_JSON},
    {"progress", required_argument, NULL, LONG_PROGRESS},
    {0},
};

static const struct option tidy_long_options[] = {COMMON_LONG_OPTIONS, STATE_LONG_OPTIONS, {0}};

static const struct option cache_long_options[] = {
    COMMON_LONG_OPTIONS, STATE_LONG_OPTIONS, {"json", no_argument, NULL, LONG_JSON}, {0}};

static const struct command_options {
    enum face face;
    const char *help; /* where more is told */
    const char *letters;
    const struct option *long_options;
} known[] = {
    [OPTIONS_OF_NINJA] = {FACE_NINJA, "", "d:f:j:k:l:nt:vw:C:h", ninja_long_options},
    [OPTIONS_OF_BUILD] = {FACE_JIG, "jig help build", "d:f:j:k:l:nvw:C:h", build_long_options},
    [OPTIONS_OF_WATCH] = {FACE_JIG, "jig help watch", "d:f:j:k:l:nvw:C:h", build_long_options},
    [OPTIONS_OF_CLEAN] = {FACE_JIG, "jig help clean", "f:nvC:hg", tidy_long_options},
    [OPTIONS_OF_QUERY] = {FACE_JIG, "jig help query", "f:C:h", tidy_long_options},
    [OPTIONS_OF_CACHE] = {FACE_JIG, "jig help cache", "f:C:h", cache_long_options},
    [OPTIONS_OF_CONFIG] = {FACE_JIG, "jig help config", "f:C:h", tidy_long_options},
    [OPTIONS_OF_DAEMON] = {FACE_JIG, "jig help daemon", "f:C:h", cache_long_options},
};

static enum options_outcome wrong(const struct command_options *command, const char *message)
{
    face_wrong_usage(command->face, command->help, "%s", message);
    return OPTIONS_WRONG;
}

static enum options_outcome set_stats(const struct command_options *command, const char *form,
                                      struct build_request *request)
{
    if (!form || strcmp(form, "table") == 0)
        request->stats = STATS_TABLE;
    else if (strcmp(form, "json") == 0)
        request->stats = STATS_JSON;
    else
        return wrong(command, "--stats is followed by nothing, =table or =json");
    return OPTIONS_GO;
}

static enum options_outcome set_on_change(const struct command_options *command, const char *what,
                                          struct build_request *request)
{
    if (strcmp(what, "queue") == 0)
        request->on_change = ON_CHANGE_QUEUE;
    else if (strcmp(what, "restart") == 0)
        request->on_change = ON_CHANGE_RESTART;
    else
        return wrong(command, "--on-change is followed by =queue or =restart");
    return OPTIONS_GO;
}

static bool parse_ms(const char *text, uint32_t *ms)
{
    enum { LONGEST_MS = 60000 };
    return parse_count(text, 1, ms) && *ms <= LONGEST_MS;
}

static enum options_outcome set_poll(const struct command_options *command, const char *ms,
                                     struct build_request *request)
{
    request->poll = true;
    return !ms || parse_ms(ms, &request->poll_ms)
               ? OPTIONS_GO
               : wrong(command, "--poll is followed by nothing, or =MS, from 1 to 60000");
}

static enum options_outcome set_option(const struct command_options *command, int option,
                                       struct build_request *request)
{
    switch (option) {
    case 'C':
        request->directory = optarg;
        return OPTIONS_GO;
    case 'f':
        request->manifest = optarg;
        return OPTIONS_GO;
    case 'j':
        return options_parse_slots(optarg, &request->slots)
                   ? OPTIONS_GO
                   : wrong(command, "invalid -j parameter");
    case 'k':
        return options_parse_failures(optarg, &request->failures)
                   ? OPTIONS_GO
                   : wrong(command, "-k parameter not numeric; did you mean -k 0?");
    case 'l':
        return options_parse_load(optarg, &request->max_load)
                   ? OPTIONS_GO
                   : wrong(command, "-l parameter not numeric: did you mean -l 0.0?");
    case 'n':
        request->dry_run = true;
        return OPTIONS_GO;
    case 'v':
        request->verbose = true;
        return OPTIONS_GO;
    case 'd':
        return set_debug_mode(command->face, optarg, request);
    case 'w':
        return set_warning(command->face, optarg, request);
    case 't':
        request->tool = optarg;
        return OPTIONS_GO;
    case 'g':
        request->generated = true;
        return OPTIONS_GO;
    case LONG_QUIET:
        request->quiet = true;
        return OPTIONS_GO;
    case LONG_STATUS:
        request->status = optarg;
        return OPTIONS_GO;
    case LONG_EXPLAIN:
        request->explain = true;
        return OPTIONS_GO;
    case LONG_STATS:
        return set_stats(command, optarg, request);
    case LONG_TRACE:
        request->trace = optarg;
        return OPTIONS_GO;
    case LONG_FILTER:
        vec_push(&request->filters, optarg);
        return OPTIONS_GO;
    case LONG_DEPTH:
        return parse_depth(optarg, &request->depth)
                   ? OPTIONS_GO
                   : wrong(command, "--depth is followed by a number, 0 or more");
    case LONG_AFFECTED:
        request->affected = optarg;
        return OPTIONS_GO;
    case LONG_NO_CACHE:
        request->no_cache = true;
        return OPTIONS_GO;
    case LONG_CACHE_DIR:
        request->cache_dir = optarg;
        return *optarg ? OPTIONS_GO : wrong(command, "--cache-dir is followed by a directory");
    case LONG_SHOW_CACHE:
        request->show_cache = true;
        return OPTIONS_GO;
    case LONG_WRITE_DELTA:
        request->delta = optarg;
        return *optarg ? OPTIONS_GO : wrong(command, "--write-delta is followed by a file");
    case LONG_WATCH:
        request->watch = true;
        return OPTIONS_GO;
    case LONG_ON_CHANGE:
        request->watch_option = "--on-change";
        return set_on_change(command, optarg, request);
    case LONG_DEBOUNCE:
        request->watch_option = "--debounce";
        return parse_ms(optarg, &request->quiet_ms)
                   ? OPTIONS_GO
                   : wrong(command, "--debounce is followed by milliseconds, from 1 to 60000");
    case LONG_POLL:
        request->watch_option = "--poll";
        return set_poll(command, optarg, request);
    case LONG_JSON:
        request->json = true;
        return OPTIONS_GO;
    case LONG_PROGRESS:
        return progress_form_parse(optarg, &request->progress)
                   ? OPTIONS_GO
                   : wrong(command, "--progress is followed by =area, =line, =none or =auto");
    case LONG_DAEMON:
        request->daemon = DAEMON_ASKED;
        return OPTIONS_GO;
    case LONG_NO_DAEMON:
        request->daemon = DAEMON_REFUSES;
        return OPTIONS_GO;
    case LONG_VERSION:
        return OPTIONS_VERSION;
    case 'h':
        return OPTIONS_HELP;
    default:
        return OPTIONS_UNKNOWN;
    }
}

enum options_outcome options_parse(enum options_of who, int argc, char **argv,
                                   struct build_request *request)
{
    const struct command_options *command = &known[who];
    *request = (struct build_request){.failures = 1, .depth = JIG_UNLIMITED};
    if (command->face == FACE_NINJA)
        request->manifest = "build.ninja";
    optind = 0; /* glibc: start afresh */
    while (!request->tool) {
        int option = getopt_long(argc, argv, command->letters, command->long_options, NULL);
        if (option == -1)
            break;
        enum options_outcome outcome = set_option(command, option, request);
        if (outcome == OPTIONS_UNKNOWN && *command->help)
            fprintf(stderr, "  see '%s'\n", command->help);
        if (outcome)
            return outcome;
    }
    request->arguments = argv;
    request->targets = argv + optind;
    request->target_count = argc - optind;
    return OPTIONS_GO;
}

void build_request_free(struct build_request *request)
{
    vec_free(&request->filters);
}
