/*
 * `jig daemon`.
 */
#include "engine/base/io.h"
#include "tools/jig/command.h"
#include "tools/jig/daemon_address.h"
#include "tools/jig/daemon_link.h"
#include "tools/jig/daemon_serve.h"
#include "tools/jig/path_json.h"
#include "tools/jig/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MS = 5000 };

/* ---- asking ------------------------------------------------------------------------------ */

/* A daemon that is asked one thing. */
struct asking {
    const struct build_request *request;
    struct place place;
    struct daemon_address address;
    struct buf build;
    struct daemon_link link;
    struct daemon_message answer;
};

enum found { FOUND, NOBODY, TROUBLE };

/* Sends the message and waits for the answer. TROUBLE has been told. */
static enum found ask(struct asking *asking, enum daemon_kind kind, enum daemon_kind expected)
{
    struct jig_error error;
    int fd;
    const struct daemon_message message = {.kind = kind, .build = buf_cstr(&asking->build)};
    enum jig_status status = daemon_address_connect(&asking->address, &fd, &error);
    if (status == JIG_ERROR_USAGE)
        return NOBODY;
    if (status) {
        face_error(FACE_JIG, &error);
        return TROUBLE;
    }
    daemon_link_init(&asking->link, fd);
    if (!daemon_link_send(&asking->link, &message, NULL, 0))
        return NOBODY; /* it has just ended */
    enum daemon_link_event event =
        daemon_link_receive(&asking->link, ANSWER_MS, -1, &asking->answer);
    if (event == DAEMON_LINK_ENDED)
        return NOBODY;
    if (event == DAEMON_LINK_MESSAGE && asking->answer.kind == expected)
        return FOUND;
    face_complain(FACE_JIG, "the daemon does not answer");
    return TROUBLE;
}

/* ---- status ------------------------------------------------------------------------------ */

static void print_json(const struct daemon_state *state)
{
    json_t *object = json_object();
    json_object_set_new(object, "running", json_boolean(state != NULL));
    if (state) {
        const struct {
            const char *name;
            uint64_t value;
        } numbers[] = {
            {"pid", state->pid},         {"uptime_ms", state->uptime_ms},
            {"idle_ms", state->idle_ms}, {"idle_limit_ms", state->idle_limit_ms},
            {"builds", state->builds},   {"waiting", state->waiting},
            {"watched", state->watched}, {"polled", state->polled},
            {"rss", state->rss},
        };
        json_object_set_new(object, "version", json_string(state->version));
        path_json_set(object, "root", state->root);
        path_json_set(object, "manifest", state->manifest);
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
            json_object_set_new(object, numbers[i].name,
                                json_integer((json_int_t)numbers[i].value));
        json_object_set_new(object, "building", json_boolean(state->building));
        json_object_set_new(object, "warm", json_boolean(state->warm));
    }
    char *text = json_dumps(object, JSON_COMPACT);
    printf("%s\n", text);
    free(text);
    json_decref(object);
}

/* A time in its largest sensible unit. */
static void print_time(const char *title, uint64_t ms)
{
    uint64_t s = ms / 1000;
    if (s < 120)
        printf("  %-9s %" PRIu64 " s\n", title, s);
    else if (s < 120 * 60)
        printf("  %-9s %" PRIu64 " min\n", title, s / 60);
    else
        printf("  %-9s %" PRIu64 " h %" PRIu64 " min\n", title, s / 3600, s / 60 % 60);
}

static void print_text(const struct daemon_state *state)
{
    printf("jig: a daemon is running: process %" PRIu64 ", jig %s\n", state->pid, state->version);
    printf("  %-9s %s\n", "root", state->root);
    printf("  %-9s %s\n", "manifest", state->manifest);
    print_time("running", state->uptime_ms);
    printf("  %-9s %" PRIu64 "%s\n", "builds", state->builds,
           state->building ? ", and one now" : "");
    if (state->waiting)
        printf("  %-9s %" PRIu64 "\n", "waiting", state->waiting);
    printf("  %-9s %" PRIu64 " folder%s", "watched", state->watched,
           state->watched == 1 ? "" : "s");
    if (state->polled)
        printf(", and %" PRIu64 " looked at again and again", state->polled);
    printf("\n  %-9s %s\n", "memory", text_size(state->rss).text);
    if (!state->building)
        print_time("ends in", state->idle_limit_ms > state->idle_ms
                                  ? state->idle_limit_ms - state->idle_ms
                                  : 0);
}

static int tell_nobody(const struct asking *asking)
{
    if (asking->request->json)
        print_json(NULL);
    else
        printf("jig: no daemon is running here\n");
    return EXIT_DONE;
}

static int show_status(struct asking *asking)
{
    switch (ask(asking, DAEMON_STATUS, DAEMON_STATE)) {
    case FOUND:
        (asking->request->json ? print_json : print_text)(&asking->answer.state);
        return EXIT_DONE;
    case NOBODY:
        return tell_nobody(asking);
    case TROUBLE:
        break;
    }
    return EXIT_UNABLE;
}

/* ---- stop -------------------------------------------------------------------------------- */

static int stop(struct asking *asking)
{
    enum found found = ask(asking, DAEMON_STOP, DAEMON_STOPPING);
    if (found == NOBODY)
        return tell_nobody(asking);
    if (found == TROUBLE)
        return EXIT_UNABLE;
    /* A build that is going on comes to its end first. */
    while (daemon_link_receive(&asking->link, -1, -1, &asking->answer) == DAEMON_LINK_MESSAGE)
        continue;
    if (!asking->request->json)
        printf("jig: the daemon has ended\n");
    else
        print_json(NULL);
    return EXIT_DONE;
}

/* ---- log --------------------------------------------------------------------------------- */

static int show_log(struct asking *asking)
{
    struct buf text = {0};
    int errnum = io_read_file(asking->address.folder, asking->address.log_name, &text);
    if (!errnum)
        fwrite(buf_cstr(&text), 1, text.length, stdout);
    else if (errnum != ENOENT)
        face_complain(FACE_JIG, "cannot read '%s/%s': %s", asking->address.path.data,
                      asking->address.log_name, strerror(errnum));
    buf_free(&text);
    return errnum && errnum != ENOENT ? EXIT_UNABLE : EXIT_DONE;
}

/* ---- the command ------------------------------------------------------------------------- */

static const struct task {
    const char *name;
    int (*run)(struct asking *asking);
} tasks[] = {{"status", show_status}, {"stop", stop}, {"log", show_log}};

enum { TASKS = sizeof tasks / sizeof *tasks };

/* NULL when the word is none of them: told. */
static const struct task *find_task(const char *word)
{
    const char *names[TASKS + 1] = {0};
    for (size_t i = 0; i < TASKS; i++) {
        if (strcmp(word, tasks[i].name) == 0)
            return &tasks[i];
        names[i] = tasks[i].name;
    }
    face_unknown_word(FACE_JIG, "jig help daemon", "word", word, names);
    return NULL;
}

static int run_task(const struct task *task, const struct build_request *request)
{
    struct asking asking = {.request = request, .link = {.fd = -1}, .address = {.folder = -1}};
    struct jig_error error;
    int code = EXIT_UNABLE;
    daemon_build_id(&asking.build);
    if (place_enter(FACE_JIG, request, false, &asking.place)) {
        if (daemon_address_find(&asking.place, &asking.address, &error))
            face_error(FACE_JIG, &error);
        else
            code = task->run(&asking);
    }
    daemon_link_free(&asking.link);
    daemon_address_free(&asking.address);
    place_free(&asking.place);
    buf_free(&asking.build);
    return code;
}

/* What daemon_start starts; its first words say so. */
static int serve(const struct build_request *request)
{
    struct place place;
    int code = EXIT_UNABLE;
    if (place_enter(FACE_JIG, request, false, &place))
        code = daemon_serve(&place);
    place_free(&place);
    return code;
}

static int do_task(struct build_request *request)
{
    const char *word = request->target_count ? request->targets[0] : "status";
    if (strcmp(word, "serve") == 0)
        return serve(request);
    const struct task *task = find_task(word);
    if (!task)
        return EXIT_UNABLE;
    if (request->target_count > 1)
        return face_wrong_usage(FACE_JIG, "jig help daemon", "'%s' is followed by nothing", word);
    return run_task(task, request);
}

static int daemon_main(int argc, char **argv)
{
    return command_act(&command_daemon, argc, argv, do_task);
}

static const struct command_word words[] = {
    {"status", NULL, "whether there is one, and what it has done so far", COMPLETE_NOTHING, NULL},
    {"stop", NULL, "end it, when it has finished what it is building", COMPLETE_NOTHING, NULL},
    {"log", NULL, "what it had to tell while nobody listened", COMPLETE_NOTHING, NULL},
    {NULL, NULL, NULL, COMPLETE_NOTHING, NULL},
};

static const struct option_row options[] = {
    {OPTION_DIRECTORY, "go to DIR first"},
    {OPTION_MANIFEST, "the manifest; found as by 'jig build'"},
    {OPTION_CACHE_DIR, "where what builds leave is kept, if not in .jig"},
    {OPTION_JSON, "for programs: one line of JSON"},
    {OPTION_END, NULL},
};

static const struct term environment[] = {
    {"JIG_DAEMON_IDLE", "after how many seconds of no use it ends; wins over jig.yaml"},
    {"XDG_RUNTIME_DIR", "where its socket and its log are, in 'jig'; in '/tmp/jig-UID' if not set"},
    {NULL, NULL},
};

const struct command command_daemon = {
    .name = "daemon",
    .summary = "ask about the process that stays to build, or end it",
    .synopsis = "[options] status|stop|log",
    .about = "'jig build --daemon' leaves a process behind that knows what it has built and "
             "watches the files, so that the next 'jig build --daemon' has little to look at. "
             "There is one for each root, manifest and user. It ends by itself when it has not "
             "been of use for three hours (jig.yaml: 'daemon: {idle: 10m}').",
    .words = words,
    .options = {{NULL, options}},
    .details = "That there is none is no error. A build never depends on it: when it cannot be "
               "started or dies, a warning says so and the caller builds itself.",
    .exit_codes = command_exits,
    .environment = environment,
    .see_also = "build watch",
    .run = daemon_main,
};
