/*
 * A session on a pipe: what the model's tests drive a warm session with. It uses nothing of jig but
 * its public headers, as any other program would.
 *
 *     model_driver [-f MANIFEST] [-j N] [--state-dir DIR] [--drop-change K] [--skip-update K]
 *
 * It opens a session over the manifest in the current directory, says so, and then obeys one
 * command a line, each answered by one line of JSON:
 *
 *     build                          everything is looked at
 *     update                         what was named since the last build or update
 *     change add|update|remove PATH  names a path
 *     lost WHY                       says that paths may be missing
 *     versions GENERATOR SCHEMA      counts the caller's versions; `-` says nothing of one
 *     env NAME=VALUE, env NAME       sets a variable of this process, or takes it away
 *     quit
 *
 * --drop-change and --skip-update are faults to be found: every K-th path is not passed on, every
 * K-th update is answered without asking the session.
 */
#include "jig/change_set.h"
#include "jig/session.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct settings {
    const char *manifest;
    const char *state_dir;
    uint32_t slots;
    uint32_t drop_change; /* 0: none */
    uint32_t skip_update; /* 0: none */
};

struct driver {
    struct settings settings;
    struct jig_session *session;
    struct jig_change_set *changes;
    uint32_t changes_said, updates_asked;
    uint64_t generation; /* as last told */
    /* What the build that is going on, or the last one, told. */
    json_t *ran;     /* [output, reason] of each job that was started */
    json_t *removed; /* paths */
    json_t *notices; /* messages */
};

static const char *const status_names[] = {
    [JIG_OK] = "ok",
    [JIG_ERROR_IO] = "io",
    [JIG_ERROR_SYNTAX] = "syntax",
    [JIG_ERROR_MANIFEST] = "manifest",
    [JIG_ERROR_USAGE] = "usage",
    [JIG_ERROR_CORRUPT] = "corrupt",
    [JIG_ERROR_LOCKED] = "locked",
    [JIG_ERROR_LIMIT] = "limit",
    [JIG_ERROR_JOB] = "job",
    [JIG_ERROR_INTERRUPTED] = "interrupted",
    [JIG_ERROR_CANCELLED] = "cancelled",
};

static const char *const kind_names[] = {
    [JIG_UPDATE_NONE] = "none",
    [JIG_UPDATE_INCREMENTAL] = "incremental",
    [JIG_UPDATE_FULL] = "full",
};

/* ---- events ------------------------------------------------------------------------------ */

static void on_event(void *context, const struct jig_event *event)
{
    struct driver *driver = context;
    switch (event->kind) {
    case JIG_EVENT_JOB_STARTED:
        json_array_append_new(driver->ran,
                              json_pack("[s, s]", event->job->output, event->job->reason));
        break;
    case JIG_EVENT_REMOVED:
        json_array_append_new(driver->removed, json_string(event->path));
        break;
    case JIG_EVENT_NOTICE:
        json_array_append_new(driver->notices, json_string(event->notice->message));
        break;
    default:
        break;
    }
}

/* ---- answers ----------------------------------------------------------------------------- */

static void answer(json_t *object)
{
    if (json_dumpf(object, stdout, JSON_COMPACT) < 0)
        exit(EXIT_FAILURE); /* a path that is not UTF-8: these tests make none */
    putchar('\n');
    fflush(stdout);
    json_decref(object);
}

static json_t *describe_status(enum jig_status status, const struct jig_error *error)
{
    json_t *object = json_object();
    json_object_set_new(object, "status", json_string(status_names[status]));
    json_object_set_new(object, "error", json_string(status ? error->message : ""));
    return object;
}

static void set_count(json_t *object, const char *key, uint64_t count)
{
    json_object_set_new(object, key, json_integer((json_int_t)count));
}

static void answer_build(struct driver *driver, enum jig_status status,
                         const struct jig_build_result *result, const struct jig_error *error)
{
    json_t *object = describe_status(status, error);
    json_object_set_new(object, "kind", json_string(kind_names[result->kind]));
    json_object_set_new(object, "full_reason", json_string(result->full_reason));
    json_object_set(object, "ran", driver->ran);
    json_object_set(object, "removed", driver->removed);
    json_object_set(object, "notices", driver->notices);
    set_count(object, "generation", result->generation);
    set_count(object, "files", result->files);
    set_count(object, "jobs_run", result->jobs_run);
    set_count(object, "jobs_failed", result->jobs_failed);
    set_count(object, "jobs_considered", result->jobs_considered);
    set_count(object, "files_looked", result->files_looked);
    set_count(object, "files_hashed", result->files_hashed);
    set_count(object, "files_statted", result->files_statted);
    set_count(object, "engine_ns", result->engine_ns);
    answer(object);
}

/* ---- commands ---------------------------------------------------------------------------- */

static void build(struct driver *driver, bool update)
{
    struct jig_build_options options = JIG_BUILD_OPTIONS;
    options.slots = driver->settings.slots;
    options.failures = JIG_UNLIMITED;
    struct jig_build_result result = JIG_BUILD_RESULT;
    struct jig_error error = {0};
    enum jig_status status = JIG_OK;
    result.generation = driver->generation;
    json_array_clear(driver->ran);
    json_array_clear(driver->removed);
    json_array_clear(driver->notices);
    uint32_t every = driver->settings.skip_update;
    if (!update)
        status = jig_session_build(driver->session, &options, &result, &error);
    else if (!every || ++driver->updates_asked % every)
        status = jig_session_update(driver->session, driver->changes, &options, &result, &error);
    driver->generation = result.generation;
    jig_change_set_clear(driver->changes);
    answer_build(driver, status, &result, &error);
}

/* `text` is a kind and a path. */
static void change(struct driver *driver, const char *text)
{
    static const struct {
        const char *word;
        enum jig_status (*say)(struct jig_change_set *changes, const char *path,
                               struct jig_error *error);
    } kinds[] = {{"add ", jig_change_set_add},
                 {"update ", jig_change_set_updated},
                 {"remove ", jig_change_set_removed}};
    struct jig_error error = {0};
    enum jig_status status = JIG_ERROR_USAGE;
    uint32_t every = driver->settings.drop_change;
    bool drop = every && ++driver->changes_said % every == 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t length = strlen(kinds[i].word);
        if (strncmp(text, kinds[i].word, length) == 0)
            status = drop ? JIG_OK : kinds[i].say(driver->changes, text + length, &error);
    }
    answer(describe_status(status, &error));
}

static void set_versions(struct driver *driver, char *text)
{
    const char *generator = strtok(text, " ");
    const char *schema = strtok(NULL, " ");
    jig_change_set_versions(driver->changes,
                            generator && strcmp(generator, "-") != 0 ? generator : NULL,
                            schema && strcmp(schema, "-") != 0 ? schema : NULL);
    answer(describe_status(JIG_OK, NULL));
}

static void set_variable(char *text)
{
    char *equals = strchr(text, '=');
    if (equals) {
        *equals = '\0';
        setenv(text, equals + 1, 1);
    } else {
        unsetenv(text);
    }
    answer(describe_status(JIG_OK, NULL));
}

/* Returns what follows `word` in `line`, or NULL. */
static char *after(char *line, const char *word)
{
    size_t length = strlen(word);
    return strncmp(line, word, length) == 0 ? line + length : NULL;
}

static bool obey(struct driver *driver, char *line)
{
    char *rest;
    if (strcmp(line, "quit") == 0)
        return false;
    if (strcmp(line, "build") == 0)
        build(driver, false);
    else if (strcmp(line, "update") == 0)
        build(driver, true);
    else if ((rest = after(line, "change ")))
        change(driver, rest);
    else if ((rest = after(line, "lost "))) {
        jig_change_set_lose(driver->changes, rest);
        answer(describe_status(JIG_OK, NULL));
    } else if ((rest = after(line, "versions ")))
        set_versions(driver, rest);
    else if ((rest = after(line, "env ")))
        set_variable(rest);
    else
        answer(describe_status(JIG_ERROR_USAGE, &(struct jig_error){.message = "what?"}));
    return true;
}

/* ---- main -------------------------------------------------------------------------------- */

static bool parse(int argc, char **argv, struct settings *settings)
{
    *settings = (struct settings){.manifest = "build.ninja", .slots = 2};
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *value = argv[i + 1];
        uint32_t number = (uint32_t)strtoul(value, NULL, 10);
        if (strcmp(argv[i], "-f") == 0)
            settings->manifest = value;
        else if (strcmp(argv[i], "-j") == 0)
            settings->slots = number;
        else if (strcmp(argv[i], "--state-dir") == 0)
            settings->state_dir = value;
        else if (strcmp(argv[i], "--drop-change") == 0)
            settings->drop_change = number;
        else if (strcmp(argv[i], "--skip-update") == 0)
            settings->skip_update = number;
        else
            return false;
    }
    return argc % 2 == 1;
}

static enum jig_status open_session(struct driver *driver)
{
    struct jig_session_options options = JIG_SESSION_OPTIONS;
    options.manifest = driver->settings.manifest;
    options.state_dir = driver->settings.state_dir;
    options.threads = 2;
    options.wait = false;
    options.on_event = on_event;
    options.context = driver;
    struct jig_error error;
    enum jig_status status = jig_session_open(&options, &driver->session, &error);
    answer(describe_status(status, &error));
    return status;
}

int main(int argc, char **argv)
{
    struct driver driver = {0};
    if (!parse(argc, argv, &driver.settings)) {
        fputs("usage: model_driver [-f MANIFEST] [-j N] [--state-dir DIR]\n", stderr);
        return EXIT_FAILURE;
    }
    driver.ran = json_array();
    driver.removed = json_array();
    driver.notices = json_array();
    driver.changes = jig_change_set_create();
    enum jig_status status = open_session(&driver);
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    while (!status && (length = getline(&line, &capacity, stdin)) > 0) {
        if (line[length - 1] == '\n')
            line[length - 1] = '\0';
        if (!obey(&driver, line))
            break;
    }
    free(line);
    jig_session_close(driver.session);
    jig_change_set_destroy(driver.changes);
    json_decref(driver.ran);
    json_decref(driver.removed);
    json_decref(driver.notices);
    return status ? EXIT_FAILURE : EXIT_SUCCESS;
}
