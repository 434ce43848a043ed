#include "tools/jig/options.h"

#include "jig/session.h"
#include "tools/jig/command.h"
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

static enum options_outcome wrong(const struct command *command, const char *message)
{
    char topic[64];
    snprintf(topic, sizeof topic, "jig help %s", command->name);
    face_wrong_usage(command->face, topic, "%s", message);
    return OPTIONS_WRONG;
}

static enum options_outcome set_stats(const struct command *command, const char *form,
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

static enum options_outcome set_on_change(const struct command *command, const char *what,
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

static enum options_outcome set_poll(const struct command *command, const char *ms,
                                     struct build_request *request)
{
    request->poll = true;
    return !ms || parse_ms(ms, &request->poll_ms)
               ? OPTIONS_GO
               : wrong(command, "--poll is followed by nothing, or =MS, from 1 to 60000");
}

static enum options_outcome set_option(const struct command *command, enum option_id option,
                                       struct build_request *request)
{
    switch (option) {
    case OPTION_DIRECTORY:
        request->directory = optarg;
        return OPTIONS_GO;
    case OPTION_MANIFEST:
        request->manifest = optarg;
        return OPTIONS_GO;
    case OPTION_JOBS:
        return options_parse_slots(optarg, &request->slots)
                   ? OPTIONS_GO
                   : wrong(command, "invalid -j parameter");
    case OPTION_FAILURES:
        return options_parse_failures(optarg, &request->failures)
                   ? OPTIONS_GO
                   : wrong(command, "-k parameter not numeric; did you mean -k 0?");
    case OPTION_LOAD:
        return options_parse_load(optarg, &request->max_load)
                   ? OPTIONS_GO
                   : wrong(command, "-l parameter not numeric: did you mean -l 0.0?");
    case OPTION_DRY_RUN:
        request->dry_run = true;
        return OPTIONS_GO;
    case OPTION_VERBOSE:
        request->verbose = true;
        return OPTIONS_GO;
    case OPTION_DEBUG:
        return set_debug_mode(command->face, optarg, request);
    case OPTION_WARNING:
        return set_warning(command->face, optarg, request);
    case OPTION_TOOL:
        request->tool = optarg;
        return OPTIONS_GO;
    case OPTION_OUTPUT:
        request->output = optarg;
        return *optarg ? OPTIONS_GO : wrong(command, "-o is followed by a file");
    case OPTION_GENERATED:
        request->generated = true;
        return OPTIONS_GO;
    case OPTION_QUIET:
        request->quiet = true;
        return OPTIONS_GO;
    case OPTION_STATUS:
        request->status = optarg;
        return OPTIONS_GO;
    case OPTION_EXPLAIN:
        request->explain = true;
        return OPTIONS_GO;
    case OPTION_STATS:
        return set_stats(command, optarg, request);
    case OPTION_TRACE:
        request->trace = optarg;
        return OPTIONS_GO;
    case OPTION_FILTER:
        vec_push(&request->filters, optarg);
        return OPTIONS_GO;
    case OPTION_DEPTH:
        return parse_depth(optarg, &request->depth)
                   ? OPTIONS_GO
                   : wrong(command, "--depth is followed by a number, 0 or more");
    case OPTION_AFFECTED:
        request->affected = optarg;
        return OPTIONS_GO;
    case OPTION_NO_CACHE:
        request->no_cache = true;
        return OPTIONS_GO;
    case OPTION_CACHE_DIR:
        request->cache_dir = optarg;
        return *optarg ? OPTIONS_GO : wrong(command, "--cache-dir is followed by a directory");
    case OPTION_SHOW_CACHE:
        request->show_cache = true;
        return OPTIONS_GO;
    case OPTION_WRITE_DELTA:
        request->delta = optarg;
        return *optarg ? OPTIONS_GO : wrong(command, "--write-delta is followed by a file");
    case OPTION_WATCH:
        request->watch = true;
        return OPTIONS_GO;
    case OPTION_ON_CHANGE:
        request->watch_option = "--on-change";
        return set_on_change(command, optarg, request);
    case OPTION_DEBOUNCE:
        request->watch_option = "--debounce";
        return parse_ms(optarg, &request->quiet_ms)
                   ? OPTIONS_GO
                   : wrong(command, "--debounce is followed by milliseconds, from 1 to 60000");
    case OPTION_POLL:
        request->watch_option = "--poll";
        return set_poll(command, optarg, request);
    case OPTION_JSON:
        request->json = true;
        return OPTIONS_GO;
    case OPTION_MAN:
        request->man = true;
        return OPTIONS_GO;
    case OPTION_PROGRESS:
        return progress_form_parse(optarg, &request->progress)
                   ? OPTIONS_GO
                   : wrong(command, "--progress is followed by =area, =line, =none or =auto");
    case OPTION_DAEMON:
        request->daemon = DAEMON_ASKED;
        return OPTIONS_GO;
    case OPTION_NO_DAEMON:
        request->daemon = DAEMON_REFUSES;
        return OPTIONS_GO;
    case OPTION_VERSION:
        return OPTIONS_VERSION;
    case OPTION_HELP:
        return OPTIONS_HELP;
    case OPTION_END:
    case OPTION_COUNT:
        break; /* what the command does not take; getopt has told */
    }
    return OPTIONS_UNKNOWN;
}

/* ---- parsing ----------------------------------------------------------------------------- */

/* A command's options as getopt_long wants them. */
struct getopt_tables {
    struct option_row rows[OPTION_COUNT];
    size_t count;
    char letters[3 * OPTION_COUNT + 1]; /* a letter, and ':' for an argument */
    struct option names[OPTION_COUNT + 1];
};

enum { NAMES_FROM = 256 }; /* what getopt_long returns for the first option with a name */

static void make_tables(const struct command *command, struct getopt_tables *tables)
{
    char *letter = tables->letters;
    struct option *name = tables->names;
    tables->count = command_options(command, tables->rows);
    for (size_t i = 0; i < tables->count; i++) {
        const struct option_form *form = option_form(tables->rows[i].option);
        if (form->letter)
            *letter++ = form->letter;
        if (form->letter && form->argument)
            *letter++ = ':';
        if (form->name)
            *name++ = (struct option){.name = form->name,
                                      .has_arg = form->may_lack_argument ? optional_argument
                                                 : form->argument        ? required_argument
                                                                         : no_argument,
                                      .val = NAMES_FROM + (int)tables->rows[i].option};
    }
}

/* What getopt_long returned, as an option; OPTION_END when the command has none such. */
static enum option_id find_option(const struct getopt_tables *tables, int found)
{
    for (size_t i = 0; i < tables->count; i++) {
        enum option_id id = tables->rows[i].option;
        if (found == NAMES_FROM + (int)id || (found != '\0' && found == option_form(id)->letter))
            return id;
    }
    return OPTION_END;
}

enum options_outcome options_parse(const struct command *command, int argc, char **argv,
                                   struct build_request *request)
{
    struct getopt_tables tables = {0};
    make_tables(command, &tables);
    *request =
        (struct build_request){.command = command->name, .failures = 1, .depth = JIG_UNLIMITED};
    if (command->face == FACE_NINJA)
        request->manifest = "build.ninja";
    optind = 0; /* glibc: start afresh */
    while (!request->tool) {
        int found = getopt_long(argc, argv, tables.letters, tables.names, NULL);
        if (found == -1)
            break;
        enum options_outcome outcome = set_option(command, find_option(&tables, found), request);
        if (outcome == OPTIONS_UNKNOWN && command->face == FACE_JIG)
            fprintf(stderr, "  see 'jig help %s'\n", command->name);
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
